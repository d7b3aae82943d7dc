"""The landing page in a real browser: with and without JavaScript, on a phone, by keyboard, in every language.

Elements are found by `data-test`: `try-form`; on the page that it leads to `offer-link`, `offer-qr`, `tx-code`,
`command` and `offer-status`, whose `data-state` becomes `issued` when a wallet has taken the credential.
"""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import registry
from vouchsafe import Vouchsafe
from wallet import Wallet, pre_authorized_code, token_form

PHONE = {"width": 360, "height": 740}
UPDATE_MILLISECONDS = 10_000
MOST_TAB_STOPS = 60
ARABIC = re.compile(r"[\u0600-\u06FF]")

FOCUS = """() => {
    const focused = document.activeElement, style = getComputedStyle(focused);
    return {
        isForm: focused.closest('[data-test="try-form"]') !== null,
        isSubmit: focused.matches('button:not([type]), button[type=submit], input[type=submit]'),
        isLink: focused.matches('[data-test="offer-link"]'),
        isVisible: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
        isPage: focused === document.body,
    };
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def open_page(browser: Browser, server: Vouchsafe) -> Iterator[Callable[..., Page]]:
    """Opens pages of the server; at the end, nothing may have been fetched elsewhere or complained about."""
    contexts, complaints = [], []

    def open(path: str = "/", language: str = "en", javascript: bool = True, **options: object) -> Page:
        context = browser.new_context(locale=language, java_script_enabled=javascript, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, server.url, complaints)
        page.goto(server.url + path)
        return page

    yield open
    for context in contexts:
        context.close()
    assert complaints == []


def watch(page: Page, home: str, complaints: list[str]) -> None:
    """Notes what the browser complains about, and every request that leaves the server."""

    def note(is_bad: bool, text: str) -> None:
        if is_bad:
            complaints.append(text)

    page.on("console", lambda message: note(message.type in ("error", "warning"), message.text))
    page.on("pageerror", lambda error: note(True, str(error)))
    page.on("request", lambda request: note(is_elsewhere(request.url, home), request.url))


def is_elsewhere(url: str, home: str) -> bool:
    """Whether an address is neither the server's nor in the page itself."""
    return not url.startswith((home + "/", "data:", "blob:"))


# The landing page.


@pytest.mark.parametrize("language", registry.DIRECTIONS)
def test_landing_page_says_who_issues_what(language: str, open_page: Callable[..., Page]) -> None:
    """Title, issuer and every credential by its name, in the reader's language."""
    page = open_page(language=language)
    assert page.title()
    text = page.locator("body").inner_text()
    assert registry.UNIVERSITY_NAMES[language] in text
    for names in registry.NAMES.values():
        assert names[language] in text
    snapshot(page, f"landing-{language}")


@pytest.mark.parametrize(("path", "accepted", "shown"), [
    ("/", "en", "en"), ("/", "ar", "ar"), ("/?lang=ar", "en", "ar"), ("/?lang=en", "ar", "en"), ("/", "fr", "fr"),
    ("/", "uk", "uk"), ("/", "de", "en"), ("/?lang=xx", "ar", "ar"),
])
def test_language(path: str, accepted: str, shown: str, open_page: Callable[..., Page]) -> None:
    """`lang` in the address decides, else the browser's languages, else English; direction goes with it."""
    page = open_page(path, language=accepted)
    assert page.locator("html").get_attribute("lang") == shown
    assert direction(page.locator("body")) == registry.DIRECTIONS[shown]
    assert bool(ARABIC.search(page.title())) == (shown == "ar")


def test_language_is_kept(open_page: Callable[..., Page]) -> None:
    """Whoever chose a language by the address keeps it on the next page."""
    page = try_out(open_page("/?lang=ar", language="en"))
    assert page.locator("html").get_attribute("lang") == "ar"


