"""The programs of a market and a service provider, `vouchsafe market` and `vouchsafe provider`, beside a hub."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import requests

from plain_browser import departed
from programs import Program, answers
from sharing_person import SharedConsent, SharingPerson
from sharing_setup import RealHub
from small_server import Received, Reply, SmallServer

COMMAND_SECONDS = 60


class OrganizationProgram:
    """One organization's folder, keys and settings."""

    role = ""

    def __init__(self, name: str, hub: RealHub, folder: Path, *arguments: str) -> None:
        self.name, self.hub, self.folder = name, hub, folder / name
        self.run(
            "init", str(self.folder), "--id", name, "--hub", hub.url, "--trust-ledger", *arguments, settings=False)
        hub.approve(json.loads((self.folder / "organization.json").read_text()))

    @property
    def settings(self) -> list[str]:
        """Names the settings file."""
        return ["--config", str(self.folder / f"{self.role}.json")]

    def run(self, *arguments: str, settings: bool = True, code: int = 0) -> str:
        """A command, and how it must end; what it prints."""
        done = subprocess.run(
            [self.hub.binary, self.role, *arguments, *(self.settings if settings else [])], capture_output=True,
            encoding="utf-8", timeout=COMMAND_SECONDS, check=False)
        assert done.returncode == code, f"{self.role} {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr


class MarketProgram(OrganizationProgram):
    """`vouchsafe market`."""

    role = "market"

    def __init__(self, name: str, hub: RealHub, folder: Path, port: int, middle: SmallServer) -> None:
        self.uri, self.port = f"{middle.url}/{name}", port
        super().__init__(name, hub, folder, "--market-uri", self.uri)
        self.program = Program(
            [hub.binary, "market", "serve", "--listen", f"127.0.0.1:{port}", *self.settings], folder / f"{name}.log")
        # What the hub sends passes here, and can be sent again, or changed.
        self.passed: list[Received] = []
        for path in ("release", "withdrawals"):
            middle.publish(f"/{name}/{path}", self.pass_on)

    def start(self) -> "MarketProgram":
        """Answers."""
        self.program.start(lambda: answers(f"http://127.0.0.1:{self.port}/health/live"))
        return self

    def pass_on(self, received: Received) -> Reply:
        """What is between the hub and the program."""
        self.passed.append(received)
        answer = self.send(received)
        return Reply(answer.content, answer.headers.get("Content-Type", ""), answer.status_code)

    def send(
        self, received: Received, headers: dict | None = None, body: dict | None = None
    ) -> requests.Response:
        """A request of the hub's, or one like it."""
        kept = {
            name: text for name, text in received.headers.items()
            if name.lower() in ("authorization", "dpop", "content-type")}
        merged = {name.lower(): text for name, text in {**kept, **(headers or {})}.items()}
        data = received.body if body is None else json.dumps({**json.loads(received.body), **body}).encode()
        with requests.Session() as http:
            http.trust_env = False
            return http.post(
                f"http://127.0.0.1:{self.port}{received.path}", data=data, timeout=COMMAND_SECONDS,
                headers={name: text for name, text in merged.items() if text is not None})

    def kill(self) -> None:
        """kill -9."""
        self.program.process.kill()
        self.program.process.wait()

    def say(self, command: str, scope: str, subject: str, values: dict) -> dict:
        """`push` or `digest` of what it says about one person."""
        file = self.folder / "rows.json"
        file.write_text(json.dumps([{"subject": subject, "claims": values}]))
        [result] = json.loads(self.run(command, str(file), "--scope", scope, "--json"))["results"]
        return result


    def watching(self, *arguments: str) -> Program:
        """`push` or `digest`, again and again."""
        program = Program([self.hub.binary, "market", *arguments, *self.settings], self.folder / "watch.log")
        program.start(lambda: program.log.exists())
        return program


class ProviderProgram(OrganizationProgram):
    """`vouchsafe provider`."""

    role = "provider"

    @contextmanager
    def asking(self, *order: str, wait: int = 0) -> Iterator["RunningRequest"]:
        """`vouchsafe provider request`, waiting for the browser."""
        command = [self.hub.binary, "provider", "request", *order, "--print-url", "--json", "--wait", str(wait)]
        with subprocess.Popen(
            [*command, *self.settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        ) as process:
            try:
                yield RunningRequest(process)
            finally:
                process.kill()


class RunningRequest:
    """The command, from the address that it prints to its report."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.url = process.stderr.readline().strip()
        assert self.url.startswith("http"), self.url + process.stderr.read()

    def consent(self, person: SharingPerson) -> SharedConsent:
        """The page that the person sees, in a browser that stops before it goes back to the command."""
        person.leave_for(None)
        return person.reach_consent(self.url).check()

    def give(self, person: SharingPerson, answer: object, changed_url: str | None = None) -> None:
        """The browser goes back."""
        person.browser.send("GET", changed_url or departed(answer).url)

    def agree(self, person: SharingPerson, *arguments: object, **options: object) -> None:
        """All of it."""
        self.give(person, self.consent(person).allow(*arguments, **options))

    def report(self, code: int = 0) -> dict:
        """What the command prints, and how it must end."""
        output, errors = self.process.communicate(timeout=COMMAND_SECONDS)
        assert self.process.returncode == code, f"{self.process.returncode}: {errors}{output}"
        return json.loads(output) if output else {"error": errors}
