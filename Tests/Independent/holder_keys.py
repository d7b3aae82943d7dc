"""Keys of a wallet's user, and the names by which a key proof can point at them."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from joserfc import jwk

# JOSE algorithm to key type and curve.
ALGORITHMS = {"ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "EdDSA": ("OKP", "Ed25519")}

# did:key method specification, "Signature Method Creation Algorithm".
MULTICODEC = {"P-256": b"\x80\x24", "P-384": b"\x81\x24", "Ed25519": b"\xed\x01"}

# By key type: RFC 7638 section 3.2, RFC 8037 section 2.
REQUIRED_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}

BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class HolderKey:
    """A private key with the algorithm that it signs with."""

    algorithm: str
    key: Any

    @classmethod
    def make(cls, algorithm: str = "ES256") -> "HolderKey":
        """A fresh key for `algorithm`."""
        key_type, curve = ALGORITHMS[algorithm]
        return cls(algorithm, jwk.generate_key(key_type, curve, private=True))

    @classmethod
    def of_jwk(cls, algorithm: str, private_jwk: dict) -> "HolderKey":
        """A published key."""
        return cls(algorithm, jwk.import_key(private_jwk))

    @property
    def public_jwk(self) -> dict:
        """The required public members only."""
        return required_members(self.key.as_dict(private=False))

    @property
    def private_jwk(self) -> dict:
        """The public members and the private one."""
        return {**self.public_jwk, "d": self.key.as_dict(private=True)["d"]}

    @property
    def did_jwk(self) -> str:
        """The key as a did:jwk DID."""
        return did_jwk(self.public_jwk)

    @property
    def did_key(self) -> str:
        """The key as a did:key DID."""
        return did_key(self.public_jwk)

    def did(self, reference: str) -> str | None:
        """The DID by which `reference` names the key, None for a plain `jwk`."""
        return {"jwk": None, "did:jwk": self.did_jwk, "did:key": self.did_key}[reference]


def required_members(public_jwk: dict) -> dict:
    """What RFC 7638 hashes, in the order of the alphabet."""
    return {name: public_jwk[name] for name in REQUIRED_MEMBERS[public_jwk["kty"]]}


def thumbprint(public_jwk: dict) -> str:
    """RFC 7638 with SHA-256, by joserfc."""
    return jwk.import_key(required_members(public_jwk)).thumbprint()


def did_jwk(public_jwk: dict) -> str:
    """did:jwk: base64url of the JWK."""
    return "did:jwk:" + base64url(json.dumps(required_members(public_jwk), separators=(",", ":")).encode())


def jwk_of_did_jwk(did: str) -> dict:
    """The JWK in a did:jwk DID."""
    method = "did:jwk:"
    assert did.startswith(method), f"{did} is not a did:jwk DID"
    return json.loads(from_base64url(did.removeprefix(method)))


def did_key(public_jwk: dict) -> str:
    """did:key: base58-btc of the multicodec prefix and the compressed point."""
    x = from_base64url(public_jwk["x"])
    if public_jwk["kty"] == "EC":
        x = bytes([2 + from_base64url(public_jwk["y"])[-1] % 2]) + x
    return "did:key:z" + base58(MULTICODEC[public_jwk["crv"]] + x)


def base58(data: bytes) -> str:
    """Base58 with Bitcoin's alphabet; no multicodec prefix begins with a zero byte."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58_ALPHABET[digit] + text
    return text


def base64url(data: bytes) -> str:
    """RFC 7515 section 2: no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of `text`, which must be spelled in the one canonical way."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert base64url(data) == text, f"{text!r} is not canonical base64url"
    return data
