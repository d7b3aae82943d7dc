"""Key proofs that must be refused, each with one fault; the nonce is good unless that is the fault."""

import hashlib
import hmac
import json
import time
from typing import Callable

from holder_keys import HolderKey, base64url, did_jwk, from_base64url
from proofs import der_signature, key_member, proof_header, raw_signature, signing_input
from visits import Visit

P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
# A point of order 1: RFC 8032's verification equation holds for signatures that nobody made.
ED25519_IDENTITY = (1).to_bytes(32, "little")


def parts(visit: Visit, header: dict | None = None, key: HolderKey | None = None) -> str:
    """The signed part of a proof that is good but for its header."""
    return signing_input(header or proof_header(key or visit.key), visit.good_claims())


def attach(signed: str, signature: bytes) -> str:
    """A compact JWS with any signature."""
    return signed + "." + base64url(signature)


# The algorithm.


def alg_none_unsigned(visit: Visit) -> str:
    return attach(parts(visit, {**proof_header(visit.key), "alg": "none"}), b"")


def alg_none_signed(visit: Visit) -> str:
    return visit.forged(header={"alg": "none"})


def alg_missing(visit: Visit) -> str:
    return visit.forged(header={"alg": None})


def alg_hs256_with_the_public_key(visit: Visit) -> str:
    signed = parts(visit, {**proof_header(visit.key), "alg": "HS256"})
    secret = from_base64url(visit.key.public_jwk["x"])
    return attach(signed, hmac.digest(secret, signed.encode(), hashlib.sha256))


def alg_hs256_with_an_oct_key(visit: Visit) -> str:
    key = {"kty": "oct", "k": base64url(b"k" * 32)}
    signed = parts(visit, {**proof_header(visit.key), "alg": "HS256", "jwk": key})
    return attach(signed, hmac.digest(b"k" * 32, signed.encode(), hashlib.sha256))


def alg_of_another_key(visit: Visit) -> str:
    return visit.forged(header={"alg": "ES384"})


def alg_unknown(visit: Visit) -> str:
    return visit.forged(header={"alg": "ES256X"})


def alg_in_lower_case(visit: Visit) -> str:
    return visit.forged(header={"alg": "es256"})


# The rest of the header.


def typ_missing(visit: Visit) -> str:
    return visit.forged(header={"typ": None})


def typ_jwt(visit: Visit) -> str:
    return visit.forged(header={"typ": "JWT"})


def typ_of_a_credential(visit: Visit) -> str:
    return visit.forged(header={"typ": "dc+sd-jwt"})


def critical_extension(visit: Visit) -> str:
    return visit.forged(header={"crit": ["x"], "x": 1})


def unencoded_payload(visit: Visit) -> str:
    return visit.forged(header={"crit": ["b64"], "b64": False})


def header_names_twice(visit: Visit) -> str:
    header = json.dumps(proof_header(visit.key))
    twice = header.replace('"alg"', '"alg": "none", "alg"', 1)
    signed = signing_input(twice, visit.good_claims())
    return attach(signed, raw_signature(signed.encode(), visit.key))


def header_not_an_object(visit: Visit) -> str:
    signed = signing_input("[]", visit.good_claims())
    return attach(signed, raw_signature(signed.encode(), visit.key))


# The key.


def key_missing(visit: Visit) -> str:
    return visit.forged(header={"jwk": None})


def key_by_jwk_and_kid(visit: Visit) -> str:
    return visit.forged(header=key_member(visit.key, "did:jwk"))


def key_by_jwk_and_x5c(visit: Visit) -> str:
    return visit.forged(header={"x5c": ["AAAA"]})


def key_private(visit: Visit) -> str:
    return visit.forged(header={"jwk": visit.key.private_jwk})


def key_private_in_did_jwk(visit: Visit) -> str:
    did = "did:jwk:" + base64url(json.dumps(visit.key.private_jwk).encode())
    return visit.forged(header={"jwk": None, "kid": did + "#0"})


