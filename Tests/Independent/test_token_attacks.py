"""Codes, refresh tokens, client authentication and DPoP: what is stolen, replayed, forged or somebody else's."""

import time
from typing import Callable, Iterator
from urllib.parse import urlencode

import pytest
import requests

from answers import assert_issued, assert_refused, error_code
from client_proofs import (
    ASSERTION_TYPE, ATTESTATION_HEADER, ATTESTATION_PROOF_HEADER, Attester, attestation_proof, client_assertion,
    dpop_proof, unsigned)
from code_wallet import Attested, Client, CodeFlow, NoSecret, PrivateKeyJWT, SecretBasic, SecretPost
from holder_keys import HolderKey, base64url
from people import Person
from plain_browser import shown
from proofs import signing_input
from provider_setup import MakeProvider, Provider, ask_for_credential, by_configuration
from raw_http import post, send
from vouchsafe import Vouchsafe
from wallet import Wallet, pre_authorized_code

pytest_plugins = ["provider_fixtures"]

STUDENT_ID = by_configuration("student-id")
# The least that the configuration allows.
BRIEF_SECONDS = 10
CLIENT_ERRORS = ("invalid_client", "invalid_request", "invalid_client_attestation", "use_attestation_challenge")


def assert_client_refused(answer: requests.Response) -> None:
    """The client is not believed."""
    assert answer.status_code in (400, 401) and error_code(answer) in CLIENT_ERRORS, answer.text


@pytest.fixture
def granted(provider: Provider, person: Person, wallet: Wallet) -> CodeFlow:
    """A code of a client with a secret, not yet redeemed."""
    return provider.flow(wallet, "web", scope="student_id").log_in(person)


# Codes.


def test_code_used_twice_takes_everything_back(provider: Provider, wallet: Wallet) -> None:
    """RFC 6749 section 4.1.2: one of the two was a thief."""
    flow = provider.flow(wallet, "web", scope="student_id").log_in(provider.people[3], remember="30d")
    assert_issued(ask_for_credential(flow, STUDENT_ID))
    renewed = flow.refreshed()
    assert_refused(flow.ask_for_tokens(), 400, "invalid_grant")
    for token in (flow.tokens["access_token"], renewed["access_token"]):
        assert_refused(ask_for_credential(flow, STUDENT_ID, token=token), 401, "invalid_token")
        assert flow.introspect(token).json() == {"active": False}
    assert_refused(flow.ask_to_refresh(), 400, "invalid_grant")


CODE_FAULTS: dict[str, tuple[dict, set[str]]] = {
    "no verifier": ({"code_verifier": None}, {"invalid_grant", "invalid_request"}),
    "another verifier": ({"code_verifier": "x" * 43}, {"invalid_grant"}),
    "a short verifier": ({"code_verifier": "x" * 42}, {"invalid_grant", "invalid_request"}),
    "a long verifier": ({"code_verifier": "x" * 129}, {"invalid_grant", "invalid_request"}),
    "another address": ({"redirect_uri": "https://web.example/other"}, {"invalid_grant"}),
    "no address": ({"redirect_uri": None}, {"invalid_grant", "invalid_request"}),
    "no code": ({"code": None}, {"invalid_request"}),
    "another code": ({"code": "A" * 48}, {"invalid_grant"}),
    "a long code": ({"code": "A" * 4_000}, {"invalid_grant", "invalid_request"}),
}


@pytest.mark.parametrize("fault", CODE_FAULTS)
def test_code_alone_is_not_enough(fault: str, granted: CodeFlow) -> None:
    """It is bound to the verifier and the address that it was asked for with."""
    changes, codes = CODE_FAULTS[fault]
    answer = granted.ask_for_tokens(changes)
    assert answer.status_code == 400 and error_code(answer) in codes, answer.text


@pytest.mark.parametrize("spoil", [
    lambda code: code[:-1], lambda code: code + "A", lambda code: code.swapcase(), lambda code: code + "\0",
    lambda code: " " + code,
], ids=["shorter", "longer", "other letters", "zero byte", "space"])
def test_code_is_compared_exactly(spoil: Callable[[str], str], granted: CodeFlow) -> None:
    """What merely looks like it is no code, and spends nothing."""
    assert_refused(granted.ask_for_tokens({"code": spoil(granted.code)}), 400, "invalid_grant")
    assert granted.tokens


