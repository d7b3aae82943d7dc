"""Four processes behind nginx while everything fails that can: nothing is lost, nothing is spent twice.

Slow, since each fault needs the load before and after it.
"""

import random
from collections import Counter

import pytest

import storm
from enduring_wallet import EnduringWallet, code_by_another_key, nonce_once_more
from fleet import Fleet
from ledger import Ledger
from postgresql import PostgreSQL
from wallet import Wallet

pytest_plugins = ["fleet_fixtures"]

# What is used up once more when all is over.
SAMPLE = 150


@pytest.fixture(scope="module")
def server(fleet: Fleet, request: pytest.FixtureRequest) -> PostgreSQL | None:
    """The database server; None where there is a file."""
    return None if fleet.database_url is None else request.getfixturevalue("database_server")


@pytest.fixture(scope="module")
def ledger(fleet: Fleet, server: PostgreSQL | None, figures: list[str]) -> Ledger:
    """What the wallets were told."""
    found, spans = storm.run(fleet, server)
    figures += storm.report(found, spans)
    return found


def test_every_flow_is_finished(ledger: Ledger) -> None:
    """Ordinary repetitions are enough, and there is something to speak of."""
    assert not ledger.failed, "\n".join(ledger.failed)
    assert all(ledger.finished[kind] > 50 for kind in ("offer", "login")), ledger.finished


def test_no_token_is_lost(ledger: Ledger) -> None:
    """A wallet whose answer got lost gets it by asking again with the same key."""
    assert not ledger.lost_tokens, ledger.lost_tokens


def test_nothing_is_spent_twice(ledger: Ledger) -> None:
    """One token for a code, one credential for a nonce, each proof once."""
    assert not ledger.codes_with_several_tokens()
    assert not ledger.nonces_with_several_credentials()
    assert not ledger.taken_twice, "\n".join(ledger.taken_twice)


def test_everything_is_on_record(ledger: Ledger, fleet: Fleet) -> None:
    """Each token and credential that a wallet has is in its timeline; what is there besides was in a lost answer."""
    assert ledger.acknowledged
    for timeline, count in ledger.acknowledged.items():
        done = Counter(fleet.steps(timeline))
        assert count <= done["credential"] <= count + ledger.unanswered["credential", timeline], (timeline, done)
        assert 1 <= done["token"] <= 1 + ledger.unanswered["token", timeline], (timeline, done)


def test_what_was_spent_stays_spent(ledger: Ledger, fleet: Fleet) -> None:
    """No crash has undone it: codes of the whole time by another key, nonces by their own tokens."""
    with Wallet() as wallet:
        discovery = wallet.discover(fleet.url)
        for spent in random.sample(ledger.spent, min(SAMPLE, len(ledger.spent))):
            for answer in (nonce_once_more(spent, wallet, discovery), code_by_another_key(spent, wallet)):
                assert answer.status_code in (400, 401), answer.text


def test_fleet_is_well_again(ledger: Ledger, fleet: Fleet) -> None:
    """Every process is ready, and everything works at once."""
    assert all(member.is_running and member.is_healthy() for member in fleet.members)
    after = Ledger()
    wallet = EnduringWallet(fleet, after, fleet.people[0])
    for kind in ("offer", "login"):
        wallet.take(kind)
    wallet.close()
    assert after.finished.total() == 2 and not after.failed and not after.repeated
