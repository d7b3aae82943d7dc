"""A node of Ethereum's kind over HTTP: py-evm's chain by eth-tester, with a mempool of its own, blocks when a test says so.

What a test can do that a real network would do by itself: mine, forget what waits, drop the newest blocks, make gas
dear, hold back an answer.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, RLock, Thread
from typing import Callable

from eth_abi import encode
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import BlockNotFound, TransactionFailed, TransactionNotFound
from eth_utils import ValidationError, keccak
from hexbytes import HexBytes


class Refused(Exception):
    """An error of JSON-RPC; a contract's own refusal has its words in `data` too, as `Error(string)`."""

    def __init__(self, message: str, revert: str | None = None) -> None:
        super().__init__(message)
        self.error: dict = {"code": -32000, "message": message}
        if revert is not None:
            self.error = {"code": 3, "message": message, "data": "0x08c379a0" + encode(["string"], [revert]).hex()}


class EthereumNode:
    """A chain and the node in front of it."""

    def __init__(self) -> None:
        self.tester = EthereumTester(backend=PyEVMBackend())
        self.accounts = self.tester.get_accounts()
        self.mempool: dict[tuple[str, int], HexBytes] = {}
        # How many transactions were taken over JSON-RPC, the same ones again not counted.
        self.taken: list[str] = []
        self.base_fee_factor = 1
        self.chain_id = 131277322940537
        self.authorization: str | None = None
        self.calls: list[str] = []
        self.hold_before: set[str] = set()
        self.hold_after: set[str] = set()
        self.held = Event()
        self.lock = RLock()
        self.server: ThreadingHTTPServer | None = None
        self.port = 0

    # The address.

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> "EthereumNode":
        """Begins to answer, at the same port as before."""
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Answers nobody."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    # The network.

    def fund(self, address: str, ether: int = 1) -> None:
        """Gives an account money."""
        self.tester.send_transaction({
            "from": self.accounts[0], "to": address, "value": ether * 10**18, "gas": 21_000,
            "max_fee_per_gas": 10**11, "max_priority_fee_per_gas": 10**9})

    def mine(self, empty: int = 0) -> None:
        """Puts what waits into blocks, and adds empty ones."""
        with self.lock:
            for key in sorted(self.mempool, key=lambda key: key[1]):
                self.tester.send_raw_transaction(self.mempool[key].to_0x_hex())
            self.mempool.clear()
            if empty:
                self.tester.mine_blocks(empty)

    def forget(self) -> None:
        """Loses what waits."""
        with self.lock:
            self.mempool.clear()

    def snapshot(self) -> object:
        """The chain as it is now, to go back to."""
        return self.tester.take_snapshot()

    def reorganize(self, snapshot: object, empty: int = 2) -> None:
        """Goes back, and on with other blocks; the transactions that were in the dropped ones are forgotten."""
        with self.lock:
            self.tester.revert_to_snapshot(snapshot)
            self.tester.mine_blocks(empty)

    # The methods.

    def call(self, method: str, parameters: list) -> object:
        """The result of a method."""
        name = method.removeprefix("eth_")
        if not hasattr(self, "do_" + name):
            raise Refused(f"the method {method} does not exist")
        with self.lock:
            self.calls.append(method)
            return getattr(self, "do_" + name)(*parameters)

    def do_chainId(self) -> str:
        return hex(self.chain_id)

    def do_syncing(self) -> bool:
        return False

    def do_maxPriorityFeePerGas(self) -> str:
        return hex(10**9 * self.base_fee_factor)

    def do_blockNumber(self) -> str:
        return hex(self.newest())

    def do_getBlockByNumber(self, number: str, _full: bool) -> dict | None:
        wanted = self.newest() if number == "latest" else int(number, 16)
        try:
            block = self.tester.get_block_by_number(wanted)
        except BlockNotFound:
            return None
        return {
            "number": hex(block["number"]), "hash": block["hash"], "parentHash": block["parent_hash"],
            "timestamp": hex(block["timestamp"]),
            "baseFeePerGas": hex(block["base_fee_per_gas"] * self.base_fee_factor)}

    def do_getTransactionCount(self, address: str, block: str) -> str:
        count = self.tester.get_nonce(address, "latest")
        if block == "pending":
            count += sum(1 for sender, nonce in self.mempool if sender == address.lower() and nonce >= count)
        return hex(count)

    def do_getBalance(self, address: str, _block: str) -> str:
        return hex(self.tester.get_balance(address, "latest"))

    def do_getCode(self, address: str, _block: str) -> str:
        return self.tester.get_code(address, "latest")

    def do_estimateGas(self, transaction: dict, _block: str = "latest") -> str:
        return hex(self.tried(lambda: self.tester.estimate_gas(request(transaction), "latest")))

    def do_call(self, transaction: dict, _block: str = "latest") -> str:
        sender = {"from": self.accounts[0]}
        return self.tried(lambda: self.tester.call({**sender, **request(transaction), "gas": 1_000_000}, "latest"))

    def do_sendRawTransaction(self, raw: str) -> str:
        taken = HexBytes(raw)
        body = TypedTransaction.from_bytes(taken).as_dict()
        identifier = transaction_hash(taken)
        sender = Account.recover_transaction(taken)
        nonce, cost = body["nonce"], body["gas"] * body["maxFeePerGas"]
        if body["chainId"] != self.chain_id:
            raise Refused("invalid chain id")
        if self.tester.get_nonce(sender, "latest") > nonce:
            raise Refused("nonce too low")
        if self.tester.get_balance(sender, "latest") < cost:
            raise Refused("insufficient funds for gas * price + value")
        key = (sender.lower(), nonce)
        if key in self.mempool and self.mempool[key] != taken:
            old = TypedTransaction.from_bytes(self.mempool[key]).as_dict()
            for fee in ("maxFeePerGas", "maxPriorityFeePerGas"):
                if body[fee] * 10 < old[fee] * 11:
                    raise Refused("replacement transaction underpriced")
        self.mempool[key] = taken
        if identifier not in self.taken:
            self.taken.append(identifier)
        return identifier

    def do_getTransactionByHash(self, identifier: str) -> dict | None:
        if any(transaction_hash(raw) == identifier for raw in self.mempool.values()):
            return {"hash": identifier, "blockHash": None, "blockNumber": None}
        try:
            found = self.tester.get_transaction_by_hash(identifier)
        except TransactionNotFound:
            return None
        return {"hash": identifier, "blockHash": found["block_hash"], "blockNumber": hex(found["block_number"])}

    def do_getTransactionReceipt(self, identifier: str) -> dict | None:
        try:
            receipt = self.tester.get_transaction_receipt(identifier)
        except TransactionNotFound:
            return None
        return {
            "transactionHash": identifier, "blockHash": receipt["block_hash"],
            "blockNumber": hex(receipt["block_number"]), "status": hex(receipt["status"]),
            "gasUsed": hex(receipt["gas_used"]), "contractAddress": receipt["contract_address"],
            "logs": [wire_log(log) for log in receipt["logs"]]}

    def do_getLogs(self, wanted: dict) -> list:
        logs = self.tester.get_logs(from_block=0, to_block=self.newest(), address=wanted["address"])
        return [wire_log(log) for log in logs]

    def newest(self) -> int:
        """The number of the newest block."""
        return self.tester.get_block_by_number("latest")["number"]

    @staticmethod
    def tried(work: Callable[[], object]) -> object:
        """What the contract gives, or its refusal."""
        try:
            return work()
        except TransactionFailed as failure:
            raise Refused("execution reverted: " + reason(failure), reason(failure)) from failure
        except ValidationError as failure:
            raise Refused("insufficient funds for gas * price + value") from failure


