"""How people show who they are: facts, password, PIN, codes by e-mail and text message, passkeys, and two of them."""

import json
import secrets
import time
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser_login import AccountPage, LoginPage, PasskeyDevice, WayOut, part
from code_wallet import CodeFlow, SecretBasic
from local_tls import make_local_tls
from mail_sink import CODE, MailSink, code_in, text_of
from openid_checks import id_token_claims
from people import Person
from plain_browser import Departure, PlainBrowser, Shown, shown
from provider_setup import LOGIN, MakeProvider, Provider, phone_of
from sign_in import Visitor, ask_for_code, choose_method, method_of, other_methods, problem_on
from small_server import Reply, SmallServer
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

CALLBACK = "https://web.example/callback"
ONE, TWO = "urn:example:one", "urn:example:two"
METHODS = ["password", "knowledge", "pin", "email_code", "sms_code", "passkey"]
WRONG_CODES = 5
WAIT_SECONDS = 10
ODD_PASSWORD = unicodedata.normalize("NFC", "Ångström  \u00e9t\u00e9 \U0001f511")

NewBrowser = Callable[..., PlainBrowser]


def with_every_method(server: Provider, mail: MailSink) -> Provider:
    """All that the configuration knows, alone and by two."""
    methods = {**LOGIN["methods"], "email_code": {"to": "email"}, "sms_code": {"to": "phone"}}
    server.configuration["login"] = {
        **LOGIN, "methods": methods, "attempts": {"person": 40},
        "levels": [
            {"acr": ONE, "any": METHODS},
            {"acr": TWO, "any": [
                ["password", "email_code"], ["password", "sms_code"], ["knowledge", "pin"], "passkey"]},
        ],
    }
    server.configure({
        "mail": {"host": "127.0.0.1", "port": mail.port, "tls": "none", "from": "Registry <no-reply@example.org>"},
        "sms": {"file": str(server.folder / "sms.jsonl")},
    })
    server.admit("web", SecretBasic(secrets.token_urlsafe(32)))
    return server


@pytest.fixture(scope="module")
def mail() -> Iterator[MailSink]:
    """Where e-mail goes."""
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def door(make_provider: MakeProvider, mail: MailSink) -> Provider:
    """A server with every method."""
    server = with_every_method(make_provider("door"), mail)
    server.people[0] = replace(server.people[0], password=ODD_PASSWORD)
    return server.start().import_people()


@pytest.fixture
def flow(door: Provider, wallet: Wallet) -> CodeFlow:
    """A request that one factor is enough for."""
    return door.flow(wallet, "web", scope="openid")


@pytest.fixture
def plain(new_browser: NewBrowser) -> PlainBrowser:
    """The person's browser, which runs no script."""
    return new_browser(CALLBACK)


def mailed(mail: MailSink, person: Person) -> Callable[[], str]:
    """Reads the code in the next message to a person, of those that come from now on."""
    before = len(mail.to(person.username))
    return lambda: code_in(mail.wait_for(person.username, before + 1))


def texted(server: Provider, person: Person) -> Callable[[], str]:
    """Reads the code in the next text message to a person."""
    file = server.folder / "sms.jsonl"
    before = len(messages_to(file, phone_of(person)))

    def read() -> str:
        deadline = time.monotonic() + WAIT_SECONDS
        while len(messages_to(file, phone_of(person))) <= before:
            assert time.monotonic() < deadline, "no text message"
            time.sleep(0.05)
        [code] = set(CODE.findall(messages_to(file, phone_of(person))[-1]["text"]))
        return code

    return read


