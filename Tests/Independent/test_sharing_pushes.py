"""What markets push: by an independent maker of SD-JWTs, over HTTP, to the real program."""

import concurrent.futures
import json
import time
import uuid
from pathlib import Path
from typing import Callable, Iterator

import pytest
import requests
from jwcrypto.jwk import JWK
from playwright.sync_api import Browser, expect

from client_proofs import ASSERTION_TYPE, dpop_proof
from holder_keys import HolderKey
from market_client import (
    LOYALTY_SHAPE, Market, SCOPE, TIMEOUT_SECONDS, add_market, add_scope, check_entry, loyalty)
from vouchsafe import Vouchsafe

PEOPLE = [f"nmu-{number:05d}" for number in (151, 227, 315, 455, 476, 605)]


@pytest.fixture(scope="module")
def hub(start_server: Callable[..., Vouchsafe]) -> Vouchsafe:
    """A server of this module's own."""
    return start_server("hub")


@pytest.fixture(scope="module")
def shop(hub: Vouchsafe, tmp_path_factory: pytest.TempPathFactory) -> Market:
    """An approved market with one scope."""
    folder = tmp_path_factory.mktemp("shop")
    market = add_market(hub, folder, "shop")
    assert add_scope(hub, folder, loyalty())["version"] == 1
    return market


@pytest.fixture(scope="module")
def subjects(hub: Vouchsafe, shop: Market) -> list[str]:
    """What the shop calls people."""
    answer = hub.run_json("organization", "link-subject", "shop", *PEOPLE)
    assert answer["unknown"] == []
    return [entry["subject"] for entry in answer["subjects"]]


