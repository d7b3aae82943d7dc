"""Wallets at work on a fleet while processes are killed, the database crashes and connections are cut."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from enduring_wallet import EnduringWallet
from fleet import Fleet
from ledger import Ledger
from postgresql import PostgreSQL

# Half of them with offers, half with logins.
WALLETS = 24
# Without any fault before the first, between two and after the last.
CALM_SECONDS = 3.0
# How long after a fault an outage is still its own.
AFTERMATH_SECONDS = 2.5


@dataclass(frozen=True)
class Fault:
    """Something that happens to the installation, and is over when it returns."""

    name: str
    happen: Callable[[], None]


@dataclass(frozen=True)
class Span:
    """When a fault happened, in seconds since the beginning."""

    name: str
    begin: float
    end: float


def faults(fleet: Fleet, server: PostgreSQL | None) -> Iterator[Fault]:
    """One after the other; those of the database only if it is a server."""
    yield Fault("kill -9 of a process", lambda: kill(fleet, 1))
    if server is not None:
        yield Fault("crash of PostgreSQL", lambda: crash(server, 0))
        yield Fault("connections cut three times", lambda: cut(server))
    yield Fault("rolling restart", fleet.roll)
    yield Fault("kill -9 of two processes", lambda: kill(fleet, 0, 3))
    if server is not None:
        yield Fault("PostgreSQL away for two seconds", lambda: crash(server, 2))


def kill(fleet: Fleet, *numbers: int) -> None:
    """Processes die, and are started again a second later."""
    victims = [fleet.members[number] for number in numbers]
    for member in victims:
        member.kill()
    time.sleep(1)
    for member in victims:
        member.start()


def crash(server: PostgreSQL, seconds: float) -> None:
    """The database server dies and recovers."""
    server.crash()
    time.sleep(seconds)
    server.start()


def cut(server: PostgreSQL) -> None:
    """Every connection, in the middle of whatever it does."""
    for _ in range(3):
        assert server.cut_connections() > 0
        time.sleep(0.7)


def weather(fleet: Fleet, server: PostgreSQL | None, ledger: Ledger, is_over: Event) -> list[Span]:
    """Lets everything happen, and says when it did."""
    spans = []
    try:
        for fault in faults(fleet, server):
            time.sleep(CALM_SECONDS)
            begin = time.monotonic() - ledger.begun
            fault.happen()
            spans.append(Span(fault.name, begin, time.monotonic() - ledger.begun))
        time.sleep(CALM_SECONDS)
    finally:
        is_over.set()
    return spans


def run(fleet: Fleet, server: PostgreSQL | None) -> tuple[Ledger, list[Span]]:
    """Everything that the wallets were told while it lasted, and what happened when."""
    ledger, is_over = Ledger(), Event()
    wallets = [EnduringWallet(fleet, ledger, fleet.people[number]) for number in range(WALLETS)]
    ledger.begun = time.monotonic()
    with ThreadPoolExecutor(WALLETS + 1) as pool:
        happening = pool.submit(weather, fleet, server, ledger, is_over)
        workers = [
            pool.submit(work, wallet, ("offer", "login")[number % 2], is_over) for number, wallet in enumerate(wallets)]
        for worker in workers:
            worker.result()
        return ledger, happening.result()


def work(wallet: EnduringWallet, kind: str, is_over: Event) -> None:
    """One flow after the other."""
    try:
        while not is_over.is_set():
            wallet.take(kind)
    finally:
        wallet.close()


def report(ledger: Ledger, spans: list[Span]) -> list[str]:
    """What came of it, in a few lines."""
    seconds = max(moment for moment, _ in ledger.good)
    flows = ", ".join(f"{count} by {kind}" for kind, count in sorted(ledger.finished.items()))
    again = ", ".join(f"{cause} {count}" for cause, count in sorted(ledger.repeated.items())) or "none"
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(ledger.statuses.items()))
    return [
        f"storm: {seconds:.0f} s, {WALLETS} wallets, finished {flows}; failed {len(ledger.failed)}, lost tokens"
        f" {len(ledger.lost_tokens)}, logins begun again {ledger.begun_again.total()}",
        f"storm: answers {statuses}; p50 {ledger.percentile(50) * 1000:.0f} ms, p99"
        f" {ledger.percentile(99) * 1000:.0f} ms, slowest {ledger.percentile(100):.2f} s",
        f"storm: sent again: {again}",
        *(f"storm: {effect(ledger, span)}" for span in spans),
    ]


def effect(ledger: Ledger, span: Span) -> str:
    """What clients noticed of a fault, while it happened and a little after."""
    end = span.end + AFTERMATH_SECONDS
    bad = ", ".join(f"{status}: {count}" for status, count in sorted(ledger.bad_between(span.begin, end).items()))
    return (
        f"{span.name}, {span.end - span.begin:.1f} s: longest without any good answer"
        f" {ledger.longest_gap(span.begin, end):.2f} s; {bad or 'all were answered'}")
