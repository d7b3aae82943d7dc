"""The ledger as anybody sees it from outside, its witnesses, and audits of logs that lie."""

import base64
import hashlib
import json
import random
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest
import requests

from configured import ConfiguredVouchsafe
from fleet import Member
from programs import Program, answers, free_port
from small_server import Reply, SmallServer
from tlog import OwnLog, Proof, ServedLog, VerifierKey, made_entry, tile_path
from vouchsafe import Vouchsafe

pytest_plugins = ["fleet_fixtures"]

WAIT_SECONDS = 20
IMMUTABLE = "public, max-age=31536000, immutable"


def wait_for(what: Callable[[], object], seconds: float = WAIT_SECONDS) -> object:
    """What it gives once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.1)
    return found


def unpadded(text: str) -> bytes:
    """The bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def served(server: Vouchsafe, witnesses: tuple[VerifierKey, ...] = (), address: str | None = None) -> ServedLog:
    """The ledger of a server, with the key that it shows."""
    base = (address or server.url) + "/sharing/ledger"
    response = requests.get(base + "/keys", timeout=10)
    assert response.status_code == 200, response.text
    return ServedLog(base, VerifierKey.parse(response.json()["log_key"]), witnesses)


def has(log: ServedLog, size: int) -> Callable[[], bool]:
    """Whether so many entries are published."""

    def reached() -> bool:
        response = log.get("checkpoint")
        return response.status_code == 200 and int(response.text.splitlines()[1]) >= size

    return reached


def rotate(server: Vouchsafe) -> None:
    """Makes keys, each of which is logged."""
    done = server.run("keys", "rotate")
    assert done.returncode == 0, done.stderr


def verify(server: Vouchsafe, *options: str) -> subprocess.CompletedProcess:
    """The program's own audit."""
    return server.run("ledger", "verify", *options)


# The log of a server.


@pytest.fixture(scope="module")
def ledger_server(start_server: Callable[..., Vouchsafe]) -> Vouchsafe:
    """The sample, whose keys are logged."""
    server = start_server("ledger")
    wait_for(has(served(server), 4))
    return server


@pytest.fixture
def log(ledger_server: Vouchsafe) -> ServedLog:
    """Its ledger."""
    return served(ledger_server)


def test_every_hash_can_be_computed_again(log: ServedLog, ledger_server: Vouchsafe) -> None:
    """Tiles, entries, root, signature and each proof, by another implementation."""
    assert log.log.name == f"localhost:{ledger_server.port}/sharing/ledger"
    checkpoint = log.checkpoint()
    for index, entry in enumerate(log.entries(checkpoint)):
        response = log.get(f"proof/{index}")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        proof = Proof.parse(response.text)
        assert proof.index == index
        assert proof.note == checkpoint.note
        assert proof.root(entry, checkpoint.size) == checkpoint.root
        printed = ledger_server.run("ledger", "proof", str(index))
        assert printed.returncode == 0 and printed.stdout == response.text


def test_entries_are_commitments_to_the_published_keys(log: ServedLog, ledger_server: Vouchsafe) -> None:
    """Each of the server's own entries is SHA-256(salt + document), and each published key has one."""
    entries = log.entries(log.checkpoint())
    documents = log.get("keys").json()["documents"]
    logged = {}
    for document in documents:
        entry = json.loads(entries[document["index"]])
        assert list(entry) == ["v", "type", "by", "commitment"]
        assert (entry["v"], entry["type"], entry["by"]) == (1, "key", "hub")
        salt, content = unpadded(document["salt"]), unpadded(document["document"])
        assert len(salt) == 32
        assert unpadded(entry["commitment"]) == hashlib.sha256(salt + content).digest()
        logged[document["subject"]] = json.loads(content)
    published = requests.get(ledger_server.url + "/issuance/jwks.json", timeout=10).json()["keys"]
    for key in published:
        [match] = [one for subject, one in logged.items() if subject.endswith(key["kid"])]
        assert all(key[name] == text for name, text in match.items())
    [own] = [one for subject, one in logged.items() if subject.startswith("key ledger-signing")]
    assert unpadded(own["x"]) == log.log.public


