"""Roles as processes of their own: an authorization server and an issuer that know each other over HTTP alone."""

import json
import secrets
import time
from typing import Callable

import pytest
import requests
from cryptography import x509

from answers import assert_issued, assert_refused
from code_wallet import Client, CodeFlow, SecretBasic, credential_details, server_metadata
from credential_checks import Expectation, verify
from foreign_authorization_server import ForeignAuthorizationServer, ForeignClient, ForeignPerson
from holder_keys import HolderKey, base64url, from_base64url
from openid_checks import header_of, key_set, verified
from plain_browser import PlainBrowser
from provider_setup import MakeProvider, Provider, ask_for_credential, by_configuration, by_identifier
from published_keys import PublishedKeys
from wallet import PRE_AUTHORIZED_CODE, Discovery, Wallet

pytest_plugins = ["provider_fixtures"]

STUDENT_ID = by_configuration("student-id")
CALLBACK = "https://wallet.example/callback"
# How soon an issuer asks again after it had no answer.
RECOVERY_SECONDS = 30


class Pair:
    """An authorization server and an issuer, each with a database and keys of its own."""

    def __init__(self, make_provider: MakeProvider, tokens: str) -> None:
        self.server = make_provider(f"server-{tokens}", roles="authorization-server")
        self.issuer = make_provider(f"issuer-{tokens}", roles="issuer")
        self.issuer.people = self.server.people
        self.issuer.configuration.pop("login", None)
        secret = secrets.token_urlsafe(32)
        self.server.configure({
            "authorization_server": {
                "credential_issuers": [self.issuer.url],
                "resources": [{
                    "identifier": self.issuer.url, "subject": "registry",
                    "token_format": "jwt" if tokens == "jwt" else "opaque"}],
            },
            "outgoing": {"allow": [f"localhost:{self.issuer.port}"]},
        })
        known = {"issuer": self.server.url, "tokens": tokens}
        if tokens == "introspection":
            # Who asks about tokens is the resource that they are for.
            self.server.configuration["clients"].append({
                "id": self.issuer.url, "name": {"en": "Issuer"}, "grants": ["client_credentials"],
                "secret_file": self.server.write_beside("issuer.secret", secret)})
            known |= {"client_id": self.issuer.url, "secret_file": self.issuer.write_beside("introspection", secret)}
        self.issuer.configure({
            "authorization_servers": [known], "outgoing": {"allow": [f"localhost:{self.server.port}"]}})
        self.server.admit_wallet()
        self.server.admit("web", SecretBasic(secrets.token_urlsafe(32)))

    def start(self) -> "Pair":
        """The issuer first: the other one reads its metadata."""
        for each in (self.issuer, self.server):
            each.start().import_people()
        return self

    def discover(self, wallet: Wallet) -> Discovery:
        """What a wallet learns that begins with the issuer."""
        return wallet.discover(self.issuer.url)


@pytest.fixture(scope="module", params=["jwt", "introspection"])
def pair(request: pytest.FixtureRequest, make_provider: MakeProvider) -> Pair:
    """Tokens that the issuer verifies, or asks about."""
    return Pair(make_provider, request.param).start()


def ask(flow: CodeFlow, discovery: Discovery, members: dict = STUDENT_ID, **options: object) -> requests.Response:
    """A credential request at the issuer."""
    return ask_for_credential(flow, members, discovery=discovery, **options)


@pytest.mark.parametrize("client", ["wallet", "web"])
def test_credential_across_processes(client: str, pair: Pair, wallet: Wallet) -> None:
    """Login there, credential here; it is the issuer's, and about the person who has logged in."""
    discovery, person = pair.discover(wallet), pair.server.people[0]
    assert pair.server.url in discovery.issuer["authorization_servers"]
    flow = pair.server.flow(wallet, client, scope="student_id").log_in(person)
    holder = HolderKey.make()
    [credential] = assert_issued(ask(flow, discovery, key=holder))
    [root] = x509.load_pem_x509_certificates(
        requests.get(pair.issuer.url + "/trust/development-root.pem", timeout=10).content)
    verify(credential, PublishedKeys(wallet, pair.issuer.url), root, Expectation("student-id", person.id, holder))


