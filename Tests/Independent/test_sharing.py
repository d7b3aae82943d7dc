"""Consented data sharing from the push to the verified values, with everybody but the hub written independently."""

import json
import time
from typing import Callable

import pytest

from answers import assert_refused
from client_proofs import ASSERTION_TYPE
from holder_keys import HolderKey, from_base64url
from openid_checks import key_set
from plain_browser import departed, shown
from relying_party_apache import ApacheRelyingParty, is_installed
from relying_party_authlib import AuthlibRelyingParty
from sharing_fixtures import TIER, World
from sharing_log import check_reference
from sharing_market import ReleaseCall, signature_of, withdrawal_event
from sharing_messages import disclosed, encryption_entry, hash_of, opened, parts_of, verified_jwt
from sharing_person import pkcs8
from sharing_provider import Asked, ServiceProvider
from sharing_setup import GOLD, LOYALTY, MARKET_SECONDS, definition
from sign_in import problem_on
from small_server import Received, Reply
from wallet import Wallet, successful

pytest_plugins = ["sharing_fixtures"]

CHOSEN = {"tier": "gold", "points": 1200}
LONG_TEXT = "Zażółć gęślą jaźń. " * 250


# The two cases.


def test_the_market_keeps_the_data(world: World, asked: Asked) -> None:
    """Digest, consent, approval, access token, release, ID token; and every proof on the way."""
    person = world.someone(0)
    pushed = world.say(person)
    statement = world.shop.said[(pushed["subject"], "shop:loyalty")][-1]
    assert pushed["scope"] == "shop:loyalty" and pushed["version"] == 1
    check_reference(
        world.log(), pushed["ledger"], "digest", "shop", from_base64url(statement.digest_hash), signature_of(statement))
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    scope = page.scope("shop:loyalty")
    assert page.asked["request"] == flow.request and page.asked["client_id"] == "bank"
    assert scope["purpose"] == asked.purpose and scope["deposit"] is None
    assert scope["digest"] == {"hash": statement.digest_hash, "index": pushed["ledger"]["index"]}
    assert [(claim["name"], claim["essential"], claim["have"]) for claim in scope["claims"]] == [
        ("tier", True, True), ("points", False, True)]
    world.finish(flow, page.allow())
    assert flow.values("shop:loyalty") == CHOSEN
    entry = flow.told["encrypted_scopes"]["shop:loyalty"]
    assert (entry["held_by"], entry["from"], entry["market_uri"]) == ("market", "shop", world.shop.uri)
    assert flow.told["_claim_names"] == {"shop:loyalty": "shop"}
    assert flow.told["_claim_sources"] == {"shop": {"JWT": entry["jwe"]}}
    assert "claims_pending" not in flow.told and world.shop.complaints == []
    call = world.shop.calls[-1]
    assert call.token["client_id"] == "bank" and call.token["sub"] == scope["sub"] != flow.told["sub"]
    # What was given is kept for a while: nobody asks the market twice for one answer.
    count = len(world.shop.calls)
    assert flow.values("shop:loyalty", flow.told_now()) == CHOSEN and len(world.shop.calls) == count


def test_the_person_keeps_the_data(world: World) -> None:
    """Deposit, vault, consent, release by the person, ID token."""
    person = world.someone(0)
    pushed = world.say(person, "shop:card")
    [deposit] = [each for each in person.call("GET", "/deposits").json()["deposits"] if each["id"] == pushed["id"]]
    assert deposit["scope"] == "shop:card" and deposit["version"] == 1
    kept = person.call("GET", f"/deposits/{pushed['id']}").json()
    check_reference(world.log(), pushed["ledger"], "digest", "shop", from_base64url(kept["jwe_hash"]))
    flow = world.bank.ask(Asked("shop:card", ["tier!", "address"]))
    page = world.consent(flow, person)
    assert page.scope("shop:card")["deposit"]["id"] == pushed["id"]
    calls = len(world.shop.calls)
    world.finish(flow, page.allow())
    assert flow.values("shop:card") == {"tier": "gold", "address": GOLD["address"]}
    assert flow.told["encrypted_scopes"]["shop:card"]["held_by"] == "person"
    assert flow.values("shop:card", flow.told_now())["tier"] == "gold"
    assert len(world.shop.calls) == calls, "the market need not know"