@pytest.mark.parametrize("thief", ["keyed", "attested"])
def test_code_of_another_client(thief: str, granted: CodeFlow, provider: Provider) -> None:
    """A client that authenticates as itself gets nothing for another's code."""
    other = provider.clients[thief]
    answer = granted.ask_for_tokens(authentication=other.authentication, client_id=other.client_id)
    assert answer.status_code == 400 and error_code(answer) in ("invalid_grant", "invalid_dpop_proof"), answer.text


def test_client_that_gives_another_name(granted: CodeFlow) -> None:
    """The name in the form must be the one that was authenticated."""
    answer = granted.ask_for_tokens({"client_id": "keyed"})
    assert answer.status_code in (400, 401) and error_code(answer) in (*CLIENT_ERRORS, "invalid_grant")


def test_secrets_of_one_purpose_are_no_codes(granted: CodeFlow, provider: Provider, wallet: Wallet) -> None:
    """An offer's code, an access token, a request's name."""
    offered = pre_authorized_code(wallet.read_offer(provider.create_offer().link))
    request = granted.push().json()["request_uri"].rsplit(":", 1)[1]
    for secret in (offered, request, granted.tokens["access_token"]):
        assert_refused(granted.ask_for_tokens({"code": secret}), 400, "invalid_grant")


def test_grant_that_the_client_may_not_use(granted: CodeFlow) -> None:
    """RFC 6749 section 5.2."""
    answer = granted.post(granted.server["token_endpoint"], {"grant_type": "client_credentials"})
    assert_refused(answer, 400, "unauthorized_client")


@pytest.fixture(scope="module")
def brief(make_provider: MakeProvider) -> Provider:
    """A server whose codes and requests are over soon."""
    server = make_provider("brief").configure({"authorization_server": {
        "code_lifetime": f"{BRIEF_SECONDS}s", "request_lifetime": f"{BRIEF_SECONDS}s"}})
    server.admit("web", SecretBasic("a secret of the web"))
    return server.start().import_people()


def test_what_is_over_is_over(brief: Provider, wallet: Wallet) -> None:
    """A code and a pushed request that nobody has used in time."""
    unopened = brief.flow(wallet, "web", scope="student_id")
    assert unopened.pushed["expires_in"] == BRIEF_SECONDS
    flow = brief.flow(wallet, "web", scope="student_id").log_in(brief.people[0])
    time.sleep(BRIEF_SECONDS + 1)
    assert_refused(flow.ask_for_tokens(), 400, "invalid_grant")
    with unopened.browser() as browser:
        assert shown(browser.open(unopened.address())).status == 400


# Codes bound to a key.


@pytest.mark.parametrize("asks", [{}, {"dpop_jkt": True}], ids=["by the proof", "by the thumbprint"])
def test_code_bound_to_a_key(asks: dict, provider: Provider, person: Person, wallet: Wallet) -> None:
    """RFC 9449 section 10: another key, or none, gets nothing for it."""
    key = provider.clients["wallet"].dpop_key
    flow = provider.flow(wallet, "wallet", scope="student_id", **{name: key.key.thumbprint() for name in asks})
    if asks:
        flow.pushed = flow.push(dpop=None).json()
    flow.log_in(person)
    for proof in (None, dpop_proof(HolderKey.make(), "POST", flow.server["token_endpoint"])):
        answer = flow.ask_for_tokens(dpop=proof)
        assert answer.status_code == 400
        assert error_code(answer) in ("invalid_grant", "invalid_dpop_proof", "invalid_request")


def test_thumbprint_of_another_key(provider: Provider, wallet: Wallet) -> None:
    """RFC 9449 section 10.1: proof and parameter must agree."""
    other = HolderKey.make().key.thumbprint()
    answer = provider.flow(wallet, "wallet", scope="student_id").push({"dpop_jkt": other})
    assert answer.status_code == 400 and error_code(answer) in ("invalid_dpop_proof", "invalid_request")


# DPoP proofs.


Fault = Callable[[HolderKey, str, str, str | None], str]


