"""Relying parties that others wrote: Apache's mod_auth_openidc and Authlib log people in, unchanged."""

import secrets
import time
from typing import Callable, Iterator

import pytest

from code_wallet import NoSecret, PrivateKeyJWT, SecretBasic
from holder_keys import HolderKey
from openid_checks import claims_of
from people import Person
from plain_browser import Departure, PlainBrowser, departed, shown
from provider_setup import BASIC, MakeProvider, Provider
from relying_party_apache import ApacheRelyingParty, is_installed
from relying_party_authlib import AuthlibRelyingParty
from sign_in import Visitor
from wallet import Wallet, bearer, successful

pytest_plugins = ["provider_fixtures"]

CALLBACK = "https://authlib.example/callback"
PROFILE = {"given_name", "family_name", "birthdate", "email"}


@pytest.fixture(scope="module")
def apache() -> Iterator[ApacheRelyingParty]:
    """Apache, not yet started."""
    if not is_installed():
        pytest.skip("Apache with mod_auth_openidc is not installed")
    with ApacheRelyingParty() as party:
        yield party


@pytest.fixture(scope="module")
def home(make_provider: MakeProvider) -> Provider:
    """A server with clients for Authlib."""
    server = make_provider("relying-parties")
    server.admit("authlib", SecretBasic("secret of authlib"), CALLBACK, post_logout_redirect_uris=[CALLBACK])
    server.admit("authlib-keyed", PrivateKeyJWT(HolderKey.make()), CALLBACK)
    server.admit("authlib-public", NoSecret(), CALLBACK, grants=["authorization_code"])
    return server.start().import_people()


@pytest.fixture
def browse(home: Provider, new_browser: Callable[..., PlainBrowser]) -> Callable[[str], str]:
    """A person who goes where a relying party sends them, and shares what it asks for."""
    person = home.people[0]
    visitor = Visitor(person, new_browser(CALLBACK), shares=PROFILE, remember="30d")
    return lambda address: visitor.pass_through(address).url


# Authlib.


@pytest.mark.parametrize("pushed", [False, True], ids=["direct", "pushed"])
def test_authlib_with_a_secret(pushed: bool, home: Provider, browse: Callable) -> None:
    """Login, ID token, claims, refresh, introspection, revocation."""
    party = AuthlibRelyingParty(
        home.url, "authlib", CALLBACK, "secret of authlib", scope="openid profile email offline_access")
    login = party.log_in(browse, pushed=pushed)
    told, known = party.user_info(login.tokens), claims_of(home.people[0])
    assert login.claims["acr"] == BASIC and told["sub"] == login.claims["sub"]
    assert {name: told[name] for name in PROFILE} == {name: known[name] for name in PROFILE}
    token = party.refresh(login.tokens)["access_token"]
    assert party.introspect(token).json()["active"] is True
    assert party.revoke(token).status_code == 200
    assert party.introspect(token).json() == {"active": False}


@pytest.mark.parametrize("pushed", [False, True], ids=["direct", "pushed"])
def test_authlib_with_a_key(pushed: bool, home: Provider, browse: Callable) -> None:
    """Assertions as Authlib makes them."""
    key = home.clients["authlib-keyed"].authentication.key
    party = AuthlibRelyingParty(
        home.url, "authlib-keyed", CALLBACK, key.key, method="private_key_jwt", scope="openid")
    assert party.log_in(browse, pushed=pushed).claims["sub"]


def test_authlib_as_a_public_client(home: Provider, browse: Callable) -> None:
    """PKCE instead of a secret; the ID token is checked all the same."""
    party = AuthlibRelyingParty(home.url, "authlib-public", CALLBACK, scope="openid")
    assert party.log_in(browse).claims["sub"]


def test_authlib_logs_out(home: Provider, new_browser: Callable[..., PlainBrowser]) -> None:
    """To the address that Authlib makes."""
    party = AuthlibRelyingParty(home.url, "authlib", CALLBACK, "secret of authlib", scope="openid")
    browser = new_browser(CALLBACK)
    login = party.log_in(lambda address: Visitor(home.people[1], browser).pass_through(address).url)
    page = shown(browser.open(party.logout_address(login, CALLBACK)))
    assert departed(browser.press(page, "logout-confirm")).address == CALLBACK
    assert shown(browser.open(home.url + "/account")).html.has("login-form")


