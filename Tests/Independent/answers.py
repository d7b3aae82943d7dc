"""What an answer must be, to the last header."""

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import requests

# error_description, RFC 6749 section 5.2: ASCII without quotation mark and backslash.
SAFE_TEXT = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")
ERROR_MEMBERS = {"error", "error_description", "error_uri"}


def assert_refused(response: requests.Response, status: int, error: str) -> None:
    """An error response of OAuth or OpenID4VCI: status, code, and a form that leaks and caches nothing."""
    assert (response.status_code, error_code(response)) == (status, error), response.text
    body = response.json()
    assert set(body) <= ERROR_MEMBERS
    assert SAFE_TEXT.fullmatch(body.get("error_description", "-")), body
    assert_private(response)


def error_code(response: requests.Response) -> str | None:
    """The error code in a JSON body, None if there is none."""
    try:
        return response.json().get("error")
    except requests.JSONDecodeError:
        return None


def assert_issued(response: requests.Response, count: int = 1) -> list[str]:
    """A credential response with so many credentials."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert set(body) <= {"credentials", "notification_id"}
    assert len(body["credentials"]) == count
    assert_private(response)
    return [entry["credential"] for entry in body["credentials"]]


def assert_private(response: requests.Response) -> None:
    """JSON for one client only, dated."""
    assert response.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in [token.strip() for token in response.headers["Cache-Control"].split(",")]
    assert_dated(response)


def assert_dated(response: requests.Response) -> None:
    """A Date header that is right within five minutes."""
    difference = datetime.now(timezone.utc) - parsedate_to_datetime(response.headers["Date"])
    assert abs(difference) < timedelta(minutes=5)


def assert_challenge(response: requests.Response, error: str | None) -> None:
    """401 with a challenge for each scheme, and no error code, when no token was sent (RFC 6750 section 3.1).

    To whom sent a bearer token that is no good, one for that scheme, with the error code.
    """
    assert response.status_code == 401
    found = challenges(response)
    assert set(found) == ({"Bearer", "DPoP"} if error is None else {"Bearer"})
    assert re.findall(r'error="([^"]*)"', found["Bearer"]) == ([] if error is None else [error])
    # RFC 9449 section 7.1.
    assert "DPoP" not in found or re.fullmatch(r'algs="[A-Za-z0-9 ]*\bES256\b[A-Za-z0-9 ]*"', found["DPoP"])
    assert_dated(response)


def challenges(response: requests.Response) -> dict[str, str]:
    """The parameters of each challenge by its scheme; each stands in a header line of its own."""
    lines = response.raw.headers.getlist("WWW-Authenticate")
    found = {scheme: parameters for scheme, _, parameters in (line.partition(" ") for line in lines)}
    assert len(found) == len(lines), f"a scheme is there twice: {lines}"
    return found
