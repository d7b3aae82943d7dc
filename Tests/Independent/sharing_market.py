"""A market that was written from the specification: what it says about people, its pushes, and its release endpoint.

It checks everything that reaches it; what it does not like is in `complaints`. `behaviour` makes it do otherwise.
"""

import json
import secrets
import time
from dataclasses import dataclass
from typing import Callable

import requests
from joserfc import jwk, jws

from client_proofs import access_token_hash
from holder_keys import HolderKey, from_base64url, required_members, thumbprint
from openid_checks import header_of, key_set, verified
from sharing_messages import (
    NotBelieved, Statement, believe, hash_of, newest_key, parts_of, sealed, shape_of, signed, verified_jwt)
from sharing_setup import Organization, RealHub
from small_server import Received, Reply, SmallServer
from wallet import Wallet

RELEASE_SECONDS = 600


@dataclass
class ReleaseCall:
    """A release request that is all right, in its parts."""

    token: dict
    approval: dict
    request: dict
    body: dict
    statement: Statement

    # What it encrypts to where the request names no key: one that the market knows by itself.
    pinned: dict

    @property
    def detail(self) -> dict:
        """What the provider asked for of this scope."""
        details = self.request.get("authorization_details", [])
        return next((each for each in details if each["scope"] == self.token["scope"]), {})

    @property
    def encryption_key(self) -> dict:
        """What it encrypts to."""
        return self.detail.get("encryption_key", self.pinned)


