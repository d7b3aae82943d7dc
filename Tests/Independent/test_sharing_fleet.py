"""Data sharing at several processes on one database: nginx sends each request to another of them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest
import requests

import nginx_front
import postgresql
from fleet import Fleet
from plain_browser import Departure, PlainBrowser, Shown
from provider_setup import made_up_people
from sharing_fixtures import TIER, World
from sharing_person import SharedConsent
from sharing_provider import Asked
from sharing_setup import RealHub
from small_server import SmallServer
from wallet import Wallet

pytest_plugins = ["fleet_fixtures", "sharing_fixtures"]

CHOSEN = {"tier": "gold", "points": 1200}
PROCESSES, RACERS = 2, 6


class SharingFleet(RealHub, Fleet):
    """The processes."""

    def manage(self, method: str, path: str, document: object = None) -> requests.Response:
        """At any of them."""
        return Fleet.manage(self, method, path, json=document)


@pytest.fixture(scope="module")
def world(
    binary: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[World]:
    """The same as elsewhere, behind nginx."""
    if not nginx_front.is_installed():
        pytest.skip("nginx is not installed")
    url = None if postgresql.is_ruled_out() else request.getfixturevalue("database_server").create_database()
    hub = SharingFleet(binary, tmp_path_factory.mktemp("sharing-fleet"), url, PROCESSES)
    hub.people = made_up_people()
    with SmallServer() as server, Wallet() as wallet:
        made = World(hub, server, wallet)
        hub.prepare([server.port])
        try:
            hub.start().import_people()
            yield made.settle()
        finally:
            made.close()
            hub.stop()


def test_each_request_at_another_process(world: World) -> None:
    """Both cases, several times; what one process has from the market the other one gives."""
    person = world.someone(0)
    for _ in range(3):
        world.say(person)
        world.say(person, "shop:card")
        flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER), Asked("shop:card", TIER)), person)
        calls = len(world.shop.calls)
        assert flow.values("shop:loyalty") == flow.values("shop:card") == CHOSEN
        for _ in range(PROCESSES):
            assert flow.values("shop:loyalty", flow.told_now()) == CHOSEN
        assert len(world.shop.calls) == calls + 1, "the market was asked once"
    assert world.shop.complaints == []


def test_one_answer_to_a_page(world: World) -> None:
    """However many come at once: one code, one approval in the ledger."""
    person = world.someone(0)
    world.say(person)
    flow = world.bank.ask(Asked("shop:loyalty", TIER))
    page = world.consent(flow, person)
    before = world.logged("approval")
    parts = [page.answer() for _ in range(RACERS)]

    def send(answer: list[dict]) -> Shown | Departure:
        with PlainBrowser(flow.client.redirect_uri) as browser:
            browser.http.cookies.update(person.browser.http.cookies)
            twin = SharedConsent(page.page, type(person)(person.person, world.hub, browser))
            return twin.send(answer)

    with ThreadPoolExecutor(RACERS) as pool:
        results = list(pool.map(send, parts))
    codes = {each.parameters["code"] for each in results if isinstance(each, Departure) and "code" in each.parameters}
    assert len(codes) == 1
    flow.code = codes.pop()
    assert flow.values("shop:loyalty") == CHOSEN
    assert world.logged("approval") == before + 1


def test_a_process_is_killed(world: World) -> None:
    """Between consent and token; the other one goes on."""
    person = world.someone(0)
    world.say(person)
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    victim = world.hub.members[0]
    victim.kill()
    try:
        assert flow.values("shop:loyalty") == CHOSEN
    finally:
        victim.start()
