"""What a stranger finds who gets hold of the data directory or the logs: no secret and nothing about a person."""

import re
from pathlib import Path

import pytest

import registry
from visits import Visit
from vouchsafe import Vouchsafe
from wallet import Wallet, pre_authorized_code

PRIVATE_KEY = re.compile(rb"-----BEGIN (EC )?PRIVATE KEY-----")


@pytest.fixture
def finished(server: Vouchsafe, wallet: Wallet) -> Visit:
    """A wallet that has its credential, after one wrong transaction code."""
    visit = Visit(server, wallet, tx_code=True)
    wrong = {**visit.token_form, "tx_code": "not a code"}
    assert visit.ask_for_token(wrong).status_code == 400
    visit.assert_code_still_works()
    return visit


def test_secrets_are_not_kept(finished: Visit) -> None:
    """Codes, tokens and nonces are neither stored nor logged as they are."""
    secrets = [pre_authorized_code(finished.offer), finished.token, finished.nonce]
    kept = everything(finished.server)
    for secret in secrets:
        assert secret.encode() not in kept


def test_people_are_not_readable(finished: Visit) -> None:
    """The registry is sealed: no e-mail address, student number or street of anybody can be read."""
    kept = everything(finished.server)
    row = registry.students()[registry.ANYBODY]
    for value in (row["email"], row["student_number"], row["street"], row["family_name"]):
        assert value.encode() not in kept
    assert b"@students.northmere.example" not in kept


def test_private_keys_are_sealed(finished: Visit) -> None:
    """No private key lies about in PEM, and nothing that is secret can be read by other users of the machine."""
    assert not PRIVATE_KEY.search(everything(finished.server))
    data = finished.server.data
    for path in data.rglob("*"):
        if path.is_file():
            assert is_private(data) or is_private(path), f"{path.name} can be read by others"


def is_private(path: Path) -> bool:
    """Whether a file or directory is for its owner only."""
    return path.stat().st_mode & 0o077 == 0


def everything(server: Vouchsafe) -> bytes:
    """Every byte that the server has written; what is not secret can be read there."""
    kept = server.kept()
    assert b"student-id" in kept
    return kept + server.log.read_bytes()
