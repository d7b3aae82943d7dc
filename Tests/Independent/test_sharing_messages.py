"""Programs of markets and service providers against messages that joserfc and the sd-jwt package make and verify."""

import base64
import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import pytest
import requests
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from programs import Program, answers, free_port
from sharing_hub import DEFINITION, Person, SharingHub, digest, opened, peek, public, sealed, sign, verified
from small_server import Reply, SmallServer

CSV = "subject,tier,points,address.city\nada,gold,1200,Bern\ngrace,silver,,\n"
PURPOSE = "To offer you more"


@dataclass
class Exchange:
    """A hub, a market and a service provider with folders of their own."""

    binary: Path
    folder: Path
    hub: SharingHub
    market_port: int

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess:
        """A command, and how it must end."""
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stderr + done.stdout
        return done

    @property
    def market(self) -> list[str]:
        """The market's settings."""
        return ["--config", str(self.folder / "shop" / "market.json")]

    @property
    def provider(self) -> list[str]:
        """The service provider's settings."""
        return ["--config", str(self.folder / "bank" / "provider.json")]

    @property
    def market_key(self) -> dict:
        """The market's public key."""
        return self.hub.organizations["shop"]["jwks"]["keys"][0]

    @property
    def bank_key(self) -> dict:
        """What data for the bank is encrypted to."""
        return self.hub.organizations["bank"]["jwks"]["keys"][1]

    def rows(self, text: str = CSV) -> str:
        """A file with data."""
        file = self.folder / "rows.csv"
        file.write_text(text)
        return str(file)

    def approval(self, person: Person, request: dict, compact: str, **changes: object) -> str:
        """What the person's browser signs for a digest."""
        detail = request["authorization_details"][0]
        kept = self.hub.digests[person.subject]
        market = self.hub.organizations["shop"]["market_uri"]
        claims = {
            "sub": person.subject, "aud": [self.hub.issuer, market], "client_id": "bank", "scope": "shop:loyalty",
            "version": 1, "claims": ["tier", "points"], "purpose": detail["purpose"],
            "request_hash": digest(compact),
            "encryption_jkt": ECKey.import_key(detail["encryption_key"]).thumbprint(),
            "digest": {"hash": digest(kept["sd_jwt"].split("~")[0]), "index": kept["reference"]["index"]}}
        return person.approve(**{**claims, **changes})

    def received(self, jwe: str, approval: str, reference: dict, held_by: str = "market") -> dict:
        """Members of an ID token."""
        return {"encrypted_scopes": {"shop:loyalty": {
            "version": 1, "held_by": held_by, "from": "shop",
            "market_uri": self.hub.organizations["shop"]["market_uri"], "jwe": jwe, "approval": approval,
            "ledger": reference}}}

    def request(self, code: int = 0, claims: tuple[str, ...] = ("tier!", "points")) -> dict:
        """Lets the provider's command ask, plays the browser, and gives what it prints."""
        named = [part for claim in claims for part in ("--claim", claim)]
        with subprocess.Popen(
                [self.binary, "provider", "request", *self.provider, "--scope", "shop:loyalty", *named, "--purpose",
                 PURPOSE, "--print-url", "--json", "--wait", "5"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            url = program.stderr.readline().strip()
            assert url.startswith("http"), url + program.stderr.read()
            assert requests.get(url, timeout=20).status_code == 200
            output, errors = program.communicate(timeout=30)
        assert program.returncode == code, errors + output
        return json.loads(output) if output else {}


@pytest.fixture
def exchange(binary: Path, tmp_path: Path) -> Iterator[Exchange]:
    """Organizations that the hub knows and that know each other."""
    with SmallServer() as server:
        hub = SharingHub(server)
        made = Exchange(binary, tmp_path, hub, free_port())
        made.run("market", "init", str(tmp_path / "shop"), "--id", "shop", "--hub", hub.issuer, "--market-uri",
                 f"http://127.0.0.1:{made.market_port}")
        made.run("provider", "init", str(tmp_path / "bank"), "--id", "bank", "--hub", hub.issuer)
        for name in ("shop", "bank"):
            hub.register(json.loads((tmp_path / name / "organization.json").read_text()))
        made.run("market", "trust", "bank", *made.market)
        yield made


@pytest.fixture
def serving(exchange: Exchange) -> Iterator[Exchange]:
    """The market answers, and has pushed digests."""
    exchange.run("market", "digest", exchange.rows(), "--scope", "shop:loyalty", *exchange.market)
    program = Program(
        [str(exchange.binary), "market", "serve", *exchange.market], exchange.folder / "market.log")
    program.start(lambda: answers(f"http://127.0.0.1:{exchange.market_port}/health/live"))
    yield exchange
    program.stop()


def test_keys_are_private_files(exchange: Exchange) -> None:
    """Nobody else can read a private key, and a key file that others can read is refused."""
    for name in ("shop", "bank"):
        assert (exchange.folder / name / "keys.json").stat().st_mode & 0o777 == 0o600
        assert '"d"' not in (exchange.folder / name / "organization.json").read_text()
    (exchange.folder / "shop" / "keys.json").chmod(0o644)
    done = exchange.run("market", "digest", exchange.rows(), "--scope", "shop:loyalty", *exchange.market, code=1)
    assert "chmod 600" in done.stderr


def test_digests_are_sd_jwts(exchange: Exchange) -> None:
    """What is pushed is signed, tells no value and no name, and has decoys."""
    exchange.run("market", "digest", exchange.rows(), "--scope", "shop:loyalty", *exchange.market)
    assert set(exchange.hub.digests) == {"ada", "grace"}
    for entry in exchange.hub.digests.values():
        signed, rest = entry["sd_jwt"].split("~", 1)
        assert rest == ""
        payload = verified(signed, exchange.market_key, "scope-values+sd-jwt")
        assert set(payload) == {"iss", "iat", "scope", "version", "_sd", "_sd_alg"}
        assert len(payload["_sd"]) == 8 == len(set(payload["_sd"])) and payload["_sd"] == sorted(payload["_sd"])
    assert exchange.hub.digests["ada"]["shape"] == {"tier": "TEXT", "points": "INTEGER", "address": {"city": "TEXT"}}
    assert exchange.hub.digests["grace"]["shape"] == {"tier": "TEXT"}


def test_nothing_is_pushed_of_wrong_rows(exchange: Exchange) -> None:
    """Every fault is named with its line, and none of the rows is sent."""
    rows = exchange.rows("subject,tier,points\nada,gold,1\ngrace,platinum,-1\nada,gold,2\n")
    done = exchange.run("market", "digest", rows, "--scope", "shop:loyalty", *exchange.market, code=1)
    assert "line 3: claims.tier: not one of the values" in done.stderr
    assert "line 3: claims.points: smaller than 0" in done.stderr
    assert "line 4: this subject stands there twice" in done.stderr
    assert not exchange.hub.digests


def test_deposits_are_for_the_person_alone(exchange: Exchange) -> None:
    """A deposit opens with the person's key, verifies as an SD-JWT and is bound to the person."""
    definition = {**DEFINITION, "held_by": "person"}
    exchange.hub.server.publish("/sharing/scopes/shop:loyalty", definition)
    ada, grace = Person("ada"), Person("grace")
    exchange.hub.admit(ada)
    exchange.hub.admit(grace)
    exchange.run("market", "push", exchange.rows(), "--scope", "shop:loyalty", *exchange.market)
    deposit = exchange.hub.deposits["ada"]
    inside = opened(deposit["jwe"], ada.encryption)
    assert inside["header"]["cty"] == "sd-jwt" and inside["header"]["kid"] == deposit["key_id"]
    with pytest.raises(Exception):
        opened(deposit["jwe"], grace.encryption)
    market = JWK(**exchange.market_key)
    claims = SDJWTVerifier(inside["plaintext"], lambda *_: market, None, None).get_verified_payload()
    assert (claims["tier"], claims["points"], claims["address"]) == ("gold", 1200, {"city": "Bern"})
    assert claims["cnf"] == {"jkt": ada.signing.thumbprint()}
    shape = verified(deposit["shape_signature"], exchange.market_key, "scope-shape+jwt")
    assert shape["jwe_hash"] == digest(deposit["jwe"]) and shape["shape"] == deposit["shape"]


def test_swapped_person_keys_are_refused(exchange: Exchange) -> None:
    """A hub that gives its own key in place of the person's gets nothing sealed to it."""
    exchange.hub.server.publish("/sharing/scopes/shop:loyalty", {**DEFINITION, "held_by": "person"})
    ada, mallory = Person("ada"), Person("ada")
    exchange.hub.admit(ada)
    path = "/sharing/subjects/ada/keys"
    told = json.loads(exchange.hub.server.replies[path].body)
    rows = exchange.rows("subject,tier\nada,gold\n")
    for change in ({"enc": public(mallory.encryption)}, {"statements": [mallory.statement]}):
        exchange.hub.server.publish(path, {**told, **change})
        exchange.run("market", "push", rows, "--scope", "shop:loyalty", *exchange.market, code=1)
    # All of the keys are another's, and the ledger has the person's.
    other = {"enc": public(mallory.encryption), "sig": public(mallory.signing), "statements": [mallory.statement]}
    exchange.hub.server.publish(path, {**told, **other})
    done = exchange.run("market", "push", rows, "--scope", "shop:loyalty", *exchange.market, code=1)
    assert "the ledger's entry is of something else" in done.stderr
    assert not exchange.hub.deposits


def test_sharing_of_what_the_market_keeps(serving: Exchange) -> None:
    """From the provider's request to the values, with joserfc in the middle."""
    ada = Person("ada")

    def agree(request: dict, compact: str) -> dict:
        approval = serving.approval(ada, request, compact)
        answer = serving.hub.ask_market(ada, compact, approval, ["tier", "points"])
        assert answer.status_code == 200, answer.text
        return serving.received(answer.json()["release"], approval, serving.hub.digests["ada"]["reference"])

    serving.hub.answer = agree
    report = serving.request()
    assert report["received"][0]["values"] == {"tier": "gold", "points": 1200}
    assert report["received"][0]["relied_on"]["market_key"]["thumbprint"] == ECKey.import_key(
        serving.market_key).thumbprint()
    assert report["refused"] == [] and report["pending"] == {}


def test_a_release_is_a_nested_jwt(serving: Exchange) -> None:
    """What the market gives opens and verifies by joserfc and the sd-jwt package."""
    ada, found = Person("ada"), {}

    def agree(request: dict, compact: str) -> dict:
        approval = serving.approval(ada, request, compact)
        found["answer"] = serving.hub.ask_market(ada, compact, approval, ["tier", "points"])
        return {}

    serving.hub.answer = agree
    private = json.loads((serving.folder / "bank" / "keys.json").read_text())
    serving.request()
    assert found["answer"].headers["Cache-Control"] == "no-store"
    scalar = private["encryption"]["private"]
    bank = ECKey.import_key({**serving.bank_key, "d": scalar})
    inside = opened(found["answer"].json()["release"], bank)
    assert inside["header"]["cty"] == "JWT" and inside["header"]["alg"] == "ECDH-ES+A256KW"
    release = verified(inside["plaintext"], serving.market_key, "data-release+jwt")
    assert release["aud"] == "bank" and release["exp"] - release["iat"] == 600
    market = JWK(**serving.market_key)
    claims = SDJWTVerifier(release["sd_jwt"], lambda *_: market, None, None).get_verified_payload()
    assert claims["tier"] == "gold" and "address" not in claims


@pytest.mark.parametrize("change, code", [
    ({"encryption_jkt": digest("another key")}, "invalid_approval"),
    ({"request_hash": digest("another request")}, "invalid_approval"),
    ({"claims": ["tier", "points", "address"]}, "invalid_approval"),
    ({"claims": ["tier"]}, "invalid_token"),
    ({"digest": {"hash": digest("older"), "index": 3}}, "superseded"),
    ({"sub": "grace"}, "invalid_approval"),
    ({"aud": ["http://localhost"]}, "invalid_approval"),
    ({"exp": int(time.time()) - 1}, "invalid_approval"),
])
def test_market_refuses(serving: Exchange, change: dict, code: str) -> None:
    """A hub that changes one thing gets nothing."""
    ada, found = Person("ada"), {}

    def agree(request: dict, compact: str) -> dict:
        approval = serving.approval(ada, request, compact, **change)
        found["answer"] = serving.hub.ask_market(ada, compact, approval, ["tier", "points"])
        return {"claims_pending": {"shop:loyalty": f"refused:{found['answer'].json()['error']}"}}

    serving.hub.answer = agree
    report = serving.request(code=1)
    assert found["answer"].json()["error"] == code
    assert report["pending"] == {"shop:loyalty": "refused:" + code}


def test_withdrawal_is_final(serving: Exchange) -> None:
    """After the hub's word the same approval opens nothing; a word that the hub did not say does not count."""
    ada, found = Person("ada"), {}

    def agree(request: dict, compact: str) -> dict:
        found.update(approval=serving.approval(ada, request, compact), request=compact)
        return {}

    serving.hub.answer = agree
    serving.request()
    ask = lambda: serving.hub.ask_market(ada, found["request"], found["approval"], ["tier", "points"])
    assert ask().status_code == 200
    said = peek(found["approval"])
    event = {
        "iss": serving.hub.issuer, "aud": "shop", "iat": int(time.time()), "jti": "e-1",
        "sub_id": {"format": "iss_sub", "iss": serving.hub.issuer, "sub": "ada"},
        "events": {"urn:vouchsafe:event:consent-withdrawn": {
            "client_id": "bank", "scope": "shop:loyalty", "approval": said["jti"],
            "approval_hash": digest(found["approval"])}}}
    url = serving.hub.organizations["shop"]["notification_uri"]
    send = lambda key: requests.post(
        url, timeout=10, data=sign("secevent+jwt", key, event), headers={"Content-Type": "application/secevent+jwt"})
    assert send(ada.signing).status_code == 400
    assert ask().status_code == 200
    assert send(serving.hub.key).status_code == 202
    refused = ask()
    assert (refused.status_code, refused.json()["error"]) == (403, "withdrawn")


def person_release(exchange: Exchange, person: Person, compact: str, approval: str, **content: object) -> str:
    """What a person's browser gives of a deposit."""
    now = int(time.time())
    claims = {
        "iss": person.signing.thumbprint(), "aud": "bank", "iat": now, "exp": now + 600, "jti": "r-1",
        "scope": "shop:loyalty", "version": 1, "request_hash": digest(compact), "approval_hash": digest(approval),
        **content}
    jwk = {name: public(person.signing)[name] for name in ("kty", "crv", "x", "y")}
    return sealed(sign("data-release+jwt", person.signing, claims, jwk=jwk), "JWT", exchange.bank_key)


@pytest.mark.parametrize("lie", [None, "value", "other person", "self-asserted"])
def test_sharing_of_what_the_person_keeps(exchange: Exchange, lie: str | None) -> None:
    """A presentation made by other software is believed if it is right, and only then."""
    exchange.hub.server.publish("/sharing/scopes/shop:loyalty", {**DEFINITION, "held_by": "person"})
    ada, grace = Person("ada"), Person("grace")
    exchange.hub.admit(ada)
    exchange.hub.admit(grace)
    exchange.run("market", "push", exchange.rows(), "--scope", "shop:loyalty", *exchange.market)
    owner = grace if lie == "other person" else ada
    deposit = exchange.hub.deposits[owner.subject]
    signed, *disclosures, _ = opened(deposit["jwe"], owner.encryption)["plaintext"].split("~")

    def agree(request: dict, compact: str) -> dict:
        detail = request["authorization_details"][0]
        basis = {"self_asserted": True} if lie == "self-asserted" else {"jwe_hash": digest(deposit["jwe"])}
        approval = ada.approve(
            sub="sub-at-bank", aud=[exchange.hub.issuer], client_id="bank", scope="shop:loyalty", version=1,
            claims=["tier"], purpose=detail["purpose"], request_hash=digest(compact),
            encryption_jkt=ECKey.import_key(detail["encryption_key"]).thumbprint(), digest=basis)
        chosen = [text for text in disclosures if '"tier"' in decoded(text)]
        if lie == "value":
            chosen = [forged(chosen[0])]
        content = {"values": {"tier": "gold"}} if lie == "self-asserted" else {
            "sd_jwt": "~".join([signed, *chosen, ""])}
        jwe = person_release(exchange, ada, compact, approval, **content)
        return exchange.received(jwe, approval, deposit["reference"], held_by="person")

    exchange.hub.answer = agree
    report = exchange.request(code=1 if lie in ("value", "other person") else 0, claims=("tier!",))
    if lie in ("value", "other person"):
        assert report["received"] == []
        assert re.search("does not verify", report["refused"][0]["problem"])
    else:
        assert report["received"][0]["values"] == {"tier": "gold"}
        assert report["received"][0].get("self_asserted", False) is (lie == "self-asserted")


def decoded(disclosure: str) -> str:
    """The JSON of a disclosure."""
    return peek_bytes(disclosure).decode()


def peek_bytes(text: str) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def forged(disclosure: str) -> str:
    """The same disclosure with another value."""
    salt, name, _ = json.loads(peek_bytes(disclosure))
    return base64.urlsafe_b64encode(json.dumps([salt, name, "silver"]).encode()).rstrip(b"=").decode()


def test_pending_is_asked_for_again(serving: Exchange) -> None:
    """What a market has not answered yet comes by UserInfo, and a swapped JWE does not."""
    ada, found = Person("ada"), {}

    def agree(request: dict, compact: str) -> dict:
        approval = serving.approval(ada, request, compact)
        answer = serving.hub.ask_market(ada, compact, approval, ["tier", "points"])
        found["later"] = serving.received(
            answer.json()["release"], approval, serving.hub.digests["ada"]["reference"])
        return {"claims_pending": {"shop:loyalty": "not_ready"}}

    def later(_: object) -> Reply:
        return Reply.of_json({"sub": "sub-at-bank", **found["later"]})

    serving.hub.answer = agree
    serving.hub.server.publish("/userinfo", later)
    assert serving.request()["received"][0]["values"]["tier"] == "gold"
