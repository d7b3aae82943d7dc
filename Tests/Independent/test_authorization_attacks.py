"""Authorization requests that must not succeed: addresses, PKCE, request objects, sizes, injections."""

import json
import time
from typing import Callable
from urllib.parse import urlencode

import pytest

from answers import assert_refused, error_code
from client_proofs import request_object, unsigned
from code_wallet import CodeFlow, PrivateKeyJWT, challenge_of, credential_details
from holder_keys import HolderKey
from people import Person
from plain_browser import Departure, PlainBrowser, Shown, departed, shown
from proofs import forge, signing_input
from provider_setup import LOOPBACK, MakeProvider, Provider
from raw_http import RawAnswer, send
from sign_in import Visitor, problem_code
from visits import changed
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

FAR_TOO_LONG = "x" * 100_000
SCRIPT = "\"'><script>alert(1)</script>"
# How a browser is told no that nobody may be redirected.
STATUS_OF_A_PROBLEM_PAGE = 400


def open_direct(flow: CodeFlow, changes: dict) -> Shown | Departure:
    """Opens a request that was not pushed, changed, in a fresh browser."""
    with flow.browser() as browser:
        return browser.open(flow.address(changed(flow.parameters, changes)))


def assert_not_redirected(result: Shown | Departure, code: str | None = None) -> None:
    """A page, from which nothing leads to an address of the request."""
    page = shown(result)
    assert page.status == STATUS_OF_A_PROBLEM_PAGE and "Location" not in page.response.headers
    assert code is None or problem_code(page) == code


def redirected_error(flow: CodeFlow, result: Shown | Departure) -> str:
    """The error in an answer that is the client's own and names the server (RFC 9207)."""
    answer = flow.checked(departed(result))
    assert set(answer) <= {"error", "error_description", "error_uri", "state", "iss"}
    return answer["error"]


# Where answers go.


BAD_ADDRESSES = {
    "another host": "https://evil.example/callback",
    "part of the path": "https://web.example/call",
    "more path": "https://web.example/callback/more",
    "more query": "https://web.example/callback?x=1",
    "a fragment": "https://web.example/callback#x",
    "user information": "https://web.example@evil.example/callback",
    "user information of ours": "https://x@web.example/callback",
    "a longer host": "https://web.example.evil.example/callback",
    "a shorter host": "https://eb.example/callback",
    "other letters": "https://WEB.example/callback",
    "the default port": "https://web.example:443/callback",
    "another port": "https://web.example:8443/callback",
    "another scheme": "http://web.example/callback",
    "dots": "https://web.example/x/../callback",
    "percent": "https://web.example/%63allback",
    "a backslash": "https://evil.example\\@web.example/callback",
    "a space": "https://web.example/callback ",
    "a line break": "https://web.example/callback\r\nSet-Cookie: planted=1",
    "a zero byte": "https://web.example/callback\0",
    "a script": "javascript:alert(1)//web.example/callback",
    "data": "data:text/html,web.example/callback",
    "no scheme": "//web.example/callback",
    "a path": "/callback",
    "a long one": "https://web.example/callback?" + "x" * 3_000,
}


@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "direct"])
@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_address_that_is_not_registered(address: str, pushes: bool, provider: Provider, wallet: Wallet) -> None:
    """Compared to the byte; nobody is sent there, not even with an error (RFC 9700 section 2.1)."""
    flow = provider.flow(wallet, "web", scope="student_id", pushes=pushes)
    changes = {"redirect_uri": BAD_ADDRESSES[address]}
    if pushes:
        assert_refused(flow.push(changes), 400, "invalid_request")
    else:
        assert_not_redirected(open_direct(flow, changes), "invalid_request")


@pytest.mark.parametrize("address", [
    "http://localhost/callback", "http://127.0.0.2/callback", "http://[::1]/callback", "https://127.0.0.1/callback",
    "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1.evil.example/callback", "http://127.0.0.1/other",
    "http://127.0.0.1:99999/callback", "http://127.0.0.1:1x/callback", "http://2130706433/callback",
])
def test_loopback_address_differs_in_its_port_alone(address: str, provider: Provider, wallet: Wallet) -> None:
    """RFC 8252 section 7.3 goes no further."""
    assert LOOPBACK == "http://127.0.0.1/callback"
    flow = provider.flow(wallet, "wallet", scope="student_id", pushes=False)
    assert_not_redirected(open_direct(flow, {"redirect_uri": address}), "invalid_request")