def key_off_the_curve(visit: Visit) -> str:
    y = (int.from_bytes(from_base64url(visit.key.public_jwk["y"]), "big") + 1) % P256_PRIME
    return visit.forged(header={"jwk": {**visit.key.public_jwk, "y": base64url(y.to_bytes(32, "big"))}})


def key_beyond_the_field(visit: Visit) -> str:
    return visit.forged(header={"jwk": {**visit.key.public_jwk, "x": base64url(b"\xff" * 32)}})


def key_with_a_short_coordinate(visit: Visit) -> str:
    return visit.forged(header={"jwk": {**visit.key.public_jwk, "x": base64url(b"\x01" * 31)}})


def key_without_y(visit: Visit) -> str:
    jwk = {name: value for name, value in visit.key.public_jwk.items() if name != "y"}
    return visit.forged(header={"jwk": jwk})


def key_of_unknown_curve(visit: Visit) -> str:
    return visit.forged(header={"jwk": {**visit.key.public_jwk, "crv": "P-257"}})


def key_for_encryption(visit: Visit) -> str:
    return visit.forged(header={"jwk": {**visit.key.public_jwk, "use": "enc"}})


def key_as_text(visit: Visit) -> str:
    return visit.forged(header={"jwk": json.dumps(visit.key.public_jwk)})


def key_of_small_order(visit: Visit) -> str:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(ED25519_IDENTITY)}
    signed = parts(visit, {**proof_header(visit.key), "alg": "EdDSA", "jwk": jwk})
    return attach(signed, ED25519_IDENTITY + bytes(32))


