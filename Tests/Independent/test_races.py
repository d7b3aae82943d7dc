"""Single-use things are used once, however many ask at the same moment and whichever process they ask."""

from collections import Counter
from typing import Iterator

import pytest

from answers import assert_issued, assert_refused
from holder_keys import HolderKey
from proofs import make_proof
from racing import RACERS, Stage, losers, winners
from twins import Twin, way_into_a_network
from visits import TX_CODE_TRIES, Visit, wrong_codes
from vouchsafe import Vouchsafe
from wallet import Wallet

ROUNDS = range(5)


@pytest.fixture(scope="session")
def twin(server: Vouchsafe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A second process on the data of the first that serves the same issuer."""
    way = way_into_a_network()
    if way is None:
        pytest.skip("`unshare --net` is not permitted here: two processes cannot serve one address")
    started = Twin(server, tmp_path_factory.mktemp("twin"), way)
    try:
        yield started.start()
    finally:
        started.stop()


@pytest.fixture(params=["one process", "two processes"])
def stage(request: pytest.FixtureRequest, server: Vouchsafe, wallet: Wallet) -> Stage:
    """One process, or two that share a data directory."""
    addresses = [server.url]
    if request.param == "two processes":
        addresses.append(request.getfixturevalue("twin").address)
    return Stage(server, wallet, addresses)


@pytest.mark.parametrize("round", ROUNDS)
def test_code_has_one_winner(round: int, stage: Stage, visit: Visit) -> None:
    """Of all who redeem one code at once, one gets a token that works; the others are told that it is spent."""
    answers = stage.race(lambda _, discovery: lambda wallet: wallet.post_token(discovery, visit.token_form))
    [winner] = winners(answers)
    assert len(losers(answers)) == RACERS - 1
    for answer in losers(answers):
        assert_refused(answer, 400, "invalid_grant")
    token = winner.json()["access_token"]
    assert_issued(visit.wallet.post_credential(visit.discovery, token, visit.good_request()))


@pytest.mark.parametrize("round", ROUNDS)
def test_nonce_has_one_winner(round: int, stage: Stage, visit: Visit) -> None:
    """Of all who use one nonce at once, each for a key of its own, one gets a credential."""
    issuer, token = visit.discovery.credential_issuer, visit.token
    bodies = [visit.request(make_proof(HolderKey.make(), issuer, visit.nonce)) for _ in range(RACERS)]
    answers = stage.race(
        lambda number, discovery: lambda wallet: wallet.post_credential(discovery, token, bodies[number]))
    assert len(winners(answers)) == 1
    assert_issued(winners(answers)[0])
    for answer in losers(answers):
        assert_refused(answer, 400, "invalid_nonce")
    steps = [(entry.step, entry.refused) for entry in visit.server.timeline(visit.made.id)]
    assert steps.count(("credential", None)) == 1


def test_batches_that_share_a_nonce_have_one_winner(stage: Stage, visit: Visit) -> None:
    """Each batch has a fresh nonce and the shared one; whoever loses has not spent its fresh one."""
    issuer, token, shared = visit.discovery.credential_issuer, visit.token, visit.nonce
    fresh = [visit.wallet.nonce(visit.discovery) for _ in range(RACERS)]
    bodies = [
        visit.request(*(make_proof(HolderKey.make(), issuer, nonce) for nonce in (own, shared))) for own in fresh]
    answers = stage.race(
        lambda number, discovery: lambda wallet: wallet.post_credential(discovery, token, bodies[number]))
    assert [len(winners(answers)), len(losers(answers))] == [1, RACERS - 1]
    for own, answer in zip(fresh, answers):
        again = visit.ask(visit.request(visit.proof(own)))
        if answer.status_code == 200:
            assert_refused(again, 400, "invalid_nonce")
        else:
            assert_refused(answer, 400, "invalid_nonce")
            assert_issued(again)


@pytest.mark.parametrize("round", ROUNDS)
def test_guesses_at_once_are_counted_one_by_one(round: int, stage: Stage, server: Vouchsafe, wallet: Wallet) -> None:
    """Many wrong transaction codes at once lock the offer just as five in a row do."""
    guarded = Visit(server, wallet, tx_code=True)
    forms = [{**guarded.token_form, "tx_code": code} for code in wrong_codes(guarded, RACERS)]
    answers = stage.race(lambda number, discovery: lambda wallet: wallet.post_token(discovery, forms[number]))
    for answer in answers:
        assert_refused(answer, 400, "invalid_grant")
    reasons = [entry.reason for entry in server.timeline(guarded.made.id) if entry.step == "token"]
    [(_, locked)] = Counter(reasons).most_common(1)
    assert (len(reasons), locked) == (RACERS, RACERS - TX_CODE_TRIES)
    assert_refused(guarded.ask_for_token(guarded.token_form), 400, "invalid_grant")


def test_offers_that_race_do_not_disturb_each_other(stage: Stage, server: Vouchsafe, wallet: Wallet) -> None:
    """Everybody with an offer of their own is served."""
    visits = [Visit(server, wallet) for _ in range(RACERS)]
    answers = stage.race(
        lambda number, discovery: lambda wallet: wallet.post_token(discovery, visits[number].token_form))
    assert len(winners(answers)) == RACERS
    assert len({answer.json()["access_token"] for answer in answers}) == RACERS
