"""Transparency logs by C2SP's texts and RFC 6962 alone: hashing, proofs, notes and tiles, in another language.

The same module makes small logs of its own, to see what the program says of one that is wrong.
"""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LOG, COSIGNATURE = 1, 4
TILE = 256


# RFC 6962 §2.1, as it stands there.


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what two subtrees make."""
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count: int) -> int:
    """The greatest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1


def root_hash(hashes: list[bytes]) -> bytes:
    """The hash of a tree by the hashes of its leaves."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    left = split(len(hashes))
    return node_hash(root_hash(hashes[:left]), root_hash(hashes[left:]))


def consistency_path(count: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b), §2.1.2."""
    if count == len(hashes):
        return [] if whole else [root_hash(hashes)]
    left = split(len(hashes))
    if count <= left:
        return consistency_path(count, hashes[:left], whole) + [root_hash(hashes[left:])]
    return consistency_path(count - left, hashes[left:], False) + [root_hash(hashes[:left])]


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to; fails if the proof is too short or too long."""
    if size == 1:
        assert not path
        return leaf
    left = split(size)
    *rest, last = path
    if index < left:
        return node_hash(root_by_path(leaf, index, left, rest), last)
    return node_hash(last, root_by_path(leaf, index - left, size - left, rest))


# C2SP signed-note, tlog-checkpoint, tlog-cosignature.


@dataclass(frozen=True)
class VerifierKey:
    """A public key by its text."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Reads name+ID+key."""
        name, identifier, encoded = text.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key = cls(name, raw[0], raw[1:])
        assert key.identifier.hex() == identifier
        return key

    @property
    def identifier(self) -> bytes:
        """The four bytes before a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """Name+ID+key."""
        return f"{self.name}+{self.identifier.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def verify(self, note: str) -> int | None:
        """Verifies the signature of this key below a note; a witness's time, None of a log."""
        text, lines = body_and_lines(note)
        [raw] = [raw for name, raw in lines if name == self.name and raw[:4] == self.identifier]
        public = Ed25519PublicKey.from_public_bytes(self.public)
        if self.kind == LOG:
            public.verify(raw[4:], text.encode())
            return None
        [time] = struct.unpack(">Q", raw[4:12])
        public.verify(raw[12:], f"cosignature/v1\ntime {time}\n{text}".encode())
        return time