def test_what_is_not_there_is_not_there(log: ServedLog) -> None:
    """404 beyond the published tree and for paths that are none; what may come asks to be tried again."""
    size = log.checkpoint().size
    response = log.get(f"proof/{size + 1000}")
    assert (response.status_code, response.headers["Retry-After"]) == (404, "1")
    for path in ("proof/x", "proof/-1", "proof/01", "tile/0/000", "tile/0/0", "tile/1/000.p/1", "tile/entries/001",
                 f"tile/0/000.p/{size + 1}", "tile/0/000.p/0", "tile/", "tile", "tile/0/../0/000"):
        response = log.get(path)
        assert response.status_code == 404, path
        assert "Retry-After" not in response.headers, path
    assert requests.post(log.base + "/checkpoint", timeout=10).status_code == 405


def test_a_rotation_is_logged_and_the_log_goes_on(
    log: ServedLog, ledger_server: Vouchsafe, tmp_path: Path
) -> None:
    """New keys are new entries behind the old ones; the audit keeps its state."""
    state = str(tmp_path / "state.json")
    first = log.checkpoint()
    assert verify(ledger_server, "--state", state).returncode == 0
    rotate(ledger_server)
    wait_for(has(log, first.size + 3))
    second = log.check_goes_on_from(first)
    assert second.size == first.size + 3
    audited = ledger_server.run_json("ledger", "verify", "--log", log.log.text, "--state", state)
    assert audited["valid"] and audited["size"] == second.size
    assert audited["entries"] == {"key": second.size}
    # An older partial tile is still served.
    assert log.get(tile_path(0, 0, first.size)).content == log.get(tile_path(0, 0, second.size)).content[
        :32 * first.size]
    assert log.get(tile_path(0, 0, first.size)).headers["Content-Type"] == "application/octet-stream"


def test_without_the_section_there_is_no_ledger(binary: Path, tmp_path: Path) -> None:
    """Nothing is served, and nothing is in the way."""
    server = ConfiguredVouchsafe(binary, tmp_path).configure({"sharing": None})
    server.start()
    try:
        assert requests.get(server.url + "/sharing/ledger/checkpoint", timeout=10).status_code == 404
        failed = verify(server)
        assert failed.returncode == 1 and "is sharing configured?" in failed.stderr
    finally:
        server.stop()


# Witnesses.


