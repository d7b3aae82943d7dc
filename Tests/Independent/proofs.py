"""Key proofs of type `jwt`, OpenID4VCI 1.0 Appendix F.1: good ones by joserfc, and forged ones byte by byte."""

import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jws

from holder_keys import ALGORITHMS, HolderKey, base64url

PROOF_TYPE = "openid4vci-proof+jwt"
KEY_REFERENCES = ("jwk", "did:jwk", "did:key")
CURVES = {"ES256": (hashes.SHA256(), 32), "ES384": (hashes.SHA384(), 48)}


def proof_header(key: HolderKey, reference: str = "jwk") -> dict:
    """The header of a good proof that names its key by `reference`."""
    return {"typ": PROOF_TYPE, "alg": key.algorithm, **key_member(key, reference)}


def key_member(key: HolderKey, reference: str) -> dict:
    """The one header member that says which key it is."""
    if reference == "jwk":
        return {"jwk": key.public_jwk}
    if reference == "did:jwk":
        return {"kid": key.did_jwk + "#0"}
    if reference == "did:key":
        return {"kid": key.did_key + "#" + key.did_key.removeprefix("did:key:")}
    raise ValueError(reference)


def proof_claims(audience: str, nonce: str) -> dict:
    """The payload of a good proof."""
    return {"aud": audience, "iat": int(time.time()), "nonce": nonce}


def make_proof(key: HolderKey, audience: str, nonce: str, reference: str = "jwk") -> str:
    """A good proof, signed by joserfc."""
    payload = json.dumps(proof_claims(audience, nonce))
    return jws.serialize_compact(proof_header(key, reference), payload, key.key, algorithms=list(ALGORITHMS))


def forge(header: dict | str, claims: dict | str, key: HolderKey) -> str:
    """A proof with any header and payload, given as JSON values or as text, truly signed by `key`."""
    signed = signing_input(header, claims)
    return signed + "." + base64url(raw_signature(signed.encode(), key))


def signing_input(header: dict | str, claims: dict | str) -> str:
    """The first two parts of a compact JWS."""
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (header, claims)]
    return ".".join(base64url(text.encode()) for text in texts)


def raw_signature(message: bytes, key: HolderKey) -> bytes:
    """A signature in the form of JWS, RFC 7518 section 3.4 and RFC 8037 section 3.1."""
    if key.algorithm == "EdDSA":
        return key.key.private_key.sign(message)
    _, size = CURVES[key.algorithm]
    r, s = utils.decode_dss_signature(der_signature(message, key))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def der_signature(message: bytes, key: HolderKey) -> bytes:
    """An ECDSA signature as X.509 has it and JWS has not."""
    digest, _ = CURVES[key.algorithm]
    return key.key.private_key.sign(message, ec.ECDSA(digest))
