"""A process on a PostgreSQL server that is not as it should be, goes away, or is another one with a backup's contents.

What is told at the start is for the operator; what is answered on the wire is for clients, who are to try again.
"""

import base64
import re
import secrets
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

import pytest
import requests

import pooler
import postgresql
from answers import assert_issued, assert_refused
from code_wallet import CodeFlow, SecretBasic
from fleet import status_of
from holder_keys import HolderKey
from plain_browser import PlainBrowser
from pooler import Pooler
from postgresql import OWNER, PostgreSQL, database_name
from programs import free_port
from proofs import make_proof
from provider_setup import MakeProvider, Provider, ask_for_credential, by_configuration
from sign_in import Visitor
from vouchsafe import Vouchsafe
from wallet import Discovery, Wallet, credential_request, token_form

pytest_plugins = ["provider_fixtures"]
pytestmark = pytest.mark.skipif(postgresql.is_ruled_out(), reason=f"{postgresql.STORE} is sqlite")

STUDENT_ID = by_configuration("student-id")
START_SECONDS = 60
# No client waits longer for an answer while the database is away, and nobody longer until all is well again.
ANSWER_SECONDS, RECOVERY_SECONDS = 12, 20
STATEMENT_SECONDS = 2

MakeServer = Callable[[str], Vouchsafe]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    """A server of this module's own, which it stops and spoils."""
    if not postgresql.is_installed():
        pytest.skip("PostgreSQL 15 is not installed")
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def server_on(binary: Path, tmp_path: Path) -> Iterator[MakeServer]:
    """Makes the sample issuer on a database."""
    made: list[Vouchsafe] = []

    def make(url: str) -> Vouchsafe:
        directory = tmp_path / f"server-{len(made)}"
        directory.mkdir()
        made.append(Vouchsafe(binary, directory))
        made[-1].database_url = url
        return made[-1]

    yield make
    for server in made:
        server.stop()


# At the start.


