"""Four processes on one database; a module has them by `pytest_plugins = ["fleet_fixtures"]`."""

from pathlib import Path
from typing import Iterator

import pytest

import nginx_front
import postgresql
from fleet import Fleet
from postgresql import PostgreSQL
from wallet import Wallet


@pytest.fixture(scope="session")
def database_server() -> Iterator[PostgreSQL]:
    """A server that tests may stop and crash, and that keeps its promises."""
    if not postgresql.is_installed():
        pytest.skip("PostgreSQL 15 is not installed")
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def fleet(
    binary: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Fleet]:
    """The processes, which are all there again at the end of each test."""
    if not nginx_front.is_installed():
        pytest.skip("nginx is not installed")
    url = None if postgresql.is_ruled_out() else request.getfixturevalue("database_server").create_database()
    started = Fleet(binary, tmp_path_factory.mktemp("fleet"), url)
    try:
        yield started.start().import_people()
    finally:
        started.stop()


@pytest.fixture
def mounted(fleet: Fleet) -> Iterator[list[Wallet]]:
    """For each process a wallet that talks to this one only."""
    wallets = [fleet.straight(member) for member in fleet.members]
    yield wallets
    for each in wallets:
        each.close()