def reason(failure: TransactionFailed) -> str:
    """The contract's own words, which stand in a `revert` as a text behind two words of the ABI."""
    text = str(failure.args[0])
    return next((known for known in ("size must grow", "only the owner") if known in text), text)


def request(transaction: dict) -> dict:
    """A transaction as eth-tester has it."""
    return {name: value for name, value in transaction.items() if name in ("from", "to", "data")}


def transaction_hash(raw: bytes) -> str:
    """What the chain knows a transaction by."""
    return "0x" + keccak(bytes(raw)).hex()


def wire_log(log: dict) -> dict:
    """An event as nodes tell it."""
    return {
        "address": log["address"], "topics": list(log["topics"]), "data": log["data"], "removed": False,
        "blockHash": log["block_hash"], "blockNumber": hex(log["block_number"]),
        "transactionHash": log["transaction_hash"], "transactionIndex": hex(log["transaction_index"]),
        "logIndex": hex(log["log_index"])}


def handler(node: EthereumNode) -> type[BaseHTTPRequestHandler]:
    """What answers requests for a node."""

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        def do_POST(self) -> None:
            """A call."""
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if node.authorization is not None and self.headers.get("Authorization") != node.authorization:
                self.send_error(401)
                return
            method = asked["method"]
            if method in node.hold_before:
                node.held.set()
                self.close_connection = True
                Event().wait(20)
                return
            try:
                answer = {"jsonrpc": "2.0", "id": asked["id"], "result": node.call(method, asked["params"])}
            except Refused as refusal:
                answer = {"jsonrpc": "2.0", "id": asked["id"], "error": refusal.error}
            if method in node.hold_after:
                node.held.set()
                Event().wait(20)
            body = json.dumps(answer).encode()
            try:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                # Whoever asked is gone.
                pass

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    return Handler
