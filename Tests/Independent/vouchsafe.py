"""Starts, stops and commands a real `vouchsafe` process."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from postgresql import database_name, fresh_database, shared
from programs import free_ports

START_SECONDS = 30
STOP_SECONDS = 15
COMMAND_SECONDS = 30


@dataclass(frozen=True)
class MadeOffer:
    """What `vouchsafe offer create --json` prints."""

    id: str
    uri: str
    # By value.
    link: str
    tx_code: str | None
    expires_at: datetime


@dataclass(frozen=True)
class TimelineEntry:
    """One step in what `vouchsafe offer show --json` prints."""

    step: str
    at: datetime
    # The error code that the wallet got, None if the step was done.
    refused: str | None
    reason: str | None


class Vouchsafe:
    """One installation: a data directory, two ports, and the process that serves them while it runs."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self.binary = binary
        self.data = directory / "data"
        self.log = directory / "server.log"
        self.port, self.management_port = free_ports()
        self.process: subprocess.Popen | None = None

    @cached_property
    def database_url(self) -> str | None:
        """The database of PostgreSQL; None for a SQLite file in the data directory."""
        return fresh_database()

    @property
    def url(self) -> str:
        """The public address, which is the Credential Issuer Identifier."""
        return f"http://localhost:{self.port}"

    @property
    def address(self) -> str:
        """Where requests get to this very process."""
        return self.url

    @property
    def serve_command(self) -> list:
        """What runs the server."""
        return [self.binary, "serve"]

    @property
    def environment(self) -> dict[str, str]:
        """What tells the program where it is."""
        inherited = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
        database = {} if self.database_url is None else {"DATABASE_URL": self.database_url}
        return {
            **inherited, **database, "PORT": str(self.port), "MANAGEMENT_PORT": str(self.management_port),
            "DATA_DIR": str(self.data),
        }

    # The process.

    def start(self) -> "Vouchsafe":
        """Starts the server and waits until it is healthy."""
        self.launch()
        self.wait_until_healthy()
        return self

    def launch(self) -> None:
        """Starts the server."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.serve_command, env=self.environment, cwd=self.log.parent,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_until_healthy(self) -> None:
        """Waits for a server that was started."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"vouchsafe serve did not become healthy:\n{self.log_text()[-4000:]}")
            time.sleep(0.02)

    def is_healthy(self) -> bool:
        """Whether this process answers `GET /health` with 200."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.address + "/health", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """kill -9, then waits for the end."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Asks the server to end, and ends it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def log_text(self) -> str:
        """Everything that the server wrote to its output."""
        return self.log.read_text(errors="replace")

    def kept(self) -> bytes:
        """Everything that the server has stored: its data directory, and every value in its database."""
        files = [path.read_bytes() for path in self.data.rglob("*") if path.is_file()]
        assert files, "the data directory is empty"
        database = [] if self.database_url is None else [shared().contents(database_name(self.database_url))]
        return b"\n".join([*files, *database])

    # Commands.

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess:
        """Runs a command of the program against this installation, with `text` as its input."""
        return subprocess.run(
            [self.binary, *arguments], env=self.environment, cwd=self.log.parent, input=text, capture_output=True,
            encoding="utf-8", timeout=COMMAND_SECONDS)

    def run_json(self, *arguments: str) -> dict:
        """What a command prints that must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, f"vouchsafe {' '.join(arguments)}: {done.stderr}"
        return json.loads(done.stdout)

    def create_offer(
        self, configuration: str = "student-id", subject: str = "nmu-00001", tx_code: bool = False
    ) -> MadeOffer:
        """Makes an offer as an operator does."""
        extra = ("--tx-code",) if tx_code else ()
        made = self.run_json("offer", "create", "--credential", configuration, "--subject", subject, *extra)
        return MadeOffer(
            made["id"], made["credential_offer_uri"], made["credential_offer"], made.get("tx_code"),
            moment(made["expires_at"]))

    def timeline(self, offer_id: str) -> list[TimelineEntry]:
        """What happened to an offer, as the operator sees it."""
        return [timeline_entry(entry) for entry in self.run_json("offer", "show", offer_id)["timeline"]]


def timeline_entry(entry: dict) -> TimelineEntry:
    """One entry; `outcome` says whether it was done or refused, and a refusal has an error code and a reason."""
    assert entry["outcome"] in ("done", "refused")
    refused = entry["outcome"] == "refused"
    return TimelineEntry(
        entry["step"], moment(entry["at"]), entry["error"] if refused else None, entry["reason"] if refused else None)


def moment(text: str) -> datetime:
    """An RFC 3339 time."""
    parsed = datetime.fromisoformat(text)
    assert parsed.tzinfo is not None, f"{text} has no time zone"
    return parsed
