"""Logging out: asked for by a client, told to the others; and keys that change while people are logged in."""

import secrets
import time
from typing import Callable, Iterator

import pytest
import requests

from code_wallet import CodeFlow, SecretBasic
from openid_checks import header_of, id_token_claims, key_set, verified
from plain_browser import Departure, PlainBrowser, Shown, departed, shown
from provider_setup import MakeProvider, Provider
from sign_in import Visitor
from small_server import Reply, SmallServer
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

LEFT = "https://web.example/left"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
ROTATION_SECONDS = 20


@pytest.fixture(scope="module")
def sink() -> Iterator[SmallServer]:
    """Where clients are told."""
    with SmallServer() as server:
        for name in ("web", "other", "keyless"):
            server.publish(f"/{name}", Reply())
        yield server


@pytest.fixture(scope="module")
def hub(make_provider: MakeProvider, sink: SmallServer) -> Provider:
    """A server with clients that want to be told."""
    server = make_provider("hub").configure({"outgoing": {"allow": [f"localhost:{sink.port}"]}})
    for name in ("web", "other"):
        server.admit(
            name, SecretBasic(secrets.token_urlsafe(32)), post_logout_redirect_uris=[f"https://{name}.example/left"],
            backchannel_logout_uri=f"{sink.url}/{name}")
    server.admit("silent", SecretBasic(secrets.token_urlsafe(32)))
    return server.start().import_people()


@pytest.fixture
def browser(new_browser: Callable[..., PlainBrowser]) -> PlainBrowser:
    """The person's browser, which stops where a client's pages would begin."""
    return new_browser(LEFT)


def visit(hub: Provider, wallet: Wallet, browser: PlainBrowser, client: str = "web", person: int = 0) -> CodeFlow:
    """A login, or another client in the same session."""
    flow = hub.flow(wallet, client, scope="openid")
    browser.way_out = flow.client.redirect_uri
    flow.take(flow.visit(Visitor(hub.people[person], browser)))
    browser.way_out = LEFT
    assert flow.tokens["id_token"]
    return flow


def log_out(hub: Provider, browser: PlainBrowser, wallet: Wallet, **parameters: str) -> Shown | Departure:
    """Opens the logout address, and confirms if the person is asked."""
    result = browser.open(hub.metadata(wallet)["end_session_endpoint"], params=parameters)
    if isinstance(result, Shown) and result.html.has("logout-confirm"):
        result = browser.press(result, "logout-confirm")
    return result


def is_logged_in(hub: Provider, browser: PlainBrowser) -> bool:
    """Whether the person's own page shows itself without a login."""
    return browser.show(hub.url + "/account").html.has("account")


# Asked for by a client.


def test_client_logs_a_person_out(hub: Provider, browser: PlainBrowser, wallet: Wallet) -> None:
    """RP-Initiated Logout section 2: the person confirms, is logged out, and goes where the client wants."""
    flow = visit(hub, wallet, browser)
    assert is_logged_in(hub, browser)
    answer = departed(log_out(
        hub, browser, wallet, id_token_hint=flow.tokens["id_token"], post_logout_redirect_uri=LEFT, state="a b&c"))
    assert (answer.address, answer.parameters) == (LEFT, {"state": "a b&c"})
    assert not is_logged_in(hub, browser)
    assert flow.user_info().status_code == 401, "what was granted in the session is over with it"


def test_client_by_its_name(hub: Provider, browser: PlainBrowser, wallet: Wallet) -> None:
    """`client_id` stands in for the hint; a form is as good as an address."""
    visit(hub, wallet, browser)
    form = {"client_id": "web", "post_logout_redirect_uri": LEFT}
    page = shown(browser.follow(browser.send("POST", hub.metadata(wallet)["end_session_endpoint"], data=form)))
    assert departed(browser.press(page, "logout-confirm")).address == LEFT
    assert not is_logged_in(hub, browser)


