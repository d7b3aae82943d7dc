"""The consent page of data sharing in Chromium, with a market and a service provider from outside, checked by joserfc."""

import json
import os
import secrets
from pathlib import Path
from typing import Iterator
from urllib.parse import parse_qs

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect

from browser_login import LoginPage, WayOut, part
from holder_keys import from_base64url
from provider_setup import MakeProvider, Provider
from sharing_parties import MARKET_URI, Bank, Market, Operator, sha256
from vault_page import PASSWORD, VaultPage, log_in
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

SCREENSHOTS = os.environ.get("SCREENSHOTS")
WAIT_MILLISECONDS = 30_000
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
KEPT, HELD = "shop:loyalty", "shop:credit"
VALUES = {"tier": "gold", "points": 1200, "member": True, "address": {"city": "Нове місто"}}
SHAPE = {"tier": "TEXT", "points": "INTEGER", "member": "BOOLEAN", "address": {"city": "TEXT"}}


def definition(scope: str, held_by: str) -> dict:
    """A scope with every type."""
    return {
        "scope": scope, "version": 1, "held_by": held_by,
        "display": [{"locale": "en", "name": scope.split(":")[1].title(), "description": "Your standing"},
                    {"locale": "ar", "name": "الولاء"}],
        "claims": [
            {"name": "tier", "type": "TEXT", "required": True, "values": ["bronze", "silver", "gold"],
             "display": [{"locale": "en", "name": "Tier"}]},
            {"name": "points", "type": "INTEGER", "minimum": 0, "maximum": 1000000,
             "display": [{"locale": "en", "name": "Points"}]},
            {"name": "share", "type": "FLOAT"}, {"name": "member", "type": "BOOLEAN"},
            {"name": "address", "type": "OBJECT", "claims": [{"name": "city", "type": "TEXT", "maximum_length": 80}]},
        ],
    }


class Setting:
    """A server with a market and a bank."""

    def __init__(self, server: Provider) -> None:
        self.server, self.operator = server, Operator(server)
        self.market, self.bank = Market("shop", server), Bank(server)
        for organization in (self.market.organization, self.bank.organization):
            self.operator.call("POST", "/organizations", organization)
            self.operator.call("POST", f"/organizations/{organization['id']}/approve")
        for scope, held_by in ((KEPT, "person"), (HELD, "market")):
            self.operator.call("POST", "/scopes", definition(scope, held_by))

    def subject(self, index: int) -> str:
        """What the market calls a person."""
        found = self.operator.call("POST", "/organizations/shop/subjects", {"person": self.server.people[index].id})
        return found["subject"]


