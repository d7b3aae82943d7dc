"""`vouchsafe database`: the schema, and an installation that moves from SQLite to PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Iterator

import pytest

import postgresql
from answers import assert_issued, assert_refused
from postgresql import ADMINISTRATOR, OWNER, PostgreSQL, database_name
from visits import Visit
from vouchsafe import Vouchsafe
from wallet import Wallet, token_form

TABLES = 43
KEY_SETS = ("application/jwk-set+json", "application/json")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    """A server for what is tried here."""
    if not postgresql.is_installed():
        pytest.skip("PostgreSQL 15 is not installed")
    with PostgreSQL(durable=False) as server:
        yield server


@pytest.fixture
def installation(binary: Path, tmp_path: Path) -> Iterator[Vouchsafe]:
    """The sample issuer on a SQLite file, whatever the other tests run on."""
    server = Vouchsafe(binary, tmp_path)
    server.database_url = None
    yield server
    server.stop()


def test_schema_of_a_new_database(postgres: PostgreSQL, installation: Vouchsafe) -> None:
    """A database that is empty is told as such; `migrate` makes the schema once, and then there is nothing to do."""
    installation.database_url = postgres.create_database()
    before = installation.run("database", "status")
    assert before.returncode == 1 and "steps to run" in before.stdout
    first = installation.run("database", "migrate")
    assert first.returncode == 0 and " 0 of " not in first.stdout, first.stderr
    again = installation.run("database", "migrate")
    assert again.returncode == 0 and " 0 of " in again.stdout
    after = installation.run("database", "status")
    assert after.returncode == 0 and after.stdout.strip().endswith("up to date")
    for done in (before, first, again, after):
        assert postgres.password not in done.stdout + done.stderr


def test_schema_of_a_file(installation: Vouchsafe) -> None:
    """The same commands look at the SQLite file."""
    assert installation.run("database", "status").returncode == 1
    installation.start()
    done = installation.run("database", "status")
    assert done.returncode == 0 and "vouchsafe.db" in done.stdout


def test_server_that_may_not_make_tables(postgres: PostgreSQL, installation: Vouchsafe) -> None:
    """An account that only reads and writes rows does, once somebody else has made the tables."""
    url = postgres.create_database(owner=ADMINISTRATOR)
    name = database_name(url)
    installation.database_url = url
    refused = installation.run("database", "migrate")
    assert refused.returncode == 1 and "GRANT" in refused.stderr, refused.stderr
    installation.database_url = postgres.url(name, user=ADMINISTRATOR)
    assert installation.run("database", "migrate").returncode == 0
    postgres.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {OWNER}", name)
    installation.database_url = url
    installation.start()
    assert installation.create_offer().id


def test_move_to_postgresql(postgres: PostgreSQL, installation: Vouchsafe, wallet: Wallet) -> None:
    """What was issued is on record, tokens go on, spent codes stay spent, and keys are the same."""
    installation.start()
    half_done, untouched = Visit(installation, wallet), Visit(installation, wallet)
    assert half_done.token
    keys = wallet.get_json(installation.url + "/issuance/jwks.json", KEY_SETS)
    installation.stop()

    url = postgres.create_database()
    source = str(installation.data / "vouchsafe.db")
    copied = installation.run("database", "copy", source, url)
    assert copied.returncode == 0, copied.stderr
    lines = copied.stdout.splitlines()
    assert len(lines) == TABLES + 1 and all(line.endswith("same") for line in lines), copied.stdout
    with sqlite3.connect(source) as file:
        [rows] = file.execute("SELECT COUNT(*) FROM people").fetchone()
    assert any(line.split()[:3] == ["people", str(rows), "rows"] for line in lines)
    assert postgres.sql("SELECT COUNT(*) FROM people", database_name(url)) == [[str(rows)]]

    again = installation.run("database", "copy", source, url)
    assert again.returncode == 1 and "is not empty" in again.stderr and "--resume" in again.stderr
    assert installation.run("database", "copy", "--resume", source, url).returncode == 0

    for name in ("vouchsafe.db", "vouchsafe.db-wal", "vouchsafe.db-shm"):
        (installation.data / name).unlink(missing_ok=True)
    installation.database_url = url
    installation.start()
    assert wallet.get_json(installation.url + "/issuance/jwks.json", KEY_SETS) == keys
    assert installation.timeline(half_done.made.id)[-1].step == "token"
    assert_refused(wallet.post_token(half_done.discovery, token_form(half_done.offer)), 400, "invalid_grant")
    for visit in (half_done, untouched):
        assert_issued(wallet.post_credential(visit.discovery, visit.token, visit.request(visit.proof())))
    assert not (installation.data / "vouchsafe.db").exists()


def test_copy_of_nothing(postgres: PostgreSQL, installation: Vouchsafe, tmp_path: Path) -> None:
    """A file that is not there is not made."""
    missing = tmp_path / "missing.db"
    done = installation.run("database", "copy", str(missing), postgres.create_database())
    assert done.returncode == 1 and "no such file" in done.stderr
    assert not missing.exists()