def test_authorization_details_across_processes(pair: Pair, wallet: Wallet) -> None:
    """The identifiers that the one gave are known to the other."""
    details = credential_details("student-id", pair.issuer.url)
    flow = pair.server.flow(wallet, "wallet", details=details).log_in(pair.server.people[0])
    assert_issued(ask(flow, pair.discover(wallet), by_identifier(flow.tokens)))
    refused = ask(flow, pair.discover(wallet), {"credential_identifier": "nobody-gave-this"})
    assert_refused(refused, 400, "unknown_credential_identifier")


def test_token_for_something_else(pair: Pair, wallet: Wallet) -> None:
    """A token for claims is none for credentials, and one for another credential is not for this one."""
    discovery = pair.discover(wallet)
    other = pair.server.flow(wallet, "web", scope="enrolment").log_in(pair.server.people[0])
    assert_refused(ask(other, discovery), 403, "insufficient_scope")
    login = pair.server.flow(wallet, "web", scope="openid").log_in(pair.server.people[0])
    assert ask(login, discovery).status_code in (401, 403)


@pytest.mark.parametrize("token", ["A" * 48, "x", "a.b.c"])
def test_token_that_nobody_made(token: str, pair: Pair, wallet: Wallet) -> None:
    """Unknown to either."""
    flow = pair.server.flow(wallet, "web")
    assert_refused(ask(flow, pair.discover(wallet), token=token), 401, "invalid_token")


def test_bound_token_needs_its_key(pair: Pair, wallet: Wallet) -> None:
    """The issuer checks proofs by what the token says."""
    flow = pair.server.flow(wallet, "wallet", scope="student_id").log_in(pair.server.people[0])
    token = flow.tokens["access_token"]
    thief = pair.server.flow(wallet, Client("wallet", CALLBACK, dpop_key=HolderKey.make()))
    assert_refused(ask(thief, pair.discover(wallet), token=token), 401, "invalid_token")
    bearer = pair.server.flow(wallet, Client("wallet", CALLBACK))
    assert_refused(ask(bearer, pair.discover(wallet), token=token), 401, "invalid_token")
    assert_issued(ask(flow, pair.discover(wallet)))


def test_each_serves_its_own(pair: Pair, wallet: Wallet) -> None:
    """Endpoints of a role that a process has not are not there."""
    assert wallet.post(pair.server.url + "/issuance/oid4vci/nonce").status_code == 404
    assert wallet.http.get(pair.server.url + "/.well-known/openid-credential-issuer").status_code == 404
    for path in ("/auth/authorize", "/account", "/.well-known/openid-configuration"):
        assert wallet.http.get(pair.issuer.url + path).status_code == 404
    # An issuer redeems the codes of its own offers, and nothing else.
    assert server_metadata(wallet, pair.issuer.url)["grant_types_supported"] == [PRE_AUTHORIZED_CODE]


@pytest.fixture(scope="module")
def signing(make_provider: MakeProvider) -> Pair:
    """Tokens that the issuer verifies for itself."""
    return Pair(make_provider, "jwt").start()


def test_signed_access_token(signing: Pair, wallet: Wallet) -> None:
    """RFC 9068: for the issuer alone, about the person by the name that both know, nothing else about them."""
    person = signing.server.people[1]
    flow = signing.server.flow(wallet, "wallet", scope="student_id").log_in(person)
    token = flow.tokens["access_token"]
    claims = verified(token, key_set(wallet, flow.server), "at+jwt")
    assert (claims["iss"], claims["aud"], claims["client_id"]) == (signing.server.url, signing.issuer.url, "wallet")
    assert claims["sub"] == person.id and claims["scope"] == "student_id" and claims["jti"]
    assert claims["cnf"]["jkt"] == flow.client.dpop_key.key.thumbprint() and claims["exp"] - claims["iat"] <= 300
    assert all(fact not in json.dumps(claims) for fact in (*person.facts.values(), person.username))


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-4] + "AAAA",
    lambda token: rewritten(token, sub="nmu-00005"),
    lambda token: rewritten(token, exp=4_000_000_000),
    lambda token: base64url(b'{"alg":"none","typ":"at+jwt"}') + "." + token.split(".")[1] + ".",
    lambda token: token.rsplit(".", 1)[0] + ".",
], ids=["signature", "another person", "a longer life", "unsigned", "cut off"])
def test_changed_access_token(spoil: Callable[[str], str], signing: Pair, wallet: Wallet) -> None:
    """What the server has not signed is no token."""
    flow = signing.server.flow(wallet, "web", scope="student_id").log_in(signing.server.people[1])
    token = spoil(flow.tokens["access_token"])
    assert_refused(ask(flow, signing.discover(wallet), token=token), 401, "invalid_token")