def test_repeated_address(provider: Provider, wallet: Wallet) -> None:
    """Of two addresses neither counts: the error goes to the only one that is registered, if anywhere."""
    flow = provider.flow(wallet, "web", scope="student_id", pushes=False)
    address = flow.address() + "&" + urlencode({"redirect_uri": "https://evil.example/"})
    with flow.browser() as browser:
        result = browser.open(address)
    if isinstance(result, Departure):
        assert redirected_error(flow, result) == "invalid_request"
    else:
        assert_not_redirected(result, "invalid_request")


@pytest.mark.parametrize("client_id", ["nobody", "WEB", "web ", "web\0", "w\u0435b", "", None, "x" * 600])
def test_unknown_client(client_id: str | None, provider: Provider, wallet: Wallet) -> None:
    """A page, whatever address it names; at the back channel the client is told."""
    flow = provider.flow(wallet, "web", scope="student_id")
    assert_not_redirected(open_direct(flow, {"client_id": client_id}))
    answer = flow.wallet.post(
        flow.server["pushed_authorization_request_endpoint"], data=changed(flow.parameters, {"client_id": client_id}))
    assert answer.status_code in (400, 401) and error_code(answer) in ("invalid_client", "invalid_request")


# What is asked.


FAULTS: dict[str, tuple[dict, str]] = {
    "no response type": ({"response_type": None}, "invalid_request"),
    "token": ({"response_type": "token"}, "unsupported_response_type"),
    "ID token": ({"response_type": "id_token", "nonce": "n"}, "unsupported_response_type"),
    "hybrid": ({"response_type": "code id_token", "nonce": "n"}, "unsupported_response_type"),
    "response in the fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "unknown response mode": ({"response_mode": "carrier-pigeon"}, "invalid_request"),
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "no challenge method": ({"code_challenge_method": None}, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "unknown challenge method": ({"code_challenge_method": "S512"}, "invalid_request"),
    "short challenge": ({"code_challenge": "x" * 42}, "invalid_request"),
    "long challenge": ({"code_challenge": "x" * 129}, "invalid_request"),
    "challenge with padding": ({"code_challenge": "x" * 43 + "="}, "invalid_request"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "unknown scope": ({"scope": "nobody_knows_this"}, "invalid_scope"),
    "malformed scope": ({"scope": "student_id \"x\""}, "invalid_scope"),
    "malformed details": ({"authorization_details": "{"}, "invalid_authorization_details"),
    "details that are no list": ({"authorization_details": "{}"}, "invalid_authorization_details"),
    "details of another type": (
        {"authorization_details": '[{"type":"payment"}]'}, "invalid_authorization_details"),
    "details without a credential": (
        {"authorization_details": '[{"type":"openid_credential"}]'}, "invalid_authorization_details"),
    "unknown credential": (
        {"authorization_details": json.dumps(credential_details("nothing", "https://issuer.example"))},
        "invalid_authorization_details"),
    "credential of another issuer": (
        {"authorization_details": json.dumps(credential_details("student-id", "https://issuer.example"))},
        "invalid_authorization_details"),
    "unknown resource": ({"resource": "https://nobody.example"}, "invalid_target"),
    "malformed resource": ({"resource": "nobody"}, "invalid_target"),
    "malformed claims": ({"claims": "{", "scope": "openid"}, "invalid_request"),
    "claims that are no object": ({"claims": "[]", "scope": "openid"}, "invalid_request"),
    "none with another prompt": ({"prompt": "none login"}, "invalid_request"),
    "negative age": ({"max_age": "-1"}, "invalid_request"),
    "age in words": ({"max_age": "soon"}, "invalid_request"),
    "bad key thumbprint": ({"dpop_jkt": "x"}, "invalid_request"),
    "long state": ({"state": "x" * 5_000}, "invalid_request"),
    "long nonce": ({"nonce": "x" * 5_000}, "invalid_request"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_request_is_refused_when_pushed(fault: str, provider: Provider, wallet: Wallet) -> None:
    """With its code, before any browser has seen it."""
    changes, code = FAULTS[fault]
    assert_refused(provider.flow(wallet, "web", scope="student_id").push(changes), 400, code)


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_request_is_refused_by_redirect(fault: str, provider: Provider, wallet: Wallet) -> None:
    """The client hears of it, from whom, and nobody is asked to log in."""
    changes, code = FAULTS[fault]
    flow = provider.flow(wallet, "web", scope="student_id", pushes=False)
    result = open_direct(flow, changes)
    if len(changes.get("state", "")) > 512:
        assert departed(result).parameters["error"] == code
    else:
        assert redirected_error(flow, result) == code


@pytest.mark.parametrize("name", ["state", "scope", "code_challenge", "client_id", "vendor_parameter"])
def test_repeated_parameter(name: str, provider: Provider, wallet: Wallet) -> None:
    """RFC 6749 section 3.1: none may be there twice."""
    flow = provider.flow(wallet, "web", scope="student_id", vendor_parameter="1", pushes=False)
    with flow.browser() as browser:
        result = browser.open(flow.address() + "&" + urlencode({name: flow.parameters[name]}))
    if isinstance(result, Departure):
        assert result.parameters["error"] == "invalid_request"
    else:
        assert_not_redirected(result, "invalid_request")
    pairs = [*flow.parameters.items(), (name, flow.parameters[name])]
    headers: dict[str, str] = {}
    flow.client.authentication.add("web", flow.server, {}, headers, None)
    answer = wallet.post(flow.server["pushed_authorization_request_endpoint"], data=pairs, headers=headers)
    assert_refused(answer, 400, "invalid_request")


@pytest.mark.parametrize(("fault", "code"), [("prompt=none", "login_required"), ("cancel", "access_denied")])
def test_refusal_before_login(fault: str, code: str, provider: Provider, wallet: Wallet) -> None:
    """Nobody is logged in, and nobody will; the answer says who gives it."""
    flow = provider.flow(wallet, "web", scope="student_id", **({"prompt": "none"} if "=" in fault else {}))
    with flow.browser() as browser:
        result = browser.open(flow.address())
        if fault == "cancel":
            result = browser.press(shown(result), "cancel")
    assert redirected_error(flow, result) == code


def test_refusal_by_the_person(provider: Provider, person: Person, wallet: Wallet) -> None:
    """`access_denied`, from this server, and the request is over."""
    flow = provider.flow(wallet, "web", scope="student_id")
    with flow.browser() as browser:
        result = Visitor(person, browser, allows=False).pass_through(flow.address())
        assert redirected_error(flow, result) == "access_denied"
        assert_not_redirected(browser.open(flow.address()))


def test_consent_without_a_page_is_required(provider: Provider, person: Person, wallet: Wallet) -> None:
    """With `prompt=none`, somebody who is logged in and has agreed to nothing is not asked."""
    first = provider.flow(wallet, "web", scope="student_id")
    with first.browser() as browser:
        first.visit(Visitor(person, browser))
        silent = provider.flow(wallet, "web", scope="enrolment", prompt="none")
        assert redirected_error(silent, browser.open(silent.address())) in ("consent_required", "interaction_required")


# Pushed requests.


def test_pushed_request_is_good_once(provider: Provider, person: Person, wallet: Wallet) -> None:
    """After the answer, its name opens nothing, in this browser or another."""
    flow = provider.flow(wallet, "web", scope="student_id")
    with flow.browser() as browser, flow.browser() as other:
        flow.visit(Visitor(person, browser))
        for each in (browser, other):
            assert_not_redirected(each.open(flow.address()))


@pytest.mark.parametrize("client_id", ["keyed", "wallet", "nobody", None])
def test_pushed_request_of_another_client(client_id: str | None, provider: Provider, wallet: Wallet) -> None:
    """RFC 9126 section 4: bound to who pushed it."""
    flow = provider.flow(wallet, "web", scope="student_id")
    reference = changed({"client_id": client_id, "request_uri": flow.pushed["request_uri"]}, {})
    with flow.browser() as browser:
        assert_not_redirected(browser.open(flow.address(reference)))
        assert shown(browser.open(flow.address())).html.has("login-form"), "the client's own request is lost"


@pytest.mark.parametrize("spoil", [
    lambda uri: uri[:-1], lambda uri: uri + "A", lambda uri: uri.swapcase(), lambda uri: uri + "\0",
    lambda uri: "urn:ietf:params:oauth:request_uri:", lambda uri: "urn:ietf:params:oauth:request_uri:" + "A" * 3_000,
    lambda uri: "urn:other:" + uri.rsplit(":", 1)[1],
], ids=["shorter", "longer", "other letters", "zero byte", "empty", "very long", "another name"])
def test_unknown_request_uri(spoil: Callable[[str], str], provider: Provider, wallet: Wallet) -> None:
    """What was not handed out opens nothing."""
    flow = provider.flow(wallet, "web", scope="student_id")
    reference = {"client_id": "web", "request_uri": spoil(flow.pushed["request_uri"])}
    with flow.browser() as browser:
        result = browser.open(flow.address(reference))
        assert isinstance(result, Departure) or result.status == STATUS_OF_A_PROBLEM_PAGE
        assert not isinstance(result, Departure) or "error" in result.parameters


def test_request_uri_in_a_pushed_request(provider: Provider, wallet: Wallet) -> None:
    """RFC 9126 section 2.1."""
    flow = provider.flow(wallet, "web", scope="student_id")
    assert_refused(flow.push({"request_uri": flow.pushed["request_uri"]}), 400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_pushing_is_posting(method: str, provider: Provider, wallet: Wallet) -> None:
    """405, with what is allowed."""
    flow = provider.flow(wallet, "web", scope="student_id")
    endpoint = flow.server["pushed_authorization_request_endpoint"]
    answer = wallet.http.request(method, endpoint, params=flow.parameters)
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


@pytest.fixture(scope="module")
def strict(make_provider: MakeProvider) -> Provider:
    """A server as FAPI 2.0 wants it."""
    server = make_provider("strict-requests")
    server.configure({"authorization_server": {"security_profile": "fapi2"}})
    for name in ("bound", "other"):
        server.admit(name, PrivateKeyJWT(HolderKey.make()), dpop_key=HolderKey.make())
    return server.start().import_people()


def test_strict_server_takes_pushed_requests_alone(strict: Provider, wallet: Wallet) -> None:
    """FAPI 2.0 Security Profile section 5.3.2.2."""
    flow = strict.flow(wallet, "bound", scope="student_id", pushes=False)
    result = open_direct(flow, {})
    if isinstance(result, Departure):
        assert redirected_error(flow, result) == "invalid_request"
    else:
        assert_not_redirected(result)


@pytest.mark.parametrize(("changes", "code"), [
    ({"redirect_uri": None}, "invalid_request"), ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"code_challenge_method": "plain"}, "invalid_request"), ({"dpop_jkt": "A" * 43}, None),
], ids=["no address", "hybrid", "plain", "another key"])
def test_strict_server_refuses(changes: dict, code: str | None, strict: Provider, wallet: Wallet) -> None:
    """At the back channel; `dpop_jkt` must be of the key that the proof is by."""
    answer = strict.flow(wallet, "bound", scope="student_id").push(changes)
    assert answer.status_code == 400
    assert error_code(answer) in ([code] if code else ["invalid_request", "invalid_dpop_proof"])


def test_attested_wallet_must_push(provider: Provider, wallet: Wallet) -> None:
    """In an address, nobody has vouched for it."""
    flow = provider.flow(wallet, "attested", scope="student_id", pushes=False)
    result = open_direct(flow, {})
    if isinstance(result, Departure):
        assert redirected_error(flow, result) in ("invalid_request", "invalid_client")
    else:
        assert_not_redirected(result)


# Request objects.


OBJECT_FAULTS: dict[str, dict] = {
    "another key": {"signer": HolderKey.make()},
    "another audience": {"claims": {"aud": "https://other.example"}},
    "no audience": {"claims": {"aud": None}},
    "another issuer": {"claims": {"iss": "web"}},
    "another client": {"claims": {"client_id": "web"}},
    "no client": {"claims": {"client_id": None}},
    "expired": {"claims": {"exp": int(time.time()) - 600}},
    "without an end": {"claims": {"exp": None}},
    "from the future": {"claims": {"nbf": int(time.time()) + 3_600, "iat": int(time.time()) + 3_600}},
    "a request object in it": {"claims": {"request": "x"}},
    "a reference in it": {"claims": {"request_uri": "https://web.example/request"}},
    "another type": {"header": {"typ": "dpop+jwt"}},
    "an extension that must be understood": {"header": {"crit": ["b64"], "b64": False}},
}


def signed_request(flow: CodeFlow, **fault: object) -> str:
    """A request object of the client `keyed`."""
    return request_object(flow.client.authentication.key, "keyed", flow.server["issuer"], flow.parameters, **fault)


@pytest.mark.parametrize("fault", OBJECT_FAULTS)
def test_bad_request_object(fault: str, provider: Provider, wallet: Wallet) -> None:
    """RFC 9101 section 6, pushed and direct."""
    flow = provider.flow(wallet, "keyed", scope="student_id")
    assert_object_refused(flow, signed_request(flow, **OBJECT_FAULTS[fault]))


@pytest.mark.parametrize("make", [
    lambda flow: unsigned({"typ": "oauth-authz-req+jwt"}, claims_of(flow)),
    lambda flow: signing_input({"typ": "oauth-authz-req+jwt", "alg": "HS256"}, claims_of(flow)) + ".AAAA",
    lambda flow: signed_request(flow)[:-4] + "AAAA",
    lambda flow: signed_request(flow).rsplit(".", 1)[0] + ".",
    lambda flow: forge({"typ": "oauth-authz-req+jwt", "alg": "ES256"}, "[]", flow.client.authentication.key),
    lambda flow: "x", lambda flow: "a.b.c.d.e",
], ids=["unsigned", "by a shared secret", "changed", "signature cut off", "no object", "a letter", "five parts"])
def test_forged_request_object(make: Callable[[CodeFlow], str], provider: Provider, wallet: Wallet) -> None:
    """What the client has not signed with its key is nobody's."""
    flow = provider.flow(wallet, "keyed", scope="student_id")
    assert_object_refused(flow, make(flow))


def claims_of(flow: CodeFlow) -> dict:
    """The payload of a good request object."""
    now = int(time.time())
    return {**flow.parameters, "iss": "keyed", "aud": flow.server["issuer"], "iat": now, "nbf": now, "exp": now + 60}


def assert_object_refused(flow: CodeFlow, signed: str) -> None:
    """At the back channel, and before a login page is shown."""
    answer = flow.post(flow.server["pushed_authorization_request_endpoint"], {"request": signed})
    assert answer.status_code == 400, answer.text
    assert error_code(answer) in ("invalid_request_object", "invalid_request")
    with flow.browser() as browser:
        result = browser.open(flow.address({**flow.parameters, "request": signed}))
    if isinstance(result, Departure):
        assert result.parameters["error"] in ("invalid_request_object", "invalid_request")
    else:
        assert_not_redirected(result)


def test_request_object_of_a_client_without_keys(provider: Provider, wallet: Wallet) -> None:
    """There is nothing to verify it with, so it is refused and not ignored."""
    flow = provider.flow(wallet, "web", scope="student_id")
    signed = request_object(HolderKey.make(), "web", provider.url, flow.parameters)
    answer = flow.push({"request": signed})
    assert answer.status_code == 400
    assert error_code(answer) in ("invalid_request_object", "request_not_supported", "invalid_request")


def test_request_object_and_reference(provider: Provider, wallet: Wallet) -> None:
    """RFC 9101 section 5: one or the other."""
    flow = provider.flow(wallet, "keyed", scope="student_id")
    both = {"client_id": "keyed", "request": signed_request(flow), "request_uri": flow.pushed["request_uri"]}
    with flow.browser() as browser:
        result = browser.open(flow.address(both))
        assert "error" in result.parameters if isinstance(result, Departure) else result.status == 400


# Injections and sizes.


@pytest.mark.parametrize("state", [
    "x\r\nX-Injected: 1", "x\r\n\r\n<script>", "x\nSet-Cookie: planted=1", "x\0y", "x\u2028y"])
def test_state_cannot_split_the_answer(state: str, provider: Provider, wallet: Wallet) -> None:
    """It comes back encoded, or is refused; it never makes a header."""
    flow = provider.flow(wallet, "web", scope="student_id", prompt="none", state=state, pushes=False)
    with flow.browser() as browser:
        result = browser.open(flow.address())
        for answer in browser.answers:
            assert "X-Injected" not in answer.headers and "planted" not in answer.headers.get("Set-Cookie", "")
    assert departed(result).parameters["state"] == state if isinstance(result, Departure) else result.status == 400


@pytest.mark.parametrize("changes", [
    {"client_id": SCRIPT}, {"redirect_uri": SCRIPT}, {"login_hint": SCRIPT}, {"ui_locales": SCRIPT},
    {"claims": json.dumps({"purpose": SCRIPT, "userinfo": {"email": {"essential": True, "purpose": SCRIPT}}}),
     "scope": "openid"},
    {"id_token_hint": SCRIPT}, {"display": SCRIPT}, {"state": SCRIPT, "response_mode": "form_post", "prompt": "none"},
], ids=["client", "address", "hint", "language", "purpose", "token hint", "display", "state"])
def test_nothing_of_a_request_becomes_script(
    changes: dict, provider: Provider, person: Person, new_browser: Callable, wallet: Wallet
) -> None:
    """On no page that a person gets to see on the way."""
    flow = provider.flow(wallet, "web", scope="student_id", pushes=False)
    browser: PlainBrowser = new_browser(flow.client.redirect_uri)
    page = browser.open(flow.address(changed(flow.parameters, changes)))
    if isinstance(page, Shown) and page.html.has("login-form"):
        Visitor(person, browser).answer(page)
    pages = [answer for answer in browser.answers if answer.headers.get("Content-Type", "").startswith("text/html")]
    assert all("<script>alert" not in answer.text for answer in pages)


@pytest.mark.parametrize("name", ["scope", "state", "redirect_uri", "client_id", "claims", "login_hint", "unheard_of"])
def test_parameter_far_too_long(name: str, provider: Provider, wallet: Wallet) -> None:
    """Refused, or the connection is closed, and others are served."""
    flow = provider.flow(wallet, "web", scope="student_id")
    target = "/auth/authorize?" + urlencode({**flow.parameters, name: FAR_TOO_LONG})
    answer = get(provider.port, target)
    assert answer.status in (400, 414, 431, None)
    assert name == "unheard_of" or flow.push({name: FAR_TOO_LONG}).status_code in (400, 413)
    assert flow.push().status_code == 201


def get(port: int, target: str) -> RawAnswer:
    """A GET that no client library would send."""
    return send(port, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())


def test_too_many_parameters(provider: Provider, wallet: Wallet) -> None:
    """Thousands of parameters are no request."""
    flow = provider.flow(wallet, "web", scope="student_id")
    assert flow.push({f"x{number}": "1" for number in range(2_000)}).status_code in (400, 413)


@pytest.mark.parametrize("text", ["&x=%zz", "&x=%", "&x=%ff", "&x=%c0%af"])
def test_malformed_query(text: str, provider: Provider, wallet: Wallet) -> None:
    """A query that is open to two readings is refused whole."""
    flow = provider.flow(wallet, "web", scope="student_id", pushes=False)
    assert get(provider.port, flow.address().removeprefix(provider.url) + text).status in (400, 303, 302)


def test_verifier_is_no_challenge(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Whoever sees the request cannot redeem the code with what stands in it."""
    flow = provider.flow(wallet, "web", scope="student_id").log_in(person)
    assert_refused(flow.ask_for_tokens({"code_verifier": challenge_of(flow.verifier)}), 400, "invalid_grant")