def test_what_the_person_types(world: World) -> None:
    """Where the market has said nothing, the person can; nobody vouches for it, and it says so."""
    person = world.someone(1)
    flow = world.bank.ask(Asked("club:badge", TIER))
    page = world.consent(flow, person)
    assert page.scope("club:badge")["deposit"] is None
    assert [claim["have"] for claim in page.scope("club:badge")["claims"]] == [False, False]
    world.finish(flow, page.allow(typed={"club:badge": {"tier": "silver"}}))
    assert flow.values("club:badge") == {"tier": "silver"}
    assert "ledger" not in flow.told["encrypted_scopes"]["club:badge"]


def test_several_scopes_of_several_markets(world: World) -> None:
    """One request, one consent, one ID token."""
    person = world.someone(0)
    for scope in ("shop:loyalty", "shop:card", "club:membership"):
        world.say(person, scope)
    flow = world.share(
        world.bank.ask(Asked("shop:loyalty"), Asked("shop:card", ["tier"]), Asked("club:membership", ["member"])),
        person)
    assert flow.values("shop:loyalty") == GOLD
    assert flow.values("shop:card") == {"tier": "gold"}
    assert flow.values("club:membership") == {"member": True}
    # A source holds one JWT (OpenID Connect Core section 5.6.2).
    assert flow.told["_claim_names"] == {
        "shop:loyalty": "shop", "shop:card": "shop:card", "club:membership": "club"}
    assert {name: source["JWT"] for name, source in flow.told["_claim_sources"].items()} == {
        source: flow.told["encrypted_scopes"][scope]["jwe"] for scope, source in flow.told["_claim_names"].items()}
    assert world.shop.complaints == world.club.complaints == []


def test_optional_is_left_out(world: World) -> None:
    """A claim, or a whole scope."""
    person = world.someone(0)
    world.say(person)
    world.say(person, "club:membership")
    asked = Asked("shop:loyalty", TIER), Asked("club:membership", ["points"])
    flow = world.share(world.bank.ask(*asked), person, {"shop:loyalty": ["tier"]})
    assert flow.values("shop:loyalty") == {"tier": "gold"}
    assert set(flow.told["encrypted_scopes"]) == {"shop:loyalty"}


@pytest.mark.parametrize("left", ["the claim", "the scope", "everything"])
def test_essential_cannot_be_left_out(left: str, world: World, asked: Asked) -> None:
    """The page comes again, and nothing has happened."""
    person = world.someone(0)
    world.say(person)
    page = world.consent(world.bank.ask(asked, Asked("club:membership", ["points"])), person)
    logged = world.logged("approval")
    if left == "the claim":
        again = page.send([page.part(scope, page.approval(scope, ["points"])) for scope in page.asked["scopes"][:1]])
    elif left == "the scope":
        world.say(person, "club:membership")
        again = page.send([])
    else:
        again = page.send("")
    assert shown(again).html.has("consent-form") and problem_on(shown(again))
    assert world.logged("approval") == logged