class Market(Organization):
    """One market at one small server."""

    roles = ["market"]

    def __init__(
        self, name: str, hub: RealHub, wallet: Wallet, server: SmallServer, algorithm: str = "ES256",
    ) -> None:
        super().__init__(name, hub, wallet, algorithm)
        self.server = server
        self.uri = f"{server.url}/{name}"
        self.partners: dict[str, list[dict]] = {}
        # By subject and scope, oldest first.
        self.said: dict[tuple[str, str], list[Statement]] = {}
        self.pinned: dict[str, str] = {}
        # Who need not sign requests.
        self.plain: set[str] = set()
        self.used: set[str] = set()
        self.withdrawn: set[str] = set()
        self.complaints: list[str] = []
        self.calls: list[ReleaseCall] = []
        self.events: list[dict] = []
        self.behaviour: Callable[[ReleaseCall], Reply] | None = None
        server.publish(f"/{name}/release", self.answer)
        server.publish(f"/{name}/withdrawals", self.take_event)

    def document(self, **changes: object) -> dict:
        """With its addresses."""
        return super().document(
            **{"market_uri": self.uri, "notification_uri": self.uri + "/withdrawals", **changes})

    # What it says.

    def statement(
        self, scope: str, values: dict, *, version: int = 1, person_key: str | None = None, **options: object
    ) -> Statement:
        """An SD-JWT; in a deposit it names the person's signing key."""
        claims = {"iss": self.uri, "iat": int(time.time()), "scope": scope}
        if person_key is not None:
            claims["cnf"] = {"jkt": person_key}
        return Statement.make(self.key, claims, values, version=version, **options)

    def push(
        self, kind: str, entries: list[dict], *, key: str | None = None, token: str | None = None,
        headers: dict | None = None, body: object = None,
    ) -> requests.Response:
        """`digests` or `deposits`."""
        flow = self.flow()
        return flow.call(
            "POST", f"{self.hub.url}/sharing/{kind}", token=token or self.token(),
            headers={"Idempotency-Key": key or secrets.token_urlsafe(12), **(headers or {})},
            json={kind: entries} if body is None else body)

    def digest_entry(self, subject: str, scope: str, statement: Statement, **changes: object) -> dict:
        """One digest of a push."""
        return {
            "subject": subject, "scope": scope, "version": statement.version, "sd_jwt": statement.issuer_jwt + "~",
            "shape": shape_of(statement.values), **changes}

    def digest(self, subject: str, scope: str, values: dict, version: int = 1) -> dict:
        """Says something that it keeps; the result of the push."""
        made = self.statement(scope, values, version=version)
        answer = self.push("digests", [self.digest_entry(subject, scope, made)])
        assert answer.status_code == 200, answer.text
        self.said.setdefault((subject, scope), []).append(made)
        return answer.json()["results"][0]

    def keys_of(self, subject: str) -> requests.Response:
        """The public keys of a person."""
        return self.flow().call("GET", f"{self.hub.url}/sharing/subjects/{subject}/keys", token=self.token())

    def deposit_entry(
        self, subject: str, scope: str, statement: Statement, encryption_key: dict, *, jwe: str | None = None,
        shape: dict | None = None, claims: dict | None = None, **changes: object,
    ) -> dict:
        """One deposit of a push."""
        shape = shape_of(statement.values) if shape is None else shape
        made = jwe or sealed(statement.presenting(list(statement.values)), "sd-jwt", encryption_key)
        said = {
            "iss": self.uri, "iat": int(time.time()), "scope": scope, "version": statement.version, "shape": shape,
            "jwe_hash": hash_of(made)}
        return {
            "subject": subject, "scope": scope, "version": statement.version, "shape": shape,
            "shape_signature": signed(self.key, "scope-shape+jwt", said, changes=claims),
            "key_id": encryption_key["kid"], "jwe": made, **changes}

    def deposit(self, subject: str, scope: str, values: dict, version: int = 1) -> dict:
        """Gives somebody values to keep; the result of the push."""
        keys = self.keys_of(subject).json()
        made = self.statement(scope, values, version=version, person_key=keys["sig"]["kid"])
        answer = self.push("deposits", [self.deposit_entry(subject, scope, made, keys["enc"])])
        assert answer.status_code == 200, answer.text
        return answer.json()["results"][0]

    # What it gives.

    def trust(self, provider: Organization) -> None:
        """Knows the keys of a service provider by itself."""
        self.partners[provider.name] = provider.keys

    def release(
        self, call: ReleaseCall, *, presentation: str | None = None, changes: dict | None = None,
        signer: HolderKey | None = None, public_jwk: dict | None = None,
    ) -> str:
        """The JWE of what was agreed to."""
        now = int(time.time())
        claims = {
            "iss": self.uri, "aud": call.token["client_id"], "iat": now, "exp": now + RELEASE_SECONDS,
            "jti": secrets.token_urlsafe(12), "scope": call.token["scope"], "version": call.approval["version"],
            "request_hash": call.approval["request_hash"], "approval_hash": hash_of(call.body["approval"]),
            "sd_jwt": presentation or call.statement.presenting(call.approval["claims"]),
        }
        made = signed(self.key, "data-release+jwt", claims, changes=changes, signer=signer)
        return sealed(made, "JWT", public_jwk or call.encryption_key)

    def answer(self, received: Received) -> Reply:
        """`POST {market_uri}/release`."""
        try:
            call = self.read(received)
        except NotBelieved as fault:
            code, _, why = str(fault).partition(": ")
            self.complaints.append(str(fault))
            return Reply.of_json({"error": code, "error_description": why}, STATUSES[code])
        self.calls.append(call)
        return self.behaviour(call) if self.behaviour else Reply.of_json({"release": self.release(call)})

    def read(self, received: Received) -> ReleaseCall:
        """Everything that a market checks for itself."""
        headers = {name.lower(): text for name, text in received.headers.items()}
        scheme, _, compact = headers.get("authorization", "").partition(" ")
        believe(scheme == "DPoP", "invalid_token: no DPoP token")
        # Not by the session of the tests: the hub asks from a thread of the small server's.
        with Wallet() as wallet:
            keys = key_set(wallet, self.hub.metadata(wallet))
        token = verified(compact, keys, typ="at+jwt")
        now = time.time()
        believe(token["iss"] == self.hub.url and token["aud"] == self.uri, "invalid_token: not for here")
        believe(token["iat"] <= now + 5 and now < token["exp"] <= token["iat"] + 120, "invalid_token: times")
        self.check_proof(headers["dpop"], compact, token)
        [detail] = token["authorization_details"]
        believe(detail["type"] == "data_sharing" and detail["scope"] == token["scope"], "invalid_token: details")
        body = json.loads(received.body)
        believe(set(body) == {"approval", "request", "request_signed", "statements"}, "invalid_token: body")
        partner = self.partners.get(token["client_id"])
        believe(partner is not None, "untrusted_partner: nobody here knows it")
        if body["request_signed"]:
            request = verified_jwt(body["request"], "oauth-authz-req+jwt", partner)
        else:
            believe(token["client_id"] in self.plain, "invalid_request_object: not signed")
            request = json.loads(body["request"])
        believe(request["client_id"] == token["client_id"], "invalid_request_object: another client's")
        approval = self.check_approval(body, token, detail)
        believe(approval["request_hash"] == hash_of(body["request"]), "invalid_approval: another request")
        statements = self.said.get((token["sub"], token["scope"]), [])
        believe(statements, "unknown_subject: nothing is said of them")
        agreed = approval["digest"]["hash"]
        believe(agreed == detail["digest_hash"] == statements[-1].digest_hash, "superseded: there is a newer one")
        pinned = next((key for key in partner if key["use"] == "enc"), {})
        call = ReleaseCall(token, approval, request, body, statements[-1], pinned)
        key = thumbprint(required_members(call.encryption_key))
        believe(approval["encryption_jkt"] == key, "invalid_approval: another key")
        believe(body["request_signed"] or call.encryption_key == pinned, "invalid_request_object: another key")
        asked = [claim["name"] for claim in call.detail.get("claims", [])] or approval["claims"]
        believe(set(approval["claims"]) <= set(asked), "invalid_approval: more than was asked for")
        return call

    def check_proof(self, proof: str, token: str, claims: dict) -> None:
        """RFC 9449 section 7."""
        header, _ = parts_of(proof)
        said = json.loads(
            jws.deserialize_compact(proof, jwk.import_key(header["jwk"]), algorithms=["ES256"]).payload)
        believe(header["typ"] == "dpop+jwt" and said["ath"] == access_token_hash(token), "invalid_token: proof")
        believe(thumbprint(header["jwk"]) == claims["cnf"]["jkt"], "invalid_token: another key")
        believe(said["htm"] == "POST" and said["htu"] == self.uri + "/release", "invalid_token: proof for elsewhere")
        for used in (said["jti"], claims["jti"]):
            believe(used not in self.used, "invalid_token: used before")
            self.used.add(used)

    def check_approval(self, body: dict, token: dict, detail: dict) -> dict:
        """Signed by the key that the person's statements lead to, and of what the token is for."""
        signing = self.follow(token["sub"], body["statements"])
        approval = verified_jwt(body["approval"], "consent-approval+jwt", [signing])
        believe(approval["iss"] == signing["kid"], "invalid_approval: iss")
        believe(approval["sub"] == token["sub"], "invalid_approval: another person")
        believe(approval["aud"] == [self.hub.url, self.uri], "invalid_approval: aud")
        believe(approval["jti"] == detail["approval"], "invalid_approval: another one")
        believe(approval["jti"] not in self.withdrawn, "withdrawn: it is over")
        for name in ("client_id", "scope"):
            believe(approval[name] == token[name], f"invalid_approval: {name}")
        believe(approval["version"] == detail["version"], "invalid_approval: version")
        believe(approval["claims"] == detail["claims"], "invalid_approval: claims")
        believe(approval["until"] > time.time(), "invalid_approval: over")
        return approval

    def follow(self, subject: str, statements: list[str]) -> dict:
        """The newest signing key of a chain that has the pinned one in it."""
        try:
            newest = newest_key(statements, self.pinned.get(subject))
        except NotBelieved as fault:
            raise NotBelieved(f"invalid_approval: {fault}") from fault
        self.pinned[subject] = newest["kid"]
        return newest

    # What it is told.

    def take_event(self, received: Received) -> Reply:
        """A withdrawal, RFC 8935."""
        with Wallet() as wallet:
            keys = key_set(wallet, self.hub.metadata(wallet))
        event = withdrawal_event(received, keys, self.name, self.hub.url)
        self.withdrawn.add(event["approval"])
        self.events.append(event)
        return Reply(status=202)

    def wait_for_events(self, count: int = 1) -> list[dict]:
        """The withdrawals so far, once there are so many."""
        self.server.wait_for(f"/{self.name}/withdrawals", count)
        deadline = time.monotonic() + 5
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.events


def withdrawal_event(received: Received, keys: list[dict], audience: str, issuer: str) -> dict:
    """What a Security Event Token says; its `sub` is the person as the organization knows them."""
    headers = {name.lower(): text for name, text in received.headers.items()}
    assert headers["content-type"] == "application/secevent+jwt"
    compact = received.body.decode()
    assert header_of(compact)["typ"] == "secevent+jwt"
    said = verified(compact, keys, typ="secevent+jwt")
    assert said["iss"] == issuer and said["aud"] == audience and "exp" not in said and said["jti"]
    assert said["sub_id"]["format"] == "iss_sub" and said["sub_id"]["iss"] == issuer
    [(name, event)] = said["events"].items()
    assert name == "urn:vouchsafe:event:consent-withdrawn"
    return {**event, "sub": said["sub_id"]["sub"], "jti": said["jti"]}


STATUSES = {
    "invalid_token": 401, "invalid_approval": 400, "invalid_request_object": 400, "untrusted_partner": 403,
    "unknown_subject": 404, "superseded": 409, "withdrawn": 403}


def signature_of(statement: Statement) -> bytes:
    """The signature part of what a market says."""
    return from_base64url(statement.issuer_jwt.split(".")[2])
