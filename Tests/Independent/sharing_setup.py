"""A hub of data sharing, the organizations that take part, and the scopes that they share."""

from typing import Callable

import requests

from client_proofs import client_assertion
from code_wallet import Client, CodeFlow, PrivateKeyJWT
from holder_keys import HolderKey
from provider_setup import Provider
from sharing_messages import encryption_entry, signing_entry
from wallet import Wallet

MARKET_SCOPE = "sharing:market"
# How long the hub waits for a market; what shows that it does not wait longer takes as long.
MARKET_SECONDS = 2

LOYALTY = [
    {"name": "tier", "type": "TEXT", "required": True, "values": ["bronze", "silver", "gold"],
     "display": [{"locale": "en", "name": "Tier"}]},
    {"name": "points", "type": "INTEGER", "minimum": 0, "maximum": 1_000_000},
    {"name": "share", "type": "FLOAT"}, {"name": "member", "type": "BOOLEAN"},
    {"name": "address", "type": "OBJECT", "claims": [
        {"name": "city", "type": "TEXT", "maximum_length": 80}, {"name": "floor", "type": "INTEGER"}]},
]
GOLD = {"tier": "gold", "points": 1200, "share": 0.25, "member": True, "address": {"city": "Łódź", "floor": 3}}
LARGE = [
    {"name": "title", "type": "TEXT", "required": True}, {"name": "text", "type": "TEXT", "maximum_length": 60_000}]


def definition(scope: str, held_by: str, claims: list[dict], version: int | None = None) -> dict:
    """A scope definition; without a version it is the next."""
    name = scope.split(":")[1].capitalize()
    made = {
        "scope": scope, "held_by": held_by, "claims": claims,
        "display": [{"locale": "en", "name": name, "description": f"{name} of a test"}]}
    return made if version is None else {**made, "version": version}


class RealHub(Provider):
    """The server, with data sharing switched on. `reachable` are ports on this machine that it may call."""

    def prepare(self, reachable: list[int], **settings: object) -> "RealHub":
        """Before it starts."""
        return self.configure({
            "sharing": {"market_timeout": f"{MARKET_SECONDS}s", **settings},
            "outgoing": {"allow": [f"localhost:{port}" for port in reachable]},
        })

    def manage(self, method: str, path: str, document: object = None) -> requests.Response:
        """What the operator does by the management API."""
        key = (self.data / "management.key").read_text().strip()
        with requests.Session() as http:
            http.trust_env = False
            return http.request(
                method, f"http://127.0.0.1:{self.management_port}{path}", json=document, timeout=30,
                headers={"Authorization": f"Bearer {key}"})

    def managed(self, method: str, path: str, document: object = None) -> object:
        """The same, which must succeed."""
        answer = self.manage(method, path, document)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def approve(self, *documents: dict) -> "RealHub":
        """Adds organizations and lets them take part."""
        for document in documents:
            self.managed("POST", "/organizations", document)
            self.managed("POST", f"/organizations/{document['id']}/approve", {})
        return self

    def define(self, *definitions: dict) -> "RealHub":
        """Registers scopes as the operator."""
        for each in definitions:
            self.managed("POST", "/scopes", each)
        return self

    def subject(self, organization: str, person: str) -> str:
        """What an organization calls a person, who it may push about from then on."""
        return self.managed("POST", f"/organizations/{organization}/subjects", {"person": person})["subject"]


class Organization:
    """An organization with a signing key, as a client of the hub's."""

    roles: list[str] = []

    def __init__(self, name: str, hub: RealHub, wallet: Wallet, algorithm: str = "ES256") -> None:
        self.name, self.hub, self.wallet = name, hub, wallet
        self.key = HolderKey.make(algorithm)
        self.encryption_key: HolderKey | None = None
        self.dpop_key: HolderKey | None = None

    @property
    def keys(self) -> list[dict]:
        """The public ones."""
        enc = [] if self.encryption_key is None else [encryption_entry(self.encryption_key)]
        return [signing_entry(self.key), *enc]

    def document(self, **changes: object) -> dict:
        """As it is registered."""
        return {
            "id": self.name, "roles": self.roles, "jwks": {"keys": self.keys}, "partners": "any",
            "display": [{"locale": "en", "name": self.name.capitalize()}], **changes}

    @property
    def client(self) -> Client:
        """Its OAuth client."""
        return Client(self.name, f"https://{self.name}.example/callback", PrivateKeyJWT(self.key), self.dpop_key)

    def flow(self) -> CodeFlow:
        """Talks to the hub as the client."""
        return CodeFlow(self.hub.metadata(self.wallet), self.client, self.wallet)

    def assertion(self, **options: object) -> str:
        """Shows who it is."""
        return client_assertion(self.key, self.name, self.hub.url, **options)

    def ask_for_token(self, scope: str = MARKET_SCOPE, **options: object) -> requests.Response:
        """Client credentials."""
        flow = self.flow()
        return flow.post(
            flow.server["token_endpoint"], {"grant_type": "client_credentials", "scope": scope}, **options)

    def token(self) -> str:
        """An access token for itself."""
        answer = self.ask_for_token()
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]


# Waits for what comes by itself.
Check = Callable[[], bool]
