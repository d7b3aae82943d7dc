"""What many wallets were told, to be held against each other and against the server's own record."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock

import requests
from requests.adapters import HTTPAdapter

from code_wallet import CodeFlow


@dataclass(frozen=True)
class Spent:
    """What one finished flow has used up, and what it still holds."""

    flow: CodeFlow
    token_form: dict
    form_changes: dict
    nonce: str
    token: str


@dataclass
class Ledger:
    """Shared by all wallets; each entry is made under the lock."""

    begun: float = field(default_factory=time.monotonic)
    # Flows by kind, and what went wrong in those that ended otherwise.
    finished: Counter = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    lost_tokens: list[str] = field(default_factory=list)
    # Requests that were sent again, by the reason; logins that were begun again.
    repeated: Counter = field(default_factory=Counter)
    begun_again: Counter = field(default_factory=Counter)
    # What was given for a code and for a nonce.
    tokens: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    credentials: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    spent: list[Spent] = field(default_factory=list)
    # Credentials that came, by timeline; and by step and timeline the requests to which no good answer came.
    acknowledged: Counter = field(default_factory=Counter)
    unanswered: Counter = field(default_factory=Counter)
    # Things that were used up and were taken once more.
    taken_twice: list[str] = field(default_factory=list)
    # When a good answer came, and how long after its request.
    good: list[tuple[float, float]] = field(default_factory=list)
    # And when one that says no more than that there is none now, with its status.
    bad: list[tuple[float, int]] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    # During the run.

    def token(self, code: str, token: str) -> None:
        """A token was given for a code."""
        with self.lock:
            self.tokens[code].add(token)

    def credential(self, timeline: str, nonce: str, credential: str) -> None:
        """A credential was given for a nonce."""
        with self.lock:
            self.credentials[nonce].append(credential)
            self.acknowledged[timeline] += 1

    def keep(self, spent: Spent) -> None:
        """A flow is finished."""
        with self.lock:
            self.spent.append(spent)

    def count(self, counter: Counter, name: object) -> None:
        """One more."""
        with self.lock:
            counter[name] += 1

    def note(self, entries: list[str], text: str) -> None:
        """One more that has a text."""
        with self.lock:
            entries.append(f"{time.monotonic() - self.begun:.1f} s: {text}")

    def answer(self, status: int, seconds: float) -> None:
        """An answer came; refusals that a client asks for are good answers too."""
        with self.lock:
            self.statuses[status] += 1
            if status < 500:
                self.good.append((time.monotonic() - self.begun, seconds))
            else:
                self.bad.append((time.monotonic() - self.begun, status))

    # Afterwards.

    def codes_with_several_tokens(self) -> list[str]:
        """Codes for which different tokens were given."""
        return [code[:24] for code, tokens in self.tokens.items() if len(tokens) > 1]

    def nonces_with_several_credentials(self) -> list[str]:
        """Nonces by which more than one credential came."""
        return [nonce for nonce, credentials in self.credentials.items() if len(credentials) > 1]

    def longest_gap(self, begin: float, end: float) -> float:
        """The longest time within a span in which nobody had a good answer."""
        moments = [begin, *sorted(moment for moment, _ in self.good if begin < moment < end), end]
        return max(second - first for first, second in pairwise(moments))

    def bad_between(self, begin: float, end: float) -> Counter:
        """Answers within a span that were none, by status."""
        return Counter(status for moment, status in self.bad if begin <= moment <= end)

    def percentile(self, percent: float) -> float:
        """How long so many of the good answers took at most."""
        times = sorted(seconds for _, seconds in self.good)
        return times[min(len(times) - 1, int(len(times) * percent / 100))]


class NotNow(requests.RequestException):
    """An answer that says nothing but that there is none at the moment."""


class Stopwatch(HTTPAdapter):
    """Writes every answer of a session into the ledger; raises `NotNow` for the statuses in `raised`."""

    def __init__(self, ledger: Ledger, raised: frozenset[int] = frozenset()) -> None:
        super().__init__()
        self.ledger, self.raised = ledger, raised

    def send(self, request: requests.PreparedRequest, **arguments: object) -> requests.Response:
        """The answer."""
        begun = time.monotonic()
        answer = super().send(request, **arguments)
        self.ledger.answer(answer.status_code, time.monotonic() - begun)
        if answer.status_code in self.raised:
            answer.close()
            raise NotNow(str(answer.status_code))
        return answer
