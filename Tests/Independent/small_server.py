"""A small HTTP server for what a client publishes (keys, request objects) and for what it is sent (logout tokens)."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Callable
from urllib.parse import parse_qs

WAIT_SECONDS = 15


@dataclass(frozen=True)
class Received:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True)
class Reply:
    """What a path answers."""

    body: bytes = b""
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: object, status: int = 200, **headers: str) -> "Reply":
        """A JSON document; underscores in the names of headers stand for hyphens."""
        dashed = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(json.dumps(value).encode(), status=status, headers=dashed)

    @classmethod
    def redirect(cls, location: str) -> "Reply":
        """A redirect that is followed with GET."""
        return cls(status=303, headers={"Location": location})


# Makes the reply to a request.
Answering = Callable[[Received], Reply]


class SmallServer:
    """Answers the paths that it is told to, 404 elsewhere, and remembers every request."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Answering] = {}
        self.received: list[Received] = []
        self.came = Condition()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.server_address[1]

    @property
    def url(self) -> str:
        """Its address, without a final slash."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> "SmallServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def publish(self, path: str, reply: Reply | Answering | object) -> str:
        """Lets a path answer with a reply, by a function, or with JSON; its address."""
        self.replies[path] = reply if isinstance(reply, Reply) or callable(reply) else Reply.of_json(reply)
        return self.url + path

    def to(self, path: str) -> list[Received]:
        """The requests to a path, whatever their query."""
        return [request for request in self.received if request.path.split("?")[0] == path]

    def wait_for(self, path: str, count: int = 1) -> Received:
        """The newest request to a path, once there are so many."""
        with self.came:
            arrived = self.came.wait_for(lambda: len(self.to(path)) >= count, WAIT_SECONDS)
            assert arrived, f"{len(self.to(path))} of {count} requests to {path}"
            return self.to(path)[-1]

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What http.server wants: a class that knows this server."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            """Keeps the request and answers it."""

            def answer(self) -> None:
                """Any method."""
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                request = Received(self.command, self.path, dict(self.headers), body)
                with owner.came:
                    owner.received.append(request)
                    owner.came.notify_all()
                found = owner.replies.get(self.path.split("?")[0], Reply(b"{}", status=404))
                reply = found if isinstance(found, Reply) else found(request)
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, text in reply.headers.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        return Handler
