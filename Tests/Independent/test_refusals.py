"""Bad input gets the specified code and loses nothing: after each refusal the same code, token and nonce still work."""

import json
import secrets
from typing import Callable

import pytest

from answers import assert_challenge, assert_issued, assert_refused
from holder_keys import HolderKey, base64url
from proof_attacks import ATTACKS, signature_changed
from proofs import make_proof
from raw_http import chunked, post, send
from visits import TX_CODE_TRIES, Visit, wrong_codes
from vouchsafe import Vouchsafe
from wallet import PRE_AUTHORIZED_CODE, Wallet, bearer, credential_request, pre_authorized_code, token_form

BATCH_SIZE = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JUST_TOO_LARGE = 70 * 1024
FAR_TOO_LARGE = 8 * 1024 * 1024
TOKEN_PATH = "/auth/token-endpoint"
NONCE_PATH = "/issuance/oid4vci/nonce"
CREDENTIAL_PATH = "/issuance/oid4vci/credential-request"


# Token endpoint: the request.


FORM_FAULTS: dict[str, tuple[Callable[[dict], object], str]] = {
    "no grant type": (lambda form: without(form, "grant_type"), "invalid_request"),
    "empty grant type": (lambda form: {**form, "grant_type": ""}, "invalid_request"),
    "other grant type": (lambda form: {**form, "grant_type": "password"}, "unsupported_grant_type"),
    "unknown grant type": (lambda form: {**form, "grant_type": "urn:example:none"}, "unsupported_grant_type"),
    "no code": (lambda form: without(form, "pre-authorized_code"), "invalid_request"),
    "empty code": (lambda form: {**form, "pre-authorized_code": ""}, "invalid_request"),
    "repeated code": (lambda form: twice(form, "pre-authorized_code"), "invalid_request"),
    "repeated grant type": (lambda form: twice(form, "grant_type"), "invalid_request"),
    "repeated unknown parameter": (lambda form: [*form.items(), ("x", "1"), ("x", "1")], "invalid_request"),
    "unexpected transaction code": (lambda form: {**form, "tx_code": "123456"}, "invalid_request"),
    "unknown code": (lambda form: {**form, "pre-authorized_code": secrets.token_urlsafe(27)}, "invalid_grant"),
    "short code": (lambda form: {**form, "pre-authorized_code": "x"}, "invalid_grant"),
    "long code": (lambda form: {**form, "pre-authorized_code": "x" * 4_000}, "invalid_request"),
    "code in other letters": (lambda form: {**form, "pre-authorized_code": swapped(form)}, "invalid_grant"),
    "code with a zero byte": (lambda form: {**form, "pre-authorized_code": code_of(form) + "\0"}, "invalid_grant"),
    "code with a space": (lambda form: {**form, "pre-authorized_code": code_of(form) + " "}, "invalid_grant"),
}


@pytest.mark.parametrize("fault", FORM_FAULTS)
def test_faulty_token_request(fault: str, visit: Visit) -> None:
    """Each fault has its code, and spends nothing."""
    make, error = FORM_FAULTS[fault]
    assert_refused(visit.ask_for_token(make(visit.token_form)), 400, error)
    visit.assert_code_still_works()


FORM_TEXT_FAULTS = {
    "bad percent encoding": lambda form: form + "&x=%zz",
    "half a percent encoding": lambda form: form + "%4",
    "bad UTF-8": lambda form: form + "&x=%ff",
    "JSON": lambda form: '{"grant_type": "' + PRE_AUTHORIZED_CODE + '"}',
    "nothing": lambda form: "",
}


@pytest.mark.parametrize("fault", FORM_TEXT_FAULTS)
def test_malformed_token_request(fault: str, visit: Visit) -> None:
    """A body that is no form, or lacks everything, is an invalid request."""
    good = f"grant_type={PRE_AUTHORIZED_CODE}&pre-authorized_code={pre_authorized_code(visit.offer)}"
    response = visit.ask_for_token(FORM_TEXT_FAULTS[fault](good), headers=FORM)
    assert_refused(response, 400, "invalid_request")
    visit.assert_code_still_works()


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data", None])
def test_token_request_of_another_media_type(media_type: str | None, visit: Visit) -> None:
    """Only a form is read as a form."""
    form = f"grant_type={PRE_AUTHORIZED_CODE}&pre-authorized_code={pre_authorized_code(visit.offer)}"
    response = visit.ask_for_token(form, headers={"Content-Type": media_type})
    assert_refused(response, 400, "invalid_request")
    visit.assert_code_still_works()


