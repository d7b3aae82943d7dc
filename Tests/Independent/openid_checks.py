"""Verifies what an OpenID Provider signs, by joserfc and the specifications."""

import hashlib
import json
import time

from joserfc import jwe, jwk, jws

from code_wallet import CodeFlow
from holder_keys import base64url, from_base64url
from people import Person
from registry import students
from wallet import Wallet

SIGNATURE_ALGORITHMS = ["ES256", "RS256"]
KEY_ALGORITHMS = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]
CONTENT_ALGORITHMS = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"]
KEY_SET_TYPES = ("application/jwk-set+json", "application/json")
# An ID token is read at once.
LONGEST_ID_TOKEN_SECONDS = 600


def key_set(wallet: Wallet, server: dict) -> list[dict]:
    """The server's public keys, read afresh."""
    return wallet.get_json(server["jwks_uri"], KEY_SET_TYPES)["keys"]


def header_of(token: str) -> dict:
    """The header of a compact JWS or JWE, not verified."""
    return json.loads(from_base64url(token.split(".")[0]))


def verified(token: str, keys: list[dict], typ: str = "JWT") -> dict:
    """The claims of a JWT that one of the keys has signed."""
    header = header_of(token)
    assert header["typ"] == typ and header["alg"] in SIGNATURE_ALGORITHMS, header
    [key] = [each for each in keys if each["kid"] == header["kid"]]
    assert key.get("alg", header["alg"]) == header["alg"]
    opened = jws.deserialize_compact(token, jwk.import_key(key), algorithms=SIGNATURE_ALGORITHMS)
    return json.loads(opened.payload)


def decrypted(token: str, private_key: object) -> str:
    """The signed JWT in an encrypted one."""
    assert token.count(".") == 4, "it is not encrypted"
    opened = jwe.decrypt_compact(token, private_key, algorithms=KEY_ALGORITHMS + CONTENT_ALGORITHMS)
    assert opened.protected["cty"] == "JWT"
    return opened.plaintext.decode()


def id_token_claims(flow: CodeFlow, nonce: str | None, tokens: dict | None = None) -> dict:
    """The claims of an ID token that is all that a client must check (OpenID Connect Core section 3.1.3.7)."""
    tokens = tokens or flow.tokens
    claims = verified(tokens["id_token"], key_set(flow.wallet, flow.server))
    check_id_token(claims, flow, nonce)
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == base64url(digest[:16])
    return claims


def check_id_token(claims: dict, flow: CodeFlow, nonce: str | None) -> None:
    """Who made it, for whom, when, and in answer to what."""
    assert claims["iss"] == flow.server["issuer"]
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert audience == [flow.client.client_id] and claims.get("azp", audience[0]) == audience[0]
    assert abs(time.time() - claims["iat"]) < 60 and 0 < claims["exp"] - claims["iat"] <= LONGEST_ID_TOKEN_SECONDS
    assert claims["auth_time"] <= claims["iat"] and claims.get("nonce") == nonce
    assert claims["acr"] and claims["amr"] and 0 < len(claims["sub"]) <= 255 and claims["sub"].isascii()


def claims_of(person: Person) -> dict:
    """What the registry has to say of a person, by the names of the claims."""
    row = students()[person.id]
    address = {name: row[field] for name, field in (
        ("street_address", "street"), ("locality", "locality"), ("postal_code", "postal_code"), ("country", "country"))}
    return {
        "given_name": row["given_name"], "family_name": row["family_name"], "birthdate": row["birth_date"],
        "email": row["email"], "student_number": row["student_number"],
        "address": {name: text for name, text in address.items() if text},
    }