def test_nothing_happens_until_the_person_confirms(hub: Provider, browser: PlainBrowser, wallet: Wallet) -> None:
    """A link from anywhere logs nobody out."""
    flow = visit(hub, wallet, browser)
    endpoint = hub.metadata(wallet)["end_session_endpoint"]
    for parameters in ({}, {"id_token_hint": flow.tokens["id_token"]}, {"action": "logout"}):
        assert shown(browser.open(endpoint, params=parameters)).html.has("logout-form")
    browser.send("POST", endpoint, data={"action": "logout"}, headers={"Sec-Fetch-Site": "cross-site"})
    browser.send("POST", endpoint, data={"action": "logout", "csrf": "A" * 24})
    assert is_logged_in(hub, browser)
    assert shown(browser.press(browser.show(endpoint), "logout-stay")) and is_logged_in(hub, browser)


@pytest.mark.parametrize("asked", [
    {}, {"post_logout_redirect_uri": LEFT}, {"client_id": "web", "post_logout_redirect_uri": LEFT + "/more"},
    {"client_id": "web", "post_logout_redirect_uri": "https://evil.example/"},
    {"client_id": "web", "post_logout_redirect_uri": "https://other.example/left"},
    {"client_id": "nobody", "post_logout_redirect_uri": LEFT},
    {"id_token_hint": "x", "post_logout_redirect_uri": LEFT}, {"state": "s"},
    {"client_id": "web", "post_logout_redirect_uri": "javascript:alert(1)"},
], ids=["nothing", "nobody's address", "a longer address", "a stranger's", "another client's", "an unknown client",
        "no hint", "state alone", "a script"])
def test_logout_that_leads_nowhere(asked: dict, hub: Provider, browser: PlainBrowser, wallet: Wallet) -> None:
    """The person is logged out and stays here."""
    visit(hub, wallet, browser)
    result = log_out(hub, browser, wallet, **asked)
    assert shown(result).html.has("logged-out") and not is_logged_in(hub, browser)


def test_changed_hint_is_no_hint(hub: Provider, browser: PlainBrowser, wallet: Wallet) -> None:
    """An ID token that the server has not signed, or for another client than the one that is named."""
    flow = visit(hub, wallet, browser)
    token = flow.tokens["id_token"]
    for asked in ({"id_token_hint": token[:-4] + "AAAA"}, {"id_token_hint": token, "client_id": "other"}):
        result = browser.open(
            hub.metadata(wallet)["end_session_endpoint"], params={**asked, "post_logout_redirect_uri": LEFT})
        assert isinstance(result, Shown)
        page = browser.press(result, "logout-confirm") if result.html.has("logout-confirm") else result
        assert isinstance(page, Shown), "it leads out"


# Told to the others.


def logout_token(sink: SmallServer, name: str, count: int) -> str:
    """What a client was sent."""
    received = sink.wait_for(f"/{name}", count)
    assert received.method == "POST"
    assert received.headers["Content-Type"].split(";")[0] == "application/x-www-form-urlencoded"
    assert set(received.form) == {"logout_token"}
    return received.form["logout_token"]


def check_logout_token(flow: CodeFlow, token: str) -> dict:
    """Back-Channel Logout section 2.6."""
    claims = verified(token, key_set(flow.wallet, flow.server), "logout+jwt")
    known = id_token_claims(flow, None)
    assert (claims["iss"], claims["aud"]) == (flow.server["issuer"], flow.client.client_id)
    assert claims["events"] == {EVENT: {}} and "nonce" not in claims and claims["jti"]
    assert (claims["sub"], claims["sid"]) == (known["sub"], known["sid"])
    assert abs(time.time() - claims["iat"]) < 60 and 0 < claims["exp"] - claims["iat"] <= 120
    return claims


@pytest.mark.parametrize("way", ["logout", "sign-out"])
def test_every_client_of_the_session_is_told(
    way: str, hub: Provider, browser: PlainBrowser, wallet: Wallet, sink: SmallServer
) -> None:
    """Each by a token of its own, with its own names of person and session."""
    flows = [visit(hub, wallet, browser, name) for name in ("web", "other")]
    counts = [len(sink.to(f"/{name}")) for name in ("web", "other")]
    if way == "logout":
        log_out(hub, browser, wallet)
    else:
        browser.press(browser.show(hub.url + "/account"), "sign-out")
    told = [
        check_logout_token(flow, logout_token(sink, flow.client.client_id, count + 1))
        for flow, count in zip(flows, counts)]
    assert told[0]["sid"] != told[1]["sid"] and told[0]["sub"] != told[1]["sub"] and told[0]["jti"] != told[1]["jti"]


