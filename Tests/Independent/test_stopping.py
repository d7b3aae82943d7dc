"""How a server ends when it is told to, what it says of itself until then, and whom it tells."""

import os
import shutil
import signal
import socket
import subprocess
import time
from base64 import encodebytes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Callable, Iterator

import pytest
import requests

from raw_http import TIMEOUT_SECONDS, post, status_of
from vouchsafe import STOP_SECONDS, Vouchsafe

TOKEN = "/auth/token-endpoint"
NONCE = "/issuance/oid4vci/nonce"
UNIT = Path(__file__).parents[2] / "packaging" / "vouchsafe.service"
# A process that has nothing to wait for ends within this, on a machine that is busy with other tests.
AT_ONCE_SECONDS = 5


class StoppableVouchsafe(Vouchsafe):
    """A server with settings of its own in the environment."""

    def __init__(self, binary: Path, directory: Path, settings: dict[str, str]) -> None:
        super().__init__(binary, directory)
        self.settings = settings

    @property
    def environment(self) -> dict[str, str]:
        """What it is told beside its ports and folder."""
        return {**super().environment, **self.settings}

    @property
    def management_address(self) -> str:
        """Where the operator asks."""
        return f"http://127.0.0.1:{self.management_port}"

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Sends a signal to the process."""
        self.process.send_signal(number)

    def exit_code(self, seconds: float) -> int:
        """How the process ended, which it must have within so many seconds."""
        return self.process.wait(seconds)


@pytest.fixture
def start(binary: Path, tmp_path: Path) -> Iterator[Callable[..., StoppableVouchsafe]]:
    """Starts a server with what is added to its environment."""
    started: list[StoppableVouchsafe] = []

    def start_one(**settings: str) -> StoppableVouchsafe:
        server = StoppableVouchsafe(binary, tmp_path, settings)
        started.append(server)
        server.start()
        return server

    yield start_one
    for server in started:
        if server.process is not None and server.process.poll() is None:
            server.kill()


class Slow:
    """A request of which half the body has arrived."""

    BODY = b"grant_type=nothing-we-know"

    def __init__(self, server: Vouchsafe) -> None:
        self.connection = socket.create_connection(("localhost", server.port), TIMEOUT_SECONDS)
        head = f"POST {TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        self.connection.sendall(f"{head}Content-Length: {len(self.BODY)}\r\n\r\n".encode() + self.BODY[:10])
        # Asked after it on another connection and answered: then the server has read the head too.
        requests.get(server.url + "/health", timeout=TIMEOUT_SECONDS)

    def finish(self) -> bytes:
        """Sends the rest; everything that is answered until the connection is closed."""
        self.connection.sendall(self.BODY[10:])
        return self.rest()

    def rest(self) -> bytes:
        """Everything that is answered until the connection is closed."""
        received = b""
        with self.connection:
            try:
                while block := self.connection.recv(65536):
                    received += block
            except ConnectionResetError:
                pass
        return received


def wait_until(holds: Callable[[], bool]) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def wait_until_refusing(server: StoppableVouchsafe) -> None:
    """Waits until new requests are refused."""
    wait_until(lambda: requests.get(server.url + "/health", timeout=TIMEOUT_SECONDS).status_code == 503)


def assert_refused(answer: requests.Response) -> None:
    """The whole refusal."""
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Connection"] == "close"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"error": "temporarily_unavailable", "error_description": "The server is stopping"}


def test_what_has_begun_is_finished_and_the_rest_refused(start: Callable[..., StoppableVouchsafe]) -> None:
    """A slow request gets its answer, new ones get 503, probes the truth; then the process ends with 0."""
    server = start()
    with requests.Session() as kept:
        assert kept.get(server.url + "/health", timeout=TIMEOUT_SECONDS).status_code == 200
        slow = Slow(server)
        server.signal()
        wait_until_refusing(server)
        assert_refused(kept.get(server.url + "/health", timeout=TIMEOUT_SECONDS))
    assert_refused(requests.post(server.url + NONCE, timeout=TIMEOUT_SECONDS))
    assert_refused(requests.get(server.management_address + "/offers", timeout=TIMEOUT_SECONDS))
    for address in (server.url, server.management_address):
        ready = requests.get(address + "/health/ready", timeout=TIMEOUT_SECONDS)
        assert (ready.status_code, ready.json()) == (503, {"status": "not_ready", "reason": "stopping"})
        assert ready.headers["Retry-After"] == "1"
        live = requests.get(address + "/health/live", timeout=TIMEOUT_SECONDS)
        assert (live.status_code, live.json()) == (200, {"status": "live"})
    answer = slow.finish()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert b"unsupported_grant_type" in answer
    assert server.exit_code(AT_ONCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_with_nothing_to_do_ends_at_once(number: int, start: Callable[..., StoppableVouchsafe]) -> None:
    """Connections on which nothing is asked are closed and hold up nothing."""
    server = start()
    with requests.Session() as kept, socket.create_connection(("localhost", server.port), TIMEOUT_SECONDS) as silent:
        kept.get(server.url + "/health", timeout=TIMEOUT_SECONDS)
        server.signal(number)
        assert silent.recv(1) == b""
        assert server.exit_code(AT_ONCE_SECONDS) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("localhost", server.port), TIMEOUT_SECONDS)


def test_load_balancers_get_time_to_notice(start: Callable[..., StoppableVouchsafe]) -> None:
    """For STOP_DELAY seconds the server is not ready, and answers as before."""
    server = start(STOP_DELAY="2")
    assert requests.get(server.url + "/health/ready", timeout=TIMEOUT_SECONDS).json() == {"status": "ready"}
    began = time.monotonic()
    server.signal()
    wait_until(lambda: requests.get(server.url + "/health/ready", timeout=TIMEOUT_SECONDS).status_code == 503)
    assert time.monotonic() - began < 1
    answer = requests.post(server.url + NONCE, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200
    assert answer.headers.get("Connection") != "close"
    assert server.exit_code(2 + AT_ONCE_SECONDS) == 0
    assert time.monotonic() - began >= 2


def test_the_limit_ends_what_does_not_end(start: Callable[..., StoppableVouchsafe]) -> None:
    """A client that never sends the rest of its body holds up the end for STOP_LIMIT seconds."""
    server = start(STOP_LIMIT="1")
    slow = Slow(server)
    began = time.monotonic()
    server.signal()
    assert slow.rest() == b""
    assert time.monotonic() - began >= 1
    assert server.exit_code(AT_ONCE_SECONDS) == 0
    assert "stopped before everything had ended" in server.log_text()


def test_the_second_signal_ends_at_once(start: Callable[..., StoppableVouchsafe]) -> None:
    """Whoever presses Ctrl-C twice means it."""
    server = start(STOP_DELAY="600")
    slow = Slow(server)
    server.signal(signal.SIGINT)
    wait_until(lambda: requests.get(server.url + "/health/ready", timeout=TIMEOUT_SECONDS).status_code == 503)
    server.signal(signal.SIGINT)
    assert slow.rest() == b""
    assert server.exit_code(AT_ONCE_SECONDS) == 0


def test_no_answer_is_broken_off_under_load(start: Callable[..., StoppableVouchsafe]) -> None:
    """Each client gets its nonce, the refusal or no connection, and nothing in between; nobody is kept waiting."""
    server = start()
    request = post(NONCE, [("Content-Length", "0")], b"")
    ended = Event()

    def ask() -> list[int | None]:
        """Statuses one after the other; None where the server had closed before it read anything."""
        statuses: list[int | None] = []
        while not ended.is_set():
            try:
                with socket.create_connection(("localhost", server.port), TIMEOUT_SECONDS) as connection:
                    connection.sendall(request)
                    received = b""
                    while block := connection.recv(65536):
                        received += block
            except ConnectionRefusedError:
                return statuses
            except OSError:
                statuses.append(None)
                continue
            head, _, body = received.partition(b"\r\n\r\n")
            if received:
                [length] = [line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
                assert len(body) == int(length)
            statuses.append(status_of(received.split(b"\r\n")[0]))
        return statuses

    with ThreadPoolExecutor(8) as clients:
        asking = [clients.submit(ask) for _ in range(8)]
        time.sleep(0.5)
        server.signal()
        try:
            assert server.exit_code(AT_ONCE_SECONDS) == 0
        finally:
            ended.set()
        statuses = [status for one in asking for status in one.result()]
    assert statuses.count(200) > 100
    assert set(statuses) <= {200, 503, None}
    # Connections that the system had accepted when the server closed, at most one for each client and a few more.
    assert statuses.count(None) <= 16


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_need_no_key(path: str, server: Vouchsafe) -> None:
    """Load balancers ask in public, service managers at the operator's address; `/health` there still needs the key."""
    for address in (server.url, f"http://127.0.0.1:{server.management_port}"):
        answer = requests.get(address + path, timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    key = f"http://127.0.0.1:{server.management_port}/health"
    assert requests.get(key, timeout=TIMEOUT_SECONDS).status_code == 401


@pytest.mark.parametrize("name,value", [("STOP_DELAY", "soon"), ("STOP_DELAY", "-1"), ("STOP_LIMIT", "1.5")])
def test_a_setting_that_cannot_be_meant(name: str, value: str, binary: Path, tmp_path: Path) -> None:
    """The server does not start, and says why in a line."""
    server = StoppableVouchsafe(binary, tmp_path, {name: value})
    server.log.touch()
    done = server.run("serve")
    assert done.returncode == 1
    assert f"{name} must be a whole number of seconds from 0 to 3600" in done.stderr


@pytest.mark.parametrize("is_abstract", [False, True])
def test_the_service_manager_is_told(
    is_abstract: bool, start: Callable[..., StoppableVouchsafe], tmp_path: Path
) -> None:
    """When it is ready, and as soon as it is told to stop."""
    name = f"@vouchsafe-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if is_abstract else name)
        manager.settimeout(TIMEOUT_SECONDS)
        server = start(NOTIFY_SOCKET=name, STOP_DELAY="600")
        assert manager.recv(100) == b"READY=1"
        server.signal()
        assert manager.recv(100) == b"STOPPING=1"
        assert server.process.poll() is None
        server.signal()
        assert server.exit_code(AT_ONCE_SECONDS) == 0


@pytest.mark.parametrize("encode", [bytes, encodebytes])
def test_the_key_is_kept_in_a_file_elsewhere(
    encode: Callable[[bytes], bytes], start: Callable[..., StoppableVouchsafe], tmp_path: Path
) -> None:
    """As service managers and containers hand over secrets: readable, and not ours."""
    file = tmp_path / "key"
    file.write_bytes(encode(bytes(range(32))))
    file.chmod(0o444)
    server = start(VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE=str(file))
    assert not (server.data / "key-encryption.key").exists()
    server.stop()
    file.chmod(0o600)
    file.write_bytes(b"another key of thirty-two bytes!")
    done = server.run("serve")
    assert done.returncode == 1


def test_the_address_to_listen_on(start: Callable[..., StoppableVouchsafe]) -> None:
    """LISTEN_HOST goes before the configuration, whose default is 127.0.0.1; the operator's address stays there."""
    server = start(LISTEN_HOST="0.0.0.0")
    assert requests.get(f"http://127.0.0.2:{server.port}/health/live", timeout=TIMEOUT_SECONDS).status_code == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.management_port), TIMEOUT_SECONDS)
    server.signal()
    assert server.exit_code(STOP_SECONDS) == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_the_unit_is_one(binary: Path, tmp_path: Path) -> None:
    """systemd finds nothing to complain about, but for where the program is."""
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    assert "/usr/lib/vouchsafe/vouchsafe " in text
    unit.write_text(text.replace("/usr/lib/vouchsafe/vouchsafe ", f"{binary} "), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
