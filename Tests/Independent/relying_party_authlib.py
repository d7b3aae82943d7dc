"""A relying party on Authlib: what it does is the library's; only pushing requests and decryption are added here."""

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import UserInfo
from joserfc import jwe

from plain_browser import single
from wallet import expect

METADATA = "/.well-known/openid-configuration"
KEY_ALGORITHMS = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP", "RSA-OAEP-256"]
CONTENT_ALGORITHMS = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"]


class Session(OAuth2Session):
    """A session that asks the machine for no proxy."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.trust_env = False


class AuthlibApp(OAuth2Mixin, OpenIDMixin, BaseApp):
    """What Authlib's integrations are made of, without a web framework."""

    client_cls = Session

    def _on_update_token(self, *_: object, **__: object) -> None:
        """Nobody keeps refreshed tokens."""


@dataclass(frozen=True)
class Login:
    """What a login gave."""

    tokens: dict
    # The verified claims of the ID token.
    claims: UserInfo


class AuthlibRelyingParty:
    """One registered client. `secret` is its secret, or its private key for private_key_jwt."""

    def __init__(
        self, issuer: str, client_id: str, redirect_uri: str, secret: Any = None, *, method: str | None = None,
        algorithm: str = "ES256", scope: str = "openid profile email", decryption_key: Any = None,
    ) -> None:
        self.issuer, self.redirect_uri, self.decryption_key = issuer, redirect_uri, decryption_key
        self.method = method or ("none" if secret is None else "client_secret_basic")
        self.app = AuthlibApp(
            None, name="party", client_id=client_id, client_secret=secret,
            server_metadata_url=issuer.removesuffix("/") + METADATA, client_auth_methods=self.auth_methods(algorithm),
            client_kwargs={
                "scope": scope, "code_challenge_method": "S256", "token_endpoint_auth_method": self.method,
                "revocation_endpoint_auth_method": self.method,
            })
        # The login that is under way.
        self.begun: dict = {}

    def auth_methods(self, algorithm: str) -> list:
        """Authlib signs assertions for the token endpoint if it is not told their audience."""
        return [PrivateKeyJWT(self.issuer, alg=algorithm)] if self.method == "private_key_jwt" else []

    @cached_property
    def metadata(self) -> dict:
        """The provider's metadata, which must be its own."""
        metadata = self.app.load_server_metadata()
        expect(metadata["issuer"] == self.issuer, f"the metadata is of {metadata['issuer']}")
        return metadata

    # Logging in.

    def begin(self, **parameters: str) -> str:
        """The address of an authorization request."""
        self.begun = self.app.create_authorization_url(self.redirect_uri, **parameters)
        return self.begun["url"]

    def begin_pushed(self, **parameters: str) -> str:
        """The same, its parameters pushed (RFC 9126)."""
        address = urlsplit(self.begin(**parameters))
        form = dict(parse_qsl(address.query))
        with self.session() as session:
            answer = session.post(
                self.metadata["pushed_authorization_request_endpoint"], data=form, withhold_token=True,
                auth=session.client_auth(self.method))
        expect(answer.status_code == 201, f"PAR: {answer.status_code} {answer.text}")
        reference = {"client_id": self.app.client_id, "request_uri": answer.json()["request_uri"]}
        return address._replace(query=urlencode(reference)).geturl()

    def finish(self, callback: str) -> Login:
        """The tokens for the answer that came to the redirect URI, and what the ID token says."""
        answer = single(parse_qs(urlsplit(callback).query))
        expect(callback.split("?")[0] == self.redirect_uri, f"the answer went to {callback}")
        expect(secrets.compare_digest(answer.get("state", ""), self.begun["state"]), "the state is not ours")
        if self.metadata.get("authorization_response_iss_parameter_supported"):
            expect(answer.get("iss") == self.issuer, f"the answer is from {answer.get('iss')}")
        expect("code" in answer, f"no code: {answer}")
        tokens = self.app.fetch_access_token(
            self.redirect_uri, code=answer["code"], code_verifier=self.begun["code_verifier"])
        return Login(tokens, self.read_id_token(tokens, self.begun["nonce"]))

    def log_in(self, browse: Callable[[str], str], pushed: bool = False, **parameters: str) -> Login:
        """The whole login; `browse` takes the person from the one address to the other."""
        address = self.begin_pushed(**parameters) if pushed else self.begin(**parameters)
        return self.finish(browse(address))

    def read_id_token(self, tokens: dict, nonce: str | None) -> UserInfo:
        """Decrypts an ID token if need be, and has Authlib verify it."""
        token = tokens["id_token"]
        if self.decryption_key is not None:
            expect(token.count(".") == 4, "the ID token is not encrypted")
            algorithms = KEY_ALGORITHMS + CONTENT_ALGORITHMS
            token = jwe.decrypt_compact(token, self.decryption_key, algorithms=algorithms).plaintext.decode()
        return self.app.parse_id_token({**tokens, "id_token": token}, nonce)

    # Afterwards.

    def user_info(self, tokens: dict) -> UserInfo:
        """The claims at the userinfo endpoint."""
        return self.app.userinfo(token=tokens)

    def refresh(self, tokens: dict) -> dict:
        """New tokens for a refresh token."""
        with self.session() as session:
            return session.refresh_token(self.metadata["token_endpoint"], refresh_token=tokens["refresh_token"])

    def revoke(self, token: str) -> requests.Response:
        """Tells the provider that a token is no longer needed."""
        with self.session() as session:
            return session.revoke_token(self.metadata["revocation_endpoint"], token=token)

    def introspect(self, token: str) -> requests.Response:
        """Asks the provider about a token."""
        with self.session() as session:
            return session.introspect_token(self.metadata["introspection_endpoint"], token=token)

    def logout_address(self, login: Login, back_to: str) -> str:
        """Where the browser goes to log out."""
        made = self.app.create_logout_url(back_to, login.tokens["id_token"])
        return made["url"]

    def session(self) -> Session:
        """Authlib's session with the client's credentials."""
        return self.app._get_oauth_client(**self.metadata)
