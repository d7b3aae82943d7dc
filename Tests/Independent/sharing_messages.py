"""What messages of data sharing are made of: hashes, JWTs with types, encryption to a key, SD-JWTs of values.

Written from docs/design/014-consented-data-sharing.md and the RFCs that it names; nothing here is Vouchsafe's.
"""

import hashlib
import json
import secrets

from joserfc import jwe, jwk, jws

from holder_keys import HolderKey, base64url, from_base64url, required_members, thumbprint
from proofs import forge
from visits import changed

KEY_WRAPPING, CONTENT = "ECDH-ES+A256KW", "A256GCM"
DIGEST_MULTIPLE = 8


class NotBelieved(AssertionError):
    """A careful reader does not believe a message."""


def believe(condition: object, why: str) -> None:
    """Goes on only if it holds."""
    if not condition:
        raise NotBelieved(why)


def sha256(data: bytes | str) -> bytes:
    """Of bytes, or of an ASCII text."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).digest()


def hash_of(text: str) -> str:
    """The name of a message: its hash in base64url."""
    return base64url(sha256(text))


def parts_of(compact: str) -> tuple[dict, dict]:
    """Header and payload of a JWT, believed by nobody yet."""
    believe(compact.count(".") == 2, "no JWT")
    header, payload, _ = compact.split(".")
    return json.loads(from_base64url(header)), json.loads(from_base64url(payload))


# Keys.


def signing_entry(key: HolderKey) -> dict:
    """A public key for signatures as organizations publish it."""
    return {**key.public_jwk, "use": "sig", "alg": key.algorithm, "kid": thumbprint(key.public_jwk)}


def encryption_entry(key: HolderKey) -> dict:
    """A public key for encryption."""
    return {**key.public_jwk, "use": "enc", "alg": KEY_WRAPPING, "kid": thumbprint(key.public_jwk)}


def key_named(keys: list[dict], kid: str, use: str = "sig") -> dict:
    """The one key of a set that is called so."""
    found = [key for key in keys if key.get("kid") == kid and key.get("use") == use]
    believe(len(found) == 1, f"{len(found)} keys are called {kid}")
    return found[0]


# Signatures.


def signed(
    key: HolderKey, typ: str, claims: dict, *, header: dict | None = None, changes: dict | None = None,
    signer: HolderKey | None = None,
) -> str:
    """A JWT of a type; `header` and `changes` change members, None leaves one out."""
    good = {"alg": key.algorithm, "typ": typ, "kid": thumbprint(key.public_jwk)}
    return forge(changed(good, header or {}), changed(claims, changes or {}), signer or key)


def verified_jwt(compact: str, typ: str, keys: list[dict]) -> dict:
    """The claims of a JWT of that type, which the key has signed that its header names."""
    header, _ = parts_of(compact)
    believe(header.get("typ") == typ, f"typ is {header.get('typ')}, not {typ}")
    believe(header.get("alg") in ("ES256", "EdDSA"), f"alg is {header.get('alg')}")
    key = jwk.import_key(required_members(key_named(keys, header.get("kid", ""))))
    try:
        opened = jws.deserialize_compact(compact, key, algorithms=["ES256", "EdDSA"])
    except Exception as error:
        raise NotBelieved(f"{typ}: {error!r}") from error
    return json.loads(opened.payload)


def newest_key(statements: list[str], pinned: str | None) -> dict:
    """The signing key that a chain of key statements leads to, which has the pinned one in it."""
    current: dict | None = None
    passed: list[str] = []
    for statement in statements:
        _, stated = parts_of(statement)
        said = verified_jwt(statement, "person-key+jwt", [current or stated["sig"]])
        believe(said.get("previous") == (current and current["kid"]), "a gap between keys")
        current = said["sig"]
        believe(current["kid"] == thumbprint(required_members(current)), "a key by another name")
        passed.append(current["kid"])
    believe(current is not None and (pinned is None or pinned in passed), "not from the key that is known")
    return current


# Encryption.


def sealed(text: str, content_type: str, public_jwk: dict, *, header: dict | None = None) -> str:
    """A compact JWE to a key of P-256, by joserfc."""
    recipient = jwk.import_key(required_members(public_jwk))
    good = {"alg": KEY_WRAPPING, "enc": CONTENT, "cty": content_type, "kid": thumbprint(required_members(public_jwk))}
    return jwe.encrypt_compact(
        changed(good, header or {}), text, recipient, algorithms=[KEY_WRAPPING, CONTENT])


def opened(compact: str, content_type: str, key: HolderKey) -> str:
    """What is in a JWE to the key."""
    header = json.loads(from_base64url(compact.split(".")[0]))
    believe((header["alg"], header["enc"]) == (KEY_WRAPPING, CONTENT), f"another encryption: {header}")
    believe(header["cty"] == content_type and header["kid"] == thumbprint(key.public_jwk), f"not for here: {header}")
    believe(set(header) == {"alg", "enc", "cty", "kid", "epk"}, f"members that have no place here: {header}")
    try:
        found = jwe.decrypt_compact(compact, key.key, algorithms=[KEY_WRAPPING, CONTENT])
    except Exception as error:
        raise NotBelieved(f"it does not open: {error!r}") from error
    return found.plaintext.decode()


def with_header(compact: str, changes: dict) -> str:
    """A JWE with another header: its structure is one that a careless reader goes on with."""
    first, *rest = compact.split(".")
    header = changed(json.loads(from_base64url(first)), changes)
    return ".".join([base64url(json.dumps(header).encode()), *rest])


# Values.


class Statement:
    """What a market says of somebody: an SD-JWT in its parts."""

    def __init__(self, issuer_jwt: str, disclosures: dict[str, str], values: dict, version: int) -> None:
        self.issuer_jwt, self.disclosures = issuer_jwt, disclosures
        self.values, self.version = values, version

    @classmethod
    def make(
        cls, key: HolderKey, claims: dict, values: dict, *, version: int = 1, header: dict | None = None,
        changes: dict | None = None, signer: HolderKey | None = None,
    ) -> "Statement":
        """One disclosure for each value, and decoys."""
        disclosures = {
            name: base64url(json.dumps([base64url(secrets.token_bytes(16)), name, value]).encode())
            for name, value in values.items()}
        decoys = -len(values) % DIGEST_MULTIPLE
        digests = [*map(hash_of, disclosures.values()), *(base64url(secrets.token_bytes(32)) for _ in range(decoys))]
        payload = {**claims, "version": version, "_sd": sorted(digests), "_sd_alg": "sha-256"}
        made = signed(key, "scope-values+sd-jwt", payload, header=header, changes=changes, signer=signer)
        return cls(made, disclosures, values, version)

    @property
    def digest_hash(self) -> str:
        """Names this SD-JWT and no other."""
        return hash_of(self.issuer_jwt)

    def presenting(self, names: list[str]) -> str:
        """With the disclosures of these claims."""
        return "~".join([self.issuer_jwt, *(self.disclosures[name] for name in names), ""])


def disclosed(presentation: str, keys: list[dict]) -> tuple[dict, dict]:
    """The signed claims of a presentation and its values, each by a digest that the market has signed."""
    issuer_jwt, *disclosures, last = presentation.split("~")
    believe(last == "", "there is a key binding")
    claims = verified_jwt(issuer_jwt, "scope-values+sd-jwt", keys)
    believe(claims["_sd_alg"] == "sha-256", "another hash")
    values: dict = {}
    for disclosure in disclosures:
        believe(hash_of(disclosure) in claims["_sd"], "a disclosure that the market has not signed")
        salt, name, value = json.loads(from_base64url(disclosure))
        believe(len(from_base64url(salt)) >= 16 and name not in values, "a short salt, or a claim twice")
        values[name] = value
    return claims, values


TYPES = {bool: "BOOLEAN", int: "INTEGER", float: "FLOAT", str: "TEXT"}


def shape_of(values: dict) -> dict:
    """Names and types."""
    return {name: shape_of(value) if isinstance(value, dict) else TYPES[type(value)] for name, value in values.items()}
