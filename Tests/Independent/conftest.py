"""One running server for the whole session, and what tests need to talk to it.

`VOUCHSAFE_BINARY` is the path of the `vouchsafe` executable. Without it, everything that needs a server is skipped and
the end of the run says so; with a path that cannot be run, the tests fail.
"""

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest
import requests
from cryptography import x509
from playwright.sync_api import Browser

pytest.register_assert_rewrite(
    "answers", "browser_login", "certificate_checks", "code_wallet", "configured", "credential_checks", "holder_keys",
    "html_page", "mail_sink", "published_keys", "sd_jwt_checks", "sharing_fixtures", "sharing_log", "sharing_market",
    "sharing_messages", "sharing_person", "sharing_programs", "sharing_provider", "sharing_setup", "sign_in",
    "small_server", "visits", "vouchsafe", "w3c_checks")

import postgresql
from browser_login import chromium
from published_keys import PublishedKeys
from visits import Visit
from vouchsafe import Vouchsafe
from wallet import Wallet

FIGURES = pytest.StashKey[list[str]]()
NO_BINARY = "VOUCHSAFE_BINARY is not set: nothing was checked against a running server"


@pytest.fixture(scope="session")
def binary() -> Path:
    """The program under test."""
    path = os.environ.get("VOUCHSAFE_BINARY")
    if not path:
        pytest.skip(NO_BINARY)
    if not os.access(path, os.X_OK):
        pytest.fail(f"VOUCHSAFE_BINARY is {path}, which cannot be run", pytrace=False)
    return Path(path).resolve()


def pytest_report_header() -> str:
    """Which database the servers of the tests have."""
    return "store: " + ("PostgreSQL" if postgresql.is_wanted() else "SQLite")


def pytest_terminal_summary(terminalreporter: object, config: pytest.Config) -> None:
    """A run without a server must not look like a good one; what was measured is told whatever came of it."""
    if not os.environ.get("VOUCHSAFE_BINARY"):
        terminalreporter.write_sep("=", NO_BINARY, red=True, bold=True)
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> list[str]:
    """Lines for the end of the run."""
    return pytestconfig.stash.setdefault(FIGURES, [])


@pytest.fixture(scope="session")
def start_server(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Vouchsafe]]:
    """Starts servers with data of their own, each stopped at the end of the session."""
    started: list[Vouchsafe] = []

    def start(name: str) -> Vouchsafe:
        server = Vouchsafe(binary, tmp_path_factory.mktemp(name))
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Vouchsafe]) -> Vouchsafe:
    """The server that most tests share."""
    return start_server("issuer")


@pytest.fixture(scope="session")
def other_server(start_server: Callable[..., Vouchsafe]) -> Vouchsafe:
    """A second issuer, with data and keys of its own."""
    return start_server("other-issuer")


@pytest.fixture(scope="session")
def development_root(server: Vouchsafe) -> x509.Certificate:
    """The development certificate authority, which a verifier downloads and is told to trust."""
    response = requests.get(server.url + "/trust/development-root.pem", timeout=10)
    response.raise_for_status()
    [root] = x509.load_pem_x509_certificates(response.content)
    return root


@pytest.fixture
def wallet() -> Iterator[Wallet]:
    """A wallet with a connection of its own."""
    with Wallet() as opened:
        yield opened


@pytest.fixture
def keys(server: Vouchsafe, wallet: Wallet) -> PublishedKeys:
    """The issuer's public keys, read afresh."""
    return PublishedKeys(wallet, server.url)


@pytest.fixture
def visit(server: Vouchsafe, wallet: Wallet) -> Visit:
    """A wallet with a student card's offer that it has not redeemed."""
    return Visit(server, wallet)


# One playwright at a time: a module must have closed its own before the next can open one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as opened:
        yield opened