@pytest.mark.parametrize("in_query", [["grant_type", "pre-authorized_code"], ["pre-authorized_code"], ["grant_type"]])
def test_token_request_in_the_query(in_query: list[str], visit: Visit) -> None:
    """Parameters in the address are not read: addresses end up in logs."""
    form = visit.token_form
    body = without(form, *in_query)
    response = visit.ask_for_token(body, params={name: form[name] for name in in_query}, headers=FORM)
    assert_refused(response, 400, "invalid_request")
    visit.assert_code_still_works()


# Token endpoint: the code.


def test_code_is_good_once(visit: Visit) -> None:
    """A code that was redeemed is refused, and the token that it gave lives on."""
    assert visit.token
    for _ in range(2):
        assert_refused(visit.ask_for_token(visit.token_form), 400, "invalid_grant")
    visit.assert_nothing_lost()


def test_code_of_another_issuer(visit: Visit, other_server: Vouchsafe, wallet: Wallet) -> None:
    """Another issuer's code opens nothing here, and stays good there."""
    offer = wallet.read_offer(other_server.create_offer().link)
    assert_refused(visit.ask_for_token(token_form(offer)), 400, "invalid_grant")
    assert wallet.redeem(wallet.discover(other_server.url), offer)


def test_code_of_a_cancelled_offer(visit: Visit) -> None:
    """What the operator cancels cannot be redeemed."""
    cancelled = visit.server.run("offer", "cancel", visit.made.id)
    assert cancelled.returncode == 0, cancelled.stderr
    assert_refused(visit.ask_for_token(visit.token_form), 400, "invalid_grant")


def test_cancelling_ends_the_token(visit: Visit) -> None:
    """An access token ends with its offer."""
    body = visit.request(visit.proof())
    assert visit.token
    assert visit.server.run("offer", "cancel", visit.made.id).returncode == 0
    response = visit.ask(body)
    assert_refused(response, 401, "invalid_token")
    assert_challenge(response, "invalid_token")


# Transaction codes.


@pytest.fixture
def guarded(server: Vouchsafe, wallet: Wallet) -> Visit:
    """A wallet with an offer that needs a transaction code."""
    return Visit(server, wallet, tx_code=True)


def test_missing_transaction_code(guarded: Visit) -> None:
    """Nothing is counted as a guess if nothing was guessed."""
    for _ in range(TX_CODE_TRIES + 1):
        form = without(guarded.token_form, "tx_code")
        assert_refused(guarded.ask_for_token(form), 400, "invalid_request")
    guarded.assert_code_still_works()


def test_right_transaction_code_after_four_wrong_ones(guarded: Visit) -> None:
    """The offer stays usable."""
    for code in wrong_codes(guarded, TX_CODE_TRIES - 1):
        assert_refused(guarded.ask_for_token({**guarded.token_form, "tx_code": code}), 400, "invalid_grant")
    guarded.assert_code_still_works()


def test_five_wrong_transaction_codes_lock_the_offer(guarded: Visit) -> None:
    """Then even the right one is refused, and the operator can read why."""
    for code in wrong_codes(guarded, TX_CODE_TRIES):
        assert_refused(guarded.ask_for_token({**guarded.token_form, "tx_code": code}), 400, "invalid_grant")
    assert_refused(guarded.ask_for_token(guarded.token_form), 400, "invalid_grant")
    refused = [entry for entry in guarded.server.timeline(guarded.made.id) if entry.step == "token"]
    assert [entry.refused for entry in refused] == ["invalid_grant"] * (TX_CODE_TRIES + 1)
    assert len({entry.reason for entry in refused}) > 1, "wrong and locked are different reasons"


