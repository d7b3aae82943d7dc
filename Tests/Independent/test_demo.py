"""`script/demo`, as a newcomer runs it: both ways of the data flow in Chromium, up to the bank's page."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import postgresql
from browser_login import LoginPage, part
from people import Person
from programs import free_port
from vault_page import PASSWORD, VaultPage, log_in

ROOT = Path(__file__).parents[2]
SCREENSHOTS = os.environ.get("SCREENSHOTS")
START_SECONDS, DEPOSIT_SECONDS = 90, 60
WAIT_MILLISECONDS = 30_000
FFION = Person("nmu-00227", "ffion.gwynne@students.northmere.example", "slate-heron-ropewalk", "481536", {})


class Demonstration:
    """The programs that it starts, and what it says."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.folder = folder
        self.ports = {
            name: str(free_port())
            for name in ("PORT", "MANAGEMENT_PORT", "SHOP_PORT", "BANK_PORT", "WITNESS_PORT")}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATA_DIR", "DATABASE_URL")},
            **self.ports, "DEMO_DIR": str(folder / "demo"), "VOUCHSAFE_BINARY": str(binary)}
        self.said = folder / "said"
        self.process: subprocess.Popen | None = None

    @property
    def hub(self) -> str:
        """The hub's address."""
        return f"http://localhost:{self.ports['PORT']}"

    @property
    def bank(self) -> str:
        """The bank's."""
        return f"http://127.0.0.1:{self.ports['BANK_PORT']}"

    def start(self) -> "Demonstration":
        """Starts it and waits for what it says when it is ready."""
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [ROOT / "script" / "demo"], stdout=said, stderr=subprocess.STDOUT, env=self.environment,
                cwd=self.folder, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C stops everything" not in self.said.read_text():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.2)
        return self

    def stop(self) -> int:
        """As Ctrl-C does it; the code it ends with."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """One of the program's commands."""
        return subprocess.run(
            [self.environment["VOUCHSAFE_BINARY"], *arguments], capture_output=True, text=True, timeout=60,
            env={**self.environment, "DATA_DIR": str(self.folder / "demo" / "hub" / "data")})


@pytest.fixture
def demonstration(binary: Path, tmp_path: Path) -> Iterator[Demonstration]:
    """It runs."""
    if postgresql.is_wanted():
        pytest.skip("the demonstration has a database of its own")
    made = Demonstration(binary, tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    """The person's."""
    context = browser.new_context(locale="en", viewport={"width": 1100, "height": 900})
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    """Keeps a picture, if pictures are wanted."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"demo-{name}.png", full_page=True)


def test_demonstration(demonstration: Demonstration, window: Page) -> None:
    """What it says to do, done: vault, deposit, question, choice, and what the bank received and verified."""
    log_in(window, demonstration.hub, FFION)
    vault = VaultPage(window, demonstration.hub).load()
    vault.create("password")
    deadline = time.monotonic() + DEPOSIT_SECONDS
    while vault.load().part("deposit").count() == 0:
        assert time.monotonic() < deadline, (demonstration.folder / "demo" / "deposits.log").read_text()
        time.sleep(1)
    picture(window, "vault")

    window.goto(demonstration.bank)
    picture(window, "bank")
    window.get_by_role("button").first.click()
    expect(part(window, "consent-form")).to_be_visible(timeout=WAIT_MILLISECONDS)
    window.wait_for_selector("[data-sharing][data-ready]", timeout=WAIT_MILLISECONDS)
    form = part(window, "vault-use-password").first
    form.locator("input").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(part(window, "value-address")).to_contain_text("Ropewalk", timeout=WAIT_MILLISECONDS)
    for name in ("points", "deliveries", "address"):
        box = part(window, f"choose-{name}")
        assert not box.is_checked(), "nothing is ticked in advance"
        if name != "deliveries":
            box.check()
    picture(window, "consent")
    part(window, "allow").click()
    window.wait_for_url(re.compile(re.escape(demonstration.bank)), timeout=WAIT_MILLISECONDS)
    shown = window.inner_text("body")
    picture(window, "received")
    for value in ("gold", "18250", "12 Ropewalk", "Verified"):
        assert value in shown, shown
    assert "31" not in shown.replace("18250", ""), "what was not chosen is not there"

    # What was agreed to is in the audited log once the witness has seen it, which is asked now and then.
    deadline = time.monotonic() + DEPOSIT_SECONDS
    while True:
        audit = demonstration.run("ledger", "verify", "--server", demonstration.hub)
        assert audit.returncode == 0, audit.stderr
        if re.search(r"approval: 2\b", audit.stdout):
            break
        assert time.monotonic() < deadline, audit.stdout
        time.sleep(0.5)
    assert demonstration.stop() == 0