def proof_with(header: dict | None = None, claims: dict | None = None, **options: object) -> Fault:
    """A proof that differs from a good one."""
    return lambda key, method, url, token: dpop_proof(
        key, method, url, token=token, header=header, claims=claims, **options)


def proof_by_nobody(key: HolderKey, method: str, url: str, token: str | None) -> str:
    """Algorithm none."""
    return unsigned({"typ": "dpop+jwt", "jwk": key.public_jwk}, {
        "jti": "x", "htm": method, "htu": url, "iat": int(time.time())})


def proof_by_a_shared_secret(key: HolderKey, method: str, url: str, token: str | None) -> str:
    """A symmetric algorithm."""
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": base64url(bytes(32))}}
    return signing_input(header, {"jti": "x", "htm": method, "htu": url, "iat": int(time.time())}) + ".AAAA"


def proof_with_a_private_key(key: HolderKey, method: str, url: str, token: str | None) -> str:
    """A key that gives itself away."""
    return dpop_proof(key, method, url, token=token, header={"jwk": key.private_jwk})


NOW = int(time.time())
PROOF_FAULTS: dict[str, Fault] = {
    "no type": proof_with({"typ": None}), "another type": proof_with({"typ": "JWT"}),
    "no key": proof_with({"jwk": None}), "a private key": proof_with_a_private_key,
    "no algorithm": proof_with({"alg": None}), "algorithm none": proof_by_nobody,
    "a shared secret": proof_by_a_shared_secret, "signed by another": proof_with(signer=HolderKey.make()),
    "no identifier": proof_with(claims={"jti": None}), "an empty identifier": proof_with(claims={"jti": ""}),
    "a long identifier": proof_with(claims={"jti": "x" * 2_000}),
    "no method": proof_with(claims={"htm": None}), "another method": proof_with(claims={"htm": "PUT"}),
    "method in small letters": proof_with(claims={"htm": "post"}),
    "no address": proof_with(claims={"htu": None}),
    "another address": proof_with(claims={"htu": "https://other.example/"}),
    "no time": proof_with(claims={"iat": None}), "an hour old": proof_with(claims={"iat": NOW - 3_600}),
    "an hour ahead": proof_with(claims={"iat": NOW + 3_600}), "time as text": proof_with(claims={"iat": str(NOW)}),
    "no JWT": lambda *_: "x", "empty": lambda *_: "", "two in one": lambda *parts: ",".join(
        [proof_with()(*parts)] * 2),
}


@pytest.fixture(scope="module")
def renewing(provider: Provider) -> Iterator[CodeFlow]:
    """A wallet that gets a new token whenever it likes."""
    with Wallet() as opened:
        flow = provider.flow(opened, "wallet", scope="student_id").log_in(provider.people[4], remember="365d")
        assert flow.tokens["refresh_token"]
        yield flow


def post_twice_headed(flow: CodeFlow, url: str, form: dict, proofs: list[str]) -> int:
    """The status of a form with several DPoP headers."""
    body = urlencode(form).encode()
    path = url.removeprefix(flow.server["issuer"])
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
    port = int(flow.server["issuer"].rsplit(":", 1)[1])
    return send(port, post(path, [*headers, *(("DPoP", proof) for proof in proofs)], body)).status


@pytest.mark.parametrize("fault", PROOF_FAULTS)
def test_bad_proof_at_the_token_endpoint(fault: str, renewing: CodeFlow) -> None:
    """RFC 9449 section 4.3; the refresh token stays good."""
    proof = PROOF_FAULTS[fault](renewing.client.dpop_key, "POST", renewing.server["token_endpoint"], None)
    answer = renewing.ask_to_refresh(dpop=proof)
    assert answer.status_code == 400 and error_code(answer) in ("invalid_dpop_proof", "invalid_request"), answer.text


@pytest.mark.parametrize("fault", [
    *PROOF_FAULTS, "no token hash", "hash of another token", "proof for the token endpoint"])
