"""Programs that a test starts beside the server, and ends with everything that they have started."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

import requests

START_SECONDS = 30
STOP_SECONDS = 10


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
