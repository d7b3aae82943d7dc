"""HTTP by hand, for requests that no client library would send."""

import socket
from dataclasses import dataclass
from threading import Thread

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class RawAnswer:
    """The status of an answer; None if the server closed the connection without one."""

    status: int | None


def send(port: int, request: bytes) -> RawAnswer:
    """Sends bytes and reads the status line, at the same time: a server may answer before it has heard everything."""
    with socket.create_connection(("localhost", port), TIMEOUT_SECONDS) as connection:
        sender = Thread(target=send_all, args=(connection, request))
        sender.start()
        answer = RawAnswer(status_of(read_line(connection)))
        shut_down(connection)
        sender.join()
        return answer


def send_all(connection: socket.socket, request: bytes) -> None:
    """Sends until everything is sent or the server stops listening."""
    try:
        connection.sendall(request)
    except OSError:
        pass


def shut_down(connection: socket.socket) -> None:
    """Ends both directions, which ends a sender that still waits."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def read_line(connection: socket.socket) -> bytes:
    """What arrives up to the end of the first line, or of the connection."""
    received = b""
    try:
        while b"\r\n" not in received:
            block = connection.recv(4096)
            if not block:
                break
            received += block
    except ConnectionResetError:
        pass
    return received.split(b"\r\n")[0]


def status_of(line: bytes) -> int | None:
    """The number in `HTTP/1.1 400 Bad Request`."""
    if not line:
        return None
    version, status, *_ = line.split(b" ")
    assert version.startswith(b"HTTP/1."), line
    return int(status)


def post(path: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """A POST request, its headers in order and possibly repeated."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def chunked(body: bytes, size: int = 8192) -> bytes:
    """A body in chunks, its length not told beforehand."""
    chunks = [body[start:start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
