"""HTTP as such, over a real connection: order, persistence, and what is no HTTP at all."""

import socket

import pytest

from raw_http import TIMEOUT_SECONDS
from vouchsafe import Vouchsafe

NONCE = "/issuance/oid4vci/nonce"


def request(method: str, path: str, *headers: str, version: str = "1.1") -> bytes:
    """The bytes of a request without a body."""
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode()


def exchange(server: Vouchsafe, *parts: bytes) -> bytes:
    """Everything that the server answers to the parts, sent one after the other, until it closes the connection."""
    with socket.create_connection(("localhost", server.port), TIMEOUT_SECONDS) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while block := connection.recv(65536):
            received += block
        return received


def test_pipelined_requests_are_answered_in_their_order(server: Vouchsafe) -> None:
    """Some of them wait for the database and some do not; the answers keep the order all the same."""
    unknown_offer = "/issuance/oid4vci/credential-offer/" + "A" * 24
    wanted = [("GET", "/health"), ("GET", unknown_offer), ("POST", NONCE), ("GET", unknown_offer), ("GET", "/health")]
    requests = [request(method, path) for method, path in wanted[:-1]]
    answers = exchange(server, b"".join(requests) + request(*wanted[-1], "Connection: close"))
    bodies = [part.split(b"\r\n\r\n", 1)[1] for part in answers.split(b"HTTP/1.1 ")[1:]]
    words = (b"status", b"offer_not_found", b"c_nonce")
    kinds = [next(word.decode() for word in words if word in body) for body in bodies]
    assert kinds == ["status", "offer_not_found", "c_nonce", "offer_not_found", "status"]


def test_a_request_may_come_in_pieces(server: Vouchsafe) -> None:
    """Byte by byte is slow, but it is a request."""
    whole = request("GET", "/health", "Connection: close")
    assert exchange(server, *(bytes([byte]) for byte in whole)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("headers,version", [(["Connection: close"], "1.1"), ([], "1.0")])
def test_the_connection_is_closed_if_asked(headers: list[str], version: str, server: Vouchsafe) -> None:
    """The read returns only because the server closes."""
    assert b'{"status":"ok"}' in exchange(server, request("GET", "/health", *headers, version=version))


def test_a_whole_address_may_stand_for_the_path(server: Vouchsafe) -> None:
    """What clients send to proxies, a server must understand too."""
    answer = exchange(server, request("GET", f"http://localhost:{server.port}/health", "Connection: close"))
    assert b'{"status":"ok"}' in answer


def test_head_states_the_length_and_sends_no_body(server: Vouchsafe) -> None:
    """What GET sends, without its body."""
    head, rest = exchange(server, request("HEAD", "/health", "Connection: close")).split(b"\r\n\r\n", 1)
    assert b"content-length: 15" in head.lower()
    assert b"transfer-encoding" not in head.lower()
    assert rest == b""


@pytest.mark.parametrize(
    "garbage", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 8, b"\r\n" * 9])
def test_what_is_no_http_is_refused_and_harms_nobody(garbage: bytes, server: Vouchsafe) -> None:
    """The connection ends, with 400 where there was something to answer; the server goes on."""
    answer = exchange(server, garbage + request("GET", "/health", "Connection: close"))
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ", b"HTTP/1.1 200 "))
    assert b"200 " in exchange(server, request("GET", "/health", "Connection: close"))


def test_every_answer_names_its_request(server: Vouchsafe) -> None:
    """Two requests of one connection have different ids."""
    answers = exchange(server, request("GET", "/health") + request("GET", "/health", "Connection: close"))
    ids = [line for line in answers.split(b"\r\n") if line.lower().startswith(b"x-request-id: ")]
    assert len(ids) == 2 and len(set(ids)) == 2
