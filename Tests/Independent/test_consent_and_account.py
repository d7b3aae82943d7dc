"""The consent page and the person's own page: what they say, in which languages, by which means, and taking it back."""

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import registry
from answers import assert_issued, assert_refused
from browser_login import AccountPage, ConsentPage, LoginPage, WayOut, part
from code_wallet import CodeFlow, credential_details
from html_page import Element
from openid_checks import key_set, verified
from people import Person
from plain_browser import PlainBrowser, Shown, shown
from provider_setup import Provider, ask_for_credential, by_configuration
from sign_in import Visitor, claims_on
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

# Languages of the pages, by the direction that they run in.
LANGUAGES = {"en": "ltr", "ar": "rtl", "fr": "ltr", "uk": "ltr"}
LETTERS = {"ar": "ابت", "uk": "іїє", "fr": "éàè"}
PHONE = {"width": 360, "height": 740}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """() => ({
    test: document.activeElement.dataset.test ?? null, isPage: document.activeElement === document.body,
    isVisible: getComputedStyle(document.activeElement).outlineStyle !== 'none'
        || getComputedStyle(document.activeElement).boxShadow !== 'none',
})"""
MOST_TAB_STOPS = 40
EVERYTHING = "openid profile email address offline_access"
STUDENT_ID = by_configuration("student-id")

NewBrowser = Callable[..., PlainBrowser]


@pytest.fixture
def plain(new_browser: NewBrowser) -> PlainBrowser:
    """The person's browser, which runs no script."""
    return new_browser("https://web.example/callback")


def consent_page(browser: PlainBrowser, flow: CodeFlow, person: Person) -> Shown:
    """The consent page of a request."""
    browser.way_out = flow.client.redirect_uri
    page = browser.show(flow.address())
    if page.html.has("login-form"):
        page = shown(Visitor(person, browser).log_in(page))
    assert page.html.has("consent-form"), page.html.root.text[:300]
    return page


# What the consent page says.


def test_who_asks_for_what(provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet) -> None:
    """The party and its host, the credential with every claim in it, each claim that the party is told."""
    flow = provider.flow(wallet, "web", scope="student_id openid email profile")
    page = consent_page(plain, flow, person)
    assert page.html.one("party-name").text == "Client web" and page.html.one("party-host").text == "web.example"
    assert page.html.has("party-unverified") and not page.html.has("party-verified")
    text = page.html.one("credential-student-id").text
    assert all(words in text for words in ("Student ID", registry.UNIVERSITY, "Given name", "Portrait", "Address"))
    assert set(claims_on(page)) == {"given_name", "family_name", "birthdate", "email"}
    assert "E-mail address" in page.html.root.text


def test_party_that_the_operator_knows(
    provider: Provider, person: Person, new_browser: NewBrowser, wallet: Wallet
) -> None:
    """Its name in the person's language, and what it has written about itself, which opens elsewhere."""
    flow = provider.flow(wallet, "verified", scope="openid")
    page = consent_page(new_browser(language="ar"), flow, person)
    assert page.html.one("party-name").text == "نادي الشطرنج" and not page.html.has("party-unverified")
    links = {
        element.attributes["href"]: element for element in page.html.root.elements()
        if element.name == "a" and "verified.example" in element.attributes.get("href", "")}
    assert set(links) == {"https://verified.example/privacy", "https://verified.example/terms"}
    assert all("noopener" in link.attributes["rel"] for link in links.values())


def test_program_on_the_own_machine(provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet) -> None:
    """It has no host, and the page does not make one up."""
    page = consent_page(plain, provider.flow(wallet, "wallet", scope="student_id"), person)
    assert "127.0.0.1" not in page.html.one("party-host").text


def test_nothing_is_chosen_for_the_person(
    provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet
) -> None:
    """No box is ticked, the shortest time is chosen, yes and no look alike, and Enter says neither."""
    page = consent_page(plain, provider.flow(wallet, "web", scope=EVERYTHING), person)
    controls = [element for element in page.html.root.elements() if element.name == "input"]
    boxes = [element for element in controls if element.attributes.get("type") == "checkbox"]
    assert len(boxes) == 5 and not any("checked" in box.attributes for box in boxes)
    times = [element for element in controls if element.attributes.get("name") == "remember"]
    assert [time.attributes["value"] for time in times if "checked" in time.attributes] == ["once"]
    assert {time.attributes["value"] for time in times} == {"once", "30d", "365d"}
    allow, deny = page.html.one("allow"), page.html.one("deny")
    assert allow.attributes["class"] == deny.attributes["class"]
    assert first_button(page, "consent-form") not in (allow, deny)