def kid_without_a_did(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": "my-key"})


def kid_of_another_method(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": "did:web:wallet.example#0"})


def kid_with_a_broken_did_key(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": visit.key.did_key[:-1] + "0"})


def kid_with_a_broken_did_jwk(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": "did:jwk:e30#0"})


def kid_with_another_fragment(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": visit.key.did_jwk + "#1"})


# The signature.


def signature_of_another_key(visit: Visit) -> str:
    return visit.forged(header=key_member(HolderKey.make(), "jwk"))


def signature_of_another_did(visit: Visit) -> str:
    return visit.forged(header={"jwk": None, "kid": did_jwk(HolderKey.make().public_jwk) + "#0"})


def signature_changed(visit: Visit) -> str:
    signed = parts(visit)
    signature = bytearray(raw_signature(signed.encode(), visit.key))
    signature[40] ^= 1
    return attach(signed, bytes(signature))


def signature_of_another_payload(visit: Visit) -> str:
    header, _, signature = visit.forged(claims={"iat": int(time.time()) - 30}).split(".")
    return ".".join([header, parts(visit).split(".")[1], signature])


def signature_empty(visit: Visit) -> str:
    return attach(parts(visit), b"")


def signature_zero(visit: Visit) -> str:
    return attach(parts(visit), bytes(64))


def signature_in_der(visit: Visit) -> str:
    signed = parts(visit)
    return attach(signed, der_signature(signed.encode(), visit.key))


def signature_too_long(visit: Visit) -> str:
    signed = parts(visit)
    return attach(signed, raw_signature(signed.encode(), visit.key) + b"\0")


# The encoding.


def not_a_jwt(_visit: Visit) -> str:
    return "not-a-jwt"


def empty_text(_visit: Visit) -> str:
    return ""


def five_parts(visit: Visit) -> str:
    return visit.proof() + ".AAAA.AAAA"


def two_parts(visit: Visit) -> str:
    return visit.proof().rsplit(".", 1)[0]


def padded_base64(visit: Visit) -> str:
    return visit.proof() + "=="


def stray_bits_in_base64(visit: Visit) -> str:
    proof = visit.proof()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return proof[:-1] + alphabet[alphabet.index(proof[-1]) + 1]


def line_break_in_base64(visit: Visit) -> str:
    return visit.proof() + "\n"


def payload_not_an_object(visit: Visit) -> str:
    signed = signing_input(proof_header(visit.key), "[]")
    return attach(signed, raw_signature(signed.encode(), visit.key))


def payload_not_json(visit: Visit) -> str:
    signed = signing_input(proof_header(visit.key), "{")
    return attach(signed, raw_signature(signed.encode(), visit.key))


def payload_names_twice(visit: Visit) -> str:
    claims = json.dumps(visit.good_claims())
    signed = signing_input(proof_header(visit.key), claims[:-1] + ', "aud": "https://other.example"}')
    return attach(signed, raw_signature(signed.encode(), visit.key))


# The claims.


def aud_missing(visit: Visit) -> str:
    return visit.forged(claims={"aud": None})


def aud_of_another_issuer(visit: Visit) -> str:
    return visit.forged(claims={"aud": "https://issuer.example"})


def aud_with_a_slash(visit: Visit) -> str:
    return visit.forged(claims={"aud": visit.discovery.credential_issuer + "/"})


def aud_of_the_endpoint(visit: Visit) -> str:
    return visit.forged(claims={"aud": visit.discovery.credential_endpoint})


def aud_for_two(visit: Visit) -> str:
    return visit.forged(claims={"aud": [visit.discovery.credential_issuer, "https://other.example"]})


def iat_missing(visit: Visit) -> str:
    return visit.forged(claims={"iat": None})


def iat_as_text(visit: Visit) -> str:
    return visit.forged(claims={"iat": str(int(time.time()))})


def iat_stale(visit: Visit) -> str:
    return visit.forged(claims={"iat": int(time.time()) - 3600})


def iat_in_the_future(visit: Visit) -> str:
    return visit.forged(claims={"iat": int(time.time()) + 3600})


def iat_in_milliseconds(visit: Visit) -> str:
    return visit.forged(claims={"iat": int(time.time() * 1000)})


def exp_past(visit: Visit) -> str:
    return visit.forged(claims={"exp": int(time.time()) - 600})


def nbf_future(visit: Visit) -> str:
    return visit.forged(claims={"nbf": int(time.time()) + 600})


def nonce_missing(visit: Visit) -> str:
    return visit.forged(claims={"nonce": None})


def nonce_empty(visit: Visit) -> str:
    return visit.forged(claims={"nonce": ""})


def nonce_as_number(visit: Visit) -> str:
    return visit.forged(claims={"nonce": 1})


ATTACKS: dict[str, Callable[[Visit], str]] = {
    attack.__name__: attack
    for attack in (
        alg_none_unsigned, alg_none_signed, alg_missing, alg_hs256_with_the_public_key, alg_hs256_with_an_oct_key,
        alg_of_another_key, alg_unknown, alg_in_lower_case, typ_missing, typ_jwt, typ_of_a_credential,
        critical_extension, unencoded_payload, header_names_twice, header_not_an_object, key_missing,
        key_by_jwk_and_kid, key_by_jwk_and_x5c, key_private, key_private_in_did_jwk, key_off_the_curve,
        key_beyond_the_field, key_with_a_short_coordinate, key_without_y, key_of_unknown_curve, key_for_encryption,
        key_as_text, key_of_small_order, kid_without_a_did, kid_of_another_method, kid_with_a_broken_did_key,
        kid_with_a_broken_did_jwk, kid_with_another_fragment, signature_of_another_key, signature_of_another_did,
        signature_changed, signature_of_another_payload, signature_empty, signature_zero, signature_in_der,
        signature_too_long, not_a_jwt, empty_text, five_parts, two_parts, padded_base64, stray_bits_in_base64,
        line_break_in_base64, payload_not_an_object, payload_not_json, payload_names_twice, aud_missing,
        aud_of_another_issuer, aud_with_a_slash, aud_of_the_endpoint, aud_for_two, iat_missing, iat_as_text,
        iat_stale, iat_in_the_future, iat_in_milliseconds, exp_past, nbf_future, nonce_missing, nonce_empty,
        nonce_as_number,
    )
}
