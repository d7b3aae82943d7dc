"""Verifies `dc+sd-jwt` credentials: signature and disclosures by the sd-jwt package, the rest by RFC 9901 itself."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Iterator

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from holder_keys import from_base64url, required_members, thumbprint
from published_keys import PublishedKeys

SALT_BYTES = 16
# What RFC 9901 and SD-JWT VC put beside the claims about the person.
REGISTERED = {"iss", "vct", "iat", "nbf", "exp", "cnf", "status", "vct#integrity"}


@dataclass(frozen=True)
class Disclosure:
    """One disclosure: an object member (`name` given) or an element of an array."""

    salt: str
    name: str | None
    value: object
    digest: str


@dataclass(frozen=True)
class VerifiedSDJWT:
    """A credential whose signature and disclosures hold."""

    header: dict
    # As signed, digests and all.
    payload: dict
    disclosures: list[Disclosure]
    # With every disclosure in its place.
    disclosed: dict

    @property
    def claims(self) -> dict:
        """What the credential says about the person."""
        return {name: value for name, value in self.disclosed.items() if name not in REGISTERED}

    @property
    def salts(self) -> list[str]:
        """The salt of every disclosure."""
        return [disclosure.salt for disclosure in self.disclosures]

    @property
    def decoy_count(self) -> int:
        """Digests at the top level that no disclosure has."""
        return len(set(self.payload.get("_sd", [])) - {disclosure.digest for disclosure in self.disclosures})


def verify_sd_jwt(credential: str, keys: PublishedKeys) -> VerifiedSDJWT:
    """The credential, verified with the issuer's published key and found well-formed."""
    token, *texts, key_binding = credential.split("~")
    assert key_binding == "", "an issued credential ends with ~ and has no key binding yet"
    verifier = SDJWTVerifier(credential, issuer_key(keys))
    header, payload = (json.loads(from_base64url(part)) for part in token.split(".")[:2])
    verified = VerifiedSDJWT(header, payload, [read(text) for text in texts], verifier.get_verified_payload())
    check_digests(verified)
    return verified


def issuer_key(keys: PublishedKeys) -> object:
    """What the sd-jwt package asks for a key; the algorithm is ours to insist on, not the token's to choose."""

    def find(issuer: str, header: dict) -> JWK:
        assert header["alg"] == "ES256"
        return JWK(**required_members(keys.of_url(issuer, header["kid"])))

    return find


def read(text: str) -> Disclosure:
    """One disclosure, its digest taken over the text as it stands."""
    salt, *name, value = json.loads(from_base64url(text))
    assert len(name) <= 1, "a disclosure has two or three elements"
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode("ascii")).digest()).rstrip(b"=").decode()
    return Disclosure(salt, name[0] if name else None, value, digest)


def check_digests(verified: VerifiedSDJWT) -> None:
    """Every disclosure is referred to once, no digest twice, `_sd` is in an order that tells nothing."""
    places = [verified.payload, *(disclosure.value for disclosure in verified.disclosures)]
    lists = [digests for place in places for digests in digest_lists(place)]
    elements = [digest for place in places for digest in element_digests(place)]
    everything = elements + [digest for digests in lists for digest in digests]
    assert len(set(everything)) == len(everything), "a digest is there twice"
    assert {disclosure.digest for disclosure in verified.disclosures} <= set(everything), "an unreferenced disclosure"
    assert all(digests == sorted(digests) and digests for digests in lists), "_sd must be sorted and not empty"
    assert all(len(from_base64url(digest)) == 32 for digest in everything)
    assert verified.payload.get("_sd_alg") == ("sha-256" if everything else None), "_sd_alg goes with digests"
    check_salts(verified.salts)


def check_salts(salts: list[str]) -> None:
    """Salts of 128 bits or more, none twice."""
    assert len(set(salts)) == len(salts), "a salt is used twice"
    assert all(len(from_base64url(salt)) >= SALT_BYTES for salt in salts), "a salt is too short"


def digest_lists(value: object) -> Iterator[list[str]]:
    """Every `_sd` in a JSON value."""
    if isinstance(value, dict) and "_sd" in value:
        yield value["_sd"]
    for inner in children(value):
        yield from digest_lists(inner)


def element_digests(value: object) -> Iterator[str]:
    """Every digest that stands for an element of an array."""
    if isinstance(value, dict) and "..." in value:
        yield value["..."]
    for inner in children(value):
        yield from element_digests(inner)


def children(value: object) -> list:
    """What is directly in a JSON value."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def bound_key(verified: VerifiedSDJWT) -> str:
    """The thumbprint of the key in `cnf`, which has that key's required members and nothing else."""
    assert set(verified.payload["cnf"]) == {"jwk"}
    key = verified.payload["cnf"]["jwk"]
    assert key == required_members(key), "cnf must not copy what else the wallet sent"
    return thumbprint(key)
