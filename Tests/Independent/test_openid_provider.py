"""OpenID Connect: ID tokens, claims and who is told them, prompts and levels, userinfo, introspection."""

import json
import time
from typing import Callable

import pytest

from answers import assert_private, assert_refused
from code_wallet import CodeFlow, server_metadata
from openid_checks import claims_of, header_of, id_token_claims, key_set, verified
from people import Person
from plain_browser import PlainBrowser, Shown, departed, shown
from provider_setup import BASIC, STRONG, Provider
from sign_in import Visitor, claims_on, method_of, step_of
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

NewBrowser = Callable[..., PlainBrowser]
EVERYTHING = "openid profile email address"
BY_SCOPE = {"profile": {"given_name", "family_name", "birthdate"}, "email": {"email"}, "address": {"address"}}


@pytest.fixture
def log_in(provider: Provider, wallet: Wallet) -> Callable[..., CodeFlow]:
    """A login with a browser of its own, as the client sees it."""

    def log_in(
        person: Person, client: str = "web", shares: set[str] | None = None, methods: tuple[str, ...] = ("password",),
        remember: str | None = None, **options: object,
    ) -> CodeFlow:
        flow = provider.flow(wallet, client, **{"scope": "openid", **options})
        return flow.log_in(person, shares=shares, methods=methods, remember=remember)

    return log_in


# Discovery.


def test_discovery(provider: Provider, wallet: Wallet) -> None:
    """OpenID Connect Discovery section 3: what must be there, with values that exist."""
    metadata = server_metadata(wallet, provider.url, "openid-configuration")
    assert metadata["issuer"] == provider.url and "code" in metadata["response_types_supported"]
    assert "openid" in metadata["scopes_supported"] and {"sub", "acr", "auth_time"} <= set(metadata["claims_supported"])
    assert set(metadata["acr_values_supported"]) == {BASIC, STRONG}
    keys = wallet.http.get(metadata["jwks_uri"])
    assert keys.status_code == 200
    algorithms = {key["alg"] for key in keys.json()["keys"] if "alg" in key}
    assert set(metadata["id_token_signing_alg_values_supported"]) <= algorithms
    for name in ("userinfo_signing_alg_values_supported", "introspection_signing_alg_values_supported"):
        assert "none" not in metadata.get(name, [])


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/auth/jwks.json"])
def test_scripts_may_read_what_is_public(path: str, provider: Provider, wallet: Wallet) -> None:
    """Clients in browsers need it (CORS); what is private they may not read from elsewhere."""
    answer = wallet.http.get(provider.url + path, headers={"Origin": "https://app.example"})
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    account = wallet.http.get(
        provider.url + "/account", headers={"Origin": "https://app.example"}, allow_redirects=False)
    assert "Access-Control-Allow-Origin" not in account.headers


# ID tokens.


@pytest.mark.parametrize("client", ["web", "keyed", "wallet", "attested"])
def test_id_token(client: str, log_in: Callable, person: Person) -> None:
    """Signed, for this client, about this login."""
    before = int(time.time())
    flow = log_in(person, client, nonce="n-0S6_WzA2Mj")
    claims = id_token_claims(flow, "n-0S6_WzA2Mj")
    assert before <= claims["auth_time"] <= int(time.time()) and (claims["acr"], claims["amr"]) == (BASIC, ["pwd"])
    for secret in (person.id, person.username, person.facts["student_number"]):
        assert secret not in json.dumps(claims)


@pytest.mark.parametrize("nonce", [None, "x" * 64, "a b\"\\é"], ids=["none", "64 letters", "odd"])
def test_nonce_comes_back(nonce: str | None, log_in: Callable, person: Person) -> None:
    """To the letter, or not at all."""
    assert id_token_claims(log_in(person, nonce=nonce), nonce)


def test_no_id_token_without_openid(log_in: Callable, person: Person) -> None:
    """Who has not asked for OpenID gets OAuth."""
    assert "id_token" not in log_in(person, scope="student_id").tokens