def messages_to(file: Path, number: str) -> list[dict]:
    """The text messages to a number."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [message for message in map(json.loads, lines) if message["to"] == number]


def attempt(
    plain: PlainBrowser, flow: CodeFlow, method: str, values: dict[str, str]
) -> Shown | Departure:
    """Types values into the form of a method."""
    page = choose_method(plain, plain.show(flow.address()), method)
    return plain.press(page, "login-submit", values)


def is_in(result: Shown | Departure) -> bool:
    """Whether the login is done: consent is next."""
    return isinstance(result, Shown) and result.status == 200 and result.html.has("consent-form")


# One factor.


def test_every_method_is_offered(flow: CodeFlow, plain: PlainBrowser) -> None:
    """The first of the list is shown, the others are a button away, and each button leads to its form."""
    page = plain.show(flow.address())
    assert method_of(page) == METHODS[0] and other_methods(page) == set(METHODS[1:])
    for method in METHODS[1:]:
        page = choose_method(plain, page, method)


def facts(person: Person, **changes: str) -> dict[str, str]:
    """What a person types into the form for facts."""
    return {f"fact_{name}": text for name, text in {**person.facts, **changes}.items()}


@pytest.mark.parametrize("spelling", [
    lambda facts: facts,
    lambda facts: {**facts, "family_name": facts["family_name"].upper()},
    lambda facts: {**facts, "family_name": f"  {facts['family_name']}  "},
    lambda facts: {**facts, "family_name": without_accents(facts["family_name"])},
    lambda facts: {**facts, "family_name": unicodedata.normalize("NFD", facts["family_name"])},
    lambda facts: {**facts, "student_number": "-".join(facts["student_number"])},
], ids=["as it is", "capitals", "spaces", "no accents", "decomposed", "hyphens"])
def test_facts(spelling: Callable[[dict], dict], door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """All of them, however people spell them."""
    person = door.people[1]
    assert is_in(attempt(plain, flow, "knowledge", facts(person, **spelling(person.facts))))


def without_accents(text: str) -> str:
    """Letters alone."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