@pytest.mark.parametrize("spelling", [" {}", "{} ", "0{}", "{}0", "+{}"])
def test_transaction_code_is_compared_exactly(spelling: str, guarded: Visit) -> None:
    """A code that merely looks like the right one is wrong."""
    form = {**guarded.token_form, "tx_code": spelling.format(guarded.made.tx_code)}
    assert_refused(guarded.ask_for_token(form), 400, "invalid_grant")
    guarded.assert_code_still_works()


def test_transaction_code_of_another_offer(guarded: Visit, server: Vouchsafe) -> None:
    """Each offer has its own."""
    other = server.create_offer(tx_code=True)
    if other.tx_code == guarded.made.tx_code:
        other = server.create_offer(tx_code=True)
    assert_refused(guarded.ask_for_token({**guarded.token_form, "tx_code": other.tx_code}), 400, "invalid_grant")
    guarded.assert_code_still_works()


# Credential endpoint: the access token.


def test_no_access_token(visit: Visit) -> None:
    """401 with a plain challenge."""
    response = visit.wallet.post(visit.discovery.credential_endpoint, json=visit.good_request())
    assert_challenge(response, None)
    visit.assert_nothing_lost()


def test_other_authentication_scheme(visit: Visit) -> None:
    """A token under another scheme is no bearer token."""
    response = visit.ask_bytes(b"{}", Authorization=f"Basic {visit.token}")
    assert_challenge(response, None)
    visit.assert_nothing_lost()


