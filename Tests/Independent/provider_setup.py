"""An installation at which people log in: made-up people, ways to log in, and clients of every kind.

The clients' addresses need not exist: a browser stops where it would be sent to them.
"""

import csv
import io
import json
import secrets
from pathlib import Path
from typing import Callable

import requests

from client_proofs import Attester
from code_wallet import (
    Attested, Authentication, Client, CodeFlow, NoSecret, PrivateKeyJWT, SecretBasic, server_metadata)
from configured import ConfiguredVouchsafe, configured_client
from holder_keys import HolderKey
from people import Person
from proofs import make_proof
from registry import students
from wallet import Discovery, Wallet

BASIC, STRONG = "urn:vouchsafe:acr:basic", "urn:vouchsafe:acr:strong"
PEOPLE = 8
FACTS = ("student_number", "family_name", "birth_date")
# A browser is sent to the address without a port in the registration, and to whichever port a program listens on.
LOOPBACK, LOOPBACK_WITH_PORT = "http://127.0.0.1/callback", "http://127.0.0.1:4711/callback"

LOGIN = {
    "username": {"from": "email"}, "password": {"from": "password"}, "pin": {"from": "pin"},
    "methods": {
        "password": {},
        "knowledge": {"fields": {
            "student_number": {"label": {"en": "Student number"}, "normalize": ["letter_case", "punctuation"]},
            "family_name": {"normalize": ["letter_case", "accents", "punctuation"]},
            "birth_date": {"input": "date"},
        }},
        "pin": {}, "passkey": {},
    },
    "levels": [
        {"acr": BASIC, "any": ["password", "knowledge", "pin", "passkey"]},
        {"acr": STRONG, "any": [["password", "pin"], "passkey"]},
    ],
}

# Claims by the registry's fields; a claim without a scope is told only to those who ask for it by name.
CLAIMS = {
    "given_name": {"from": "given_name", "scope": "profile", "display": {"en": "Given name", "ar": "الاسم الأول"}},
    "family_name": {"from": "family_name", "scope": "profile", "display": {"en": "Family name", "ar": "اسم العائلة"}},
    "birthdate": {"from": "birth_date", "scope": "profile", "display": {"en": "Date of birth", "ar": "تاريخ الميلاد"}},
    "email": {"from": "email", "scope": "email", "display": {"en": "E-mail address", "ar": "البريد الإلكتروني"}},
    "address": {
        "from": {
            "street_address": "street", "locality": "locality", "postal_code": "postal_code", "country": "country"},
        "scope": "address", "display": {"en": "Address", "ar": "العنوان"},
    },
    "student_number": {"from": "student_number", "display": {"en": "Student number", "ar": "رقم الطالب"}},
}


class Provider(ConfiguredVouchsafe):
    """The installation. Clients and settings are added before it starts."""

    def __init__(self, binary: Path, directory: Path, roles: str = "all") -> None:
        super().__init__(binary, directory, roles)
        self.people = made_up_people()
        self.clients: dict[str, Client] = {}
        # What the program's environment has beside the usual.
        self.extra_environment: dict[str, str] = {}
        for name in ("clients", "login", "authorization_server", "portal"):
            self.configuration.pop(name, None)
        self.configure({
            "registry": {"fields": {"phone": "text"}}, "login": LOGIN, "authorization_server": {"claims": CLAIMS},
            "clients": [],
        })

    @property
    def environment(self) -> dict[str, str]:
        """What tells the program where it is."""
        return {**super().environment, **self.extra_environment}

    def admit(
        self, client_id: str, authentication: Authentication | None = None,
        redirect_uri: str | None = None, **settings: object,
    ) -> Client:
        """Adds a client to the configuration."""
        made = configured_client(
            self, client_id, redirect_uri or f"https://{client_id}.example/callback", authentication or NoSecret(),
            **settings)
        self.configuration["clients"].append(made.settings)
        self.clients[client_id] = made.client
        return made.client

    def admit_wallet(self, client_id: str = "wallet", **settings: object) -> Client:
        """A program on somebody's own machine, whose tokens are bound to a key."""
        registered = self.admit(client_id, redirect_uri=LOOPBACK, dpop_key=HolderKey.make(), **settings)
        self.clients[client_id] = Client(client_id, LOOPBACK_WITH_PORT, dpop_key=registered.dpop_key)
        return self.clients[client_id]

    def trust(self, *attesters: Attester) -> None:
        """Takes the word of wallet providers."""
        entries = [
            {"issuer": attester.issuer, "keys": self.write_beside(f"attester-{number}.json", json.dumps(attester.jwks))}
            for number, attester in enumerate(attesters)]
        self.configure({"authorization_server": {"trusted_attesters": entries}})

    def import_people(self) -> "Provider":
        """The made-up people, into the running server."""
        done = self.run("registry", "import", str(self.folder / self.write_beside("people.csv", as_csv(self.people))))
        assert done.returncode == 0, done.stderr + done.stdout
        return self

    def registration_token(self) -> str:
        """Lets somebody register a client while the server runs (RFC 7591 section 3)."""
        return self.run_json("client", "invite")["initial_access_token"]

    # The other side.

    def metadata(self, wallet: Wallet) -> dict:
        """What clients learn about it."""
        return server_metadata(wallet, self.url)

    def flow(self, wallet: Wallet, client: str | Client, **options: object) -> CodeFlow:
        """An authorization of one of the clients."""
        known = self.clients[client] if isinstance(client, str) else client
        return CodeFlow(self.metadata(wallet), known, wallet, **options)