def first_button(page: Shown, form: str) -> Element:
    """What Enter presses in a form."""
    return next(element for element in page.html.one(form).elements() if element.name == "button")


@pytest.mark.parametrize(("client", "scope", "warns"), [
    ("web", "openid", False), ("web", "openid offline_access", True), ("web", "student_id", True),
    ("keyed", "openid email", False),
])
def test_what_can_be_done_while_the_person_is_away(
    client: str, scope: str, warns: bool, provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet
) -> None:
    """The page says so exactly if it is so."""
    page = consent_page(plain, provider.flow(wallet, client, scope=scope), person)
    assert page.html.has("offline") == warns


def test_purpose_is_shown_as_the_party_wrote_it(
    provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet
) -> None:
    """As text."""
    purpose = "To <b>check</b> that you may borrow books"
    flow = provider.flow(wallet, "web", scope="openid email", purpose=purpose)
    assert consent_page(plain, flow, person).html.one("purpose").text == purpose


# The person's own page.


def test_account_needs_a_login(provider: Provider, person: Person, plain: PlainBrowser) -> None:
    """And leads back to itself; who cancels there sees no account."""
    page = plain.show(provider.url + "/account")
    assert page.html.has("login-form")
    page = shown(Visitor(person, plain).log_in(page))
    assert page.html.has("account") and page.url.startswith(provider.url + "/account")


@pytest.fixture
def agreed(provider: Provider, plain: PlainBrowser, wallet: Wallet) -> CodeFlow:
    """Somebody has agreed to something for a month."""
    flow = provider.flow(wallet, "web", scope=EVERYTHING + " student_id", prompt="consent")
    flow.take(flow.visit(Visitor(provider.people[7], plain, shares={"email"}, remember="30d")))
    assert flow.tokens["refresh_token"]
    return flow


def newest_consent(browser: PlainBrowser, provider: Provider) -> tuple[Shown, Element]:
    """The account page, and the first consent on it for the client `web`."""
    page = browser.show(provider.url + "/account")
    return page, next(item for item in page.html.all("consent-item") if "Client web" in item.text)


def test_account_lists_consents(
    provider: Provider, agreed: CodeFlow, plain: PlainBrowser, new_browser: NewBrowser, other_person: Person
) -> None:
    """Who has it, what, since when and until when; nobody else sees it."""
    _, item = newest_consent(plain, provider)
    assert all(words in item.text for words in ("Client web", "Student ID", "E-mail address"))
    assert "Given name" not in item.text, "what was not ticked was not agreed to"
    assert item.attributes["data-standing"] == "in_force"
    stranger = new_browser()
    page = shown(Visitor(other_person, stranger).log_in(stranger.show(provider.url + "/account")))
    assert item.attributes["data-id"] not in page.response.text


def test_receipt(
    provider: Provider, agreed: CodeFlow, plain: PlainBrowser, new_browser: NewBrowser, other_person: Person
) -> None:
    """Signed by the server, about this consent, without the values; for its giver alone."""
    page, item = newest_consent(plain, provider)
    address = next(element for element in item.elements() if element.data_test == "receipt").attributes["href"]
    answer = plain.send("GET", provider.url + address)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    claims = verified(answer.text.strip(), key_set(agreed.wallet, agreed.server), "consent-receipt+jwt")
    assert (claims["iss"], claims["client_id"], claims["claims"]) == (provider.url, "web", ["email"])
    assert [entry["credential_configuration_id"] for entry in claims["credentials"]] == ["student-id"]
    assert claims["expires_at"] - claims["given_at"] == 30 * 86_400 and claims["offline_access"] is True
    assert provider.people[7].username not in answer.text and provider.people[7].id not in str(claims)
    for stranger in (new_browser(), logged_in(new_browser(), provider, other_person)):
        assert stranger.send("GET", provider.url + address).status_code in (303, 400, 403, 404)


def logged_in(browser: PlainBrowser, provider: Provider, person: Person) -> PlainBrowser:
    """The browser of somebody who is logged in."""
    Visitor(person, browser).log_in(browser.show(provider.url + "/account"))
    return browser


def consents_in_force(browser: PlainBrowser, provider: Provider) -> list[tuple[Shown, Element]]:
    """The account page, with each consent on it for the client `web` that is not over."""
    page = browser.show(provider.url + "/account")
    return [
        (page, item) for item in page.html.all("consent-item")
        if "Client web" in item.text and item.attributes["data-standing"] == "in_force"]