@pytest.mark.parametrize("spoil", [
    lambda token: secrets.token_urlsafe(48),
    lambda token: token[:-1],
    lambda token: token + "A",
    lambda token: token.swapcase(),
    lambda token: "x" * 8000,
], ids=["random", "shorter", "longer", "other letters", "very long"])
def test_bad_access_token(spoil: Callable[[str], str], visit: Visit) -> None:
    """401 that says `invalid_token`."""
    response = visit.wallet.post_credential(visit.discovery, spoil(visit.token), visit.good_request())
    assert_refused(response, 401, "invalid_token")
    assert_challenge(response, "invalid_token")
    visit.assert_nothing_lost()


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer ä"])
def test_malformed_authorization_header(value: str, visit: Visit) -> None:
    """A header that cannot be a bearer token is refused before anything is looked up."""
    response = visit.ask_bytes(json.dumps(visit.good_request()).encode(), Authorization=value.encode("latin-1"))
    assert response.status_code in (400, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    visit.assert_nothing_lost()


def test_repeated_authorization_header(visit: Visit) -> None:
    """Two headers, even of the same good token, are one too many."""
    headers = [("Authorization", f"Bearer {visit.token}")] * 2
    assert send_credential_request(visit, headers) == 400
    visit.assert_nothing_lost()


@pytest.mark.parametrize("with_header", [False, True])
def test_access_token_in_the_query(with_header: bool, visit: Visit) -> None:
    """A token in an address is refused, even beside a good one in the header."""
    response = visit.wallet.post(
        visit.discovery.credential_endpoint, json=visit.good_request(), params={"access_token": visit.token},
        headers=bearer(visit.token) if with_header else {})
    assert response.status_code in (400, 401)
    assert "credentials" not in response.text
    visit.assert_nothing_lost()


def test_access_token_in_the_body(visit: Visit) -> None:
    """A token in the body is no token."""
    body = {**visit.good_request(), "access_token": visit.token}
    assert_challenge(visit.wallet.post(visit.discovery.credential_endpoint, json=body), None)
    visit.assert_nothing_lost()


def test_code_and_nonce_are_no_access_tokens(visit: Visit) -> None:
    """Secrets of one purpose are worth nothing for another."""
    body = visit.good_request()
    for secret in (pre_authorized_code(visit.offer), visit.nonce):
        assert_refused(visit.wallet.post_credential(visit.discovery, secret, body), 401, "invalid_token")
    visit.assert_nothing_lost()


def test_access_token_of_another_issuer(visit: Visit, other_server: Vouchsafe, wallet: Wallet) -> None:
    """Another issuer's token opens nothing here."""
    token = Visit(other_server, wallet).token
    assert_refused(wallet.post_credential(visit.discovery, token, visit.good_request()), 401, "invalid_token")
    visit.assert_nothing_lost()


def test_credential_that_was_not_offered(visit: Visit) -> None:
    """A token for one credential is not for another that the issuer has."""
    body = {**visit.good_request(), "credential_configuration_id": "enrolment"}
    assert_refused(visit.ask(body), 403, "insufficient_scope")
    visit.assert_nothing_lost()


# Credential endpoint: the body.


BODY_FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: b"",
    "half a body": lambda body: body[:len(body) // 2],
    "a space only": lambda body: b" ",
    "no JSON": lambda body: b"credential",
    "an array": lambda body: b"[" + body + b"]",
    "a text": lambda body: json.dumps(body.decode()).encode(),
    "null": lambda body: b"null",
    "depth 1000": lambda body: with_member(body, b"[" * 1000 + b"]" * 1000),
    "depth 1000 of objects": lambda body: with_member(body, b'{"a":' * 1000 + b"1" + b"}" * 1000),
    "depth 20000, not closed": lambda body: with_member(body, b"[" * 20_000),
    "a name twice": lambda body: body[:-1] + b', "credential_configuration_id": "student-id"}',
    "a name twice, escaped": lambda body: body[:-1] + b', "\\u0070roofs": {}}',
    "an unknown name twice": lambda body: body[:-1] + b', "x": 1, "x": 1}',
    "a name twice inside": lambda body: with_member(body, b'{"a": 1, "a": 2}'),
    "bad UTF-8": lambda body: with_member(body, b'"\xff"'),
    "overlong UTF-8": lambda body: with_member(body, b'"\xc0\xaf"'),
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "a lone surrogate": lambda body: with_member(body, b'"\\ud800"'),
    "a surrogate in UTF-8": lambda body: with_member(body, b'"\xed\xa0\x80"'),
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "trailing bytes": lambda body: body + b"x",
    "a second value": lambda body: body + b" {}",
    "a trailing comma": lambda body: body[:-1] + b",}",
    "a comment": lambda body: body + b"/* hello */",
    "NaN": lambda body: with_member(body, b"NaN"),
    "a leading zero": lambda body: with_member(body, b"01"),
    "a control character": lambda body: with_member(body, b'"\x01"'),
    "single quotes": lambda body: body.replace(b'"', b"'"),
}


@pytest.mark.parametrize("fault", BODY_FAULTS)
def test_malformed_json(fault: str, visit: Visit) -> None:
    """JSON that is broken, or open to two readings, is refused whole."""
    body = json.dumps(visit.good_request()).encode()
    assert_refused(visit.ask_bytes(BODY_FAULTS[fault](body)), 400, "invalid_credential_request")
    visit.assert_nothing_lost()


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jwt", None])
def test_credential_request_of_another_media_type(media_type: str | None, visit: Visit) -> None:
    """Only JSON is read as JSON."""
    body = json.dumps(visit.good_request()).encode()
    response = visit.ask_bytes(body, Content_Type=media_type)
    assert_refused(response, 400, "invalid_credential_request")
    visit.assert_nothing_lost()


REQUEST_FAULTS: dict[str, tuple[Callable[[dict], dict], str]] = {
    "unknown configuration": (
        lambda body: {**body, "credential_configuration_id": "nothing"}, "unknown_credential_configuration"),
    "configuration in other letters": (
        lambda body: {**body, "credential_configuration_id": "Student-ID"}, "unknown_credential_configuration"),
    "unknown identifier": (
        lambda body: identified(body, credential_identifier="nothing"), "unknown_credential_identifier"),
    "configuration as identifier": (
        lambda body: identified(body, credential_identifier="student-id"), "unknown_credential_identifier"),
    "identifier and configuration": (
        lambda body: {**body, "credential_identifier": "student-id"}, "invalid_credential_request"),
    "neither": (lambda body: identified(body), "invalid_credential_request"),
    "configuration as number": (
        lambda body: {**body, "credential_configuration_id": 1}, "invalid_credential_request"),
    "no proofs": (lambda body: without(body, "proofs"), "invalid_proof"),
    "an empty list of proofs": (lambda body: {**body, "proofs": {"jwt": []}}, "invalid_proof"),
    "proofs as text": (lambda body: {**body, "proofs": body["proofs"]["jwt"][0]}, "invalid_credential_request"),
    "proofs of jwt as text": (
        lambda body: {**body, "proofs": {"jwt": body["proofs"]["jwt"][0]}}, "invalid_credential_request"),
    "a proof that is no text": (lambda body: {**body, "proofs": {"jwt": [1]}}, "invalid_credential_request"),
    "proofs of two types": (
        lambda body: {**body, "proofs": {**body["proofs"], "attestation": ["x"]}}, "invalid_credential_request"),
    "proof beside proofs": (
        lambda body: {**body, "proof": {"proof_type": "jwt", "jwt": body["proofs"]["jwt"][0]}},
        "invalid_credential_request"),
    "encryption": (
        lambda body: {**body, "credential_response_encryption": {
            "jwk": HolderKey.make().public_jwk, "enc": "A128GCM"}}, "invalid_encryption_parameters"),
}


@pytest.mark.parametrize("fault", REQUEST_FAULTS)
def test_faulty_credential_request(fault: str, visit: Visit) -> None:
    """Each fault has its code, and spends nothing."""
    change, error = REQUEST_FAULTS[fault]
    assert_refused(visit.ask(change(visit.good_request())), 400, error)
    visit.assert_nothing_lost()


def test_too_many_proofs(visit: Visit) -> None:
    """One more than `batch_size` is refused whole; exactly as many are served."""
    proofs = batch(visit, BATCH_SIZE + 1)
    assert_refused(visit.ask(visit.request(*proofs)), 400, "invalid_credential_request")
    assert_issued(visit.ask(visit.request(*proofs[:BATCH_SIZE])), BATCH_SIZE)


# Credential endpoint: proofs and nonces.


@pytest.mark.parametrize("attack", ATTACKS)
def test_bad_proof(attack: str, visit: Visit) -> None:
    """`invalid_proof`, and neither the token nor the nonce is spent."""
    assert_refused(visit.ask(visit.request(ATTACKS[attack](visit))), 400, "invalid_proof")
    visit.assert_nothing_lost()


@pytest.mark.parametrize("position", range(3))
def test_one_bad_proof_among_good_ones(position: int, visit: Visit) -> None:
    """A batch is served whole or not at all."""
    proofs = batch(visit, 3)
    proofs[position] = signature_changed(visit)
    assert_refused(visit.ask(visit.request(*proofs)), 400, "invalid_proof")
    visit.assert_nothing_lost()


def test_bad_single_proof(visit: Visit) -> None:
    """The `proof` of older drafts is checked as strictly."""
    body = credential_request(visit.configuration, [signature_changed(visit)], "proof")
    assert_refused(visit.ask(body), 400, "invalid_proof")
    visit.assert_nothing_lost()


@pytest.mark.parametrize("spoil", [
    lambda nonce: secrets.token_urlsafe(48),
    lambda nonce: nonce[:-1],
    lambda nonce: nonce + "A",
    lambda nonce: nonce.swapcase(),
    lambda nonce: "x",
    lambda nonce: "\0" + nonce,
], ids=["random", "shorter", "longer", "other letters", "one letter", "zero byte"])
def test_unknown_nonce(spoil: Callable[[str], str], visit: Visit) -> None:
    """A nonce that was not handed out here is refused as such, so that the wallet fetches another."""
    assert_refused(visit.ask(visit.request(visit.proof(spoil(visit.nonce)))), 400, "invalid_nonce")
    visit.assert_nothing_lost()


def test_nonce_of_another_issuer(visit: Visit, other_server: Vouchsafe, wallet: Wallet) -> None:
    """Another issuer's nonce is unknown here."""
    nonce = wallet.nonce(wallet.discover(other_server.url))
    assert_refused(visit.ask(visit.request(visit.proof(nonce))), 400, "invalid_nonce")
    visit.assert_nothing_lost()


def test_code_and_token_are_no_nonces(visit: Visit) -> None:
    """Secrets of one purpose are worth nothing for another."""
    for secret in (pre_authorized_code(visit.offer), visit.token):
        assert_refused(visit.ask(visit.request(visit.proof(secret))), 400, "invalid_nonce")
    visit.assert_nothing_lost()


def test_nonce_is_good_once(visit: Visit) -> None:
    """Used again, by the same or another key, it is refused; a fresh one is served."""
    assert_issued(visit.ask(visit.good_request()))
    assert_refused(visit.ask(visit.good_request()), 400, "invalid_nonce")
    other = make_proof(HolderKey.make(), visit.discovery.credential_issuer, visit.nonce)
    assert_refused(visit.ask(visit.request(other)), 400, "invalid_nonce")
    assert_issued(visit.ask(visit.request(visit.proof(visit.wallet.nonce(visit.discovery)))))


def test_nonce_used_by_another_token(visit: Visit, server: Vouchsafe, wallet: Wallet) -> None:
    """A nonce is spent for everybody."""
    assert_issued(visit.ask(visit.good_request()))
    other = Visit(server, wallet)
    assert_refused(other.ask(other.request(other.proof(visit.nonce))), 400, "invalid_nonce")
    other.assert_nothing_lost()


def test_spent_nonce_in_a_batch(visit: Visit) -> None:
    """One spent nonce among fresh ones refuses the batch and spends none of them."""
    assert_issued(visit.ask(visit.good_request()))
    fresh = visit.wallet.nonce(visit.discovery)
    proofs = [make_proof(HolderKey.make(), visit.discovery.credential_issuer, nonce) for nonce in (fresh, visit.nonce)]
    assert_refused(visit.ask(visit.request(*proofs)), 400, "invalid_nonce")
    assert_issued(visit.ask(visit.request(visit.proof(fresh))))


def test_operator_sees_the_refusal(visit: Visit) -> None:
    """The timeline has the step, the code that the wallet got and a reason, then the success."""
    assert_refused(visit.ask(visit.request(signature_changed(visit))), 400, "invalid_proof")
    assert_issued(visit.ask(visit.good_request()))
    entries = [entry for entry in visit.server.timeline(visit.made.id) if entry.step == "credential"]
    assert [entry.refused for entry in entries] == ["invalid_proof", None]
    assert "signature" in entries[0].reason.lower()


# Sizes, methods, paths.


@pytest.mark.parametrize("path", [TOKEN_PATH, CREDENTIAL_PATH])
def test_body_just_too_large(path: str, visit: Visit) -> None:
    """More than 64 KiB is more than any message has."""
    headers = [*headers_for(path, visit), ("Content-Length", str(JUST_TOO_LARGE))]
    answer = send(visit.server.port, post(path, headers, b"x" * JUST_TOO_LARGE))
    assert answer.status in (400, 413)
    visit.assert_nothing_lost()


@pytest.mark.parametrize("path", [TOKEN_PATH, CREDENTIAL_PATH])
def test_chunked_body_too_large(path: str, visit: Visit) -> None:
    """The limit holds when the length is not told beforehand."""
    headers = [*headers_for(path, visit), ("Transfer-Encoding", "chunked")]
    answer = send(visit.server.port, post(path, headers, chunked(b"x" * JUST_TOO_LARGE)))
    assert answer.status in (400, 413)
    visit.assert_nothing_lost()


@pytest.mark.parametrize("path", [TOKEN_PATH, CREDENTIAL_PATH])
def test_body_far_too_large(path: str, visit: Visit) -> None:
    """The server stops reading: it answers or closes, and goes on serving."""
    headers = [*headers_for(path, visit), ("Content-Length", str(FAR_TOO_LARGE))]
    answer = send(visit.server.port, post(path, headers, b"x" * FAR_TOO_LARGE))
    assert answer.status in (400, 413, None)
    visit.assert_nothing_lost()


@pytest.mark.parametrize("headers", [
    [("X-Large", "x" * 200_000)],
    [(f"X-{number}", "x" * 100) for number in range(2_000)],
], ids=["one header", "many headers"])
def test_headers_too_large(headers: list[tuple[str, str]], visit: Visit) -> None:
    """Headers without end are refused, or the connection is closed, and others are served."""
    body = json.dumps(visit.good_request()).encode()
    headers = [
        *headers, ("Content-Type", "application/json"), ("Authorization", f"Bearer {visit.token}"),
        ("Content-Length", str(len(body)))]
    assert send(visit.server.port, post(CREDENTIAL_PATH, headers, body)).status in (400, 431, None)
    visit.assert_nothing_lost()


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("GET", TOKEN_PATH, "POST"),
    ("PUT", TOKEN_PATH, "POST"),
    ("GET", NONCE_PATH, "POST"),
    ("GET", CREDENTIAL_PATH, "POST"),
    ("DELETE", CREDENTIAL_PATH, "POST"),
    ("POST", "/.well-known/openid-credential-issuer", "GET"),
    ("POST", "/.well-known/oauth-authorization-server", "GET"),
    ("POST", "/.well-known/jwt-vc-issuer", "GET"),
    ("POST", "/.well-known/did.json", "GET"),
    ("POST", "/vct/student-id", "GET"),
    ("POST", "/health", "GET"),
    ("DELETE", "/", "GET"),
])
def test_method_not_allowed(method: str, path: str, allowed: str, server: Vouchsafe, wallet: Wallet) -> None:
    """405, with the methods that are allowed (RFC 9110 section 15.5.6)."""
    response = wallet.http.request(method, server.url + path)
    assert response.status_code == 405
    assert allowed in [name.strip() for name in response.headers["Allow"].split(",")]


