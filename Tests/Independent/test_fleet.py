"""Four processes on one database: each request may go to any of them, and whatever one has done holds at all.

With `VOUCHSAFE_TEST_STORE=sqlite` they share a SQLite file.
"""

import time
from typing import Callable

import pytest
import requests

from answers import assert_issued, assert_refused, error_code
from client_proofs import dpop_proof
from code_wallet import Client, CodeFlow, NoSecret, wants_nonce
from fleet import CALLBACK, TRIES, Fleet, Member
from holder_keys import HolderKey
from openid_checks import header_of, key_set
from people import Person
from plain_browser import PlainBrowser, Shown, shown
from proofs import make_proof
from provider_setup import LOOPBACK_WITH_PORT, ask_for_credential, by_configuration
from racing import RACERS, Stage, losers, race, winners
from sign_in import Visitor, choose_method, login_values
from visits import Visit
from wallet import Discovery, Wallet, credential_request, token_form

pytest_plugins = ["provider_fixtures", "fleet_fixtures"]

NewBrowser = Callable[..., PlainBrowser]
STUDENT_ID = by_configuration("student-id")
ROUNDS = 25
# How soon what one process has changed is known to all that keep it in memory.
NOTICE_SECONDS = 20


@pytest.fixture
def person(fleet: Fleet, request: pytest.FixtureRequest) -> Person:
    """Somebody for each test, so that limits of one do not reach into another."""
    names = [item.name for item in request.session.items if "fleet" in item.fixturenames]
    return fleet.people[names.index(request.node.name) % len(fleet.people)]


def anonymous(fleet: Fleet, wallet: Wallet, key: HolderKey | None = None) -> CodeFlow:
    """A wallet that needs no client identifier; with a key it binds its tokens."""
    return fleet.flow(wallet, Client("", "https://unused.example/", NoSecret(), key))


def redeem(flow: CodeFlow, offer: dict) -> requests.Response:
    """The token request for a pre-authorized code."""
    return flow.post(flow.server["token_endpoint"], token_form(offer), form_changes={"client_id": None})


# Each request goes to another process.