def test_bad_proof_at_the_credential_endpoint(fault: str, renewing: CodeFlow) -> None:
    """401 with a DPoP challenge, and the nonce of the key proof is not spent."""
    more = {
        "no token hash": proof_with(claims={"ath": None}),
        "hash of another token": proof_with(claims={"ath": "A" * 43}),
        "proof for the token endpoint": proof_with(claims={"htu": renewing.server["token_endpoint"]}),
    }
    token = renewing.refreshed()["access_token"]
    endpoint = renewing.wallet.discover(renewing.server["issuer"]).credential_endpoint
    proof = (PROOF_FAULTS | more)[fault](renewing.client.dpop_key, "POST", endpoint, token)
    answer = ask_for_credential(renewing, STUDENT_ID, token=token, headers={"DPoP": proof})
    assert answer.status_code in (400, 401) and error_code(answer) in (
        "invalid_dpop_proof", "invalid_token", "invalid_request"), answer.text
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("DPoP") and "algs=" in answer.headers["WWW-Authenticate"]


def test_several_proofs(renewing: CodeFlow) -> None:
    """One header, no more, even of good proofs."""
    endpoint = renewing.server["token_endpoint"]
    form = {"grant_type": "refresh_token", "refresh_token": renewing.tokens["refresh_token"], "client_id": "wallet"}
    proofs = [dpop_proof(renewing.client.dpop_key, "POST", endpoint) for _ in range(2)]
    assert post_twice_headed(renewing, endpoint, form, proofs) == 400
    assert post_twice_headed(renewing, endpoint, form, proofs[:1]) == 200


def test_proof_is_good_once(renewing: CodeFlow) -> None:
    """At both endpoints; RFC 9449 section 11.1."""
    endpoint = renewing.server["token_endpoint"]
    proof = dpop_proof(renewing.client.dpop_key, "POST", endpoint)
    token = renewing.ask_to_refresh(dpop=proof).json()["access_token"]
    assert_refused(renewing.ask_to_refresh(dpop=proof), 400, "invalid_dpop_proof")
    credentials = renewing.wallet.discover(renewing.server["issuer"]).credential_endpoint
    used = {"DPoP": dpop_proof(renewing.client.dpop_key, "POST", credentials, token=token)}
    assert_issued(ask_for_credential(renewing, STUDENT_ID, token=token, headers=used))
    assert_refused(ask_for_credential(renewing, STUDENT_ID, token=token, headers=used), 401, "invalid_dpop_proof")


@pytest.mark.parametrize("spelling", [
    lambda url: url + "?x=1", lambda url: url + "#x", lambda url: url.replace("http://localhost", "HTTP://LOCALHOST"),
], ids=["query", "fragment", "capitals"])
def test_spelling_of_the_address(spelling: Callable[[str], str], renewing: CodeFlow) -> None:
    """RFC 9449 section 4.3: query and fragment do not count, and the rest is compared as addresses are."""
    endpoint = renewing.server["token_endpoint"]
    proof = dpop_proof(renewing.client.dpop_key, "POST", endpoint, claims={"htu": spelling(endpoint)})
    assert renewing.ask_to_refresh(dpop=proof).status_code == 200


@pytest.mark.parametrize("claims", [
    {"iat": -8}, {"iat": 8}, {"nbf": 0, "exp": 60}, {"vendor": 0}], ids=["8 s ago", "8 s ahead", "nbf and exp", "more"])
def test_proof_that_is_tolerated(claims: dict, renewing: CodeFlow) -> None:
    """Clocks differ, and unknown claims mean nothing."""
    shifted = {name: int(time.time()) + seconds for name, seconds in claims.items()}
    proof = dpop_proof(renewing.client.dpop_key, "POST", renewing.server["token_endpoint"], claims=shifted)
    assert renewing.ask_to_refresh(dpop=proof).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "dpop", "DPOP"])
def test_scheme_of_a_bound_token(scheme: str, renewing: CodeFlow) -> None:
    """A bound token is no bearer token, with or without a proof; the scheme's letters may be of either size."""
    token = renewing.refreshed()["access_token"]
    answer = ask_for_credential(renewing, STUDENT_ID, token=token, headers={"Authorization": f"{scheme} {token}"})
    if scheme == "Bearer":
        assert_refused(answer, 401, "invalid_token")
        bare = {"Authorization": f"Bearer {token}", "DPoP": None}
        assert_refused(ask_for_credential(renewing, STUDENT_ID, token=token, headers=bare), 401, "invalid_token")
    else:
        assert_issued(answer)


