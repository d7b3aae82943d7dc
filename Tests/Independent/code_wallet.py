"""The authorization code flow as a client does it (RFC 6749, 7636, 9126, 9207, 9449), one step at a time.

Each step happens when it is first asked for, and each can be done differently: `changes` replace parameters, None takes
one out. Nothing here knows Vouchsafe's addresses; all come from metadata.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

import requests

from client_proofs import (
    ASSERTION_TYPE, ATTESTATION_HEADER, ATTESTATION_PROOF_HEADER, Attester, attestation_proof, client_assertion,
    dpop_proof)
from holder_keys import HolderKey, base64url
from plain_browser import Departure, PlainBrowser
from people import Person
from sign_in import Visitor
from visits import changed
from wallet import TIMEOUT_SECONDS, Discovery, Wallet, expect, successful, well_known

Form = dict[str, str]


# How a client shows who it is.


class Authentication(Protocol):
    """Adds what the client shows to a form and its headers."""

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """`server` is the authorization server's metadata."""


class NoSecret:
    """A public client, which only says its name."""

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """RFC 6749 section 3.2.1."""
        form["client_id"] = client_id


@dataclass(frozen=True)
class SecretBasic:
    """A secret in the Authorization header."""

    secret: str

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """RFC 6749 section 2.3.1: both are form-encoded first."""
        pair = f"{quote(client_id, safe='')}:{quote(self.secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()


@dataclass(frozen=True)
class SecretPost:
    """A secret in the form."""

    secret: str

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """RFC 6749 section 2.3.1."""
        form |= {"client_id": client_id, "client_secret": self.secret}


