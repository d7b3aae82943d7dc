"""A person without a browser's script: their vault, and what they sign on a consent page.

Each step can be done differently: `changes` replace claims, None takes one out, `signer` is another key.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from client_proofs import dpop_proof
from holder_keys import HolderKey, base64url, from_base64url, required_members, thumbprint
from html_page import Element
from people import Person
from plain_browser import Departure, PlainBrowser, Shown, departed, shown
from provider_setup import Provider
from sharing_messages import (
    believe, disclosed, encryption_entry, hash_of, opened, parts_of, sealed, sha256, shape_of, signed, signing_entry,
    verified_jwt)
from sign_in import Visitor
from wallet import TIMEOUT_SECONDS

APPROVAL_SECONDS, RELEASE_SECONDS = 300, 600
DAY = 86_400
REMEMBERED = {0: "once", 30: "30d", 365: "365d"}
PASSWORD_ROUNDS = 600_000
VAULT = "/sharing/vault"
LOOPBACK = "http://127.0.0.1:"


class SharingPerson:
    """Somebody with a browser of their own, and keys that nobody else has."""

    def __init__(self, person: Person, hub: Provider, browser: PlainBrowser) -> None:
        self.person, self.hub, self.browser = person, hub, browser
        self.encryption_key, self.signing_key = HolderKey.make(), HolderKey.make()
        self.statements: list[str] = []
        # Keys that something may still be encrypted to.
        self.earlier: list[HolderKey] = []
        self.page_key = HolderKey.make()
        self.recovery = secrets.token_bytes(20)
        self.nonce: str | None = None

    # Login, and the vault.

    def log_in(self) -> "SharingPerson":
        """To their own page."""
        page = Visitor(self.person, self.browser).answer(self.browser.open(self.hub.url + "/account"))
        assert shown(page).html.has("account"), shown(page).html.root.text[:300]
        return self

    @cached_property
    def gate(self) -> dict[str, str]:
        """What the vault's page gives its script."""
        page = self.browser.show(self.hub.url + "/account/vault")
        [element] = [each for each in page.html.root.elements() if "data-vault" in each.attributes]
        return element.attributes

    def ask_for_token(self, headers: dict | None = None) -> requests.Response:
        """A token for the vault, bound to a key of this page's."""
        url = self.hub.url + "/account/vault/token"
        good = {
            "X-CSRF": self.gate["data-csrf"], "Origin": self.hub.url, "Sec-Fetch-Site": "same-origin",
            "DPoP": dpop_proof(self.page_key, "POST", url, nonce=self.nonce)}
        answer = self.browser.send("POST", url, headers={**good, **(headers or {})})
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    @cached_property
    def token(self) -> str:
        """The token."""
        answer = self.ask_for_token()
        if "use_dpop_nonce" in answer.text or "use_dpop_nonce" in answer.headers.get("WWW-Authenticate", ""):
            answer = self.ask_for_token()
        assert answer.status_code == 200 and answer.json()["token_type"] == "DPoP", answer.text
        return answer.json()["access_token"]

    def call(
        self, method: str, path: str = "", body: object = None, *, token: str | None = None,
        headers: dict | None = None, proof: str | None = None,
    ) -> requests.Response:
        """A request to the vault, without cookies."""
        url, token = self.hub.url + VAULT + path, token or self.token
        for _ in range(2):
            made = proof or dpop_proof(self.page_key, method, url, token=token, nonce=self.nonce)
            good = {"Authorization": f"DPoP {token}", "DPoP": made}
            with requests.Session() as http:
                http.trust_env = False
                answer = http.request(
                    method, url, headers={**good, **(headers or {})}, timeout=TIMEOUT_SECONDS,
                    **({} if body is None else {"json": body}))
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if proof is not None or "use_dpop_nonce" not in answer.headers.get("WWW-Authenticate", ""):
                break
        return answer

    def statement(self, previous: HolderKey | None = None, changes: dict | None = None) -> str:
        """Which keys are theirs, signed by the signing key before."""
        claims = {
            "enc": encryption_entry(self.encryption_key), "sig": signing_entry(self.signing_key),
            "iat": int(time.time()),
            **({} if previous is None else {"previous": thumbprint(previous.public_jwk)})}
        return signed(previous or self.signing_key, "person-key+jwt", claims, changes=changes)

    def vault_document(self, changes: dict | None = None) -> dict:
        """A vault with two ways in: a passkey that nobody has, and a recovery code."""
        vault_key = secrets.token_bytes(32)
        salt = secrets.token_bytes(32)
        wrapping, verifier = self.recovery_keys(salt)
        common = {"salt": base64url(salt)}
        ways = [
            {"id": base64url(secrets.token_bytes(16)), "kind": "recovery", "name": "Paper", **common,
             "wrapped_key": wrapped(wrapping, vault_key), "verifier": base64url(sha256(verifier))},
            {"id": base64url(secrets.token_bytes(16)), "kind": "passkey", "name": "Key", **common,
             "wrapped_key": wrapped(secrets.token_bytes(32), vault_key), "credential_id": base64url(b"none")},
        ]
        return {
            "enc": encryption_entry(self.encryption_key), "sig": signing_entry(self.signing_key),
            "statement": self.statement(), "ways": ways,
            "private_keys": {
                "enc": wrapped(vault_key, pkcs8(self.encryption_key)),
                "sig": wrapped(vault_key, pkcs8(self.signing_key))},
            **(changes or {})}

    def recovery_keys(self, salt: bytes) -> tuple[bytes, bytes]:
        """What wraps, and what is shown to the server."""
        made = HKDF(hashes.SHA256(), 64, salt, b"vault recovery").derive(self.recovery)
        return made[:32], made[32:]

    def make_vault(self) -> "SharingPerson":
        """The vault."""
        document = self.vault_document()
        answer = self.call("POST", "", document)
        assert answer.status_code == 201, answer.text
        self.statements = answer.json()["statements"]
        return self

    def recovered(self) -> dict[str, bytes]:
        """The private keys as the recovery code opens them, by `kid`, in PKCS#8."""
        [way] = [each for each in self.call("GET").json()["ways"] if each["kind"] == "recovery"]
        wrapping, verifier = self.recovery_keys(from_base64url(way["salt"]))
        answer = self.call("POST", "/unlock", {"way": way["id"], "verifier": base64url(verifier)})
        assert answer.status_code == 200, answer.text
        vault_key = unwrapped(wrapping, answer.json()["wrapped_key"])
        return {kid: unwrapped(vault_key, text) for kid, text in answer.json()["private_keys"].items()}

    def rotate(self) -> "SharingPerson":
        """New keys, which the earlier signing key vouches for."""
        version = self.call("GET").json()["version"]
        previous = self.signing_key
        self.earlier.append(self.encryption_key)
        self.encryption_key, self.signing_key = HolderKey.make(), HolderKey.make()
        spare = secrets.token_bytes(32)
        change = {
            "iss": thumbprint(previous.public_jwk), "aud": self.hub.url, "iat": int(time.time()), "version": version,
            "action": "rotate", "enc": encryption_entry(self.encryption_key), "sig": signing_entry(self.signing_key),
            "statement": self.statement(previous),
            "private_keys": {
                "enc": wrapped(spare, pkcs8(self.encryption_key)), "sig": wrapped(spare, pkcs8(self.signing_key))}}
        answer = self.call("POST", "/keys", {"change": signed(previous, "vault-change+jwt", change)})
        assert answer.status_code == 200, answer.text
        self.statements = answer.json()["statements"]
        return self

    def key_for(self, jwe: str) -> HolderKey:
        """The key that a JWE is encrypted to."""
        kid = json.loads(from_base64url(jwe.split(".")[0]))["kid"]
        named = [key for key in (self.encryption_key, *self.earlier) if thumbprint(key.public_jwk) == kid]
        believe(named, "it is to nobody's key here")
        return named[0]

    # The consent page.

    def leave_for(self, address: str | None) -> None:
        """Where the browser stops; None for every address of this machine's own, at whichever port."""
        self.browser.way_out = address or LOOPBACK
        self.browser.is_out = lambda url: url.startswith(self.browser.way_out)

    def reach_consent(self, address: str) -> "SharedConsent":
        """Opens the address of a request and logs in, up to the consent page."""
        visitor, result = Visitor(self.person, self.browser), self.browser.open(address)
        while isinstance(result, Shown) and result.html.has("login-form"):
            result = visitor.log_in(result)
        page = shown(result)
        assert page.html.has("consent-form"), page.html.root.text[:600]
        return SharedConsent(page, self)

    # What they agreed to.

    def newest_consent(self) -> tuple[Shown, Element]:
        """Their own page, and the newest consent on it that is in force."""
        page = self.browser.show(self.hub.url + "/account")
        items = [each for each in page.html.all("consent-item") if each.attributes["data-standing"] == "in_force"]
        return page, items[0]

    def receipt(self) -> str:
        """Of the newest consent."""
        _, item = self.newest_consent()
        [link] = [each for each in item.elements() if each.data_test == "receipt"]
        return self.browser.send("GET", self.hub.url + link.attributes["href"]).text

    def withdraw_newest(self) -> None:
        """Takes it back."""
        page, item = self.newest_consent()
        [button] = [each for each in item.elements() if each.data_test == "withdraw"]
        shown(self.browser.press_element(page, button))


