"""A wallet that goes on when servers fail, as an ordinary one does.

It sends a request again when the connection fails, the answer is lost, or a proxy or server says that it cannot answer
now (502, 503, 504): the same code and the same key, a fresh proof, later and later, and not for ever. A login that was
broken off is begun again.
"""

import random
import time
from dataclasses import replace
from typing import Callable, Iterator

import requests

from code_wallet import Client, CodeFlow, NoSecret
from fleet import Fleet
from holder_keys import HolderKey
from ledger import Ledger, NotNow, Spent, Stopwatch
from people import Person
from plain_browser import PlainBrowser
from proofs import make_proof
from sign_in import Visitor
from wallet import Discovery, Wallet, credential_request, token_form

NOT_NOW = frozenset({500, 502, 503, 504})
# The first wait, the longest, and how many there are: half a minute in all.
FIRST_WAIT, LONGEST_WAIT, WAITS = 0.05, 2.0, 20
LOGINS = 12
CONFIGURATION = "enrolment"
# So many of the finished flows try to use up once more what they have used up.
REPLAYED = 0.25


class GaveUp(Exception):
    """Nothing came of a request after all its repetitions."""


class LostToken(Exception):
    """The token was given in an answer that got lost, and is not given again."""


class EnduringWallet:
    """One wallet with its person, who is logged in by facts; it lives in one thread."""

    def __init__(self, fleet: Fleet, ledger: Ledger, person: Person) -> None:
        self.fleet, self.ledger, self.person = fleet, ledger, person
        self.wallet = Wallet()
        self.watch(self.wallet.http)
        self.discovery: Discovery = self.wallet.discover(fleet.url)

    def watch(self, http: requests.Session, raised: frozenset[int] = frozenset()) -> None:
        """Writes what is answered into the ledger."""
        http.mount("http://", Stopwatch(self.ledger, raised))

    def close(self) -> None:
        """Closes its connections."""
        self.wallet.close()

    # Whole flows.

    def take(self, kind: str) -> None:
        """One flow, and what came of it in the ledger."""
        flows = {"offer": self.take_offer, "login": self.take_by_login}
        try:
            flows[kind]()
        except LostToken as lost:
            self.ledger.note(self.ledger.lost_tokens, f"{kind}: {lost}")
        except (GaveUp, AssertionError, KeyError, requests.RequestException) as failure:
            self.ledger.note(self.ledger.failed, f"{kind}: {type(failure).__name__} {failure}"[:600])
        else:
            self.ledger.count(self.ledger.finished, kind)

    def take_offer(self) -> None:
        """An offer by an operator's program, and what is in it."""
        body = {"credential_configuration_ids": [CONFIGURATION], "subject": self.person.id}
        made, _ = self.persist("offer", lambda: self.fleet.manage("POST", "/offers", self.somebody(), json=body))
        told = good(made, 201)
        fetched, _ = self.persist(
            "offer", lambda: self.wallet.http.get(told["credential_offer_uri"], timeout=30))
        form = token_form(good(fetched))
        flow = self.flow(Client("", "https://unused.example/", NoSecret(), HolderKey.make()))
        self.finish(flow, form, {"client_id": None}, form["pre-authorized_code"])

    def somebody(self) -> object:
        """A process that runs, as far as one can tell."""
        return random.choice([member for member in self.fleet.members if member.is_running])

    def take_by_login(self) -> None:
        """A login and a consent, and what the code gives."""
        with PlainBrowser() as browser:
            self.watch(browser.http, raised=NOT_NOW)
            for number in range(LOGINS):
                flow = self.flow(self.fleet.clients["wallet"], scope=CONFIGURATION)
                if self.authorize(flow, browser):
                    return self.finish(flow, flow.token_form, {}, flow.code)
                self.ledger.count(self.ledger.begun_again, "login")
                time.sleep(min(LONGEST_WAIT, FIRST_WAIT * 2 ** number))
        raise GaveUp(f"no code after {LOGINS} logins")

    def flow(self, client: Client, **options: object) -> CodeFlow:
        """An authorization of a client."""
        return CodeFlow(self.discovery.authorization_server, client, self.wallet, **options)

    # Steps.

    def authorize(self, flow: CodeFlow, browser: PlainBrowser) -> bool:
        """Request, login and consent; whether there is a code. If something broke in between there is none."""
        pushed, _ = self.persist("request", flow.push)
        flow.pushed = good(pushed, 201)
        browser.way_out = flow.client.redirect_uri
        try:
            flow.take(flow.visit(Visitor(self.person, browser, methods=("knowledge",))))
        except requests.RequestException as failure:
            self.ledger.count(self.ledger.repeated, f"page: {cause_of(failure)}")
            return False
        return True

    def finish(self, flow: CodeFlow, form: dict, changes: dict, code: str) -> None:
        """From the code to the credential."""
        endpoint = flow.server["token_endpoint"]
        answer, is_in_doubt = self.persist(
            "token", lambda: flow.post(endpoint, form, form_changes=changes), code[:24])
        if answer.status_code == 400 and is_in_doubt and answer.json()["error"] == "invalid_grant":
            raise LostToken(code[:24])
        token = good(answer)["access_token"]
        self.ledger.token(code, token)
        last, nonce = self.fetch_credential(flow, token, code[:24])
        spent = Spent(flow, form, changes, nonce, token)
        self.ledger.keep(spent)
        if random.random() < REPLAYED:
            self.replay(spent, [answer, last])

    def fetch_credential(self, flow: CodeFlow, token: str, timeline: str) -> tuple[requests.Response, str]:
        """Credential requests, each with another nonce if that is what is wrong; the credential, and its nonce."""
        while True:
            answered, _ = self.persist("nonce", lambda: self.wallet.post(self.discovery.nonce_endpoint))
            nonce = good(answered)["c_nonce"]
            body = credential_body(self.discovery, nonce)
            answer, is_in_doubt = self.persist(
                "credential", lambda: flow.credential(self.discovery, body, token=token), timeline)
            if answer.status_code == 400 and is_in_doubt and answer.json()["error"] == "invalid_nonce":
                self.ledger.count(self.ledger.repeated, "credential: invalid_nonce")
                continue
            [entry] = good(answer)["credentials"]
            self.ledger.credential(timeline, nonce, entry["credential"])
            return answer, nonce

    def replay(self, spent: Spent, answers: list[requests.Response]) -> None:
        """What is used up is used once more: proofs by the same bytes, the code by another key."""
        for answer in answers:
            again, _ = self.persist("replay", lambda: self.wallet.http.send(answer.request.copy(), timeout=30))
            self.expect_refused("a proof", again)
        stolen, _ = self.persist("replay", lambda: code_by_another_key(spent, self.wallet))
        self.expect_refused("a code", stolen)

    def expect_refused(self, what: str, answer: requests.Response) -> None:
        """An answer to something that was used before."""
        if answer.status_code not in (400, 401):
            self.ledger.note(self.ledger.taken_twice, f"{what}: {answer.status_code} {answer.text[:200]}")

    # Repetition.

    def persist(
        self, what: str, send: Callable[[], requests.Response], timeline: str | None = None
    ) -> tuple[requests.Response, bool]:
        """The answer, after repetitions if need be, and whether an earlier one may have got lost."""
        is_in_doubt, cause = False, ""
        for wait in waits():
            try:
                answer = send()
                if answer.status_code not in NOT_NOW:
                    return answer, is_in_doubt
                cause = str(answer.status_code)
            except requests.RequestException as failure:
                cause = cause_of(failure)
            is_in_doubt = True
            self.ledger.count(self.ledger.repeated, f"{what}: {cause}")
            if timeline is not None:
                self.ledger.count(self.ledger.unanswered, (what, timeline))
            time.sleep(wait)
        raise GaveUp(f"{what}: {cause} in the end")


