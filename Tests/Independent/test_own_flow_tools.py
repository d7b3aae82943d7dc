"""The tools of the authorization code flow, on published examples and against each other; nothing here needs a server.

Relying parties that others wrote are tried against a provider that others wrote, so that a failure with Vouchsafe is
Vouchsafe's.
"""

import json
import smtplib
import ssl
from pathlib import Path
from typing import Callable, Iterator

import pytest
from joserfc import jwe, jws
from playwright.sync_api import Browser

from browser_login import PasskeyDevice, WayOut, part
from client_proofs import (
    Attester, access_token_hash, attestation_proof, client_assertion, dpop_proof, request_object, unsigned)
from code_wallet import Attested, Client, CodeFlow, SecretBasic, challenge_of, credential_details, server_metadata
from configured import merged
from foreign_authorization_server import ForeignAuthorizationServer, ForeignClient
from holder_keys import HolderKey, thumbprint
from html_page import HTMLPage
from local_tls import make_local_tls
from mail_sink import MailSink, code_in
from people import Person
from plain_browser import Departure, PlainBrowser, departed
from relying_party_apache import ApacheRelyingParty, is_installed
from relying_party_authlib import AuthlibRelyingParty
from sign_in import Visitor
from small_server import Received, Reply, SmallServer
from wallet import UnexpectedAnswer, Wallet

CALLBACK = "http://127.0.0.1:9/callback"
SERVER = "https://server.example"


# What clients sign.


def test_pkce_example_of_rfc_7636() -> None:
    """Appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_access_token_hash_of_rfc_9449() -> None:
    """Figure 12's token."""
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert access_token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


def test_dpop_proof() -> None:
    """joserfc verifies it with the key in its header, and it says where it is for."""
    key = HolderKey.make()
    proof = jws.deserialize_compact(dpop_proof(key, "POST", SERVER + "/token?a=b#c", nonce="n"), key.key)
    assert proof.headers() == {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.public_jwk}
    claims = json.loads(proof.payload)
    assert (claims["htm"], claims["htu"], claims["nonce"]) == ("POST", SERVER + "/token", "n")
    assert "ath" not in claims and "d" not in proof.headers()["jwk"]


def test_changes_replace_and_remove() -> None:
    """A changed message is still truly signed."""
    key = HolderKey.make()
    made = client_assertion(key, "client", SERVER, header={"typ": None}, claims={"aud": [SERVER], "exp": None})
    assertion = jws.deserialize_compact(made, key.key)
    assert set(assertion.headers()) == {"alg", "kid"}
    claims = json.loads(assertion.payload)
    assert claims["aud"] == [SERVER] and "exp" not in claims and claims["iss"] == claims["sub"] == "client"


def test_attestation_and_its_proof() -> None:
    """The one is signed by the provider for the key that signs the other."""
    attester, instance = Attester(), HolderKey.make()
    attestation = jws.deserialize_compact(attester.attestation("wallet", instance), attester.key.key)
    assert attestation.headers()["kid"] == thumbprint(attester.key.public_jwk) == attester.jwks["keys"][0]["kid"]
    claims = json.loads(attestation.payload)
    assert claims["cnf"]["jwk"] == instance.public_jwk and claims["sub"] == "wallet"
    proof = jws.deserialize_compact(attestation_proof(instance, "wallet", SERVER, "c"), instance.key)
    assert json.loads(proof.payload)["challenge"] == "c"


def test_request_object() -> None:
    """Parameters and the claims about them are side by side."""
    key = HolderKey.make()
    claims = json.loads(jws.deserialize_compact(
        request_object(key, "client", SERVER, {"scope": "openid"}), key.key).payload)
    assert (claims["iss"], claims["aud"], claims["scope"]) == ("client", SERVER, "openid")


def test_unsigned_has_an_empty_signature() -> None:
    """Two dots, and nothing after the second."""
    assert unsigned({"typ": "JWT"}, {"a": 1}) == "eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJub25lIn0.eyJhIjogMX0."


