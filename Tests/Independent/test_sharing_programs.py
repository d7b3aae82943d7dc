"""The programs of markets and service providers at a real hub: with each other, and with independent ones that lie."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from client_proofs import dpop_proof
from holder_keys import HolderKey, base64url, thumbprint
from plain_browser import PlainBrowser, departed
from proofs import forge
from sharing_fixtures import TIER, World
from sharing_market import ReleaseCall
from sharing_messages import NotBelieved, encryption_entry, hash_of, parts_of, sealed, signed
from sharing_person import SharingPerson
from sharing_programs import MarketProgram, ProviderProgram
from sharing_provider import Asked
from sharing_setup import GOLD, LOYALTY, definition
from small_server import Received, Reply

pytest_plugins = ["sharing_fixtures"]

CHOSEN = {"tier": "gold", "points": 1200}
LOYALTY_ORDER = ["--claim", "tier!", "--claim", "points", "--purpose", "To offer you our premium account"]


@pytest.fixture(scope="module")
def depot(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketProgram]:
    """A market that runs the program."""
    made = MarketProgram("depot", world.hub, tmp_path_factory.mktemp("depot"), world.program_port, world.server)
    world.hub.define(definition("depot:loyalty", "market", LOYALTY), definition("depot:card", "person", LOYALTY))
    made.run("trust", "bank")
    yield made.start()
    made.program.stop()


@pytest.fixture(scope="module")
def broker(world: World, tmp_path_factory: pytest.TempPathFactory) -> ProviderProgram:
    """A service provider that runs the program."""
    made = ProviderProgram("broker", world.hub, tmp_path_factory.mktemp("broker"))
    answer = world.wallet.http.get(world.hub.url + "/sharing/organizations/broker/keys", timeout=10).json()
    for market in (world.shop, world.club):
        market.partners["broker"] = answer["keys"]
    return made


@pytest.fixture(scope="module")
def trusting(depot: MarketProgram, broker: ProviderProgram) -> MarketProgram:
    """The market once it gives to the service provider too."""
    depot.program.stop()
    depot.run("trust", "broker")
    return depot.start()


def tell(world: World, depot: MarketProgram, person: SharingPerson, scope: str, values: dict = GOLD) -> dict:
    """The program says something about somebody."""
    command = "push" if scope == "depot:card" else "digest"
    return depot.say(command, scope, world.hub.subject("depot", person.person.id), values)


def test_the_markets_program(world: World, depot: MarketProgram) -> None:
    """With an independent service provider: both cases."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    tell(world, depot, person, "depot:card")
    asked = Asked("depot:loyalty", TIER), Asked("depot:card", ["tier", "address", "share", "member"])
    flow = world.share(world.bank.ask(*asked), person)
    assert flow.values("depot:loyalty") == CHOSEN
    assert flow.values("depot:card") == {name: GOLD[name] for name in ("tier", "address", "share", "member")}


def test_the_markets_program_gives_to_partners_only(world: World, depot: MarketProgram) -> None:
    """Whom its own list does not have gets nothing, whatever the hub and the person say."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    flow = world.share(world.loans.ask(Asked("depot:loyalty", TIER)), person)
    assert flow.told["claims_pending"] == {"depot:loyalty": "refused:untrusted_partner"}


def test_the_markets_program_is_killed(world: World, depot: MarketProgram) -> None:
    """While it is down the consent waits; afterwards it knows what it has said."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    depot.kill()
    try:
        flow = world.share(world.bank.ask(Asked("depot:loyalty", TIER)), person)
        assert flow.told["claims_pending"] == {"depot:loyalty": "unreachable"}
    finally:
        depot.start()
    assert flow.values("depot:loyalty", flow.told_now()) == CHOSEN


# Between the hub and the market.


