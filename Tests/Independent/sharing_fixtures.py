"""A hub with two markets, a third that nobody answers for, and two service providers.

A module has it by `pytest_plugins = ["sharing_fixtures"]`.
"""

from typing import Iterator

import pytest

from plain_browser import Departure, PlainBrowser, Shown, departed
from provider_setup import MakeProvider
from programs import free_port
from sharing_log import LogReader
from sharing_market import Market
from sharing_person import SharedConsent, SharingPerson
from sharing_provider import Asked, DataFlow, ServiceProvider
from sharing_setup import GOLD, LARGE, LOYALTY, RealHub, definition
from small_server import SmallServer
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

TIER = ["tier!", "points"]


class World:
    """Everybody who takes part."""

    def __init__(self, hub: RealHub, server: SmallServer, wallet: Wallet) -> None:
        self.hub, self.server, self.wallet = hub, server, wallet
        self.shop = Market("shop", hub, wallet, server)
        self.club = Market("club", hub, wallet, server, algorithm="EdDSA")
        self.bank = ServiceProvider("bank", hub, wallet)
        self.loans = ServiceProvider("loans", hub, wallet, algorithm="EdDSA")
        # Where nobody answers, and where the program of a market can.
        self.ghost_port, self.program_port = free_port(), free_port()
        self.people: dict[int, SharingPerson] = {}

    def settle(self) -> "World":
        """Organizations and scopes, in a running server."""
        ghost = Market("ghost", self.hub, self.wallet, self.server)
        ghost.uri = f"http://localhost:{self.ghost_port}/ghost"
        self.ghost = ghost
        organizations = [self.shop, self.club, self.ghost, self.bank, self.loans]
        self.hub.approve(*(each.document() for each in organizations))
        for market in (self.shop, self.club, self.ghost):
            market.trust(self.bank)
            market.trust(self.loans)
        self.hub.define(
            definition("shop:loyalty", "market", LOYALTY), definition("shop:card", "person", LOYALTY),
            definition("shop:history", "market", LARGE), definition("club:membership", "market", LOYALTY),
            definition("club:badge", "person", LOYALTY), definition("ghost:loyalty", "market", LOYALTY))
        return self

    def close(self) -> None:
        """Closes the browsers."""
        for person in self.people.values():
            person.browser.close()

    def someone(self, number: int = 0) -> SharingPerson:
        """A person who is logged in and has a vault."""
        if number not in self.people:
            person = SharingPerson(self.hub.people[number], self.hub, PlainBrowser())
            self.people[number] = person.log_in().make_vault()
        return self.people[number]

    def subject(self, market: Market, person: SharingPerson) -> str:
        """What a market calls somebody."""
        return self.hub.subject(market.name, person.person.id)

    def say(
        self, person: SharingPerson, scope: str = "shop:loyalty", values: dict | None = None, version: int = 1
    ) -> dict:
        """The market of the scope says something about somebody, in the way that the scope is held."""
        market = {"shop": self.shop, "club": self.club, "ghost": self.ghost}[scope.split(":")[0]]
        tell = market.deposit if scope in ("shop:card", "club:badge") else market.digest
        return tell(self.subject(market, person), scope, GOLD if values is None else values, version)

    def consent(self, flow: DataFlow, person: SharingPerson) -> SharedConsent:
        """The consent page for a request."""
        person.leave_for(flow.client.redirect_uri)
        return person.reach_consent(flow.address()).check()

    def share(self, flow: DataFlow, person: SharingPerson, *arguments: object, **options: object) -> DataFlow:
        """Agrees, and the code is there."""
        return self.finish(flow, self.consent(flow, person).allow(*arguments, **options))

    def finish(self, flow: DataFlow, answer: Shown | Departure) -> DataFlow:
        """The code of an answer to a consent page."""
        return flow.take_departure(departed(answer))

    def log(self) -> LogReader:
        """The ledger."""
        return LogReader(self.hub.url, self.wallet)

    def logged(self, kind: str, by: str | None = None) -> int:
        """How many entries of a kind there are, those that were written just now included: a later one is."""
        subject = self.hub.subject("club", self.hub.people[-1].id)
        later = self.club.digest(subject, "club:membership", GOLD)["ledger"]["index"]
        log = self.log()
        log.proof(later)
        return len([entry for entry in log.entries() if entry["type"] == kind and by in (None, entry["by"])])


def make_world(make_provider: MakeProvider, name: str, server: SmallServer, wallet: Wallet) -> World:
    """A world of its own."""
    hub = make_provider(name, kind=RealHub)
    world = World(hub, server, wallet)
    hub.prepare([server.port, world.ghost_port, world.program_port])
    return world


@pytest.fixture(scope="module")
def world(make_provider: MakeProvider) -> Iterator[World]:
    """The one that most tests of a module share."""
    with SmallServer() as server, Wallet() as wallet:
        made = make_world(make_provider, "sharing", server, wallet)
        made.hub.start().import_people()
        yield made.settle()
        made.close()


@pytest.fixture
def asked() -> Asked:
    """What a bank asks for."""
    return Asked("shop:loyalty", TIER)


@pytest.fixture(autouse=True)
def honest(request: pytest.FixtureRequest) -> Iterator[None]:
    """Markets behave again after each test."""
    yield
    if "world" in request.fixturenames:
        world = request.getfixturevalue("world")
        for market in (world.shop, world.club):
            market.behaviour = None
            market.complaints.clear()
