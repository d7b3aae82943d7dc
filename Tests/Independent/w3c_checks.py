"""Verifies `jwt_vc_json` and `jwt_vc_json-ld` credentials with joserfc: data model 1.1 in a JWT, and 2.0 as vc+jwt."""

import json
from dataclasses import dataclass
from datetime import datetime

from holder_keys import HolderKey, from_base64url, jwk_of_did_jwk, thumbprint
from published_keys import PublishedKeys, verify_jws

CONTEXT_1 = "https://www.w3.org/2018/credentials/v1"
CONTEXT_2 = "https://www.w3.org/ns/credentials/v2"


@dataclass(frozen=True)
class VerifiedW3C:
    """A credential whose signature holds and whose two sets of claims agree."""

    header: dict
    payload: dict
    credential: dict
    # Seconds since 1970.
    valid_from: int
    valid_until: int

    @property
    def claims(self) -> dict:
        """What the credential says about the person."""
        return {name: value for name, value in self.credential["credentialSubject"].items() if name != "id"}

    @property
    def subject(self) -> str:
        """Whom the credential is about."""
        return self.credential["credentialSubject"]["id"]

    @property
    def id(self) -> str:
        """The name of this one credential."""
        return self.credential["id"]


def verify_jwt_vc(token: str, keys: PublishedKeys, type_name: str) -> VerifiedW3C:
    """Data model 1.1, section 6.3.1: the JWT's claims stand for members of the credential in `vc`."""
    header, payload = verify_with_published_key(token, keys)
    assert header["typ"] == "JWT"
    credential = payload["vc"]
    assert credential["@context"][0] == CONTEXT_1
    verified = VerifiedW3C(header, payload, credential, payload["nbf"], payload["exp"])
    assert payload["iss"] == issuer_id(credential) == keys.did
    assert payload["jti"] == credential["id"]
    assert payload["sub"] == verified.subject
    assert seconds(credential["issuanceDate"]) == payload["nbf"]
    assert seconds(credential["expirationDate"]) == payload["exp"]
    check_types(credential, type_name)
    return verified


def verify_vc_jwt(token: str, keys: PublishedKeys, type_name: str) -> VerifiedW3C:
    """Data model 2.0 secured with JOSE: the payload is the credential."""
    header, payload = verify_with_published_key(token, keys)
    assert header["typ"] == "vc+jwt"
    assert header.get("cty", "vc") == "vc"
    assert "vc" not in payload and "vp" not in payload
    assert payload["@context"][0] == CONTEXT_2
    verified = VerifiedW3C(header, payload, payload, seconds(payload["validFrom"]), seconds(payload["validUntil"]))
    assert issuer_id(payload) == keys.did
    same_if_present(payload, iss=keys.did, jti=verified.id, sub=verified.subject, nbf=verified.valid_from,
                    exp=verified.valid_until)
    check_types(payload, type_name)
    return verified


def verify_with_published_key(token: str, keys: PublishedKeys) -> tuple[dict, dict]:
    """Header and payload, verified with the key of the DID document and with the same key of both key sets."""
    kid = json.loads(decoded_header(token))["kid"]
    key = keys.of_did(keys.did, kid)
    header, payload = verify_jws(token, key)
    for place, jwks in keys.all_keys().items():
        matches = [candidate for candidate in jwks if thumbprint(candidate) == thumbprint(key)]
        assert len(matches) == 1, f"{place} has not the key {kid}"
        verify_jws(token, matches[0])
    return header, json.loads(payload)


def decoded_header(token: str) -> bytes:
    """The protected header of a compact JWS, not verified."""
    return from_base64url(token.split(".")[0])


def check_types(credential: dict, type_name: str) -> None:
    """The base type and the one of the configuration."""
    assert credential["type"] == ["VerifiableCredential", type_name]


def same_if_present(payload: dict, **expected: object) -> None:
    """A JWT claim may be left out, but if it is there it says the same as the credential."""
    for name, value in expected.items():
        assert payload.get(name, value) == value, f"{name} contradicts the credential"


def issuer_id(credential: dict) -> str:
    """The issuer, given as text or as an object with an id."""
    issuer = credential["issuer"]
    return issuer["id"] if isinstance(issuer, dict) else issuer


def seconds(text: str) -> int:
    """An XML Schema dateTime with a time zone."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} has no time zone"
    return int(moment.timestamp())


def check_subject(verified: VerifiedW3C, holder: HolderKey, reference: str) -> None:
    """The subject is the DID that the wallet used, or a did:jwk of the key that it sent plainly."""
    if reference == "jwk":
        assert thumbprint(jwk_of_did_jwk(verified.subject)) == thumbprint(holder.public_jwk)
    else:
        assert verified.subject == holder.did(reference)
    if "cnf" in verified.payload:
        assert verified.payload["cnf"] == {"jwk": holder.public_jwk}
