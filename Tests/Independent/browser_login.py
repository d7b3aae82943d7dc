"""Login, consent and account pages in Chromium, found by `data-test`; and a passkey device that Chromium plays."""

from contextlib import contextmanager
from typing import Callable, Iterator

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

from people import Person
from plain_browser import Departure

CHROMIUM = "/usr/bin/chromium"
WAIT_MILLISECONDS = 10_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def part(page: Page, name: str) -> Locator:
    """An element by the name that the page gives it for tests."""
    return page.locator(f'[data-test="{name}"]')


# Getting there and back.


class WayOut:
    """Catches the redirect to a client that is not there, so that its answer can be read."""

    def __init__(self, context: BrowserContext, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self.caught: list[str] = []
        context.route(lambda url: url.split("?")[0].split("#")[0] == redirect_uri, self.catch)

    def catch(self, route: Route) -> None:
        """Shows a page in the client's place. A form that was sent there (form_post) counts as its query."""
        request = route.request
        url = request.url if request.method == "GET" else f"{request.url}?{request.post_data}"
        self.caught.append(url)
        route.fulfill(body="<!doctype html><title>Client</title><p data-test='client'>", content_type="text/html")

    def wait(self, page: Page) -> Departure:
        """The redirect, once it has come."""
        expect(part(page, "client")).to_be_attached(timeout=WAIT_MILLISECONDS)
        return Departure(self.caught[-1])


# The pages.


class LoginPage:
    """The login page of an interaction."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def form(self) -> Locator:
        """The form of the method that is shown."""
        return part(self.page, "login-form")

    @property
    def method(self) -> str:
        """The method that is shown."""
        return self.form.get_attribute("data-method")

    @property
    def problem(self) -> str:
        """What the page says that went wrong."""
        return part(self.page, "problem").inner_text().strip()

    def choose(self, method: str) -> "LoginPage":
        """Another method."""
        if self.method != method:
            part(self.page, f"method-{method}").click()
            expect(self.form).to_have_attribute("data-method", method, timeout=WAIT_MILLISECONDS)
        return self

    def type(self, name: str, text: str) -> None:
        """Fills a field."""
        part(self.page, name).fill(text)

    def submit(self) -> None:
        """Sends what was typed."""
        part(self.page, "login-submit").click()

    def with_facts(self, person: Person) -> None:
        """Knowledge: every fact that is asked."""
        self.choose("knowledge")
        for field in part(self.page, "login-form").locator('[data-test^="fact-"]').all():
            name = field.get_attribute("data-test").removeprefix("fact-")
            field.fill(person.facts[name])
        self.submit()

    def with_secret(self, person: Person, method: str = "password") -> None:
        """User name and password, or PIN."""
        self.choose(method)
        if part(self.page, "username").count():
            self.type("username", person.username)
        self.type(method, {"password": person.password, "pin": person.pin}[method])
        self.submit()

    def with_code(self, person: Person, read_code: Callable[[], str], method: str = "email_code") -> None:
        """A code that is sent."""
        self.choose(method)
        if part(self.page, "username").count():
            self.type("username", person.username)
        part(self.page, "send-code").click()
        expect(part(self.page, "code")).to_be_visible(timeout=WAIT_MILLISECONDS)
        self.type("code", read_code())
        self.submit()

    def with_passkey(self) -> None:
        """Whatever device the browser has."""
        self.choose("passkey")
        part(self.page, "passkey-submit").click()

    def cancel(self) -> None:
        """Goes back to the client."""
        part(self.page, "cancel").click()


class ConsentPage:
    """The consent page of an interaction."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(part(page, "consent-form")).to_be_visible(timeout=WAIT_MILLISECONDS)

    @property
    def claims(self) -> dict[str, bool]:
        """The claims, and whether each can be left out."""
        rows = part(self.page, "consent-form").locator('[data-test^="claim-"]').all()
        return {row.get_attribute("data-test").removeprefix("claim-"): row.get_attribute("data-essential") is None
                for row in rows}

    @property
    def credentials(self) -> list[str]:
        """The credentials that would be issued."""
        rows = part(self.page, "consent-form").locator('[data-test^="credential-"]').all()
        return [row.get_attribute("data-test").removeprefix("credential-") for row in rows]

    @property
    def party(self) -> str:
        """Who asks."""
        return part(self.page, "party-name").inner_text().strip()

    def share(self, wanted: set[str]) -> "ConsentPage":
        """Ticks these claims and no others."""
        for name, can_be_left_out in self.claims.items():
            if can_be_left_out:
                part(self.page, f"claim-{name}").set_checked(name in wanted)
        return self

    def remember(self, duration: str) -> "ConsentPage":
        """For how long: once, 30d or 365d."""
        self.page.locator(f'input[name="remember"][value="{duration}"]').check()
        return self

    def allow(self) -> None:
        """Agrees."""
        part(self.page, "allow").click()

    def deny(self) -> None:
        """Refuses."""
        part(self.page, "deny").click()


class AccountPage:
    """The person's own page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(part(page, "account")).to_be_visible(timeout=WAIT_MILLISECONDS)

    @property
    def consents(self) -> dict[str, str]:
        """The text of each consent by its id."""
        return {row.get_attribute("data-id"): row.inner_text() for row in part(self.page, "consent-item").all()}

    def consent(self, identifier: str) -> Locator:
        """One consent."""
        return self.page.locator(f'[data-test="consent-item"][data-id="{identifier}"]')

    def withdraw(self, identifier: str) -> None:
        """Takes a consent back, which needs a second step."""
        self.consent(identifier).locator('[data-test="withdraw-open"]').click()
        self.consent(identifier).locator('[data-test="withdraw"]').click()

    @property
    def passkeys(self) -> int:
        """How many passkeys there are."""
        return part(self.page, "passkey-item").count()

    def add_passkey(self) -> None:
        """Has the browser's device make one, and waits until it is listed."""
        before = self.passkeys
        part(self.page, "passkey-add").click()
        expect(part(self.page, "passkey-item")).to_have_count(before + 1, timeout=WAIT_MILLISECONDS)

    def remove_passkey(self) -> None:
        """Removes the first one."""
        before = self.passkeys
        part(self.page, "passkey-remove-open").first.click()
        part(self.page, "passkey-remove").first.click()
        expect(part(self.page, "passkey-item")).to_have_count(before - 1, timeout=WAIT_MILLISECONDS)

    def sign_out(self) -> None:
        """Leaves."""
        part(self.page, "sign-out").click()


# Passkeys.


class PasskeyDevice:
    """A platform authenticator with resident keys, which Chromium plays for one page (DevTools, domain WebAuthn)."""

    def __init__(self, page: Page, verifies_user: bool = True, has_prf: bool = False) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        prf = {"ctap2Version": "ctap2_1", "hasPrf": True} if has_prf else {}
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": verifies_user, "automaticPresenceSimulation": True, **prf,
        }})
        self.id = added["authenticatorId"]

    @property
    def credentials(self) -> list[dict]:
        """What is on the device."""
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def put(self, credential: dict) -> None:
        """Copies a credential onto the device: a cloned one, or one in another browser."""
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})

    def forget(self) -> None:
        """Removes every credential."""
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})

    def verify_user(self, verifies: bool) -> None:
        """Whether the user passes the device's own check."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verifies})