class WitnessProcess:
    """`vouchsafe witness` with a folder of its own."""

    def __init__(self, binary: Path, folder: Path, name: str, *logs: VerifierKey) -> None:
        self.binary, self.folder, self.name = binary, folder, name
        self.logs = list(logs)
        self.port = free_port()
        self.program: Program | None = None

    @property
    def url(self) -> str:
        """Where it takes requests."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list:
        """What runs it."""
        logs = [word for log in self.logs for word in ("--log", log.text)]
        return [self.binary, "witness", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder / self.name,
                "--name", f"witness.example/{self.name}", *logs]

    def key(self) -> VerifierKey:
        """The key that it prints; made if there is none."""
        logs = [] if self.logs else ["--log", "unused"]
        done = subprocess.run([*self.command, *logs, "--key"], capture_output=True, encoding="utf-8", timeout=20)
        assert done.returncode == 0, done.stderr
        return VerifierKey.parse(done.stdout.strip())

    def start(self) -> "WitnessProcess":
        """Serves."""
        self.program = Program(self.command, self.folder / f"{self.name}.log")
        self.program.start(lambda: answers(self.url))
        return self

    def kill(self) -> None:
        """kill -9."""
        self.program.process.kill()
        self.program.process.wait(10)

    def stop(self) -> None:
        """Ends it."""
        if self.program is not None:
            self.program.stop()

    def add(self, body: bytes) -> requests.Response:
        """Sends add-checkpoint."""
        return requests.post(self.url + "/add-checkpoint", data=body, timeout=10)


@pytest.fixture
def witness(binary: Path, tmp_path: Path) -> Iterator[Callable[..., WitnessProcess]]:
    """Makes witnesses that end with the test."""
    made: list[WitnessProcess] = []

    def make(name: str, *logs: VerifierKey) -> WitnessProcess:
        made.append(WitnessProcess(binary, tmp_path, name, *logs))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_two_of_two_witnesses(binary: Path, tmp_path: Path, witness: Callable[..., WitnessProcess]) -> None:
    """Nothing is published without both; with one down the published head stays, and catches up afterwards."""
    witnesses = [witness("one"), witness("two")]
    keys = tuple(one.key() for one in witnesses)
    server = ConfiguredVouchsafe(binary, tmp_path / "server").configure({"sharing": {"ledger": {
        "witnesses": [{"vkey": key.text, "url": one.url} for key, one in zip(keys, witnesses)], "quorum": 2}}})
    server.start()
    try:
        log = served(server, keys)
        assert log.get("checkpoint").status_code == 404
        for one in witnesses:
            one.logs = [log.log]
            one.start()
        wait_for(has(log, 4))
        before = log.checkpoint()
        assert all(abs(stamp - time.time()) < 60 for stamp in before.times)
        log.entries(before)
        listed = log.get("keys").json()
        assert (listed["witnesses"], listed["quorum"]) == ([key.text for key in keys], 2)
        witnesses[1].kill()
        rotate(server)
        # Longer than it takes with both.
        time.sleep(4)
        assert log.checkpoint().size == before.size
        witnesses[1].start()
        wait_for(has(log, before.size + 3))
        after = log.check_goes_on_from(before)
        assert after.size == before.size + 3
        options = [word for key in keys for word in ("--witness", key.text)]
        audited = server.run_json("ledger", "verify", "--log", log.log.text, *options)
        assert [one["name"] for one in audited["witnesses"]] == [key.name for key in keys]
        stranger = witness("stranger").key()
        refused = verify(server, "--log", log.log.text, "--witness", stranger.text)
        assert refused.returncode == 1 and "0 of the 1 witnesses" in refused.stderr
        # What a monitor asks a witness.
        origin = hashlib.sha256(log.log.name.encode()).hexdigest()
        monitored = requests.get(f"{witnesses[0].url}/{origin}/checkpoint", timeout=10)
        assert monitored.status_code == 200 and keys[0].verify(monitored.text)
        assert log.log.verify(monitored.text) is None
    finally:
        server.stop()


def test_a_witness_refuses_another_view(witness: Callable[..., WitnessProcess]) -> None:
    """Each status of tlog-witness, over a real connection, and again after kill -9."""
    own = OwnLog()
    entries = [made_entry(number) for number in range(12)]
    forked = [made_entry(99), *entries[1:]]
    watching = witness("watching", own.key).start()
    key = watching.key()
    assert (watching.folder / "watching" / "witness.key").stat().st_mode & 0o777 == 0o600

    def cosigned(response: requests.Response, of: list[bytes]) -> None:
        assert response.status_code == 200, response.text
        assert abs(key.verify(own.note(of) + response.text) - time.time()) < 60

    cosigned(watching.add(own.request(0, entries[:5])), entries[:5])
    cosigned(watching.add(own.request(5, entries[:5])), entries[:5])
    cosigned(watching.add(own.request(5, entries[:9])), entries[:9])
    for _ in range(2):
        conflict = watching.add(own.request(0, forked[:9]))
        assert (conflict.status_code, conflict.text) == (409, "9\n")
        assert conflict.headers["Content-Type"] == "text/x.tlog.size"
        smaller = watching.add(own.request(5, entries[:7]))
        assert (smaller.status_code, smaller.text) == (409, "9\n")
        assert watching.add(own.request(9, forked[:9])).status_code == 422
        assert watching.add(own.request(9, forked)).status_code == 422
        assert watching.add(own.request(9, entries, [])).status_code == 422
        assert watching.add(own.request(10, entries[:9])).status_code == 400
        assert watching.add(b"old 9\n").status_code == 400
        assert watching.add(OwnLog().request(0, entries)).status_code == 404
        assert watching.add(OwnLog(name=own.name).request(9, entries)).status_code == 403
        watching.kill()
        watching.start()
        assert watching.key() == key
    cosigned(watching.add(own.request(9, entries)), entries)


def test_of_two_views_at_once_one_is_cosigned(witness: Callable[..., WitnessProcess]) -> None:
    """However requests meet, a witness never signs two trees of one size."""
    own = OwnLog()
    watching = witness("raced", own.key).start()
    views = [[made_entry(1000 * view + number) for number in range(3)] for view in range(8)]
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda view=view: results.append(watching.add(own.request(0, view)).status_code))
        for view in views]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [200] + [409] * 7


# Logs that lie.


@pytest.fixture
def mirror() -> Iterator[SmallServer]:
    """A server of whatever files a log is said to have."""
    with SmallServer() as server:
        yield server


def show(mirror: SmallServer, files: dict[str, bytes]) -> None:
    """Serves these and nothing else."""
    mirror.replies = {
        "/sharing/ledger/" + path: Reply(body, "application/octet-stream") for path, body in files.items()}


def test_an_audit_notices_what_was_forged(ledger_server: Vouchsafe, mirror: SmallServer, tmp_path: Path) -> None:
    """A changed entry, a forged tile, a wrong root, another tree than last time, and a shorter one."""
    own = OwnLog()
    entries = [made_entry(number) for number in range(600)]
    state = tmp_path / "state"
    options = ["--server", mirror.url, "--log", own.key.text]

    def refused(files: dict[str, bytes], what: str, *more: str) -> None:
        show(mirror, files)
        done = verify(ledger_server, *options, *more)
        assert done.returncode == 1
        assert what in done.stderr, done.stderr
        as_json = verify(ledger_server, *options, *more, "--json")
        assert json.loads(as_json.stdout)["valid"] is False and as_json.returncode == 1

    good = own.files(entries)
    show(mirror, good)
    done = verify(ledger_server, *options, "--state", str(state))
    assert done.returncode == 0, done.stderr
    changed = own.files([*entries[:300], made_entry(-1), *entries[301:]])
    refused({**good, "tile/entries/001": changed["tile/entries/001"]}, "entry 300 does not have the hash that tile/0/001")
    refused({**good, "tile/0/001": changed["tile/0/001"]}, "entry 300 does not have the hash")
    refused({**good, "tile/1/000.p/2": changed["tile/1/000.p/2"]}, "tile/1/000.p/2 has another hash at position 1")
    refused({**changed, "checkpoint": good["checkpoint"]}, "and the checkpoint says")
    refused({**good, "checkpoint": OwnLog(own.name).files(entries)["checkpoint"]}, "not signed with the log's key")
    refused({path: body for path, body in good.items() if path != "tile/0/000"}, "tile/0/000 is missing")
    refused(changed, "the log has been changed: its first 600 entries", "--state", str(state))
    longer = own.files([*entries[:300], made_entry(-1), *entries[301:], made_entry(600)])
    refused(longer, "the log has been changed", "--state", str(state))
    refused(own.files(entries[:599]), "the log has become shorter", "--state", str(state))
    refused(own.files([*entries, b"{}"]), "entry 600 is malformed")
    show(mirror, own.files([*entries, made_entry(600)]))
    done = verify(ledger_server, *options, "--state", str(state))
    assert done.returncode == 0, done.stderr


# Crashes, and several processes.


def test_kill_in_the_middle_of_appends(start_server: Callable[..., Vouchsafe], tmp_path: Path) -> None:
    """Whatever was published stays, and the log goes on from it."""
    server = start_server("ledger-killed")
    log = served(server)
    wait_for(has(log, 4))
    last = log.checkpoint()
    state = str(tmp_path / "state.json")
    for _ in range(3):
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                try:
                    server.run("keys", "rotate")
                except subprocess.TimeoutExpired:
                    pass

        worker = threading.Thread(target=work)
        worker.start()
        deadline = time.monotonic() + 2 + random.random()
        while time.monotonic() < deadline:
            last = log.checkpoint()
        server.kill()
        stop.set()
        worker.join()
        server.start()
        last = log.check_goes_on_from(last)
        done = verify(server, "--state", state)
        assert done.returncode == 0, done.stderr
    subjects = [document["subject"] for document in log.get("keys").json()["documents"]]
    assert len(subjects) == len(set(subjects))


def test_processes_on_one_database_make_one_log(fleet) -> None:  # pylint: disable=redefined-outer-name
    """Each process shows the same log, whichever of them takes entries in."""
    members: list[Member] = fleet.members
    logs = [served(fleet, address=member.address) for member in members]
    assert len({log.log for log in logs}) == 1
    wait_for(has(logs[0], 4))
    first = logs[0].checkpoint()
    for member in members:
        done = member.run("keys", "rotate")
        assert done.returncode == 0, done.stderr
    for log in logs:
        wait_for(has(log, first.size + 3 * len(members)))
    # Another process may see more keys than one has made, but none twice.
    notes = {log.check_goes_on_from(first).note for log in logs}
    assert len(notes) == 1
    documents = logs[0].get("keys").json()["documents"]
    assert len({document["subject"] for document in documents}) == len(documents)