def body_and_lines(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and name and bytes of each signature."""
    text, signatures = note.rsplit("\n\n", 1)
    lines = []
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "\u2014"
        lines.append((name, base64.b64decode(encoded, validate=True)))
    return text + "\n", lines


@dataclass(frozen=True)
class Checkpoint:
    """Origin, size and root of a verified note."""

    note: str
    origin: str
    size: int
    root: bytes
    times: tuple[int, ...] = ()

    @classmethod
    def verify(cls, note: str, log: VerifierKey, *witnesses: VerifierKey) -> "Checkpoint":
        """Verifies the signatures of the log and of all these witnesses."""
        origin, size, root, *rest = body_and_lines(note)[0].splitlines()
        assert not rest and origin == log.name
        log.verify(note)
        times = tuple(key.verify(note) for key in witnesses)
        return cls(note, origin, int(size), base64.b64decode(root, validate=True), times)


# C2SP tlog-tiles and tlog-proof.


def tile_path(kind: int | str, number: int, width: int = TILE) -> str:
    """The path of a tile below the log's address."""
    digits = f"{number:0{-(-len(str(number)) // 3) * 3}d}"
    groups = [digits[start:start + 3] for start in range(0, len(digits), 3)]
    path = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return f"tile/{kind}/{path}" + ("" if width == TILE else f".p/{width}")


def tiles(hashes: list[bytes]) -> dict[str, bytes]:
    """Every tile of a tree."""
    found, level, row = {}, 0, hashes
    while row:
        for number in range(-(-len(row) // TILE)):
            part = row[number * TILE:(number + 1) * TILE]
            found[tile_path(level, number, len(part))] = b"".join(part)
        full = len(row) // TILE
        row = [root_hash(row[number * TILE:(number + 1) * TILE]) for number in range(full)]
        level += 1
    return found


def bundles(entries: list[bytes]) -> dict[str, bytes]:
    """Every bundle of entries."""
    found = {}
    for number in range(-(-len(entries) // TILE)):
        part = entries[number * TILE:(number + 1) * TILE]
        found[tile_path("entries", number, len(part))] = b"".join(struct.pack(">H", len(one)) + one for one in part)
    return found


def unbundled(bundle: bytes) -> list[bytes]:
    """The entries of a bundle."""
    entries = []
    while bundle:
        [length] = struct.unpack(">H", bundle[:2])
        assert len(bundle) >= 2 + length
        entries.append(bundle[2:2 + length])
        bundle = bundle[2 + length:]
    return entries


@dataclass(frozen=True)
class Proof:
    """A tlog-proof."""

    index: int
    path: list[bytes]
    note: str

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Reads one without extra data."""
        head, note = text.split("\n\n", 1)
        first, second, *hashes = head.split("\n")
        assert first == "c2sp.org/tlog-proof@v1" and second.startswith("index ")
        return cls(int(second[6:]), [base64.b64decode(line, validate=True) for line in hashes], note)

    def root(self, entry: bytes, size: int) -> bytes:
        """The root that the proof leads to."""
        return root_by_path(leaf_hash(entry), self.index, size, self.path)


@dataclass
class ServedLog:
    """A log as its server shows it, every hash computed again."""

    base: str
    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        """Whatever is answered."""
        return self.http.get(f"{self.base}/{path}", timeout=10)

    def fetch(self, path: str) -> bytes:
        """What must be there."""
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text}"
        return response.content

    def checkpoint(self) -> Checkpoint:
        """The published checkpoint, verified."""
        return Checkpoint.verify(self.fetch("checkpoint").decode(), self.log, *self.witnesses)

    def entries(self, checkpoint: Checkpoint) -> list[bytes]:
        """All entries, held against every tile and the root."""
        entries: list[bytes] = []
        for number in range(-(-checkpoint.size // TILE)):
            width = min(TILE, checkpoint.size - number * TILE)
            part = unbundled(self.fetch(tile_path("entries", number, width)))
            assert len(part) == width
            entries += part
        hashes = [leaf_hash(entry) for entry in entries]
        for path, content in tiles(hashes).items():
            assert self.fetch(path) == content, path
        assert root_hash(hashes) == checkpoint.root
        return entries

    def check_goes_on_from(self, earlier: Checkpoint) -> Checkpoint:
        """Holds the log against what it was."""
        checkpoint = self.checkpoint()
        hashes = [leaf_hash(entry) for entry in self.entries(checkpoint)]
        assert checkpoint.size >= earlier.size
        assert root_hash(hashes[:earlier.size]) == earlier.root
        return checkpoint


# A log of our own.


def made_entry(number: int, by: str = "acme") -> bytes:
    """A well-formed entry."""
    commitment = base64.urlsafe_b64encode(hashlib.sha256(f"{number}".encode()).digest()).decode().rstrip("=")
    return json.dumps(
        {"v": 1, "type": "digest", "by": by, "commitment": commitment}, separators=(",", ":")).encode()


@dataclass
class OwnLog:
    """A log whose key is ours, so that it can lie."""

    name: str = field(default_factory=lambda: f"own.example/{secrets.token_hex(4)}")
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def key(self) -> VerifierKey:
        """Its public key."""
        return VerifierKey(
            self.name, LOG, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def note(self, entries: list[bytes]) -> str:
        """The signed checkpoint of these entries."""
        root = base64.b64encode(root_hash([leaf_hash(entry) for entry in entries])).decode()
        text = f"{self.name}\n{len(entries)}\n{root}\n"
        line = base64.b64encode(self.key.identifier + self.private.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.name} {line}\n"

    def request(self, old: int, entries: list[bytes], proof: list[bytes] | None = None) -> bytes:
        """The body of add-checkpoint."""
        if proof is None:
            hashes = [leaf_hash(entry) for entry in entries]
            proof = consistency_path(old, hashes) if 0 < old < len(hashes) else []
        lines = "".join(base64.b64encode(one).decode() + "\n" for one in proof)
        return f"old {old}\n{lines}\n{self.note(entries)}".encode()

    def files(self, entries: list[bytes]) -> dict[str, bytes]:
        """Everything that is served of it."""
        hashes = [leaf_hash(entry) for entry in entries]
        return {"checkpoint": self.note(entries).encode(), **tiles(hashes), **bundles(entries)}
