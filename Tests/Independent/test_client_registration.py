"""Clients registered while the server runs (RFC 7591, RFC 7592), encryption to them, and what is fetched for them."""

import secrets
import time
from typing import Callable, Iterator

import pytest
import requests

from answers import assert_private, assert_refused, error_code
from client_proofs import public_key_entry, request_object
from code_wallet import Client, NoSecret, PrivateKeyJWT, SecretBasic, SecretPost
from holder_keys import HolderKey
from openid_checks import check_id_token, decrypted, header_of, key_set, verified
from people import Person
from plain_browser import Departure
from provider_setup import Provider
from small_server import Reply, SmallServer
from visits import changed
from wallet import Wallet, bearer

pytest_plugins = ["provider_fixtures"]

CALLBACK = "https://club.example/callback"
METADATA = {"client_name": "Chess club", "client_name#ar": "نادي الشطرنج", "redirect_uris": [CALLBACK]}
# Nobody may wait longer than this for a fetch that must not happen.
AT_ONCE_SECONDS = 5
# How soon a document is fetched again that lacks what is looked for.
REFETCH_SECONDS = 30


@pytest.fixture
def register(provider: Provider, wallet: Wallet) -> Callable[..., requests.Response]:
    """Registers a client with an initial access token; None leaves a member out."""
    endpoint = provider.metadata(wallet)["registration_endpoint"]

    def register(changes: dict | None = None, token: str | None = None) -> requests.Response:
        body = changed(METADATA, changes or {})
        return wallet.post(endpoint, json=body, headers=bearer(token or provider.registration_token()))

    return register


def client_of(registered: dict, key: HolderKey | None = None) -> Client:
    """The registered client, as it authenticates."""
    authentication = PrivateKeyJWT(key) if key else (
        SecretBasic(registered["client_secret"]) if "client_secret" in registered else NoSecret())
    return Client(registered["client_id"], registered["redirect_uris"][0], authentication)


# Registration.


def test_registered_client_works(register: Callable, provider: Provider, person: Person, wallet: Wallet) -> None:
    """Everything that was registered comes back with an identifier and a secret, and people can log in."""
    answer = register({"scope": "openid email", "vendor_member": 1})
    assert answer.status_code == 201, answer.text
    assert_private(answer)
    registered = answer.json()
    assert {name: registered[name] for name in METADATA} == METADATA and registered["scope"] == "openid email"
    assert registered["client_secret_expires_at"] == 0 and len(registered["client_secret"]) >= 32
    assert registered["token_endpoint_auth_method"] == "client_secret_basic"
    assert abs(registered["client_id_issued_at"] - time.time()) < 60
    flow = provider.flow(wallet, client_of(registered), scope="openid email student_id")
    flow.log_in(person, shares={"email"})
    assert set(flow.tokens["scope"].split()) == {"openid", "email"}, "more than it is registered for"
    assert verified(flow.tokens["id_token"], key_set(wallet, flow.server))["aud"] == registered["client_id"]


def test_client_that_nobody_checked(
    register: Callable, provider: Provider, wallet: Wallet, new_browser: Callable
) -> None:
    """People are told so, and see the host that the answer goes to; the name is in their language."""
    flow = provider.flow(wallet, client_of(register().json()), scope="openid")
    page = new_browser(CALLBACK, "ar").show(flow.address())
    assert page.html.has("party-unverified") and page.html.one("party-host").text == "club.example"
    assert page.html.one("party-name").text == "نادي الشطرنج"


@pytest.mark.parametrize("method", ["none", "client_secret_post", "private_key_jwt"])
def test_every_way_of_authentication(
    method: str, register: Callable, provider: Provider, person: Person, wallet: Wallet
) -> None:
    """Each with what it needs, and no secret where none is."""
    key = HolderKey.make()
    keys = {"jwks": {"keys": [public_key_entry(key)]}} if method == "private_key_jwt" else {}
    registered = register({"token_endpoint_auth_method": method, **keys}).json()
    assert ("client_secret" in registered) == (method == "client_secret_post")
    client = client_of(registered, key if keys else None)
    if method == "client_secret_post":
        client = Client(client.client_id, CALLBACK, SecretPost(registered["client_secret"]))
    assert provider.flow(wallet, client, scope="openid").log_in(person).tokens["id_token"]