# Makes an installation that has not started.
MakeProvider = Callable[..., Provider]


def with_every_client(server: Provider) -> Provider:
    """Adds a client for each way in which one can show who it is."""
    attester = Attester()
    server.trust(attester)
    server.admit_wallet()
    server.admit("keyed", PrivateKeyJWT(HolderKey.make()), grants=[
        "authorization_code", "refresh_token", "client_credentials"])
    server.admit("bound", PrivateKeyJWT(HolderKey.make()), dpop_key=HolderKey.make())
    server.admit("web", SecretBasic(secrets.token_urlsafe(32)))
    server.admit("twin", SecretBasic(secrets.token_urlsafe(32)), "https://web.example/twin")
    server.admit("strong", SecretBasic(secrets.token_urlsafe(32)), acr=STRONG)
    server.admit(
        "verified", SecretBasic(secrets.token_urlsafe(32)), verified=True,
        name={"en": "Chess club", "ar": "نادي الشطرنج"}, policy_uri="https://verified.example/privacy",
        tos_uri="https://verified.example/terms")
    server.admit("attested", Attested(attester), dpop_key=HolderKey.make())
    return server


# People.


def made_up_people(count: int = PEOPLE) -> list[Person]:
    """The first people of the sample registry, with secrets that are new in each run."""
    return [
        Person(
            row["id"], row["email"], f"{secrets.token_urlsafe(9)} {secrets.token_urlsafe(9)}",
            f"{secrets.randbelow(10**6):06}", {name: row[name] for name in FACTS})
        for row in list(students().values())[:count]
    ]


def phone_of(person: Person) -> str:
    """A telephone number that nobody has (Ofcom's for drama)."""
    return f"+442079460{int(person.id[-3:]):03}"


def as_csv(people: list[Person]) -> str:
    """Their rows of the sample registry, with the columns that logins are imported from."""
    rows = [
        {**students()[person.id], "password": person.password, "pin": person.pin, "phone": phone_of(person)}
        for person in people]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


# Credentials.


def ask_for_credential(
    flow: CodeFlow, members: dict, key: HolderKey | None = None, discovery: Discovery | None = None,
    **arguments: object,
) -> requests.Response:
    """A credential request with a fresh key proof; `members` say for which credential."""
    discovery = discovery or flow.wallet.discover(flow.server["issuer"])
    nonce = flow.wallet.nonce(discovery)
    proof = make_proof(key or HolderKey.make(), discovery.credential_issuer, nonce)
    return flow.credential(discovery, {**members, "proofs": {"jwt": [proof]}}, **arguments)


def by_configuration(configuration: str) -> dict:
    """What a wallet says that asked by scope."""
    return {"credential_configuration_id": configuration}


def by_identifier(tokens: dict) -> dict:
    """What a wallet says that asked by `authorization_details`: the first name that the token response gave."""
    return {"credential_identifier": tokens["authorization_details"][0]["credential_identifiers"][0]}
