"""litecoind on a chain of its own (regtest): real blocks, real reorganizations, a real wallet."""

import shutil
from pathlib import Path

import requests

from programs import Program, free_port

# The same for everybody's regtest.
GENESIS = "530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9"
WALLET = "anchors"


def is_installed() -> bool:
    """Whether there is a node to start."""
    return shutil.which("litecoind") is not None


class RPCError(Exception):
    """A refusal of the node."""


class LitecoinNode:
    """One node with its data, on loopback only."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.options = list(options)
        self.program: Program | None = None
        self.http = requests.Session()
        self.http.trust_env = False
        # A node does not end before its connections do.
        self.http.headers["Connection"] = "close"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> Path:
        """Name and password, made anew with each start."""
        return self.directory / "regtest" / ".cookie"

    def start(self, *options: str) -> "LitecoinNode":
        """Starts it and waits until it answers; the wallet is loaded."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.program = Program(
            ["litecoind", "-regtest", f"-datadir={self.directory}", "-server", "-listen=0", "-printtoconsole=0",
             f"-rpcport={self.port}", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-fallbackfee=0.0001",
             "-dnsseed=0", "-discover=0", *self.options, *options], self.directory / "output.log")
        self.program.start(self.is_ready)
        if WALLET not in self.call("listwallets"):
            if (self.directory / "regtest" / "wallets" / WALLET).exists():
                self.call("loadwallet", WALLET)
            else:
                self.call("createwallet", WALLET)
        return self

    def stop(self) -> None:
        """Ends it; the data stays."""
        if self.program is not None:
            self.program.stop()

    def is_ready(self) -> bool:
        """Whether it answers calls."""
        try:
            self.call("getblockcount")
        except (requests.RequestException, RPCError, OSError, ValueError):
            return False
        return True

    def call(self, method: str, *parameters: object, wallet: bool = False) -> object:
        """The result of a method."""
        name, password = self.cookie.read_text().split(":")
        answer = self.http.post(
            self.url + (f"/wallet/{WALLET}" if wallet else "/"), auth=(name, password), timeout=60,
            json={"id": 1, "method": method, "params": list(parameters)}).json()
        if answer["error"] is not None:
            raise RPCError(f"{method}: {answer['error']}")
        return answer["result"]

    def mine(self, count: int = 1) -> list[str]:
        """New blocks; their hashes."""
        return self.call("generatetoaddress", count, self.call("getnewaddress", wallet=True))

    def fund(self) -> "LitecoinNode":
        """Mines until the wallet can spend."""
        self.mine(103)
        return self
