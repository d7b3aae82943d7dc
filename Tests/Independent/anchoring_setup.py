"""An installation that anchors in a chain, and the commands that do so."""

import json
import sqlite3
import subprocess
from pathlib import Path

import requests

import postgresql
from configured import ConfiguredVouchsafe
from ethereum_node import EthereumNode
from litecoin_node import GENESIS, WALLET, LitecoinNode


def root_at(size: int) -> str:
    """Some root for a size, in hexadecimal."""
    return f"{size:064x}"[::-1]


class AnchoringInstallation(ConfiguredVouchsafe):
    """An installation with one chain in its configuration."""

    def chain(self, **settings: object) -> "AnchoringInstallation":
        """Sets the chain, or changes some of its settings; None takes one out."""
        ledger = self.configuration.setdefault("sharing", {}).setdefault("ledger", {})
        entry = {**(ledger.get("anchors") or [{}])[0], **settings}
        ledger["anchors"] = [{name: value for name, value in entry.items() if value is not None}]
        self.write_configuration()
        return self

    def ledger(self, *arguments: str) -> subprocess.CompletedProcess:
        """A command about anchors."""
        return self.run("ledger", *arguments, "--config", str(self.file))

    def anchor(self, size: int | None = None, *extra: str) -> list[dict]:
        """Anchors a size, or only looks after what was sent; the newest anchors."""
        done = self.ledger("anchor", "now", *self.named(size), *extra)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["anchors"]

    def refused(self, size: int | None = None) -> str:
        """Why a size cannot be anchored."""
        done = self.ledger("anchor", "now", *self.named(size))
        assert done.returncode == 1, done.stdout
        return done.stderr

    def start_anchoring(self, size: int) -> subprocess.Popen:
        """Begins to anchor, for a test that ends it before it is done."""
        return subprocess.Popen(
            [self.binary, "ledger", "anchor", "now", *self.named(size), "--config", self.file], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.log.parent, text=True)

    @staticmethod
    def named(size: int | None) -> list[str]:
        """The options for a size."""
        return [] if size is None else ["--size", str(size), "--root", root_at(size)]

    def published(self) -> list[dict]:
        """What the running server tells everybody."""
        answer = requests.get(self.url + "/sharing/ledger/anchors", timeout=10)
        answer.raise_for_status()
        return answer.json()["anchors"]

    def verify(self, rpc: str, *arguments: str) -> subprocess.CompletedProcess:
        """An auditor's look at the running server's anchors."""
        return self.run("ledger", "anchors", "verify", "--server", self.url, "--rpc", rpc, "--json", *arguments)

    def wait_for_lease(self) -> None:
        """A process that was killed keeps its right for half a minute; a test takes it away."""
        statement = "DELETE FROM ledger_anchor_leases"
        if self.database_url is not None:
            postgresql.shared().sql(statement, postgresql.database_name(self.database_url))
            return
        with sqlite3.connect(self.data / "vouchsafe.db") as database:
            database.execute(statement)


def on_ethereum(binary: Path, directory: Path, node: EthereumNode) -> AnchoringInstallation:
    """With a key, money and a contract."""
    installation = AnchoringInstallation(binary, directory)
    installation.chain(
        chain="evm", rpc=node.url, chain_id=node.chain_id, key_file="anchor.key", confirmations=3, max_fee=50)
    made = installation.run(
        "ledger", "anchor", "key", str(installation.folder / "anchor.key"), "--config", str(installation.file))
    assert made.returncode == 0, made.stderr
    node.fund(made.stdout.strip())
    return deploy(installation, node)


def deploy(installation: AnchoringInstallation, node: EthereumNode) -> AnchoringInstallation:
    """Puts the contract into the chain by our command, and into the configuration."""
    done = installation.ledger("anchor", "deploy", "--wait", "0")
    assert done.returncode == 0, done.stderr
    told = dict(line.split(": ") for line in done.stdout.splitlines() if ": " in line)
    node.mine()
    return installation.chain(contract=told["contract"])


def on_litecoin(binary: Path, directory: Path, node: LitecoinNode) -> AnchoringInstallation:
    """With the node's wallet."""
    installation = AnchoringInstallation(binary, directory)
    return installation.chain(
        chain="bitcoin", rpc=node.url, chain_id=GENESIS, wallet=WALLET, credentials_file=str(node.cookie),
        confirmations=3)