def withdrawal(item: Element) -> Element:
    """The button that takes a consent back."""
    return next(element for element in item.elements() if element.data_test == "withdraw")


def withdraw(browser: PlainBrowser, provider: Provider) -> Element:
    """Takes the newest consent back; what the page then says of it."""
    page, item = newest_consent(browser, provider)
    page = shown(browser.press_element(page, withdrawal(item)))
    [after] = [each for each in page.html.all("consent-item")
               if each.attributes["data-id"] == item.attributes["data-id"]]
    return after


def test_withdrawal_ends_everything_at_once(
    provider: Provider, agreed: CodeFlow, plain: PlainBrowser, wallet: Wallet
) -> None:
    """Access tokens, the refresh token and what was remembered; what others were given is not touched."""
    person = provider.people[7]
    other = provider.flow(wallet, "keyed", scope="student_id").log_in(person)
    assert_issued(ask_for_credential(agreed, STUDENT_ID))
    assert agreed.user_info().json()["email"] == person.username
    after = withdraw(plain, provider)
    assert after.attributes["data-standing"] == "withdrawn"
    assert not any(element.data_test == "withdraw" for element in after.elements())
    assert agreed.user_info().status_code == 401
    assert_refused(ask_for_credential(agreed, STUDENT_ID), 401, "invalid_token")
    assert_refused(agreed.ask_to_refresh(), 400, "invalid_grant")
    assert agreed.introspect(agreed.tokens["access_token"]).json() == {"active": False}
    assert_issued(ask_for_credential(other, STUDENT_ID))
    for page, item in consents_in_force(plain, provider):
        plain.press_element(page, withdrawal(item))
    consent_page(plain, provider.flow(wallet, "web", scope="openid email"), person)


def test_withdrawal_before_the_code_is_redeemed(provider: Provider, plain: PlainBrowser, wallet: Wallet) -> None:
    """The code is worth nothing any more."""
    flow = provider.flow(wallet, "web", scope="openid", prompt="consent")
    flow.take(flow.visit(Visitor(provider.people[7], plain)))
    withdraw(plain, provider)
    assert_refused(flow.ask_for_tokens(), 400, "invalid_grant")


def test_nobody_withdraws_what_is_anothers(
    provider: Provider, agreed: CodeFlow, plain: PlainBrowser, new_browser: NewBrowser, other_person: Person
) -> None:
    """With a form and a session of one's own."""
    _, item = newest_consent(plain, provider)
    stranger = logged_in(new_browser(), provider, other_person)
    page = stranger.show(provider.url + "/account")
    csrf = page.html.values(page.html.form_of(page.html.one("sign-out")))["csrf"]
    form = {"csrf": csrf, "id": item.attributes["data-id"]}
    stranger.send("POST", provider.url + "/account/withdraw", data=form, headers={"Origin": provider.url})
    assert agreed.user_info().status_code == 200


# In Chromium.


@pytest.fixture
def open_page(browser: Browser, provider: Provider) -> Iterator[Callable[..., Page]]:
    """Opens windows; at the end nothing may have been complained about or fetched elsewhere."""
    contexts, complaints = [], []

    def open(language: str = "en", **options: object) -> Page:
        context = browser.new_context(locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: is_foreign(request.url, provider) and complaints.append(request.url))
        return page

    yield open
    for context in contexts:
        context.close()
    assert [text for text in complaints if "400" not in text] == []


