"""What a client signs: DPoP proofs, client assertions, wallet attestations, request objects; good and changed ones.

`header` and `claims` change members of a good one; None leaves a member out.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field

from holder_keys import HolderKey, base64url, thumbprint
from proofs import forge
from visits import changed

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ATTESTATION_HEADER = "OAuth-Client-Attestation"
ATTESTATION_PROOF_HEADER = "OAuth-Client-Attestation-PoP"


def dpop_proof(
    key: HolderKey, method: str, url: str, *, token: str | None = None, nonce: str | None = None,
    header: dict | None = None, claims: dict | None = None, signer: HolderKey | None = None,
) -> str:
    """A DPoP proof, RFC 9449 section 4.2."""
    good_header = {"typ": "dpop+jwt", "alg": key.algorithm, "jwk": key.public_jwk}
    good_claims = {
        "jti": secrets.token_urlsafe(16), "htm": method, "htu": url.split("?")[0].split("#")[0],
        "iat": int(time.time()), "ath": token and access_token_hash(token), "nonce": nonce,
    }
    return forge(changed(good_header, header or {}), changed(good_claims, claims or {}), signer or key)


def access_token_hash(token: str) -> str:
    """The claim `ath`."""
    return base64url(hashlib.sha256(token.encode("ascii")).digest())


def client_assertion(
    key: HolderKey, client_id: str, audience: str | list[str], *, header: dict | None = None,
    claims: dict | None = None, signer: HolderKey | None = None,
) -> str:
    """A client assertion, RFC 7523 section 3 and OpenID Connect Core section 9."""
    now = int(time.time())
    good_header = {"alg": key.algorithm, "typ": "JWT", "kid": thumbprint(key.public_jwk)}
    good_claims = {
        "iss": client_id, "sub": client_id, "aud": audience, "jti": secrets.token_urlsafe(16), "iat": now,
        "exp": now + 60,
    }
    return forge(changed(good_header, header or {}), changed(good_claims, claims or {}), signer or key)


def request_object(
    key: HolderKey, client_id: str, audience: str, parameters: dict, *, header: dict | None = None,
    claims: dict | None = None, signer: HolderKey | None = None,
) -> str:
    """A signed request object, RFC 9101 section 4."""
    now = int(time.time())
    good_header = {"alg": key.algorithm, "typ": "oauth-authz-req+jwt", "kid": thumbprint(key.public_jwk)}
    good_claims = {**parameters, "iss": client_id, "aud": audience, "iat": now, "nbf": now, "exp": now + 60}
    return forge(changed(good_header, header or {}), changed(good_claims, claims or {}), signer or key)


@dataclass(frozen=True)
class Attester:
    """A wallet provider, which says that a wallet is one of its own (OpenID4VCI 1.0 Appendix E)."""

    issuer: str = "https://attester.example"
    key: HolderKey = field(default_factory=HolderKey.make)

    @property
    def jwks(self) -> dict:
        """Its public keys."""
        return {"keys": [public_key_entry(self.key)]}

    def attestation(
        self, client_id: str, instance: HolderKey, *, header: dict | None = None, claims: dict | None = None,
        signer: HolderKey | None = None,
    ) -> str:
        """A client attestation for the key of a wallet's instance."""
        now = int(time.time())
        good_header = {
            "alg": self.key.algorithm, "typ": "oauth-client-attestation+jwt", "kid": thumbprint(self.key.public_jwk),
        }
        good_claims = {
            "iss": self.issuer, "sub": client_id, "iat": now, "exp": now + 600, "cnf": {"jwk": instance.public_jwk},
            "wallet_name": "Independent wallet", "wallet_link": "https://wallet.example",
        }
        return forge(changed(good_header, header or {}), changed(good_claims, claims or {}), signer or self.key)


def attestation_proof(
    instance: HolderKey, client_id: str, audience: str, challenge: str | None = None, *, header: dict | None = None,
    claims: dict | None = None, signer: HolderKey | None = None,
) -> str:
    """The proof of possession that goes with an attestation."""
    good_header = {"alg": instance.algorithm, "typ": "oauth-client-attestation-pop+jwt"}
    good_claims = {
        "iss": client_id, "aud": audience, "jti": secrets.token_urlsafe(16), "iat": int(time.time()),
        "challenge": challenge,
    }
    return forge(changed(good_header, header or {}), changed(good_claims, claims or {}), signer or instance)


def public_key_entry(key: HolderKey, use: str = "sig") -> dict:
    """A public key as it stands in a JWK Set."""
    return {**key.public_jwk, "kid": thumbprint(key.public_jwk), "alg": key.algorithm, "use": use}


def unsigned(header: dict, claims: dict) -> str:
    """A JWT with algorithm none and an empty signature."""
    parts = ({**header, "alg": "none"}, claims)
    return ".".join(base64url(json.dumps(part).encode()) for part in parts) + "."