def test_openid_and_a_credential(log_in: Callable, person: Person) -> None:
    """Both at once."""
    flow = log_in(person, "wallet", scope="openid student_id")
    assert set(flow.tokens["scope"].split()) == {"openid", "student_id"}
    assert id_token_claims(flow, None)["sub"] == flow.user_info().json()["sub"]


@pytest.mark.parametrize(("methods", "references"), [
    (("password",), ["pwd"]), (("pin",), ["pin"]), (("knowledge",), ["kba"]),
])
def test_how_somebody_has_logged_in(methods: tuple, references: list[str], log_in: Callable, person: Person) -> None:
    """`amr` says by what (RFC 8176)."""
    assert id_token_claims(log_in(person, methods=methods), None)["amr"] == references


@pytest.mark.parametrize(("client", "asked"), [
    ("web", {"acr_values": STRONG}), ("web", {"acr_values": f"urn:unknown {STRONG}"}),
    ("web", {"claims": json.dumps({"id_token": {"acr": {"essential": True, "values": [STRONG]}}})}), ("strong", {}),
    ("strong", {"acr_values": BASIC}),
], ids=["by value", "amongst unknown ones", "by claim", "by registration", "less than registered"])
def test_two_factors(client: str, asked: dict, log_in: Callable, person: Person) -> None:
    """A stronger level takes two steps, and the token says so."""
    claims = id_token_claims(log_in(person, client, methods=("password", "pin"), **asked), None)
    assert claims["acr"] == STRONG and claims["amr"] == ["pwd", "pin", "mfa"]


def test_level_that_nobody_reaches(provider: Provider, wallet: Wallet) -> None:
    """An essential level that does not exist is refused (OpenID Connect Core Unmet Authentication Requirements)."""
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:unknown"]}}})
    answer = provider.flow(wallet, "web", scope="openid", claims=claims).push()
    assert_refused(answer, 400, "unmet_authentication_requirements")


def test_unknown_level_is_the_default(log_in: Callable, person: Person) -> None:
    """`acr_values` is a wish."""
    assert id_token_claims(log_in(person, acr_values="urn:unknown"), None)["acr"] == BASIC


# How people are called.


def subject(flow: CodeFlow) -> str:
    """What the client knows the person by."""
    return id_token_claims(flow, None)["sub"]


def test_everybody_is_called_otherwise_elsewhere(log_in: Callable, person: Person, other_person: Person) -> None:
    """The same at one site, always; another name at another site; nobody shares a name (Core section 8.1)."""
    here, again, next_door = (subject(log_in(person, client)) for client in ("web", "web", "twin"))
    assert here == again == next_door
    assert len({here, subject(log_in(person, "keyed")), subject(log_in(other_person))}) == 3


# Claims.


@pytest.mark.parametrize("scope", BY_SCOPE)
def test_claims_by_scope(scope: str, log_in: Callable, person: Person) -> None:
    """Those of the scope, at the userinfo endpoint, if the person has ticked them."""
    flow = log_in(person, scope=f"openid {scope}", shares=BY_SCOPE[scope])
    told = flow.user_info().json()
    assert told == {"sub": told["sub"], **{name: claims_of(person)[name] for name in BY_SCOPE[scope]}}
    assert not BY_SCOPE[scope] & set(id_token_claims(flow, None)), "claims by scope are for userinfo"


def test_only_what_was_ticked_is_told(log_in: Callable, person: Person) -> None:
    """And no more, whatever was asked."""
    told = log_in(person, scope=EVERYTHING, shares={"email"}).user_info().json()
    assert set(told) == {"sub", "email"}


def test_nothing_is_ticked_in_advance(log_in: Callable, person: Person) -> None:
    """Who just presses the button shares nothing that could be left out."""
    assert set(log_in(person, scope=EVERYTHING).user_info().json()) == {"sub"}


ASKED_BY_NAME = json.dumps({
    "userinfo": {"email": {"essential": True}, "given_name": None, "nobody_knows": {"essential": True}},
    "id_token": {"student_number": {"essential": True}, "family_name": {"purpose": "For the certificate"}},
})