@pytest.fixture(scope="module")
def setting(make_provider: MakeProvider) -> Setting:
    """The parties."""
    return Setting(make_provider("town").configure({"sharing": {}}).start().import_people())


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    """A person's window; nothing may be complained about."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def with_vault(page: Page, setting: Setting, index: int) -> VaultPage:
    """Logs in and makes a vault with a password."""
    log_in(page, setting.server.url, setting.server.people[index])
    vault = VaultPage(page, setting.server.url).load()
    vault.create("password")
    return vault


class ConsentWindow:
    """The consent page of one request."""

    def __init__(self, page: Page, setting: Setting, wallet: Wallet, details: list[dict]) -> None:
        self.page, self.setting = page, setting
        self.flow = setting.bank.flow(wallet, details)
        self.out = WayOut(page.context, setting.bank.redirect_uri)
        self.sent: list[dict] = []
        page.on("request", self.keep)
        page.goto(self.flow.address())
        if part(page, "login-form").count():
            LoginPage(page).with_secret(setting.server.people[0])
        expect(page.locator("[data-sharing][data-ready]")).to_be_attached(timeout=WAIT_MILLISECONDS)

    def keep(self, request: object) -> None:
        """What the form sends."""
        if request.method == "POST" and "/auth/interaction/" in request.url:
            self.sent.append({name: values[0] for name, values in parse_qs(request.post_data).items()})

    def part(self, name: str) -> object:
        """An element by the name that the page gives it for tests."""
        return part(self.page, name)

    def unlock(self) -> None:
        """Opens the vault with its password."""
        form = self.part("vault-use-password")
        form.locator("input").fill(PASSWORD)
        form.get_by_role("button").click()
        expect(self.part("vault-open")).to_be_visible(timeout=WAIT_MILLISECONDS)

    def allow(self) -> list[dict]:
        """Allows; what was sent for each scope."""
        self.part("allow").click()
        self.departure = self.out.wait(self.page)
        return json.loads(self.sent[-1]["sharing"])["scopes"]

    def refused(self) -> str:
        """Tries to allow; what the page says."""
        self.part("allow").click()
        message = self.part("sharing-message")
        expect(message).to_be_visible(timeout=WAIT_MILLISECONDS)
        expect(message).not_to_have_text("One moment …", timeout=WAIT_MILLISECONDS)
        return message.inner_text()

    def picture(self, name: str) -> None:
        """Keeps a picture, if pictures are wanted."""
        if SCREENSHOTS:
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def approved(setting: Setting, window: ConsentWindow, subject: str, answer: dict) -> dict:
    """The claims of an approval, whose signature is by the person's logged key."""
    sig = setting.market.keys_of(subject)["sig"]
    verified = jws.deserialize_compact(answer["approval"], ECKey.import_key(sig), algorithms=["ES256"])
    assert verified.headers() == {"alg": "ES256", "typ": "consent-approval+jwt", "kid": sig["kid"]}
    claims = json.loads(verified.payload)
    assert claims["iss"] == sig["kid"] and claims["client_id"] == "bank" and claims["version"] == 1
    assert claims["request_hash"] == sha256(window.flow.request)
    assert claims["encryption_jkt"] == setting.bank.encryption_jwk["kid"]
    assert claims["exp"] - claims["iat"] <= 300 and len(claims["jti"]) >= 16 and claims["nonce"]
    return claims


def released(setting: Setting, answer: dict, signing_key: dict) -> dict:
    """The claims of a release, opened and checked as the bank does it."""
    header, claims, signed = setting.bank.open(answer["release"])
    assert header["typ"] == "data-release+jwt" and header["kid"] == signing_key["kid"]
    jws.deserialize_compact(signed, ECKey.import_key(signing_key), algorithms=["ES256"])
    assert claims["aud"] == "bank" and claims["approval_hash"] == sha256(answer["approval"])
    assert claims["exp"] - claims["iat"] == 600
    return claims


def test_values_of_the_vault(setting: Setting, window: Page, wallet: Wallet) -> None:
    """Case 1: values shown, only the chosen ones released, sealed to the bank; the server takes it and passes it on."""
    vault = with_vault(window, setting, 0)
    subject = setting.subject(0)
    made = setting.market.deposit(subject, KEPT, VALUES, SHAPE)
    vault.load()
    vault.use("password", PASSWORD)
    vault.wait_open()
    vault.part("deposit-open").click()
    expect(vault.part("deposit-values")).to_contain_text("Нове місто", timeout=WAIT_MILLISECONDS)
    expect(vault.part("deposit-values")).to_contain_text("Yes")
    vault.screenshot(SCREENSHOTS, "vault-deposit")
    purpose = "To <b>offer</b> you a premium account"
    consent = ConsentWindow(window, setting, wallet, [{"scope": KEPT, "purpose": purpose, "claims": [
        {"name": "tier", "essential": True}, {"name": "points"}, {"name": "address"}, {"name": "share"}]}])
    assert purpose in consent.part("sharing-purpose").inner_text()
    assert not any(box.is_checked() for box in window.locator("[data-choose]").all())
    assert "Open your vault first" in consent.refused()
    consent.picture("consent-person-closed")
    consent.unlock()
    expect(consent.part("value-tier")).to_have_text("gold")
    expect(consent.part("value-address")).to_contain_text("Нове місто")
    expect(consent.part("choose-share")).to_be_disabled()
    consent.part("choose-points").check()
    consent.picture("consent-person-open")
    [answer] = consent.allow()
    claims = approved(setting, consent, subject, answer)
    assert claims["claims"] == ["tier", "points"] and claims["purpose"] == purpose
    assert claims["aud"] == [setting.server.url] and claims["digest"] == {"jwe_hash": sha256(made["jwe"])}
    assert claims["until"] == claims["exp"]
    release = released(setting, answer, setting.market.keys_of(subject)["sig"])
    issuer_jwt, *disclosed, last = release["sd_jwt"].split("~")
    assert issuer_jwt == made["issuer_jwt"] and last == ""
    assert [json.loads(from_base64url(text))[1:] for text in disclosed] == [["tier", "gold"], ["points", 1200]]
    tokens = consent.flow.finish(consent.departure)
    given = json.loads(from_base64url(tokens["id_token"].split(".")[1]))["encrypted_scopes"][KEPT]
    assert given["jwe"] == answer["release"] and given["approval"] == answer["approval"]


