"""Debian's Apache with mod_auth_openidc as a relying party, from a folder of its own, as whoever runs the tests.

    /protected/         an application that says, as JSON, what it was told about whoever has logged in
    /protected/callback the redirect URI; with ?info=json what the module knows, with ?logout=URL the way out
    /service/           the same application for programs that bring an access token; with `introspection` only
    /left               where a logout may lead
"""

import os
import secrets
import shutil
import tempfile
from pathlib import Path

from programs import Program, answers, free_port, give_away, running_as

APACHE = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
LOADED = (
    "mpm_prefork", "authn_core", "authz_core", "authz_user", "alias", "dir", "env", "setenvif", "mime", "cgi",
    "auth_openidc",
)
# Apache refuses to serve as root; Debian has this user for it.
SERVING_USER = "www-data"

# What the module tells an application is in its environment.
APPLICATION = """#!/usr/bin/python3
import json, os, sys
told = {name: value for name, value in os.environ.items() if name.startswith(("OIDC_", "REMOTE_USER"))}
sys.stdout.write("Content-Type: application/json\\r\\nCache-Control: no-store\\r\\n\\r\\n" + json.dumps(told))
"""


def is_installed() -> bool:
    """Whether this machine has Apache and the module."""
    return os.access(APACHE, os.X_OK) and (MODULES / "mod_auth_openidc.so").exists()


class ApacheRelyingParty:
    """One Apache. It has its addresses before it starts, so that it can be registered first."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="relying-party-"))
        self.port = free_port()
        self.program = Program(
            [APACHE, "-D", "FOREGROUND", "-f", self.directory / "apache.conf"], self.directory / "apache.log",
            **running_as(SERVING_USER))

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    @property
    def protected(self) -> str:
        """The page that needs a login."""
        return self.url + "/protected/"

    @property
    def redirect_uri(self) -> str:
        """Where the provider answers."""
        return self.url + "/protected/callback"

    @property
    def left(self) -> str:
        """A page for those who have logged out."""
        return self.url + "/left"

    @property
    def backchannel_logout_uri(self) -> str:
        """Where the provider tells it that somebody has logged out."""
        return self.redirect_uri + "?logout=backchannel"

    def start(
        self, provider_metadata: str, client_id: str, client_secret: str | None = None, *,
        scope: str = "openid profile email", directives: dict[str, str] | None = None,
        introspection: dict[str, str] | None = None,
    ) -> "ApacheRelyingParty":
        """Starts it. `directives` are further ones of the module's, `introspection` its `OIDCOAuth…` ones."""
        settings = {
            "OIDCProviderMetadataURL": provider_metadata,
            "OIDCClientID": client_id,
            "OIDCRedirectURI": self.redirect_uri,
            "OIDCCryptoPassphrase": secrets.token_hex(16),
            "OIDCScope": f'"{scope}"',
            "OIDCPKCEMethod": "S256",
            "OIDCRemoteUserClaim": "sub",
            "OIDCPassClaimsAs": "environment",
            "OIDCPassIDTokenAs": "claims payload serialized",
            "OIDCInfoHook": "iat access_token id_token userinfo refresh_token session",
            "OIDCProviderBackChannelLogoutSupported": "On",
            "OIDCDefaultLoggedOutURL": self.left,
            **({"OIDCClientSecret": client_secret} if client_secret is not None else {}),
            **(directives or {}), **(introspection or {}),
        }
        self.write(settings, serves_programs=introspection is not None)
        self.program.start(lambda: answers(self.left))
        return self

    def add_file(self, name: str, text: str) -> Path:
        """A file that directives can name, such as a key."""
        path = self.directory / name
        path.write_text(text)
        return path

    def write(self, settings: dict[str, str], serves_programs: bool) -> None:
        """The folder: configuration, application, page."""
        (self.directory / "pages").mkdir(exist_ok=True)
        (self.directory / "pages" / "left.html").write_text("<!doctype html><title>Left</title><p>You have left.")
        application = self.directory / "application.py"
        application.write_text(APPLICATION)
        application.chmod(0o755)
        lines = [*self.base(), *(f"{name} {value}" for name, value in settings.items())]
        lines += location("/protected/", "openid-connect")
        lines += location("/service/", "oauth20") if serves_programs else []
        (self.directory / "apache.conf").write_text("\n".join(lines) + "\n")
        give_away(self.directory, SERVING_USER)

    def base(self) -> list[str]:
        """What Apache needs, nothing of it from /etc."""
        here = self.directory
        return [
            *(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
            f"ServerRoot {here}", f"DefaultRuntimeDir {here}", f"PidFile {here}/apache.pid",
            f"ErrorLog {here}/error.log", "LogLevel warn auth_openidc:info",
            "ServerName localhost", f"Listen 127.0.0.1:{self.port}", "StartServers 2", "MaxRequestWorkers 8",
            f"DocumentRoot {here}/pages", "TypesConfig /dev/null", "AddType text/html .html",
            f"Alias /left {here}/pages/left.html",
            f"ScriptAlias /protected/ {here}/application.py/", f"ScriptAlias /service/ {here}/application.py/",
        ]

    def log_text(self) -> str:
        """What Apache and the module wrote."""
        log = self.directory / "error.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self) -> None:
        """Ends it and removes its folder."""
        self.program.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> "ApacheRelyingParty":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def location(path: str, kind: str) -> list[str]:
    """A place for those only who are known."""
    return [f"<Location {path}>", f"AuthType {kind}", "Require valid-user", "</Location>"]
