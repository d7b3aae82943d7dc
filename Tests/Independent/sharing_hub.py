"""A hub of data sharing that shares no code with Vouchsafe: its messages, and the person's browser, by joserfc.

It keeps what it is sent in memory, checks little and proves nothing: what is under test are the programs of markets and
service providers. Whoever has a real server leaves this out and gives the programs that server's address.
"""

import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import requests
from joserfc import jwe, jws
from joserfc.jwk import ECKey

from small_server import Received, Reply, SmallServer

DEFINITION = {
    "scope": "shop:loyalty", "version": 1, "held_by": "market", "display": [{"locale": "en", "name": "Loyalty"}],
    "claims": [
        {"name": "tier", "type": "TEXT", "required": True, "values": ["bronze", "silver", "gold"]},
        {"name": "points", "type": "INTEGER", "minimum": 0},
        {"name": "address", "type": "OBJECT", "claims": [{"name": "city", "type": "TEXT"}]},
    ],
}


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(text: str) -> str:
    """base64url of the SHA-256 of a text."""
    return encode(hashlib.sha256(text.encode()).digest())


def new_key(use: str, algorithm: str) -> ECKey:
    """A P-256 key that is named by its thumbprint."""
    key = ECKey.generate_key("P-256", private=True)
    return ECKey.import_key(
        {**key.as_dict(private=True), "kid": key.thumbprint(), "use": use, "alg": algorithm})


