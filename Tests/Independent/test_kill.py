"""`kill -9` at any moment: what a client was told is done stays done, and nothing is ever spent twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Semaphore
from typing import Callable, Iterator

import pytest
import requests

from answers import assert_issued, assert_refused
from holder_keys import HolderKey
from proofs import make_proof
from vouchsafe import MadeOffer, Vouchsafe
from wallet import Discovery, Wallet, credential_request, token_form

WORKERS = 8
OFFERS = 56
# So many answered credentials, then the server is killed.
KILL_AFTER = (1, 13, 30)
CONFIGURATION = "enrolment"


@dataclass
class Attempt:
    """What one wallet sent, and what it was told before the server died."""

    made: MadeOffer
    offer: dict
    token: str | None = None
    nonce: str | None = None
    credential: str | None = None


@pytest.fixture
def server(start_server: Callable[..., Vouchsafe]) -> Iterator[Vouchsafe]:
    """A server that this test may kill."""
    started = start_server("killed")
    yield started
    started.stop()


@pytest.fixture(params=KILL_AFTER, ids=lambda count: f"after {count}")
def attempts(request: pytest.FixtureRequest, server: Vouchsafe, discovery: Discovery) -> list[Attempt]:
    """Wallets that were at work when the server was killed; it runs again when the test begins."""
    found = run_until_killed(server, discovery, make_attempts(server), request.param)
    assert request.param <= len(answered(found)) < len(found), "the server was killed when all was done"
    server.start()
    return found


@pytest.fixture
def discovery(server: Vouchsafe, wallet: Wallet) -> Discovery:
    """The metadata, fetched while the server was up."""
    return wallet.discover(server.url)


def test_nothing_is_lost_and_nothing_spent_twice(
    attempts: list[Attempt], server: Vouchsafe, discovery: Discovery
) -> None:
    """Every wallet finds what it was told; the operator finds every credential that was answered."""
    with Wallet() as wallet:
        for attempt in attempts:
            done = [entry.step for entry in server.timeline(attempt.made.id) if entry.refused is None]
            check_timeline_has_what_was_answered(attempt, done)
            check_nonce_is_accepted_once(attempt, "credential" in done, discovery, wallet)
            check_token_still_works(attempt, discovery, wallet)
            check_code_is_redeemed_once(attempt, "token" in done, discovery, wallet)


# What must hold.


def check_timeline_has_what_was_answered(attempt: Attempt, done: list[str]) -> None:
    """A step that a wallet was told about is in the timeline, and none is there twice."""
    assert (attempt.token is not None) <= done.count("token") <= 1
    assert (attempt.credential is not None) <= done.count("credential") <= 1


def check_nonce_is_accepted_once(attempt: Attempt, spent: bool, discovery: Discovery, wallet: Wallet) -> None:
    """A nonce works after the crash exactly if no credential was made with it, and then once."""
    if attempt.nonce is None:
        return
    for is_good in (not spent, False):
        response = post_credential(wallet, discovery, attempt.token, attempt.nonce)
        if is_good:
            assert_issued(response)
        else:
            assert_refused(response, 400, "invalid_nonce")


def check_token_still_works(attempt: Attempt, discovery: Discovery, wallet: Wallet) -> None:
    """A token that was answered is good for a credential."""
    if attempt.token is not None:
        assert_issued(post_credential(wallet, discovery, attempt.token, wallet.nonce(discovery)))


def check_code_is_redeemed_once(attempt: Attempt, spent: bool, discovery: Discovery, wallet: Wallet) -> None:
    """A code works after the crash exactly if no token was made with it, and then once."""
    for is_good in (not spent, False):
        response = wallet.post_token(discovery, token_form(attempt.offer))
        if is_good:
            assert response.status_code == 200, response.text
        else:
            assert_refused(response, 400, "invalid_grant")


# Wallets at work.


def make_attempts(server: Vouchsafe) -> SimpleQueue:
    """Offers for the wallets to take."""
    queue: SimpleQueue = SimpleQueue()
    with ThreadPoolExecutor(WORKERS) as pool, Wallet() as wallet:
        for made in pool.map(lambda _: server.create_offer(CONFIGURATION), range(OFFERS)):
            queue.put(Attempt(made, wallet.read_offer(made.link)))
    return queue


def run_until_killed(
    server: Vouchsafe, discovery: Discovery, queue: SimpleQueue, kill_after: int
) -> list[Attempt]:
    """Everything that was begun, once so many credentials were answered and the server was killed."""
    answers = Semaphore(0)
    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work, discovery, queue, answers) for _ in range(WORKERS)]
        for _ in range(kill_after):
            assert answers.acquire(timeout=30), "the wallets get no credentials"
        server.kill()
        return [attempt for worker in workers for attempt in worker.result()]


def work(discovery: Discovery, queue: SimpleQueue, answers: Semaphore) -> list[Attempt]:
    """Takes one offer after another until the server is gone."""
    begun: list[Attempt] = []
    with Wallet() as wallet:
        for attempt in remaining(queue):
            begun.append(attempt)
            try:
                take(attempt, discovery, wallet)
            except requests.RequestException:
                break
            answers.release()
    return begun


def remaining(queue: SimpleQueue) -> Iterator[Attempt]:
    """What is left in a queue that several take from."""
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return


def take(attempt: Attempt, discovery: Discovery, wallet: Wallet) -> None:
    """The flow, noting each answer as soon as it is there."""
    attempt.token = wallet.redeem(discovery, attempt.offer)
    attempt.nonce = wallet.nonce(discovery)
    [attempt.credential] = assert_issued(post_credential(wallet, discovery, attempt.token, attempt.nonce))


def post_credential(wallet: Wallet, discovery: Discovery, token: str, nonce: str) -> requests.Response:
    """A request for a credential with a fresh key and this nonce."""
    proof = make_proof(HolderKey.make(), discovery.credential_issuer, nonce)
    return wallet.post_credential(discovery, token, credential_request(CONFIGURATION, [proof]))


def answered(attempts: list[Attempt]) -> list[Attempt]:
    """The wallets that have a credential."""
    return [attempt for attempt in attempts if attempt.credential is not None]