def errors(answer: requests.Response, status: int = 422) -> dict[str, str]:
    """What was wrong, by path."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error"] == "invalid_push"
    return {error["path"]: error["problem"] for error in body["errors"]}


def test_good_push(shop: Market, subjects: list[str]) -> None:
    """A push is stored, logged and proved."""
    entry = shop.digest(subjects[0])
    answer = shop.push([entry])
    assert answer.status_code == 200, answer.text
    [result] = answer.json()["results"]
    assert (result["subject"], result["scope"], result["version"]) == (subjects[0], "shop:loyalty", 1)
    check_entry(result["ledger"], "shop", entry["sd_jwt"])
    assert result["ledger"]["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert f"index {result['ledger']['index']}\n" in result["ledger"]["proof"]


def test_same_key_same_answer(shop: Market, subjects: list[str]) -> None:
    """A lost answer is given again; another body under the same key is refused."""
    entry, key = shop.digest(subjects[1]), str(uuid.uuid4())
    first, again = shop.push([entry], key), shop.push([entry], key)
    assert first.status_code == again.status_code == 200

    def told(answer: requests.Response) -> list:
        return [
            (result["id"], result["ledger"]["index"], result["ledger"]["entry"], result["ledger"]["salt"])
            for result in answer.json()["results"]]

    assert told(first) == told(again)
    other = shop.push([shop.digest(subjects[1])], key)
    assert other.status_code == 422 and other.json()["error"] == "idempotency_key_reused"


def test_same_key_at_once(shop: Market, subjects: list[str]) -> None:
    """Sixteen at once make one digest."""
    entry, key = shop.digest(subjects[2]), str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.push([entry], key), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["results"][0]["id"] for answer in answers}) == 1


def test_supersede_and_erase(shop: Market, subjects: list[str]) -> None:
    """A newer push takes the place of the older one; what is erased is gone."""
    key = str(uuid.uuid4())
    entry = shop.digest(subjects[3])
    [older] = shop.push([entry], key).json()["results"]
    [newer] = shop.push([shop.digest(subjects[3])]).json()["results"]
    assert older["id"] != newer["id"]
    assert shop.erase(older["id"]).status_code == 404
    # The answer to the older push has nothing any more that could be checked.
    [told] = shop.push([entry], key).json()["results"]
    assert told["id"] == older["id"] and "ledger" not in told
    assert shop.erase(newer["id"], "deposits").status_code == 404
    assert shop.erase(newer["id"]).status_code == 204
    assert shop.erase(newer["id"]).status_code == 404


def other_key() -> JWK:
    """A key that the market has not registered, under the name of one that it has."""
    return JWK.generate(kty="EC", crv="P-256", kid="key-1", use="sig")


BAD = [
    ("subject", lambda shop, good: {**good, "subject": "nobody"}),
    ("subject", lambda shop, good: {**good, "subject": ""}),
    ("scope", lambda shop, good: {**good, "scope": "bank:loyalty"}),
    ("scope", lambda shop, good: {**good, "scope": "Loyalty"}),
    ("version", lambda shop, good: {**good, "version": 7}),
    ("version", lambda shop, good: {**good, "version": "1"}),
    ("shape.points", lambda shop, good: {**good, "shape": {**LOYALTY_SHAPE, "points": "TEXT"}}),
    ("shape.extra", lambda shop, good: {**good, "shape": {**LOYALTY_SHAPE, "extra": "TEXT"}}),
    ("shape.tier", lambda shop, good: {**good, "shape": {"points": "INTEGER"}}),
    ("shape.address.street", lambda shop, good: {**good, "shape": {"tier": "TEXT", "address": {"street": "TEXT"}}}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(key=other_key())}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(iss="https://bank.example/market")}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(scope="shop:other")}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(version=2)}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(sub="somebody")}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(iat=int(time.time()) + 600)}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(exp=int(time.time()) - 1)}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": shop.sd_jwt(values={"tier": "gold"}).rstrip("~")}),
    ("sd_jwt", lambda shop, good: {**good, "sd_jwt": good["sd_jwt"] + "WyJhIiwidGllciIsImdvbGQiXQ~"}),
    ("expires_at", lambda shop, good: {**good, "expires_at": int(time.time()) - 1}),
    ("unknown", lambda shop, good: {**good, "unknown": 1}),
]


@pytest.mark.parametrize("path, spoil", BAD, ids=[f"{index}-{path}" for index, (path, _) in enumerate(BAD)])
def test_each_refusal_names_its_path(shop: Market, subjects: list[str], path: str, spoil: Callable) -> None:
    """What is wrong is told by its place, and nothing of the push is stored."""
    good, bad = shop.digest(subjects[4]), spoil(shop, shop.digest(subjects[5]))
    answer = shop.push([good, bad])
    assert answer.status_code in (400, 422)
    assert f"digests[1].{path}" in errors(answer, answer.status_code)
    assert not any(place.startswith("digests[0]") for place in errors(answer, answer.status_code))


def test_shape_needs_digests(shop: Market, subjects: list[str]) -> None:
    """A shape cannot claim more than there are digests."""
    token = shop.sd_jwt(values={"tier": "gold"}, decoys=False)
    answer = shop.push([shop.digest(subjects[0], sd_jwt=token)])
    assert "digests[0].sd_jwt" in errors(answer)


def test_same_target_twice(shop: Market, subjects: list[str]) -> None:
    """One push says one thing about a subject and scope."""
    answer = shop.push([shop.digest(subjects[0]), shop.digest(subjects[0])])
    assert list(errors(answer)) == ["digests[1]"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"digests": []}', b'{"digests": 1}', b'{"digests": [1]}', b'{"deposits": []}',
             b'{"digests": [], "digests": []}', json.dumps({"digests": [{}] * 101}).encode()])
def test_malformed_bodies(shop: Market, body: bytes) -> None:
    """What is no push is refused as such."""
    errors(shop.push(body=body), 400)


def test_idempotency_key_is_needed(shop: Market, subjects: list[str]) -> None:
    """Without it a lost answer could not be asked for again."""
    for key in ("", "a" * 129):
        answer = shop.push([shop.digest(subjects[0])], **{"Idempotency-Key": key})
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


def test_tokens(hub: Vouchsafe, shop: Market, subjects: list[str], tmp_path: Path) -> None:
    """Only an approved market's own token is taken, and only for its own scopes and subjects."""
    entry = shop.digest(subjects[0])
    assert shop.push([entry], Authorization="").status_code == 401
    assert shop.push([entry], Authorization="Bearer wrong").status_code == 401
    bank = add_market(hub, tmp_path, "bank")
    answer = bank.push([entry])
    assert "digests[0].scope" in errors(answer)
    add_scope(hub, tmp_path, loyalty("bank"))
    # The shop's name for somebody is nobody's at the bank.
    assert "digests[0].subject" in errors(bank.push([bank.digest(subjects[0])]))
    hub.run_json("organization", "suspend", "bank")
    assert bank.push([bank.digest(subjects[0])]).status_code == 401
    assert bank.fetch_token().json()["error"] == "invalid_client"
    hub.run_json("organization", "approve", "bank")
    assert bank.fetch_token().status_code == 200