@pytest.mark.parametrize("path", [
    "/nothing", "/issuance/oid4vci/nothing", "/.well-known/nothing", "/vct/nothing", "/auth/nothing",
    "/issuance/oid4vci/credential-offer/nothing", "/issuance/oid4vci/credential-offer/", TOKEN_PATH + "/more",
    "/issuance/oid4vci/credential-offer/" + base64url(bytes(18)), "/..%2f..%2fetc%2fpasswd", "/%00",
])
def test_unknown_path(path: str, server: Vouchsafe, wallet: Wallet) -> None:
    """404, whatever was hoped to be there."""
    assert wallet.http.get(server.url + path).status_code == 404


@pytest.mark.parametrize(
    "request_line", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HELLO", b"GET / HTTP/9.9"],
    ids=["a TLS greeting", "a word", "another version"])
def test_what_is_not_http(request_line: bytes, server: Vouchsafe, visit: Visit) -> None:
    """Bytes that are no HTTP request are refused or the connection is closed, and others are served."""
    assert send(server.port, request_line + b"\r\n\r\n").status in (400, 505, None)
    visit.assert_code_still_works()


# Making requests.


def without(members: dict, *names: str) -> dict:
    """A copy without some members."""
    return {name: value for name, value in members.items() if name not in names}


def twice(form: dict, name: str) -> list[tuple[str, str]]:
    """A form with one parameter repeated as it is."""
    return [*form.items(), (name, form[name])]


