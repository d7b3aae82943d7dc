"""What others may try with a person's browser: forged forms, planted cookies, frames, guesses, other addresses."""

import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import urljoin

import pytest

from client_proofs import dpop_proof
from code_wallet import CodeFlow
from html_page import Element
from local_tls import make_local_tls
from people import Person
from plain_browser import Departure, PlainBrowser, Shown, departed, same_origin, shown
from provider_setup import MakeProvider, Provider, ask_for_credential, by_configuration
from sign_in import Visitor, choose_method, login_values, problem_on
from tls_front import TLSFront
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

NewBrowser = Callable[..., PlainBrowser]
SESSION, BROWSER = "vouchsafe-session", "vouchsafe-browser"
COOKIES = ("vouchsafe-browser", "vouchsafe-session", "vouchsafe-device")
ELSEWHERE = "https://evil.example"
# As http.cookiejar calls localhost.
COOKIE_DOMAIN = "localhost.local"


@pytest.fixture
def flow(provider: Provider, wallet: Wallet) -> CodeFlow:
    """A request whose login page nobody has opened."""
    return provider.flow(wallet, "web", scope="student_id")


@pytest.fixture
def browser(flow: CodeFlow, new_browser: NewBrowser) -> PlainBrowser:
    """The person's browser."""
    return new_browser(flow.client.redirect_uri)


def login_page(browser: PlainBrowser, flow: CodeFlow) -> Shown:
    """The login page of a request, with the form for a password."""
    return choose_method(browser, browser.show(flow.address()), "password")


def consent_page(browser: PlainBrowser, flow: CodeFlow, person: Person) -> Shown:
    """The consent page after a login."""
    page = login_page(browser, flow)
    page = shown(browser.press(page, "login-submit", login_values(page, "password", person)))
    assert page.html.has("consent-form")
    return page


def submit(
    browser: PlainBrowser, page: Shown, button: str, values: dict[str, str | None], **headers: str | None
) -> Shown | Departure:
    """Sends a page's form with changed values and changed headers; None takes one out."""
    element: Element = page.html.one(button)
    form = page.html.form_of(element)
    filled = {**page.html.values(form), element.attributes["name"]: element.attributes["value"], **values}
    sent = {name: value for name, value in filled.items() if value is not None}
    all_headers = {**same_origin(page.url), **{name.replace("_", "-"): text for name, text in headers.items()}}
    target = urljoin(page.url, form.attributes["action"])
    return browser.follow(browser.send("POST", target, data=sent, headers=all_headers))


def assert_no_way_on(result: Shown | Departure) -> None:
    """A page that says no, and has neither login nor consent done."""
    page = shown(result)
    assert page.status in (400, 403, 404) and page.html.has("problem-page"), (page.status, page.html.root.text[:300])


# Forged forms.