def stolen(depot: MarketProgram, received: Received) -> dict[str, tuple[dict, dict, int, str]]:
    """What somebody tries who has read a request: headers, members of the body, and what the market says."""
    url, key = depot.uri + "/release", HolderKey.make()
    token = received.headers["Authorization"].split()[1]
    own = dpop_proof(key, "POST", url, token=token)
    header, payload, signature = token.split(".")
    widened = {**parts_of(token)[1], "authorization_details": [
        {**parts_of(token)[1]["authorization_details"][0], "claims": ["tier", "points", "address"]}]}
    forged = ".".join([header, base64url(json.dumps(widened).encode()), signature])
    signed = forge({**parts_of(token)[0]}, widened, key)
    return {
        "the same again": ({}, {}, 401, "invalid_token"),
        "a proof of its own key": ({"DPoP": own}, {}, 401, "invalid_token"),
        "no proof": ({"DPoP": None}, {}, 401, "invalid_dpop_proof"),
        "as a bearer token": ({"Authorization": f"Bearer {token}", "DPoP": None}, {}, 401, "invalid_token"),
        "no token": ({"Authorization": None}, {}, 401, ""),
        "a widened token": (
            {"Authorization": f"DPoP {forged}", "DPoP": dpop_proof(key, "POST", url, token=forged)}, {}, 401,
            "invalid_token"),
        "a token of its own": (
            {"Authorization": f"DPoP {signed}", "DPoP": dpop_proof(key, "POST", url, token=signed)}, {}, 401,
            "invalid_token"),
    }


def test_requests_that_were_overheard(world: World, depot: MarketProgram) -> None:
    """Whoever sees what the hub sends cannot use it."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    flow = world.share(world.bank.ask(Asked("depot:loyalty", TIER)), person)
    assert flow.values("depot:loyalty") == CHOSEN
    received = depot.passed[-1]
    for name, (headers, body, status, code) in stolen(depot, received).items():
        answer = depot.send(received, headers, body)
        assert answer.status_code == status, f"{name}: {answer.status_code} {answer.text}"
        assert code in answer.text + answer.headers.get("WWW-Authenticate", ""), f"{name}: {answer.text}"
        assert "release" not in (answer.json() if answer.content else {}), name


def changed_on_the_way(world: World, person: SharingPerson) -> dict[str, tuple[Callable[[dict], dict], str]]:
    """What a dishonest hub puts into a request whose token is right, and what the market says."""
    stranger = HolderKey.make()

    def approval(changes: dict, signer: HolderKey | None = None) -> Callable[[dict], dict]:
        def change(body: dict) -> dict:
            _, claims = parts_of(body["approval"])
            return {"approval": signed(
                person.signing_key, "consent-approval+jwt", claims, changes=changes, signer=signer)}
        return change

    def request(signer: HolderKey) -> Callable[[dict], dict]:
        def change(body: dict) -> dict:
            header, claims = parts_of(body["request"])
            claims["authorization_details"][0]["encryption_key"] = encryption_entry(stranger)
            return {"request": forge(header, claims, signer)}
        return change

    other = SharingPerson(person.person, person.hub, person.browser)
    return {
        "another key in the request": (request(stranger), "invalid_request_object"),
        "another key in a request that the provider signed": (request(world.bank.key), "invalid_approval"),
        "an unsigned request": (lambda body: {"request_signed": False}, "invalid_request_object"),
        "another encryption key": (
            approval({"encryption_jkt": thumbprint(stranger.public_jwk)}), "invalid_approval"),
        "fewer claims than the token": (approval({"claims": ["tier"]}), "invalid_token"),
        "more claims than were asked for": (approval({"claims": ["tier", "points", "share"]}), "invalid_approval"),
        "by somebody else": (approval({}, stranger), "invalid_approval"),
        "another client": (approval({"client_id": "loans"}), "invalid_approval"),
        "another approval's name": (approval({"jti": "x"}), "invalid_token"),
        "another digest": (approval({"digest": {"hash": "A" * 43, "index": 1}}), "superseded"),
        "over": (approval({"iat": 1_700_000_000, "exp": 1_700_000_300, "until": 1_700_000_300}), "invalid_approval"),
        "other keys of the person": (lambda body: {"statements": [other.statement()]}, "invalid_approval"),
        "no keys": (lambda body: {"statements": []}, "invalid_request"),
        "something more": (lambda body: {"admin": True}, "invalid_request"),
    }


CHANGED = [
    "another key in the request", "another key in a request that the provider signed", "an unsigned request",
    "another encryption key", "fewer claims than the token", "more claims than were asked for", "by somebody else",
    "another client", "another approval's name", "another digest", "over", "other keys of the person", "no keys",
    "something more",
]


@pytest.mark.parametrize("change", CHANGED)
def test_a_dishonest_middle(change: str, world: World, depot: MarketProgram) -> None:
    """The token is the hub's, the first to be used; the market still gives nothing, and afterwards the truth."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    changes = changed_on_the_way(world, person)
    assert set(changes) == set(CHANGED)
    make, code = changes[change]

    def meddle(received: Received) -> Reply:
        answer = depot.send(received, body=make(json.loads(received.body)))
        return Reply(answer.content, answer.headers.get("Content-Type", ""), answer.status_code)

    world.server.publish("/depot/release", meddle)
    try:
        flow = world.share(world.bank.ask(Asked("depot:loyalty", TIER)), person)
        assert flow.told["claims_pending"] == {"depot:loyalty": "refused:" + code}
    finally:
        world.server.publish("/depot/release", depot.pass_on)
    assert flow.values("depot:loyalty", flow.told_now()) == CHOSEN