def test_bound_tokens(hub: Vouchsafe, shop: Market, subjects: list[str]) -> None:
    """A token that is bound to a key is taken with a fresh proof by that key for this request, once."""
    key, endpoint, url = HolderKey.make(), hub.url + "/auth/token-endpoint", hub.url + "/sharing/digests"
    answer = shop.http.post(
        endpoint, timeout=TIMEOUT_SECONDS, headers={"DPoP": dpop_proof(key, "POST", endpoint)}, data={
            "grant_type": "client_credentials", "scope": SCOPE, "client_assertion": shop.assertion(),
            "client_assertion_type": ASSERTION_TYPE})
    assert answer.json()["token_type"] == "DPoP", answer.text
    token, entry = answer.json()["access_token"], shop.digest(subjects[0])

    def pushing(proof: str | None, scheme: str = "DPoP") -> requests.Response:
        return shop.push([entry], Authorization=f"{scheme} {token}", DPoP=proof or "")

    good = dpop_proof(key, "POST", url, token=token)
    assert pushing(good).status_code == 200
    assert pushing(good).status_code == 401
    assert pushing(None, "Bearer").status_code == 401
    for proof in (
            None, dpop_proof(HolderKey.make(), "POST", url, token=token), dpop_proof(key, "POST", url),
            dpop_proof(key, "DELETE", url, token=token), dpop_proof(key, "POST", url + "x", token=token)):
        assert pushing(proof).status_code == 401


def test_definitions(hub: Vouchsafe, shop: Market) -> None:
    """A market registers versions of its scopes; anybody reads them; a version never changes."""
    http, url = shop.http, hub.url + "/sharing/definitions"
    headers = {"Authorization": f"Bearer {shop.token}"}
    definition = loyalty(scope="shop:visits", held_by="person")
    first = http.post(url, json=definition, headers=headers, timeout=TIMEOUT_SECONDS)
    assert first.status_code == 201 and first.json()["version"] == 1
    again = http.post(url, json={**definition, "version": 1}, headers=headers, timeout=TIMEOUT_SECONDS)
    assert again.status_code == 201 and again.json()["version"] == 1
    changed = {**definition, "display": [{"locale": "en", "name": "Visits"}]}
    refused = http.post(url, json={**changed, "version": 1}, headers=headers, timeout=TIMEOUT_SECONDS)
    assert refused.status_code == 409 and refused.json()["errors"][0]["path"] == "version"
    assert http.post(url, json=changed, headers=headers, timeout=TIMEOUT_SECONDS).json()["version"] == 2
    public = requests.get(hub.url + "/sharing/scopes/shop:visits", timeout=TIMEOUT_SECONDS).json()
    assert public["version"] == 2 and public["ledger"]["entry"]
    older = requests.get(hub.url + "/sharing/scopes/shop:visits?version=1", timeout=TIMEOUT_SECONDS).json()
    assert older["version"] == 1 and older["display"] == definition["display"]
    other = http.post(url, json=loyalty("bank"), headers=headers, timeout=TIMEOUT_SECONDS)
    assert other.status_code == 403
    wrong = {**definition, "claims": [{"name": "iss", "type": "TEXT"}, {"name": "a", "type": "INT"}]}
    refused = http.post(url, json=wrong, headers=headers, timeout=TIMEOUT_SECONDS)
    assert refused.status_code == 422
    assert {error["path"] for error in refused.json()["errors"]} == {"claims[0].name", "claims[1].type"}
    listed = http.get(url, headers=headers, timeout=TIMEOUT_SECONDS).json()["definitions"]
    assert [definition["scope"] for definition in listed] == ["shop:loyalty", "shop:visits"]