def failed_start(server: Vouchsafe) -> str:
    """What a server says that must not start; the password is not part of it."""
    done = subprocess.run(
        server.serve_command, env=server.environment, cwd=server.log.parent, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", timeout=START_SECONDS)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, None) and done.returncode > 0, (done.returncode, said)
    password = re.search(r":([^:@/]+)@", server.database_url)
    assert password is None or password[1] not in said, "the password is told"
    assert len(said.strip().splitlines()) <= 3 and "Fatal error" not in said, said
    return said


def test_address_that_is_none(server_on: MakeServer) -> None:
    """What is no URL of a database is told as such."""
    for url in ("postgresql://", "mysql://user:geheim@127.0.0.1/x", "postgresql://user:geheim@127.0.0.1:port/x", "x"):
        assert re.search(r"DATABASE_URL|postgresql://", failed_start(server_on(url))), url


def test_server_that_is_not_there(server_on: MakeServer) -> None:
    """The message says where nobody answers."""
    port = free_port()
    said = failed_start(server_on(f"postgresql://vouchsafe:geheim@127.0.0.1:{port}/vouchsafe"))
    assert str(port) in said and re.search("refused|no answer|not reach", said)


def test_host_that_is_not_there(server_on: MakeServer) -> None:
    """A name that nobody has."""
    said = failed_start(server_on("postgresql://vouchsafe:geheim@nowhere.invalid:5432/vouchsafe"))
    assert "nowhere.invalid" in said


def test_wrong_password(postgres: PostgreSQL, server_on: MakeServer) -> None:
    """The message names the user."""
    database = database_name(postgres.create_database())
    said = failed_start(server_on(postgres.url(database, password="this-is-wrong")))
    assert "password authentication failed" in said and OWNER in said


def test_missing_database(postgres: PostgreSQL, server_on: MakeServer) -> None:
    """The message names it."""
    said = failed_start(server_on(postgres.url("never_made")))
    assert "never_made" in said and "does not exist" in said


def test_missing_permission(postgres: PostgreSQL, server_on: MakeServer) -> None:
    """A role that may connect and not create: the message says what to grant."""
    role = f"guest_{free_port()}"
    postgres.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{postgres.password}'")
    database = database_name(postgres.create_database(owner=postgresql.ADMINISTRATOR))
    said = failed_start(server_on(postgres.url(database, user=role)))
    assert "permission denied for schema public" in said and re.search(r"GRANT .*CREATE ON SCHEMA", said), said


def test_newer_schema(postgres: PostgreSQL, server_on: MakeServer) -> None:
    """A database that a newer version has made is left alone."""
    server = server_on(postgres.create_database()).start()
    server.stop()
    database = database_name(server.database_url)
    postgres.sql("INSERT INTO schema_migrations (number, applied_at) VALUES (1000, 0)", database)
    said = failed_start(server)
    assert "newer version" in said and "upgrade" in said
    postgres.sql("DELETE FROM schema_migrations WHERE number = 1000", database)
    server.start()


def test_read_only_database(postgres: PostgreSQL, server_on: MakeServer) -> None:
    """As a replica, or after a switch that somebody forgot: told as such, and not started."""
    url = postgres.create_database()
    postgres.sql(f"ALTER DATABASE {database_name(url)} SET default_transaction_read_only = on")
    said = failed_start(server_on(url))
    assert re.search("takes no writes|read.only", said)


@pytest.mark.parametrize("round", range(4))
def test_processes_that_start_together(
    round: int, postgres: PostgreSQL, server_on: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several on an empty database one makes the tables and the keys; all of them serve, with the same keys."""
    url = postgres.create_database()
    servers = [server_on(url) for _ in range(5)]
    monkeypatch.setenv("VOUCHSAFE_KEY_ENCRYPTION_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
    for server in servers:
        server.launch()
    for server in servers:
        server.wait_until_healthy()
    bodies = {requests.get(server.address + "/auth/jwks.json", timeout=10).text for server in servers}
    assert len(bodies) == 1
    assert postgres.sql("SELECT count(*) FROM people", database_name(url)) == [["620"]]


# While it runs.


class Client:
    """Everything that a client holds when the database goes away."""

    def __init__(self, provider: Provider, wallet: Wallet) -> None:
        self.provider, self.wallet = provider, wallet
        self.discovery: Discovery = wallet.discover(provider.url)
        self.offers = [self.offer(number) for number in range(6)]
        self.token = wallet.redeem(self.discovery, self.offers[0])
        self.flow = provider.flow(wallet, "web", scope="openid student_id")
        self.flow.log_in(provider.people[0])
        self.waiting = provider.flow(wallet, "web", scope="openid")
        assert self.flow.tokens and self.waiting.pushed

    def offer(self, number: int) -> dict:
        """Another offer."""
        return self.wallet.read_offer(self.provider.create_offer(subject=self.provider.people[number].id).link)

    def each_kind(self) -> dict[str, Callable[[], requests.Response]]:
        """A request of each kind that needs the database."""
        return {
            "token": lambda: self.fresh().post_token(self.discovery, token_form(self.offers[1])),
            "credential": lambda: self.fresh().post_credential(self.discovery, self.token, self.body()),
            "pushed request": lambda: self.flow_of(self.fresh()).push(),
            "introspection": lambda: self.introspect(self.fresh()),
            "user info": lambda: self.user_info(self.fresh()),
            "page": lambda: self.page(self.fresh()),
        }

    def fresh(self) -> Wallet:
        """A connection of its own for each, since they are sent at once."""
        wallet = Wallet()
        wallet.http.headers["Connection"] = "close"
        return wallet

    def body(self) -> dict:
        """A credential request."""
        nonce = self.wallet.nonce(self.discovery)
        return credential_request("student-id", [make_proof(HolderKey.make(), self.provider.url, nonce)])

    def flow_of(self, wallet: Wallet) -> CodeFlow:
        """A new authorization."""
        return CodeFlow(self.flow.server, self.flow.client, wallet, scope="openid")

    def page(self, wallet: Wallet) -> requests.Response:
        """What a person's browser is shown that brings a new request."""
        flow = CodeFlow(self.flow.server, self.flow.client, wallet, scope="openid", pushes=False)
        headers = {"Accept": "text/html,application/xhtml+xml"}
        return wallet.http.get(flow.address(), headers=headers, timeout=60, allow_redirects=False)

    def introspect(self, wallet: Wallet) -> requests.Response:
        """What the token is good for."""
        return self.flow_of(wallet).introspect(self.flow.tokens["access_token"])

    def user_info(self, wallet: Wallet) -> requests.Response:
        """Who the person is."""
        return self.flow_of(wallet).user_info(token=self.flow.tokens["access_token"])


@pytest.fixture(scope="module")
def provider(make_provider: MakeProvider, postgres: PostgreSQL) -> Iterator[Provider]:
    """A server with a login on a database of the server that goes away."""
    made = make_provider("on-postgresql")
    made.database_url = postgres.create_database()
    made.admit("web", SecretBasic(secrets.token_urlsafe(32)), "https://web.example/callback")
    yield made.start().import_people()
    made.stop()


def all_at_once(client: Client) -> dict[str, tuple[float, requests.Response]]:
    """Each request with its answer and how long it took."""
    asked = client.each_kind()

    def timed(send: Callable[[], requests.Response]) -> tuple[float, requests.Response]:
        begun = time.monotonic()
        answer = send()
        return time.monotonic() - begun, answer

    with ThreadPoolExecutor(len(asked)) as pool:
        return dict(zip(asked, pool.map(timed, asked.values())))


def assert_cannot_now(answers: dict[str, tuple[float, requests.Response]]) -> None:
    """In good time, an answer that makes clients try again."""
    for name, (seconds, answer) in answers.items():
        assert seconds < ANSWER_SECONDS, f"{name} took {seconds:.1f} s"
        assert answer.status_code in (500, 503), f"{name}: {answer.status_code} {answer.text[:300]}"
        if name != "page":
            error = {500: "server_error", 503: "temporarily_unavailable"}[answer.status_code]
            assert_refused(answer, answer.status_code, error)


def assert_recovers(server: Vouchsafe) -> None:
    """By itself, and soon."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while status_of(server.address + "/health/ready") != 200:
        assert time.monotonic() < deadline, "the server does not find back to its database"
        time.sleep(0.1)


def assert_nothing_lost(client: Client) -> None:
    """What was begun before can be finished."""
    token = client.wallet.redeem(client.discovery, client.offers[1])
    assert_issued(client.wallet.post_credential(client.discovery, token, client.body()))
    assert_issued(client.wallet.post_credential(client.discovery, client.token, client.body()))
    assert client.flow.user_info().status_code == 200
    client.waiting.log_in(client.provider.people[1])
    assert client.waiting.tokens["id_token"]


def test_database_goes_away(provider: Provider, postgres: PostgreSQL, wallet: Wallet) -> None:
    """Everybody is told to come back, the process is not ready and lives, and goes on by itself."""
    client, process = Client(provider, wallet), provider.process
    assert status_of(provider.address + "/health/ready") == 200
    postgres.stop()
    try:
        assert_cannot_now(all_at_once(client))
        assert status_of(provider.address + "/health/ready") == 503
        assert status_of(provider.address + "/health") == 200
        assert_cannot_now(all_at_once(client))
    finally:
        postgres.start()
    assert_recovers(provider)
    assert_nothing_lost(client)
    assert provider.process is process and process.poll() is None


def test_people_without_a_database(provider: Provider, postgres: PostgreSQL, wallet: Wallet) -> None:
    """They get a page that says so, and not what is for programs."""
    client = Client(provider, wallet)
    postgres.stop()
    try:
        answer = client.page(client.fresh())
    finally:
        postgres.start()
    assert_recovers(provider)
    assert answer.status_code in (500, 503) and answer.headers["Content-Type"].startswith("text/html"), answer.text


def test_statement_takes_too_long(provider: Provider, postgres: PostgreSQL, wallet: Wallet) -> None:
    """Something else holds the tables, as a change of schema may: after `statement_timeout` clients are told."""
    client, name = Client(provider, wallet), database_name(provider.database_url)
    tables = "offers, access_tokens, grants, interactions, spent_nonces, single_uses, timeline"
    with other_url(provider, provider.database_url + f"?options=-c%20statement_timeout%3D{STATEMENT_SECONDS * 1000}"):
        blocker = subprocess.Popen(
            [postgresql.BINARIES / "psql", "-Xq", "-c", f"BEGIN; LOCK TABLE {tables}; SELECT pg_sleep(60)",
             postgres.url(name, postgresql.ADMINISTRATOR)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_lock(postgres)
            assert_cannot_now(all_at_once(client))
        finally:
            postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            blocker.wait()
        assert_recovers(provider)
        assert_nothing_lost(client)


@contextmanager
def other_url(provider: Provider, url: str) -> Iterator[None]:
    """The same database by another URL for a while."""
    usual = provider.database_url
    provider.stop()
    provider.database_url = url
    try:
        yield provider.start()
    finally:
        provider.stop()
        provider.database_url = usual
        provider.start()


def wait_for_lock(postgres: PostgreSQL) -> None:
    """Until the tables are locked."""
    deadline = time.monotonic() + 10
    while postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == [["0"]]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_database_becomes_read_only(provider: Provider, postgres: PostgreSQL, wallet: Wallet) -> None:
    """As when the server that it is connected to is no longer the first: nothing is pretended to be done."""
    client, name = Client(provider, wallet), database_name(provider.database_url)
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    postgres.cut_connections()
    try:
        answers = all_at_once(client)
        writing = {kind: answers[kind] for kind in ("token", "credential", "pushed request")}
        assert_cannot_now(writing)
    finally:
        postgres.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        postgres.cut_connections()
    assert_recovers(provider)
    assert_nothing_lost(client)


def test_every_connection_is_cut(provider: Provider, postgres: PostgreSQL, wallet: Wallet) -> None:
    """While nothing is under way nobody notices."""
    client = Client(provider, wallet)
    assert postgres.cut_connections() > 0
    assert_nothing_lost(client)


def test_disk_is_full(postgres: PostgreSQL, server_on: MakeServer, wallet: Wallet, small_disk: Path) -> None:
    """Nothing is said to be done that is not, and all goes on once there is room again."""
    postgres.sql(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    url = postgres.create_database(options="TABLESPACE small")
    server = server_on(url).start()
    try:
        check_full_disk(server, small_disk, wallet)
    finally:
        server.stop()
        postgres.sql(f"DROP DATABASE {database_name(url)}")
        postgres.sql("DROP TABLESPACE small")


def check_full_disk(server: Vouchsafe, small_disk: Path, wallet: Wallet) -> None:
    """Offers until there is no room for one more."""
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        fill(file)
    made = []
    for _ in range(3000):
        answer = post_offer(server)
        if answer.status_code != 201:
            break
        made.append(answer.json())
    assert answer.status_code in (500, 503, 507), f"{len(made)} offers on a full disk, then {answer.status_code}"
    filler.unlink()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while post_offer(server).status_code != 201:
        assert time.monotonic() < deadline, "there is room again and the server does not use it"
        time.sleep(0.2)
    discovery = wallet.discover(server.url)
    for told in made[-3:]:
        token = wallet.redeem(discovery, wallet.read_offer(told["credential_offer_uri"]))
        proof = make_proof(HolderKey.make(), server.url, wallet.nonce(discovery))
        assert_issued(wallet.post_credential(discovery, token, credential_request("enrolment", [proof])))


def fill(file: object) -> None:
    """Writes until there is no room left."""
    for size in (1 << 20, 1 << 12):
        try:
            while True:
                file.write(bytes(size))
        except OSError:
            pass


def post_offer(server: Vouchsafe) -> requests.Response:
    """An offer by the management API."""
    key = (server.data / "management.key").read_text().strip()
    return requests.post(
        f"http://127.0.0.1:{server.management_port}/offers", headers={"Authorization": f"Bearer {key}"}, timeout=30,
        json={"credential_configuration_ids": ["enrolment"], "subject": "nmu-00001"})


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory, postgres: PostgreSQL) -> Iterator[Path]:
    """A disk of a few megabytes, if we may have one."""
    place = postgres.folder / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", place]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("A FULL DISK WAS NOT TRIED: mounting a small disk needs root")
    try:
        data = place / "data"
        data.mkdir()
        postgresql.give_away(place, postgresql.SERVING_USER)
        yield data
    finally:
        subprocess.run(["umount", "-l", place], check=True)


# Other ways to the same database.


def test_pooler_between(provider: Provider, postgres: PostgreSQL) -> None:
    """pgbouncer in transaction mode: both flows finish over three connections."""
    if not pooler.is_installed():
        pytest.skip("pgbouncer is not installed")
    name = database_name(provider.database_url)
    with Pooler(postgres) as between, other_url(provider, between.url(provider.database_url)):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: both_flows(provider, number), range(16)))
        assert postgres.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")[0][0] in ("1", "2", "3")


def both_flows(provider: Provider, number: int) -> None:
    """A credential by an offer, and one by a login."""
    person = provider.people[number % len(provider.people)]
    with Wallet() as wallet:
        assert len(wallet.accept(provider.create_offer(subject=person.id).link)) == 1
        flow = provider.flow(wallet, "web", scope="student_id").log_in(person, methods=("knowledge",))
        assert_issued(ask_for_credential(flow, STUDENT_ID))


def test_backup_and_restore(provider: Provider, postgres: PostgreSQL, wallet: Wallet, tmp_path: Path) -> None:
    """The drill: a backup while it runs, another database, a new data directory with the key alone."""
    person = provider.people[2]
    client = Client(provider, wallet)
    made = provider.create_offer(subject=person.id)
    spent = wallet.read_offer(made.link)
    token = wallet.redeem(client.discovery, spent)
    assert_issued(wallet.post_credential(client.discovery, token, client.body()))
    lasting = provider.flow(wallet, "web", scope="openid offline_access", prompt="consent")
    lasting.log_in(person, remember="30d")
    assert lasting.tokens["refresh_token"]

    postgres.dump(database_name(provider.database_url), tmp_path / "backup")
    provider.stop()
    provider.database_url = postgres.create_database()
    postgres.restore(tmp_path / "backup", database_name(provider.database_url))
    key = (provider.data / "key-encryption.key").read_bytes()
    provider.data = tmp_path / "new-data"
    provider.data.mkdir(mode=0o700)
    (provider.data / "key-encryption.key").touch(mode=0o600)
    (provider.data / "key-encryption.key").write_bytes(key)
    provider.start()

    steps = [entry.step for entry in provider.timeline(made.id) if entry.refused is None]
    assert steps.count("token") == steps.count("credential") == 1
    assert_refused(wallet.post_token(client.discovery, token_form(spent)), 400, "invalid_grant")
    assert_issued(wallet.post_credential(client.discovery, token, client.body()))
    assert_nothing_lost(client)
    assert lasting.refreshed()["access_token"]
    with PlainBrowser("https://web.example/callback") as browser:
        flow = provider.flow(wallet, "web", scope="openid")
        assert flow.visit(Visitor(person, browser))["code"]