def test_one_name_for_two_approvals(world: World, depot: MarketProgram) -> None:
    """Whoever signs a second approval by the name of the first gets nothing by it."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    for expected in (None, {"depot:loyalty": "refused:invalid_approval"}):
        flow = world.share(
            world.bank.ask(Asked("depot:loyalty", TIER)), person, changes={"jti": "one-name-for-two"})
        assert flow.told.get("claims_pending") == expected


def test_withdrawal_reaches_the_program(world: World, depot: MarketProgram) -> None:
    """It takes the hub's word, and nobody else's."""
    person = world.someone(0)
    tell(world, depot, person, "depot:loyalty")
    flow = world.share(world.bank.ask(Asked("depot:loyalty", TIER)), person, days=30)
    assert flow.values("depot:loyalty") == CHOSEN
    told = len(world.server.to("/depot/withdrawals"))
    person.withdraw_newest()
    received = world.server.wait_for("/depot/withdrawals", told + 1)
    assert depot.send(received).status_code == 202, "the same event may come twice"
    changed = Received(received.method, received.path, received.headers, received.body[:-4] + b"AAAA")
    assert depot.send(changed).status_code == 400
    assert flow.user_info().status_code == 401
def wait_until(is_so: Callable[[], bool]) -> None:
    """At most half a minute."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


QUERY = 'SELECT name AS subject, tier, points, city AS "address.city" FROM members ORDER BY name'


def members(file: Path, *rows: tuple) -> None:
    """A database of a market's own."""
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE IF NOT EXISTS members (name TEXT PRIMARY KEY, tier TEXT, points INT, city TEXT)")
        database.executemany("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", rows)


def test_a_markets_database(world: World, depot: MarketProgram, tmp_path: Path) -> None:
    """Rows of a statement are pushed as those of a file; what is wrong is named by its row."""
    person, file = world.someone(0), tmp_path / "members.db"
    subject = world.hub.subject("depot", person.person.id)
    members(file, (subject, "gold", 1200, None))
    source = ["--database", str(file), "--query", QUERY, "--scope", "depot:loyalty"]
    assert [each["subject"] for each in json.loads(depot.run("digest", *source, "--json"))["results"]] == [subject]
    flow = world.share(world.bank.ask(Asked("depot:loyalty", TIER)), person)
    assert flow.values("depot:loyalty") == CHOSEN
    members(file, ("zzz", "platinum", -1, None))
    assert "row 2: claims.tier" in depot.run("digest", *source, code=1)
    assert "SELECT is expected" in depot.run(
        "digest", *source[:2], "--query", "DELETE FROM members", *source[4:], code=1)


def test_a_market_watches(world: World, depot: MarketProgram, tmp_path: Path) -> None:
    """What has changed is pushed, once; who has no vault is passed over until they have one."""
    file = tmp_path / "members.db"
    first, late = world.someone(0), SharingPerson(world.hub.people[5], world.hub, PlainBrowser()).log_in()
    known, unknown = (world.hub.subject("depot", each.person.id) for each in (first, late))
    members(file, (known, "gold", 1, None), (unknown, "silver", 2, None))
    source = ["--database", str(file), "--query", QUERY, "--scope", "depot:card", "--json", "--watch", "1s"]
    watch = depot.watching("push", *source)

    def pushed() -> list[str]:
        lines = [json.loads(line) for line in watch.log.read_text().splitlines() if line.startswith("{")]
        return [result["subject"] for line in lines for result in line["results"]]

    try:
        wait_until(lambda: pushed() == [known])
        assert "1 rows wait" in watch.log.read_text()
        late.make_vault()
        wait_until(lambda: pushed() == [known, unknown])
        members(file, (known, "gold", 3, None))
        wait_until(lambda: pushed() == [known, unknown, known])
        watch.process.kill()
        watch.process.wait()
        watch.start(lambda: True)
        members(file, (unknown, "gold", 2, None))
        wait_until(lambda: pushed() == [known, unknown, known, unknown])
    finally:
        watch.stop()