# Pages without script.

PAGE = HTMLPage("""<!doctype html><title>x</title><p data-test=problem role=alert>Wrong &amp; <b>old</b></p>
<form id=f data-test="login-form" method=post action="/go?x=1"><input type=hidden name=csrf value="a&quot;b">
<input name=username><input type=checkbox name=share_email value=yes checked data-test="claim-email">
<input type=checkbox name=share_phone value=yes data-test="claim-phone">
<select name=remember><option value=once>Once<option value=30d selected>Month</select>
<button name=action value=login data-test=login-submit>Go</button></form>
<button form=f name=action value=cancel data-test=cancel>No</button>""")


def test_page_is_read_as_a_browser_reads_it() -> None:
    """Texts, entities, fields, ticked boxes, chosen options, buttons outside the form."""
    form = PAGE.one("login-form")
    assert PAGE.one("problem").text == "Wrong & old"
    assert PAGE.values(form) == {"csrf": 'a"b', "username": "", "share_email": "yes", "remember": "30d"}
    assert PAGE.names(form) == {"csrf", "username", "share_email", "share_phone", "remember"}
    assert PAGE.form_of(PAGE.one("cancel")) is form
    assert set(PAGE.starting("claim-")) == {"email", "phone"}


def test_browser_sends_what_was_filled_in() -> None:
    """Hidden fields, the button that was pressed, and no field that the page does not have."""
    fields = "<input type=hidden name=csrf value=1><input name=a><button name=b data-test=go value=2>"
    with SmallServer() as site, PlainBrowser(CALLBACK) as browser:
        site.publish("/", Reply(f"<form method=post action=/done>{fields}".encode(), "text/html"))
        site.publish("/done", Reply.redirect(CALLBACK + "?code=x&state=y"))
        page = browser.show(site.url + "/")
        with pytest.raises(UnexpectedAnswer):
            browser.press(page, "go", {"other": "z"})
        answer = departed(browser.press(page, "go", {"a": "å"}))
        assert answer.parameters == {"code": "x", "state": "y"} and answer.address == CALLBACK
        received = site.wait_for("/done")
        assert received.form == {"csrf": "1", "a": "å", "b": "2"}
        assert received.headers["Origin"] == site.url


def test_repeated_answer_parameters_are_noticed() -> None:
    """An answer with two codes is no answer."""
    with pytest.raises(UnexpectedAnswer):
        _ = Departure(CALLBACK + "?code=a&code=b").parameters


# Mail.


def test_mail_is_kept() -> None:
    """What smtplib sends arrives, and the code in it is found."""
    with MailSink() as sink:
        send_mail(sink, "a@example.org", "Your code is 493021. It holds for 10 minutes; call 0800-1234567890.")
        assert code_in(sink.wait_for("a@example.org")) == "493021"
        sink.answer = "451 later"
        with pytest.raises(smtplib.SMTPDataError):
            send_mail(sink, "a@example.org", "Your code is 111111")
        assert len(sink.messages) == 1


def test_mail_behind_tls_and_a_password(tmp_path: Path) -> None:
    """Without STARTTLS or with a wrong password nothing is taken."""
    tls = make_local_tls(tmp_path)
    with MailSink(tls.context, ("registry", "p w")) as sink:
        with pytest.raises(smtplib.SMTPException):
            send_mail(sink, "a@example.org", "Your code is 111111")
        for password, is_taken in (("wrong", False), ("p w", True)):
            with smtplib.SMTP("localhost", sink.port, timeout=10) as connection:
                connection.starttls(context=ssl.create_default_context(cafile=tls.trusted))
                if is_taken:
                    connection.login("registry", password)
                    connection.sendmail("from@example.org", ["a@example.org"], "Subject: Code\r\n\r\n222222\r\n")
                else:
                    with pytest.raises(smtplib.SMTPAuthenticationError):
                        connection.login("registry", password)
        assert code_in(sink.wait_for("a@example.org")) == "222222" and len(sink.messages) == 1