def test_token_with_the_key_of_another(renewing: CodeFlow, provider: Provider, wallet: Wallet) -> None:
    """A proof that is good in itself, by a key that the token is not bound to."""
    token = renewing.refreshed()["access_token"]
    thief = provider.flow(wallet, Client("wallet", "https://unused.example/", NoSecret(), HolderKey.make()))
    assert_refused(ask_for_credential(thief, STUDENT_ID, token=token), 401, "invalid_token")


def test_bearer_token_under_the_dpop_scheme(granted: CodeFlow) -> None:
    """A token that is bound to nothing is not made better by a proof."""
    endpoint = granted.wallet.discover(granted.server["issuer"]).credential_endpoint
    token = granted.tokens["access_token"]
    proof = dpop_proof(HolderKey.make(), "POST", endpoint, token=token)
    answer = ask_for_credential(granted, STUDENT_ID, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert_refused(answer, 401, "invalid_token")
    assert_issued(ask_for_credential(granted, STUDENT_ID))


# Refresh tokens.


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-1], lambda token: token + "A", lambda token: token.swapcase(), lambda token: "A" * 4_000,
], ids=["shorter", "longer", "other letters", "very long"])
def test_unknown_refresh_token(spoil: Callable[[str], str], renewing: CodeFlow) -> None:
    """Refused, and the good one stays good."""
    token = spoil(renewing.tokens["refresh_token"])
    answer = renewing.ask_to_refresh({"refresh_token": token})
    assert answer.status_code == 400 and error_code(answer) in ("invalid_grant", "invalid_request")
    assert renewing.refreshed()


def test_refresh_token_with_another_key(renewing: CodeFlow) -> None:
    """A public client is its key."""
    proof = dpop_proof(HolderKey.make(), "POST", renewing.server["token_endpoint"])
    for dpop in (None, proof):
        answer = renewing.ask_to_refresh(dpop=dpop)
        assert answer.status_code == 400
        assert error_code(answer) in ("invalid_grant", "invalid_dpop_proof", "invalid_request")


def test_refresh_token_of_another_client(renewing: CodeFlow, provider: Provider) -> None:
    """A client that authenticates as itself gets nothing for another's."""
    other = provider.clients["keyed"]
    answer = renewing.ask_to_refresh(authentication=other.authentication, client_id="keyed")
    assert_refused(answer, 400, "invalid_grant")


@pytest.mark.parametrize("client", ["web", "keyed", "attested"])
def test_refresh_token_without_authentication(client: str, provider: Provider, wallet: Wallet) -> None:
    """A confidential client must show again who it is."""
    flow = provider.flow(wallet, client, scope="student_id").log_in(provider.people[4], remember="30d")
    assert_client_refused(flow.ask_to_refresh(authentication=NoSecret()))
    assert flow.refreshed()


def test_refresh_token_of_another_instance(provider: Provider, wallet: Wallet) -> None:
    """The token is bound to the instance of the wallet; the same wallet elsewhere gets nothing for it."""
    flow = provider.flow(wallet, "attested", scope="student_id").log_in(provider.people[4], remember="30d")
    elsewhere = Attested(flow.client.authentication.attester)
    answer = flow.ask_to_refresh(authentication=elsewhere)
    assert answer.status_code in (400, 401) and error_code(answer) in (*CLIENT_ERRORS, "invalid_grant")
    assert flow.refreshed()


# Revocation and introspection.


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoked_token_is_dead(which: str, provider: Provider, wallet: Wallet) -> None:
    """RFC 7009: at once; with the refresh token dies all that came of it."""
    flow = provider.flow(wallet, "web", scope="student_id").log_in(provider.people[4], remember="30d")
    assert flow.revoke(flow.tokens[which]).status_code == 200
    assert_refused(ask_for_credential(flow, STUDENT_ID), 401, "invalid_token")
    if which == "refresh_token":
        assert_refused(flow.ask_to_refresh(), 400, "invalid_grant")
    assert flow.revoke(flow.tokens[which]).status_code == 200, "revoking again is no error"
    assert flow.revoke("nobody-has-this").status_code == 200, "nor is revoking what is unknown"