def test_claims_by_name(log_in: Callable, person: Person) -> None:
    """Where they were asked for, essential ones always, voluntary ones if ticked; what is unknown is left out."""
    flow = log_in(person, claims=ASKED_BY_NAME, shares={"family_name"})
    told, known = flow.user_info().json(), claims_of(person)
    assert told == {"sub": told["sub"], "email": known["email"]}
    token = id_token_claims(flow, None)
    assert {name: token.get(name) for name in ("student_number", "family_name", "email")} == {
        "student_number": known["student_number"], "family_name": known["family_name"], "email": None}


def test_essential_claims_on_the_page(
    provider: Provider, person: Person, new_browser: NewBrowser, wallet: Wallet
) -> None:
    """They are shown as fixed, with their purpose; leaving one out of the form changes nothing."""
    flow = provider.flow(wallet, "web", scope="openid", claims=ASKED_BY_NAME)
    browser = new_browser(flow.client.redirect_uri)
    page = shown(consent_page(browser, flow, person))
    assert claims_on(page) == {"email": False, "given_name": True, "student_number": False, "family_name": True}
    assert "For the certificate" in page.html.root.text
    flow.take(flow.checked(departed(browser.press(page, "allow", {"share_email": None}))))
    assert "email" in flow.user_info().json()


def consent_page(browser: PlainBrowser, flow: CodeFlow, person: Person) -> Shown:
    """The consent page of a request, after a login if one is asked for."""
    page = browser.show(flow.address())
    if page.html.has("login-form"):
        page = Visitor(person, browser).log_in(page)
    assert page.html.has("consent-form")
    return page


def test_unknown_values_are_left_out(log_in: Callable, provider: Provider) -> None:
    """Members that the registry does not know are not there, rather than empty."""
    for person in provider.people[:3]:
        told = log_in(person, scope="openid address", shares={"address"}).user_info().json()
        assert told["address"] == claims_of(person)["address"] and all(told["address"].values())


# Asking again, or not.


def auth_time(flow: CodeFlow) -> int:
    """When the login was, as the client is told."""
    return id_token_claims(flow, None)["auth_time"]


@pytest.fixture
def visit(provider: Provider, wallet: Wallet, new_browser: NewBrowser) -> Callable[..., tuple[CodeFlow, list[str]]]:
    """Sends one and the same browser through a request; gives the flow and the pages that were answered."""
    browser = new_browser("https://web.example/callback")

    def visit(person: Person, **options: object) -> tuple[CodeFlow, list[str]]:
        remember = options.pop("remember", None)
        flow = provider.flow(wallet, "web", **{"scope": "openid", **options})
        visitor = Visitor(person, browser, methods=("password", "pin"), remember=remember)
        flow.take(flow.visit(visitor))
        return flow, visitor.answered

    return visit


def test_session_is_used(visit: Callable, person: Person) -> None:
    """Who is logged in is not asked to log in again, and the time is that of the login."""
    first, pages = visit(person)
    assert pages == ["login", "consent"]
    second, pages = visit(person)
    assert pages == ["consent"] and auth_time(second) == auth_time(first)


def test_consent_is_remembered(visit: Callable, provider: Provider) -> None:
    """Within what was agreed to; for more, people are asked again, and with `prompt=consent` always."""
    person = provider.people[5]
    visit(person, remember="30d")
    assert visit(person)[1] == []
    assert visit(person, prompt="none")[1] == []
    assert visit(person, prompt="consent")[1] == ["consent"]
    assert visit(person, scope="openid student_id")[1] == ["consent"]


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_login_is_asked_for_again(asked: dict, visit: Callable, person: Person) -> None:
    """And the time is that of the new one."""
    first, _ = visit(person)
    time.sleep(1.1)
    second, pages = visit(person, **asked)
    assert pages == ["login", "consent"] and auth_time(second) > auth_time(first)


def test_login_is_recent_enough(visit: Callable, person: Person) -> None:
    """`max_age` that is not over asks nothing."""
    visit(person)
    assert visit(person, max_age="10000")[1] == ["consent"]