def send_mail(sink: MailSink, to: str, text: str) -> None:
    """A message as a program sends it."""
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as connection:
        connection.sendmail("from@example.org", [to], f"Subject: Code\r\nTo: {to}\r\n\r\n{text}\r\n")


# DPoP nonces.


def test_nonce_is_sent_once_it_is_asked_for() -> None:
    """A refusal that only asks for a nonce is answered with it, by endpoints of both kinds; a ready proof is not."""
    with SmallServer() as server, Wallet() as wallet:
        metadata = {"issuer": server.url, "token_endpoint": server.publish("/token", ask_for_nonce)}
        flow = CodeFlow(metadata, Client("c", CALLBACK, dpop_key=HolderKey.make()), wallet)
        assert flow.post(metadata["token_endpoint"], {}, dpop="ready").status_code == 400
        flow.dpop_nonces.clear()
        assert flow.post(metadata["token_endpoint"], {}).status_code == 200
        assert [nonce_in(request) for request in server.to("/token")] == [None, None, "n1"]
        flow.dpop_nonces.clear()
        resource = server.publish("/resource", ask_for_nonce)
        assert flow.call("GET", resource, token="t").status_code == 200
        assert [nonce_in(request) for request in server.to("/resource")] == [None, "n1"]


def ask_for_nonce(request: Received) -> Reply:
    """An endpoint that wants its nonce."""
    if nonce_in(request) == "n1":
        return Reply.of_json({"ok": True})
    if request.method == "POST":
        return Reply.of_json({"error": "use_dpop_nonce"}, 400, DPoP_Nonce="n1")
    return Reply.of_json({}, 401, DPoP_Nonce="n1", WWW_Authenticate='DPoP error="use_dpop_nonce"')


def nonce_in(request: Received) -> str | None:
    """The nonce in a request's proof."""
    proof = request.headers["DPoP"]
    return None if proof == "ready" else json.loads(jws.extract_compact(proof.encode()).payload).get("nonce")


def test_challenge_is_fetched_for_an_attested_client() -> None:
    """Every proof of possession answers a fresh challenge, if the server has them."""
    with SmallServer() as server, Wallet() as wallet:
        challenge = server.publish("/challenge", {"attestation_challenge": "c1"})
        metadata = {"issuer": server.url, "challenge_endpoint": challenge}
        flow = CodeFlow(metadata, Client("w", CALLBACK, Attested(Attester())), wallet)
        flow.post(server.publish("/par", {}), {"a": "b"})
        request = server.wait_for("/par")
        proof = jws.extract_compact(request.headers["OAuth-Client-Attestation-PoP"].encode())
        assert json.loads(proof.payload)["challenge"] == "c1"
        assert request.form == {"a": "b", "client_id": "w"}


# Login and consent without script.

SOMEBODY = Person("p1", "a@example.org", "secret", "1234", {"birth_date": "2000-01-02"})
LOGIN = """<p data-test=step>Step {step} of 2</p><form method=post action=/in data-test=login-form data-method={method}>
<input type=hidden name=csrf value=c>{fields}<button name=action value=login data-test=login-submit>Go</button></form>
<form method=post action=/in><input type=hidden name=action value=method>
<button name=method value=knowledge data-test=method-knowledge>Facts</button></form>"""
CONSENT = """<form method=post action=/in data-test=consent-form><input type=hidden name=csrf value=c>
<p data-test=claim-name data-essential></p>
<input type=checkbox name=share_email value=yes checked data-test=claim-email>
<input type=checkbox name=share_phone value=yes data-test=claim-phone>
<input type=radio name=remember value=once checked><input type=radio name=remember value=30d>
<button name=action value=allow data-test=allow>Yes</button><button name=action value=deny data-test=deny>No</button>"""


