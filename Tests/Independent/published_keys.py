"""The issuer's public keys as strangers find them."""

from urllib.parse import unquote

from joserfc import jwk, jws

from holder_keys import from_base64url, required_members, thumbprint
from wallet import Wallet, well_known

DID_DOCUMENT_TYPES = ("application/did+json", "application/did+ld+json", "application/did", "application/json")
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class RoomyRegistry(jws.JWSRegistry):
    """joserfc's rules with room for a chain of certificates in the header."""

    max_header_length = 8 * 1024


class PublishedKeys:
    """Every set of the keys that one issuer signs credentials with, read afresh."""

    def __init__(self, wallet: Wallet, issuer: str) -> None:
        self.issuer = issuer
        self.did = did_web(issuer)
        self.vc_issuer = wallet.get_json(well_known("jwt-vc-issuer", issuer))
        self.did_document = wallet.get_json(did_document_address(self.did), DID_DOCUMENT_TYPES)
        self.jwks = wallet.get_json(issuer + "/issuance/jwks.json")
        self.issuer_jwks = self.vc_issuer.get("jwks") or wallet.get_json(self.vc_issuer["jwks_uri"])
        assert self.vc_issuer["issuer"] == issuer
        assert self.did_document["id"] == self.did

    def of_url(self, issuer: str, kid: str) -> dict:
        """The key that SD-JWT VC's issuer metadata has under `kid`."""
        assert issuer == self.issuer, f"the credential is from {issuer}"
        return only(key for key in self.issuer_jwks["keys"] if key["kid"] == kid)

    def of_did(self, issuer: str, kid: str) -> dict:
        """The key that the DID document has for assertions under the DID URL `kid`."""
        assert issuer == self.did, f"the credential is from {issuer}"
        assert kid in self.did_document["assertionMethod"], f"{kid} is not for assertions"
        method = only(method for method in self.did_document["verificationMethod"] if method["id"] == kid)
        assert method["controller"] == self.did
        return method["publicKeyJwk"]

    def all_keys(self) -> dict[str, list[dict]]:
        """The keys of each place."""
        return {
            "jwt-vc-issuer": self.issuer_jwks["keys"],
            "did.json": [method["publicKeyJwk"] for method in self.did_document["verificationMethod"]],
            "issuance/jwks.json": self.jwks["keys"],
        }

    def thumbprints(self) -> dict[str, set[str]]:
        """The keys of each place by their RFC 7638 names."""
        return {place: {thumbprint(key) for key in keys} for place, keys in self.all_keys().items()}


def token_keys(wallet: Wallet, issuer: str) -> list[dict]:
    """The keys that the authorization server of that name signs tokens with."""
    return wallet.get_json(wallet.get_json(well_known("oauth-authorization-server", issuer))["jwks_uri"])["keys"]


def did_web(issuer: str) -> str:
    """The did:web DID of an address without a path."""
    return "did:web:" + issuer.split("://", 1)[1].replace(":", "%3A")


def did_document_address(did: str) -> str:
    """Where a did:web DID without a path is resolved; plain http because it is a development server's."""
    return "http://" + unquote(did.removeprefix("did:web:")) + "/.well-known/did.json"


def only(candidates: object) -> dict:
    """The one element."""
    found = list(candidates)
    assert len(found) == 1, f"one is wanted, {len(found)} found"
    return found[0]


def verify_jws(token: str, public_jwk: dict) -> tuple[dict, bytes]:
    """Header and payload of a compact JWS that joserfc verifies with ES256."""
    for part in token.split("."):
        from_base64url(part)
    verified = jws.deserialize_compact(token, import_public(public_jwk), registry=RoomyRegistry(algorithms=["ES256"]))
    return verified.headers(), verified.payload


def import_public(public_jwk: dict) -> object:
    """A key for joserfc, from its required members alone."""
    return jwk.import_key(required_members(public_jwk))
