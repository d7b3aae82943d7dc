"""Anchors of the ledger in two kinds of chains: py-evm's, and litecoind's regtest. Neither knows Vouchsafe."""

import json
import subprocess
import time
import warnings
from pathlib import Path
from typing import Iterator

import pytest
import requests

from anchoring_setup import AnchoringInstallation, deploy, on_ethereum, on_litecoin, root_at
from litecoin_node import GENESIS, LitecoinNode, RPCError, is_installed

CONTRACT = Path(__file__).parents[2] / "packaging" / "anchor"

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from web3 import HTTPProvider, Web3
        from web3.exceptions import ContractLogicError, Web3Exception

        from ethereum_node import EthereumNode
    HAS_ETHEREUM = True
except ImportError as failure:
    HAS_ETHEREUM = False
    print(f"ANCHORS ON ETHEREUM ARE NOT CHECKED: {failure}")

on_evm = pytest.mark.skipif(not HAS_ETHEREUM, reason="ANCHORS ON ETHEREUM ARE NOT CHECKED: py-evm is not installed")
on_ltc = pytest.mark.skipif(not is_installed(), reason="ANCHORS ON LITECOIN ARE NOT CHECKED: litecoind is not installed")
# Of people whose packages these are.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning")]


@pytest.fixture
def ethereum() -> Iterator["EthereumNode"]:
    """A chain of its own for each test."""
    node = EthereumNode().start()
    yield node
    node.stop()


@pytest.fixture
def evm(binary: Path, tmp_path: Path, ethereum: "EthereumNode") -> Iterator[AnchoringInstallation]:
    """An installation with a contract."""
    installation = on_ethereum(binary, tmp_path, ethereum)
    yield installation
    installation.stop()


def web3_of(node: "EthereumNode", installation: AnchoringInstallation) -> tuple["Web3", object]:
    """web3 at the same node, and the contract as its ABI says it is."""
    web3 = Web3(HTTPProvider(node.url))
    address = installation.configuration["sharing"]["ledger"]["anchors"][0]["contract"]
    return web3, web3.eth.contract(address, abi=json.loads((CONTRACT / "Anchor.abi.json").read_text()))


def events(node: "EthereumNode", installation: AnchoringInstallation) -> list[tuple[int, str]]:
    """What the contract has in its events, by web3."""
    _, contract = web3_of(node, installation)
    return [
        (event["args"]["size"], event["args"]["root"].hex())
        for event in contract.events.Anchored.get_logs(from_block=0)]


# The contract.

@on_evm
def test_the_committed_code_is_what_the_compiler_makes(tmp_path: Path) -> None:
    """Anybody can make the same bytes from the source."""
    import vyper
    compiled = vyper.compile_code(
        (CONTRACT / "Anchor.vy").read_text(), output_formats=["bytecode", "bytecode_runtime", "abi"])
    assert compiled["bytecode"] == (CONTRACT / "Anchor.bin").read_text().strip()
    assert compiled["bytecode_runtime"] == (CONTRACT / "Anchor.runtime.bin").read_text().strip()
    assert compiled["abi"] == json.loads((CONTRACT / "Anchor.abi.json").read_text())


@on_evm
def test_the_contract_takes_larger_sizes_from_its_owner_only(
    ethereum: "EthereumNode", evm: AnchoringInstallation
) -> None:
    """Asked by web3, as anybody can."""
    evm.anchor(10)
    ethereum.mine()
    web3, contract = web3_of(ethereum, evm)
    owner = contract.functions.owner().call()
    stranger = ethereum.accounts[3]
    anchor = contract.functions.anchor
    for size, sender, why in [
        (9, owner, "size must grow"), (10, owner, "size must grow"), (0, owner, "size must grow"),
        (11, stranger, "only the owner")]:
        with pytest.raises((ContractLogicError, Web3Exception), match=why):
            anchor(size, bytes(32)).call({"from": sender})
    assert anchor(11, bytes(32)).estimate_gas({"from": owner}) > 0
    assert contract.functions.size().call() == 10


