"""An authorization server that is not Vouchsafe: django-oauth-toolkit, as somebody else would run it.

It has one person, issues opaque tokens for the authorization code with PKCE, can be asked about them (RFC 7662), says
what it is (RFC 8414), and is an OpenID Provider too, so that relying parties can be tried against it.
"""

import json
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from plain_browser import Departure, PlainBrowser, departed, shown
from programs import Program, answers, free_port

APPLICATION = Path(__file__).parent / "foreign_django.py"


@dataclass(frozen=True)
class ForeignClient:
    """A client; public without a secret."""

    client_id: str
    redirect_uri: str
    secret: str | None = None
    post_logout_redirect_uri: str = ""


@dataclass(frozen=True)
class ForeignPerson:
    """The one account. Its user name is what introspection tells of whoever granted a token."""

    username: str = "someone@foreign.example"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    given_name: str = "Ada"
    family_name: str = "Foreign"


class ForeignAuthorizationServer:
    """A process of its own, with a database in a folder of its own."""

    def __init__(
        self, directory: Path, clients: list[ForeignClient], *, person: ForeignPerson | None = None,
        scopes: dict[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.person = person or ForeignPerson()
        self.clients = clients
        self.scopes = scopes or {"student_id": "Student ID"}
        # What an issuer asks about tokens with.
        self.resource_server = ForeignClient("resource-server", "https://unused.example/", secrets.token_urlsafe(24))
        self.program = Program([sys.executable, APPLICATION, directory], directory / "foreign.log")

    @property
    def issuer(self) -> str:
        """The issuer identifier."""
        return f"http://localhost:{self.port}"

    @property
    def openid_metadata(self) -> str:
        """Where relying parties learn about it."""
        return self.issuer + "/.well-known/openid-configuration"

    def start(self) -> "ForeignAuthorizationServer":
        """Writes what it is told and starts it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = {
            "port": self.port, "issuer": self.issuer, "person": vars(self.person), "scopes": self.scopes,
            "clients": [vars(client) for client in [*self.clients, self.resource_server]],
        }
        (self.directory / "settings.json").write_text(json.dumps(settings))
        self.program.start(lambda: answers(self.issuer + "/.well-known/oauth-authorization-server"))
        return self

    def stop(self) -> None:
        """Ends it."""
        self.program.stop()

    def __enter__(self) -> "ForeignAuthorizationServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log_in(self, browser: PlainBrowser, address: str, agrees: bool = True) -> Departure:
        """The person logs in and agrees, at an authorization request's address."""
        page = shown(browser.open(address))
        if page.html.has("foreign-login"):
            values = {"username": self.person.username, "password": self.person.password}
            answer = browser.press(page, "foreign-login", values)
            if isinstance(answer, Departure):
                return answer
            page = shown(answer)
        return departed(browser.press(page, "foreign-allow" if agrees else "foreign-deny"))
