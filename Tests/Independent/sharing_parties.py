"""A market and a service provider of data sharing that know nothing of Vouchsafe but docs/design/014: joserfc alone."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field

import requests
from joserfc import jwe
from joserfc.jwk import ECKey

from client_proofs import client_assertion, public_key_entry, request_object
from code_wallet import Client, CodeFlow, PrivateKeyJWT
from holder_keys import HolderKey, base64url, from_base64url
from plain_browser import Departure
from proofs import forge
from provider_setup import Provider
from wallet import TIMEOUT_SECONDS, Wallet, expect

MARKET_URI = "http://127.0.0.1:9"
WRAPPED = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


def sha256(text: str) -> str:
    """A hash as messages have it."""
    return base64url(hashlib.sha256(text.encode()).digest())


class Operator:
    """The management address of a server."""

    def __init__(self, server: Provider) -> None:
        self.url = f"http://127.0.0.1:{server.management_port}"
        self.key = (server.data / "management.key").read_text().strip()

    def call(self, method: str, path: str, body: object = None) -> object:
        """One request, which must succeed."""
        answer = requests.request(
            method, self.url + path, json=body, headers={"Authorization": f"Bearer {self.key}"},
            timeout=TIMEOUT_SECONDS)
        expect(answer.ok, f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None


@dataclass
class Market:
    """An organization that knows something about people."""

    id: str
    server: Provider
    key: HolderKey = field(default_factory=HolderKey.make)

    @property
    def organization(self) -> dict:
        """As it registers."""
        return {
            "id": self.id, "roles": ["market"], "display": [
                {"locale": "en", "name": "Corner Shop"}, {"locale": "ar", "name": "متجر الزاوية"}],
            "jwks": {"keys": [public_key_entry(self.key)]}, "market_uri": MARKET_URI, "partners": "any",
        }

    def sign(self, typ: str, claims: dict) -> str:
        """A JWT of the market's."""
        return forge({"alg": "ES256", "typ": typ, "kid": public_key_entry(self.key)["kid"]}, claims, self.key)

    def token(self) -> str:
        """To push with (RFC 6749 section 4.4)."""
        answer = requests.post(self.server.url + "/auth/token-endpoint", data={
            "grant_type": "client_credentials", "scope": "sharing:market", "client_id": self.id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": client_assertion(self.key, self.id, self.server.url),
        }, timeout=TIMEOUT_SECONDS)
        expect(answer.ok, answer.text)
        return answer.json()["access_token"]

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        """A request with a token."""
        headers = {"Authorization": f"Bearer {self.token()}", "Idempotency-Key": secrets.token_hex(8)}
        return requests.request(method, self.server.url + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def keys_of(self, subject: str) -> dict:
        """The public keys of a person."""
        answer = self.call("GET", f"/sharing/subjects/{subject}/keys")
        expect(answer.ok, answer.text)
        return answer.json()

    def sd_jwt(self, scope: str, version: int, values: dict, holder: str | None = None) -> tuple[str, list[str]]:
        """The issuer-signed JWT and the disclosures, RFC 9901 section 4."""
        disclosures = [
            base64url(json.dumps([secrets.token_urlsafe(16), name, value], ensure_ascii=False).encode())
            for name, value in values.items()]
        digests = [sha256(text) for text in disclosures]
        digests += [base64url(secrets.token_bytes(32)) for _ in range(-len(digests) % 8)]
        claims = {
            "iss": MARKET_URI, "iat": int(time.time()), "scope": scope, "version": version, "_sd": sorted(digests),
            "_sd_alg": "sha-256", **({"cnf": {"jkt": holder}} if holder else {}),
        }
        return self.sign("scope-values+sd-jwt", claims), disclosures

    def deposit(
        self, subject: str, scope: str, values: dict, shape: dict, *, holder: str | None = None,
        signer: "Market | None" = None, enc: dict | None = None,
    ) -> dict:
        """Case 1: sealed to the person. What is changed makes a bad one."""
        keys = self.keys_of(subject)
        issuer_jwt, disclosures = (signer or self).sd_jwt(scope, 1, values, holder or keys["sig"]["kid"])
        recipient = enc or keys["enc"]
        sealed = jwe.encrypt_compact(
            {**WRAPPED, "kid": recipient["kid"], "cty": "sd-jwt"}, "~".join([issuer_jwt, *disclosures, ""]).encode(),
            ECKey.import_key(recipient), algorithms=list(WRAPPED.values()))
        shape_signature = self.sign("scope-shape+jwt", {
            "iss": MARKET_URI, "iat": int(time.time()), "scope": scope, "version": 1, "shape": shape,
            "jwe_hash": sha256(sealed)})
        answer = self.call("POST", "/sharing/deposits", {"deposits": [{
            "subject": subject, "scope": scope, "version": 1, "shape": shape, "shape_signature": shape_signature,
            "key_id": recipient["kid"], "jwe": sealed,
        }]})
        expect(answer.ok, answer.text)
        return {"issuer_jwt": issuer_jwt, "disclosures": disclosures, "jwe": sealed, **answer.json()["results"][0]}

    def digest(self, subject: str, scope: str, values: dict, shape: dict) -> dict:
        """Case 2: the hash alone."""
        issuer_jwt, _ = self.sd_jwt(scope, 1, values)
        answer = self.call("POST", "/sharing/digests", {"digests": [{
            "subject": subject, "scope": scope, "version": 1, "sd_jwt": issuer_jwt + "~", "shape": shape}]})
        expect(answer.ok, answer.text)
        return {"issuer_jwt": issuer_jwt, "hash": sha256(issuer_jwt), **answer.json()["results"][0]}


@dataclass
class Bank:
    """An organization that asks for data."""

    server: Provider
    id: str = "bank"
    redirect_uri: str = "https://bank.example/callback"
    key: HolderKey = field(default_factory=HolderKey.make)
    encryption: HolderKey = field(default_factory=HolderKey.make)

    @property
    def encryption_jwk(self) -> dict:
        """What values are sealed to."""
        entry = public_key_entry(self.encryption, "enc")
        return {**entry, "alg": "ECDH-ES+A256KW"}

    @property
    def organization(self) -> dict:
        """As it registers."""
        return {
            "id": self.id, "roles": ["provider"], "display": [{"locale": "en", "name": "Harbour Bank"}],
            "jwks": {"keys": [public_key_entry(self.key), self.encryption_jwk]}, "redirect_uris": [self.redirect_uri],
            "partners": "any",
        }

    def flow(self, wallet: Wallet, details: list[dict]) -> "SignedFlow":
        """A signed request for data."""
        client = Client(self.id, self.redirect_uri, PrivateKeyJWT(self.key))
        key = {name: self.encryption_jwk[name] for name in ("kty", "crv", "x", "y", "kid")}
        entries = [{"type": "data_sharing", "encryption_key": key, **detail} for detail in details]
        scope = " ".join(["openid", *(detail["scope"] for detail in details)])
        return SignedFlow(self.server.metadata(wallet), client, wallet, self.key, entries, scope)

    def open(self, release: str) -> tuple[dict, dict, str]:
        """Header and claims of the nested JWT, and itself."""
        key = ECKey.import_key({**self.encryption.private_jwk})
        opened = jwe.decrypt_compact(release, key, algorithms=list(WRAPPED.values()))
        assert opened.protected["cty"] == "JWT" and opened.protected["kid"] == self.encryption_jwk["kid"]
        signed = opened.plaintext.decode()
        header, claims = (json.loads(from_base64url(part)) for part in signed.split(".")[:2])
        return header, claims, signed


class SignedFlow(CodeFlow):
    """An authorization whose request is one signed object (RFC 9101), pushed."""

    def __init__(
        self, server: dict, client: Client, wallet: Wallet, key: HolderKey, entries: list[dict], scope: str
    ) -> None:
        super().__init__(server, client, wallet, scope=scope, prompt="consent")
        self.request = request_object(
            key, client.client_id, server["issuer"],
            {**super().parameters, "nonce": secrets.token_urlsafe(16), "authorization_details": entries})

    def push(self, changes: dict | None = None, **options: object) -> requests.Response:
        """The object alone."""
        form = {"client_id": self.client.client_id, "request": self.request, **(changes or {})}
        return self.post(self.server["pushed_authorization_request_endpoint"], form, **options)

    def finish(self, departure: Departure) -> dict:
        """The token response of an answer."""
        self.take(self.checked(departure))
        return self.tokens