def test_the_market_has_not_said_it(world: World) -> None:
    """What the market does not have cannot be agreed to."""
    person = world.someone(2)
    world.say(person, values={"tier": "bronze"})
    page = world.consent(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    scope = page.scope("shop:loyalty")
    assert [claim["have"] for claim in scope["claims"]] == [True, False]
    assert shown(page.send([page.part(scope, page.approval(scope, TIER_NAMES))])).html.has("consent-form")
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    assert flow.values("shop:loyalty") == {"tier": "bronze"}


TIER_NAMES = ["tier", "points"]


def test_denied(world: World, asked: Asked) -> None:
    """No is no."""
    person = world.someone(0)
    world.say(person)
    flow = world.bank.ask(asked)
    answer = flow.checked(world.consent(flow, person).deny())
    assert answer["error"] == "access_denied" and "code" not in answer


def test_versions_of_a_definition(world: World) -> None:
    """What was pushed under the old one is still of the old one; new pushes can be of the new one."""
    person = world.someone(0)
    changed = [*LOYALTY, {"name": "since", "type": "TEXT"}]
    answer = world.club.push(
        "digests", [], body=definition("club:terms", "market", LOYALTY, 1), token=world.club.token())
    assert answer.status_code in (400, 422)
    flow = world.club.flow()
    for claims in (LOYALTY, changed):
        made = flow.call(
            "POST", world.hub.url + "/sharing/definitions", token=world.club.token(),
            json=definition("club:terms", "market", claims))
        assert made.status_code in (200, 201), made.text
        if claims is LOYALTY:
            world.club.digest(world.subject(world.club, person), "club:terms", GOLD, 1)
    old = world.bank.ask(Asked("club:terms", ["tier"]))
    page = world.consent(old, person)
    assert page.scope("club:terms")["version"] == 1
    world.finish(old, page.allow())
    assert old.values("club:terms") == {"tier": "gold"}
    assert old.told["encrypted_scopes"]["club:terms"]["version"] == 1
    world.club.digest(world.subject(world.club, person), "club:terms", {**GOLD, "since": "2019"}, 2)
    new = world.share(world.bank.ask(Asked("club:terms", ["since"])), person)
    assert new.values("club:terms") == {"since": "2019"}
    listed = world.wallet.http.get(world.hub.url + "/sharing/scopes/club:terms?version=1", timeout=10).json()
    assert len(listed["claims"]) == len(LOYALTY) and listed["version"] == 1


# Markets that are slow, down, or talk nonsense.


def slow(_: ReleaseCall) -> Reply:
    """Longer than the hub waits."""
    time.sleep(MARKET_SECONDS + 1)
    return Reply.of_json({"release": "late"})


def hangs_up(_: ReleaseCall) -> Reply:
    """No answer at all."""
    raise ConnectionAbortedError


TROUBLE: dict[str, tuple[Callable[[ReleaseCall], Reply], str]] = {
    "not ready": (lambda _: Reply.of_json({}, 202, Retry_After="1"), "not_ready"),
    "an error of its own": (lambda _: Reply.of_json({"error": "server_error"}, 500), "unreachable"),
    "too busy": (lambda _: Reply.of_json({"error": "temporarily_unavailable"}, 503), "unreachable"),
    "garbage": (lambda _: Reply(b"<html>", "text/html"), "unreachable"),
    "an empty object": (lambda _: Reply.of_json({}), "unreachable"),
    "slow": (slow, "unreachable"),
    "hangs up": (hangs_up, "unreachable"),
    "refuses": (lambda _: Reply.of_json({"error": "untrusted_partner"}, 403), "refused:untrusted_partner"),
    "no JWE": (lambda _: Reply.of_json({"release": "a.b.c"}), "refused:invalid_release"),
    "far too much": (lambda _: Reply.of_json({"release": "x" * 300_000}), "unreachable"),
    "a redirect": (lambda _: Reply.redirect("http://localhost:1/"), "unreachable"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_market_in_trouble(trouble: str, world: World, asked: Asked) -> None:
    """The consent stands, the ID token says what is missing and why, and UserInfo has it later."""
    person = world.someone(0)
    world.say(person)
    world.shop.behaviour, reason = TROUBLE[trouble]
    flow = world.share(world.bank.ask(asked), person)
    begun = time.monotonic()
    assert flow.told["claims_pending"] == {"shop:loyalty": reason}
    assert time.monotonic() - begun < MARKET_SECONDS + 2
    assert "encrypted_scopes" not in flow.told and "_claim_sources" not in flow.told
    world.shop.behaviour = None
    told = flow.told_now()
    assert flow.values("shop:loyalty", told) == CHOSEN and "claims_pending" not in told


def test_one_up_and_one_down(world: World) -> None:
    """Nobody listens where the second market should be."""
    person = world.someone(0)
    world.say(person)
    world.say(person, "ghost:loyalty")
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER), Asked("ghost:loyalty", ["tier"])), person)
    assert flow.values("shop:loyalty") == CHOSEN
    assert flow.told["claims_pending"] == {"ghost:loyalty": "unreachable"}


