"""The people of the sample registry that somebody can log in as."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

SAMPLE_PEOPLE = Path(__file__).parents[2] / "samples" / "people.json"


@dataclass(frozen=True)
class Person:
    """Somebody, and what they know."""

    id: str
    username: str
    password: str
    pin: str
    # By the registry's field: what the knowledge check asks.
    facts: dict[str, str]


@functools.cache
def sample_people() -> list[Person]:
    """Everybody in `samples/people.json`."""
    entries = json.loads(SAMPLE_PEOPLE.read_text(encoding="utf-8"))
    return [Person(each["id"], each["username"], each["password"], each["pin"], each["facts"]) for each in entries]


def somebody(number: int = 0) -> Person:
    """One of them; different numbers are different people."""
    return sample_people()[number]
