"""A market as its own programmers would write it: keys, tokens, SD-JWTs and pushes, by libraries that are not ours."""

import hashlib
import json
import os
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path

import requests
from joserfc import jwt as jose_jwt
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer

TIMEOUT_SECONDS = 30
SCOPE = "sharing:market"


def base64url(data: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def loyalty(market: str = "shop", **changes: object) -> dict:
    """A scope definition that the market holds."""
    return {
        "scope": f"{market}:loyalty", "held_by": "market", "display": [{"locale": "en", "name": "Loyalty"}],
        "claims": [
            {"name": "tier", "type": "TEXT", "required": True, "values": ["bronze", "silver", "gold"]},
            {"name": "points", "type": "INTEGER", "minimum": 0, "maximum": 1_000_000},
            {"name": "address", "type": "OBJECT", "claims": [{"name": "city", "type": "TEXT", "maximum_length": 80}]},
        ], **changes,
    }


LOYALTY_VALUES = {"tier": "gold", "points": 4711, "address": {"city": "Bonn"}}
LOYALTY_SHAPE = {"tier": "TEXT", "points": "INTEGER", "address": {"city": "TEXT"}}


@dataclass
class Market:
    """One organization with its keys, against one server."""

    url: str
    id: str
    key: JWK = field(default_factory=lambda: JWK.generate(kty="EC", crv="P-256", kid="key-1", use="sig"))
    http: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def __post_init__(self) -> None:
        self.http.trust_env = False

    @property
    def market_uri(self) -> str:
        """Where it would answer; nobody asks in these tests."""
        return f"https://{self.id}.example/market"

    @property
    def document(self) -> dict:
        """As the operator adds it."""
        return {
            "id": self.id, "roles": ["market"], "display": [{"locale": "en", "name": self.id.title()}],
            "jwks": {"keys": [json.loads(self.key.export_public())]}, "market_uri": self.market_uri, "partners": "any",
        }

    # Tokens.

    def assertion(self, **changes: object) -> str:
        """A client assertion, RFC 7523."""
        now = int(time.time())
        claims = {
            "iss": self.id, "sub": self.id, "aud": self.url, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
            **changes,
        }
        key = ECKey.import_key(self.key.export(as_dict=True))
        return jose_jwt.encode({"alg": "ES256", "kid": self.key["kid"]}, claims, key)

    def fetch_token(self) -> requests.Response:
        """A token for itself."""
        answer = self.http.post(
            self.url + "/auth/token-endpoint", timeout=TIMEOUT_SECONDS, data={
                "grant_type": "client_credentials", "scope": SCOPE, "client_assertion": self.assertion(),
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            })
        if answer.ok:
            self.token = answer.json()["access_token"]
        return answer

    # SD-JWTs.

    def sd_jwt(
        self, values: dict | None = None, scope: str | None = None, version: int = 1, key: JWK | None = None,
        decoys: bool = True, **changes: object
    ) -> str:
        """The issuer-signed JWT with a digest for each value, and `~`."""
        values = LOYALTY_VALUES if values is None else values
        payload = {
            "iss": self.market_uri, "iat": int(time.time()), "scope": scope or f"{self.id}:loyalty",
            "version": version, **changes,
        }
        claims = {**payload, **{SDObj(name): value for name, value in values.items()}}
        key = key or self.key
        issuer = SDJWTIssuer(
            claims, key, None, add_decoy_claims=decoys,
            extra_header_parameters={"typ": "scope-values+sd-jwt", "kid": key["kid"]})
        return issuer.sd_jwt_issuance.split("~")[0] + "~"

    def digest(self, subject: str, **changes: object) -> dict:
        """One entry of a push."""
        entry = {
            "subject": subject, "scope": f"{self.id}:loyalty", "version": 1, "shape": LOYALTY_SHAPE, **changes,
        }
        if "sd_jwt" not in entry:
            entry["sd_jwt"] = self.sd_jwt()
        return entry

    def push(
        self, digests: list | None = None, key: str | None = None, path: str = "/sharing/digests", body: object = None,
        **headers: str
    ) -> requests.Response:
        """Sends digests, or any other body."""
        content = {"digests": digests} if body is None else body
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        fields = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid.uuid4()), **headers,
        }
        return self.http.post(
            self.url + path, data=data, timeout=TIMEOUT_SECONDS,
            headers={name: value for name, value in fields.items() if value})

    def erase(self, id: str, kind: str = "digests") -> requests.Response:
        """Has one erased."""
        return self.http.delete(
            f"{self.url}/sharing/{kind}/{id}", timeout=TIMEOUT_SECONDS,
            headers={"Authorization": f"Bearer {self.token}"})


def check_entry(ledger: dict, market: str, sd_jwt: str) -> None:
    """That a ledger entry is a commitment to exactly this SD-JWT."""
    entry = json.loads(from_base64url(ledger["entry"]))
    signed = sd_jwt.rstrip("~").encode()
    commitment = hashlib.sha256(from_base64url(ledger["salt"]) + hashlib.sha256(signed).digest()).digest()
    assert entry["type"] == "digest" and entry["by"] == market
    assert entry["commitment"] == base64url(commitment)
    assert entry["signature"] == sd_jwt.rstrip("~").split(".")[2]


def add_market(server: object, directory: Path, id: str, approve: bool = True) -> Market:
    """Adds an organization by the command line."""
    market = Market(server.url, id)
    file = directory / f"{id}-{os.urandom(4).hex()}.json"
    file.write_text(json.dumps(market.document))
    server.run_json("organization", "add", str(file))
    if approve:
        server.run_json("organization", "approve", id)
        answer = market.fetch_token()
        assert answer.status_code == 200, answer.text
    return market


def add_scope(server: object, directory: Path, definition: dict) -> dict:
    """Registers a definition by the command line."""
    file = directory / f"scope-{os.urandom(4).hex()}.json"
    file.write_text(json.dumps(definition))
    return server.run_json("scope", "add", str(file))
