"""What data sharing must refuse at the consent page, at pushes, at the vault and in requests, and that nothing happens.

What markets and service providers refuse by themselves is in `test_sharing_programs.py`.
"""

import secrets
import time
from typing import Callable

import pytest
import requests

from answers import assert_refused, error_code
from client_proofs import dpop_proof, request_object, unsigned
from holder_keys import HolderKey, base64url, from_base64url, thumbprint
from plain_browser import Departure, PlainBrowser, Shown, shown
from sharing_fixtures import TIER, World
from sharing_market import Market
from sharing_messages import NotBelieved, encryption_entry, hash_of, parts_of, sealed, signing_entry, with_header
from sharing_person import DAY, SharedConsent, SharingPerson, raw_text
from sharing_provider import Asked, ServiceProvider
from sharing_setup import GOLD, LOYALTY, definition
from sign_in import problem_on
from small_server import Reply, SmallServer

pytest_plugins = ["sharing_fixtures"]

STRANGER = HolderKey.make()
SOMEBODY = "A" * 43
MEBIBYTE = 1 << 20


@pytest.fixture
def person(world: World) -> SharingPerson:
    """Somebody of whom the shop says something."""
    someone = world.someone(0)
    if not getattr(someone, "is_known", False):
        world.say(someone)
        world.say(someone, "shop:card")
        someone.is_known = True
    return someone


def assert_asked_again(result: Shown | Departure) -> None:
    """The consent page with what went wrong on it; no code for anybody."""
    page = shown(result)
    assert page.status in (200, 400, 403, 422) and page.html.has("consent-form"), page.html.root.text[:300]
    assert problem_on(page)


def approvals(world: World) -> int:
    """How many there are in the ledger."""
    return world.logged("approval")


# Approvals.


def now() -> int:
    """Seconds."""
    return int(time.time())


# What an attacker changes of a good approval; a function gets the page and the scope.
Change = dict | Callable[[SharedConsent, dict], dict]
# Each with the words by which the operator is told.
APPROVALS: dict[str, tuple[Change, str]] = {
    "another person at the market": ({"sub": SOMEBODY}, "its sub is another person"),
    "the person's name at the provider": (lambda page, scope: {"sub": page.asked["sub"]}, "its sub is another person"),
    "another issuer": ({"iss": thumbprint(STRANGER.public_jwk)}, "its iss is not the thumbprint of its key"),
    "for the hub alone": (lambda page, scope: {"aud": [page.asked["issuer"]]}, "its aud is wrong"),
    "for the market alone": (lambda page, scope: {"aud": [scope["market"]["uri"]]}, "its aud is wrong"),
    "audiences the other way round": (
        lambda page, scope: {"aud": [scope["market"]["uri"], page.asked["issuer"]]},
        "its aud is wrong"),
    "for another market": (
        lambda page, scope: {"aud": [page.asked["issuer"], "https://market.example"]},
        "its aud is wrong"),
    "a third audience": (
        lambda page, scope: {"aud": [page.asked["issuer"], scope["market"]["uri"], "https://x.example"]},
        "aud is malformed"),
    "an audience that is a text": (lambda page, scope: {"aud": page.asked["issuer"]}, "aud is malformed"),
    "for another client": ({"client_id": "loans"}, "its client_id is wrong"),
    "of another scope": ({"scope": "club:membership"}, "its scope is wrong"),
    "of another version": ({"version": 2}, "its version is wrong"),
    "a claim that was not asked for": (
        {"claims": ["tier", "points", "address"]},
        "its claims are not those that it may name"),
    "a claim twice": ({"claims": ["tier", "tier"]}, "claims is malformed"),
    "no claims": ({"claims": []}, "claims is malformed"),
    "an unknown claim": ({"claims": ["tier", "salary"]}, "its claims are not those that it may name"),
    "another purpose": ({"purpose": "To sell it"}, "its purpose is not that of the request"),
    "no purpose": ({"purpose": None}, "its purpose is not that of the request"),
    "another request": ({"request_hash": SOMEBODY}, "its request_hash is of another request"),
    "another encryption key": (
        {"encryption_jkt": thumbprint(STRANGER.public_jwk)},
        "its encryption_jkt is another key"),
    "another digest": (
        lambda page, scope: {"digest": {**scope["digest"], "hash": SOMEBODY}},
        "what was shown has been replaced"),
    "another place in the ledger": (
        lambda page, scope: {"digest": {**scope["digest"], "index": 0}},
        "what was shown has been replaced"),
    "typed, of what the market keeps": ({"digest": {"self_asserted": True}}, "what was shown has been replaced"),
    "a deposit, of what the market keeps": ({"digest": {"jwe_hash": SOMEBODY}}, "what was shown has been replaced"),
    "no digest": ({"digest": None}, "digest is missing"),
    "until far away": (lambda page, scope: {"until": now() + DAY}, "its until is wrong"),
    "until before it ends": (lambda page, scope: {"until": now() + 10}, "its until is wrong"),
    "another nonce": ({"nonce": SOMEBODY}, "its nonce is wrong"),
    "no nonce": ({"nonce": None}, "nonce is missing"),
    "an approval for an hour": (
        lambda page, scope: {"exp": now() + 3600, "until": now() + 3600},
        "its exp is not within 300 seconds of its iat"),
    "of tomorrow": (
        lambda page, scope: {"iat": now() + DAY, "exp": now() + DAY + 300, "until": now() + DAY + 300},
        "its iat is in the future"),
    "expired": (lambda page, scope: {"iat": now() - 400, "exp": now() - 100, "until": now() - 100}, "it has expired"),
    "ends before it begins": (lambda page, scope: {"exp": now() - 1}, "its exp is not within 300 seconds of its iat"),
    "no jti": ({"jti": None}, "jti is missing"),
    "a long jti": ({"jti": "x" * 129}, "jti is malformed"),
    "times that are texts": ({"exp": "soon"}, "exp is malformed"),
    "something more": ({"admin": True}, "claim that is not known"),
}