@pytest.mark.parametrize("changes", [
    {"student_number": "00000000"}, {"family_name": "Somebody"}, {"birth_date": "1900-01-01"}, {"family_name": ""},
    {"family_name": "%"}, {"birth_date": "yesterday"},
], ids=["number", "name", "birthday", "no name", "wildcard", "no date"])
def test_facts_that_do_not_fit(changes: dict, door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """One wrong fact is one too many, and which one is not told."""
    page = shown(attempt(plain, flow, "knowledge", facts(door.people[2], **changes)))
    assert page.status == 400 and method_of(page) == "knowledge"
    assert all(text not in problem_on(page) for text in changes.values() if text)


def test_facts_of_two_people(door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """Right each, but not of one person."""
    mixed = facts(door.people[3], birth_date=door.people[4].facts["birth_date"])
    assert shown(attempt(plain, flow, "knowledge", mixed)).status == 400


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_password_as_keyboards_make_it(form: str, door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """The same letters in another encoding are the same password; spaces and letters beyond the basic plane count."""
    person = door.people[0]
    typed = {"username": person.username, "password": unicodedata.normalize(form, ODD_PASSWORD)}
    assert is_in(attempt(plain, flow, "password", typed))


@pytest.mark.parametrize("spoil", [
    str.swapcase, lambda text: text + " ", lambda text: text[:-1], lambda text: text.replace("  ", " "),
    lambda text: "",
], ids=["other letters", "a space more", "shorter", "a space less", "nothing"])
def test_wrong_password(spoil: Callable[[str], str], door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """Nearly right is wrong."""
    person = door.people[0]
    typed = {"username": person.username, "password": spoil(ODD_PASSWORD)}
    assert shown(attempt(plain, flow, "password", typed)).status == 400


@pytest.mark.parametrize(
    "spelling", [str, str.upper, lambda name: f" {name} "], ids=["as it is", "capitals", "spaces"])
def test_user_name(spelling: Callable[[str], str], door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """However people type their address."""
    person = door.people[5]
    typed = {"username": spelling(person.username), "password": person.password}
    assert is_in(attempt(plain, flow, "password", typed))


def test_pin(door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """Digits, with their leading zeros."""
    person = door.people[5]
    wrong = {"username": person.username, "pin": person.pin + "0"}
    assert shown(attempt(plain, flow, "pin", wrong)).status == 400
    assert is_in(attempt(plain, flow, "pin", {"username": person.username, "pin": person.pin}))


def test_secret_of_another_kind(door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """A PIN is no password, and the other way round."""
    person = door.people[6]
    for method, secret in (("password", person.pin), ("pin", person.password)):
        typed = {"username": person.username, method: secret}
        assert shown(attempt(plain, flow, method, typed)).status == 400


# Codes that are sent.


@pytest.fixture(params=["email_code", "sms_code"])
def method(request: pytest.FixtureRequest) -> str:
    """Both ways to send one."""
    return request.param


@pytest.fixture
def read_next(door: Provider, mail: MailSink, method: str) -> Callable[[Person], Callable[[], str]]:
    """How the next code to a person is read."""
    return lambda person: mailed(mail, person) if method == "email_code" else texted(door, person)


def code_page(plain: PlainBrowser, flow: CodeFlow, method: str, person: Person) -> Shown:
    """The page on which the code is typed, after it was sent."""
    page = choose_method(plain, plain.show(flow.address()), method)
    page = ask_for_code(plain, page, person.username)
    assert page.html.has("code")
    return page


def test_code(method: str, read_next: Callable, door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """What was sent is what is asked for; the token says how."""
    person = door.people[7]
    visitor = Visitor(person, plain, (method,), read_code=read_next(person))
    flow.take(flow.visit(visitor))
    assert "otp" in id_token_claims(flow, None)["amr"]


def test_wrong_code(method: str, read_next: Callable, door: Provider, flow: CodeFlow, plain: PlainBrowser) -> None:
    """Then the right one is still good; after too many wrong ones it is not, and a new one is."""
    person = door.people[1]
    read = read_next(person)
    page = code_page(plain, flow, method, person)
    right = read()
    wrong = f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"
    for _ in range(WRONG_CODES):
        page = shown(plain.press(page, "login-submit", {"code": wrong}))
        assert page.status == 400
    last = plain.press(page, "login-submit", {"code": right}) if page.html.has("code") else page
    assert not is_in(last)
    read = read_next(person)
    page = code_page(plain, flow, method, person)
    assert is_in(plain.press(page, "login-submit", {"code": read()}))


def test_code_is_good_once(
    method: str, read_next: Callable, door: Provider, wallet: Wallet, plain: PlainBrowser
) -> None:
    """And for the page that it was sent from."""
    person = door.people[2]
    read = read_next(person)
    first = door.flow(wallet, "web", scope="openid")
    page = code_page(plain, first, method, person)
    code = read()
    assert is_in(plain.press(page, "login-submit", {"code": code}))
    second = door.flow(wallet, "web", scope="openid", prompt="login")
    page = code_page(plain, second, method, person)
    assert not is_in(plain.press(page, "login-submit", {"code": code}))


def test_newest_code_counts(
    method: str, read_next: Callable, door: Provider, flow: CodeFlow, plain: PlainBrowser
) -> None:
    """Who asks for another one uses that."""
    person = door.people[3]
    read = read_next(person)
    page = code_page(plain, flow, method, person)
    old = read()
    read = read_next(person)
    page = shown(plain.press(page, "send-code"))
    new = read()
    assert old == new or not is_in(plain.press(page, "login-submit", {"code": old}))
    assert is_in(plain.press(page, "login-submit", {"code": new}))


def test_code_of_somebody_else(
    method: str, read_next: Callable, door: Provider, wallet: Wallet, plain: PlainBrowser, new_browser: NewBrowser
) -> None:
    """A code that was sent to one person does not let in another."""
    victim, thief = door.people[4], door.people[5]
    code_page(plain, door.flow(wallet, "web", scope="openid"), method, victim)
    read = read_next(thief)
    code_page(new_browser(CALLBACK), door.flow(wallet, "web", scope="openid"), method, thief)
    page = code_page(plain, door.flow(wallet, "web", scope="openid"), method, victim)
    assert shown(plain.press(page, "login-submit", {"code": read()})).status == 400


def test_nobody_learns_who_has_an_address(
    method: str, door: Provider, wallet: Wallet, new_browser: NewBrowser, mail: MailSink
) -> None:
    """For a name that nobody has, the page is the same, and nothing is sent."""
    ghost = replace(door.people[0], username="ghost@example.org")
    pages = [
        code_page(new_browser(CALLBACK), door.flow(wallet, "web", scope="openid"), method, person)
        for person in (door.people[6], ghost)]
    assert pages[0].html.root.text == pages[1].html.root.text and pages[0].status == pages[1].status
    assert not mail.to(ghost.username)


def test_message(door: Provider, mail: MailSink, wallet: Wallet, new_browser: NewBrowser) -> None:
    """Who it is from, in the person's language, with the code and nothing about the person."""
    person = door.people[7]
    for language, letters in (("en", "abc"), ("ar", "ابت")):
        before = len(mail.to(person.username))
        browser = new_browser(CALLBACK, language)
        code_page(browser, door.flow(wallet, "web", scope="openid"), "email_code", person)
        message = mail.wait_for(person.username, before + 1)
        assert message["From"] == "Registry <no-reply@example.org>" and message["To"] == person.username
        assert message["Message-ID"] and message["Date"] and message["Auto-Submitted"] == "auto-generated"
        assert any(letter in text_of(message).lower() for letter in letters), text_of(message)
        assert code_in(message)
        for fact in (*person.facts.values(), person.id):
            assert fact not in message.as_string()


def test_codes_stay_out_of_the_log(door: Provider, mail: MailSink) -> None:
    """Nor are there passwords, PINs or addresses."""
    log = door.log_text()
    secrets_known = [code_in(message) for message in mail.messages]
    secrets_known += [text for person in door.people for text in (person.password, person.username)]
    assert [secret for secret in secrets_known if secret in log] == []


def test_codes_are_not_sent_without_end(
    door: Provider, mail: MailSink, wallet: Wallet, new_browser: NewBrowser
) -> None:
    """Nobody's mailbox is filled by somebody who presses a button."""
    person, last = door.people[6], door.people[4]
    before = len(mail.to(person.username))
    for _ in range(12):
        browser = new_browser(CALLBACK)
        page = choose_method(browser, browser.show(door.flow(wallet, "web", scope="openid").address()), "email_code")
        browser.press(page, "send-code", {"username": person.username})
    # What is sent to somebody else afterwards shows that nothing is still on its way.
    page = choose_method(browser, browser.show(door.flow(wallet, "web", scope="openid").address()), "email_code")
    sent = mailed(mail, last)
    browser.press(page, "send-code", {"username": last.username})
    assert sent() and len(mail.to(person.username)) - before <= 3


# Two factors.


@pytest.mark.parametrize(("methods", "references"), [
    (("password", "email_code"), ["pwd", "otp", "mfa"]), (("password", "sms_code"), ["pwd", "otp", "sms", "mfa"]),
    (("knowledge", "pin"), ["kba", "pin", "mfa"]),
])
def test_two_factors(
    methods: tuple[str, str], references: list[str], door: Provider, mail: MailSink, wallet: Wallet,
    plain: PlainBrowser,
) -> None:
    """One after the other; the second one is for the person whom the first one has shown."""
    person = door.people[1]
    read = {"email_code": mailed(mail, person), "sms_code": texted(door, person)}.get(methods[1])
    flow = door.flow(wallet, "web", scope="openid", acr_values=TWO)
    flow.take(flow.visit(Visitor(person, plain, methods, read_code=read)))
    claims = id_token_claims(flow, None)
    assert (claims["acr"], claims["amr"]) == (TWO, references)


def test_factors_of_two_people(door: Provider, wallet: Wallet, plain: PlainBrowser) -> None:
    """One's facts and another's PIN are nobody's."""
    flow = door.flow(wallet, "web", scope="openid", acr_values=TWO)
    page = shown(attempt(plain, flow, "knowledge", facts(door.people[2])))
    assert method_of(page) == "pin"
    page = shown(plain.press(page, "login-submit", {"pin": door.people[3].pin}))
    assert page.status == 400
    assert is_in(plain.press(page, "login-submit", {"pin": door.people[2].pin}))


def test_half_a_login_is_none(door: Provider, wallet: Wallet, plain: PlainBrowser) -> None:
    """After the first of two factors nobody is logged in anywhere."""
    person = door.people[2]
    flow = door.flow(wallet, "web", scope="openid", acr_values=TWO)
    page = shown(attempt(plain, flow, "password", {"username": person.username, "password": person.password}))
    assert not page.html.has("consent-form") and "vouchsafe-session" not in plain.cookies
    assert plain.show(door.url + "/account").html.has("login-form")


# Passkeys, in Chromium.


@pytest.fixture
def desk(browser: Browser) -> Iterator[tuple[Page, PasskeyDevice]]:
    """A person's window and device."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    yield page, PasskeyDevice(page)
    context.close()


def account(page: Page, door: Provider, person: Person) -> AccountPage:
    """The person's own page, after a login by password if need be."""
    page.goto(door.url + "/account")
    if part(page, "login-form").count():
        LoginPage(page).with_secret(person)
    return AccountPage(page)


def passkeys(page: Page, door: Provider, person: Person) -> AccountPage:
    """The person's own page once more has been shown: before that no passkey can be added."""
    account(page, door, person)
    assert part(page, "passkey-add").count() == 0
    part(page, "passkey-confirm").click()
    LoginPage(page).with_facts(person)
    expect(part(page, "pin")).to_be_visible()
    LoginPage(page).with_secret(person, "pin")
    return AccountPage(page)


def test_passkey_is_added_used_and_removed(
    desk: tuple[Page, PasskeyDevice], door: Provider, wallet: Wallet
) -> None:
    """Made on the account page, good by itself for the stronger level without a user name; once removed, no more."""
    page, device = desk
    passkeys(page, door, door.people[0]).add_passkey()
    [credential] = device.credentials
    assert credential["isResidentCredential"] and credential["rpId"] == "localhost"
    assert door.people[0].id not in json.dumps(credential) and door.people[0].username not in json.dumps(credential)
    page.context.clear_cookies()
    flow = door.flow(wallet, "web", scope="openid", acr_values=TWO)
    out = WayOut(page.context, CALLBACK)
    page.goto(flow.address())
    LoginPage(page).with_passkey()
    part(page, "allow").click()
    flow.take(flow.checked(out.wait(page)))
    claims = id_token_claims(flow, None)
    assert claims["acr"] == TWO and "user" in claims["amr"]
    account(page, door, door.people[0]).remove_passkey()
    page.context.clear_cookies()
    page.goto(door.flow(wallet, "web", scope="openid", acr_values=TWO).address())
    LoginPage(page).with_passkey()
    expect(part(page, "problem")).to_be_visible()


def test_passkey_of_an_unverified_user(desk: tuple[Page, PasskeyDevice], door: Provider, wallet: Wallet) -> None:
    """A device that is stolen does not know its user: nobody is logged in."""
    page, device = desk
    passkeys(page, door, door.people[5]).add_passkey()
    page.context.clear_cookies()
    device.verify_user(False)
    page.goto(door.flow(wallet, "web", scope="openid").address())
    LoginPage(page).with_passkey()
    expect(part(page, "passkey-message")).to_be_visible()
    assert part(page, "consent-form").count() == 0


def test_copied_passkey_is_noticed(desk: tuple[Page, PasskeyDevice], door: Provider, wallet: Wallet) -> None:
    """A counter that goes back tells of a copy (WebAuthn section 6.1.1)."""
    page, device = desk
    passkeys(page, door, door.people[6]).add_passkey()
    [copy] = device.credentials
    for _ in range(2):
        page.context.clear_cookies()
        page.goto(door.flow(wallet, "web", scope="openid").address())
        LoginPage(page).with_passkey()
        expect(part(page, "consent-form")).to_be_visible()
    device.forget()
    device.put({**copy, "signCount": 1})
    page.context.clear_cookies()
    page.goto(door.flow(wallet, "web", scope="openid").address())
    LoginPage(page).with_passkey()
    expect(part(page, "problem")).to_be_visible()


# Mail servers and services of other kinds.


@pytest.mark.parametrize("password", ["p w", "wrong"])
def test_mail_server_with_a_password(
    password: str, make_provider: MakeProvider, wallet: Wallet, new_browser: NewBrowser
) -> None:
    """With the right one mail is taken; with a wrong one the person is in by another method."""
    with MailSink(login=("registry", "p w")) as sink:
        server = with_every_method(make_provider(f"mail-{len(password)}"), sink)
        server.configure({"mail": {
            "username": "registry", "password_file": server.write_beside("mail.password", password)}})
        server.start().import_people()
        ask_for_mail(server, wallet, new_browser(CALLBACK))
        sink.wait_for_login()
        assert password == "wrong" or code_in(sink.wait_for(server.people[0].username))
    assert password == "p w" or not sink.messages


def test_mail_server_that_nobody_vouches_for(
    make_provider: MakeProvider, tmp_path: Path, wallet: Wallet, new_browser: NewBrowser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A certificate of its own making: it gets neither password nor code, and the person is in by another method."""
    caplog.set_level("CRITICAL", "mail.log")
    with MailSink(make_local_tls(tmp_path).context, ("registry", "p w")) as sink:
        server = with_every_method(make_provider("mail-of-nobody"), sink)
        server.configure({"mail": {
            "host": "localhost", "tls": "starttls", "username": "registry",
            "password_file": server.write_beside("mail.password", "p w")}})
        server.start().import_people()
        browser = new_browser(CALLBACK)
        ask_for_mail(server, wallet, browser)
        assert Visitor(server.people[0], browser).pass_through(
            server.flow(wallet, "web", scope="openid").address()).parameters["code"]
        server.stop()
        assert not sink.messages and not sink.logins


def ask_for_mail(server: Provider, wallet: Wallet, browser: PlainBrowser) -> None:
    """Has a code sent to the first person."""
    page = choose_method(browser, browser.show(server.flow(wallet, "web", scope="openid").address()), "email_code")
    browser.press(page, "send-code", {"username": server.people[0].username})


def test_mail_server_that_is_down(make_provider: MakeProvider, wallet: Wallet, new_browser: NewBrowser) -> None:
    """The person can still choose another method."""
    with MailSink() as sink:
        server = with_every_method(make_provider("no-mail"), sink)
    server.start().import_people()
    person = server.people[0]
    browser = new_browser(CALLBACK)
    flow = server.flow(wallet, "web", scope="openid")
    page = choose_method(browser, browser.show(flow.address()), "email_code")
    page = shown(browser.press(page, "send-code", {"username": person.username}))
    assert page.status in (200, 503)
    assert Visitor(person, browser).pass_through(flow.address()).parameters["code"]


def test_text_messages_by_a_service(make_provider: MakeProvider, wallet: Wallet, new_browser: NewBrowser) -> None:
    """The service gets number and text, and can tell who sends them."""
    with SmallServer() as service, MailSink() as sink:
        url = service.publish("/sms", Reply.of_json({"ok": True}))
        server = with_every_method(make_provider("webhook"), sink)
        server.configure({"outgoing": {"allow": [f"localhost:{service.port}"]}, "sms": {"file": None, "webhook": {
            "url": url, "secret_file": server.write_beside("sms.secret", "secret-of-the-service")}}})
        server.start().import_people()
        person = server.people[0]

        def read() -> str:
            received = service.wait_for("/sms")
            assert received.headers["Authorization"] == "Bearer secret-of-the-service"
            assert received.headers["Vouchsafe-Signature"].startswith("sha256=")
            message = json.loads(received.body)
            assert message["to"] == phone_of(person)
            [code] = CODE.findall(message["text"])
            return code

        flow = server.flow(wallet, "web", scope="openid")
        flow.take(flow.visit(Visitor(person, new_browser(CALLBACK), ("sms_code",), read_code=read)))
        assert "sms" in id_token_claims(flow, None)["amr"]