def test_stronger_level_within_a_session(visit: Callable, person: Person) -> None:
    """A session that began with one factor is not enough for two; afterwards it is enough for either."""
    visit(person)
    flow, pages = visit(person, acr_values=STRONG)
    assert pages == ["login", "login", "consent"] and id_token_claims(flow, None)["acr"] == STRONG
    assert visit(person, acr_values=STRONG)[1] == visit(person)[1] == ["consent"]


def test_hint_of_somebody_else(
    provider: Provider, wallet: Wallet, new_browser: NewBrowser, other_person: Person
) -> None:
    """With `prompt=none`, an ID token of another person than the one who is logged in is refused."""
    person = provider.people[6]
    browser = new_browser("https://web.example/callback")
    flow = provider.flow(wallet, "web", scope="openid")
    flow.take(flow.visit(Visitor(person, browser, remember="30d")))
    stranger = provider.flow(wallet, "web", scope="openid").log_in(other_person)
    for hint, is_right in ((flow.tokens["id_token"], True), (stranger.tokens["id_token"], False)):
        silent = provider.flow(wallet, "web", scope="openid", prompt="none", id_token_hint=hint)
        answer = silent.checked(departed(browser.open(silent.address())))
        assert ("code" in answer) == is_right
        assert is_right or answer["error"] in ("login_required", "account_selection_required")


# What the login page does with the request.


def test_login_hint_is_filled_in(provider: Provider, person: Person, new_browser: NewBrowser, wallet: Wallet) -> None:
    """The user name stands there already; whether it is anybody's is not told."""
    for hint in (person.username, "nobody@example.org"):
        flow = provider.flow(wallet, "web", scope="openid", login_hint=hint)
        page = new_browser(flow.client.redirect_uri).show(flow.address())
        assert method_of(page) == "password" and page.html.one("username").attributes["value"] == hint


@pytest.mark.parametrize(("ui_locales", "accepted", "shown_in"), [
    ("ar", "en", "ar"), ("de-CH ar en", "en", "ar"), ("xx", "ar", "ar"), (None, "ar", "ar"), ("en", "ar", "en"),
])
def test_language_that_the_client_asks_for(
    ui_locales: str | None, accepted: str, shown_in: str, provider: Provider, new_browser: NewBrowser, wallet: Wallet
) -> None:
    """`ui_locales` before the browser's own languages."""
    flow = provider.flow(wallet, "web", scope="openid", ui_locales=ui_locales)
    page = new_browser(flow.client.redirect_uri, accepted).show(flow.address())
    [html] = [element for element in page.html.root.elements() if element.name == "html"]
    assert html.attributes["lang"] == shown_in and html.attributes.get("dir", "ltr") == (
        "rtl" if shown_in == "ar" else "ltr")


@pytest.mark.parametrize("asked", [
    {"display": "popup"}, {"display": "page"}, {"claims_locales": "ar en"}, {"registration": "{}"},
])
def test_wishes_are_tolerated(asked: dict, log_in: Callable, person: Person) -> None:
    """What is not done is ignored."""
    assert id_token_claims(log_in(person, **asked), None)


def test_second_step_is_shown(provider: Provider, person: Person, new_browser: NewBrowser, wallet: Wallet) -> None:
    """Step 1 of 2, then step 2 without the user name."""
    flow = provider.flow(wallet, "strong", scope="openid")
    browser = new_browser(flow.client.redirect_uri)
    page = browser.show(flow.address())
    assert step_of(page) == 1 and "2" in page.html.one("step").text
    page = shown(Visitor(person, browser).log_in(page))
    assert step_of(page) == 2 and method_of(page) == "pin" and not page.html.has("username")


# Userinfo.