def test_superseded_before_it_is_fetched(world: World, asked: Asked) -> None:
    """The person agreed to what the market said then; the page that was open is asked again."""
    person = world.someone(0)
    world.say(person)
    page = world.consent(world.bank.ask(asked), person)
    world.say(person, values={**GOLD, "points": 1})
    again = shown(page.allow())
    assert again.html.has("consent-form") and problem_on(again)
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    world.finish(flow, page.allow())
    world.say(person, values={**GOLD, "points": 2})
    assert flow.told["claims_pending"] == {"shop:loyalty": "refused:superseded"}


def test_large_values(world: World) -> None:
    """By their hash in the ID token, whole in the UserInfo response."""
    person = world.someone(0)
    world.say(person, "shop:history", {"title": "All of it", "text": LONG_TEXT})
    flow = world.share(world.bank.ask(Asked("shop:history")), person)
    entry = flow.told["encrypted_scopes"]["shop:history"]
    assert "jwe" not in entry and "_claim_sources" not in flow.told and "_claim_names" not in flow.told
    told = flow.told_now()
    jwe = told["encrypted_scopes"]["shop:history"]["jwe"]
    assert len(jwe) > 16 << 10 and entry["jwe_hash"] == hash_of(jwe)
    assert told["_claim_sources"] == {"shop": {"JWT": jwe}}
    assert flow.values("shop:history", told) == {"title": "All of it", "text": LONG_TEXT}


# Keys of the person.


def test_the_vault_opens_again(world: World) -> None:
    """With the recovery code; the server has nothing unwrapped."""
    person = world.someone(3)
    held = {bytes(data) for data in person.recovered().values()}
    assert held == {pkcs8(person.encryption_key), pkcs8(person.signing_key)}
    stored = world.hub.kept()
    assert not any(data in stored for data in held)


def test_market_gets_keys_with_their_entry(world: World) -> None:
    """What a deposit is encrypted to stands in the ledger; who has no vault has no keys."""
    person = world.someone(3)
    told = world.shop.keys_of(world.subject(world.shop, person)).json()
    assert told["enc"] == encryption_entry(person.encryption_key) and told["statements"] == person.statements
    check_reference(
        world.log(), told["ledger"], "key", "hub", from_base64url(hash_of(person.statements[-1])))
    stranger = world.hub.subject("shop", world.hub.people[7].id)
    assert_refused(world.shop.keys_of(stranger), 409, "no_vault")
    assert_refused(world.shop.keys_of("nobody"), 404, "unknown_subject")


def test_new_keys_of_a_person(world: World, asked: Asked) -> None:
    """The market follows the statements from the key that it knows."""
    person = world.someone(4)
    world.say(person)
    world.say(person, "club:badge")
    assert world.share(world.bank.ask(asked), person).values("shop:loyalty") == CHOSEN
    person.rotate()
    # What was deposited for the earlier keys opens with them, and is theirs still.
    earlier = world.share(world.bank.ask(Asked("club:badge", TIER)), person)
    assert earlier.values("club:badge") == CHOSEN
    assert world.share(world.bank.ask(asked), person).values("shop:loyalty") == CHOSEN
    assert world.shop.complaints == []
    world.say(person, "shop:card")
    assert world.share(world.bank.ask(Asked("shop:card", TIER)), person).values("shop:card") == CHOSEN


# Tokens.


