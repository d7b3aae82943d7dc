"""A service provider that was written from the specification: its signed request, and its disbelief of what comes."""

import time
from dataclasses import dataclass
from functools import cached_property

import requests

from client_proofs import request_object
from code_wallet import CodeFlow
from holder_keys import HolderKey, from_base64url, thumbprint
from openid_checks import id_token_claims
from plain_browser import Departure
from sharing_log import LogReader, check_reference
from sharing_messages import (
    believe, disclosed, encryption_entry, hash_of, key_named, newest_key, opened, parts_of, verified_jwt)
from sharing_setup import Organization, RealHub
from wallet import Wallet, successful

REQUEST_SECONDS = 60


@dataclass(frozen=True)
class Asked:
    """What is asked for of one scope: claims with `!` are essential; None stands for all."""

    scope: str
    claims: list[str] | None = None
    purpose: str | None = "To offer you our premium account"

    def detail(self, encryption_key: dict) -> dict:
        """The entry of `authorization_details`."""
        made: dict = {"type": "data_sharing", "scope": self.scope, "encryption_key": encryption_key}
        if self.claims is not None:
            made["claims"] = [
                {"name": name.rstrip("!"), **({"essential": True} if name.endswith("!") else {})}
                for name in self.claims]
        return made if self.purpose is None else {**made, "purpose": self.purpose}


class ServiceProvider(Organization):
    """Has a key that data is encrypted to."""

    roles = ["provider"]

    def __init__(self, name: str, hub: RealHub, wallet: Wallet, algorithm: str = "ES256") -> None:
        super().__init__(name, hub, wallet, algorithm)
        self.encryption_key = HolderKey.make()

    def document(self, **changes: object) -> dict:
        """With its address."""
        return super().document(**{"redirect_uris": [self.client.redirect_uri], **changes})

    def ask(self, *asked: Asked, **options: object) -> "DataFlow":
        """A request that has not been pushed yet."""
        return DataFlow(self, list(asked), **options)


class DataFlow(CodeFlow):
    """One request for data, from the signed request object to the values."""

    def __init__(
        self, provider: ServiceProvider, asked: list[Asked], *, changes: dict | None = None, nonce: str = "n-0S6",
        scope: str | None = None, encryption_key: dict | None = None, **parameters: str,
    ) -> None:
        scopes = scope or " ".join(["openid", *(each.scope for each in asked)])
        super().__init__(
            provider.hub.metadata(provider.wallet), provider.client, provider.wallet, scope=scopes, nonce=nonce,
            **parameters)
        self.provider, self.wanted, self.nonce = provider, asked, nonce
        key = encryption_key or encryption_entry(provider.encryption_key)
        self.details = [each.detail(key) for each in asked]
        # Members of the request object that are not the honest ones.
        self.changes = changes or {}

    # Whether it signs; otherwise only the scopes are asked for, as any client would.
    signs = True

    def plainly(self) -> "DataFlow":
        """As an ordinary client of OpenID Connect, which knows nothing of data sharing."""
        self.signs, self.pushes = False, False
        return self

    @cached_property
    def request(self) -> str:
        """The signed request object."""
        parameters = {**self.parameters, "authorization_details": self.details}
        return request_object(
            self.provider.key, self.provider.name, self.server["issuer"], parameters, claims=self.changes)

    @property
    def request_hash(self) -> str | None:
        """What approvals are bound to; None for what the server alone has written down."""
        return hash_of(self.request) if self.signs else None

    def push(self, changes: dict | None = None, **options: object) -> requests.Response:
        """Pushes the request object alone."""
        form = {"request": self.request, **(changes or {})}
        return self.post(self.server["pushed_authorization_request_endpoint"], form, **options)

    # What comes.

    def take_departure(self, answer: Departure) -> "DataFlow":
        """The code."""
        self.take(self.checked(answer))
        return self

    @cached_property
    def told(self) -> dict:
        """The claims of the ID token."""
        return id_token_claims(self, self.nonce)

    def told_now(self) -> dict:
        """What UserInfo says."""
        told = successful(self.user_info())
        believe(told["sub"] == self.told["sub"], "UserInfo is about somebody else")
        return told

    def values(self, scope: str, told: dict | None = None) -> dict:
        """The values of a scope, all of it verified."""
        return Disbelief(self, scope, (told or self.told)["encrypted_scopes"][scope]).values()