def interaction(steps: list[str]) -> Callable[[Received], Reply]:
    """Shows one page after the other; a choice of method shows knowledge in its place."""
    shown: list[str] = []

    def answer(request: Received) -> Reply:
        if request.method == "POST" and request.form["action"] == "method":
            return page(LOGIN.format(step=len(shown), method="knowledge", fields=FACT))
        shown.append("")
        return page(steps[len(shown) - 1]) if len(shown) <= len(steps) else Reply.redirect(CALLBACK + "?code=x")

    return answer


FACT = "<input name=fact_birth_date data-test=fact-birth_date>"
PASSWORD = "<input name=username data-test=username><input name=password data-test=password>"
PIN = "<input name=pin data-test=pin>"


def page(html: str) -> Reply:
    """An HTML page."""
    return Reply(html.encode(), "text/html")


@pytest.mark.parametrize(("methods", "typed"), [
    (("password", "pin"), [{"username": "a@example.org", "password": "secret"}, {"pin": "1234"}]),
    (("knowledge", "pin"), [{"fact_birth_date": "2000-01-02"}, {"pin": "1234"}]),
])
def test_visitor_logs_in_and_consents(methods: tuple[str, ...], typed: list[dict]) -> None:
    """Each step by its method; what is ticked is what is shared."""
    pages = [
        LOGIN.format(step=1, method="password", fields=PASSWORD), LOGIN.format(step=2, method="pin", fields=PIN),
        CONSENT,
    ]
    with SmallServer() as site, PlainBrowser(CALLBACK) as browser:
        site.publish("/in", interaction(pages))
        visitor = Visitor(SOMEBODY, browser, methods, shares={"phone"}, remember="30d")
        assert visitor.pass_through(site.url + "/in").parameters == {"code": "x"}
        sent = [request.form for request in site.to("/in") if request.method == "POST"]
        answers = [form for form in sent if form["action"] != "method"]
        assert answers == [
            *({"csrf": "c", "action": "login", **step} for step in typed),
            {"csrf": "c", "action": "allow", "share_phone": "yes", "remember": "30d"},
        ]
        assert visitor.answered == ["login", "login", "consent"]


def test_visitor_refuses() -> None:
    """No consent."""
    with SmallServer() as site, PlainBrowser(CALLBACK) as browser:
        site.publish("/in", interaction([CONSENT]))
        Visitor(SOMEBODY, browser, allows=False).pass_through(site.url + "/in")
        assert site.to("/in")[-1].form["action"] == "deny"


# Configurations.


def test_settings_are_merged() -> None:
    """At any depth; None takes out."""
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None, "e": 4}, "d": None}) == {"a": {"c": 2, "e": 4}}


def test_authorization_details() -> None:
    """OpenID4VCI 1.0 section 5.1.1."""
    assert credential_details("id", SERVER, claims=[{"path": ["email"]}]) == [{
        "type": "openid_credential", "credential_configuration_id": "id", "locations": [SERVER],
        "claims": [{"path": ["email"]}],
    }]


# Other people's software against other people's software.


@pytest.fixture(scope="module")
def apache() -> Iterator[ApacheRelyingParty]:
    """Apache, not yet started."""
    if not is_installed():
        pytest.skip("Apache with mod_auth_openidc is not installed")
    with ApacheRelyingParty() as party:
        yield party


@pytest.fixture(scope="module")
def provider(
    tmp_path_factory: pytest.TempPathFactory, apache: ApacheRelyingParty
) -> Iterator[ForeignAuthorizationServer]:
    """The provider that is not Vouchsafe."""
    clients = [
        ForeignClient("wallet", CALLBACK), ForeignClient("authlib", CALLBACK, "secret of authlib"),
        ForeignClient("apache", apache.redirect_uri, "secret-of-apache", apache.left),
    ]
    with ForeignAuthorizationServer(tmp_path_factory.mktemp("foreign"), clients) as server:
        yield server