FORGERIES: dict[str, tuple[dict, dict]] = {
    "no csrf": ({"csrf": None}, {}), "an empty csrf": ({"csrf": ""}, {}), "another csrf": ({"csrf": "A" * 24}, {}),
    "from another site": ({}, {"Origin": ELSEWHERE, "Sec_Fetch_Site": "cross-site", "Referer": ELSEWHERE}),
    "from another origin": ({}, {"Origin": ELSEWHERE, "Sec_Fetch_Site": None, "Referer": None}),
    "from nowhere": ({}, {"Origin": "null", "Sec_Fetch_Site": "cross-site", "Referer": None}),
    "from a neighbour": ({}, {"Origin": "http://localhost:1", "Sec_Fetch_Site": "same-site", "Referer": None}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_login(forgery: str, flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """Even with the right password nobody is logged in by a form that is not ours; the person can go on."""
    page = login_page(browser, flow)
    values, headers = FORGERIES[forgery]
    typed = {**login_values(page, "password", person), **values}
    assert_no_way_on(submit(browser, page, "login-submit", typed, **headers))
    assert SESSION not in browser.cookies
    assert Visitor(person, browser).pass_through(page.url).parameters["code"]


@pytest.mark.parametrize("button", ["allow", "deny"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_consent(
    forgery: str, button: str, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """Neither yes nor no; the person can still say either."""
    page = consent_page(browser, flow, person)
    values, headers = FORGERIES[forgery]
    assert_no_way_on(submit(browser, page, button, values, **headers))
    assert browser.press(page, "allow").parameters["code"]


def test_csrf_of_another_interaction(
    provider: Provider, wallet: Wallet, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """Even in the same browser, each has its own."""
    page = consent_page(browser, flow, person)
    other = consent_page_of_session(browser, provider.flow(wallet, "web", scope="enrolment"))
    csrf = other.html.values(other.html.one("consent-form"))["csrf"]
    assert_no_way_on(submit(browser, page, "allow", {"csrf": csrf}))


def consent_page_of_session(browser: PlainBrowser, flow: CodeFlow) -> Shown:
    """The consent page for somebody who is logged in already."""
    page = browser.show(flow.address())
    assert page.html.has("consent-form")
    return page


def test_form_by_another_method(flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """What changes something is no link."""
    page = consent_page(browser, flow, person)
    values = {**page.html.values(page.html.one("consent-form")), "action": "allow"}
    again = browser.open(page.url, params=values)
    assert isinstance(again, Shown) and again.html.has("consent-form")


def test_action_out_of_turn(flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """Consent before login is no consent."""
    page = login_page(browser, flow)
    result = submit(browser, page, "login-submit", {"action": "allow"})
    assert not isinstance(result, Departure)
    assert Visitor(person, browser).pass_through(page.url).parameters["code"]


@pytest.mark.parametrize("values", [
    {"action": "nothing"}, {"action": None}, {"method": "nothing"}, {"method": "email_code"}, {"method": "sms_code"},
    {"username": "x" * 20_000}, {"password": "x" * 200_000}, {"username": "\0"}, {"username": "' OR 1=1 --"},
], ids=["no action of ours", "no action", "no method of ours", "a method that is off", "another", "long", "longer",
        "zero byte", "SQL"])
def test_odd_login_form(values: dict, flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """Refused or shown again; nobody is logged in, and the person can go on."""
    page = login_page(browser, flow)
    result = submit(browser, page, "login-submit", {"username": person.username, "password": "wrong", **values})
    assert shown(result).status in (200, 400, 403, 413) and SESSION not in browser.cookies
    assert Visitor(person, browser).pass_through(page.url).parameters["code"]


def test_answer_is_given_once(flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """The same form again, as by going back, gives no second code."""
    page = consent_page(browser, flow, person)
    assert browser.press(page, "allow").parameters["code"]
    assert_no_way_on(browser.press(page, "allow"))
    assert_no_way_on(browser.open(page.url))


# Other browsers.


@pytest.mark.parametrize("which", ["the request", "the page"])
def test_page_of_another_browser(
    which: str, flow: CodeFlow, browser: PlainBrowser, new_browser: NewBrowser, person: Person, other_person: Person
) -> None:
    """Somebody is sent the address of an attacker's page: who logs in there does not log in for the attacker."""
    attacker = new_browser(flow.client.redirect_uri)
    page = login_page(attacker, flow)
    action = urljoin(page.url, page.html.one("login-form").attributes["action"])
    consent = consent_page_at(browser, action, person)
    assert_no_way_on(attacker.open({"the request": flow.address(), "the page": action}[which]))
    for values in ({"action": "allow"}, login_values(page, "password", other_person)):
        assert_no_way_on(submit(attacker, page, "login-submit", values))
    assert browser.press(consent, "allow").parameters["code"]


def test_answer_goes_to_the_browser_that_logged_in(
    provider: Provider, wallet: Wallet, browser: PlainBrowser, new_browser: NewBrowser
) -> None:
    """After the login of a person who has agreed before, an attacker who asks again and again gets no code.

    The login itself is answered with the code: there is no step after it that another browser could take.
    """
    person = provider.people[3]
    first = provider.flow(wallet, "keyed", scope="student_id")
    browser.way_out = first.client.redirect_uri
    first.visit(Visitor(person, browser, remember="30d"))
    flow = provider.flow(wallet, "keyed", scope="student_id", prompt="login")
    attacker = new_browser(flow.client.redirect_uri)
    page = login_page(attacker, flow)
    page = login_page(browser, flow)
    form = page.html.one("login-form")
    typed = {**page.html.values(form), **login_values(page, "password", person), "action": "login"}
    target = urljoin(page.url, form.attributes["action"])
    answer = browser.send("POST", target, data=typed, headers=same_origin(page.url))
    for address in (flow.address(), target):
        assert_no_way_on(attacker.open(address))
    assert departed(browser.follow(answer)).parameters["code"]


def consent_page_at(browser: PlainBrowser, address: str, person: Person) -> Shown:
    """The consent page of an interaction whose address somebody has given."""
    page = choose_method(browser, browser.show(address), "password")
    page = shown(browser.press(page, "login-submit", login_values(page, "password", person)))
    assert page.html.has("consent-form")
    return page


def test_form_of_another_browser(
    flow: CodeFlow, browser: PlainBrowser, new_browser: NewBrowser, person: Person
) -> None:
    """An attacker's form, with the attacker's csrf, in the person's browser: they are not logged in as the attacker."""
    attacker = new_browser(flow.client.redirect_uri)
    page = login_page(attacker, flow)
    browser.open(flow.address())
    assert_no_way_on(submit(browser, page, "login-submit", login_values(page, "password", person)))
    assert SESSION not in browser.cookies


# Sessions.


def test_session_is_new_with_each_login(
    provider: Provider, wallet: Wallet, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """A session that was there before the login is not the one after it, and is over."""
    Visitor(person, browser).pass_through(flow.address())
    before = browser.cookies[SESSION]
    again = provider.flow(wallet, "web", scope="student_id", prompt="login")
    Visitor(person, browser).pass_through(again.address())
    assert browser.cookies[SESSION] != before
    assert not is_logged_in(provider, wallet, before)


@pytest.mark.parametrize("planted", ["A" * 48, "x", "../../etc/passwd"])
def test_planted_session_is_not_adopted(
    planted: str, provider: Provider, wallet: Wallet, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """A cookie that an attacker chose does not become the person's session."""
    plant(browser, SESSION, planted)
    Visitor(person, browser).pass_through(flow.address())
    assert browser.cookies[SESSION] != planted
    assert not is_logged_in(provider, wallet, planted)


def test_planted_session_of_the_attacker(
    provider: Provider, wallet: Wallet, flow: CodeFlow, browser: PlainBrowser, new_browser: NewBrowser, person: Person,
    other_person: Person,
) -> None:
    """Who logs in on top of somebody else's session ends it, and does not lend it their name."""
    attacker = new_browser(flow.client.redirect_uri)
    Visitor(other_person, attacker).pass_through(flow.address())
    planted = attacker.cookies[SESSION]
    plant(browser, SESSION, planted)
    forced = provider.flow(wallet, "web", scope="student_id", prompt="login")
    Visitor(person, browser).pass_through(forced.address())
    assert browser.cookies[SESSION] != planted
    assert not is_logged_in(provider, wallet, planted)


def plant(browser: PlainBrowser, name: str, value: str) -> None:
    """Puts a cookie into a browser, as if the server had set it."""
    browser.http.cookies.set(name, value, domain=COOKIE_DOMAIN, path="/")


def is_logged_in(provider: Provider, wallet: Wallet, session: str) -> bool:
    """Whether a session cookie is good for a login without asking."""
    flow = provider.flow(wallet, "web", scope="student_id", prompt="none")
    with flow.browser() as browser:
        plant(browser, SESSION, session)
        return browser.open(flow.address()).parameters.get("error") != "login_required"


def test_signing_out_ends_the_session(
    provider: Provider, wallet: Wallet, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """On the server, not in the browser alone."""
    Visitor(person, browser).pass_through(flow.address())
    session = browser.cookies[SESSION]
    assert is_logged_in(provider, wallet, session)
    browser.press(browser.show(provider.url + "/account"), "sign-out")
    assert not is_logged_in(provider, wallet, session)


@pytest.mark.parametrize("path", ["/account/withdraw", "/account/sign-out", "/account/passkeys-remove"])
@pytest.mark.parametrize("forgery", ["no csrf", "another csrf", "from another site"])
def test_forged_account_form(
    path: str, forgery: str, provider: Provider, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """Nobody else withdraws a consent, removes a passkey or signs a person out."""
    Visitor(person, browser).pass_through(flow.address())
    page = browser.show(provider.url + "/account")
    csrf = page.html.values(page.html.form_of(page.html.one("sign-out")))["csrf"]
    values, headers = FORGERIES[forgery]
    form = {"csrf": csrf, "id": "x", **values}
    sent = {**same_origin(page.url), **{name.replace("_", "-"): text for name, text in headers.items()}}
    answer = browser.send(
        "POST", provider.url + path, headers=sent, data={name: text for name, text in form.items() if text is not None})
    assert answer.status_code in (400, 403)
    assert browser.show(provider.url + "/account").html.has("account")


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/account/receipts/AAAA"), ("POST", "/account/withdraw"), ("POST", "/account/passkey-options"),
    ("POST", "/account/passkeys"), ("POST", "/account/passkeys-remove"),
])
def test_account_of_nobody(method: str, path: str, provider: Provider, new_browser: NewBrowser) -> None:
    """Without a login there is nothing to see or do."""
    answer = new_browser().send(method, provider.url + path, headers=same_origin(provider.url + "/account"))
    assert answer.status_code in (303, 400, 401, 403, 404)
    assert answer.status_code != 303 or any(path in answer.headers["Location"] for path in ("/auth/", "/account"))


# Cookies and headers.


def cookies_set(browser: PlainBrowser) -> dict[str, SimpleCookie]:
    """The last line that set each cookie, by the cookie's name."""
    lines: dict[str, SimpleCookie] = {}
    for line in browser.set_cookies():
        parsed = SimpleCookie(line)
        [name] = parsed
        lines[name] = parsed
    return lines


def assert_guarded(line: SimpleCookie, is_secure: bool) -> None:
    """For the server alone, of this host alone, not sent with forms from elsewhere."""
    [morsel] = line.values()
    assert morsel["httponly"] and morsel["samesite"] == "Lax" and morsel["path"] == "/" and not morsel["domain"]
    assert bool(morsel["secure"]) == is_secure
    assert len(morsel.value) >= 22


def test_cookies_are_guarded(flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """Each of them, from the first page on; none but the three."""
    login_page(browser, flow)
    assert set(cookies_set(browser)) == {BROWSER}, "a cookie before it is needed"
    Visitor(person, browser).pass_through(flow.address())
    lines = cookies_set(browser)
    assert set(lines) == set(COOKIES)
    for line in lines.values():
        assert_guarded(line, is_secure=False)


def every_page(provider: Provider, flow: CodeFlow, browser: PlainBrowser, person: Person) -> dict[str, Shown]:
    """A page of each kind."""
    pages = {"login": login_page(browser, flow)}
    pages["wrong"] = shown(submit(browser, pages["login"], "login-submit", {"username": "x", "password": "y"}))
    pages["consent"] = consent_page_at(browser, pages["login"].url, person)
    pages["problem"] = browser.show(provider.url + "/auth/authorize")
    pages["account"] = browser.show(provider.url + "/account")
    pages["logout"] = browser.show(provider.url + "/auth/logout")
    posted = provider.flow(flow.wallet, "web", scope="student_id", response_mode="form_post", prompt="none")
    pages["form post"] = browser.show(posted.address())
    return pages


def test_pages_are_guarded(provider: Provider, flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """No frame, no script but the server's own files, no cache, nothing about the page told to other sites."""
    for name, page in every_page(provider, flow, browser, person).items():
        headers = page.response.headers
        policy = directives(headers["Content-Security-Policy"])
        assert policy["frame-ancestors"] == ["'none'"] and policy["default-src"] == ["'none'"], name
        assert policy["base-uri"] == ["'none'"] and policy["script-src"] == ["'self'"], name
        assert "form-action" in policy and "*" not in policy["form-action"], name
        assert not any(word.startswith("'unsafe") for words in policy.values() for word in words), name
        assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin"), name
        assert "no-store" in headers["Cache-Control"], name


def directives(policy: str) -> dict[str, list[str]]:
    """A Content Security Policy by its directives."""
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}


def test_pages_have_no_inline_script(
    provider: Provider, flow: CodeFlow, browser: PlainBrowser, person: Person
) -> None:
    """No script, style or handler in the page itself, and nothing of another host."""
    for name, page in every_page(provider, flow, browser, person).items():
        for element in page.html.root.elements():
            assert element.name != "style" and "style" not in element.attributes, name
            assert not any(attribute.startswith("on") for attribute in element.attributes), name
            assert element.name != "script" or element.attributes.get("src", "").startswith("/"), name
            assert element.name not in ("iframe", "object", "embed"), name


def test_addresses_keep_nothing(flow: CodeFlow, browser: PlainBrowser, person: Person) -> None:
    """What a person has typed is in no address."""
    Visitor(person, browser).pass_through(flow.address())
    for answer in browser.answers:
        for secret in (person.password, person.username, person.facts["student_number"]):
            assert secret not in answer.url and secret not in answer.headers.get("Location", "")


# Guesses.


@pytest.fixture(scope="module")
def limited(make_provider: MakeProvider) -> Provider:
    """A server that takes few wrong answers, behind a proxy whose word it takes."""
    server = make_provider("limited").configure({
        "server": {"trusted_proxies": ["127.0.0.0/8"]},
        "login": {"attempts": {"person": 3, "address": 8, "client": 1000, "window": "15m"}},
    })
    server.admit("web", grants=["authorization_code"])
    return server.start().import_people()


@pytest.fixture
def guess(limited: Provider, wallet: Wallet, new_browser: NewBrowser) -> Callable[..., Shown | Departure]:
    """Tries to log in from an address, in a fresh browser or in one at hand."""

    def attempt(
        address: str, method: str, values: dict[str, str], browser: PlainBrowser | None = None
    ) -> Shown | Departure:
        browser = browser or new_browser("https://web.example/callback")
        browser.http.headers["X-Forwarded-For"] = address
        request = limited.flow(wallet, "web", scope="student_id", prompt="login")
        page = choose_method(browser, browser.show(request.address()), method)
        return browser.press(page, "login-submit", values)

    return attempt


def password_of(person: Person, password: str | None = None) -> dict[str, str]:
    """What is typed."""
    return {"username": person.username, "password": password or person.password}


def test_guesses_are_limited_for_each_person(guess: Callable, limited: Provider) -> None:
    """After three wrong ones even the right one must wait, wherever it comes from; others do not."""
    victim, other = limited.people[0], limited.people[1]
    for number in range(3):
        assert guess(f"203.0.113.{number}", "password", password_of(victim, "wrong")).status == 400
    stopped = guess("203.0.113.77", "password", password_of(victim))
    assert stopped.status == 429 and int(stopped.response.headers["Retry-After"]) > 0 and problem_on(stopped)
    assert guess("203.0.113.0", "password", password_of(other)).status == 200


def test_own_device_is_not_locked_out(guess: Callable, limited: Provider, new_browser: NewBrowser) -> None:
    """Strangers cannot keep a person out of their account on the device that they always use."""
    person = limited.people[2]
    device = new_browser("https://web.example/callback")
    assert guess("203.0.113.10", "password", password_of(person), device).status == 200
    for number in range(4):
        guess(f"203.0.113.{20 + number}", "password", password_of(person, "wrong"))
    assert guess("203.0.113.30", "password", password_of(person)).status == 429
    assert guess("203.0.113.10", "password", password_of(person), device).status == 200
    # Nor is the device a way around the limit.
    for _ in range(3):
        assert guess("203.0.113.10", "password", password_of(person, "wrong"), device).status == 400
    assert guess("203.0.113.10", "password", password_of(person), device).status == 429


def test_guesses_are_limited_for_each_address(guess: Callable, limited: Provider) -> None:
    """One address tries one password on everybody; an honest person at another is not troubled."""
    for number in range(8):
        guess("198.51.100.1", "password", {"username": f"nobody{number}@example.org", "password": "Spring2026"})
    assert guess("198.51.100.1", "password", password_of(limited.people[3])).status == 429
    assert guess("198.51.100.2", "password", password_of(limited.people[3])).status == 200


@pytest.mark.parametrize("method", ["pin", "knowledge"])
def test_guesses_by_other_methods(method: str, guess: Callable, limited: Provider) -> None:
    """A PIN has few digits and a birthday few days: the limit holds for them too."""
    victim = limited.people[4]
    wrong = {"pin": {"username": victim.username, "pin": "000000" if victim.pin != "000000" else "111111"},
             "knowledge": {f"fact_{name}": text for name, text in {**victim.facts, "birth_date": "1900-01-01"}.items()}}
    right = {"pin": {"username": victim.username, "pin": victim.pin},
             "knowledge": {f"fact_{name}": text for name, text in victim.facts.items()}}
    for number in range(3):
        assert guess(f"192.0.2.{number}", method, wrong[method]).status == 400
    assert guess("192.0.2.99", method, right[method]).status == 429


def test_spellings_of_a_name_are_one_name(guess: Callable, limited: Provider) -> None:
    """Capitals and spaces give no further guesses."""
    victim = limited.people[5]
    for number, name in enumerate([victim.username, victim.username.upper(), f" {victim.username} "]):
        guess(f"192.0.2.{100 + number}", "password", {"username": name, "password": "wrong"})
    assert guess("192.0.2.120", "password", password_of(victim)).status == 429


def test_nobody_learns_who_is_known(guess: Callable, limited: Provider) -> None:
    """A wrong password, a wrong name, somebody without a password: the same page with the same words."""
    known = guess("192.0.2.200", "password", password_of(limited.people[6], "wrong"))
    unknown = guess("192.0.2.201", "password", {"username": "nobody@example.org", "password": "wrong"})
    odd = guess("192.0.2.202", "password", {"username": "x", "password": "wrong"})
    assert {page.status for page in (known, unknown, odd)} == {400}
    assert len({page.html.root.text for page in (known, unknown, odd)}) == 1
    assert len({shape_of(page) for page in (known, unknown, odd)}) == 1


def shape_of(page: Shown) -> tuple:
    """Headers and elements of a page, without what is new on each."""
    names = sorted(name for name in page.response.headers if name not in ("Date", "Content-Length"))
    return tuple(names), tuple((element.name, element.data_test) for element in page.html.root.elements())


def test_nobody_learns_who_is_known_from_the_limit(guess: Callable, limited: Provider) -> None:
    """Somebody who does not exist is locked out as anybody else is."""
    values = {"username": "ghost@example.org", "password": "wrong"}
    statuses = [guess(f"192.0.2.{210 + number}", "password", values).status for number in range(4)]
    assert statuses == [400, 400, 400, 429]


# Proxies.


def test_word_of_a_stranger_is_not_taken(
    provider: Provider, wallet: Wallet, new_browser: NewBrowser, person: Person
) -> None:
    """Without a trusted proxy, forwarding headers change neither addresses nor links."""
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1",
            "Forwarded": "host=evil.example;proto=https", "X-Forwarded-Prefix": "/evil", "X-Original-URL": "/evil"}
    metadata = wallet.http.get(provider.url + "/.well-known/openid-configuration", headers=lies)
    assert "evil" not in metadata.text and metadata.json()["issuer"] == provider.url
    flow = provider.flow(wallet, "web", scope="student_id")
    browser = new_browser(flow.client.redirect_uri)
    browser.http.headers.update(lies)
    assert Visitor(person, browser).pass_through(flow.address()).parameters["iss"] == provider.url
    assert all("evil" not in answer.headers.get("Location", "") for answer in browser.answers)
    assert not any("Secure" in line for line in browser.set_cookies())


def test_host_header_changes_nothing(provider: Provider, wallet: Wallet) -> None:
    """Links are made from the public address."""
    answer = wallet.http.get(provider.url + "/.well-known/openid-configuration", headers={"Host": "evil.example"})
    assert answer.status_code in (200, 400, 421) and "evil" not in answer.text


def test_untrusted_hops_are_not_believed(guess: Callable, limited: Provider) -> None:
    """The nearest address that is no proxy counts: whatever stands before it is the sender's own word."""
    for number in range(8):
        guess(f"203.0.113.{100 + number}, 198.51.100.9", "password", {
            "username": f"none{number}@example.org", "password": "wrong"})
    stopped = guess("203.0.113.250, 198.51.100.9", "password", password_of(limited.people[7]))
    assert stopped.status == 429
    assert guess("198.51.100.10", "password", password_of(limited.people[7])).status == 200


@pytest.fixture(scope="module")
def published(
    make_provider: MakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple["PublishedProvider", Path]]:
    """A server behind a proxy that ends TLS, and the certificate that it has."""
    tls = make_local_tls(tmp_path_factory.mktemp("tls"))
    with TLSFront(tls) as front:
        server = make_provider("published", PublishedProvider)
        front.behind = server.port
        server.configure({"server": {"public_url": front.url, "trusted_proxies": ["127.0.0.0/8"]}})
        server.admit_wallet()
        yield server.start().import_people(), tls.trusted


class PublishedProvider(Provider):
    """An installation that is reached at another address than the one that it listens at."""

    @property
    def url(self) -> str:
        """The public address."""
        return self.configuration["server"]["public_url"]

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://localhost:{self.port}"


def test_behind_a_proxy_with_tls(
    published: tuple[PublishedProvider, Path], wallet: Wallet, new_browser: NewBrowser
) -> None:
    """Proofs are for the public address, and cookies are for TLS and this host alone."""
    server, trusted = published
    wallet.http.verify = str(trusted)
    flow = server.flow(wallet, "wallet", scope="student_id")
    assert all(flow.server[name].startswith(server.url + "/") for name in flow.server if name.endswith("_endpoint"))
    browser = new_browser(flow.client.redirect_uri)
    browser.http.verify = str(trusted)
    flow.take(flow.checked(Visitor(server.people[0], browser).pass_through(flow.address())))
    lines = cookies_set(browser)
    assert set(lines) == {f"__Host-{name}" for name in COOKIES}
    for line in lines.values():
        assert_guarded(line, is_secure=True)
    inside = flow.server["token_endpoint"].replace(server.url, server.address)
    proof = dpop_proof(flow.client.dpop_key, "POST", inside)
    assert flow.ask_for_tokens(dpop=proof).json()["error"] == "invalid_dpop_proof"
    assert ask_for_credential(flow, by_configuration("student-id")).status_code == 200


def test_pages_behind_tls_are_for_tls(published: tuple[PublishedProvider, Path], wallet: Wallet) -> None:
    """No link of the login page leads to http."""
    server, trusted = published
    wallet.http.verify = str(trusted)
    page = wallet.http.get(server.flow(wallet, "wallet", scope="student_id").address())
    assert page.status_code == 200 and not re.search(r'(href|src|action)="http:', page.text)
