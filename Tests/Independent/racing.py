"""Threads that begin at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Callable, Sequence

import requests

from wallet import Wallet

RACERS = 32

# A request that a racer sends with its own wallet.
Attempt = Callable[[Wallet], requests.Response]


def race(attempts: Sequence[Attempt], warm_up: Sequence[str]) -> list[requests.Response]:
    """The answers to requests that are sent at once, each over a connection that is open already.

    `warm_up` has one address for each attempt, of the server that the attempt goes to.
    """
    barrier = Barrier(len(attempts))

    def run(attempt: Attempt, address: str) -> requests.Response:
        with Wallet() as wallet:
            wallet.http.get(address).raise_for_status()
            barrier.wait(timeout=30)
            return attempt(wallet)

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts, warm_up))


def winners(answers: list[requests.Response]) -> list[requests.Response]:
    """The answers that are successes."""
    return [answer for answer in answers if answer.status_code == 200]


def losers(answers: list[requests.Response]) -> list[requests.Response]:
    """The answers that are not."""
    return [answer for answer in answers if answer.status_code != 200]