def test_code_is_good_once(world: World, asked: Asked) -> None:
    """And what was shared by the first answer is over with the second try (RFC 6749 section 4.1.2)."""
    person = world.someone(0)
    world.say(person)
    flow = world.share(world.bank.ask(asked), person)
    assert flow.values("shop:loyalty") == CHOSEN
    again = flow.ask_for_tokens()
    assert again.status_code in (200, 400), again.text
    if again.status_code == 400:
        assert_refused(again, 400, "invalid_grant")
    other = world.bank.ask(asked)
    other.verifier, other.code = flow.verifier, flow.code
    other.verifier = "x" * 48
    assert_refused(other.ask_for_tokens(), 400, "invalid_grant")


def test_pushes_are_idempotent(world: World) -> None:
    """The same key and body give the same answer; another body is refused; nothing is logged twice."""
    person = world.someone(5)
    subject = world.subject(world.shop, person)
    made = world.shop.statement("shop:loyalty", GOLD)
    entries = [world.shop.digest_entry(subject, "shop:loyalty", made)]
    first = world.shop.push("digests", entries, key="one key")
    assert first.status_code == 400, "a space is no visible character"
    first = world.shop.push("digests", entries, key="one-key")
    again = world.shop.push("digests", entries, key="one-key")
    assert first.status_code == again.status_code == 200
    first, again = first.json()["results"][0], again.json()["results"][0]
    assert first["id"] == again["id"] and first["ledger"]["index"] == again["ledger"]["index"]
    other = [world.shop.digest_entry(subject, "shop:loyalty", world.shop.statement("shop:loyalty", GOLD))]
    assert_refused(world.shop.push("digests", other, key="one-key"), 422, "idempotency_key_reused")


# Withdrawal and receipts.


def test_withdrawal(world: World, asked: Asked) -> None:
    """Tokens are dead, both organizations are told, the ledger has an entry, and the market gives nothing more."""
    person = world.someone(0)
    world.say(person)
    keys = key_set(world.wallet, world.hub.metadata(world.wallet))
    address = world.server.publish("/bank/withdrawals", Reply(status=503))
    document = world.hub.managed("GET", "/organizations/bank")
    world.hub.managed("PUT", "/organizations/bank", {**document, "notification_uri": address})
    flow = world.share(world.bank.ask(asked, scope="openid offline_access shop:loyalty"), person, days=30)
    assert flow.values("shop:loyalty") == CHOSEN
    _, agreed = parts_of(flow.told["encrypted_scopes"]["shop:loyalty"]["approval"])
    told_before = len(world.shop.events)
    withdrawals = world.logged("withdrawal")
    text = person.receipt()
    header, said = parts_of(text)
    assert header["typ"] == "consent-receipt+jwt" and said["iss"] == world.hub.url
    assert agreed["jti"] in json.dumps(said) and "shop:loyalty" in json.dumps(said)
    person.withdraw_newest()
    assert_gone(flow)
    [event] = world.shop.wait_for_events(told_before + 1)[told_before:]
    call = world.shop.calls[-1]
    assert event["sub"] == call.token["sub"] and event["approval"] == agreed["jti"]
    assert event["approval_hash"] == hash_of(call.body["approval"]) and event["client_id"] == "bank"
    world.server.wait_for("/bank/withdrawals")
    [received] = world.server.to("/bank/withdrawals")[-1:]
    told = withdrawal_event(received, keys, "bank", world.hub.url)
    assert told["sub"] == flow.told["sub"] and told["approval_hash"] == event["approval_hash"]
    assert world.logged("withdrawal") == withdrawals + 1
    # It was down; it is told again.
    world.server.publish("/bank/withdrawals", Reply(status=202))
    again = world.server.wait_for("/bank/withdrawals", 2)
    assert withdrawal_event(again, keys, "bank", world.hub.url)["jti"] == told["jti"]


def test_withdrawal_before_the_token(world: World, asked: Asked) -> None:
    """The code is good for nothing, and nobody asks the market."""
    person = world.someone(0)
    world.say(person)
    flow = world.share(world.bank.ask(asked), person, days=30)
    calls, told = len(world.shop.calls), len(world.shop.events)
    person.withdraw_newest()
    assert_refused(flow.ask_for_tokens(), 400, "invalid_grant")
    assert len(world.shop.wait_for_events(told + 1)) == told + 1 and len(world.shop.calls) == calls


