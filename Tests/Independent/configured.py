"""A server with a configuration that a test writes: the sample's, with changes."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from client_proofs import public_key_entry
from code_wallet import Attested, Authentication, Client, NoSecret, PrivateKeyJWT
from holder_keys import HolderKey
from vouchsafe import Vouchsafe


class ConfiguredVouchsafe(Vouchsafe):
    """An installation whose folder `vouchsafe init` has made. Change `configuration` before it starts."""

    def __init__(self, binary: Path, directory: Path, roles: str = "all") -> None:
        super().__init__(binary, directory)
        self.roles = roles
        self.folder = directory / "installation"
        made = subprocess.run([binary, "init", self.folder], capture_output=True, encoding="utf-8")
        assert made.returncode == 0, made.stderr
        self.file = self.folder / "vouchsafe.yaml"
        self.configuration: dict = yaml.safe_load(self.file.read_text(encoding="utf-8"))

    @property
    def serve_command(self) -> list:
        """The server with its configuration."""
        return [self.binary, "serve", "--config", self.file, "--roles", self.roles]

    def configure(self, changes: dict) -> "ConfiguredVouchsafe":
        """Merges settings into the configuration; lists are replaced."""
        self.configuration = merged(self.configuration, changes)
        return self

    def write_beside(self, name: str, text: str) -> str:
        """A file beside the configuration; its name, as a setting has it."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return name

    def start(self) -> "ConfiguredVouchsafe":
        """Writes the configuration and starts the server."""
        self.write_configuration()
        super().start()
        return self

    def write_configuration(self) -> None:
        """The file that the server reads."""
        text = yaml.safe_dump(self.configuration, allow_unicode=True, sort_keys=False, width=10_000)
        self.file.write_text(text, encoding="utf-8")

    def import_people(self) -> "ConfiguredVouchsafe":
        """The sample's people, into the running server."""
        done = self.run("registry", "import", str(self.folder / "students.csv"))
        assert done.returncode == 0, done.stderr
        return self


@dataclass(frozen=True)
class ClientSettings:
    """A client for the configuration, and what a test needs to be it."""

    client: Client
    settings: dict = field(default_factory=dict)


def configured_client(
    server: ConfiguredVouchsafe, client_id: str, redirect_uri: str, authentication: Authentication, *,
    dpop_key: HolderKey | None = None, **settings: object,
) -> ClientSettings:
    """An entry of `clients`, with its secret or keys in a file."""
    entry = {
        "id": client_id, "name": {"en": f"Client {client_id}"}, "redirect_uris": [redirect_uri],
        "grants": ["authorization_code", "refresh_token"], **how_it_is_known(server, client_id, authentication),
        **({"dpop": True} if dpop_key is not None else {}), **settings,
    }
    return ClientSettings(Client(client_id, redirect_uri, authentication, dpop_key), entry)


def how_it_is_known(server: ConfiguredVouchsafe, client_id: str, authentication: Authentication) -> dict:
    """The settings that go with a way of authentication."""
    if isinstance(authentication, NoSecret):
        return {"public": True}
    if isinstance(authentication, PrivateKeyJWT):
        keys = json.dumps({"keys": [public_key_entry(authentication.key)]})
        return {"keys": server.write_beside(f"{client_id}.jwks.json", keys), "auth": "private_key_jwt"}
    if isinstance(authentication, Attested):
        return {"auth": "attest_jwt_client_auth"}
    return {"secret_file": server.write_beside(f"{client_id}.secret", authentication.secret)}


def merged(settings: dict, changes: dict) -> dict:
    """Settings with changes, at any depth; None takes a setting out."""
    result = dict(settings)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result