def public(key: ECKey) -> dict:
    """The public half with its purpose and name."""
    return {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y", "kid", "use", "alg")}


def sign(kind: str, key: ECKey, claims: dict, **header: object) -> str:
    """A JWT of this type."""
    return jws.serialize_compact(
        {"alg": "ES256", "typ": kind, "kid": key.kid, **header}, json.dumps(claims).encode(), key)


def peek(compact: str) -> dict:
    """The claims of a JWT, nothing verified."""
    part = compact.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@dataclass
class Person:
    """Somebody's browser: keys, and what is signed and sealed with them."""

    subject: str
    signing: ECKey = field(default_factory=lambda: new_key("sig", "ES256"))
    encryption: ECKey = field(default_factory=lambda: new_key("enc", "ECDH-ES+A256KW"))

    @property
    def statement(self) -> str:
        """The first key statement."""
        claims = {"enc": public(self.encryption), "sig": public(self.signing), "iat": int(time.time())}
        return sign("person-key+jwt", self.signing, claims)

    def approve(self, **claims: object) -> str:
        """An approval, its times and identifiers filled in."""
        now = int(time.time())
        whole = {
            "iss": self.signing.thumbprint(), "until": now + 3600, "nonce": "n-1", "jti": encode(os.urandom(16)),
            "iat": now, "exp": now + 200, **claims}
        return sign("consent-approval+jwt", self.signing, whole)


class SharingHub:
    """The hub's endpoints, and what was sent to them."""

    def __init__(self, server: SmallServer, definition: dict | None = None) -> None:
        self.server, self.definition = server, definition or DEFINITION
        self.key = new_key("sig", "ES256")
        self.dpop = ECKey.generate_key("P-256", private=True)
        self.organizations: dict[str, dict] = {}
        self.people: dict[str, Person] = {}
        self.digests: dict[str, dict] = {}
        self.deposits: dict[str, dict] = {}
        self.pushed: dict[str, str] = {}
        self.codes: dict[str, dict] = {}
        self.userinfo: dict = {}
        # Changes what the token endpoint says of the scopes.
        self.tamper = lambda claims: claims
        # What the person in the browser agrees to; filled by the test.
        self.answer = lambda request, compact: {}
        base = server.url
        server.publish("/.well-known/openid-configuration", {
            "issuer": base, "token_endpoint": base + "/token", "authorization_endpoint": base + "/authorize",
            "pushed_authorization_request_endpoint": base + "/par", "userinfo_endpoint": base + "/userinfo",
            "jwks_uri": base + "/jwks", "authorization_response_iss_parameter_supported": True})
        server.publish("/jwks", {"keys": [public(self.key)]})
        server.publish("/token", self.token)
        server.publish("/par", self.push)
        server.publish("/authorize", self.authorize)
        server.publish("/userinfo", lambda _: Reply.of_json(self.userinfo))
        server.publish("/sharing/digests", lambda request: self.take(request, "digests", self.digests))
        server.publish("/sharing/deposits", lambda request: self.take(request, "deposits", self.deposits))
        server.publish(f"/sharing/scopes/{self.definition['scope']}", self.definition)

    @property
    def issuer(self) -> str:
        """Its identifier."""
        return self.server.url

    def register(self, document: dict) -> None:
        """Admits an organization, and publishes its keys as the ledger has them."""
        self.organizations[document["id"]] = document
        keys = []
        for key in document["jwks"]["keys"]:
            thumbprint = ECKey.import_key(key).thumbprint()
            raw = base64.urlsafe_b64decode(thumbprint + "=")
            keys.append({**key, "ledger": self.reference("key", document["id"], raw)})
        self.server.publish(f"/sharing/organizations/{document['id']}/keys", {"keys": keys})

    def admit(self, person: Person) -> None:
        """Lets a market ask for somebody's keys."""
        self.people[person.subject] = person
        statement = person.statement
        committed = hashlib.sha256(statement.encode()).digest()
        self.server.publish(f"/sharing/subjects/{quote(person.subject)}/keys", {
            "enc": public(person.encryption), "sig": public(person.signing), "statements": [statement],
            "ledger": self.reference("key", "hub", committed)})

    def reference(self, kind: str, organization: str, committed: bytes, signature: str | None = None) -> dict:
        """An entry of the ledger with a commitment of its own."""
        salt = os.urandom(32)
        entry = {"v": 1, "type": kind, "by": organization,
                 "commitment": encode(hashlib.sha256(salt + committed).digest())}
        if signature:
            entry["signature"] = signature
        text = json.dumps(entry, separators=(",", ":")).encode()
        return {"log": "localhost/sharing/ledger", "index": 17, "entry": encode(text), "salt": encode(salt)}

    def take(self, request: Received, name: str, kept: dict[str, dict]) -> Reply:
        """A push."""
        assert request.headers["Idempotency-Key"] and request.headers["Authorization"].startswith("DPoP ")
        results = []
        for number, entry in enumerate(json.loads(request.body)[name]):
            if name == "digests":
                signed = entry["sd_jwt"].split("~")[0]
                committed = hashlib.sha256(signed.encode()).digest()
                reference = self.reference("digest", "shop", committed, signed.split(".")[2])
            else:
                reference = self.reference("digest", "shop", hashlib.sha256(entry["jwe"].encode()).digest())
            kept[entry["subject"]] = {**entry, "reference": reference}
            results.append({"id": f"{name}-{number}", "subject": entry["subject"], "scope": entry["scope"],
                            "version": entry["version"], "ledger": reference})
        return Reply.of_json({"results": results})

    def push(self, request: Received) -> Reply:
        """A pushed request object, whose signature is the client's."""
        form = request.form
        key = self.organizations[form["client_id"]]["jwks"]["keys"][0]
        jws.deserialize_compact(form["request"], ECKey.import_key(key))
        uri = "urn:ietf:params:oauth:request_uri:" + encode(os.urandom(8))
        self.pushed[uri] = form["request"]
        return Reply.of_json({"request_uri": uri, "expires_in": 60}, status=201)

    def authorize(self, request: Received) -> Reply:
        """The browser comes with a request, and goes with a code for what the person has agreed to."""
        query = parse_qs(urlsplit(request.path).query)
        compact = self.pushed.pop(query["request_uri"][0])
        claims = peek(compact)
        code = encode(os.urandom(16))
        self.codes[code] = {"nonce": claims["nonce"], "claims": self.answer(claims, compact)}
        back = urlencode({"code": code, "state": claims["state"], "iss": self.issuer})
        return Reply.redirect(f"{claims['redirect_uri']}?{back}")

    def token(self, request: Received) -> Reply:
        """Client credentials, or a code."""
        form = request.form
        assertion = jws.deserialize_compact(
            form["client_assertion"],
            ECKey.import_key(self.organizations[form["client_id"]]["jwks"]["keys"][0]))
        assert json.loads(assertion.payload)["aud"] == self.issuer
        answer = {"access_token": "at-1", "token_type": "DPoP", "expires_in": 300}
        if form["grant_type"] == "authorization_code":
            code = self.codes.pop(form["code"])
            now = int(time.time())
            scopes = self.tamper(code["claims"])
            self.userinfo = {"sub": "sub-at-bank", **scopes}
            answer["id_token"] = sign("JWT", self.key, {
                "iss": self.issuer, "sub": "sub-at-bank", "aud": form["client_id"], "iat": now, "exp": now + 300,
                "nonce": code["nonce"], **scopes})
        return Reply.of_json(answer)

    def ask_market(self, person: Person, request: str, approval: str, claims: list[str]) -> requests.Response:
        """Asks the market as a hub does, under an approval."""
        said = peek(approval)
        market = self.organizations["shop"]["market_uri"]
        now = int(time.time())
        token = sign("at+jwt", self.key, {
            "iss": self.issuer, "sub": person.subject, "aud": market, "client_id": said["client_id"],
            "scope": said["scope"], "iat": now, "exp": now + 120, "jti": encode(os.urandom(16)),
            "cnf": {"jkt": self.dpop.thumbprint()},
            "authorization_details": [{
                "type": "data_sharing", "scope": said["scope"], "version": said["version"], "claims": claims,
                "approval": said["jti"], "digest_hash": said["digest"]["hash"]}]})
        proof = jws.serialize_compact(
            {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.dpop.as_dict(private=False)},
            json.dumps({"jti": encode(os.urandom(16)), "htm": "POST", "htu": market + "/release", "iat": now,
                        "ath": digest(token)}).encode(), self.dpop)
        return requests.post(
            market + "/release", timeout=10, headers={"Authorization": "DPoP " + token, "DPoP": proof},
            json={"approval": approval, "request": request, "request_signed": True,
                  "statements": [person.statement]})


def opened(compact: str, key: ECKey) -> dict:
    """The header and plaintext of a JWE of this protocol."""
    token = jwe.decrypt_compact(compact, key, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    return {"header": token.protected, "plaintext": token.plaintext.decode()}


def sealed(plaintext: str, content_type: str, recipient: dict) -> str:
    """A JWE of this protocol."""
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": recipient["kid"], "cty": content_type}
    return jwe.encrypt_compact(
        header, plaintext.encode(), ECKey.import_key(recipient), algorithms=["ECDH-ES+A256KW", "A256GCM"])


def verified(compact: str, key: dict, kind: str) -> dict:
    """The claims of a JWT whose signature and type are right."""
    token = jws.deserialize_compact(compact, ECKey.import_key(key))
    assert token.headers()["typ"] == kind
    return json.loads(token.payload)