def test_published_keys(hub: Vouchsafe, shop: Market) -> None:
    """An approved organization's keys are public, each with its place in the ledger."""
    answer = requests.get(hub.url + "/sharing/organizations/shop/keys", timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200
    [key] = answer.json()["keys"]
    assert key["kid"] == "key-1" and key["ledger"]["index"] >= 0
    assert requests.get(hub.url + "/sharing/organizations/nobody/keys", timeout=TIMEOUT_SECONDS).status_code == 404


@pytest.mark.parametrize("method, path", [
    ("GET", "/organizations"), ("POST", "/organizations"), ("GET", "/organizations/shop"), ("PUT", "/organizations/shop"),
    ("DELETE", "/organizations/shop"), ("POST", "/organizations/shop/approve"), ("POST", "/organizations/shop/suspend"),
    ("PUT", "/organizations/shop/partners"), ("PUT", "/organizations/shop/keys"), ("GET", "/scopes"),
    ("POST", "/organizations/shop/subjects"), ("POST", "/scopes"), ("GET", "/scopes/shop:loyalty")])
def test_management_needs_its_key(hub: Vouchsafe, shop: Market, method: str, path: str) -> None:
    """Neither nobody nor a market manages organizations and scopes."""
    address = f"http://127.0.0.1:{hub.management_port}{path}"
    for headers in ({}, {"Authorization": f"Bearer {shop.token}"}):
        assert requests.request(method, address, headers=headers, timeout=TIMEOUT_SECONDS).status_code == 401
    assert requests.request(method, hub.url + path, timeout=TIMEOUT_SECONDS).status_code == 404


def test_no_vault(hub: Vouchsafe, shop: Market, subjects: list[str]) -> None:
    """Who has made no keys can be sent nothing."""
    headers = {"Authorization": f"Bearer {shop.token}"}
    answer = shop.http.get(f"{hub.url}/sharing/subjects/{subjects[0]}/keys", headers=headers, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 409 and answer.json()["error"] == "no_vault"
    answer = shop.http.get(f"{hub.url}/sharing/subjects/nobody/keys", headers=headers, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 404 and answer.json()["error"] == "unknown_subject"


def test_nothing_is_stored_in_the_clear(hub: Vouchsafe, shop: Market, subjects: list[str]) -> None:
    """Neither registry ids nor what markets say stands in the database as it is."""
    entry = shop.digest(subjects[0])
    assert shop.push([entry]).status_code == 200
    kept = hub.kept()
    assert entry["sd_jwt"].encode() not in kept
    assert entry["sd_jwt"].split(".")[1].encode() not in kept


def test_kill_loses_nothing_acknowledged(start_server: Callable[..., Vouchsafe], tmp_path: Path) -> None:
    """Whatever was answered before kill -9 is there afterwards, and in the ledger."""
    server = start_server("hub-killed")
    market = add_market(server, tmp_path, "shop")
    add_scope(server, tmp_path, loyalty())
    [entry] = server.run_json("organization", "link-subject", "shop", PEOPLE[0])["subjects"]
    acknowledged: list[tuple[str, dict, dict]] = []
    for round_number in range(3):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            def pushing(_: int) -> None:
                for _ in range(200):
                    key, digest = str(uuid.uuid4()), market.digest(entry["subject"])
                    try:
                        answer = market.push([digest], key)
                    except requests.RequestException:
                        return
                    if answer.status_code == 200:
                        acknowledged.append((key, digest, answer.json()["results"][0]))

            running = [pool.submit(pushing, number) for number in range(4)]
            time.sleep(0.7)
            server.kill()
            for future in running:
                future.result()
        server.start()
    assert len(acknowledged) > 10
    indices = [result["ledger"]["index"] for _, _, result in acknowledged]
    assert len(set(indices)) == len(indices)
    for key, digest, result in acknowledged:
        answer = market.push([digest], key)
        assert answer.status_code == 200 and answer.json()["results"][0]["id"] == result["id"]
    audit = server.run("ledger", "verify")
    assert audit.returncode == 0, audit.stderr


# The operator's console.

@pytest.fixture
def console_server(start_server: Callable[..., Vouchsafe], tmp_path: Path) -> Iterator[Vouchsafe]:
    """A server with an organization that waits."""
    server = start_server("console")
    add_market(server, tmp_path, "shop", approve=False)
    yield server


def test_console(console_server: Vouchsafe, browser: Browser) -> None:
    """The operator approves, sets partners, registers scopes and reads what is wrong with them."""
    address = f"http://127.0.0.1:{console_server.management_port}/console"
    assert "default-src 'none'" in requests.get(address, timeout=TIMEOUT_SECONDS).headers["Content-Security-Policy"]
    key = (console_server.data / "management.key").read_text().strip()
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    page.get_by_label("Key", exact=True).fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("The management key is wrong")
    page.get_by_label("Key", exact=True).fill(key)
    page.keyboard.press("Enter")
    card = page.get_by_role("listitem").filter(has_text="Shop (shop)")
    expect(card).to_contain_text("pending")
    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("approved")
    card.get_by_label("Partners").fill("bank insurer")
    card.get_by_role("button", name="Save partners").click()
    expect(page.get_by_role("status")).to_have_text("Partners saved.")
    assert console_server.run_json("organization", "show", "shop")["partners"] == ["bank", "insurer"]
    page.get_by_text("Register a scope, or its next version").click()
    field = page.get_by_label("The definition as JSON")
    field.fill(json.dumps(loyalty(claims=[{"name": "tier", "type": "WORD"}])))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_contain_text("claims[0].type: one of BOOLEAN")
    field.fill(json.dumps(loyalty()))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("listitem").filter(has_text="Loyalty (shop:loyalty)")).to_contain_text("Version 1")
    page.get_by_role("button", name="Show versions").click()
    expect(page.get_by_text("Version 1, ledger entry")).to_be_visible()
    card.get_by_role("button", name="Suspend").click()
    expect(card).to_contain_text("suspended")
    page.get_by_role("button", name="Forget the key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert faults == []
    context.close()