# Apache.


@pytest.fixture(scope="module")
def campus(make_provider: MakeProvider, apache: ApacheRelyingParty) -> Provider:
    """A server that Apache relies on: for people with a browser, and for programs with access tokens."""
    server = make_provider("campus").configure({"outgoing": {"allow": [f"localhost:{apache.port}"]}})
    secret = secrets.token_urlsafe(24)
    server.admit(
        "apache", SecretBasic(secret), apache.redirect_uri, post_logout_redirect_uris=[apache.left],
        backchannel_logout_uri=apache.backchannel_logout_uri)
    server.start().import_people()
    apache.start(
        server.url + "/.well-known/openid-configuration", "apache", secret, scope="openid profile email offline_access",
        introspection={
            "OIDCOAuthServerMetadataURL": server.url + "/.well-known/oauth-authorization-server",
            "OIDCOAuthClientID": "apache", "OIDCOAuthClientSecret": secret, "OIDCOAuthRemoteUserClaim": "sub",
        })
    return server


def enter(campus: Provider, apache: ApacheRelyingParty, browser: PlainBrowser, person: Person) -> dict:
    """Opens the protected page, logs in, and is let in; what the application is told."""
    browser.way_out = apache.redirect_uri
    result = browser.open(apache.protected)
    while not isinstance(result, Departure):
        result = Visitor(person, browser, shares=PROFILE, remember="30d").answer(result)
    browser.way_out = None
    return browser.show(result.url).response.json()


def test_apache_lets_somebody_in(
    campus: Provider, apache: ApacheRelyingParty, new_browser: Callable[..., PlainBrowser]
) -> None:
    """The application behind it knows who it is, and the module has checked every token."""
    browser, person = new_browser(), campus.people[0]
    told, known = enter(campus, apache, browser, person), claims_of(person)
    assert {name: told[f"OIDC_CLAIM_{name}"] for name in ("given_name", "email")} == {
        name: known[name] for name in ("given_name", "email")}, apache.log_text()
    assert told["REMOTE_USER"] == told["OIDC_CLAIM_sub"] and told["OIDC_CLAIM_acr"] == BASIC
    assert browser.show(apache.protected).response.json()["REMOTE_USER"] == told["REMOTE_USER"]


def test_apache_takes_access_tokens(
    campus: Provider, apache: ApacheRelyingParty, new_browser: Callable[..., PlainBrowser], wallet: Wallet
) -> None:
    """It asks about them (RFC 7662), and hears at once that one was revoked."""
    browser = new_browser()
    enter(campus, apache, browser, campus.people[1])
    token = browser.show(apache.redirect_uri + "?info=json").response.json()["access_token"]
    service = apache.url + "/service/"
    assert successful(wallet.http.get(service, headers=bearer(token)))["REMOTE_USER"]
    assert wallet.http.get(service, headers=bearer("A" * 48)).status_code == 401


def test_apache_logs_out(
    campus: Provider, apache: ApacheRelyingParty, new_browser: Callable[..., PlainBrowser]
) -> None:
    """From the application to the provider, and back to a page of the application."""
    browser = new_browser()
    enter(campus, apache, browser, campus.people[2])
    page = browser.show(apache.redirect_uri, params={"logout": apache.left})
    left = shown(browser.press(page, "logout-confirm"))
    assert left.url.startswith(apache.left) and "You have left" in left.html.root.text
    assert browser.show(campus.url + "/account").html.has("login-form")


def test_apache_is_told_of_a_logout(
    campus: Provider, apache: ApacheRelyingParty, new_browser: Callable[..., PlainBrowser]
) -> None:
    """Who signs out at the provider is out at the application, too (back-channel logout)."""
    browser = new_browser()
    enter(campus, apache, browser, campus.people[3])
    assert browser.send("GET", apache.protected).status_code == 200
    browser.press(browser.show(campus.url + "/account"), "sign-out")
    wait_until_out(apache, browser)


def wait_until_out(apache: ApacheRelyingParty, browser: PlainBrowser) -> None:
    """Until the application asks for a login again; the provider does not wait for those whom it tells."""
    deadline = time.monotonic() + 10
    while browser.send("GET", apache.protected).status_code == 200:
        assert time.monotonic() < deadline, apache.log_text()[-3000:]
        time.sleep(0.2)