@pytest.mark.parametrize("attack", APPROVALS)
def test_approval(attack: str, world: World, person: SharingPerson, asked: Asked) -> None:
    """Each rule of what an approval says; signed well by the person's own key."""
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    scope, (change, reason) = page.scope("shop:loyalty"), APPROVALS[attack]
    changes = change(page, scope) if callable(change) else change
    calls = len(world.shop.calls)
    assert_asked_again(page.send([page.part(scope, page.approval(scope, changes=changes))]))
    [refusal] = page.refusals()
    assert refusal.startswith("shop:loyalty: ") and reason in refusal
    assert len(world.shop.calls) == calls


def forged_approvals(page: SharedConsent, scope: dict) -> dict[str, str]:
    """Approvals whose words are right."""
    good = page.approval(scope)
    header, claims = parts_of(good)
    first, second, third = good.split(".")
    return {
        "by a stranger": page.approval(scope, signer=STRANGER),
        "by a stranger who says so": page.approval(
            scope, signer=STRANGER, header={"kid": thumbprint(STRANGER.public_jwk)},
            changes={"iss": thumbprint(STRANGER.public_jwk)}),
        "with the stranger's key in it": page.approval(scope, signer=STRANGER, header={"jwk": STRANGER.public_jwk}),
        "by nobody": unsigned(header, claims),
        "another type": page.approval(scope, header={"typ": "JWT"}),
        "no type": page.approval(scope, header={"typ": None}),
        "no kid": page.approval(scope, header={"kid": None}),
        "a critical extension": page.approval(scope, header={"crit": ["x"], "x": 1}),
        "HMAC by the public key": page.approval(scope, header={"alg": "HS256"}),
        "a changed signature": ".".join([first, second, ("A" if third[0] != "A" else "B") + third[1:]]),
        "padding": good + "=",
        "nothing": "",
        "oversized": page.approval(scope, changes={"purpose": "x" * 20_000}),
    }


def test_forged_approvals(world: World, person: SharingPerson, asked: Asked) -> None:
    """None is taken; then, from the very same page, the good one is."""
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    scope, before = page.scope("shop:loyalty"), approvals(world)
    forged = forged_approvals(page, scope)
    for name, approval in forged.items():
        result = page.send([{"scope": "shop:loyalty", "approval": approval}])
        assert shown(result).html.has("consent-form"), name
    assert len(page.refusals()) == len(forged)
    assert approvals(world) == before
    world.finish(flow, page.allow())
    assert flow.values("shop:loyalty") == {"tier": "gold", "points": 1200}
    assert approvals(world) == before + 1


def test_answers_that_are_none(world: World, person: SharingPerson, asked: Asked) -> None:
    """No JSON, other members, scopes twice or not asked for, a release where there must be none, far too much."""
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    scope = page.scope("shop:loyalty")
    good = page.part(scope, page.approval(scope))
    answers = {
        "no JSON": "{", "a list": "[]", "no scopes": "{}", "scopes as text": '{"scopes": "all"}',
        "a name twice": '{"scopes": [], "scopes": []}',
        "twice": [good, good], "not asked for": [{**good, "scope": "club:membership"}],
        "beside it one not asked for": [good, {**good, "scope": "club:membership"}],
        "no scope": [{"approval": good["approval"]}], "no approval": [{"scope": "shop:loyalty"}],
        "with a release": [{**good, "release": sealed("x", "JWT", page.asked["encryption_key"])}],
        "deep": '{"scopes":' + "[" * 2000 + "]" * 2000 + "}",
        "many": [good] * 30,
    }
    for name, answer in answers.items():
        result = page.send(answer)
        assert shown(result).html.has("consent-form"), name
    far_too_much = page.send("x" * MEBIBYTE)
    assert isinstance(far_too_much, Shown) and far_too_much.status in (400, 413)
    world.finish(flow, page.send([good]))


# Replay.


def test_approvals_are_of_one_page(world: World, person: SharingPerson, asked: Asked) -> None:
    """Not of another page of the same request, another request, or another client; nor of the same page twice."""
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    used = page.approval(page.scope("shop:loyalty"))
    form = page.page
    world.finish(flow, page.send([{"scope": "shop:loyalty", "approval": used}]))
    again = person.browser.press(form, "allow", {"sharing": '{"scopes": []}'})
    assert not isinstance(again, Departure) or "code" not in again.parameters
    for provider in (world.bank, world.loans):
        other = world.consent(provider.ask(asked), person)
        assert_asked_again(other.send([{"scope": "shop:loyalty", "approval": used}]))
    # The same, had the person been shown a page of the attacker's choice: every other word is right.
    request = world.loans.ask(asked)
    other = world.consent(request, person)
    stale = other.approval(other.scope("shop:loyalty"), changes={"nonce": page.asked["nonce"]})
    assert_asked_again(other.send([{"scope": "shop:loyalty", "approval": stale}]))
    assert flow.values("shop:loyalty")["tier"] == "gold"