def test_nobody_revokes_or_reads_what_is_anothers(granted: CodeFlow, provider: Provider) -> None:
    """Another client learns nothing of a token and cannot end it; without authentication nothing is said at all."""
    token = granted.tokens["access_token"]
    keyed = {"authentication": provider.clients["keyed"].authentication, "client_id": "keyed"}
    assert granted.introspect(token, **keyed).json() == {"active": False}
    granted.revoke(token, **keyed)
    assert granted.introspect(token).json()["active"] is True
    for ask in (granted.introspect, granted.revoke):
        assert_client_refused(ask(token, authentication=NoSecret()))
    assert_issued(ask_for_credential(granted, STUDENT_ID))


# Client authentication.


ASSERTION_FAULTS: dict[str, dict] = {
    "another audience": {"claims": {"aud": "https://other.example"}}, "no audience": {"claims": {"aud": None}},
    "no subject": {"claims": {"sub": None}}, "another subject": {"claims": {"sub": "web"}},
    "no issuer": {"claims": {"iss": None}}, "another issuer": {"claims": {"iss": "web"}},
    "expired": {"claims": {"exp": NOW - 600}}, "without an end": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": NOW + 3_600, "nbf": NOW + 3_600}},
    "no identifier": {"claims": {"jti": None}}, "another key": {"signer": HolderKey.make()},
    "an unknown key": {"header": {"kid": "nobody"}, "signer": HolderKey.make()},
    "another algorithm": {"header": {"alg": "ES384"}}, "an extension": {"header": {"crit": ["x"], "x": 1}},
}


def push_with_assertion(
    flow: CodeFlow, assertion: str | None, assertion_type: str | None = ASSERTION_TYPE
) -> requests.Response:
    """Pushes a request with any assertion."""
    form = {"client_id": "keyed", "client_assertion_type": assertion_type, "client_assertion": assertion}
    return flow.push(authentication=NoSecret(), form_changes=form)


@pytest.fixture
def keyed(provider: Provider, wallet: Wallet) -> CodeFlow:
    """A client that signs assertions."""
    return provider.flow(wallet, "keyed", scope="student_id")


@pytest.mark.parametrize("fault", ASSERTION_FAULTS)
def test_bad_client_assertion(fault: str, keyed: CodeFlow) -> None:
    """RFC 7523 section 3."""
    key = keyed.client.authentication.key
    made = client_assertion(key, "keyed", keyed.server["issuer"], **ASSERTION_FAULTS[fault])
    assert_client_refused(push_with_assertion(keyed, made))


def good_assertion(flow: CodeFlow) -> str:
    """An assertion that must be taken."""
    return client_assertion(flow.client.authentication.key, "keyed", flow.server["issuer"])


@pytest.mark.parametrize("forge", [
    lambda flow: unsigned(
        {}, {"iss": "keyed", "sub": "keyed", "aud": flow.server["issuer"], "jti": "x", "exp": NOW + 600}),
    lambda flow: good_assertion(flow)[:-4] + "AAAA", lambda flow: "x", lambda flow: None,
    lambda flow: good_assertion(flow).rsplit(".", 1)[0] + ".",
], ids=["unsigned", "changed", "no JWT", "none", "signature cut off"])
def test_forged_client_assertion(forge: Callable[[CodeFlow], str | None], keyed: CodeFlow) -> None:
    """What the client's key has not signed."""
    assert_client_refused(push_with_assertion(keyed, forge(keyed)))


