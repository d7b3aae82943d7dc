"""A minimal OpenID4VCI 1.0 wallet, written from the specification; it shares no code with Vouchsafe."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

from holder_keys import HolderKey
from proofs import make_proof

PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
TIMEOUT_SECONDS = 30


class UnexpectedAnswer(AssertionError):
    """The server did not answer as the specification says."""


@dataclass(frozen=True)
class Discovery:
    """What a wallet learns from the two metadata documents."""

    issuer: dict
    authorization_server: dict

    @property
    def credential_issuer(self) -> str:
        """The Credential Issuer Identifier: the audience of key proofs."""
        return self.issuer["credential_issuer"]

    @property
    def token_endpoint(self) -> str:
        """Where the code becomes an access token."""
        return self.authorization_server["token_endpoint"]

    @property
    def nonce_endpoint(self) -> str:
        """Where nonces for key proofs come from."""
        return self.issuer["nonce_endpoint"]

    @property
    def credential_endpoint(self) -> str:
        """Where credentials come from."""
        return self.issuer["credential_endpoint"]

    def is_bound(self, configuration: str) -> bool:
        """Whether a credential is bound to a key, which a proof shows: OpenID4VCI 1.0 section 12.2.4."""
        return "proof_types_supported" in self.issuer["credential_configurations_supported"][configuration]


class Wallet:
    """One wallet with one HTTP connection; not to be shared between threads."""

    def __init__(self) -> None:
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Closes the connection."""
        self.http.close()

    def __enter__(self) -> "Wallet":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The steps, in their order.

    def read_offer(self, link: str) -> dict:
        """The offer behind a link: in it (by value), where it points (by reference), or at the plain address."""
        value, reference = offer_parameters(link)
        return json.loads(value) if value is not None else self.get_json(reference)

    def discover(self, credential_issuer: str) -> Discovery:
        """Both metadata documents of an issuer, each checked to be for whom it was fetched."""
        issuer = self.get_json(well_known("openid-credential-issuer", credential_issuer))
        expect(issuer["credential_issuer"] == credential_issuer, "the metadata is of another issuer")
        servers = issuer["authorization_servers"]
        expect(bool(servers), "authorization_servers is empty")
        server = self.get_json(well_known("oauth-authorization-server", servers[0]))
        expect(server["issuer"] == servers[0], "the metadata is of another authorization server")
        return Discovery(issuer, server)

    def post_token(self, discovery: Discovery, form: dict) -> requests.Response:
        """A token request with any form."""
        return self.post(discovery.token_endpoint, data=form)

    def redeem(self, discovery: Discovery, offer: dict, tx_code: str | None = None) -> str:
        """The access token for an offer."""
        answer = successful(self.post_token(discovery, token_form(offer, tx_code)))
        expect(answer["token_type"].lower() == "bearer", "the token is no bearer token")
        return answer["access_token"]

    def nonce(self, discovery: Discovery) -> str:
        """A fresh nonce."""
        return successful(self.post(discovery.nonce_endpoint))["c_nonce"]

    def post_credential(self, discovery: Discovery, token: str, body: dict) -> requests.Response:
        """A credential request with any JSON body."""
        return self.post(discovery.credential_endpoint, json=body, headers=bearer(token))

    def credentials(self, discovery: Discovery, token: str, body: dict) -> list[str]:
        """The credentials that a good request gets."""
        entries = successful(self.post_credential(discovery, token, body))["credentials"]
        return [entry["credential"] for entry in entries]

    # The whole flow.

    def accept(
        self, link: str, tx_code: str | None = None, *, keys: list[HolderKey] | None = None, reference: str = "jwk",
        shape: str = "proofs",
    ) -> list[str]:
        """The first credential of an offer, one copy for each key; only one if it is bound to none."""
        offer = self.read_offer(link)
        configuration = first_configuration(offer)
        discovery = self.discover(offer["credential_issuer"])
        token = self.redeem(discovery, offer, tx_code)
        if not discovery.is_bound(configuration):
            return self.credentials(discovery, token, {"credential_configuration_id": configuration})
        nonce = self.nonce(discovery)
        proofs = [
            make_proof(key, discovery.credential_issuer, nonce, reference) for key in keys or [HolderKey.make()]
        ]
        return self.credentials(discovery, token, credential_request(configuration, proofs, shape))

    # HTTP.

    def get_json(self, url: str, media_types: tuple[str, ...] = ("application/json",)) -> dict:
        """A JSON object."""
        return successful(self.http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False), media_types)

    def post(self, url: str, **arguments: object) -> requests.Response:
        """A POST that follows no redirect."""
        return self.http.post(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **arguments)


def offer_parameters(link: str) -> tuple[str | None, str | None]:
    """The offer in a link, or the address it is fetched from; exactly one of them."""
    parts = urlsplit(link)
    parameters = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    names = [name for name in ("credential_offer", "credential_offer_uri") if name in parameters]
    if not names and parts.scheme in ("http", "https"):
        return None, link
    expect(len(names) == 1 and len(parameters[names[0]]) == 1, "the link must have exactly one offer")
    value = parameters[names[0]][0]
    return (value, None) if names[0] == "credential_offer" else (None, value)


def well_known(name: str, identifier: str) -> str:
    """The metadata address of an identifier: the name goes between host and path (OpenID4VCI 12.2.2, RFC 8414 3.1)."""
    parts = urlsplit(identifier)
    path = "" if parts.path == "/" else parts.path
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{path}"


def pre_authorized_code(offer: dict) -> str:
    """The code of an offer."""
    return offer["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]


def first_configuration(offer: dict) -> str:
    """The first credential configuration of an offer."""
    return offer["credential_configuration_ids"][0]


def token_form(offer: dict, tx_code: str | None = None) -> dict:
    """The token request for an offer."""
    form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": pre_authorized_code(offer)}
    return form if tx_code is None else {**form, "tx_code": tx_code}


def credential_request(configuration: str, proofs: list[str], shape: str = "proofs") -> dict:
    """A credential request: with `proofs` as in 1.0, or with the single `proof` of the drafts before."""
    if shape == "proofs":
        return {"credential_configuration_id": configuration, "proofs": {"jwt": proofs}}
    expect(len(proofs) == 1, "a single proof is one proof")
    return {"credential_configuration_id": configuration, "proof": {"proof_type": "jwt", "jwt": proofs[0]}}


def bearer(token: str) -> dict:
    """The header that carries an access token, RFC 6750 section 2.1."""
    return {"Authorization": f"Bearer {token}"}


def successful(response: requests.Response, media_types: tuple[str, ...] = ("application/json",)) -> dict:
    """The JSON object of a response that must be 200 and of one of these media types."""
    what = f"{response.request.method} {response.url}"
    expect(response.status_code == 200, f"{what}: {response.status_code} {response.text}")
    media_type = response.headers["Content-Type"].split(";")[0].strip()
    expect(media_type in media_types, f"{what}: {media_type}")
    answer = response.json()
    expect(isinstance(answer, dict), "the answer is no JSON object")
    return answer


def expect(truth: bool, complaint: str) -> None:
    """Raises `complaint` unless `truth`; stays when Python drops assertions."""
    if not truth:
        raise UnexpectedAnswer(complaint)