@dataclass(frozen=True)
class PrivateKeyJWT:
    """An assertion for the issuer identifier, signed by the client's key."""

    key: HolderKey
    header: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """RFC 7523 section 2.2."""
        made = client_assertion(self.key, client_id, server["issuer"], header=self.header, claims=self.claims)
        form |= {"client_id": client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": made}


@dataclass(frozen=True)
class Attested:
    """A wallet whose provider vouches for it; every request has a fresh proof of the instance's key."""

    attester: Attester
    instance: HolderKey = field(default_factory=HolderKey.make)
    attestation_claims: dict = field(default_factory=dict)
    proof_claims: dict = field(default_factory=dict)

    def add(self, client_id: str, server: dict, form: Form, headers: dict[str, str], challenge: str | None) -> None:
        """OpenID4VCI 1.0 Appendix E."""
        form["client_id"] = client_id
        headers[ATTESTATION_HEADER] = self.attester.attestation(
            client_id, self.instance, claims=self.attestation_claims)
        headers[ATTESTATION_PROOF_HEADER] = attestation_proof(
            self.instance, client_id, server["issuer"], challenge, claims=self.proof_claims)


@dataclass(frozen=True)
class Client:
    """A registered client."""

    client_id: str
    redirect_uri: str
    authentication: Authentication = field(default_factory=NoSecret)
    # The key that its tokens are bound to; None for bearer tokens.
    dpop_key: HolderKey | None = None


# The flow.


class CodeFlow:
    """One authorization, from the request to the tokens and what they are good for."""

    def __init__(
        self, server: dict, client: Client, wallet: Wallet, *, scope: str | None = None, details: list | None = None,
        pushes: bool = True, **parameters: str,
    ) -> None:
        self.server = server
        self.client = client
        self.wallet = wallet
        self.pushes = pushes
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)
        details_text = None if details is None else json.dumps(details)
        self.asked = changed({"scope": scope, "authorization_details": details_text}, parameters)
        self.code: str | None = None
        # The newest nonce of each origin.
        self.dpop_nonces: dict[str, str] = {}

    # The authorization request.

    @property
    def parameters(self) -> Form:
        """The good authorization request."""
        return {
            "response_type": "code", "client_id": self.client.client_id, "redirect_uri": self.client.redirect_uri,
            "state": self.state, "code_challenge": challenge_of(self.verifier), "code_challenge_method": "S256",
            **self.asked,
        }

    def push(self, changes: dict | None = None, **options: object) -> requests.Response:
        """Pushes the request."""
        form = changed(self.parameters, changes or {})
        return self.post(self.server["pushed_authorization_request_endpoint"], form, **options)

    @cached_property
    def pushed(self) -> dict:
        """The answer to the pushed request."""
        answer = self.push()
        expect(answer.status_code == 201, f"PAR: {answer.status_code} {answer.text}")
        return answer.json()

    def address(self, parameters: Form | None = None) -> str:
        """Where the browser is sent: with the reference to the pushed request, or with `parameters`."""
        if parameters is None and self.pushes:
            parameters = {"client_id": self.client.client_id, "request_uri": self.pushed["request_uri"]}
        query = urlencode(self.parameters if parameters is None else parameters)
        endpoint = self.server["authorization_endpoint"]
        return endpoint + ("&" if urlsplit(endpoint).query else "?") + query

    def browser(self) -> PlainBrowser:
        """A fresh browser that stops where the client's answer begins."""
        return PlainBrowser(self.client.redirect_uri)

    def visit(self, visitor: Visitor) -> dict[str, str]:
        """Lets somebody log in and consent; the parameters that the client gets."""
        answer = visitor.pass_through(self.address())
        return self.checked(answer)

    def checked(self, answer: Departure) -> dict[str, str]:
        """An answer as a careful client takes it: its own address, its own state, and from this server (RFC 9207)."""
        parameters = answer.parameters
        expect(answer.address == self.client.redirect_uri.split("?")[0], f"the answer went to {answer.address}")
        expect(parameters.get("state") == self.state, "the state is not ours")
        expect(parameters.get("iss") == self.server["issuer"], f"the answer is from {parameters.get('iss')}")
        return parameters

    def log_in(self, person: Person, **options: object) -> "CodeFlow":
        """The whole front channel with a browser of its own, and the code is there."""
        with self.browser() as browser:
            self.take(self.visit(Visitor(person, browser, **options)))
        return self

    def take(self, answer: dict[str, str]) -> None:
        """Keeps the code of an answer."""
        expect("code" in answer, f"no code: {answer}")
        self.code = answer["code"]

    # Tokens.

    @property
    def token_form(self) -> Form:
        """The good token request."""
        return {
            "grant_type": "authorization_code", "code": self.code, "redirect_uri": self.client.redirect_uri,
            "code_verifier": self.verifier,
        }

    def ask_for_tokens(self, changes: dict | None = None, **options: object) -> requests.Response:
        """Sends the token request."""
        return self.post(self.server["token_endpoint"], changed(self.token_form, changes or {}), **options)

    @cached_property
    def tokens(self) -> dict:
        """The token response, of the type that the client's key asks for."""
        answer = successful(self.ask_for_tokens())
        self.expect_type(answer)
        return answer

    def ask_to_refresh(self, changes: dict | None = None, **options: object) -> requests.Response:
        """Sends the refresh request."""
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        return self.post(self.server["token_endpoint"], changed(form, changes or {}), **options)

    def refreshed(self) -> dict:
        """The answer to a refresh, which must succeed."""
        answer = successful(self.ask_to_refresh())
        self.expect_type(answer)
        return answer

    def expect_type(self, answer: dict) -> None:
        """The token must be bound exactly if the client has a key for it."""
        wanted = "bearer" if self.client.dpop_key is None else "dpop"
        expect(answer["token_type"].lower() == wanted, f"token_type {answer['token_type']}, not {wanted}")

    def revoke(self, token: str, changes: dict | None = None, **options: object) -> requests.Response:
        """Revokes a token, RFC 7009."""
        return self.post(self.server["revocation_endpoint"], changed({"token": token}, changes or {}), **options)

    def introspect(self, token: str, accept: str = "application/json", **options: object) -> requests.Response:
        """Asks what a token is good for, RFC 7662, or RFC 9701 by `accept`."""
        headers = {"Accept": accept, **options.pop("headers", {})}
        return self.post(self.server["introspection_endpoint"], {"token": token}, headers=headers, **options)

    # What the token is good for.

    def call(
        self, method: str, url: str, *, token: str | None = None, headers: dict | None = None, **arguments: object
    ) -> requests.Response:
        """A request with the access token, and a proof if it is bound; once again if a nonce is asked for."""
        token = token or self.tokens["access_token"]
        answer = self.call_once(method, url, token, headers or {}, arguments)
        if self.client.dpop_key is not None and wants_nonce(answer):
            answer = self.call_once(method, url, token, headers or {}, arguments)
        return answer

    def call_once(self, method: str, url: str, token: str, headers: dict, arguments: dict) -> requests.Response:
        """The same without a second try."""
        key = self.client.dpop_key
        if key is None:
            proofs = {"Authorization": f"Bearer {token}"}
        else:
            proof = dpop_proof(key, method, url, token=token, nonce=self.dpop_nonces.get(origin(url)))
            proofs = {"Authorization": f"DPoP {token}", "DPoP": proof}
        answer = self.wallet.http.request(
            method, url, headers=changed(proofs, headers), timeout=TIMEOUT_SECONDS, allow_redirects=False, **arguments)
        self.keep_nonce(url, answer)
        return answer

    def user_info(self, **arguments: object) -> requests.Response:
        """OpenID Connect Core section 5.3."""
        return self.call("GET", self.server["userinfo_endpoint"], **arguments)

    def credential(self, discovery: Discovery, body: dict, **arguments: object) -> requests.Response:
        """A credential request."""
        return self.call("POST", discovery.credential_endpoint, json=body, **arguments)

    # The back channel.

    def post(
        self, url: str, form: Form, *, headers: dict | None = None, authentication: Authentication | None = None,
        dpop: str | None | type(...) = ..., client_id: str | None = None, form_changes: dict | None = None,
        challenge: str | None | type(...) = ...,
    ) -> requests.Response:
        """A form to an endpoint of the server, with client authentication; once again if a DPoP nonce is asked for.

        `dpop` is a ready proof, or None for none; `challenge` what an attestation's proof answers, or None.
        """
        shows = authentication or self.client.authentication

        def send() -> requests.Response:
            sent, sent_headers = dict(form), {}
            answered = self.challenge_for(shows) if challenge is ... else challenge
            shows.add(client_id or self.client.client_id, self.server, sent, sent_headers, answered)
            proof = self.proof_for(url) if dpop is ... else dpop
            if proof is not None:
                sent_headers["DPoP"] = proof
            answer = self.wallet.post(
                url, data=changed(sent, form_changes or {}), headers=changed(sent_headers, headers or {}))
            self.keep_nonce(url, answer)
            return answer

        answer = send()
        return send() if dpop is ... and self.client.dpop_key is not None and wants_nonce(answer) else answer

    def proof_for(self, url: str) -> str | None:
        """A DPoP proof for a POST to the server, if the client has a key."""
        key = self.client.dpop_key
        return key and dpop_proof(key, "POST", url, nonce=self.dpop_nonces.get(origin(url)))

    def challenge_for(self, authentication: Authentication) -> str | None:
        """A fresh challenge, if the client is attested and the server gives challenges."""
        if not isinstance(authentication, Attested) or "challenge_endpoint" not in self.server:
            return None
        return successful(self.wallet.post(self.server["challenge_endpoint"]))["attestation_challenge"]

    def keep_nonce(self, url: str, answer: requests.Response) -> None:
        """The newest nonce of a server is the one to use, RFC 9449 section 8.2."""
        if "DPoP-Nonce" in answer.headers:
            self.dpop_nonces[origin(url)] = answer.headers["DPoP-Nonce"]


