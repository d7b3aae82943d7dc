"""The tools of the tests of login and authorization, against each other; nothing here needs a server."""

import csv
import json
import time
from pathlib import Path

import pytest
import requests
from joserfc import jwe, jwk, jws

from client_proofs import public_key_entry
from holder_keys import HolderKey, base64url
from local_tls import make_local_tls
from openid_checks import decrypted, header_of, verified
from provider_setup import as_csv, made_up_people, phone_of
from registry import students
from small_server import Reply, SmallServer
from tls_front import TLSFront


def signed(key: HolderKey, claims: dict, **header: str) -> str:
    """A JWT."""
    entry = public_key_entry(key)
    return jws.serialize_compact(
        {"alg": "ES256", "kid": entry["kid"], "typ": "JWT", **header}, json.dumps(claims), key.key)


def test_jwt_is_verified_by_the_key_that_it_names() -> None:
    """And by no other; another type is another thing."""
    key, other = HolderKey.make(), HolderKey.make()
    keys = [public_key_entry(each) for each in (key, other)]
    token = signed(key, {"sub": "x", "iat": int(time.time())})
    assert verified(token, keys)["sub"] == "x" and header_of(token)["alg"] == "ES256"
    for bad in (token[:-4] + "AAAA", signed(key, {}, typ="at+jwt"), signed(key, {}, kid=keys[1]["kid"])):
        with pytest.raises(Exception):
            verified(bad, keys)
    unsigned = ".".join([base64url(b'{"alg":"none","typ":"JWT"}'), token.split(".")[1], ""])
    with pytest.raises(AssertionError):
        verified(unsigned, keys)


def test_rsa_keys_are_read() -> None:
    """As a server publishes them."""
    key = jwk.generate_key("RSA", 2048, {"kid": "r", "use": "sig", "alg": "RS256"})
    token = jws.serialize_compact({"alg": "RS256", "kid": "r", "typ": "JWT"}, '{"a":1}', key, algorithms=["RS256"])
    assert verified(token, [key.as_dict(private=False)]) == {"a": 1}


def test_encrypted_jwt_is_opened() -> None:
    """What is inside is a JWT again."""
    key = HolderKey.make()
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "JWT"}
    token = jwe.encrypt_compact(header, b"a.b.c", key.key, algorithms=list(header.values())[:2])
    assert decrypted(token, key.key) == "a.b.c"
    with pytest.raises(AssertionError):
        decrypted("a.b.c", key.key)


def test_people_are_rows_of_the_sample() -> None:
    """With what they log in by, which nobody shares."""
    people = made_up_people()
    rows = list(csv.DictReader(as_csv(people).splitlines()))
    assert [row["id"] for row in rows] == [person.id for person in people]
    for row, person in zip(rows, people):
        assert (row["password"], row["pin"], row["phone"]) == (person.password, person.pin, phone_of(person))
        assert {name: row[name] for name in person.facts} == person.facts
        assert students()[person.id]["email"] == person.username
    for names in ("username", "password"):
        assert len({getattr(person, names) for person in people}) == len(people)


def test_proxy_ends_tls_and_says_so(tmp_path: Path) -> None:
    """Bodies, headers and redirects come through, and the server behind hears for whom."""
    tls = make_local_tls(tmp_path)
    with SmallServer() as behind, TLSFront(tls) as front, requests.Session() as http:
        http.trust_env, http.verify, front.behind = False, str(tls.trusted), behind.port
        behind.publish("/in", Reply(b'{"a": 1}', headers={"Set-Cookie": "x=1"}))
        answer = http.post(front.url + "/in?q=1", data=b"body", headers={"X-Forwarded-For": "203.0.113.1"})
        assert answer.json() == {"a": 1} and answer.headers["Set-Cookie"] == "x=1"
        received = behind.wait_for("/in")
        assert (received.body, received.path, received.headers["X-Forwarded-Proto"]) == (b"body", "/in?q=1", "https")
        assert received.headers["Host"] == front.url.removeprefix("https://")
        behind.publish("/out", Reply.redirect("https://elsewhere.example/"))
        assert http.get(front.url + "/out", allow_redirects=False).status_code == 303
