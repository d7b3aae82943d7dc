"""Programs that a test starts beside the server, and ends with everything that they have started."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable

import requests

START_SECONDS = 30
STOP_SECONDS = 10
# Below Linux's own choice for outgoing connections, /proc/sys/net/ipv4/ip_local_port_range.
PORTS = range(10_000, 32_000)
given: set[int] = set()


class Program:
    """A process in a group of its own; what it prints goes to `log`."""

    def __init__(self, command: list, log: Path, **options: object) -> None:
        self.command, self.log, self.options = command, log, options
        self.process: subprocess.Popen | None = None

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Starts it and waits until it is ready."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self.options)
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks it to end, then ends what is left of its group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(STOP_SECONDS)


def answers(url: str) -> bool:
    """Whether anything at all answers at an address."""
    with requests.Session() as http:
        http.trust_env = False
        try:
            http.get(url, timeout=2, allow_redirects=False)
        except requests.RequestException:
            return False
    return True


def free_ports() -> tuple[int, int]:
    """Two ports that nobody listens on, and that stay so while their program is down."""
    return free_port(), free_port()


def free_port() -> int:
    """A port that nobody listens on and that was not given away before.

    It is none of those that outgoing connections get: one of them could have the port of a program that starts again.
    """
    while True:
        candidate = random.choice(PORTS)
        if candidate not in given and is_free(candidate):
            given.add(candidate)
            return candidate


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def running_as(name: str) -> dict[str, object]:
    """For root, what `subprocess` needs to run a program as another user, since it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(name)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def give_away(directory: Path, name: str) -> None:
    """For root, lets that user have a folder with all that is in it."""
    if os.getuid() == 0:
        for path in (directory, *directory.rglob("*")):
            shutil.chown(path, name, name)
