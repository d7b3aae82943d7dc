"""A person's vault in Chromium: made, opened in each way, changed, and refused; checked from outside."""

import os
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser_login import PasskeyDevice, part
from people import Person
from provider_setup import MakeProvider, Provider
from vault_page import PASSWORD, VaultPage, log_in

pytest_plugins = ["provider_fixtures"]

WRONG_ANSWERS = 10
PHONE = {"width": 360, "height": 740}
SCREENSHOTS = os.environ.get("SCREENSHOTS")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OpenVault = Callable[..., VaultPage]


@pytest.fixture(scope="module")
def keeper(make_provider: MakeProvider) -> Provider:
    """A server where people log in. It is called localhost, which can have passkeys."""
    server = make_provider("keeper").configure({"sharing": {}})
    return server.start().import_people()


@pytest.fixture
def open_vault(browser: Browser, keeper: Provider) -> Iterator[OpenVault]:
    """Opens the page of a person's vault in a window of its own; nothing may be complained about."""
    contexts, complaints = [], []

    def open(person: Person, language: str = "en", passkeys: bool = True, **options: object) -> VaultPage:
        context = browser.new_context(locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        vault = VaultPage(page, keeper.url)
        if passkeys:
            vault.device = PasskeyDevice(page, has_prf=True)
        log_in(page, vault.url, person)
        return vault.load()

    yield open
    for context in contexts:
        context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


def test_every_way_opens(keeper: Provider, open_vault: OpenVault) -> None:
    """A vault made with a passkey opens with it, with the recovery code, and with a password that was added."""
    vault = open_vault(keeper.people[0])
    expect(part(vault.page, "vault-open")).to_be_hidden()
    vault.screenshot(SCREENSHOTS, "vault-create")
    code = vault.create("passkey")
    assert len(code.replace("-", "")) == 40
    expect(vault.ways()).to_have_count(2)
    expect(vault.part("vault-remove-open")).to_have_count(0)
    vault.screenshot(SCREENSHOTS, "vault-open")
    vault.part("vault-way-name").fill("In my head")
    vault.part("vault-more-password").fill(PASSWORD)
    vault.part("vault-add-password").click()
    expect(vault.ways("password")).to_have_count(1)
    assert "In my head" in vault.ways("password").inner_text()
    for kind, typed in (("passkey", ""), ("password", PASSWORD), ("recovery", code.lower())):
        vault.load()
        assert not vault.is_open
        vault.screenshot(SCREENSHOTS, "vault-unlock")
        vault.use(kind, typed)
        assert vault.wait_open()
    vault.lock()
    expect(vault.part("vault-use-password")).to_be_visible()


def test_slips_are_told(keeper: Provider, open_vault: OpenVault) -> None:
    """Before anything is sent, and what was typed stays."""
    vault = open_vault(keeper.people[1])
    vault.part("vault-create").click()
    assert "Choose how" in vault.message()
    vault.part("vault-first-password").check()
    vault.part("vault-create").click()
    assert "Type the recovery code" in vault.message()
    code = vault.part("vault-code").inner_text()
    wrong = code[:6] + ("A" if code[6] != "A" else "B") + code[7:]
    vault.part("vault-code-typed").fill(wrong)
    vault.part("vault-new-password").fill("too short")
    vault.part("vault-create").click()
    assert "group 2" in vault.message().replace("\u2068", "").replace("\u2069", "")
    assert vault.part("vault-code-typed").get_attribute("aria-invalid") == "true"
    vault.type_code()
    vault.part("vault-create").click()
    assert "fewer than 12" in vault.message()
    assert vault.part("vault-new-password").input_value() == "too short"
    with vault.page.expect_download() as download:
        vault.part("vault-code-download").click()
    assert code in download.value.path().read_text()
    vault.part("vault-code-typed").fill("")
    vault.part("vault-new-password").fill(PASSWORD)
    vault.part("vault-create").click()
    assert vault.wait_open()


def test_wrong_passwords_are_limited(keeper: Provider, open_vault: OpenVault) -> None:
    """Ten in all, of password and code together, and then not even the right one; a passkey still opens."""
    vault = open_vault(keeper.people[2])
    code = vault.create("passkey")
    vault.part("vault-way-name").fill("Password")
    vault.part("vault-more-password").fill(PASSWORD)
    vault.part("vault-add-password").click()
    expect(vault.ways("password")).to_have_count(1)
    vault.load()
    statuses = vault.run("""
        const vault = await vaults.Vault.load(service);
        const way = vault.ways.find(({ kind }) => kind === "password");
        const answers = [];
        for (let turn = 0; turn < a.turns; turn += 1) {
            const verifier = jose.base64url(jose.randomBytes(32));
            answers.push(await service.call("POST", "/unlock", { way: way.id, verifier }).catch((error) => error.code));
        }
        return answers;
    """, turns=WRONG_ANSWERS - 1)
    assert statuses == ["wrong_verifier"] * (WRONG_ANSWERS - 1)
    vault.use("password", PASSWORD + "!")
    assert "not right" in vault.message()
    vault.use("password", PASSWORD)
    assert "Too many" in vault.message()
    vault.use("recovery", code)
    assert "Too many" in vault.message()
    assert not vault.is_open
    vault.use("passkey")
    assert vault.wait_open()


def test_everything_is_lost(keeper: Provider, open_vault: OpenVault) -> None:
    """The operator removes the vault, and the person makes another."""
    person = keeper.people[5]
    vault = open_vault(person)
    vault.create("passkey")
    assert keeper.run("registry", "remove-vault", person.id).returncode == 0
    assert keeper.run("registry", "remove-vault", person.id).returncode != 0, "there is none any more"
    vault.load()
    expect(vault.part("vault-create")).to_be_visible()
    vault.create("passkey")
    expect(vault.ways()).to_have_count(2)
    assert keeper.run("registry", "remove-vault", person.id).returncode == 0


def test_lost_passkey(keeper: Provider, open_vault: OpenVault) -> None:
    """The recovery code opens, a new way comes in, the lost one goes out, and is then worth nothing."""
    vault = open_vault(keeper.people[3])
    code = vault.create("passkey")
    [lost] = vault.device.credentials
    vault.device.forget()
    vault.load()
    vault.use("passkey")
    assert "passkey" in vault.message().lower()
    vault.use("recovery", code)
    vault.wait_open()
    assert vault.ways("passkey").locator('[data-test="vault-remove"]').count() == 0, "two ways have to stay"
    refused = vault.run("""
        const vault = await vaults.Vault.load(service);
        const way = vault.ways.find(({ kind }) => kind === "recovery");
        await vault.unlock(way.id, a.code);
        return vault.removeWay(way.id).catch((error) => error.code);
    """, code=code)
    assert refused == "too_few_ways"
    vault.part("vault-way-name").fill("New telephone")
    vault.part("vault-add-passkey").click()
    expect(vault.ways("passkey")).to_have_count(2)
    vault.remove(vault.ways("passkey").filter(has_not_text="New telephone"))
    expect(vault.ways("passkey")).to_have_count(1)
    assert "New telephone" in vault.ways("passkey").inner_text()
    vault.device.put(lost)
    vault.load()
    expect(vault.part("vault-use-passkey")).to_have_count(1)
    vault.use("passkey")
    assert vault.wait_open()


def test_new_recovery_code(keeper: Provider, open_vault: OpenVault) -> None:
    """A second code, which the old one does not become."""
    vault = open_vault(keeper.people[4], passkeys=False)
    vault.create("password")
    vault.part("vault-way-name").fill("Paper")
    vault.part("vault-add-recovery").click()
    expect(vault.part("vault-more-code")).to_be_visible()
    code = vault.part("vault-more-code").inner_text()
    vault.part("vault-more-code-typed").fill(code)
    vault.part("vault-add-recovery").click()
    expect(vault.ways("recovery")).to_have_count(2)
    vault.load()
    vault.use("recovery", code, index=1)
    assert vault.wait_open()


def test_keys_are_replaced(keeper: Provider, open_vault: OpenVault) -> None:
    """What was sealed to the old key opens with the new ones, after a fresh unlock too; the old key vouches."""
    vault = open_vault(keeper.people[5], passkeys=False)
    code = vault.create("password")
    vault.part("vault-rotate-open").click()
    vault.part("vault-rotate").click()
    expect(vault.part("vault-key")).to_have_count(2)
    vault.load()
    told = vault.run("""
        const vault = await vaults.Vault.load(service);
        const old = await jose.verifyJWT(
            vault.statements[0], [jose.parseObject(jose.fromBase64url(vault.statements[0].split(".")[1])).sig],
            ["person-key+jwt"]);
        const next = await jose.verifyJWT(vault.statements[1], [old.payload.sig], ["person-key+jwt"]);
        const sealed = await jose.encryptJWE(jose.utf8("to the old key"), old.payload.enc, "text");
        await vault.unlock(vault.ways.find(({ kind }) => kind === "recovery").id, a.code);
        return {
            text: new TextDecoder().decode(await vault.open(sealed)), previous: next.payload.previous,
            first: old.payload.sig.kid, isNew: next.payload.sig.kid === vault.signingKey.kid,
        };
    """, code=code)
    assert told["text"] == "to the old key" and told["isNew"]
    assert told["previous"] == told["first"]


def test_without_script(keeper: Provider, browser: Browser) -> None:
    """The page says what it needs, and shows what is there."""
    context = browser.new_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    log_in(page, keeper.url, keeper.people[6])
    part(page, "vault-link").click()
    expect(part(page, "vault-message")).to_contain_text("JavaScript")
    expect(part(page, "vault-create")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("language", ["en", "fr", "uk", "ar"])
def test_on_a_telephone(keeper: Provider, open_vault: OpenVault, language: str) -> None:
    """In every language: nothing wider than the screen, no text without translation."""
    vault = open_vault(keeper.people[7], language, viewport=PHONE)
    if vault.part("vault-create").is_visible():
        vault.screenshot(SCREENSHOTS, f"vault-create-{language}-phone")
        assert vault.page.evaluate(OVERFLOW) == 0
        vault.part("vault-first-password").check()
        vault.type_code()
        vault.part("vault-new-password").fill(PASSWORD)
        vault.part("vault-create").click()
    else:
        vault.use("password", PASSWORD)
    vault.wait_open()
    text = vault.page.locator("body").inner_text()
    assert "vault_" not in text and "{" not in text
    assert vault.page.evaluate(OVERFLOW) == 0
    vault.screenshot(SCREENSHOTS, f"vault-{language}-phone")
