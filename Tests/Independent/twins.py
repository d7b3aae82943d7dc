"""A second process on the data of a running server, which serves the same issuer."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from postgresql import shared
from programs import free_port
from vouchsafe import Vouchsafe

HERE = Path(__file__).parent
WAYS_INTO_A_NETWORK = (["unshare", "--user", "--map-root-user", "--net"], ["unshare", "--net"])


class Twin(Vouchsafe):
    """A server with the same ports as the first, in a network of its own, reached at another port."""

    def __init__(self, first: Vouchsafe, directory: Path, way: list[str]) -> None:
        super().__init__(first.binary, directory)
        self.data, self.port, self.management_port = first.data, first.port, first.management_port
        self.database_url = first.database_url
        self.way = way
        self.socket = directory / "twin.sock"
        self.outer_port = free_port()
        self.relay: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        """Where requests get to this process; its issuer identifier is the first one's."""
        return f"http://localhost:{self.outer_port}"

    @property
    def serve_command(self) -> list:
        """The server, in a network of its own."""
        ways = [self.socket, str(self.port), *way_to_database(self.database_url)]
        return [*self.way, sys.executable, HERE / "own_network.py", *ways, "--", *super().serve_command]

    def start(self) -> "Twin":
        """Starts the server and what leads to it."""
        outside = [sys.executable, HERE / "relay.py", str(self.outer_port), self.socket]
        self.relay = subprocess.Popen(outside, stdin=subprocess.DEVNULL)
        super().start()
        return self

    def stop(self) -> None:
        """Ends both."""
        super().stop()
        if self.relay is not None:
            self.relay.kill()
            self.relay.wait()


def way_to_database(url: str | None) -> list:
    """The port of PostgreSQL, which another network has not, and the socket that leads to the same server."""
    return [] if url is None else [str(urlsplit(url).port), shared().socket]


def way_into_a_network() -> list[str] | None:
    """The command by which this machine lets us have a network of our own, None if it does not."""
    for way in WAYS_INTO_A_NETWORK:
        try:
            if subprocess.run([*way, "true"], capture_output=True).returncode == 0:
                return way
        except FileNotFoundError:
            return None
    return None