def code_of(form: dict) -> str:
    """The code in a token request."""
    return form["pre-authorized_code"]


def swapped(form: dict) -> str:
    """The code in the other case."""
    return code_of(form).swapcase()


def with_member(body: bytes, value: bytes) -> bytes:
    """A JSON object with one more member, which nobody has specified."""
    return body[:-1] + b', "x": ' + value + b"}"


def identified(body: dict, **identifier: str) -> dict:
    """A request that says in another way, or not at all, which credential it is for."""
    return {**without(body, "credential_configuration_id"), **identifier}


def batch(visit: Visit, count: int) -> list[str]:
    """Good proofs of so many keys, for one nonce."""
    return [
        make_proof(HolderKey.make(), visit.discovery.credential_issuer, visit.nonce) for _ in range(count)
    ]


def headers_for(path: str, visit: Visit) -> list[tuple[str, str]]:
    """The media type that an endpoint reads, and the access token."""
    media_type = "application/json" if path == CREDENTIAL_PATH else FORM["Content-Type"]
    return [("Content-Type", media_type), ("Authorization", f"Bearer {visit.token}")]


def send_credential_request(visit: Visit, headers: list[tuple[str, str]]) -> int | None:
    """The status that a good credential request gets with these headers."""
    body = json.dumps(visit.good_request()).encode()
    headers = [*headers, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return send(visit.server.port, post(CREDENTIAL_PATH, headers, body)).status