def bad_key_set(**members: object) -> dict:
    """A JWK Set that has something that no public key has."""
    return {"jwks": {"keys": [{**public_key_entry(HolderKey.make()), **members}]}}


METADATA_FAULTS: dict[str, tuple[dict, str]] = {
    "no address": ({"redirect_uris": None}, "invalid_redirect_uri"),
    "no addresses": ({"redirect_uris": []}, "invalid_redirect_uri"),
    "an address with a fragment": ({"redirect_uris": [CALLBACK + "#x"]}, "invalid_redirect_uri"),
    "an address that is a script": ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    "an address without TLS": ({"redirect_uris": ["http://club.example/callback"]}, "invalid_redirect_uri"),
    "an address with a wildcard": ({"redirect_uris": ["https://*.club.example/"]}, "invalid_redirect_uri"),
    "an address that is no text": ({"redirect_uris": [1]}, "invalid_client_metadata"),
    "an unknown way of authentication": ({"token_endpoint_auth_method": "magic"}, "invalid_client_metadata"),
    "a shared-key assertion": ({"token_endpoint_auth_method": "client_secret_jwt"}, "invalid_client_metadata"),
    "keys that are missing": ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    "a private key": (bad_key_set(d="AAAA"), "invalid_client_metadata"),
    "a shared key": ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "x"}]}}, "invalid_client_metadata"),
    "keys in two places": (
        {"jwks": {"keys": []}, "jwks_uri": "https://club.example/jwks"}, "invalid_client_metadata"),
    "the implicit grant": ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
    "the password grant": ({"grant_types": ["password"]}, "invalid_client_metadata"),
    "an implicit response": ({"response_types": ["id_token"]}, "invalid_client_metadata"),
    "unsigned ID tokens": ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
    "ID tokens by a shared key": ({"id_token_signed_response_alg": "HS256"}, "invalid_client_metadata"),
    "unsigned requests": ({"request_object_signing_alg": "none"}, "invalid_client_metadata"),
    "broken encryption": (
        {"id_token_encrypted_response_alg": "RSA1_5", **bad_key_set(use="enc")}, "invalid_client_metadata"),
    "encryption without a key": ({"id_token_encrypted_response_alg": "ECDH-ES"}, "invalid_client_metadata"),
    "an unknown subject type": ({"subject_type": "secret"}, "invalid_client_metadata"),
    "several hosts without a sector": (
        {"subject_type": "pairwise", "redirect_uris": [CALLBACK, "https://other.example/callback"]},
        "invalid_client_metadata"),
    "a name that is no text": ({"client_name": 1}, "invalid_client_metadata"),
    "a name without end": ({"client_name": "x" * 10_000}, "invalid_client_metadata"),
    "a policy that is a script": ({"policy_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
    "a logout address with a fragment": (
        {"backchannel_logout_uri": "https://club.example/out#x"}, "invalid_client_metadata"),
}


@pytest.mark.parametrize("fault", METADATA_FAULTS)
def test_faulty_metadata(fault: str, register: Callable) -> None:
    """RFC 7591 section 3.2.2; the initial access token is not used up by it."""
    changes, code = METADATA_FAULTS[fault]
    answer = register(changes)
    assert answer.status_code == 400 and error_code(answer) == code, answer.text


def test_registration_needs_a_token(register: Callable, provider: Provider, wallet: Wallet) -> None:
    """A token of the operator's, as often as they said, after a mistake once more."""
    endpoint = provider.metadata(wallet)["registration_endpoint"]
    assert wallet.post(endpoint, json=METADATA).status_code == 401
    for unknown in ("A" * 48, "x"):
        assert_refused(register(token=unknown), 401, "invalid_token")
    token = provider.registration_token()
    assert register({"redirect_uris": []}, token=token).status_code == 400
    assert register(token=token).status_code == 201
    assert_refused(register(token=token), 401, "invalid_token")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"redirect_uris": [], "redirect_uris": []}', b"x" * 200_000])
def test_malformed_registration(body: bytes, provider: Provider, wallet: Wallet) -> None:
    """What is no JSON object registers nobody."""
    headers = {**bearer(provider.registration_token()), "Content-Type": "application/json"}
    answer = wallet.post(provider.metadata(wallet)["registration_endpoint"], data=body, headers=headers)
    assert answer.status_code in (400, 413)


# Management.


