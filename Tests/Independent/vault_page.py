"""The page of a person's vault in Chromium, found by `data-test`, and what a test calls in its scripts."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser_login import LoginPage, part
from people import Person

WAIT_MILLISECONDS = 20_000
PASSWORD = "correct horse battery staple"


def log_in(page: Page, url: str, person: Person) -> None:
    """To the person's own page."""
    page.goto(url + "/account")
    LoginPage(page).with_secret(person)
    expect(part(page, "account")).to_be_visible(timeout=WAIT_MILLISECONDS)


class VaultPage:
    """`/account/vault`."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def load(self) -> "VaultPage":
        """Loads it and waits for its script."""
        self.page.goto(self.url + "/account/vault")
        expect(self.page.locator(".vault-page[data-ready]")).to_be_attached(timeout=WAIT_MILLISECONDS)
        return self

    def part(self, name: str) -> Locator:
        """An element by the name that the page gives it for tests."""
        return part(self.page, name)

    # Making it.

    def type_code(self) -> str:
        """Types the recovery code that is shown; the code."""
        code = self.part("vault-code").inner_text()
        self.part("vault-code-typed").fill(code.lower().replace("-", " "))
        return code

    def create(self, kind: str = "passkey", password: str = PASSWORD) -> str:
        """Makes a vault; its recovery code."""
        expect(self.part("vault-create")).to_be_visible(timeout=WAIT_MILLISECONDS)
        code = self.type_code()
        self.part(f"vault-first-{kind}").check()
        if kind == "password":
            self.part("vault-new-password").fill(password)
        self.part("vault-create").click()
        return self.wait_open() and code

    # Opening it.

    def wait_open(self) -> bool:
        """Waits until it is open."""
        expect(self.part("vault-open")).to_be_visible(timeout=WAIT_MILLISECONDS)
        return True

    @property
    def is_open(self) -> bool:
        """Whether the page says so."""
        return self.part("vault-open").is_visible()

    def use(self, kind: str, typed: str = "", index: int = 0) -> None:
        """Tries a way in."""
        form = self.part(f"vault-use-{kind}").nth(index)
        if typed:
            form.locator("input").fill(typed)
        form.get_by_role("button").click()

    def message(self) -> str:
        """What it says, once it says something."""
        place = self.part("vault-message")
        expect(place).to_be_visible(timeout=WAIT_MILLISECONDS)
        expect(place).not_to_have_text("One moment …", timeout=WAIT_MILLISECONDS)
        assert place.get_attribute("role") == "alert"
        return place.inner_text()

    def lock(self) -> None:
        """Closes it."""
        self.part("vault-lock").click()
        expect(self.part("vault-open")).to_be_hidden()

    # Its parts.

    def ways(self, kind: str | None = None) -> Locator:
        """The ways in, of one kind."""
        ways = self.part("vault-way")
        return ways if kind is None else self.page.locator(f'[data-test="vault-way"][data-kind="{kind}"]')

    def remove(self, way: Locator) -> None:
        """Removes a way in, in two steps."""
        part(way, "vault-remove-open").click()
        part(way, "vault-remove").click()

    def screenshot(self, folder: str | None, name: str) -> None:
        """Keeps a picture, if pictures are wanted."""
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    # The scripts behind it.

    def run(self, body: str, **arguments: object) -> object:
        """Runs statements that have the modules at hand, and the page's own arguments as `a`."""
        return self.page.evaluate(f"""async (a) => {{
            const base = {self.url!r} + "/assets/";
            const [jose, codes, ways, vaults, data] = await Promise.all([
                "jose.js", "recovery-code.js", "vault-ways.js", "vault.js", "sharing-data.js",
            ].map((name) => import(base + name)));
            const {{ token, address, csrf, issuer, now }} = document.querySelector("[data-vault]").dataset;
            const service = new vaults.VaultService({{ token, address, csrf, issuer, now: Number(now) }});
            {body}
        }}""", arguments)
