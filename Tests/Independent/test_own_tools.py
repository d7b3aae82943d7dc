"""The wallet and the checks of this folder against published examples; nothing here needs a server."""

import base64
import datetime
import hashlib
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import VerificationError
from joserfc import jws
from joserfc.errors import JoseError
from jwcrypto.jws import InvalidJWSSignature

import registry
from certificate_checks import verify_chain
from holder_keys import (
    ALGORITHMS, HolderKey, base64url, did_jwk, did_key, from_base64url, jwk_of_did_jwk, required_members, thumbprint)
from proofs import KEY_REFERENCES, forge, key_member, make_proof, proof_claims, proof_header
from published_keys import did_document_address, did_web, import_public, verify_jws
from sd_jwt_checks import VerifiedSDJWT, bound_key, verify_sd_jwt
from w3c_checks import verify_jwt_vc
from wallet import UnexpectedAnswer, credential_request, offer_parameters, well_known

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
ISSUER = "https://issuer.example"


# Keys and their names.


@pytest.mark.parametrize(("did", "jwk"), VECTORS["did_key"].items())
def test_did_key(did: str, jwk: dict) -> None:
    """did:key's published DIDs come out of their keys."""
    assert did_key(jwk) == did


@pytest.mark.parametrize("vector", VECTORS["did_jwk"])
def test_did_jwk(vector: dict) -> None:
    """did:jwk's published DID is read, and made."""
    assert jwk_of_did_jwk(vector["did"]) == vector["jwk"]
    assert did_jwk(vector["jwk"]) == vector["did"]


def test_ed25519_example_of_rfc_8037() -> None:
    """Thumbprint and signature, byte for byte."""
    vector = VECTORS["ed25519"]
    key = HolderKey.of_jwk("EdDSA", vector["private_jwk"])
    assert thumbprint(key.public_jwk) == vector["thumbprint"]
    assert forge(vector["header"], vector["payload"], key) == vector["jws"]


def test_did_web_of_a_port() -> None:
    """The colon before a port is percent-encoded in the DID, and not in the address it stands for."""
    assert did_web("http://localhost:8080") == "did:web:localhost%3A8080"
    assert did_document_address("did:web:localhost%3A8080") == "http://localhost:8080/.well-known/did.json"


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q+8"])
def test_base64url_has_one_spelling(text: str) -> None:
    """Padding, stray bits and the other alphabet are noticed."""
    with pytest.raises(AssertionError):
        from_base64url(text)


# Proofs.


def test_key_proof_example_of_openid4vci() -> None:
    """The specification's own proof verifies, and has the members that ours have."""
    vector = VECTORS["key_proof"]
    header, payload = verify_jws(vector["jws"], vector["jwk"])
    assert json.loads(payload) == vector["payload"]
    ours = HolderKey.make()
    assert set(header) == set(proof_header(ours))
    assert set(vector["payload"]) == set(proof_claims(ISSUER, "n"))