@dataclass
class SharedConsent:
    """A consent page where data is asked for."""

    page: Shown
    person: SharingPerson
    # What was typed, by scope: then nothing of a deposit is used.
    typed: dict[str, dict] = field(default_factory=dict)

    @cached_property
    def asked(self) -> dict:
        """What the page gives its script."""
        return json.loads(raw_text(self.page.html.by_id("sharing-request")))

    def scope(self, name: str) -> dict:
        """One scope of it."""
        [found] = [each for each in self.asked["scopes"] if each["scope"] == name]
        return found

    def check(self) -> "SharedConsent":
        """What the browser's script checks before it shows anything."""
        asked = self.asked
        believe(hash_of(asked["request"]) == asked["request_hash"], "request_hash is of another request")
        believe(thumbprint(required_members(asked["encryption_key"])) == asked["encryption_jkt"], "another key")
        if asked["request_signed"]:
            request = verified_jwt(asked["request"], "oauth-authz-req+jwt", asked["provider_keys"]["keys"])
            believe(request["client_id"] == asked["client_id"], "another client's request")
        return self

    def open_deposit(self, scope: dict) -> tuple[str, dict[str, str], dict]:
        """The issuer-signed part, disclosures by name, and the values."""
        deposit, keys = scope["deposit"], scope["market"]["keys"]["keys"]
        believe(hash_of(deposit["jwe"]) == deposit["jwe_hash"], "another deposit")
        presentation = opened(deposit["jwe"], "sd-jwt", self.person.key_for(deposit["jwe"]))
        claims, values = disclosed(presentation, keys)
        believe((claims["iss"], claims["scope"]) == (scope["market"]["uri"], scope["scope"]), "not of this market")
        believe(claims["version"] == scope["version"], "another version")
        shape = verified_jwt(deposit["shape_signature"], "scope-shape+jwt", keys)
        believe(shape["jwe_hash"] == deposit["jwe_hash"] and shape["shape"] == shape_of(values), "another shape")
        issuer_jwt, *texts, _ = presentation.split("~")
        return issuer_jwt, {json.loads(from_base64url(text))[1]: text for text in texts}, values

    # What they sign.

    def names(self, scope: dict) -> list[str]:
        """All claims that are asked for and there."""
        if scope["scope"] in self.typed:
            typed = self.typed[scope["scope"]]
            return [claim["name"] for claim in scope["definition"]["claims"] if claim["name"] in typed]
        return [claim["name"] for claim in scope["claims"] if claim["have"]]

    def approval_claims(self, scope: dict, names: list[str], days: int = 0) -> dict:
        """What an honest browser signs."""
        asked, now = self.asked, int(time.time())
        is_market = scope["held_by"] == "market"
        if is_market:
            digest = scope["digest"]
        elif scope["scope"] in self.typed:
            digest = {"self_asserted": True}
        else:
            digest = {"jwe_hash": scope["deposit"]["jwe_hash"]}
        return {
            "iss": thumbprint(self.person.signing_key.public_jwk), "sub": scope["sub"] if is_market else asked["sub"],
            "aud": [asked["issuer"], scope["market"]["uri"]] if is_market else [asked["issuer"]],
            "client_id": asked["client_id"], "scope": scope["scope"], "version": scope["version"], "claims": names,
            **({"purpose": scope["purpose"]} if "purpose" in scope else {}),
            "request_hash": asked["request_hash"], "encryption_jkt": asked["encryption_jkt"], "digest": digest,
            "until": now + (days * DAY if days else APPROVAL_SECONDS), "nonce": asked["nonce"],
            "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + APPROVAL_SECONDS,
        }

    def approval(
        self, scope: dict, names: list[str] | None = None, days: int = 0, *, changes: dict | None = None,
        header: dict | None = None, signer: HolderKey | None = None,
    ) -> str:
        """The signed approval of one scope."""
        claims = self.approval_claims(scope, self.names(scope) if names is None else names, days)
        return signed(
            self.person.signing_key, "consent-approval+jwt", claims, header=header, changes=changes, signer=signer)

    def release(
        self, scope: dict, approval: str, *, changes: dict | None = None, public_jwk: dict | None = None,
        signer: HolderKey | None = None,
    ) -> str:
        """Values that the person keeps, encrypted to the service provider."""
        _, agreed = parts_of(approval)
        now, key = int(time.time()), self.person.signing_key
        claims = {
            "iss": thumbprint(key.public_jwk), "aud": self.asked["client_id"], "iat": now,
            "exp": now + RELEASE_SECONDS, "jti": secrets.token_urlsafe(12), "scope": scope["scope"],
            "version": scope["version"], "request_hash": self.asked["request_hash"],
            "approval_hash": hash_of(approval), **self.values(scope, agreed["claims"])}
        made = signed(
            key, "data-release+jwt", claims, header={"jwk": key.public_jwk}, changes=changes, signer=signer)
        return sealed(made, "JWT", public_jwk or self.asked["encryption_key"])

    def values(self, scope: dict, names: list[str]) -> dict:
        """`values` or `sd_jwt`."""
        if scope["scope"] in self.typed:
            return {"values": {name: self.typed[scope["scope"]][name] for name in names}}
        issuer_jwt, disclosures, _ = self.open_deposit(scope)
        made: dict = {"sd_jwt": "~".join([issuer_jwt, *(disclosures[name] for name in names), ""])}
        _, said = parts_of(issuer_jwt)
        if said["cnf"]["jkt"] != thumbprint(self.person.signing_key.public_jwk):
            # The market knew an earlier key: the statements lead from that one to the one that signs.
            made["statements"] = self.person.statements
        return made

    def part(self, scope: dict, approval: str, **options: object) -> dict:
        """One scope of the answer."""
        made = {"scope": scope["scope"], "approval": approval}
        if scope["held_by"] == "person":
            made["release"] = self.release(scope, approval, **options)
        return made

    def answer(self, only: dict[str, list[str]] | None = None, days: int = 0, **options: object) -> list[dict]:
        """The parts for everything there is, or for `only` these scopes and claims."""
        chosen = [each for each in self.asked["scopes"] if only is None or each["scope"] in only]
        return [
            self.part(scope, self.approval(scope, only and only[scope["scope"]], days, **options))
            for scope in chosen]

    # The form.

    def allow(
        self, only: dict[str, list[str]] | None = None, days: int = 0, *, typed: dict[str, dict] | None = None,
        **options: object,
    ) -> Shown | Departure:
        """Agrees."""
        self.typed |= typed or {}
        return self.send(self.answer(only, days, **options), days)

    def send(self, parts: object, days: int = 0, form: dict | None = None) -> Shown | Departure:
        """Sends any answer: a list of parts, or a text."""
        text = parts if isinstance(parts, str) else json.dumps({"scopes": parts})
        return self.person.browser.press(
            self.page, "allow", {"sharing": text, "remember": REMEMBERED[days], **(form or {})})

    def refusals(self) -> list[str]:
        """Why answers to this page were not taken, as the operator sees it."""
        action = self.page.html.form_of(self.page.html.one("allow")).attributes["action"]
        # A ticket begins with its identifier, 18 bytes.
        entries = self.person.hub.managed("GET", f"/timelines/{action.split('/')[-1][:24]}")["timeline"]
        assert all(entry["error"] == "invalid_approval" for entry in entries if entry["outcome"] == "refused")
        return [entry["reason"] for entry in entries if entry["outcome"] == "refused"]

    def deny(self) -> Departure:
        """Does not agree."""
        return departed(self.person.browser.press(self.page, "deny"))


# What is in a vault.


def wrapped(key: bytes, data: bytes) -> str:
    """Nonce, ciphertext and tag of AES-256-GCM."""
    nonce = secrets.token_bytes(12)
    return base64url(nonce + AESGCM(key).encrypt(nonce, data, None))


def unwrapped(key: bytes, text: str) -> bytes:
    """The other way."""
    data = from_base64url(text)
    return AESGCM(key).decrypt(data[:12], data[12:], None)


def pkcs8(key: HolderKey) -> bytes:
    """A private key in DER."""
    return key.key.private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def password_keys(password: str, salt: bytes) -> tuple[bytes, bytes]:
    """What wraps, and what is shown to the server."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, PASSWORD_ROUNDS, 64)
    return made[:32], made[32:]


def raw_text(element: Element | None) -> str:
    """The text of a script element, with every space."""
    assert element is not None, "there is no such element"
    return "".join(child for child in element.children if isinstance(child, str))