def test_code_flow_with_a_foreign_server(provider: ForeignAuthorizationServer, wallet: Wallet) -> None:
    """A token for the scope, of which the issuer can learn whose it is; the code works once."""
    metadata = server_metadata(wallet, provider.issuer)
    flow = CodeFlow(metadata, Client("wallet", CALLBACK), wallet, scope="student_id", pushes=False)
    with flow.browser() as browser:
        flow.take(flow.checked(provider.log_in(browser, flow.address())))
    issuer = SecretBasic(provider.resource_server.secret)
    token = flow.tokens["access_token"]
    told = flow.introspect(token, authentication=issuer, client_id=provider.resource_server.client_id).json()
    assert (told["active"], told["username"], told["scope"]) == (True, provider.person.username, "student_id")
    assert flow.ask_for_tokens().json()["error"] == "invalid_grant"


def test_wrong_verifier_is_refused_by_a_foreign_server(provider: ForeignAuthorizationServer, wallet: Wallet) -> None:
    """What the flow changes is what is sent."""
    metadata = server_metadata(wallet, provider.issuer)
    flow = CodeFlow(metadata, Client("wallet", CALLBACK), wallet, scope="student_id", pushes=False)
    with flow.browser() as browser:
        flow.take(flow.checked(provider.log_in(browser, flow.address())))
    answer = flow.ask_for_tokens({"code_verifier": "x" * 43})
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def test_refusal_by_the_person(provider: ForeignAuthorizationServer, wallet: Wallet) -> None:
    """The answer says so. This server forgets its name then (RFC 9207 section 2), which a careful client notices."""
    metadata = server_metadata(wallet, provider.issuer)
    flow = CodeFlow(metadata, Client("wallet", CALLBACK), wallet, scope="student_id", pushes=False)
    with flow.browser() as browser:
        answer = provider.log_in(browser, flow.address(), agrees=False)
    assert (answer.parameters["error"], answer.parameters["state"]) == ("access_denied", flow.state)
    with pytest.raises(UnexpectedAnswer):
        flow.checked(answer)


def test_authlib_with_a_foreign_provider(provider: ForeignAuthorizationServer, wallet: Wallet) -> None:
    """Login, claims, refresh, introspection, revocation."""
    party = AuthlibRelyingParty(provider.issuer, "authlib", CALLBACK, "secret of authlib")
    # This provider has two metadata documents, and names some endpoints only in the other one.
    party.metadata.update(server_metadata(wallet, provider.issuer))
    with PlainBrowser(CALLBACK) as browser:
        login = party.log_in(lambda address: provider.log_in(browser, address).url)
    assert login.claims["given_name"] == party.user_info(login.tokens)["given_name"] == provider.person.given_name
    token = party.refresh(login.tokens)["access_token"]
    assert party.introspect(token).json()["active"]
    assert party.revoke(token).status_code == 200
    assert not party.introspect(token).json()["active"]


def test_authlib_decrypts_id_tokens() -> None:
    """An encrypted ID token is opened before it is verified."""
    key = HolderKey.make().key
    party = AuthlibRelyingParty(SERVER, "c", CALLBACK, decryption_key=key)
    token = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, b"a.b.c", key)
    read: list[dict] = []
    party.app.parse_id_token = lambda tokens, nonce: read.append(tokens)
    party.read_id_token({"id_token": token}, None)
    assert read == [{"id_token": "a.b.c"}]
    with pytest.raises(UnexpectedAnswer):
        party.read_id_token({"id_token": "a.b.c"}, None)


