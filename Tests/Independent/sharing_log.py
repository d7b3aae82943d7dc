"""A reader of the ledger: RFC 9162 section 2.1 and C2SP signed-note, tlog-tiles and tlog-proof, in a few lines."""

import base64
import hashlib
import json
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from holder_keys import base64url, from_base64url
from sharing_messages import believe, sha256
from wallet import Wallet

PUBLICATION_SECONDS = 15
LEDGER = "/sharing/ledger"


class LogReader:
    """Knows the log's key from its first look, and remembers the largest tree."""

    def __init__(self, url: str, wallet: Wallet) -> None:
        self.base, self.http = url + LEDGER, wallet.http
        told = self.http.get(self.base + "/keys", timeout=10).json()
        self.origin, self.key = told["origin"], told["log_key"]

    def tree(self, note: str) -> tuple[int, bytes]:
        """Size and root of a checkpoint that the log has signed."""
        text, _, signatures = note.partition("\n\n")
        text += "\n"
        name, key_id, material = self.key.split("+", 2)
        believe(name == self.origin, "the key is another log's")
        raw = base64.b64decode(material)
        for line in signatures.splitlines():
            dash, signer, encoded = line.split(" ")
            signature = base64.b64decode(encoded)
            if dash == "\N{EM DASH}" and signer == name and signature[:4].hex() == key_id:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], text.encode())
                origin, size, root = text.splitlines()[:3]
                believe(origin == self.origin, "a checkpoint of another log")
                return int(size), base64.b64decode(root)
        raise AssertionError("the log has not signed its checkpoint")

    def proof(self, index: int) -> str:
        """The proof of an entry, as soon as a checkpoint has it."""
        deadline = time.monotonic() + PUBLICATION_SECONDS
        while True:
            answer = self.http.get(f"{self.base}/proof/{index}", timeout=10)
            if answer.status_code == 200:
                return answer.text
            believe(answer.status_code == 404 and time.monotonic() < deadline, f"no proof: {answer.text}")
            time.sleep(0.1)

    def verify(self, index: int, entry: bytes, proof: str | None = None) -> None:
        """The entry stands there."""
        head, _, checkpoint = (proof or self.proof(index)).partition("\n\n")
        header, stated, *hashes = head.splitlines()
        believe(header == "c2sp.org/tlog-proof@v1" and stated == f"index {index}", "a proof of something else")
        size, root = self.tree(checkpoint)
        believe(root_of(entry, index, size, [base64.b64decode(line) for line in hashes]) == root, "not in the log")

    def entries(self) -> list[dict]:
        """Everything that the published checkpoint has."""
        size, _ = self.tree(self.http.get(self.base + "/checkpoint", timeout=10).text)
        found: list[dict] = []
        for tile in range((size + 255) // 256):
            width = min(256, size - 256 * tile)
            path = f"{tile:03}" + ("" if width == 256 else f".p/{width}")
            data = self.http.get(f"{self.base}/tile/entries/{path}", timeout=10).content
            while data:
                length = int.from_bytes(data[:2], "big")
                found.append(json.loads(data[2:2 + length]))
                data = data[2 + length:]
        believe(len(found) == size, "the tiles are not what the checkpoint says")
        return found


def check_reference(
    reader: LogReader, reference: dict, kind: str, by: str, committed: bytes, signature: bytes | None = None
) -> None:
    """A reference to the ledger is to an entry of that kind, by that organization, about these bytes."""
    believe(reference["log"] == reader.origin, "another log")
    raw = from_base64url(reference["entry"])
    entry = json.loads(raw)
    believe((entry["v"], entry["type"], entry["by"]) == (1, kind, by), f"an entry of something else: {entry}")
    commitment = base64url(sha256(from_base64url(reference["salt"]) + committed))
    believe(entry["commitment"] == commitment, "the entry commits to something else")
    believe(entry.get("signature") == (signature and base64url(signature)), "the entry has another signature")
    reader.verify(reference["index"], raw, reference.get("proof"))


def root_of(entry: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2."""
    believe(0 <= index < size, "outside the tree")
    node, place, last = hashlib.sha256(b"\0" + entry).digest(), index, size - 1
    for other in hashes:
        believe(last > 0, "the proof is too long")
        if place & 1 or place == last:
            node = hashlib.sha256(b"\1" + other + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + other).digest()
        place, last = place >> 1, last >> 1
    believe(last == 0, "the proof is too short")
    return node