class Disbelief:
    """Verifies one entry of `encrypted_scopes`."""

    def __init__(self, flow: DataFlow, scope: str, entry: dict) -> None:
        self.flow, self.scope, self.entry = flow, scope, entry
        self.hub, self.wallet = flow.provider.hub.url, flow.wallet
        self.log = LogReader(self.hub, self.wallet)

    def values(self) -> dict:
        """All of it."""
        [asked] = [each for each in self.flow.wanted if each.scope == self.scope]
        believe(self.entry["from"] == self.scope.split(":")[0], "from another market")
        agreed = self.agreed(asked)
        release = self.release(agreed)
        if "values" in release:
            believe(agreed["digest"] == {"self_asserted": True}, "the person agreed to the market's word")
            believe("ledger" not in self.entry, "there can be no entry for what was typed")
            values = release["values"]
        else:
            values = self.market_word(release, agreed)
        believe(set(values) == set(agreed["claims"]), "other claims than the person agreed to")
        return values

    def agreed(self, asked: Asked) -> dict:
        """What the approval says; whose it is shows the market, or the release."""
        header, said = parts_of(self.entry["approval"])
        believe(header["typ"] == "consent-approval+jwt", "no approval")
        is_market = self.entry["held_by"] == "market"
        believe(said["aud"] == ([self.hub, self.entry["market_uri"]] if is_market else [self.hub]), "aud")
        believe(is_market or said["sub"] == self.flow.told["sub"], "another person agreed")
        believe(said["client_id"] == self.flow.provider.name and said["scope"] == self.scope, "for somebody else")
        believe(said["version"] == self.entry["version"] and said.get("purpose") == asked.purpose, "another version")
        hashes = (self.flow.request_hash, None if self.flow.signs else said["request_hash"])
        believe(said["request_hash"] in hashes, "another request")
        key = self.flow.provider.encryption_key.public_jwk
        believe(said["encryption_jkt"] == thumbprint(key), "another key")
        believe(said["until"] > time.time(), "it is over")
        names = None if asked.claims is None else {name.rstrip("!") for name in asked.claims}
        believe(names is None or set(said["claims"]) <= names, "claims that were not asked for")
        return said

    @cached_property
    def market_keys(self) -> list[dict]:
        """As the hub has them, with where they are logged."""
        answer = self.wallet.http.get(f"{self.hub}/sharing/organizations/{self.entry['from']}/keys", timeout=10)
        return answer.json()["keys"]

    def release(self, agreed: dict) -> dict:
        """What is in the JWE."""
        compact = opened(self.entry["jwe"], "JWT", self.flow.provider.encryption_key)
        if self.entry["held_by"] == "market":
            keys, issuer = self.market_keys, self.entry["market_uri"]
        else:
            # The person's key comes with the release; that it is theirs, the approval says that it has signed.
            header, _ = parts_of(compact)
            believe(thumbprint(header["jwk"]) == agreed["iss"], "another person's key")
            keys, issuer = [{**header["jwk"], "kid": agreed["iss"], "use": "sig"}], agreed["iss"]
            verified_jwt(self.entry["approval"], "consent-approval+jwt", keys)
        said = verified_jwt(compact, "data-release+jwt", keys)
        believe((said["iss"], said["aud"]) == (issuer, self.flow.provider.name), "a release for somebody else")
        believe((said["scope"], said["version"]) == (self.scope, self.entry["version"]), "of another scope")
        believe(said["request_hash"] == agreed["request_hash"], "of another request")
        believe(said["approval_hash"] == hash_of(self.entry["approval"]), "under another approval")
        believe(said["iat"] - 60 < time.time() < said["exp"] <= said["iat"] + 600, "not of now")
        return said

    def market_word(self, release: dict, agreed: dict) -> dict:
        """The values that the market has signed, and that the ledger has of it."""
        presentation = release["sd_jwt"]
        claims, values = disclosed(presentation, self.market_keys)
        issuer_jwt = presentation.split("~")[0]
        believe(claims["iss"] == self.entry["market_uri"] and claims["scope"] == self.scope, "of another scope")
        believe(claims["version"] == self.entry["version"], "another version")
        if self.entry["held_by"] == "market":
            digest_hash = hash_of(issuer_jwt)
            believe(agreed["digest"]["hash"] == digest_hash, "another digest than the person agreed to")
            believe(agreed["digest"]["index"] == self.entry["ledger"]["index"], "another entry")
            believe("cnf" not in claims, "bound to a person")
            committed, signature = from_base64url(digest_hash), from_base64url(issuer_jwt.split(".")[2])
        else:
            holder = claims["cnf"]["jkt"]
            if holder != agreed["iss"]:
                holder = newest_key(release.get("statements", []), holder)["kid"]
            believe(holder == agreed["iss"], "another person's")
            committed, signature = from_base64url(agreed["digest"]["jwe_hash"]), None
        check_reference(self.log, self.entry["ledger"], "digest", self.entry["from"], committed, signature)
        header, _ = parts_of(issuer_jwt)
        key = key_named(self.market_keys, header["kid"])
        check_reference(self.log, key["ledger"], "key", self.entry["from"], from_base64url(thumbprint(plain(key))))
        return values


def plain(key: dict) -> dict:
    """The public members alone."""
    return {name: key[name] for name in ("kty", "crv", "x", "y") if name in key}