def test_consent_page_of_another_session(world: World, person: SharingPerson, asked: Asked) -> None:
    """Neither a stranger's browser nor another person's answers it."""
    page = world.consent(world.bank.ask(asked), person)
    form = page.page.html.form_of(page.page.html.one("allow"))
    values = {
        **page.page.html.values(form), "action": "allow", "remember": "once",
        "sharing": '{"scopes": [{"scope": "shop:loyalty", "approval": "%s"}]}' % page.approval(
            page.scope("shop:loyalty"))}
    before = approvals(world)
    other = world.someone(1)
    with PlainBrowser(world.bank.client.redirect_uri) as stranger:
        for browser in (stranger, other.browser):
            browser.is_out = lambda url: url.startswith(world.bank.client.redirect_uri)
            result = browser.submit(page.page, form, values)
            assert not isinstance(result, Departure) or "code" not in result.parameters
            assert "code" not in str(getattr(result, "url", "")), "the answer led out"
    assert approvals(world) == before
    without = {name: text for name, text in values.items() if name != "csrf"}
    result = person.browser.submit(page.page, form, without)
    assert isinstance(result, Shown) and approvals(world) == before
    elsewhere = person.browser.send(
        "POST", page.page.url, data=values, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code not in (302, 303) and approvals(world) == before


def test_the_page_is_altered_on_its_way(world: World, person: SharingPerson, asked: Asked) -> None:
    """The person's browser notices; were it fooled, the server does not take what it signs."""
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    scope, good = page.scope("shop:loyalty"), dict(page.asked)
    other = world.loans.ask(asked)
    key = encryption_entry(STRANGER)
    altered = {
        "another encryption key": {"encryption_key": key},
        "another thumbprint": {"encryption_key": key, "encryption_jkt": key["kid"]},
        "another request": {"request": other.request},
        "another request with its hash": {"request": other.request, "request_hash": hash_of(other.request)},
        "a changed request": {"request": flow.request[:-4] + "AAAA"},
    }
    for name, changes in altered.items():
        page.__dict__["asked"] = {**good, **changes}
        if name != "another thumbprint":
            with pytest.raises(NotBelieved):
                page.check()
        fooled = page.approval(scope)
        if name in ("another thumbprint", "another request with its hash"):
            assert_asked_again(page.send([{"scope": "shop:loyalty", "approval": fooled}]))
    page.__dict__["asked"] = good
    world.finish(flow, page.allow())


def test_without_keys(world: World, asked: Asked) -> None:
    """Who has no vault, or other keys by now, agrees to nothing."""
    person = SharingPerson(world.hub.people[3], world.hub, PlainBrowser()).log_in()
    world.say(person)
    page = world.consent(world.bank.ask(asked), person)
    assert_asked_again(page.allow())
    person.make_vault()
    flow = world.bank.ask(asked)
    page = world.consent(flow, person)
    earlier = page.answer()
    person.rotate()
    assert_asked_again(page.send(earlier))
    world.finish(flow, page.allow())
    person.browser.close()


MARKUP = "</script><script>alert(1)</script><!--<script>\u2028\"'&amp;"


def test_markup_in_what_others_say(world: World) -> None:
    """Purposes and names are text, in the page and in what its script reads."""
    person = world.someone(1)
    evil = ServiceProvider("evil", world.hub, world.wallet)
    plain = MARKUP.replace("\u2028", "")
    name = {"locale": "en", "name": plain}
    world.hub.approve(evil.document(display=[name]))
    labelled = [{**LOYALTY[0], "display": [{**name, "description": plain}]}]
    world.hub.define({**definition("club:markup", "market", labelled), "display": [{**name, "description": plain}]})
    world.club.digest(world.subject(world.club, person), "club:markup", {"tier": "gold"})
    page = world.consent(evil.ask(Asked("club:markup", ["tier"], MARKUP)), person)
    scope = page.scope("club:markup")
    assert scope["purpose"] == MARKUP and scope["definition"]["display"][0]["description"] == plain
    assert page.asked["client_name"] == plain
    scripts = [each for each in page.page.html.root.elements() if each.name == "script"]
    assert not any("alert" in raw_text(each) for each in scripts if each.attributes.get("id") != "sharing-request")
    assert all(each.attributes.get("src") or each.attributes.get("type") == "application/json" for each in scripts)
    account = world.someone(1).browser.show(world.hub.url + "/account")
    assert "<script>alert" not in account.response.text


# What the person encrypts, and what a market deposits.


OFF_CURVE = {"kty": "EC", "crv": "P-256", "x": base64url(b"\x01" * 32), "y": base64url(b"\x02" * 32)}
CONFUSED = {
    "RSA1_5": {"alg": "RSA1_5", "epk": None}, "RSA-OAEP": {"alg": "RSA-OAEP-256"},
    "dir": {"alg": "dir"}, "ECDH-ES alone": {"alg": "ECDH-ES"}, "A128KW": {"alg": "ECDH-ES+A128KW"},
    "a password": {"alg": "PBES2-HS512+A256KW", "p2s": base64url(b"salt" * 4), "p2c": 2_000_000_000},
    "a huge p2c beside": {"p2c": 2_000_000_000},
    "none": {"alg": "none"}, "another enc": {"enc": "A128CBC-HS256"}, "zip": {"zip": "DEF"},
    "off the curve": {"epk": OFF_CURVE}, "no epk": {"epk": None}, "another curve": {"epk": {
        "kty": "OKP", "crv": "X25519", "x": base64url(b"\x09" + b"\0" * 31)}},
    "another kid": {"kid": SOMEBODY}, "no kid": {"kid": None}, "no cty": {"cty": None}, "another cty": {"cty": "text"},
    "keys from elsewhere": {"jku": "http://127.0.0.1/keys"}, "critical": {"crit": ["x"], "x": 1},
}


@pytest.mark.parametrize("confusion", CONFUSED)
def test_confused_encryption(confusion: str, world: World, person: SharingPerson) -> None:
    """In the person's release, in a market's, and in a deposit."""
    changes = CONFUSED[confusion]
    flow = world.bank.ask(Asked("shop:card", TIER))
    page = world.consent(flow, person)
    scope = page.scope("shop:card")
    approval = page.approval(scope)
    release = with_header(page.release(scope, approval), changes)
    assert_asked_again(page.send([{"scope": "shop:card", "approval": approval, "release": release}]))
    assert page.refusals()[0].startswith("shop:card: release: ")
    world.shop.behaviour = lambda call: Reply.of_json({"release": with_header(world.shop.release(call), changes)})
    if confusion == "another kid":
        # Whose it is to open the hub need not know; the provider does.
        return
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    assert flow.told["claims_pending"] == {"shop:loyalty": "refused:invalid_release"}
    subject = world.subject(world.shop, person)
    statement = world.shop.statement("shop:card", GOLD, person_key=thumbprint(person.signing_key.public_jwk))
    key = encryption_entry(person.encryption_key)
    jwe = with_header(sealed(statement.presenting(list(GOLD)), "sd-jwt", key), changes)
    held = person.call("GET", "/deposits").json()
    answer = world.shop.push("deposits", [world.shop.deposit_entry(subject, "shop:card", statement, key, jwe=jwe)])
    assert_push_refused(answer, "deposits[0].jwe")
    assert person.call("GET", "/deposits").json() == held


def test_releases_of_the_wrong_form(world: World, person: SharingPerson) -> None:
    """Cut short, too long, plain, or missing."""
    page = world.consent(world.bank.ask(Asked("shop:card", TIER)), person)
    scope = page.scope("shop:card")
    approval = page.approval(scope)
    good = page.release(scope, approval)
    parts = good.split(".")
    for name, release in {
        "missing": None, "empty": "", "a JWS": approval, "cut": good[:-4],
        "a short key": ".".join([parts[0], parts[1][:-8], *parts[2:]]),
        "a long nonce": ".".join([*parts[:2], parts[2] + "AAAA", *parts[3:]]),
        "six parts": good + ".x", "to another key": sealed("x", "JWT", encryption_entry(STRANGER)),
        "too long": sealed("x" * 70_000, "JWT", page.asked["encryption_key"]),
    }.items():
        made = {"scope": "shop:card", "approval": approval, **({} if release is None else {"release": release})}
        assert shown(page.send([made])).html.has("consent-form"), name
    other = page.approval(scope, changes={"digest": {"jwe_hash": SOMEBODY}})
    assert_asked_again(page.send([{"scope": "shop:card", "approval": other, "release": good}]))


# Pushes.


def assert_push_refused(answer: requests.Response, *paths: str) -> None:
    """All or nothing, and what is wrong by its path."""
    assert answer.status_code in (400, 422), f"{answer.status_code} {answer.text}"
    assert error_code(answer) == "invalid_push"
    found = [each["path"] for each in answer.json()["errors"]]
    assert found and (not paths or set(found) == set(paths)), answer.text


def nested(depth: int) -> object:
    """Far too deep."""
    return "TEXT" if depth == 0 else {"city": nested(depth - 1)}


SHAPES = {
    "an unknown claim": {"tier": "TEXT", "salary": "INTEGER"}, "a required one missing": {"points": "INTEGER"},
    "another type": {"tier": "INTEGER"}, "a text for an object": {"tier": "TEXT", "address": "TEXT"},
    "an unknown claim inside": {"tier": "TEXT", "address": {"country": "TEXT"}},
    "values": {"tier": "gold"}, "nothing": {}, "deep": {"tier": "TEXT", "address": nested(6)},
}


@pytest.mark.parametrize("fault", SHAPES)
def test_shape_that_breaks_the_definition(fault: str, world: World, person: SharingPerson) -> None:
    """Of a digest and of a deposit; the good entry beside it is not stored either."""
    subject, shape = world.subject(world.shop, person), SHAPES[fault]
    other = world.subject(world.shop, world.someone(1))
    made = world.shop.statement("shop:loyalty", GOLD)
    good = world.shop.digest_entry(other, "shop:loyalty", world.shop.statement("shop:loyalty", GOLD))
    digests = world.logged("digest", "shop")
    answer = world.shop.push("digests", [good, world.shop.digest_entry(subject, "shop:loyalty", made, shape=shape)])
    assert_push_refused(answer)
    assert all(each["path"].startswith("digests[1].shape") for each in answer.json()["errors"]), answer.text
    held = person.call("GET", "/deposits").json()
    statement = world.shop.statement("shop:card", GOLD, person_key=thumbprint(person.signing_key.public_jwk))
    entry = world.shop.deposit_entry(
        subject, "shop:card", statement, encryption_entry(person.encryption_key), shape=shape)
    answer = world.shop.push("deposits", [entry])
    assert_push_refused(answer)
    assert person.call("GET", "/deposits").json() == held
    assert world.logged("digest", "shop") == digests


def bad_digests(world: World, subject: str) -> dict[str, dict]:
    """Digests that are not what the market may say."""
    shop = world.shop
    good = shop.statement("shop:loyalty", GOLD)

    def said(**options: object) -> dict:
        return shop.digest_entry(subject, "shop:loyalty", shop.statement("shop:loyalty", GOLD, **options))

    few = shop.statement("shop:loyalty", GOLD, changes={"_sd": [SOMEBODY]})
    return {
        "another key": said(signer=STRANGER), "an unknown key": said(header={"kid": SOMEBODY}),
        "another type": said(header={"typ": "JWT"}), "no algorithm": said(header={"alg": "none"}),
        "another market": said(changes={"iss": world.club.uri}),
        "another scope": said(changes={"scope": "shop:card"}), "another version": said(changes={"version": 2}),
        "the person's name": said(changes={"sub": subject}),
        "an e-mail address": said(changes={"email": "x@y.example"}),
        "bound to a key": said(changes={"cnf": {"jkt": SOMEBODY}}), "expired": said(changes={"exp": now() - 1}),
        "of tomorrow": said(changes={"iat": now() + DAY}), "another hash": said(changes={"_sd_alg": "md5"}),
        "few digests": shop.digest_entry(subject, "shop:loyalty", few),
        "with disclosures": shop.digest_entry(
            subject, "shop:loyalty", good, sd_jwt=good.presenting(["tier"])),
        "no tilde": shop.digest_entry(subject, "shop:loyalty", good, sd_jwt=good.issuer_jwt),
        "a person's scope": {**shop.digest_entry(subject, "shop:loyalty", good), "scope": "shop:card"},
        "an unknown scope": {**shop.digest_entry(subject, "shop:loyalty", good), "scope": "shop:nothing"},
        "another market's scope": {**shop.digest_entry(subject, "shop:loyalty", good), "scope": "club:membership"},
        "an unknown version": {**shop.digest_entry(subject, "shop:loyalty", good), "version": 7},
        "an unknown subject": {**shop.digest_entry(subject, "shop:loyalty", good), "subject": SOMEBODY},
        "a past end": {**shop.digest_entry(subject, "shop:loyalty", good), "expires_at": now() - 5},
        "an unknown member": {**shop.digest_entry(subject, "shop:loyalty", good), "values": GOLD},
        "far too long": {**shop.digest_entry(subject, "shop:loyalty", good), "sd_jwt": "x" * 50_000 + "~"},
    }


def test_digests_that_are_refused(world: World, person: SharingPerson) -> None:
    """By their path; nothing is stored or logged, and what was said before still stands."""
    subject = world.subject(world.shop, person)
    digests = world.logged("digest", "shop")
    for name, entry in bad_digests(world, subject).items():
        answer = world.shop.push("digests", [entry])
        assert answer.status_code in (400, 422), f"{name}: {answer.status_code} {answer.text}"
        assert error_code(answer) == "invalid_push", name
        assert all(each["path"].startswith("digests[0]") for each in answer.json()["errors"]), (name, answer.text)
        assert SOMEBODY not in answer.text and subject not in answer.text, name
    assert world.logged("digest", "shop") == digests
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    assert flow.values("shop:loyalty")["tier"] == "gold"


def test_deposits_that_are_refused(world: World, person: SharingPerson) -> None:
    """Sealed to another key, a signature of something else, for somebody without keys."""
    shop, subject = world.shop, world.subject(world.shop, person)
    key = encryption_entry(person.encryption_key)
    made = shop.statement("shop:card", GOLD, person_key=thumbprint(person.signing_key.public_jwk))
    stranger = encryption_entry(STRANGER)
    other = shop.deposit_entry(subject, "shop:card", made, key)
    held = person.call("GET", "/deposits").json()
    for name, entry in {
        "another's key": shop.deposit_entry(subject, "shop:card", made, stranger),
        "said to be theirs": shop.deposit_entry(
            subject, "shop:card", made, stranger, key_id=key["kid"]),
        "a signature over another JWE": {
            **shop.deposit_entry(subject, "shop:card", made, key), "shape_signature": other["shape_signature"]},
        "another shape is signed": shop.deposit_entry(
            subject, "shop:card", made, key, claims={"shape": {"tier": "TEXT"}}),
        "another market signs": shop.deposit_entry(subject, "shop:card", made, key, claims={"iss": world.club.uri}),
        "more is signed": shop.deposit_entry(subject, "shop:card", made, key, claims={"sub": subject}),
        "the market's scope": {**other, "scope": "shop:loyalty"},
        "another market's scope": {**other, "scope": "club:badge"},
        "nobody's keys": {**other, "subject": world.hub.subject("shop", world.hub.people[7].id)},
        "too long": shop.deposit_entry(subject, "shop:card", made, key, jwe="x" * 300_000),
    }.items():
        answer = shop.push("deposits", [entry])
        assert answer.status_code in (400, 422) and error_code(answer) == "invalid_push", f"{name}: {answer.text}"
    assert person.call("GET", "/deposits").json() == held


def test_pushes_of_the_wrong_form(world: World, person: SharingPerson) -> None:
    """Too many, too long, no JSON, without a key."""
    shop, subject, token = world.shop, world.subject(world.shop, person), world.shop.token()
    entry = shop.digest_entry(subject, "shop:loyalty", shop.statement("shop:loyalty", GOLD))
    assert_push_refused(shop.push("digests", [entry] * 101, token=token))
    assert_push_refused(shop.push("digests", [entry, entry], token=token))
    assert_push_refused(shop.push("digests", [], token=token))
    assert shop.push("digests", [], body={"digests": ["x" * MEBIBYTE]}, token=token).status_code == 413
    assert shop.push("digests", [entry], headers={"Idempotency-Key": None}, token=token).status_code == 400
    assert shop.push("digests", [entry], key="k" * 129, token=token).status_code == 400
    assert shop.push("digests", [entry], headers={"Content-Type": "text/plain"}, token=token).status_code == 415


def test_who_may_push(world: World, person: SharingPerson) -> None:
    """A market, by a token for that alone."""
    shop, subject = world.shop, world.subject(world.shop, person)
    entry = shop.digest_entry(subject, "shop:loyalty", shop.statement("shop:loyalty", GOLD))
    url = world.hub.url + "/sharing/digests"
    assert world.wallet.post(url, json={"digests": [entry]}).status_code == 401
    assert shop.push("digests", [entry], token="x" * 43).status_code == 401
    # A service provider gets no such token, and nobody pushes with a person's.
    assert_refused(world.bank.ask_for_token(), 400, "unauthorized_client")
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    assert shop.push("digests", [entry], token=flow.tokens["access_token"]).status_code in (401, 403)
    # By the time the scope is another market's, the token does not help.
    assert_push_refused(world.club.push("digests", [entry]), "digests[0].scope")
    pushed = shop.digest(subject, "shop:loyalty", GOLD)
    path = f"{world.hub.url}/sharing/digests/{pushed['id']}"
    assert world.club.flow().call("DELETE", path, token=world.club.token()).status_code == 404


def test_dpop_at_pushes(world: World, person: SharingPerson) -> None:
    """A bound token needs its key, a proof is good once and for one request."""
    shop, subject = world.shop, world.subject(world.shop, person)
    entry = shop.digest_entry(subject, "shop:loyalty", shop.statement("shop:loyalty", GOLD))
    shop.dpop_key = HolderKey.make()
    try:
        flow, token, url = shop.flow(), shop.token(), world.hub.url + "/sharing/digests"

        def send(proof: str | None, scheme: str = "DPoP") -> requests.Response:
            headers = {
                "Authorization": f"{scheme} {token}", "Idempotency-Key": secrets.token_urlsafe(8),
                **({} if proof is None else {"DPoP": proof})}
            return world.wallet.post(url, json={"digests": [entry]}, headers=headers)

        first = send(dpop_proof(shop.dpop_key, "POST", url, token=token))
        nonce = first.headers.get("DPoP-Nonce")
        good = dpop_proof(shop.dpop_key, "POST", url, token=token, nonce=nonce)
        assert send(good).status_code == 200
        assert send(good).status_code == 401, "a proof was taken twice"
        assert send(None, "Bearer").status_code == 401 and send(None).status_code == 401
        for wrong in (
            dpop_proof(STRANGER, "POST", url, token=token, nonce=nonce),
            dpop_proof(shop.dpop_key, "DELETE", url, token=token, nonce=nonce),
            dpop_proof(shop.dpop_key, "POST", world.hub.url + "/sharing/deposits", token=token, nonce=nonce),
            dpop_proof(shop.dpop_key, "POST", url, token="another", nonce=nonce),
            dpop_proof(shop.dpop_key, "POST", url, token=token, nonce=nonce, claims={"iat": now() - 3600}),
        ):
            assert send(wrong).status_code == 401
        assert flow.client.dpop_key is shop.dpop_key
    finally:
        shop.dpop_key = None


# Erasure.


def test_erasure_and_audit(world: World) -> None:
    """What was pushed is gone, the leaf stays, and the ledger is whole."""
    person = world.someone(2)
    made, subject = world.shop.statement("shop:loyalty", GOLD), world.subject(world.shop, person)
    entries = [world.shop.digest_entry(subject, "shop:loyalty", made)]
    pushed = world.shop.push("digests", entries, key="to-be-erased").json()["results"][0]
    card, log = world.say(person, "shop:card"), world.log()
    for each in (pushed, card):
        log.verify(each["ledger"]["index"], from_base64url(each["ledger"]["entry"]))
    digests = world.logged("digest", "shop")
    token, flow = world.shop.token(), world.shop.flow()
    address = f"{world.hub.url}/sharing/digests/{pushed['id']}"
    assert flow.call("DELETE", address, token=token).status_code == 204
    assert flow.call("DELETE", address, token=token).status_code == 404
    assert person.call("DELETE", f"/deposits/{card['id']}").status_code == 204
    assert person.call("GET", f"/deposits/{card['id']}").status_code == 404
    page = world.consent(world.bank.ask(Asked("shop:loyalty", ["points"]), Asked("shop:card", ["points"])), person)
    assert page.scope("shop:loyalty")["digest"] is None and page.scope("shop:card")["deposit"] is None
    assert not any(claim["have"] for scope in page.asked["scopes"] for claim in scope["claims"])
    for each in (pushed, card):
        world.log().verify(each["ledger"]["index"], from_base64url(each["ledger"]["entry"]))
    # Asked again, the hub does not say any more what the entry commits to.
    again = world.shop.push("digests", entries, key="to-be-erased")
    assert again.status_code == 200 and "ledger" not in again.json()["results"][0]
    assert world.logged("digest", "shop") == digests
    audit = world.hub.run("ledger", "verify")
    assert audit.returncode == 0, audit.stdout + audit.stderr


# The vault.


def test_the_vault_is_its_owners(world: World, person: SharingPerson) -> None:
    """Neither deposits nor keys are shown to others, by whatever token."""
    other = world.someone(1)
    [mine, *_] = person.call("GET", "/deposits").json()["deposits"]
    for method in ("GET", "DELETE"):
        assert_refused(other.call(method, f"/deposits/{mine['id']}"), 404, "unknown_deposit")
    assert person.call("GET", f"/deposits/{mine['id']}").status_code == 200
    assert_refused(other.call("POST", "", other.vault_document()), 409, "vault_exists")
    # A token in the hands of another page.
    assert person.call("GET", token=other.token).status_code == 401
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    for token in (flow.tokens["access_token"], world.shop.token(), "", "x" * 200):
        assert person.call("GET", token=token or "x").status_code == 401
    assert person.call("GET", headers={"Authorization": f"Bearer {person.token}", "DPoP": None}).status_code == 401
    assert person.call("GET", headers={"Authorization": None}).status_code == 401


def test_dpop_at_the_vault(world: World, person: SharingPerson) -> None:
    """Each proof is good once, for one method, address and token."""
    url = world.hub.url + "/sharing/vault"
    person.call("GET")
    good = dpop_proof(person.page_key, "GET", url, token=person.token, nonce=person.nonce)
    assert person.call("GET", proof=good).status_code == 200
    assert person.call("GET", proof=good).status_code == 401, "a proof was taken twice"
    for wrong in (
        dpop_proof(STRANGER, "GET", url, token=person.token, nonce=person.nonce),
        dpop_proof(person.page_key, "POST", url, token=person.token, nonce=person.nonce),
        dpop_proof(person.page_key, "GET", url + "/deposits", token=person.token, nonce=person.nonce),
        dpop_proof(person.page_key, "GET", url, token="another", nonce=person.nonce),
        dpop_proof(person.page_key, "GET", url, nonce=person.nonce),
        dpop_proof(person.page_key, "GET", url, token=person.token, nonce=person.nonce, claims={"iat": now() - 3600}),
    ):
        assert person.call("GET", proof=wrong).status_code == 401


def test_oversized(world: World, person: SharingPerson) -> None:
    """To the vault, in requests, in definitions."""
    document = person.vault_document({"statement": "x" * MEBIBYTE})
    assert person.call("POST", "", document).status_code == 413
    flow = world.bank.ask(Asked("shop:loyalty", [f"c{number}" for number in range(20_000)]))
    assert flow.push().status_code in (400, 413)
    claims = [{"name": f"claim{number}", "type": "TEXT", "display": [{"locale": "en", "name": "x" * 900}]}
              for number in range(64)]
    answer = world.hub.manage("POST", "/scopes", definition("shop:huge", "market", claims))
    assert answer.status_code in (413, 422), answer.text
    for method, path in (("POST", "/unlock"), ("POST", "/keys"), ("POST", "/ways")):
        assert person.call(method, path, {"change": "x" * MEBIBYTE}).status_code == 413, path


def test_vault_tokens_are_for_the_page(world: World) -> None:
    """Not for other sites, nor without the form's token, nor after the end of the session."""
    person = SharingPerson(world.hub.people[6], world.hub, PlainBrowser()).log_in()
    for headers in (
        {"X-CSRF": "x"}, {"X-CSRF": None}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
    ):
        assert person.ask_for_token(headers).status_code in (400, 401, 403), headers
    with PlainBrowser() as stranger:
        answer = stranger.send(
            "POST", world.hub.url + "/account/vault/token",
            headers={"X-CSRF": person.gate["data-csrf"], "Origin": world.hub.url})
        assert answer.status_code in (400, 401, 403)
    person.make_vault()
    assert person.call("GET").status_code == 200
    page = person.browser.show(world.hub.url + "/account")
    button = page.html.one("sign-out")
    person.browser.press_element(page, button)
    assert person.call("GET").status_code == 401


VAULTS: dict[str, Callable[[SharingPerson], dict]] = {
    "one way in": lambda person: {"ways": person.vault_document()["ways"][:1]},
    "the same way twice": lambda person: {"ways": person.vault_document()["ways"][:1] * 2},
    "a private key": lambda person: {"sig": {**signing_entry(person.signing_key), "d": "x"}},
    "another's statement": lambda person: {"statement": SharingPerson(person.person, person.hub, None).statement()},
    "a statement of other keys": lambda person: {
        "statement": person.statement(changes={"enc": encryption_entry(STRANGER)})},
    "an old statement": lambda person: {"statement": person.statement(changes={"iat": now() - 4000})},
    "a key by another name": lambda person: {"enc": {**encryption_entry(person.encryption_key), "kid": SOMEBODY}},
    "a point off the curve": lambda person: {"enc": {**encryption_entry(person.encryption_key), **OFF_CURVE}},
    "one key for both": lambda person: {"enc": {**encryption_entry(person.signing_key)}},
    "an unwrapped key": lambda person: {"private_keys": {"enc": "AAAA", "sig": "AAAA"}},
    "something more": lambda person: {"password": "secret"},
}


def test_vaults_that_are_refused(world: World) -> None:
    """And then the good one is made."""
    person = SharingPerson(world.hub.people[5], world.hub, PlainBrowser()).log_in()
    for name, changes in VAULTS.items():
        answer = person.call("POST", "", person.vault_document(changes(person)))
        assert answer.status_code in (400, 409), f"{name}: {answer.status_code} {answer.text}"
        assert person.call("GET").status_code == 404, name
    person.make_vault()
    # New keys come by the old one alone.
    vault = person.call("GET").json()
    thief = SharingPerson(person.person, person.hub, person.browser)
    thief.signing_key = HolderKey.make()
    thief.page_key, thief.nonce = person.page_key, person.nonce
    thief.__dict__["token"] = person.token
    with pytest.raises(AssertionError):
        thief.rotate()
    assert person.call("GET").json()["sig"] == vault["sig"]
    person.browser.close()


# Requests.


DETAILS: dict[str, tuple[dict, str]] = {
    "an unknown claim": ({"claims": [{"name": "salary"}]}, "invalid_authorization_details"),
    "a claim twice": ({"claims": [{"name": "tier"}, {"name": "tier"}]}, "invalid_authorization_details"),
    "no claims": ({"claims": []}, "invalid_authorization_details"),
    "too many claims": ({"claims": [{"name": f"c{n}"} for n in range(65)]}, "invalid_authorization_details"),
    "a long purpose": ({"purpose": "x" * 301}, "invalid_authorization_details"),
    "a purpose with control characters": ({"purpose": "yes\u202e\u0007"}, "invalid_authorization_details"),
    "a private key": ({"encryption_key": {**STRANGER.private_jwk}}, "invalid_authorization_details"),
    "off the curve": ({"encryption_key": OFF_CURVE}, "invalid_authorization_details"),
    "another curve": ({"encryption_key": HolderKey.make("EdDSA").public_jwk}, "invalid_authorization_details"),
    "no key": ({"encryption_key": None}, "invalid_authorization_details"),
    "a scope that was not asked for": ({"scope": "club:membership"}, "invalid_authorization_details"),
    "an unknown member": ({"market_uri": "http://127.0.0.1/"}, "invalid_authorization_details"),
}


@pytest.mark.parametrize("fault", DETAILS)
def test_requests_that_are_refused(fault: str, world: World) -> None:
    """When they are pushed, by what is wrong."""
    changes, code = DETAILS[fault]
    flow = world.bank.ask(Asked("shop:loyalty", TIER))
    flow.details = [{name: value for name, value in {**flow.details[0], **changes}.items() if value is not None}]
    assert_refused(flow.push(), 400, code)


def test_two_keys_in_one_request(world: World) -> None:
    """Who would know which is the provider's?"""
    flow = world.bank.ask(Asked("shop:loyalty"), Asked("shop:card"))
    flow.details[1]["encryption_key"] = encryption_entry(STRANGER)
    assert_refused(flow.push(), 400, "invalid_authorization_details")
    flow = world.bank.ask(Asked("shop:loyalty"), Asked("shop:loyalty"), scope="openid shop:loyalty")
    assert_refused(flow.push(), 400, "invalid_authorization_details")


def test_requests_signed_by_others(world: World) -> None:
    """A changed or foreign request object, and parameters beside it."""
    flow = world.bank.ask(Asked("shop:loyalty"))
    parameters = {**flow.parameters, "authorization_details": flow.details}
    for name, made in {
        "by a stranger": request_object(
            world.bank.key, "bank", world.hub.url, parameters, signer=STRANGER),
        "by nobody": unsigned({"typ": "oauth-authz-req+jwt"}, {**parameters, "iss": "bank", "aud": world.hub.url}),
        "by another client": request_object(world.loans.key, "loans", world.hub.url, parameters),
        "for another server": request_object(world.bank.key, "bank", "https://other.example", parameters),
    }.items():
        answer = flow.push({"request": made})
        assert answer.status_code in (400, 401), f"{name}: {answer.text}"
    # What stands beside a request object does not count (RFC 9101 section 6.3).
    answer = flow.push({"scope": "openid shop:card", "authorization_details": "[]"})
    if answer.status_code == 201:
        person = world.someone(0)
        flow.__dict__["pushed"] = answer.json()
        page = world.consent(flow, person)
        assert [each["scope"] for each in page.asked["scopes"]] == ["shop:loyalty"]


def test_who_may_ask(world: World) -> None:
    """Approved providers alone, of markets that give to them, and that they take from."""
    wallet, hub = world.wallet, world.hub
    pending = ServiceProvider("pending", hub, wallet)
    hub.managed("POST", "/organizations", pending.document(state="approved"))
    assert pending.ask(Asked("shop:loyalty")).push().status_code in (400, 401)
    picky, shy = ServiceProvider("picky", hub, wallet), Market("shy", hub, wallet, world.server)
    hub.approve(picky.document(partners=["club"]), shy.document(partners=["loans"]))
    hub.define(definition("shy:loyalty", "market", LOYALTY))
    assert_refused(picky.ask(Asked("shop:loyalty")).push(), 400, "invalid_scope")
    assert picky.ask(Asked("club:membership")).push().status_code == 201
    assert_refused(world.bank.ask(Asked("shy:loyalty")).push(), 400, "invalid_scope")
    assert world.loans.ask(Asked("shy:loyalty")).push().status_code == 201
    assert_refused(world.bank.ask(Asked("shop:nothing")).push(), 400, "invalid_scope")
    assert_refused(world.bank.ask(Asked("nobody:nothing")).push(), 400, "invalid_scope")


def test_suspended(world: World) -> None:
    """A market, in the middle of everything: tokens, pushes, requests and keys end; consents of others go on."""
    hub, wallet = world.hub, world.wallet
    brief = Market("brief", hub, wallet, world.server)
    guest = ServiceProvider("guest", hub, wallet)
    hub.approve(brief.document(), guest.document())
    brief.trust(guest)
    hub.define(definition("brief:loyalty", "market", LOYALTY))
    person = world.someone(1)
    subject = hub.subject("brief", person.person.id)
    brief.digest(subject, "brief:loyalty", GOLD)
    token = brief.token()
    page = world.consent(guest.ask(Asked("brief:loyalty", TIER)), person)
    shared = world.share(guest.ask(Asked("brief:loyalty", TIER)), person)
    assert shared.values("brief:loyalty")["tier"] == "gold"
    hub.managed("POST", "/organizations/brief/suspend", {})
    entry = brief.digest_entry(subject, "brief:loyalty", brief.statement("brief:loyalty", GOLD))
    assert brief.push("digests", [entry], token=token).status_code in (401, 403)
    assert brief.ask_for_token().status_code in (400, 401)
    assert_refused(guest.ask(Asked("brief:loyalty")).push(), 400, "invalid_scope")
    assert wallet.http.get(hub.url + "/sharing/organizations/brief/keys", timeout=10).status_code == 404
    result = page.allow()
    assert not isinstance(result, Departure) or "code" not in result.parameters, "agreed with a suspended market"
    hub.managed("POST", "/organizations/guest/suspend", {})
    assert shared.user_info().status_code == 401
    assert guest.ask(Asked("shop:loyalty")).push().status_code in (400, 401)


def test_another_clients_scopes(make_provider: Callable, world: World) -> None:
    """An ordinary client does not get what is between markets and service providers, and is no longer one of these."""
    document = ServiceProvider("bank", world.hub, world.wallet).document()
    assert world.hub.manage("POST", "/organizations", document).status_code == 409
    assert world.hub.manage("POST", "/organizations", {**document, "id": "hub"}).status_code == 409
    assert world.wallet.post(world.hub.url + "/sharing/organizations", json=document).status_code in (404, 405)


# Inside addresses.


def test_addresses_on_the_inside(world: World) -> None:
    """What the configuration does not allow the hub does not call: releases and withdrawals."""
    person = world.someone(1)
    with SmallServer() as inside:
        lure = Market("lure", world.hub, world.wallet, inside)
        world.hub.approve(lure.document())
        lure.trust(world.bank)
        world.hub.define(definition("lure:loyalty", "market", LOYALTY))
        lure.digest(world.hub.subject("lure", person.person.id), "lure:loyalty", GOLD)
        world.say(person)
        asked = Asked("lure:loyalty", ["tier"]), Asked("shop:loyalty", ["tier"])
        flow = world.share(world.bank.ask(*asked), person, days=30)
        assert flow.told["claims_pending"] == {"lure:loyalty": "unreachable"}
        told = len(world.shop.events)
        person.withdraw_newest()
        world.shop.wait_for_events(told + 1)
        assert inside.received == []


BAD_ORGANIZATIONS: dict[str, dict] = {
    "http to the inside": {"market_uri": "http://10.0.0.1/shop"},
    "another scheme": {"market_uri": "file:///etc/passwd"},
    "user information": {"market_uri": "https://x@market.example/"},
    "a fragment": {"market_uri": "https://m.example/#x"},
    "a notification to the inside": {"notification_uri": "http://192.168.1.1/"},
    "another role": {"roles": ["operator"]}, "no role": {"roles": []}, "no keys": {"jwks": {"keys": []}},
    "a private key": {"jwks": {"keys": [{**signing_entry(STRANGER), "d": STRANGER.private_jwk["d"]}]}},
    "a long name": {"id": "x" * 41}, "a name with capitals": {"id": "Shop"}, "no display": {"display": []},
    "keys by address": {"jwks_uri": "http://127.0.0.1/keys"},
    "a redirect with fragment": {"roles": ["market", "provider"], "redirect_uris": ["https://m.example/#x"]},
    "oversized": {"display": [{"locale": "en", "name": "x" * 100_000}]},
}


@pytest.mark.parametrize("fault", BAD_ORGANIZATIONS)
def test_organizations_that_are_refused(fault: str, world: World) -> None:
    """By the operator's own interface too."""
    market = Market("new-market", world.hub, world.wallet, world.server)
    answer = world.hub.manage("POST", "/organizations", {**market.document(), **BAD_ORGANIZATIONS[fault]})
    assert answer.status_code in (400, 413, 422), answer.text
    assert world.hub.manage("GET", "/organizations/new-market").status_code == 404
