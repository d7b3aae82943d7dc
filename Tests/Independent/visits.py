"""A wallet in the middle of the flow, from where a test can go wrong and then go on."""

from functools import cached_property

import requests

from answers import assert_issued
from holder_keys import HolderKey
from proofs import forge, make_proof, proof_claims, proof_header
from vouchsafe import Vouchsafe
from wallet import Wallet, credential_request, first_configuration, token_form

# Wrong transaction codes after which an offer is locked.
TX_CODE_TRIES = 5


class Visit:
    """One offer, and what the wallet has got for it so far. Each step happens when it is first asked for."""

    def __init__(
        self, server: Vouchsafe, wallet: Wallet, configuration: str = "student-id", tx_code: bool = False
    ) -> None:
        self.server = server
        self.wallet = wallet
        self.key = HolderKey.make()
        self.made = server.create_offer(configuration, tx_code=tx_code)
        self.offer = wallet.read_offer(self.made.link)
        self.discovery = wallet.discover(self.offer["credential_issuer"])

    @cached_property
    def token(self) -> str:
        """The access token."""
        return self.wallet.redeem(self.discovery, self.offer, self.made.tx_code)

    @cached_property
    def nonce(self) -> str:
        """A nonce that no accepted request has used yet, as long as the test has not."""
        return self.wallet.nonce(self.discovery)

    @property
    def configuration(self) -> str:
        """The credential configuration on offer."""
        return first_configuration(self.offer)

    def proof(self, nonce: str | None = None) -> str:
        """A good proof."""
        return make_proof(self.key, self.discovery.credential_issuer, nonce or self.nonce)

    def forged(self, header: dict | None = None, claims: dict | None = None, key: HolderKey | None = None) -> str:
        """A proof that differs from a good one in the members given; None leaves a member out."""
        signer = key or self.key
        return forge(
            changed(proof_header(signer), header or {}), changed(self.good_claims(), claims or {}), signer)

    def good_claims(self) -> dict:
        """The payload of a good proof."""
        return proof_claims(self.discovery.credential_issuer, self.nonce)

    def request(self, *proofs: str) -> dict:
        """A credential request with these proofs."""
        return credential_request(self.configuration, list(proofs))

    def good_request(self) -> dict:
        """A credential request that must succeed."""
        return self.request(self.proof())

    def ask(self, body: dict) -> requests.Response:
        """Sends a credential request."""
        return self.wallet.post_credential(self.discovery, self.token, body)

    def ask_bytes(self, body: bytes, **headers: str) -> requests.Response:
        """Sends any bytes to the credential endpoint, with the access token."""
        all_headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.wallet.post(
            self.discovery.credential_endpoint, data=body, headers=changed(all_headers, dashed(headers)))

    def ask_for_token(self, form: object = None, **arguments: object) -> requests.Response:
        """Sends a token request; `form` may be text to have it as it is."""
        return self.wallet.post(self.discovery.token_endpoint, data=form, **arguments)

    @property
    def token_form(self) -> dict:
        """The good token request."""
        return token_form(self.offer, self.made.tx_code)

    def assert_code_still_works(self) -> None:
        """The code is not spent, and what it gives is good for a credential."""
        assert_issued(self.ask(self.good_request()))

    def assert_nothing_lost(self) -> None:
        """The access token still works, and so does the nonce of the refused request."""
        assert_issued(self.ask(self.good_request()))


def wrong_codes(visit: Visit, count: int) -> list[str]:
    """So many six-digit transaction codes, none of them right."""
    right = int(visit.made.tx_code)
    return [f"{(right + step) % 1_000_000:06}" for step in range(1, count + 1)]


def changed(members: dict, changes: dict) -> dict:
    """A copy of `members` with changes; None leaves a member out."""
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """Header names as keyword arguments cannot spell them."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