@pytest.fixture
def registered(register: Callable) -> dict:
    """A client that has just been registered."""
    answer = register()
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_client_manages_its_registration(registered: dict, provider: Provider, wallet: Wallet) -> None:
    """RFC 7592: read, replace, remove; then its secret opens nothing, and the address is gone."""
    address, own = registered["registration_client_uri"], bearer(registered["registration_access_token"])
    assert address.startswith(provider.url + "/")
    read = wallet.http.get(address, headers=own)
    assert_private(read)
    assert read.json()["redirect_uris"] == [CALLBACK]
    body = {**METADATA, "client_id": registered["client_id"], "redirect_uris": ["https://club.example/new"]}
    replaced = wallet.http.put(address, headers=own, json=body)
    assert replaced.status_code == 200 and replaced.json()["redirect_uris"] == ["https://club.example/new"]
    flow = provider.flow(wallet, client_of(registered), scope="openid")
    assert_refused(flow.push(), 400, "invalid_request")
    assert wallet.http.delete(address, headers=own).status_code == 204
    assert wallet.http.get(address, headers=own).status_code in (401, 404)
    assert_refused(flow.push({"redirect_uri": "https://club.example/new"}), 401, "invalid_client")


def test_removing_a_client_ends_what_it_was_given(
    registered: dict, provider: Provider, person: Person, wallet: Wallet
) -> None:
    """Tokens, too."""
    flow = provider.flow(wallet, client_of(registered), scope="openid").log_in(person)
    assert flow.user_info().status_code == 200
    own = bearer(registered["registration_access_token"])
    assert wallet.http.delete(registered["registration_client_uri"], headers=own).status_code == 204
    assert flow.user_info().status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_registration_of_somebody_else(method: str, registered: dict, register: Callable, wallet: Wallet) -> None:
    """Only the client's own token, for its own address."""
    other = register().json()
    address, body = registered["registration_client_uri"], METADATA if method == "PUT" else None
    for token in (other["registration_access_token"], "A" * 48, registered["client_secret"]):
        assert wallet.http.request(method, address, headers=bearer(token), json=body).status_code == 401
    assert wallet.http.request(method, address, json=body).status_code == 401
    own = bearer(registered["registration_access_token"])
    assert wallet.http.get(address, headers=own).status_code == 200


# What a client may have done to its tokens.


ENCRYPTION = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


@pytest.mark.parametrize("name", ["id_token", "userinfo"])
def test_encrypted_answers(name: str, register: Callable, provider: Provider, person: Person, wallet: Wallet) -> None:
    """Signed, then encrypted to the client's key; nobody between can read them."""
    key = HolderKey.make()
    entry = {**public_key_entry(key, "enc"), "alg": ENCRYPTION["alg"]}
    asked = {f"{name}_encrypted_response_{member}": value for member, value in ENCRYPTION.items()}
    client = client_of(register({
        **asked, f"{name}_signed_response_alg": "ES256", "jwks": {"keys": [entry]}}).json())
    flow = provider.flow(wallet, client, scope="openid email").log_in(person, shares={"email"})
    if name == "id_token":
        token = flow.tokens["id_token"]
    else:
        answer = flow.user_info()
        assert answer.headers["Content-Type"] == "application/jwt"
        token = answer.text
    assert {member: header_of(token)[member] for member in ENCRYPTION} == ENCRYPTION
    claims = verified(decrypted(token, key.key), key_set(wallet, flow.server))
    assert (claims["iss"], claims["aud"]) == (provider.url, client.client_id)
    if name == "id_token":
        check_id_token(claims, flow, None)
    else:
        assert claims["email"] == person.username


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("name", ["id_token", "userinfo"])
def test_signature_that_the_client_has_chosen(
    name: str, algorithm: str, register: Callable, provider: Provider, person: Person, wallet: Wallet
) -> None:
    """RS256 is for those who know nothing else."""
    client = client_of(register({f"{name}_signed_response_alg": algorithm}).json())
    flow = provider.flow(wallet, client, scope="openid").log_in(person)
    token = flow.tokens["id_token"] if name == "id_token" else flow.user_info().text
    assert header_of(token)["alg"] == algorithm
    assert verified(token, key_set(wallet, flow.server))["aud"] == client.client_id


def test_public_subject(register: Callable, provider: Provider, person: Person, wallet: Wallet) -> None:
    """Clients that ask for it know a person by one name; nobody else knows that name."""
    subjects = []
    for _ in range(2):
        host = secrets.token_hex(4)
        registered = register({"subject_type": "public", "redirect_uris": [f"https://{host}.example/callback"]}).json()
        flow = provider.flow(wallet, client_of(registered), scope="openid").log_in(person)
        subjects.append(flow.user_info().json()["sub"])
    assert subjects[0] == subjects[1] != person.id