@pytest.mark.parametrize("key", [None, HolderKey.make()], ids=["bearer", "DPoP"])
def test_offer_at_all_processes(key: HolderKey | None, fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """The offer is one process's, each step after it another's."""
    mark = fleet.front.mark()
    for member in fleet.members:
        made = fleet.create_offer(subject=person.id, member=member)
        flow = anonymous(fleet, wallet, key)
        answer = redeem(flow, wallet.read_offer(made.uri))
        assert answer.status_code == 200, answer.text
        assert_issued(ask_for_credential(flow, STUDENT_ID, token=answer.json()["access_token"]))
        assert fleet.steps(made.id).count("credential") == 1
    assert_spread(fleet, mark)


@pytest.mark.parametrize("client", ["wallet", "web"])
def test_login_at_all_processes(client: str, fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """Pushed request, login, consent, token, nonces, credential and refresh, with nothing that sticks."""
    mark = fleet.front.mark()
    for method in ("password", "knowledge", "pin"):
        flow = fleet.flow(wallet, client, scope="student_id openid offline_access", prompt="consent")
        flow.log_in(person, methods=(method,), remember="30d")
        assert_issued(ask_for_credential(flow, STUDENT_ID))
        assert flow.user_info().status_code == 200
        assert flow.refreshed()["access_token"] != flow.tokens["access_token"]
    assert_spread(fleet, mark)


def assert_spread(fleet: Fleet, mark: int) -> None:
    """All processes have answered, and seldom the same one twice in a row."""
    ports = fleet.front.ports_since(mark)
    assert set(ports) == {member.port for member in fleet.members}
    repeated = sum(first == second for first, second in zip(ports, ports[1:]))
    assert repeated <= len(ports) // 10, ports


def test_every_process_says_the_same(fleet: Fleet) -> None:
    """Metadata and keys."""
    for path in ("/.well-known/openid-credential-issuer", "/.well-known/openid-configuration", "/auth/jwks.json",
                 "/issuance/jwks.json", "/.well-known/jwt-vc-issuer"):
        bodies = {requests.get(address + path, timeout=10).text for address in fleet.addresses}
        assert len(bodies) == 1, path


# Once is once at all of them.


def test_nonce_of_one_process_at_another(fleet: Fleet, mounted: list[Wallet], person: Person) -> None:
    """It is good at any, and then spent at every one."""
    first, second, *_ = mounted
    offer = first.read_offer(fleet.create_offer(subject=person.id).uri)
    discovery = first.discover(fleet.url)
    token, nonce = first.redeem(discovery, offer), first.nonce(discovery)
    issued = second.post_credential(discovery, token, proof_request(discovery, nonce))
    assert_issued(issued)
    for wallet in mounted:
        assert_refused(wallet.post_credential(discovery, token, proof_request(discovery, nonce)), 400, "invalid_nonce")


def proof_request(discovery: Discovery, nonce: str) -> dict:
    """A credential request for a new key."""
    return credential_request("student-id", [make_proof(HolderKey.make(), discovery.credential_issuer, nonce)])


def test_proof_of_possession_is_taken_by_one_process(
    fleet: Fleet, wallet: Wallet, mounted: list[Wallet], person: Person
) -> None:
    """A DPoP proof that was shown to one is used up at all; nonces of one are good at all."""
    flow = fleet.flow(wallet, "wallet", scope="openid").log_in(person)
    assert flow.user_info().status_code == 200
    for shown_to in mounted:
        headers = user_info_headers(flow)
        assert user_info(shown_to, flow, headers).status_code == 200
        for other in mounted:
            again = user_info(other, flow, headers)
            assert again.status_code == 401 and "invalid_dpop_proof" in again.headers["WWW-Authenticate"]


def user_info_headers(flow: CodeFlow) -> dict:
    """Token and a fresh proof for UserInfo."""
    token, [nonce] = flow.tokens["access_token"], flow.dpop_nonces.values()
    proof = dpop_proof(flow.client.dpop_key, "GET", flow.server["userinfo_endpoint"], token=token, nonce=nonce)
    return {"Authorization": f"DPoP {token}", "DPoP": proof}


def user_info(wallet: Wallet, flow: CodeFlow, headers: dict) -> requests.Response:
    """One request at the process that the wallet talks to."""
    return wallet.http.get(flow.server["userinfo_endpoint"], headers=headers, timeout=30)


def test_guesses_spread_over_processes(
    fleet: Fleet, wallet: Wallet, new_browser: NewBrowser, person: Person
) -> None:
    """Wrong passwords at all of them together lock as many at one do, and everywhere."""
    for number in range(TRIES):
        assert log_in_at(fleet, fleet.members[number % 4], wallet, new_browser, person, "wrong").status == 400
    for member in fleet.members:
        stopped = log_in_at(fleet, member, wallet, new_browser, person, person.password)
        assert stopped.status == 429 and int(stopped.response.headers["Retry-After"]) > 0


def log_in_at(
    fleet: Fleet, member: Member, wallet: Wallet, new_browser: NewBrowser, person: Person, password: str
) -> Shown:
    """A login at one process, in a fresh browser."""
    browser = new_browser(CALLBACK)
    fleet.lead(browser.http, member)
    page = choose_method(browser, browser.show(fleet.flow(wallet, "web", scope="openid").address()), "password")
    return shown(browser.press(page, "login-submit", {"username": person.username, "password": password}))


def test_wrong_transaction_codes_spread_over_processes(fleet: Fleet, mounted: list[Wallet], person: Person) -> None:
    """The fifth locks the offer."""
    made = fleet.create_offer(subject=person.id, tx_code=True)
    discovery, offer = mounted[0].discover(fleet.url), mounted[0].read_offer(made.uri)
    wrong = f"{(int(made.tx_code) + 1) % 1_000_000:06}"
    for number in range(TRIES):
        answer = mounted[number % 4].post_token(discovery, token_form(offer, wrong))
        assert_refused(answer, 400, "invalid_grant")
    for wallet in mounted:
        assert_refused(wallet.post_token(discovery, token_form(offer, made.tx_code)), 400, "invalid_grant")


# What is changed at one is changed at all.


def test_client_is_known_to_all(fleet: Fleet, wallet: Wallet, mounted: list[Wallet], person: Person) -> None:
    """Added at one process it can be used at every one, and removed at another it is gone."""
    body = {"client_name": "Reading room", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
    added = fleet.manage("POST", "/clients", fleet.members[1], json=body)
    assert added.status_code == 201, added.text
    client = Client(added.json()["client_id"], CALLBACK)
    for each in mounted:
        assert fleet.flow(each, client, scope="openid").push().status_code == 201
    flow = fleet.flow(wallet, client, scope="openid", pushes=False).log_in(person)
    assert flow.user_info().status_code == 200
    removed = fleet.manage("DELETE", f"/clients/{client.client_id}", fleet.members[2])
    assert removed.status_code in (200, 204), removed.text
    for each in mounted:
        assert fleet.flow(each, client, scope="openid").push().status_code in (400, 401)
        flow.wallet = each
        assert flow.user_info().status_code == 401


def test_revoked_token_is_refused_by_all(
    fleet: Fleet, wallet: Wallet, mounted: list[Wallet], person: Person
) -> None:
    """Each process has used it just before."""
    flow = fleet.flow(wallet, "web", scope="openid student_id").log_in(person)
    token = flow.tokens["access_token"]
    for each in mounted:
        flow.wallet = each
        assert flow.user_info().status_code == 200
        assert_issued(ask_for_credential(flow, STUDENT_ID))
    flow.wallet = mounted[3]
    assert flow.revoke(token).status_code == 200
    for each in mounted:
        flow.wallet = each
        assert flow.user_info().status_code == 401
        assert_refused(ask_for_credential(flow, STUDENT_ID), 401, "invalid_token")
        assert flow.introspect(token).json() == {"active": False}


def test_cancelled_offer_is_over_at_all(fleet: Fleet, mounted: list[Wallet], person: Person) -> None:
    """So is the token that came of it."""
    made = fleet.create_offer(subject=person.id, member=fleet.members[0])
    discovery = mounted[1].discover(fleet.url)
    token = mounted[1].redeem(discovery, mounted[1].read_offer(made.uri))
    assert_issued(mounted[2].post_credential(discovery, token, proof_request(discovery, mounted[2].nonce(discovery))))
    assert fleet.manage("DELETE", f"/offers/{made.id}", fleet.members[3]).status_code in (200, 204)
    for wallet in mounted:
        request = proof_request(discovery, wallet.nonce(discovery))
        assert_refused(wallet.post_credential(discovery, token, request), 401, "invalid_token")


def test_logout_at_one_process(
    fleet: Fleet, wallet: Wallet, new_browser: NewBrowser, person: Person
) -> None:
    """The session is over at every one, and what was granted in it."""
    flow = fleet.flow(wallet, "web", scope="openid")
    browser = new_browser(CALLBACK)
    flow.take(flow.visit(Visitor(person, browser)))
    assert flow.tokens["id_token"]
    for member in fleet.members:
        assert account(fleet, browser, member).html.has("account")
    page = account(fleet, browser, fleet.members[2])
    browser.press(page, "sign-out")
    for member in fleet.members:
        assert not account(fleet, browser, member).html.has("account")
        assert flow.user_info().status_code == 401


def account(fleet: Fleet, browser: PlainBrowser, member: Member) -> Shown:
    """The person's own page, as one process shows it."""
    fleet.lead(browser.http, member)
    return browser.show(fleet.url + "/account")


def test_keys_of_one_process_are_published_by_all(fleet: Fleet, mounted: list[Wallet], person: Person) -> None:
    """They are in every key set before the first token is signed by one of them, at whichever process."""
    metadata = fleet.metadata(mounted[0])
    old = {key["kid"] for key in key_set(mounted[0], metadata)}
    assert fleet.manage("POST", "/keys/rotate", fleet.members[1], json={}).status_code == 200
    waiting, deadline = set(range(len(mounted))), time.monotonic() + NOTICE_SECONDS
    while waiting:
        assert time.monotonic() < deadline, f"processes {waiting} still sign by the old key"
        for number in sorted(waiting):
            flow = fleet.flow(mounted[number], "web", scope="openid").log_in(person, methods=("knowledge",))
            used = header_of(flow.tokens["id_token"])["kid"]
            assert all(used in {key["kid"] for key in key_set(each, metadata)} for each in mounted)
            waiting -= {number} if used not in old else set()
        time.sleep(0.5)


# At the same moment at all of them.


def test_one_offer_at_all_at_once(fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """Of all who redeem one code, one gets a token."""
    stage = Stage(fleet, wallet, fleet.addresses)
    for _ in range(ROUNDS):
        made = fleet.create_offer(subject=person.id)
        form = token_form(wallet.read_offer(made.link))
        answers = stage.race(lambda _, discovery: lambda racer: racer.post_token(discovery, form))
        assert_one_winner(answers, 400, "invalid_grant")
        assert fleet.steps(made.id).count("token") == 1


def test_one_authorization_code_at_all_at_once(fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """The same for the code of a login."""
    with PlainBrowser(CALLBACK) as browser:
        for _ in range(ROUNDS):
            flow = fleet.flow(wallet, "web", scope="openid")
            flow.take(flow.visit(Visitor(person, browser, methods=("knowledge",), remember="30d")))
            answers = race_to(fleet, lambda address: lambda racer: token_request(flow, racer, address))
            assert_one_winner(answers, 400, "invalid_grant")


def race_to(fleet: Fleet, make: Callable[[str], Callable[[Wallet], requests.Response]]) -> list[requests.Response]:
    """Racers at the addresses of all processes."""
    addresses = [fleet.addresses[number % len(fleet.addresses)] for number in range(RACERS)]
    return race([make(address) for address in addresses], [address + "/health" for address in addresses])


def token_request(flow: CodeFlow, racer: Wallet, address: str, proof: str | None = None) -> requests.Response:
    """The token request with the client's authentication, at one process."""
    form, headers = dict(flow.token_form), {}
    flow.client.authentication.add(flow.client.client_id, flow.server, form, headers, None)
    if proof is not None:
        headers["DPoP"] = proof
    endpoint = flow.server["token_endpoint"].replace(flow.server["issuer"], address, 1)
    return racer.post(endpoint, data=form, headers=headers)


def test_one_code_and_one_key_at_all_at_once(fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """A wallet that repeats its request, each time with a fresh proof, never has two different tokens of one code."""
    with PlainBrowser(LOOPBACK_WITH_PORT) as browser:
        for _ in range(ROUNDS):
            flow = fleet.flow(wallet, "wallet", scope="openid")
            flow.take(flow.visit(Visitor(person, browser, methods=("knowledge",), remember="30d")))
            answers = race_to(fleet, lambda address: lambda racer: token_request_with_proof(flow, racer, address))
            tokens = {answer.json()["access_token"] for answer in winners(answers)}
            assert len(tokens) == 1
            for answer in losers(answers):
                assert_refused(answer, 400, "invalid_grant")


def token_request_with_proof(flow: CodeFlow, racer: Wallet, address: str) -> requests.Response:
    """The same with a proof of its own."""
    return token_request(flow, racer, address, flow.proof_for(flow.server["token_endpoint"]))


def test_one_nonce_at_all_at_once(fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """Of all who send the same credential request, one gets a credential."""
    stage = Stage(fleet, wallet, fleet.addresses)
    for _ in range(ROUNDS):
        visit = Visit(fleet, wallet)
        token, body = visit.token, visit.good_request()
        answers = stage.race(lambda _, discovery: lambda racer: racer.post_credential(discovery, token, body))
        assert_one_winner(answers, 400, "invalid_nonce")
        assert fleet.steps(visit.made.id).count("credential") == 1


def test_one_proof_of_possession_at_all_at_once(fleet: Fleet, wallet: Wallet, person: Person) -> None:
    """Of all who show the same DPoP proof, one is told about the person."""
    flow = fleet.flow(wallet, "wallet", scope="openid").log_in(person)
    assert flow.user_info().status_code == 200
    endpoint = flow.server["userinfo_endpoint"]
    for _ in range(ROUNDS):
        headers = user_info_headers(flow)
        answers = race_to(fleet, lambda address: lambda racer: racer.http.get(
            endpoint.replace(fleet.url, address, 1), headers=headers, timeout=30))
        assert [len(winners(answers)), len(losers(answers))] == [1, RACERS - 1]
        for answer in losers(answers):
            assert answer.status_code == 401 and "invalid_dpop_proof" in answer.headers["WWW-Authenticate"]
            assert not wants_nonce(answer)


def assert_one_winner(answers: list[requests.Response], status: int, error: str) -> None:
    """One success, and the refusal that belongs to everybody else."""
    assert [len(winners(answers)), len(losers(answers))] == [1, RACERS - 1], [error_code(each) for each in answers]
    for answer in losers(answers):
        assert_refused(answer, status, error)


def test_guesses_at_all_at_once(fleet: Fleet, new_browser: NewBrowser, wallet: Wallet, person: Person) -> None:
    """A burst of wrong passwords over all processes is checked as often as one after the other is."""
    pages = []
    for number in range(4 * TRIES):
        browser = new_browser(CALLBACK)
        fleet.lead(browser.http, fleet.members[number % 4])
        flow = fleet.flow(wallet, "web", scope="openid")
        pages.append((browser, choose_method(browser, browser.show(flow.address()), "password")))
    wrong = {**login_values(pages[0][1], "password", person), "password": "wrong"}
    attempts = [
        lambda _, browser=browser, page=page: shown(browser.press(page, "login-submit", wrong)).response
        for browser, page in pages]
    warm_up = [fleet.addresses[number % 4] + "/health" for number in range(len(pages))]
    statuses = [answer.status_code for answer in race(attempts, warm_up)]
    assert sorted(set(statuses)) == [400, 429] and statuses.count(400) == TRIES, statuses