def test_security_policy(server: Vouchsafe, wallet: Wallet, open_page: Callable[..., Page]) -> None:
    """Both pages may load nothing from elsewhere and run nothing that is written into them."""
    for address in (server.url + "/", try_out(open_page()).url):
        check_policy(wallet.http.get(address, headers={"Accept": "text/html"}).headers["Content-Security-Policy"])


def check_policy(policy: str) -> None:
    """A default for everything, and no source that lets strangers in."""
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    assert directives["default-src"] in (["'none'"], ["'self'"])
    sources = {source for values in directives.values() for source in values}
    assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}


# Trying it out.


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("language", registry.DIRECTIONS)
def test_try_out_shows_the_offer(
    language: str, javascript: bool, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """QR code, link, transaction code and command are there, and belong to one offer."""
    page = try_out(open_page(language=language, javascript=javascript))
    offer = wallet.read_offer(offer_link(page))
    assert offer["credential_configuration_ids"][0] in registry.FORMATS
    expect(part(page, "offer-qr")).to_be_visible()
    assert re.fullmatch("[0-9]{6}", tx_code(page))
    assert command(page)[:3] == ["vouchsafe", "wallet", "accept"]
    assert offer_link(page) in command(page)
    assert command(page)[command(page).index("--tx-code") + 1] == tx_code(page)
    assert state(page) == "open"
    snapshot(page, f"offer-{language}" + ("" if javascript else "-without-javascript"))


def test_page_updates_itself(open_page: Callable[..., Page], wallet: Wallet) -> None:
    """With JavaScript, the page says that the wallet has the credential as soon as it has."""
    page = try_out(open_page())
    before = part(page, "offer-status").inner_text()
    assert wallet.accept(offer_link(page), tx_code(page))
    expect(part(page, "offer-status")).to_have_attribute("data-state", "issued", timeout=UPDATE_MILLISECONDS)
    assert part(page, "offer-status").inner_text() not in ("", before)
    snapshot(page, "issued")


def test_page_tells_on_reload(open_page: Callable[..., Page], wallet: Wallet) -> None:
    """Without JavaScript, the same is there after a reload, which makes no new offer."""
    page = try_out(open_page(javascript=False))
    link, before = offer_link(page), part(page, "offer-status").inner_text()
    page.goto(page.url)
    assert (state(page), offer_link(page)) == ("open", link)
    fresh = try_out(open_page(javascript=False))
    assert wallet.accept(offer_link(fresh), tx_code(fresh))
    fresh.goto(fresh.url)
    assert state(fresh) == "issued"
    page.goto(page.url)
    assert state(page) == "open", "somebody else's success is not this page's"
    assert part(fresh, "offer-status").inner_text() not in ("", before)


def test_page_after_a_refusal_is_still_open(open_page: Callable[..., Page], wallet: Wallet) -> None:
    """A wrong transaction code is no success."""
    page = try_out(open_page(javascript=False))
    offer = wallet.read_offer(offer_link(page))
    wrong = f"{(int(tx_code(page)) + 1) % 1_000_000:06}"
    discovery = wallet.discover(offer["credential_issuer"])
    assert wallet.post_token(discovery, token_form(offer, wrong)).status_code == 400
    page.goto(page.url)
    assert state(page) == "open"


def test_offer_page_keeps_its_secrets(open_page: Callable[..., Page], wallet: Wallet) -> None:
    """No secret is in the address, and no cache keeps the page."""
    page = try_out(open_page(javascript=False))
    code = pre_authorized_code(wallet.read_offer(offer_link(page)))
    assert tx_code(page) not in page.url and code not in page.url
    assert "no-store" in page.goto(page.url).headers["cache-control"]


def test_command_works_as_pasted(server: Vouchsafe, open_page: Callable[..., Page], tmp_path: Path) -> None:
    """The command on the page, run with this program, gets the credential that the page is waiting for."""
    page = try_out(open_page())
    arguments = command(page)[1:]
    done = server.run(*arguments, "--yes", "--store", str(tmp_path / "wallet"))
    assert done.returncode == 0, done.stderr
    expect(part(page, "offer-status")).to_have_attribute("data-state", "issued", timeout=UPDATE_MILLISECONDS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_qr_code_is_the_link(scheme: str, open_page: Callable[..., Page], tmp_path: Path) -> None:
    """A camera reads the same link from the screen, in either colour scheme."""
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed")
    page = try_out(open_page(color_scheme=scheme, device_scale_factor=3))
    picture = tmp_path / "qr.png"
    part(page, "offer-qr").screenshot(path=picture)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True)
    assert read.stdout.strip() == offer_link(page), read.stderr


# On a phone, by keyboard, from right to left.


@pytest.mark.parametrize("language", registry.DIRECTIONS)
def test_phone_has_no_horizontal_overflow(language: str, open_page: Callable[..., Page]) -> None:
    """Both pages fit 360 pixels, and what the user needs is on the screen as a whole."""
    page = open_page(language=language, viewport=PHONE)
    assert page.evaluate(OVERFLOW) == 0
    snapshot(page, f"landing-{language}-phone")
    try_out(page)
    assert page.evaluate(OVERFLOW) == 0
    for name in ("offer-qr", "offer-link", "tx-code", "command", "offer-status"):
        box = part(page, name).bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= PHONE["width"], name
    snapshot(page, f"offer-{language}-phone")


def test_keyboard_reaches_and_submits(open_page: Callable[..., Page]) -> None:
    """Tab reaches the form and its button, the focus can be seen at every stop, and Enter submits."""
    page = open_page()
    stops = tab_until(page, lambda focus: focus["isForm"] and focus["isSubmit"])
    assert all(focus["isVisible"] for focus in stops)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(part(page, "offer-qr")).to_be_visible()
    stops = tab_until(page, lambda focus: focus["isLink"])
    assert all(focus["isVisible"] for focus in stops)


def tab_until(page: Page, is_there: Callable[[dict], bool]) -> list[dict]:
    """The places that Tab stops at, up to the one that is looked for."""
    stops: list[dict] = []
    while len(stops) < MOST_TAB_STOPS:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
        assert not stops[-1]["isPage"], "Tab left the page before it got there"
        if is_there(stops[-1]):
            return stops
    raise AssertionError(f"not reached in {MOST_TAB_STOPS} stops")


def test_technical_texts_stay_left_to_right(open_page: Callable[..., Page]) -> None:
    """In Arabic, the page runs from right to left, but a command, a link and a number do not."""
    page = try_out(open_page(language="ar"))
    assert direction(page.locator("body")) == "rtl"
    assert direction(part(page, "command")) == direction(part(page, "tx-code")) == "ltr"


# Reading the page.


def try_out(page: Page) -> Page:
    """Starts with the first sample that the landing page offers; the page then shows the offer."""
    form = part(page, "try-form").first
    assert form.get_attribute("method").lower() == "post"
    with page.expect_navigation():
        form.get_by_role("button").first.click()
    expect(part(page, "offer-status")).to_be_visible()
    return page


def part(page: Page, name: str) -> Locator:
    """An element by the name that the page gives it for tests."""
    return page.locator(f'[data-test="{name}"]')


def offer_link(page: Page) -> str:
    """The address of the link that opens a wallet."""
    link = part(page, "offer-link").get_attribute("href")
    assert urlsplit(link).scheme == "openid-credential-offer"
    return link


def tx_code(page: Page) -> str:
    """The transaction code, as it stands there."""
    return part(page, "tx-code").inner_text().strip()


def command(page: Page) -> list[str]:
    """The words of the command, as a shell would read them."""
    return shlex.split(part(page, "command").inner_text())


def state(page: Page) -> str:
    """How far the offer is."""
    return part(page, "offer-status").get_attribute("data-state")


def direction(element: Locator) -> str:
    """The direction that an element's text runs in."""
    return element.evaluate("element => getComputedStyle(element).direction")


def snapshot(page: Page, name: str) -> None:
    """A screenshot for people, if somebody wants it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