# What is fetched for a client, and from where.


@pytest.fixture(scope="module")
def inside() -> Iterator[SmallServer]:
    """A service of the operator's own network, which strangers must not reach through the server."""
    with SmallServer() as server:
        server.publish("/jwks", {"keys": [public_key_entry(HolderKey.make())]})
        server.publish("/sector", [CALLBACK])
        server.publish("/request", Reply(b"x", "application/oauth-authz-req+jwt"))
        yield server


def inside_addresses(port: int) -> list[str]:
    """Ways to spell this machine, and other places that nobody outside reaches."""
    return [
        f"https://localhost:{port}", f"http://localhost:{port}", f"http://127.0.0.1:{port}",
        f"https://127.0.0.1:{port}", f"https://[::1]:{port}", f"https://[::ffff:127.0.0.1]:{port}",
        f"https://0.0.0.0:{port}",
        f"https://2130706433:{port}", f"https://0x7f.1:{port}", f"https://127.1:{port}", f"https://localhost.:{port}",
        "https://169.254.169.254", "https://10.0.0.1", "https://192.168.0.1", "https://172.16.0.1",
        "https://100.64.0.1", "https://[fd00::1]", "https://[fe80::1]", "https://[64:ff9b::7f00:1]",
    ]


MEMBERS = {"jwks_uri": "/jwks", "sector_identifier_uri": "/sector"}


@pytest.mark.parametrize("number", range(len(inside_addresses(0))))
@pytest.mark.parametrize("member", MEMBERS)
def test_inside_addresses_are_not_fetched(
    member: str, number: int, register: Callable, inside: SmallServer
) -> None:
    """Refused at once, and nobody has called."""
    before, begun = len(inside.received), time.monotonic()
    address = inside_addresses(inside.port)[number] + MEMBERS[member]
    assert_refused(register({member: address}), 400, "invalid_client_metadata")
    assert len(inside.received) == before and time.monotonic() - begun < AT_ONCE_SECONDS


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://club.example/jwks", "gopher://club.example/", "jwks"])
@pytest.mark.parametrize("member", MEMBERS)
def test_only_web_addresses_are_fetched(member: str, address: str, register: Callable) -> None:
    """Nothing else is an address of a document."""
    assert_refused(register({member: address}), 400, "invalid_client_metadata")


def test_request_object_is_not_fetched_from_inside(provider: Provider, wallet: Wallet, inside: SmallServer) -> None:
    """A request_uri of somebody's choice is no way to call other services."""
    before = len(inside.received)
    for address in inside_addresses(inside.port)[:6]:
        flow = provider.flow(wallet, "keyed", scope="openid")
        with flow.browser() as browser:
            result = browser.open(flow.address({"client_id": "keyed", "request_uri": address + "/request"}))
        code = result.parameters["error"] if isinstance(result, Departure) else result.status
        assert code in ("invalid_request_uri", "request_uri_not_supported", "invalid_request", 400)
    assert len(inside.received) == before


# What the operator allows to be fetched.


@pytest.fixture(scope="module")
def allowed() -> Iterator[SmallServer]:
    """A service that the operator has named."""
    with SmallServer() as server:
        yield server


@pytest.fixture(scope="module")
def fetching(make_provider: Callable, allowed: SmallServer) -> Provider:
    """A server that may fetch from there."""
    server = make_provider("fetching").configure({"outgoing": {"allow": [f"localhost:{allowed.port}"]}})
    return server.start().import_people()


@pytest.fixture
def register_there(fetching: Provider, wallet: Wallet) -> Callable[[dict], requests.Response]:
    """Registers a client at that server."""
    endpoint = fetching.metadata(wallet)["registration_endpoint"]
    return lambda changes: wallet.post(
        endpoint, json=changed(METADATA, changes), headers=bearer(fetching.registration_token()))