def test_the_programs_with_each_other(world: World, trusting: MarketProgram, broker: ProviderProgram) -> None:
    """Both cases; what is verified stands in the report."""
    person = world.someone(0)
    pushed = tell(world, trusting, person, "depot:loyalty")
    tell(world, trusting, person, "depot:card")
    with broker.asking(
        "--scope", "depot:loyalty", "--scope", "depot:card", "--claim", "depot:loyalty.tier!",
        "--claim", "depot:loyalty.points", "--claim", "depot:card.address",
    ) as request:
        request.agree(person)
        report = request.report()
    assert report["refused"] == [] and report["pending"] == {}
    by_scope = {each["scope"]: each for each in report["received"]}
    assert by_scope["depot:loyalty"]["values"] == CHOSEN
    assert by_scope["depot:card"]["values"] == {"address": GOLD["address"]}
    for scope in by_scope.values():
        assert scope["relied_on"]["ledger"]["verified"] and scope["relied_on"]["market_key"]["ledger"]["verified"]
    assert by_scope["depot:loyalty"]["relied_on"]["ledger"]["index"] == pushed["ledger"]["index"]


def test_the_providers_program(world: World, broker: ProviderProgram) -> None:
    """With an independent market: kept by the market, kept by the person, typed."""
    person = world.someone(0)
    world.say(person)
    world.say(person, "shop:card")
    with broker.asking("--scope", "shop:loyalty", "--scope", "shop:card", "--scope", "club:badge") as request:
        request.agree(person, typed={"club:badge": {"tier": "silver"}})
        report = request.report()
    received = {each["scope"]: each for each in report["received"]}
    assert received["shop:loyalty"]["values"] == received["shop:card"]["values"] == GOLD
    assert received["club:badge"]["values"] == {"tier": "silver"} and received["club:badge"]["self_asserted"]
    assert world.shop.complaints == []


def test_after_new_keys(world: World, broker: ProviderProgram) -> None:
    """What the person was given for earlier keys they can still share."""
    person = world.someone(4)
    world.say(person)
    world.say(person, "shop:card")
    person.rotate()
    with broker.asking("--scope", "shop:loyalty", "--scope", "shop:card") as request:
        request.agree(person)
        assert [each["values"] for each in request.report()["received"]] == [GOLD, GOLD]


def test_the_providers_program_asks_again(world: World, broker: ProviderProgram) -> None:
    """For as long as it is told."""
    person = world.someone(0)
    world.say(person)
    turns = []

    def later(call: ReleaseCall) -> Reply:
        turns.append(call)
        if len(turns) < 3:
            return Reply.of_json({}, 202, Retry_After="1")
        return Reply.of_json({"release": world.shop.release(call)})

    world.shop.behaviour = later
    with broker.asking("--scope", "shop:loyalty", *LOYALTY_ORDER, wait=20) as request:
        request.agree(person)
        assert request.report()["received"][0]["values"] == CHOSEN
    world.shop.behaviour = lambda _: Reply.of_json({"error": "superseded"}, 409)
    with broker.asking("--scope", "shop:loyalty", *LOYALTY_ORDER) as request:
        request.agree(person)
        assert request.report(code=1)["pending"] == {"shop:loyalty": "refused:superseded"}


# Lies. The hub passes on what it cannot read.