def server_metadata(wallet: Wallet, issuer: str, name: str = "oauth-authorization-server") -> dict:
    """An authorization server's metadata, which must be its own."""
    if name == "openid-configuration":
        metadata = wallet.get_json(issuer.removesuffix("/") + "/.well-known/openid-configuration")
    else:
        metadata = wallet.get_json(well_known(name, issuer))
    expect(metadata["issuer"] == issuer, f"the metadata is of {metadata['issuer']}")
    return metadata


def challenge_of(verifier: str) -> str:
    """The S256 code challenge, RFC 7636 section 4.2."""
    return base64url(hashlib.sha256(verifier.encode("ascii")).digest())


def wants_nonce(answer: requests.Response) -> bool:
    """Whether a refusal only asks for a DPoP nonce, RFC 9449 sections 8 and 9."""
    if answer.status_code == 401 and "use_dpop_nonce" in answer.headers.get("WWW-Authenticate", ""):
        return True
    return answer.status_code in (400, 401) and '"use_dpop_nonce"' in answer.text and "DPoP-Nonce" in answer.headers


def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def credential_details(configuration: str, credential_issuer: str, **members: object) -> list[dict]:
    """`authorization_details` for one credential, OpenID4VCI 1.0 section 5.1.1."""
    return [{
        "type": "openid_credential", "credential_configuration_id": configuration, "locations": [credential_issuer],
        **members,
    }]
