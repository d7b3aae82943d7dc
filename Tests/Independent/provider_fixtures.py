"""What tests of login and authorization share; a module has them by `pytest_plugins = ["provider_fixtures"]`."""

from pathlib import Path
from typing import Callable, Iterator

import pytest

from people import Person
from plain_browser import PlainBrowser
from provider_setup import MakeProvider, Provider, with_every_client


@pytest.fixture(scope="session")
def make_provider(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeProvider]:
    """Makes installations, not yet started, that are stopped at the end of the session."""
    made: list[Provider] = []

    def make(name: str, kind: type[Provider] = Provider, **options: object) -> Provider:
        made.append(kind(binary, tmp_path_factory.mktemp(name), **options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def provider(make_provider: MakeProvider) -> Provider:
    """The server that most tests of login and authorization share."""
    return with_every_client(make_provider("provider")).start().import_people()


@pytest.fixture
def person(provider: Provider) -> Person:
    """Somebody who can log in."""
    return provider.people[0]


@pytest.fixture
def other_person(provider: Provider) -> Person:
    """Somebody else."""
    return provider.people[1]


@pytest.fixture
def new_browser() -> Iterator[Callable[..., PlainBrowser]]:
    """Opens browsers that are closed after the test."""
    opened: list[PlainBrowser] = []

    def open(way_out: str | None = None, language: str = "en") -> PlainBrowser:
        opened.append(PlainBrowser(way_out, language))
        return opened[-1]

    yield open
    for browser in opened:
        browser.close()