def test_apache_with_a_foreign_provider(
    apache: ApacheRelyingParty, provider: ForeignAuthorizationServer, wallet: Wallet
) -> None:
    """Login, what the application is told, a service with an access token, logout."""
    resource_server = provider.resource_server
    apache.start(provider.openid_metadata, "apache", "secret-of-apache", introspection={
        "OIDCOAuthServerMetadataURL": provider.issuer + "/.well-known/oauth-authorization-server",
        "OIDCOAuthClientID": resource_server.client_id, "OIDCOAuthClientSecret": resource_server.secret,
        "OIDCOAuthRemoteUserClaim": "username",
    })
    with PlainBrowser(apache.redirect_uri) as browser:
        callback = provider.log_in(browser, apache.protected)
        browser.way_out = None
        told = browser.show(callback.url).response.json()
        assert told["OIDC_CLAIM_given_name"] == provider.person.given_name
        assert told["REMOTE_USER"] == told["OIDC_CLAIM_sub"]
        known = browser.show(apache.redirect_uri + "?info=json").response.json()
        assert known["id_token"]["iss"] == provider.issuer
        service = apache.url + "/service/"
        answer = wallet.http.get(service, headers={"Authorization": f"Bearer {known['access_token']}"})
        assert answer.json()["REMOTE_USER"] == provider.person.username
        assert wallet.http.get(service, headers={"Authorization": "Bearer nonsense"}).status_code == 401
        page = browser.show(apache.redirect_uri, params={"logout": apache.left})
        left = browser.press(page, "foreign-logout")
        assert left.url.startswith(apache.left) and "You have left" in left.html.root.text


# Chromium.

PASSKEY_PAGE = b"""<!doctype html><title>Keys</title><link rel=icon href=data:,><button data-test=add>Add</button>
<button data-test=use>Use</button><output data-test=result></output><script>
const bytes = text => new TextEncoder().encode(text), say = text => document.querySelector("output").value = text;
document.querySelector("[data-test=add]").onclick = () => navigator.credentials.create({publicKey: {
    challenge: bytes("c"), rp: {name: "r", id: "localhost"}, user: {id: bytes("u"), name: "n", displayName: "d"},
    pubKeyCredParams: [{type: "public-key", alg: -7}],
    authenticatorSelection: {residentKey: "required", userVerification: "required"}}}).then(() => say("made"), say);
document.querySelector("[data-test=use]").onclick = () => navigator.credentials.get({publicKey: {
    challenge: bytes("c"), rpId: "localhost", userVerification: "required"}}).then(() => say("used"), say);
</script>"""


def test_passkey_device(browser: Browser) -> None:
    """The device makes a passkey, uses it without a user name, and refuses without its user."""
    with SmallServer() as site:
        site.publish("/", Reply(PASSKEY_PAGE, "text/html"))
        page = browser.new_page()
        page.goto(site.url + "/")
        device = PasskeyDevice(page)
        assert press(page, "add") == "made"
        [credential] = device.credentials
        assert credential["rpId"] == "localhost" and credential["isResidentCredential"]
        assert press(page, "use") == "used"
        device.verify_user(False)
        assert "NotAllowedError" in press(page, "use")
        page.close()


def press(page, button: str) -> str:
    """Presses a button; what the page then says."""
    part(page, "result").evaluate("output => output.value = ''")
    part(page, button).click()
    page.wait_for_function("() => document.querySelector('output').value !== ''")
    return part(page, "result").evaluate("output => output.value")


@pytest.mark.parametrize("method", ["get", "post"])
def test_way_out_catches_the_answer(method: str, browser: Browser) -> None:
    """The client's address need not exist, whether the answer is a redirect or a form."""
    with SmallServer() as site:
        form = f"<form method={method} action={CALLBACK}><input name=code value=x><button data-test=go>"
        site.publish("/", Reply(form.encode(), "text/html"))
        context = browser.new_context()
        way_out = WayOut(context, CALLBACK)
        page = context.new_page()
        page.goto(site.url + "/")
        part(page, "go").click()
        assert way_out.wait(page).parameters == {"code": "x"}
        context.close()