def test_refreshed(world: World, asked: Asked) -> None:
    """For as long as the person agreed, new tokens have the values too."""
    person = world.someone(0)
    world.say(person)
    flow = world.share(world.bank.ask(asked, scope="openid offline_access shop:loyalty"), person, days=365)
    tokens = flow.refreshed()
    told = successful(flow.user_info(token=tokens["access_token"]))
    assert flow.values("shop:loyalty", told) == CHOSEN
    person.withdraw_newest()
    assert flow.user_info(token=tokens["access_token"]).status_code == 401


def test_nothing_is_kept_in_the_clear(world: World, asked: Asked) -> None:
    """Neither values, approvals and releases, nor what organizations call people; nor are they in the log."""
    person, city = world.someone(0), "Szczebrzeszyn"
    world.say(person, values={**GOLD, "address": {"city": city}})
    world.say(person, "shop:card", {**GOLD, "address": {"city": city}})
    flow = world.share(world.bank.ask(Asked("shop:loyalty"), Asked("shop:card")), person, days=30)
    entries = flow.told["encrypted_scopes"]
    assert flow.values("shop:card")["address"] == {"city": city}
    messages = [entry[name] for entry in entries.values() for name in ("jwe", "approval")]
    secret = [city, flow.told["sub"], *messages]
    stored, log = world.hub.kept(), world.hub.log_text()
    for text in secret:
        assert text.encode() not in stored and text not in log, text[:60]


def assert_gone(flow: object) -> None:
    """Neither the access token nor the refresh token is good for anything."""
    assert flow.user_info().status_code == 401
    if "refresh_token" in flow.tokens:
        assert_refused(flow.ask_to_refresh(), 400, "invalid_grant")


# Lost answers, and a server that dies.


def test_lost_token_answer(world: World, asked: Asked) -> None:
    """Whoever asks again with the same key gets the tokens, with the same values; once they were used, nobody does."""
    person = world.someone(0)
    world.say(person)
    world.bank.dpop_key = HolderKey.make()
    try:
        flow = world.share(world.bank.ask(asked), person)
        lost = flow.ask_for_tokens()
        assert lost.status_code == 200
        count = len(world.shop.calls)
        assert flow.values("shop:loyalty") == CHOSEN
        assert len(world.shop.calls) == count, "the market was asked twice"
        assert flow.told_now()["sub"] == flow.told["sub"]
        assert_refused(flow.ask_for_tokens(), 400, "invalid_grant")
    finally:
        world.bank.dpop_key = None


def test_killed_between_consent_and_token(world: World, asked: Asked) -> None:
    """kill -9 loses neither consents, nor approvals in the ledger, nor what is to be told."""
    person = world.someone(0)
    world.say(person)
    world.say(person, "shop:card")
    before = world.logged("approval")
    flow = world.share(world.bank.ask(asked, Asked("shop:card", TIER)), person)
    world.hub.kill()
    world.hub.start()
    assert flow.values("shop:loyalty") == CHOSEN and flow.values("shop:card") == CHOSEN
    world.hub.kill()
    world.hub.start()
    assert flow.values("shop:loyalty", flow.told_now()) == CHOSEN
    assert world.logged("approval") == before + 2
    assert world.shop.complaints == []


# Clients that know nothing of data sharing.