def lies(world: World) -> dict[str, Callable[[ReleaseCall], str]]:
    """What a market gives in place of the truth."""
    shop, stranger = world.shop, HolderKey.make()

    def presenting(make: Callable[[ReleaseCall], str], **options: object) -> Callable[[ReleaseCall], str]:
        return lambda call: shop.release(call, presentation=make(call), **options)

    def changed(call: ReleaseCall) -> str:
        forged = shop.statement("shop:loyalty", {"tier": "gold", "points": 999_999})
        return "~".join([
            call.statement.issuer_jwt, call.statement.disclosures["tier"], forged.disclosures["points"], ""])

    return {
        "another person's data": presenting(lambda call: shop.statement(
            "shop:loyalty", {"tier": "bronze", "points": 3}).presenting(["tier", "points"])),
        "a changed value": presenting(changed),
        "a claim that was not agreed": presenting(
            lambda call: call.statement.presenting(["tier", "points", "address"])),
        "a claim less": presenting(lambda call: call.statement.presenting(["tier"])),
        "a claim twice": presenting(lambda call: call.statement.presenting(["tier", "points", "points"])),
        "a superseded digest": presenting(lambda call: shop.said[
            (call.token["sub"], "shop:loyalty")][-2].presenting(["tier", "points"])),
        "another scope": lambda call: shop.release(call, changes={"scope": "shop:history"}),
        "another version": lambda call: shop.release(call, changes={"version": 2}),
        "for another provider": lambda call: shop.release(call, changes={"aud": "loans"}),
        "under another approval": lambda call: shop.release(call, changes={"approval_hash": hash_of("x")}),
        "of another request": lambda call: shop.release(call, changes={"request_hash": hash_of("x")}),
        "expired": lambda call: shop.release(call, changes={"iat": 1_700_000_000, "exp": 1_700_000_600}),
        "for a year": lambda call: shop.release(call, changes={"exp": 4_000_000_000}),
        "by a stranger": lambda call: shop.release(call, signer=stranger),
        "from another market": lambda call: shop.release(call, changes={"iss": world.club.uri}),
        "values of nobody": lambda call: shop.release(call, changes={"sd_jwt": None, "values": CHOSEN}),
        "to another key": lambda call: shop.release(call, public_jwk=encryption_entry(stranger)),
        "unsigned": lambda call: sealed("no JWT", "JWT", call.detail["encryption_key"]),
    }


LIES = [
    "another person's data", "a changed value", "a claim that was not agreed", "a claim less", "a claim twice",
    "a superseded digest", "another scope", "another version", "for another provider", "under another approval",
    "of another request", "expired", "for a year", "by a stranger", "from another market", "values of nobody",
    "to another key", "unsigned",
]


@pytest.mark.parametrize("lie", LIES)
def test_markets_that_lie(lie: str, world: World, broker: ProviderProgram) -> None:
    """The hub says who made it and under which approval; neither provider believes it."""
    person = world.someone(0)
    world.say(person, values={**GOLD, "points": 7})
    world.say(person)
    assert set(lies(world)) == set(LIES)
    world.shop.behaviour = lambda call: Reply.of_json({"release": lies(world)[lie](call)})
    with broker.asking("--scope", "shop:loyalty", *LOYALTY_ORDER) as request:
        request.agree(person)
        report = request.report(code=1)
    assert report["received"] == [] and [each["scope"] for each in report["refused"]] == ["shop:loyalty"], report
    assert report["refused"][0]["problem"]
    flow = world.share(world.bank.ask(Asked("shop:loyalty", TIER)), person)
    assert flow.told["encrypted_scopes"]["shop:loyalty"]["from"] == "shop"
    with pytest.raises(NotBelieved):
        flow.values("shop:loyalty")


# The browser comes back with something else.


@pytest.mark.parametrize("change", ["another issuer", "no issuer", "another state", "another code"])
def test_mix_up(change: str, world: World, broker: ProviderProgram) -> None:
    """RFC 9207: an answer of another server is none."""
    person = world.someone(0)
    world.say(person)
    with broker.asking("--scope", "shop:loyalty", *LOYALTY_ORDER) as request:
        answer = departed(request.consent(person).allow())
        parameters = answer.parameters
        parameters |= {
            "another issuer": {"iss": "https://evil.example"}, "no issuer": {}, "another state": {"state": "x" * 22},
            "another code": {"code": "x" * 43}}[change]
        if change == "no issuer":
            del parameters["iss"]
        query = "&".join(f"{name}={text.replace(':', '%3A').replace('/', '%2F')}" for name, text in parameters.items())
        request.give(person, answer, f"{answer.address}?{query}")
        assert "received" not in request.report(code=1)