def test_others_are_not_told(hub: Provider, browser: PlainBrowser, wallet: Wallet, sink: SmallServer) -> None:
    """Neither clients that were not used in the session, nor about other people."""
    visit(hub, wallet, browser)
    web, other = len(sink.to("/web")), len(sink.to("/other"))
    log_out(hub, browser, wallet)
    sink.wait_for("/web", web + 1)
    assert len(sink.to("/other")) == other


def test_client_that_cannot_be_told(
    hub: Provider, browser: PlainBrowser, wallet: Wallet, sink: SmallServer
) -> None:
    """A client that answers nothing good does not keep the person from leaving."""
    sink.publish("/web", Reply(status=500))
    visit(hub, wallet, browser)
    begun = time.monotonic()
    log_out(hub, browser, wallet)
    assert not is_logged_in(hub, browser) and time.monotonic() - begun < 5
    sink.publish("/web", Reply())


def test_inside_address_is_not_told(make_provider: MakeProvider, browser: PlainBrowser, wallet: Wallet) -> None:
    """A logout address in the operator's own network, which the operator has not allowed."""
    with SmallServer() as inside:
        inside.publish("/out", Reply())
        server = make_provider("no-way-inside")
        server.admit("web", SecretBasic("a secret of the web"), backchannel_logout_uri=inside.url + "/out")
        server.start().import_people()
        visit(server, wallet, browser)
        log_out(server, browser, wallet)
        assert not is_logged_in(server, browser)
        visit(server, wallet, browser)
        assert not inside.received


# Keys that change.


def test_rotation(make_provider: MakeProvider, browser: PlainBrowser, wallet: Wallet) -> None:
    """Tokens are signed by the new key soon; what the old one has signed is still good, here and elsewhere."""
    server = make_provider("rotating").configure({"authorization_server": {"token_format": "jwt"}})
    server.admit("web", SecretBasic(secrets.token_urlsafe(32)), post_logout_redirect_uris=[LEFT])
    server.start().import_people()
    before = visit(server, wallet, browser)
    old = header_of(before.tokens["id_token"])["kid"]
    rotated = server.run("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    after = wait_for_another_key(server, wallet, browser, old)
    assert verified(before.tokens["id_token"], key_set(wallet, after.server))
    assert before.user_info().status_code == 200, "an access token from before the rotation is refused"
    assert before.introspect(before.tokens["access_token"]).json()["active"] is True
    hint = {"id_token_hint": before.tokens["id_token"], "post_logout_redirect_uri": LEFT}
    assert departed(log_out(server, browser, wallet, **hint)).address == LEFT, "an old ID token is no hint any more"


def wait_for_another_key(server: Provider, wallet: Wallet, browser: PlainBrowser, old: str) -> CodeFlow:
    """Logs in until ID tokens are signed by another key, which was published before it was used."""
    deadline = time.monotonic() + ROTATION_SECONDS
    while time.monotonic() < deadline:
        published = {key["kid"] for key in key_set(wallet, server.metadata(wallet))}
        flow = visit(server, wallet, browser)
        used = header_of(flow.tokens["id_token"])["kid"]
        if used != old:
            assert used in published and old in published
            return flow
        time.sleep(0.5)
    raise AssertionError(f"{ROTATION_SECONDS} seconds after the rotation the old key still signs")


def test_rotation_by_the_management_api(make_provider: MakeProvider, wallet: Wallet) -> None:
    """Only with the operator's key."""
    server = make_provider("managed").start()
    refused = requests.post(f"http://localhost:{server.management_port}/keys/rotate", json={}, timeout=10)
    assert refused.status_code == 401
    before = {key["kid"] for key in key_set(wallet, server.metadata(wallet))}
    [key_file] = [path for path in server.data.rglob("*") if "management" in path.name and path.is_file()]
    key = {"Authorization": "Bearer " + key_file.read_text().strip()}
    done = requests.post(f"http://localhost:{server.management_port}/keys/rotate", json={}, headers=key, timeout=10)
    assert done.status_code == 200, done.text
    deadline = time.monotonic() + ROTATION_SECONDS
    while {key["kid"] for key in key_set(wallet, server.metadata(wallet))} == before:
        assert time.monotonic() < deadline, "the new key is not published"
        time.sleep(0.2)