@pytest.mark.parametrize("reference", KEY_REFERENCES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_proofs_verify(algorithm: str, reference: str) -> None:
    """Proofs made by joserfc and by hand verify with joserfc, and with no other key."""
    key = HolderKey.make(algorithm)
    claims = proof_claims(ISSUER, "n")
    for proof in (make_proof(key, ISSUER, "n", reference), forge(proof_header(key, reference), claims, key)):
        verified = jws.deserialize_compact(proof, import_public(key.public_jwk), algorithms=[algorithm])
        assert json.loads(verified.payload)["aud"] == ISSUER
        with pytest.raises(JoseError):
            other = import_public(HolderKey.make(algorithm).public_jwk)
            jws.deserialize_compact(proof, other, algorithms=[algorithm])


def test_key_references_name_the_key() -> None:
    """A kid is a DID URL of the key's DID; no private member leaves the wallet."""
    key = HolderKey.make()
    assert key_member(key, "jwk") == {"jwk": required_members(key.public_jwk)}
    assert jwk_of_did_jwk(key_member(key, "did:jwk")["kid"].split("#")[0]) == key.public_jwk
    did, fragment = key_member(key, "did:key")["kid"].split("#")
    assert (did, fragment) == (key.did_key, key.did_key.split(":")[-1])


# Offers and metadata.


@pytest.mark.parametrize(("link", "parameters"), [
    ("openid-credential-offer://?credential_offer=%7B%22a%22%3A1%7D", ('{"a":1}', None)),
    ("openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%2Fo", (None, "https://a.example/o")),
    ("https://wallet.example/add?credential_offer_uri=https%3A%2F%2Fa.example", (None, "https://a.example")),
    ("https://a.example/offer/1", (None, "https://a.example/offer/1")),
])
def test_offer_link(link: str, parameters: tuple) -> None:
    """By value, by reference, behind a wallet's own address, or the plain address."""
    assert offer_parameters(link) == parameters


@pytest.mark.parametrize("link", [
    "openid-credential-offer://?credential_offer=1&credential_offer_uri=https%3A%2F%2Fa.example",
    "openid-credential-offer://?credential_offer=1&credential_offer=2",
    "openid-credential-offer://",
])
def test_offer_link_with_not_exactly_one_offer(link: str) -> None:
    """Neither, both, or one twice is no offer."""
    with pytest.raises(UnexpectedAnswer):
        offer_parameters(link)


@pytest.mark.parametrize(("identifier", "address"), [
    ("https://a.example", "https://a.example/.well-known/x"),
    ("https://a.example/", "https://a.example/.well-known/x"),
    ("https://a.example:8443/tenant/1", "https://a.example:8443/.well-known/x/tenant/1"),
])
def test_well_known_is_inserted(identifier: str, address: str) -> None:
    """Between host and path."""
    assert well_known("x", identifier) == address


def test_credential_request_shapes() -> None:
    """1.0's list, and the drafts' single proof."""
    assert credential_request("c", ["p"]) == {"credential_configuration_id": "c", "proofs": {"jwt": ["p"]}}
    single = {"credential_configuration_id": "c", "proof": {"proof_type": "jwt", "jwt": "p"}}
    assert credential_request("c", ["p"], "proof") == single


# SD-JWT.


class OneKey:
    """Published keys with one key in them."""

    issuer = did = ISSUER

    def __init__(self, jwk: dict) -> None:
        self.jwk = jwk

    def of_url(self, _issuer: str, _kid: str) -> dict:
        """The key, whatever its name."""
        return self.jwk

    def of_did(self, _issuer: str, _kid: str) -> dict:
        """The key, whatever its name."""
        return self.jwk

    def all_keys(self) -> dict:
        """One place with one key."""
        return {"here": [self.jwk]}


def verify_example(credential: str) -> VerifiedSDJWT:
    """The published SD-JWT VC, or what a test has made of it."""
    return verify_sd_jwt(credential, OneKey(VECTORS["sd_jwt_vc"]["issuer_jwk"]))


def test_published_sd_jwt_vc_verifies() -> None:
    """Claims and binding of the draft's example."""
    vector = VECTORS["sd_jwt_vc"]
    verified = verify_example(vector["issuance"])
    assert verified.disclosed == {**vector["claims"], "cnf": {"jwk": vector["holder_jwk"]}}
    assert bound_key(verified) == thumbprint(vector["holder_jwk"])
    assert verified.decoy_count == 0


def test_withheld_claims_are_counted_as_decoys() -> None:
    """A digest without a disclosure is what a decoy looks like."""
    token, first, *rest = VECTORS["sd_jwt_vc"]["issuance"].split("~")
    verified = verify_example("~".join([token, *rest]))
    assert verified.decoy_count == 1 and len(verified.disclosures) == len(rest) - 1
    assert first not in rest


def test_foreign_disclosure_is_noticed() -> None:
    """A disclosure that no digest refers to, which the sd-jwt package lets pass."""
    foreign = base64url(json.dumps([base64url(bytes(16)), "admin", True]).encode())
    with pytest.raises(AssertionError, match="unreferenced"):
        verify_example(VECTORS["sd_jwt_vc"]["issuance"] + foreign + "~")


def test_key_binding_is_noticed() -> None:
    """An issuer's answer ends with the last disclosure."""
    with pytest.raises(AssertionError, match="key binding"):
        verify_example(VECTORS["sd_jwt_vc"]["issuance"] + "a.b.c")


def test_changed_disclosure_is_noticed() -> None:
    """Another value has another digest."""
    token, first, *rest = VECTORS["sd_jwt_vc"]["issuance"].split("~")
    salt, name, _ = json.loads(from_base64url(first))
    changed = base64url(json.dumps([salt, name, "Mallory"]).encode())
    with pytest.raises(AssertionError, match="unreferenced"):
        verify_example("~".join([token, changed, *rest]))


def test_signature_of_another_key_is_noticed() -> None:
    """The issuer's key decides."""
    with pytest.raises(InvalidJWSSignature):
        verify_sd_jwt(VECTORS["sd_jwt_vc"]["issuance"], OneKey(HolderKey.make().public_jwk))


@pytest.mark.parametrize(("payload", "complaint"), [
    ({"_sd": ["{1}", "{0}"], "_sd_alg": "sha-256"}, "sorted"),
    ({"_sd": [], "_sd_alg": "sha-256"}, "sorted"),
    ({"_sd": ["{0}", "{0}"], "_sd_alg": "sha-256"}, "twice|Duplicate"),
    ({"_sd": ["{0}", "{1}"]}, "_sd_alg"),
    ({"a": 1, "_sd_alg": "sha-256"}, "_sd_alg"),
])
def test_bad_digests_are_noticed(payload: dict, complaint: str) -> None:
    """Order, emptiness, repetition, and an algorithm that is missing or for nothing."""
    digests = sorted(base64url(hashlib.sha256(bytes([number])).digest()) for number in range(2))
    issuer = HolderKey.make()
    text = json.dumps(payload).replace("{0}", digests[0]).replace("{1}", digests[1])
    token = forge({"alg": "ES256", "kid": "k"}, text, issuer)
    with pytest.raises((AssertionError, ValueError), match=complaint):
        verify_sd_jwt(token + "~", OneKey(issuer.public_jwk))


# W3C credentials.


def w3c_payload() -> dict:
    """A credential of data model 1.1 with all that is checked."""
    credential = {
        "@context": ["https://www.w3.org/2018/credentials/v1"], "id": "urn:x", "type": ["VerifiableCredential", "T"],
        "issuer": ISSUER, "issuanceDate": "2026-01-01T00:00:00Z", "expirationDate": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:1", "name": "N"},
    }
    return {
        "vc": credential, "iss": ISSUER, "jti": "urn:x", "sub": "did:example:1", "nbf": 1767225600, "exp": 1798761600}


def sign_w3c(payload: dict, issuer: HolderKey) -> str:
    """A credential as an issuer would sign it."""
    return forge({"alg": "ES256", "typ": "JWT", "kid": ISSUER + "#1"}, payload, issuer)


def test_w3c_credential_verifies() -> None:
    """When both sets of claims agree."""
    issuer = HolderKey.make()
    verified = verify_jwt_vc(sign_w3c(w3c_payload(), issuer), OneKey(issuer.public_jwk), "T")
    assert verified.claims == {"name": "N"} and verified.subject == "did:example:1"


@pytest.mark.parametrize(("name", "value"), [
    ("iss", "https://other.example"), ("jti", "urn:y"), ("sub", "did:example:2"), ("nbf", 1767225601),
    ("exp", 1798761601),
])
def test_contradictions_in_a_w3c_credential_are_noticed(name: str, value: object) -> None:
    """A JWT claim that says something else than the credential."""
    issuer = HolderKey.make()
    with pytest.raises(AssertionError):
        verify_jwt_vc(sign_w3c({**w3c_payload(), name: value}, issuer), OneKey(issuer.public_jwk), "T")


# Certificates.


def certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey,
    authority: bool = False, host: str = "issuer.example", days: int = 30,
) -> x509.Certificate:
    """A certificate such as a development authority makes."""
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False)
    return (
        x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=60)).not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, None), True).add_extension(usage, True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False).sign(issuer_key, hashes.SHA256()))