def is_foreign(url: str, provider: Provider) -> bool:
    """Whether an address is neither the server's nor a client's."""
    return not url.startswith((provider.url + "/", "data:", "https://web.example/", "http://127.0.0.1:4711/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_every_language(
    language: str, provider: Provider, person: Person, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """Login, consent and account on a telephone: language, direction, letters, and nothing wider than the screen."""
    page = open_page(language, viewport=PHONE)
    flow = provider.flow(wallet, "web", scope=EVERYTHING + " student_id", prompt="consent")
    out = WayOut(page.context, flow.client.redirect_uri)
    page.goto(flow.address())
    check_page(page, language, "login")
    LoginPage(page).with_secret(person)
    consent = ConsentPage(page)
    check_page(page, language, "consent")
    consent.share({"email"}).allow()
    assert out.wait(page).parameters["code"]
    page.goto(provider.url + "/account")
    AccountPage(page)
    check_page(page, language, "account")


def check_page(page: Page, language: str, name: str) -> None:
    """What every page must be."""
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("body").evaluate("body => getComputedStyle(body).direction") == LANGUAGES[language]
    text = page.locator("body").inner_text()
    assert any(letter in text for letter in LETTERS.get(language, "e"))
    assert "{" not in text and "login_" not in text and "consent_" not in text
    assert page.evaluate(OVERFLOW) == 0
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{language}-phone.png", full_page=True)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until an element has the focus, which can be seen at every stop."""
    for _ in range(MOST_TAB_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        assert not focus["isPage"], f"Tab left the page before it got to {name}"
        assert focus["isVisible"], f"the focus on {focus['test']} cannot be seen"
        if focus["test"] == name:
            return
    raise AssertionError(f"{name} was not reached in {MOST_TAB_STOPS} stops")


def test_by_keyboard_alone(
    provider: Provider, person: Person, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """Through login and consent without a mouse; Enter anywhere but on a button is no answer."""
    page = open_page()
    flow = provider.flow(wallet, "web", scope="openid email", prompt="consent")
    out = WayOut(page.context, flow.client.redirect_uri)
    page.goto(flow.address())
    for name, text in (("username", person.username), ("password", person.password)):
        if page.evaluate(FOCUSED)["test"] != name:
            tab_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(part(page, "consent-form")).to_be_visible()
    tab_to(page, "claim-email")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(part(page, "consent-form")).to_be_visible()
    tab_to(page, "claim-email")
    page.keyboard.press("Space")
    tab_to(page, "allow")
    page.keyboard.press("Enter")
    flow.take(flow.checked(out.wait(page)))
    assert flow.user_info().json()["email"] == person.username


@pytest.mark.parametrize("mode", ["query", "form_post"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_with_and_without_script(
    mode: str, javascript: bool, provider: Provider, person: Person, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """The whole way, with either form of the answer; without script a button sends it on."""
    page = open_page(java_script_enabled=javascript)
    flow = provider.flow(wallet, "web", scope="openid", response_mode=mode)
    out = WayOut(page.context, flow.client.redirect_uri)
    page.goto(flow.address())
    LoginPage(page).choose("knowledge").with_facts(person)
    ConsentPage(page).allow()
    if mode == "form_post" and not javascript:
        part(page, "form-post").get_by_role("button").click()
    flow.take(flow.checked(out.wait(page)))
    assert flow.tokens["id_token"]


def test_wrong_answer_is_told_to_everybody(
    provider: Provider, person: Person, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """In words, where screen readers hear it and the field points to it, and what was typed may be pasted again."""
    page = open_page()
    page.goto(provider.flow(wallet, "web", scope="openid").address())
    login = LoginPage(page).choose("password")
    login.type("username", person.username)
    login.type("password", "wrong")
    login.submit()
    problem = part(page, "problem")
    expect(problem).to_be_visible()
    assert problem.get_attribute("role") == "alert" and login.problem
    assert part(page, "password").get_attribute("aria-invalid") == "true"
    assert page.locator(f"#{part(page, 'password').get_attribute('aria-describedby')}").count() == 1
    assert part(page, "password").input_value() == ""


def test_withdrawal_by_hand(
    provider: Provider, person: Person, open_page: Callable[..., Page], wallet: Wallet
) -> None:
    """On the page itself: a second step, then it is over."""
    page = open_page()
    flow = provider.flow(wallet, "web", scope="openid email", prompt="consent")
    out = WayOut(page.context, flow.client.redirect_uri)
    page.goto(flow.address())
    LoginPage(page).with_secret(person)
    ConsentPage(page).share({"email"}).remember("30d").allow()
    flow.take(flow.checked(out.wait(page)))
    assert flow.user_info().status_code == 200
    page.goto(provider.url + "/account")
    account = AccountPage(page)
    identifier = next(iter(account.consents))
    account.withdraw(identifier)
    expect(account.consent(identifier)).to_have_attribute("data-standing", "withdrawn")
    assert flow.user_info().status_code == 401


def test_details_are_on_the_page(provider: Provider, person: Person, plain: PlainBrowser, wallet: Wallet) -> None:
    """A credential asked for by `authorization_details` is shown as one asked for by scope."""
    details = credential_details("study-id", provider.url)
    page = consent_page(plain, provider.flow(wallet, "wallet", details=details), person)
    assert "Study ID" in page.html.one("credential-study-id").text