def test_plain_client(world: World) -> None:
    """It only asks for the scope, unsigned: its registered key is taken, by markets that know it by themselves."""
    person = world.someone(0)
    world.say(person)
    refused = world.share(world.bank.ask(Asked("shop:loyalty", None, None)).plainly(), person)
    assert refused.told["claims_pending"] == {"shop:loyalty": "refused:invalid_request_object"}
    world.shop.plain.add("bank")
    try:
        flow = world.bank.ask(Asked("shop:loyalty", None, None)).plainly()
        page = world.consent(flow, person)
        assert page.asked["request_signed"] is False
        assert [claim["essential"] for claim in page.scope("shop:loyalty")["claims"]] == [
            claim.get("required", False) for claim in LOYALTY]
        world.finish(flow, page.allow())
        assert flow.values("shop:loyalty") == GOLD
        told = flow.told_now()
        assert flow.values("shop:loyalty", told) == GOLD
        assert opened(told["_claim_sources"]["shop"]["JWT"], "JWT", world.bank.encryption_key).count(".") == 2
    finally:
        world.shop.plain.clear()


def test_authlib(world: World) -> None:
    """Authlib as a service provider, unchanged."""
    person, callback = world.someone(0), "https://authlib.example/callback"
    world.say(person)
    party = ServiceProvider("authlib", world.hub, world.wallet)
    world.hub.approve(party.document(redirect_uris=[callback]))
    world.shop.trust(party)
    world.shop.plain.add("authlib")
    relying = AuthlibRelyingParty(
        world.hub.url, "authlib", callback, party.key.key, method="private_key_jwt", scope="openid shop:loyalty")
    person.leave_for(callback)
    login = relying.log_in(lambda address: departed(person.reach_consent(address).check().allow()).url)
    world.shop.plain.clear()
    assert values_of(login.claims["encrypted_scopes"], login.claims["_claim_sources"], world, party) == GOLD


def test_apache(world: World) -> None:
    """mod_auth_openidc as a service provider: it hands the application what it is told; the key opens it.

    Debian's cannot sign by the keys that organizations have: what stands beside it adds who it is to its requests.
    """
    if not is_installed():
        pytest.skip("Apache with mod_auth_openidc is not installed")
    person = world.someone(0)
    world.say(person)
    party = ServiceProvider("apache", world.hub, world.wallet)
    metadata = world.hub.metadata(world.wallet)

    def relay(received: Received) -> Reply:
        shown_by = {"client_assertion": party.assertion(), "client_assertion_type": ASSERTION_TYPE}
        with Wallet() as wallet:
            answer = wallet.post(metadata["token_endpoint"], data={**received.form, **shown_by})
        return Reply(answer.content, status=answer.status_code)

    with ApacheRelyingParty() as apache:
        world.hub.approve(party.document(redirect_uris=[apache.redirect_uri]))
        world.shop.trust(party)
        world.shop.plain.add("apache")
        token_endpoint = world.server.publish("/apache/token", relay)
        address = world.server.publish("/apache/metadata", {
            **metadata, "token_endpoint": token_endpoint, "token_endpoint_auth_methods_supported": ["none"]})
        apache.start(
            address, "apache", scope="openid shop:loyalty",
            directives={"OIDCProviderTokenEndpointAuth": "none", "OIDCCacheShmEntrySizeMax": "65536"})
        person.leave_for(apache.redirect_uri)
        answer = departed(person.reach_consent(apache.protected).check().allow())
        person.leave_for("https://nobody.example/")
        page = person.browser.show(answer.url)
        assert page.status == 200, apache.log_text()[-3000:]
        told = page.response.json()
    world.shop.plain.clear()
    entries, sources = (json.loads(told[f"OIDC_CLAIM_{name}"]) for name in ("encrypted_scopes", "_claim_sources"))
    assert values_of(entries, sources, world, party) == GOLD


def values_of(entries: dict, sources: dict, world: World, party: ServiceProvider) -> dict:
    """What an application reads that has the key and knows the market's."""
    entry = entries["shop:loyalty"]
    assert sources["shop"]["JWT"] == entry["jwe"]
    release = verified_jwt(opened(entry["jwe"], "JWT", party.encryption_key), "data-release+jwt", world.shop.keys)
    _, values = disclosed(release["sd_jwt"], world.shop.keys)
    assert release["aud"] == party.name and release["approval_hash"] == hash_of(entry["approval"])
    return values