def name_of(common_name: str) -> x509.Name:
    """A distinguished name."""
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def x5c(*chain: x509.Certificate) -> list[str]:
    """Certificates as a JWS header has them."""
    return [base64.b64encode(item.public_bytes(serialization.Encoding.DER)).decode() for item in chain]


def test_certificate_chains() -> None:
    """A good chain passes, with and without an intermediate; each broken one is refused."""
    root_key, middle_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = certificate("Root", root_key, "Root", root_key, authority=True)
    middle = certificate("Middle", middle_key, "Root", root_key, authority=True)
    leaf = certificate("Signer", key, "Root", root_key)
    below = certificate("Signer", key, "Middle", middle_key)
    assert verify_chain(x5c(leaf), root, ISSUER) == leaf
    assert verify_chain(x5c(below, middle), root, ISSUER) == below
    for chain in (
        x5c(leaf, root), x5c(root), x5c(certificate("Signer", key, "Signer", key)),
        x5c(certificate("Signer", key, "Root", root_key, host="other.example")),
    ):
        with pytest.raises(AssertionError):
            verify_chain(chain, root, ISSUER)
    for chain in (
        x5c(below), x5c(certificate("Signer", key, "Root", middle_key)),
        x5c(certificate("Signer", key, "Root", root_key, authority=True)),
        x5c(certificate("Signer", key, "Root", root_key, days=-1)),
    ):
        with pytest.raises(VerificationError):
            verify_chain(chain, root, ISSUER)


# The sample registry.


def test_sample_registry_has_what_the_checks_need() -> None:
    """At least 500 students, among them every unusual record that is asked for."""
    assert len(registry.students()) >= 500
    assert set(registry.notable_students().values()) <= set(registry.students())


def test_absent_values_are_no_claims() -> None:
    """Whoever has no languages has no such claim; an address has only the parts that are known."""
    notable = registry.notable_students()
    assert "languages" not in registry.expected_claims("student-id", notable["no languages"])
    assert "street_address" not in registry.expected_claims("student-id", notable["no street"])["address"]
    assert registry.expected_claims("student-id", registry.ANYBODY)["address"]["country"] == "GB"