# Anchors in a chain of Ethereum's kind.

@on_evm
def test_an_anchor_is_in_the_event_and_proven_from_outside(
    ethereum: "EthereumNode", evm: AnchoringInstallation
) -> None:
    """From our command to an auditor."""
    [sent] = evm.anchor(1000)
    assert (sent["state"], sent["size"], sent["root"]) == ("sent", 1000, root_at(1000))
    ethereum.mine()
    assert evm.anchor()[0]["state"] == "included"
    ethereum.mine(empty=2)
    assert evm.anchor()[0]["state"] == "confirmed"
    assert events(ethereum, evm) == [(1000, root_at(1000))]
    evm.start()
    [told] = evm.published()
    assert told["chain_id"] == str(ethereum.chain_id) and told["transaction"] == ethereum.taken[-1]
    good = evm.verify(ethereum.url, "--confirmations", "3", "--log-root", f"1000:{root_at(1000)}")
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["anchors"][0]["log_compared"] is True
    # The log of these tests has nothing in it: an anchor of a thousand entries is none of its.
    by_tiles = evm.verify(ethereum.url, "--confirmations", "3")
    assert by_tiles.returncode == 1 and "fewer than 1000 entries" in by_tiles.stdout
    shallow = evm.verify(ethereum.url, "--confirmations", "4")
    assert shallow.returncode == 1 and "3 of 4 confirmations" in shallow.stdout
    forked = evm.verify(ethereum.url, "--confirmations", "1", "--log-root", f"1000:{root_at(999)}")
    assert forked.returncode == 1 and "another root" in forked.stdout
    elsewhere = evm.verify(ethereum.url, "--contract", "0x" + "11" * 20)
    assert elsewhere.returncode == 1 and "no anchor" in elsewhere.stderr


@on_evm
def test_the_gas_of_an_anchor(ethereum: "EthereumNode", evm: AnchoringInstallation, figures: list[str]) -> None:
    """It is the same however many entries it covers."""
    used = []
    for size in (100, 100_000, 2**40):
        evm.anchor(size)
        ethereum.mine(empty=3)
        used.append(ethereum.tester.get_transaction_receipt(ethereum.taken[-1])["gas_used"])
        evm.anchor()
    deployed = ethereum.tester.get_transaction_receipt(ethereum.taken[0])["gas_used"]
    figures.append(f"anchoring: deployment {deployed} gas, first anchor {used[0]}, later {used[1]} and {used[2]}")
    for entries in (1, 10, 100, 1000, 10_000, 100_000):
        figures.append(f"anchoring: {entries:>7} entries in an anchor: {used[1] / entries:>9.2f} gas for each")
    assert used[0] < 47_000 and max(used[1:]) < 29_500