def test_keys_are_fetched_and_fetched_again(
    register_there: Callable, fetching: Provider, allowed: SmallServer, wallet: Wallet
) -> None:
    """A client may change its keys: one that is not known yet is looked for again, but not as often as anybody asks."""
    old, new = HolderKey.make(), HolderKey.make()
    address = allowed.publish("/rotating", {"keys": [public_key_entry(old)]})
    registered = register_there({"jwks_uri": address, "token_endpoint_auth_method": "private_key_jwt"}).json()
    first = fetching.flow(wallet, client_of(registered, old), scope="openid")
    assert first.pushed
    allowed.publish("/rotating", {"keys": [public_key_entry(new)]})
    second = fetching.flow(wallet, client_of(registered, new), scope="openid")
    deadline = time.monotonic() + REFETCH_SECONDS
    while second.push().status_code != 201:
        assert time.monotonic() < deadline, "the new keys are not looked for"
        time.sleep(1)
    assert len(allowed.to("/rotating")) <= 3
    stranger = fetching.flow(wallet, client_of(registered, HolderKey.make()), scope="openid")
    for _ in range(5):
        assert stranger.push().status_code in (400, 401)
    assert len(allowed.to("/rotating")) <= 5, "strangers have it fetched as often as they like"


@pytest.mark.parametrize("reply", [
    Reply(status=404), Reply(b"<html>", "text/html"), Reply(b'{"keys": ' + b" " * 5_000_000 + b"[]}"),
    Reply(b"[" * 100_000), Reply(b"\xff\xfe"), Reply.of_json({"keys": "none"}),
], ids=["nothing", "a page", "far too long", "deep", "no text", "no list"])
def test_bad_documents(reply: Reply, register_there: Callable, allowed: SmallServer) -> None:
    """Refused, and the server goes on."""
    address = allowed.publish("/" + secrets.token_hex(4), reply)
    answer = register_there({"jwks_uri": address, "token_endpoint_auth_method": "private_key_jwt"})
    assert_refused(answer, 400, "invalid_client_metadata")


def test_redirects_are_not_followed_inside(
    register_there: Callable, allowed: SmallServer, inside: SmallServer
) -> None:
    """What was allowed is one address, not what it points at."""
    before = len(inside.received)
    address = allowed.publish("/elsewhere", Reply.redirect(inside.url + "/jwks"))
    answer = register_there({"jwks_uri": address, "token_endpoint_auth_method": "private_key_jwt"})
    assert_refused(answer, 400, "invalid_client_metadata")
    assert len(inside.received) == before


def test_sector_lists_its_addresses(
    register_there: Callable, fetching: Provider, allowed: SmallServer, wallet: Wallet
) -> None:
    """Clients of one sector know a person by one name; an address that is not listed is not of the sector."""
    addresses = ["https://one.example/callback", "https://two.example/callback"]
    sector = allowed.publish("/sector", addresses)
    subjects = set()
    for address in addresses:
        asked = {"redirect_uris": [address], "sector_identifier_uri": sector, "subject_type": "pairwise"}
        registered = register_there(asked).json()
        flow = fetching.flow(wallet, client_of(registered), scope="openid").log_in(fetching.people[0])
        subjects.add(flow.user_info().json()["sub"])
    assert len(subjects) == 1
    assert_refused(
        register_there({"redirect_uris": [CALLBACK], "sector_identifier_uri": sector}), 400, "invalid_client_metadata")


def test_request_object_by_reference(
    register_there: Callable, fetching: Provider, allowed: SmallServer, wallet: Wallet
) -> None:
    """They are taken by value alone: a reference is refused, and nobody fetches it, though the client registered it."""
    key = HolderKey.make()
    place = allowed.url + "/request-object"
    registered = register_there({
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public_key_entry(key)]},
        "request_uris": [place]}).json()
    flow = fetching.flow(wallet, client_of(registered, key), scope="openid", pushes=False)
    signed = request_object(key, registered["client_id"], fetching.url, flow.parameters)
    allowed.publish("/request-object", Reply(signed.encode(), "application/oauth-authz-req+jwt"))
    assert fetching.metadata(wallet)["request_uri_parameter_supported"] is False
    reference = {"request_uri": place, "client_id": registered["client_id"]}
    for others in ({}, {"scope": "openid", "response_type": "code", "redirect_uri": CALLBACK}):
        with flow.browser() as browser:
            result = browser.open(flow.address({**reference, **others}))
        if isinstance(result, Departure):
            assert result.parameters["error"] == "request_uri_not_supported"
        else:
            assert result.status == 400
    assert_refused(flow.push({"request_uri": place}), 400, "invalid_request")
    assert not allowed.to("/request-object")