def rewritten(token: str, **claims: object) -> str:
    """Other claims under the same signature."""
    header, payload, signature = token.split(".")
    changed = {**json.loads(from_base64url(payload)), **claims}
    return ".".join([header, base64url(json.dumps(changed).encode()), signature])


def test_tokens_of_other_kinds(signing: Pair, wallet: Wallet) -> None:
    """An ID token is signed by the same server, and is no access token."""
    flow = signing.server.flow(wallet, "web", scope="openid student_id").log_in(signing.server.people[1])
    assert header_of(flow.tokens["id_token"])["typ"] != "at+jwt"
    assert_refused(ask(flow, signing.discover(wallet), token=flow.tokens["id_token"]), 401, "invalid_token")


def test_revoked_token_is_heard_of(make_provider: MakeProvider, wallet: Wallet) -> None:
    """Who asks each time hears at once."""
    pair = Pair(make_provider, "introspection").start()
    flow = pair.server.flow(wallet, "web", scope="student_id").log_in(pair.server.people[1])
    assert_issued(ask(flow, pair.discover(wallet)))
    flow.revoke(flow.tokens["access_token"])
    assert_refused(ask(flow, pair.discover(wallet)), 401, "invalid_token")


def test_issuer_without_its_server(make_provider: MakeProvider, wallet: Wallet) -> None:
    """The issuer answers that it cannot, and goes on once it can."""
    pair = Pair(make_provider, "introspection").start()
    flow = pair.server.flow(wallet, "web", scope="student_id").log_in(pair.server.people[1])
    discovery = pair.discover(wallet)
    assert flow.tokens
    pair.server.stop()
    assert ask(flow, discovery).status_code in (401, 502, 503)
    pair.server.start()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while (answer := ask(flow, discovery)).status_code == 503 and time.monotonic() < deadline:
        time.sleep(1)
    assert_issued(answer)


# Somebody else's authorization server.


def test_issuer_behind_a_foreign_server(make_provider: MakeProvider, wallet: Wallet) -> None:
    """django-oauth-toolkit lets people log in; the issuer asks it about tokens, and finds people by their address."""
    issuer: Provider = make_provider("issuer-of-others", roles="issuer")
    issuer.configuration.pop("login", None)
    person = issuer.people[0]
    foreign = ForeignAuthorizationServer(
        issuer.folder / "foreign", [ForeignClient("wallet", CALLBACK)],
        person=ForeignPerson(username=person.username), scopes={"student_id": "Student ID", "enrolment": "Enrolment"})
    asker = foreign.resource_server
    issuer.configure({
        "authorization_servers": [{
            "issuer": foreign.issuer, "tokens": "introspection", "client_id": asker.client_id,
            "secret_file": issuer.write_beside("foreign.secret", asker.secret),
            "subject": {"claim": "username", "field": "email"}}],
        "outgoing": {"allow": [f"localhost:{foreign.port}"]},
    })
    with foreign:
        issuer.start().import_people()
        discovery = wallet.discover(issuer.url)
        assert foreign.issuer in discovery.issuer["authorization_servers"]
        metadata = server_metadata(wallet, foreign.issuer)
        flow = CodeFlow(metadata, Client("wallet", CALLBACK), wallet, scope="student_id", pushes=False)
        with PlainBrowser(CALLBACK) as browser:
            flow.take(flow.checked(foreign.log_in(browser, flow.address())))
        holder = HolderKey.make()
        [credential] = assert_issued(ask(flow, discovery, key=holder))
        [root] = x509.load_pem_x509_certificates(
            requests.get(issuer.url + "/trust/development-root.pem", timeout=10).content)
        verify(credential, PublishedKeys(wallet, issuer.url), root, Expectation("student-id", person.id, holder))
        assert_refused(ask(flow, discovery, by_configuration("enrolment")), 403, "insufficient_scope")
        assert_refused(ask(flow, discovery, token="A" * 48), 401, "invalid_token")
        assert flow.revoke(flow.tokens["access_token"]).status_code == 200
        assert_refused(ask(flow, discovery), 401, "invalid_token")