def test_userinfo_by_every_way(log_in: Callable, person: Person) -> None:
    """GET and POST, the token in the header or in the form (OpenID Connect Core section 5.3.1, RFC 6750)."""
    flow = log_in(person, scope="openid email", shares={"email"})
    endpoint, token = flow.server["userinfo_endpoint"], flow.tokens["access_token"]
    answers = [
        flow.user_info(), flow.call("POST", endpoint),
        flow.wallet.post(endpoint, data={"access_token": token}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert_private(answer)
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert answers[0].json()["sub"] == subject(flow)


def test_userinfo_of_a_bound_token(log_in: Callable, person: Person) -> None:
    """Only with a proof."""
    flow = log_in(person, "wallet", scope="openid")
    assert flow.user_info().json()["sub"] == subject(flow)
    bare = flow.wallet.http.get(
        flow.server["userinfo_endpoint"], headers={"Authorization": f"Bearer {flow.tokens['access_token']}"})
    assert_refused(bare, 401, "invalid_token")


def test_userinfo_of_nobody(log_in: Callable, person: Person) -> None:
    """No token, an unknown one, one in the address, one without `openid`."""
    flow = log_in(person)
    endpoint, token = flow.server["userinfo_endpoint"], flow.tokens["access_token"]
    nothing = flow.wallet.http.get(endpoint)
    assert nothing.status_code == 401 and "error=" not in nothing.headers["WWW-Authenticate"]
    assert_refused(flow.user_info(token="A" * 48), 401, "invalid_token")
    assert flow.wallet.http.get(endpoint, params={"access_token": token}).status_code in (400, 401)
    assert_refused(log_in(person, scope="student_id").user_info(), 403, "insufficient_scope")


# Refresh tokens and introspection.


def test_refreshed_id_token(log_in: Callable, provider: Provider) -> None:
    """About the same login (OpenID Connect Core section 12.2); only with `offline_access`."""
    person = provider.people[4]
    assert "refresh_token" not in log_in(person, remember="30d").tokens
    flow = log_in(person, scope="openid offline_access email", remember="30d", shares={"email"}, prompt="consent")
    first, tokens = id_token_claims(flow, None), flow.refreshed()
    assert set(tokens["scope"].split()) == {"openid", "offline_access", "email"}
    again = id_token_claims(flow, None, tokens)
    assert {name: again[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: first[name] for name in ("iss", "sub", "aud", "auth_time")}
    assert flow.user_info(token=tokens["access_token"]).json()["email"] == person.username


def test_introspection(log_in: Callable, person: Person) -> None:
    """RFC 7662: what the token is, nothing about who the person is."""
    flow = log_in(person, scope="openid student_id")
    answer = flow.introspect(flow.tokens["access_token"])
    assert_private(answer)
    told = answer.json()
    assert told["active"] is True and (told["client_id"], told["iss"]) == ("web", flow.server["issuer"])
    assert set(told["scope"].split()) == {"openid", "student_id"} and told["sub"] == subject(flow)
    assert told["iat"] <= time.time() < told["exp"] <= told["iat"] + 300 and told["token_type"].lower() == "bearer"
    assert person.id not in answer.text and person.username not in answer.text
    for unknown in ("x", "A" * 48, flow.code, flow.tokens["id_token"]):
        assert flow.introspect(unknown).json() == {"active": False}


def test_introspection_of_a_bound_token(log_in: Callable, person: Person) -> None:
    """Whoever takes it must know the key (RFC 9449 section 6.2)."""
    flow = log_in(person, "bound", scope="student_id")
    told = flow.introspect(flow.tokens["access_token"]).json()
    assert told["cnf"] == {"jkt": flow.client.dpop_key.key.thumbprint()} and told["token_type"] == "DPoP"


def test_signed_introspection(log_in: Callable, person: Person) -> None:
    """RFC 9701, for those who must be able to show it later."""
    flow = log_in(person)
    answer = flow.introspect(flow.tokens["access_token"], accept="application/token-introspection+jwt")
    assert answer.headers["Content-Type"] == "application/token-introspection+jwt"
    claims = verified(answer.text, key_set(flow.wallet, flow.server), "token-introspection+jwt")
    assert (claims["iss"], claims["aud"]) == (flow.server["issuer"], "web") and "sub" not in claims
    assert claims["token_introspection"]["active"] is True and abs(time.time() - claims["iat"]) < 60
    assert header_of(answer.text)["typ"] == "token-introspection+jwt"
