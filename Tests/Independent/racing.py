"""Threads that begin at the same moment, at one process or at several."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Callable, Sequence

import requests

from vouchsafe import Vouchsafe
from wallet import Discovery, Wallet

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


class Stage:
    """Where a race takes place: one issuer, served at one address or at several."""

    def __init__(self, server: Vouchsafe, wallet: Wallet, addresses: list[str]) -> None:
        self.server = server
        self.addresses = addresses
        self.discoveries = [moved(wallet.discover(server.url), server.url, address) for address in addresses]

    def race(self, make: Callable[[int, Discovery], Attempt]) -> list:
        """The answers to as many attempts as there are racers, spread over the addresses."""
        lanes = [number % len(self.addresses) for number in range(RACERS)]
        attempts = [make(number, self.discoveries[lane]) for number, lane in enumerate(lanes)]
        return race(attempts, [self.addresses[lane] + "/health" for lane in lanes])


def moved(discovery: Discovery, home: str, address: str) -> Discovery:
    """The same endpoints at another address of the same issuer."""
    endpoints = {
        name: discovery.issuer[name].replace(home, address, 1) for name in ("nonce_endpoint", "credential_endpoint")}
    token_endpoint = discovery.token_endpoint.replace(home, address, 1)
    return replace(
        discovery, issuer={**discovery.issuer, **endpoints},
        authorization_server={**discovery.authorization_server, "token_endpoint": token_endpoint})