@on_evm
def test_a_size_that_does_not_grow_is_not_paid_for(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """The worker knows what it has anchored."""
    evm.anchor(50)
    ethereum.mine(empty=3)
    assert "it has lost some" in evm.refused(49)
    evm.anchor(50)
    done = evm.ledger("anchor", "now", "--size", "50", "--root", root_at(51))
    assert done.returncode == 1 and "another root at size 50" in done.stderr
    assert len(ethereum.taken) == 2
    assert len(events(ethereum, evm)) == 1


@on_evm
def test_an_anchor_of_a_dropped_block_is_sent_again(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """Also when it had been confirmed, and nobody else remembers it."""
    before = ethereum.snapshot()
    evm.anchor(7)
    ethereum.mine(empty=3)
    assert evm.anchor()[0]["state"] == "confirmed"
    ethereum.reorganize(before)
    assert events(ethereum, evm) == []
    done = evm.ledger("anchor", "now")
    assert "dropped the block" in done.stderr and "sent again" in done.stderr
    assert json.loads(done.stdout)["anchors"][0]["state"] == "sent"
    ethereum.mine(empty=3)
    assert evm.anchor()[0]["state"] == "confirmed"
    assert events(ethereum, evm) == [(7, root_at(7))]
    assert len(ethereum.taken) == 2


@on_evm
def test_a_number_that_is_used_up_after_a_reorganization_gets_a_new_anchor(
    ethereum: "EthereumNode", evm: AnchoringInstallation
) -> None:
    """The key was used for something else in the new branch."""
    before = ethereum.snapshot()
    evm.anchor(7)
    ethereum.mine()
    evm.anchor()
    ethereum.reorganize(before)
    key = evm.ledger("anchor", "deploy", "--wait", "0")
    assert key.returncode == 1
    contract = evm.configuration["sharing"]["ledger"]["anchors"][0]["contract"]
    assert evm.chain(contract=None).ledger("anchor", "deploy", "--wait", "0").returncode == 0
    evm.chain(contract=contract)
    ethereum.mine()
    newest = evm.anchor(7)
    states = sorted(anchor["state"] for anchor in newest)
    assert states == ["lost", "sent"]
    ethereum.mine(empty=3)
    evm.anchor()
    assert events(ethereum, evm) == [(7, root_at(7))]


@on_evm
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_the_sending_nothing_is_lost_and_nothing_paid_twice(
    ethereum: "EthereumNode", evm: AnchoringInstallation, moment: str
) -> None:
    """kill -9 while the node has the request, or has done it and not answered."""
    held = ethereum.hold_before if moment == "before" else ethereum.hold_after
    held.add("eth_sendRawTransaction")
    process = evm.start_anchoring(20)
    assert ethereum.held.wait(20)
    process.kill()
    process.communicate()
    held.clear()
    assert "another process" in evm.refused(20)
    evm.wait_for_lease()
    evm.anchor(20)
    ethereum.mine(empty=3)
    assert evm.anchor(20)[0]["state"] == "confirmed"
    assert len(ethereum.taken) == 2
    assert events(ethereum, evm) == [(20, root_at(20))]


@on_evm
def test_two_processes_send_one_anchor(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """Started at the same moment, several times."""
    for size in (5, 6, 7):
        processes = [evm.start_anchoring(size) for _ in range(3)]
        for process in processes:
            process.communicate()
        ethereum.mine(empty=3)
        evm.anchor()
    assert events(ethereum, evm) == [(size, root_at(size)) for size in (5, 6, 7)]
    assert len(ethereum.taken) == 4


@on_evm
def test_a_stuck_anchor_is_replaced_by_one_that_pays_more(
    ethereum: "EthereumNode", evm: AnchoringInstallation
) -> None:
    """With the same number, so that one of them is mined."""
    evm.chain(stuck_after="1s")
    evm.anchor(30)
    time.sleep(1.2)
    done = evm.ledger("anchor", "now")
    assert "pays more" in done.stderr
    assert len(ethereum.taken) == 3 and len(ethereum.mempool) == 1
    ethereum.mine(empty=3)
    states = [anchor["state"] for anchor in evm.anchor()]
    assert sorted(states) == ["confirmed", "replaced"]
    assert events(ethereum, evm) == [(30, root_at(30))]


@on_evm
def test_a_forgotten_anchor_is_sent_again(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """Nodes empty their mempools."""
    evm.anchor(30)
    ethereum.forget()
    evm.anchor()
    assert len(ethereum.mempool) == 1 and len(ethereum.taken) == 2


@on_evm
def test_what_is_wrong_is_told(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """Each failure by its own sentence, before anything is paid."""
    taken = len(ethereum.taken)
    ethereum.base_fee_factor = 1000
    assert "max_fee is 50.000 gwei" in evm.refused(5)
    ethereum.base_fee_factor = 1
    ethereum.chain_id += 1
    assert "chain_id says" in evm.refused(5)
    ethereum.chain_id -= 1
    ethereum.stop()
    assert "nothing answers at that address" in evm.refused(5)
    ethereum.start()
    contract = evm.configuration["sharing"]["ledger"]["anchors"][0]["contract"]
    evm.chain(contract="0x" + "22" * 20)
    assert "no contract of this program's" in evm.refused(5)
    evm.chain(contract=contract)
    evm.write_beside("other.key", "11" * 32)
    evm.chain(key_file="other.key")
    assert "takes anchors from" in evm.refused(5)
    evm.chain(contract=None)
    assert "not enough money" in evm.ledger("anchor", "deploy").stderr
    (evm.folder / "other.key").chmod(0o644)
    assert "chmod 600" in evm.ledger("anchor", "deploy").stderr
    evm.chain(key_file=None)
    assert "VOUCHSAFE_ANCHOR_KEY" in evm.ledger("anchor", "deploy").stderr
    evm.chain(contract=contract, key_file="anchor.key")
    ethereum.authorization = "Bearer secret-of-the-node"
    assert "refuses the name and password" in evm.refused(5)
    evm.write_beside("node.token", "secret-of-the-node\n")
    evm.chain(credentials_file="node.token")
    assert len(ethereum.taken) == taken
    assert evm.anchor(5)[0]["state"] == "sent"


@on_evm
def test_the_key_is_sealed_and_told_to_nobody(ethereum: "EthereumNode", evm: AnchoringInstallation) -> None:
    """Not in the file, and another installation cannot open it."""
    text = (evm.folder / "anchor.key").read_text()
    assert text.startswith("sealed:") and (evm.folder / "anchor.key").stat().st_mode & 0o077 == 0
    evm.write_beside("plain.key", "ab" * 32)
    evm.chain(key_file="plain.key")
    refusal = evm.refused(5)
    assert "ab" * 32 not in refusal
    assert bytes.fromhex("ab" * 32) not in evm.kept() and b"ab" * 32 not in evm.kept()


@on_evm
def test_the_server_serves_while_the_node_is_away_and_repairs_when_it_is_back(
    ethereum: "EthereumNode", evm: AnchoringInstallation
) -> None:
    """The worker inside the server follows what was sent."""
    evm.chain(interval="1s")
    before = ethereum.snapshot()
    evm.anchor(40)
    ethereum.mine()
    evm.anchor()
    ethereum.stop()
    evm.start()
    wait_until(lambda: "the ledger cannot be anchored" in evm.log_text())
    assert requests.get(evm.url + "/health/ready", timeout=5).status_code == 200
    assert "nothing answers at that address" in evm.log_text()
    ethereum.reorganize(before)
    ethereum.start()
    wait_until(lambda: evm.published()[0]["state"] == "sent" and ethereum.mempool)
    ethereum.mine(empty=3)
    wait_until(lambda: evm.published()[0]["state"] == "confirmed")
    assert events(ethereum, evm) == [(40, root_at(40))]
    assert "dropped the block" in evm.log_text()
    for limit in ("0", "1001", "x"):
        assert requests.get(evm.url + f"/sharing/ledger/anchors?limit={limit}", timeout=5).status_code == 400


def wait_until(is_so: object, seconds: float = 30) -> None:
    """Looks again and again."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it has not come"
        time.sleep(0.2)


# Anchors in a chain of Bitcoin's family.

@pytest.fixture
def litecoin(tmp_path: Path) -> Iterator[LitecoinNode]:
    """A chain of its own for each test."""
    node = LitecoinNode(tmp_path / "litecoin").start().fund()
    yield node
    node.stop()


@pytest.fixture
def ltc(binary: Path, tmp_path: Path, litecoin: LitecoinNode) -> Iterator[AnchoringInstallation]:
    """An installation with the node's wallet."""
    installation = on_litecoin(binary, tmp_path, litecoin)
    yield installation
    installation.stop()


def payloads(node: LitecoinNode) -> list[str]:
    """What is behind OP_RETURN in the blocks of the chain, by the node alone."""
    found = []
    for height in range(1, node.call("getblockcount") + 1):
        block = node.call("getblock", node.call("getblockhash", height), 2)
        for transaction in block["tx"]:
            for output in transaction["vout"]:
                script = output["scriptPubKey"]["hex"]
                if script.startswith("6a2c56534c31"):
                    found.append(script[4:])
    return found


def payload(size: int) -> str:
    """The magic, the size and the root."""
    return b"VSL1".hex() + f"{size:016x}" + root_at(size)


@on_ltc
def test_litecoin_an_anchor_is_in_an_output_and_proven_from_outside(
    litecoin: LitecoinNode, ltc: AnchoringInstallation
) -> None:
    """With the wallet's node, and with a hint where to look for want of an index."""
    assert ltc.anchor(1000)[0]["state"] == "sent"
    assert payloads(litecoin) == []
    litecoin.mine()
    assert ltc.anchor()[0]["state"] == "included"
    assert payloads(litecoin) == [payload(1000)]
    litecoin.mine(2)
    assert ltc.anchor()[0]["state"] == "confirmed"
    ltc.start()
    good = ltc.verify(
        litecoin.url, "--credentials-file", str(litecoin.cookie), "--confirmations", "3", "--log-root",
        f"1000:{root_at(1000)}")
    assert good.returncode == 0, good.stderr + good.stdout
    shallow = ltc.verify(litecoin.url, "--credentials-file", str(litecoin.cookie), "--confirmations", "4")
    assert shallow.returncode == 1 and "3 of 4 confirmations" in shallow.stdout
    forked = ltc.verify(
        litecoin.url, "--credentials-file", str(litecoin.cookie), "--confirmations", "1", "--log-root",
        f"1000:{root_at(999)}")
    assert forked.returncode == 1 and "another root" in forked.stdout


@on_ltc
def test_litecoin_an_anchor_of_a_dropped_block_is_noticed_and_repaired(
    litecoin: LitecoinNode, ltc: AnchoringInstallation
) -> None:
    """The block is taken back by the node, and the transaction with it."""
    ltc.anchor(7)
    [block, *_] = litecoin.mine(3)
    assert ltc.anchor()[0]["state"] == "confirmed"
    litecoin.call("invalidateblock", block)
    done = ltc.ledger("anchor", "now")
    assert "dropped the block" in done.stderr
    assert json.loads(done.stdout)["anchors"][0]["state"] == "sent"
    litecoin.mine(3)
    [anchor] = ltc.anchor()
    assert anchor["state"] == "confirmed" and anchor["block"]["hash"] != block
    assert payloads(litecoin) == [payload(7)]


@on_ltc
def test_litecoin_an_anchor_that_was_double_spent_in_the_new_branch_is_made_anew(
    litecoin: LitecoinNode, ltc: AnchoringInstallation
) -> None:
    """The money went elsewhere: that transaction can never be mined any more."""
    ltc.anchor(7)
    [block] = litecoin.mine()
    [anchor] = ltc.anchor()
    spent = litecoin.call("getrawtransaction", anchor["transaction"], True, block)["vin"][0]
    litecoin.call("invalidateblock", block)
    litecoin.stop()
    # Without its mempool, the node takes the other transaction.
    litecoin.start("-persistmempool=0", "-walletbroadcast=0")
    source = litecoin.call("gettransaction", spent["txid"], wallet=True)
    value = next(item["amount"] for item in source["details"] if item["vout"] == spent["vout"])
    raw = litecoin.call(
        "createrawtransaction", [{"txid": spent["txid"], "vout": spent["vout"]}],
        [{litecoin.call("getnewaddress", wallet=True): round(value - 0.01, 8)}])
    signed = litecoin.call("signrawtransactionwithwallet", raw, wallet=True)
    litecoin.call("sendrawtransaction", signed["hex"])
    litecoin.mine()
    states = sorted(anchor["state"] for anchor in ltc.anchor(7))
    assert states == ["lost", "sent"]
    litecoin.mine(3)
    ltc.anchor()
    assert payloads(litecoin) == [payload(7)]


@on_ltc
def test_litecoin_a_node_that_was_away_and_has_forgotten_gets_it_again(
    litecoin: LitecoinNode, ltc: AnchoringInstallation
) -> None:
    """Stopped with the anchor in its mempool, started without."""
    ltc.anchor(9)
    litecoin.stop()
    assert "nothing answers" in ltc.refused() or "cannot be read" in ltc.refused()
    litecoin.start("-persistmempool=0", "-walletbroadcast=0")
    assert litecoin.call("getrawmempool") == []
    assert "sent again" in ltc.ledger("anchor", "now").stderr
    assert len(litecoin.call("getrawmempool")) == 1
    litecoin.mine(3)
    assert ltc.anchor()[0]["state"] == "confirmed"
    assert payloads(litecoin) == [payload(9)]


@on_ltc
def test_litecoin_a_stuck_anchor_is_replaced(litecoin: LitecoinNode, ltc: AnchoringInstallation) -> None:
    """By one that spends the same and pays more, if the node takes such; or else it goes on waiting."""
    ltc.chain(stuck_after="1s")
    ltc.anchor(11)
    [first] = litecoin.call("getrawmempool")
    time.sleep(1.2)
    done = ltc.ledger("anchor", "now")
    assert done.returncode == 0, done.stderr
    [second] = litecoin.call("getrawmempool")
    # Litecoin's own nodes take none. Where the old one is gone, the new one is mined.
    assert ("pays more" in done.stderr) == (first != second)
    assert ("cannot be replaced" in done.stderr) == (first == second)
    ltc.chain(stuck_after="1h")
    litecoin.stop()
    litecoin.start("-persistmempool=0", "-walletbroadcast=0")
    assert "sent again" in ltc.ledger("anchor", "now").stderr
    [third] = litecoin.call("getrawmempool")
    assert third != first
    old, new = (litecoin.call("gettransaction", first, wallet=True), litecoin.call("getmempoolentry", third))
    assert new["fees"]["base"] > -old["fee"] * 5 / 4 - 1e-8
    litecoin.mine(3)
    assert sorted(anchor["state"] for anchor in ltc.anchor()) == ["confirmed", "replaced"]
    assert payloads(litecoin) == [payload(11)]


@on_ltc
def test_litecoin_what_is_wrong_is_told(litecoin: LitecoinNode, ltc: AnchoringInstallation) -> None:
    """Before anything is paid."""
    ltc.chain(chain_id="00" * 32)
    assert f"the node is of chain {GENESIS}" in ltc.refused(5)
    ltc.chain(chain_id=GENESIS, max_fee=1)
    assert "max_fee is 1 satoshi" in ltc.refused(5)
    ltc.chain(max_fee=None, credentials_file=str(ltc.file))
    assert "refuses" in ltc.refused(5) or "cannot be read" in ltc.refused(5)
    ltc.chain(credentials_file=str(litecoin.cookie), wallet="another")
    assert "wallet" in ltc.refused(5)
    ltc.chain(wallet="anchors")
    litecoin.call("createwallet", "empty")
    ltc.chain(wallet="empty")
    assert "not enough money" in ltc.refused(5)
    assert litecoin.call("getrawmempool") == []


@on_ltc
def test_litecoin_the_cost_of_an_anchor(
    litecoin: LitecoinNode, ltc: AnchoringInstallation, figures: list[str]
) -> None:
    """In virtual bytes: what they cost is the market's."""
    ltc.anchor(1000)
    [identifier] = litecoin.call("getrawmempool")
    size = litecoin.call("getrawtransaction", identifier, True)["vsize"]
    figures.append(f"anchoring: {size} virtual bytes for an anchor in a chain of Bitcoin's family")
    for entries in (1, 100, 10_000):
        figures.append(f"anchoring: {entries:>7} entries in an anchor: {size / entries:>9.4f} virtual bytes for each")
    assert size < 250
