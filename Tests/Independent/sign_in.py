"""Login and consent pages, as a person answers them who has no script; elements are found by `data-test`."""

from dataclasses import dataclass, field
from typing import Callable

from people import Person
from plain_browser import Departure, PlainBrowser, Shown, departed, shown
from wallet import expect

MOST_PAGES = 8


@dataclass
class Visitor:
    """A person at a browser: how they log in, and what they agree to."""

    person: Person
    browser: PlainBrowser
    # One for each step of a login.
    methods: tuple[str, ...] = ("password",)
    # Reads the code that was just sent.
    read_code: Callable[[], str] | None = None
    allows: bool = True
    # Claims to tick, all others unticked; None leaves the boxes as they are.
    shares: set[str] | None = None
    remember: str | None = None
    # The pages that were answered: "login" and "consent".
    answered: list[str] = field(default_factory=list)

    def pass_through(self, url: str, **arguments: object) -> Departure:
        """Opens an address and answers pages until a redirect leads out."""
        return departed(self.answer(self.browser.open(url, **arguments)))

    def answer(self, result: Shown | Departure) -> Shown | Departure:
        """Answers login and consent pages until there is another page or a redirect out."""
        for _ in range(MOST_PAGES):
            if isinstance(result, Departure) or result.status != 200:
                return result
            if result.html.has("login-form"):
                result = self.log_in(result)
            elif result.html.has("consent-form"):
                result = self.consent(result)
            else:
                return result
        raise AssertionError(f"still asked after {MOST_PAGES} pages: {self.answered}")

    def log_in(self, page: Shown) -> Shown | Departure:
        """One step of a login."""
        method = self.methods[min(step_of(page), len(self.methods)) - 1]
        page = choose_method(self.browser, page, method)
        self.answered.append("login")
        if method in ("email_code", "sms_code"):
            page = ask_for_code(self.browser, page, self.person.username)
            expect(self.read_code is not None, "nobody reads the code")
            return self.browser.press(page, "login-submit", {"code": self.read_code()})
        return self.browser.press(page, "login-submit", login_values(page, method, self.person))

    def consent(self, page: Shown) -> Shown | Departure:
        """The consent page."""
        self.answered.append("consent")
        if not self.allows:
            return self.browser.press(page, "deny")
        return self.browser.press(page, "allow", consent_values(page, self.shares, self.remember))


def step_of(page: Shown) -> int:
    """Which step of a login the page is; 1 if it does not say."""
    digits = [word for word in page.html.one("step").text.split() if word.isdigit()] if page.html.has("step") else []
    return int(digits[0]) if digits else 1


def method_of(page: Shown) -> str:
    """The login method whose form is shown."""
    return page.html.one("login-form").attributes["data-method"]


def other_methods(page: Shown) -> set[str]:
    """The methods that would do instead."""
    return set(page.html.starting("method-"))


def choose_method(browser: PlainBrowser, page: Shown, method: str) -> Shown:
    """The same page with the form of a method."""
    if method_of(page) != method:
        page = shown(browser.press(page, f"method-{method}"))
    expect(method_of(page) == method, f"the page shows {method_of(page)} after {method} was chosen")
    return page


def ask_for_code(browser: PlainBrowser, page: Shown, username: str) -> Shown:
    """Has a code sent, and gets to the page where it is entered."""
    if not page.html.has("send-code"):
        return page
    asks = page.html.has("username")
    return shown(browser.press(page, "send-code", {"username": username} if asks else {}))


def login_values(page: Shown, method: str, person: Person) -> dict[str, str]:
    """What a person types into the form of a method."""
    if method == "knowledge":
        fields = page.html.starting("fact-")
        return {f"fact_{name}": person.facts[name] for name in fields}
    secret = {"password": person.password, "pin": person.pin}[method]
    known = {"username": person.username} if page.html.has("username") else {}
    return {**known, method: secret}


def claims_on(page: Shown) -> dict[str, bool]:
    """The claims on a consent page, and whether each can be left out."""
    return {name: "data-essential" not in element.attributes
            for name, element in page.html.starting("claim-").items()}


def consent_values(page: Shown, shares: set[str] | None, remember: str | None) -> dict[str, str | None]:
    """What a person ticks: `shares` of the claims that can be left out."""
    values: dict[str, str | None] = {}
    if shares is not None:
        optional = {name for name, can_be_left_out in claims_on(page).items() if can_be_left_out}
        values |= {f"share_{name}": "yes" if name in shares else None for name in optional}
    return values if remember is None else {**values, "remember": remember}


def problem_on(page: Shown) -> str:
    """What the page says that went wrong."""
    return page.html.one("problem").text


def problem_code(page: Shown) -> str:
    """The error code on an error page, which no redirect has told the client."""
    return page.html.one("problem-page").attributes["data-code"]