def test_typed_values(setting: Setting, window: Page, wallet: Wallet) -> None:
    """Case 1 without a deposit: typed, checked against the definition, and marked as the person's own word."""
    with_vault(window, setting, 1)
    subject = setting.subject(1)
    consent = ConsentWindow(window, setting, wallet, [{"scope": KEPT, "claims": [
        {"name": "tier", "essential": True}, {"name": "points"}, {"name": "share"}, {"name": "member"}]}])
    consent.unlock()
    assert "needed" in consent.refused().lower()
    window.locator('[data-test="typed-tier"]').select_option("silver")
    consent.part("choose-points").check()
    window.locator('[data-test="typed-points"]').fill("2000000")
    assert "too large" in consent.refused()
    assert window.locator('[data-test="typed-points"]').get_attribute("aria-invalid") == "true"
    window.locator('[data-test="typed-points"]').fill("42")
    consent.part("choose-share").check()
    window.locator('[data-test="typed-share"]').fill("0.5")
    consent.picture("consent-typed")
    window.locator('[name="remember"][value="30d"]').check()
    [answer] = consent.allow()
    claims = approved(setting, consent, subject, answer)
    assert claims["digest"] == {"self_asserted": True} and claims["claims"] == ["tier", "points", "share"]
    assert claims["until"] - claims["iat"] == 30 * 86_400
    release = released(setting, answer, setting.market.keys_of(subject)["sig"])
    assert release["values"] == {"tier": "silver", "points": 42, "share": 0.5} and "sd_jwt" not in release
    consent.flow.finish(consent.departure)


def test_values_at_the_market(setting: Setting, window: Page, wallet: Wallet) -> None:
    """Case 2: an approval alone, for the market; what is there and what is not is told before."""
    with_vault(window, setting, 2)
    subject = setting.subject(2)
    digest = setting.market.digest(subject, HELD, VALUES, SHAPE)
    consent = ConsentWindow(window, setting, wallet, [{"scope": HELD, "claims": [
        {"name": "tier", "essential": True}, {"name": "member"}, {"name": "share"}]}])
    assert "Corner Shop keeps this" in consent.part(f"scope-{HELD}").inner_text().replace("\u2068", "").replace(
        "\u2069", "")
    expect(consent.part("choose-share")).to_have_count(0)
    consent.unlock()
    consent.part("choose-member").check()
    consent.picture("consent-market")
    [answer] = consent.allow()
    assert "release" not in answer
    claims = approved(setting, consent, subject, answer)
    assert claims["aud"] == [setting.server.url, MARKET_URI] and claims["sub"] == subject
    assert claims["digest"]["hash"] == digest["hash"] and claims["claims"] == ["tier", "member"]
    assert isinstance(claims["digest"]["index"], int)
    consent.flow.finish(consent.departure)


