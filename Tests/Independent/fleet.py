"""Several processes on one database behind nginx, which are one installation to everybody outside."""

import base64
import http.client
import secrets
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from code_wallet import SecretBasic
from nginx_front import LEFT_ALONE_SECONDS, NginxFront
from provider_setup import Provider, made_up_people
from vouchsafe import MadeOffer, Vouchsafe, moment
from wallet import TIMEOUT_SECONDS, Wallet

SIZE = 4
PEOPLE = 40
# So many wrong answers lock a person.
TRIES = 5
STOP_SECONDS = 40
CALLBACK = "https://web.example/callback"


class Member(Vouchsafe):
    """One process of a fleet: ports and a data directory of its own, everything else is the fleet's."""

    def __init__(self, fleet: "Fleet", directory: Path) -> None:
        super().__init__(fleet.binary, directory)
        self.fleet = fleet
        self.database_url = fleet.database_url
        if self.database_url is None:
            self.data = fleet.data

    @property
    def url(self) -> str:
        """The public address."""
        return self.fleet.url

    @property
    def address(self) -> str:
        """Where requests get to this very process."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def serve_command(self) -> list:
        """The server with the fleet's configuration."""
        return [self.binary, "serve", "--config", self.fleet.file]

    @property
    def environment(self) -> dict[str, str]:
        """What tells the program where it is, and opens the keys."""
        return {**super().environment, **self.fleet.extra_environment}

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def is_healthy(self) -> bool:
        """Whether the process says that it is ready for requests."""
        return self.readiness() == 200

    def readiness(self) -> int | None:
        """The status of `GET /health/ready`; None without an answer."""
        return status_of(self.address + "/health/ready")

    def restart(self) -> float:
        """SIGTERM, and a new process after the end of the old one; the seconds that the end took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        seconds = time.monotonic() - begun
        assert code == 0, f"ended with {code} after SIGTERM:\n{self.log_text()[-2000:]}"
        self.start()
        return seconds


def status_of(url: str, timeout: float = 15) -> int | None:
    """The status of a GET; None without an answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Fleet(Provider):
    """The installation. Its processes are `members`, its public address is nginx's."""

    def __init__(self, binary: Path, directory: Path, database_url: str | None, size: int = SIZE) -> None:
        super().__init__(binary, directory)
        self.front = NginxFront()
        self.database_url = database_url
        self.people = made_up_people(PEOPLE)
        self.extra_environment = {"VOUCHSAFE_KEY_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
        self.members = [Member(self, made(directory / f"process-{number}")) for number in range(size)]
        self.configure({
            "server": {"public_url": self.front.url, "trusted_proxies": ["127.0.0.0/8"]},
            "login": {"attempts": {"person": TRIES}}, "authorization_server": {"dpop_nonces": "required"},
        })
        self.admit_wallet()
        self.admit("web", SecretBasic(secrets.token_urlsafe(32)), CALLBACK)

    @property
    def url(self) -> str:
        """The public address."""
        return self.front.url

    @property
    def addresses(self) -> list[str]:
        """Where requests get to each of the processes."""
        return [member.address for member in self.members]

    @property
    def environment(self) -> dict[str, str]:
        """Commands talk to a process that runs."""
        return self.any_member().environment

    def any_member(self) -> Member:
        """A process that runs."""
        return next(member for member in self.members if member.is_running)

    # The processes.

    def start(self) -> "Fleet":
        """Starts all at once, then nginx."""
        self.write_configuration()
        for member in self.members:
            member.launch()
        for member in self.members:
            member.wait_until_healthy()
        self.front.start([member.port for member in self.members])
        return self

    def stop(self) -> None:
        """Stops all at once."""
        self.front.stop()
        for member in self.members:
            if member.is_running:
                member.process.terminate()
        for member in self.members:
            member.stop()

    def roll(self) -> list[float]:
        """Restarts one after the other, each once the one before gets requests again; the seconds that each needed to
        end."""
        seconds = []
        for member in self.members:
            seconds.append(member.restart())
            time.sleep(LEFT_ALONE_SECONDS + 0.2)
        return seconds

    # The other side.

    def straight(self, member: Member) -> Wallet:
        """A wallet that talks to one process, as if that were all."""
        wallet = Wallet()
        self.lead(wallet.http, member)
        return wallet

    def lead(self, http: requests.Session, member: Member) -> None:
        """Sends to one process what is for the public address."""
        http.mount(self.url, Straight(self.url, member))

    # What an operator's program does by the management API of any process.

    def create_offer(
        self, configuration: str = "student-id", subject: str = "nmu-00001", tx_code: bool = False,
        member: Member | None = None,
    ) -> MadeOffer:
        """Makes an offer."""
        body = {"credential_configuration_ids": [configuration], "subject": subject, "tx_code": tx_code}
        answer = self.manage("POST", "/offers", member, json=body)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return MadeOffer(
            told["id"], told["credential_offer_link"], told["credential_offer"], told.get("tx_code"),
            moment(told["expires_at"]))

    def steps(self, timeline_id: str) -> list[str]:
        """The steps in a timeline that were done."""
        answer = self.manage("GET", f"/timelines/{timeline_id}")
        assert answer.status_code == 200, answer.text
        return [entry["step"] for entry in answer.json()["timeline"] if entry["outcome"] == "done"]

    def manage(self, method: str, path: str, member: Member | None = None, **arguments: object) -> requests.Response:
        """A request to the management address of a process."""
        asked = member or self.any_member()
        key = (asked.data / "management.key").read_text().strip()
        with requests.Session() as http:
            http.trust_env = False
            return http.request(
                method, f"http://127.0.0.1:{asked.management_port}{path}", headers={"Authorization": f"Bearer {key}"},
                timeout=TIMEOUT_SECONDS, **arguments)


def made(directory: Path) -> Path:
    """A new folder."""
    directory.mkdir()
    return directory


class Straight(HTTPAdapter):
    """Sends to one process what is for the public address."""

    def __init__(self, public: str, member: Member) -> None:
        super().__init__()
        self.public, self.member = public, member

    def send(self, request: requests.PreparedRequest, **arguments: object) -> requests.Response:
        """The answer, as if it came from the public address."""
        straight = request.copy()
        straight.url = request.url.replace(self.public, self.member.address, 1)
        straight.headers["Host"] = urlsplit(self.public).netloc
        answer = super().send(straight, **arguments)
        answer.url, answer.request = request.url, request
        return answer