@pytest.mark.parametrize("assertion_type", [None, "", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_client_assertion_of_another_type(assertion_type: str | None, keyed: CodeFlow) -> None:
    """Only a JWT is read as a JWT."""
    assert_client_refused(push_with_assertion(keyed, good_assertion(keyed), assertion_type))


def test_client_assertion_is_good_once(keyed: CodeFlow) -> None:
    """RFC 7523 section 3, at every endpoint together."""
    made = good_assertion(keyed)
    assert push_with_assertion(keyed, made).status_code == 201
    assert_client_refused(push_with_assertion(keyed, made))
    form = {"client_id": "keyed", "client_assertion_type": ASSERTION_TYPE, "client_assertion": made}
    answer = keyed.post(
        keyed.server["token_endpoint"], {"grant_type": "client_credentials"}, authentication=NoSecret(),
        form_changes=form)
    assert_client_refused(answer)


def test_client_assertion_for_another_server(other_server: Vouchsafe, keyed: CodeFlow) -> None:
    """One that was made for somebody else."""
    made = client_assertion(keyed.client.authentication.key, "keyed", other_server.url)
    assert_client_refused(push_with_assertion(keyed, made))


@pytest.mark.parametrize("shows", [
    SecretBasic("wrong"), SecretBasic(""), SecretPost("wrong"), NoSecret(), PrivateKeyJWT(HolderKey.make()),
], ids=["wrong", "empty", "wrong in the form", "nothing", "an assertion"])
def test_client_without_its_secret(shows: object, provider: Provider, wallet: Wallet) -> None:
    """401, with a challenge if it has tried by the header (RFC 6749 section 5.2)."""
    answer = provider.flow(wallet, "web", scope="student_id").push(authentication=shows)
    assert_client_refused(answer)
    if isinstance(shows, SecretBasic):
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["Basic", "Basic ", "Basic !!!", "Basic d2Vi", "Basic d2ViOg==", "Bearer x"])
def test_malformed_basic_authentication(header: str, provider: Provider, wallet: Wallet) -> None:
    """A header that names no client."""
    flow = provider.flow(wallet, "web", scope="student_id")
    assert_client_refused(flow.push(authentication=NoSecret(), headers={"Authorization": header}))


def test_two_ways_at_once(keyed: CodeFlow) -> None:
    """RFC 6749 section 2.3: one, not several."""
    secret = {}
    SecretBasic("x").add("keyed", keyed.server, {}, secret, None)
    assert_client_refused(keyed.push(headers=secret))
    assert_client_refused(keyed.push({"client_secret": "x"}))


# Strict rules for assertions.


@pytest.fixture(scope="module")
def strict(make_provider: MakeProvider) -> Provider:
    """A server as FAPI 2.0 wants it."""
    server = make_provider("strict-tokens").configure({"authorization_server": {"security_profile": "fapi2"}})
    server.admit("keyed", PrivateKeyJWT(HolderKey.make()), dpop_key=HolderKey.make())
    return server.start()


@pytest.mark.parametrize("audience", [
    lambda server: [server["issuer"]], lambda server: server["token_endpoint"],
    lambda server: server["pushed_authorization_request_endpoint"],
    lambda server: [server["issuer"], "https://x.example"],
], ids=["a list", "the token endpoint", "this endpoint", "a longer list"])
def test_strict_server_wants_its_name_alone(audience: Callable, strict: Provider, wallet: Wallet) -> None:
    """FAPI 2.0 Security Profile section 5.3.2.1."""
    flow = strict.flow(wallet, "keyed", scope="student_id")
    key = flow.client.authentication.key
    assert_client_refused(push_with_assertion(flow, client_assertion(key, "keyed", audience(flow.server))))
    assert push_with_assertion(flow, good_assertion(flow)).status_code == 201


@pytest.mark.parametrize("seconds", [-8, 8])
def test_clocks_differ(seconds: int, strict: Provider, wallet: Wallet) -> None:
    """A few seconds are no fault."""
    flow = strict.flow(wallet, "keyed", scope="student_id")
    at = int(time.time()) + seconds
    made = client_assertion(
        flow.client.authentication.key, "keyed", flow.server["issuer"], claims={"iat": at, "nbf": at})
    assert push_with_assertion(flow, made).status_code == 201


# Attested wallets.


ATTESTATION_FAULTS: dict[str, dict] = {
    "expired": {"claims": {"exp": NOW - 600}}, "without an end": {"claims": {"exp": None}},
    "no subject": {"claims": {"sub": None}}, "another subject": {"claims": {"sub": "web"}},
    "no key": {"claims": {"cnf": None}}, "another attester": {"claims": {"iss": "https://other.example"}},
    "signed by another": {"signer": HolderKey.make()}, "another type": {"header": {"typ": "JWT"}},
    "from the future": {"claims": {"iat": NOW + 3_600, "nbf": NOW + 3_600}},
}
POSSESSION_FAULTS: dict[str, dict] = {
    "another audience": {"claims": {"aud": "https://other.example"}}, "no audience": {"claims": {"aud": None}},
    "no identifier": {"claims": {"jti": None}}, "no time": {"claims": {"iat": None}},
    "an hour old": {"claims": {"iat": NOW - 3_600}}, "an hour ahead": {"claims": {"iat": NOW + 3_600}},
    "signed by another": {"signer": HolderKey.make()}, "another type": {"header": {"typ": "JWT"}},
    "another client": {"claims": {"iss": "web"}}, "an unknown challenge": {"claims": {"challenge": "nobody-gave-this"}},
}


@pytest.fixture
def attested(provider: Provider, wallet: Wallet) -> CodeFlow:
    """A wallet whose provider is trusted."""
    return provider.flow(wallet, "attested", scope="student_id")


def push_attested(flow: CodeFlow, attestation: str | None, proof: str | None) -> requests.Response:
    """Pushes a request with any attestation and proof."""
    headers = {ATTESTATION_HEADER: attestation, ATTESTATION_PROOF_HEADER: proof}
    return flow.push(authentication=NoSecret(), headers=headers)


def good_attestation(flow: CodeFlow, **fault: object) -> str:
    """An attestation, good but for what is changed."""
    known: Attested = flow.client.authentication
    return known.attester.attestation("attested", known.instance, **fault)


def good_possession(flow: CodeFlow, **fault: object) -> str:
    """A proof of possession, good but for what is changed."""
    challenge = flow.challenge_for(flow.client.authentication)
    return attestation_proof(
        flow.client.authentication.instance, "attested", flow.server["issuer"], challenge, **fault)


@pytest.mark.parametrize("fault", ATTESTATION_FAULTS)
def test_bad_attestation(fault: str, attested: CodeFlow) -> None:
    """The wallet's provider has not said this of this wallet now."""
    answer = push_attested(attested, good_attestation(attested, **ATTESTATION_FAULTS[fault]), good_possession(attested))
    assert_client_refused(answer)


@pytest.mark.parametrize("fault", POSSESSION_FAULTS)
def test_bad_proof_of_possession(fault: str, attested: CodeFlow) -> None:
    """The wallet has not shown that it is the one."""
    answer = push_attested(attested, good_attestation(attested), good_possession(attested, **POSSESSION_FAULTS[fault]))
    assert_client_refused(answer)


def test_incomplete_attestation(attested: CodeFlow) -> None:
    """Either alone, swapped, or none."""
    attestation, possession = good_attestation(attested), good_possession(attested)
    for pair in ((attestation, None), (None, possession), (None, None), (possession, attestation), ("x", "y")):
        assert_client_refused(push_attested(attested, *pair))
    assert push_attested(attested, attestation, possession).status_code == 201


def test_proof_of_possession_is_good_once(attested: CodeFlow) -> None:
    """The attestation lives on, its proofs are each for one request."""
    attestation, possession = good_attestation(attested), good_possession(attested)
    assert push_attested(attested, attestation, possession).status_code == 201
    assert_client_refused(push_attested(attested, attestation, possession))


def test_attester_whom_nobody_trusts(attested: CodeFlow, provider: Provider, wallet: Wallet) -> None:
    """A provider that says of itself what it likes, under a name that is trusted."""
    impostor = Attester(attested.client.authentication.attester.issuer)
    for attester in (impostor, Attester("https://unknown.example")):
        client = Client("attested", attested.client.redirect_uri, Attested(attester), HolderKey.make())
        assert_client_refused(provider.flow(wallet, client, scope="student_id").push())


def test_attestation_with_a_private_key_in_it(attested: CodeFlow) -> None:
    """A key that everybody has proves nothing."""
    instance = attested.client.authentication.instance
    attestation = good_attestation(attested, claims={"cnf": {"jwk": instance.private_jwk}})
    assert_client_refused(push_attested(attested, attestation, good_possession(attested)))


def test_code_of_another_instance(attested: CodeFlow, person: Person, wallet: Wallet, provider: Provider) -> None:
    """The same wallet on another telephone does not get the tokens."""
    attested.log_in(person)
    elsewhere = Attested(attested.client.authentication.attester)
    answer = attested.ask_for_tokens(authentication=elsewhere, dpop=dpop_proof(
        HolderKey.make(), "POST", attested.server["token_endpoint"]))
    assert answer.status_code in (400, 401)
    assert error_code(answer) in (*CLIENT_ERRORS, "invalid_grant", "invalid_dpop_proof")