def test_essential_value_is_not_there(setting: Setting, window: Page, wallet: Wallet) -> None:
    """Case 2: the page says why and what to do; Allow cannot be pressed, Deny can."""
    with_vault(window, setting, 3)
    setting.market.digest(setting.subject(3), HELD, {"tier": "gold"}, {"tier": "TEXT"})
    consent = ConsentWindow(window, setting, wallet, [{"scope": HELD, "claims": [
        {"name": "tier"}, {"name": "points", "essential": True}]}])
    expect(consent.part("sharing-lacking")).to_be_visible()
    expect(consent.part("allow")).to_be_disabled()
    consent.part("deny").click()
    assert consent.out.wait(window).parameters["error"] == "access_denied"


@pytest.mark.parametrize("kind", ["another signer", "another person", "broken definition"])
def test_bad_deposits_are_not_shown(kind: str, setting: Setting, browser: Browser, wallet: Wallet) -> None:
    """Said in words; nothing of them is shown, and nothing of them can be released."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    index = {"another signer": 4, "another person": 5, "broken definition": 6}[kind]
    vault = with_vault(page, setting, index)
    changes = {
        "another signer": {"signer": Market("shop", setting.server)},
        "another person": {"holder": secrets.token_urlsafe(32)}, "broken definition": {},
    }[kind]
    values = {"tier": "platinum"} if kind == "broken definition" else {"tier": "gold"}
    setting.market.deposit(setting.subject(index), KEPT, values, {"tier": "TEXT"}, **changes)
    vault.load()
    vault.use("password", PASSWORD)
    vault.wait_open()
    vault.part("deposit-open").click()
    expect(page.locator("[data-deposit] [data-item-message]")).to_contain_text("not shown", timeout=WAIT_MILLISECONDS)
    assert values["tier"] not in page.locator("[data-deposit]").inner_text()
    context.close()


def test_swapped_key_is_noticed(setting: Setting, window: Page, wallet: Wallet) -> None:
    """Whoever serves the page and puts a key of their own into it gets nothing: the script has the bank's signature."""
    with_vault(window, setting, 7)
    other = Bank(setting.server)

    def swap(route: object) -> None:
        response = route.fetch()
        text = response.text()
        start = text.find('id="sharing-request">')
        if start >= 0:
            start += len('id="sharing-request">')
            end = text.index("</script>", start)
            request = json.loads(text[start:end])
            request["encryption_key"] = other.encryption_jwk
            request["encryption_jkt"] = other.encryption_jwk["kid"]
            text = text[:start] + json.dumps(request) + text[end:]
        route.fulfill(response=response, body=text)

    window.route("**/auth/interaction/**", swap)
    window.route("**/auth/authorize**", swap)
    consent = ConsentWindow(window, setting, wallet, [{"scope": KEPT}])
    expect(consent.part("sharing-message")).to_contain_text("not the one that the application has signed")
    expect(consent.part("allow")).to_be_disabled()
    expect(consent.part("deny")).to_be_enabled()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_telephone(language: str, setting: Setting, browser: Browser, wallet: Wallet) -> None:
    """Nothing wider than the screen; without script it can be read and denied."""
    context = browser.new_context(locale=language, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    flow = setting.bank.flow(wallet, [{"scope": KEPT}, {"scope": HELD, "purpose": "To know you"}])
    out = WayOut(context, setting.bank.redirect_uri)
    page.goto(flow.address())
    LoginPage(page).with_secret(setting.server.people[0])
    expect(part(page, "sharing")).to_be_visible()
    expect(part(page, "vault-message")).to_be_visible()
    expect(part(page, "allow")).to_be_disabled()
    assert page.evaluate(OVERFLOW) == 0
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"consent-{language}-phone.png", full_page=True)
    part(page, "deny").click()
    assert out.wait(page).parameters["error"] == "access_denied"
    context.close()