def code_by_another_key(spent: Spent, wallet: Wallet) -> requests.Response:
    """A token request of somebody who has seen the code."""
    client = replace(spent.flow.client, dpop_key=HolderKey.make())
    thief = CodeFlow(spent.flow.server, client, wallet)
    return thief.post(thief.server["token_endpoint"], spent.token_form, form_changes=spent.form_changes)


def nonce_once_more(spent: Spent, wallet: Wallet, discovery: Discovery) -> requests.Response:
    """Another credential by a nonce that one has come by."""
    spent.flow.wallet = wallet
    return spent.flow.credential(discovery, credential_body(discovery, spent.nonce), token=spent.token)


def credential_body(discovery: Discovery, nonce: str) -> dict:
    """A credential request for a new key."""
    return credential_request(CONFIGURATION, [make_proof(HolderKey.make(), discovery.credential_issuer, nonce)])


def waits() -> Iterator[float]:
    """Later and later, no two wallets at the same moment."""
    for number in range(WAITS):
        yield min(LONGEST_WAIT, FIRST_WAIT * 2 ** number) * random.uniform(0.5, 1.5)


def cause_of(failure: requests.RequestException) -> str:
    """Why there was no answer."""
    if isinstance(failure, NotNow):
        return str(failure)
    if isinstance(failure, requests.Timeout):
        return "no answer in time"
    return "connection lost" if isinstance(failure, requests.ConnectionError) else type(failure).__name__


def good(answer: requests.Response, status: int = 200) -> dict:
    """The JSON of an answer that must be a success."""
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()
