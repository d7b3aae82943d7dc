"""A proxy that ends TLS in front of a server, as operators have one, and says for whom it asks."""

import http.client
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local_tls import LocalTLS

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "date", "server"}


class TLSFront:
    """Listens on a port of its own; the server behind it gets `X-Forwarded-For` and `X-Forwarded-Proto`."""

    def __init__(self, tls: LocalTLS) -> None:
        self.tls = tls
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.server.socket = tls.context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        # The port of the server behind.
        self.behind = 0

    @property
    def url(self) -> str:
        """The public address."""
        return f"https://localhost:{self.server.server_address[1]}"

    def __enter__(self) -> "TLSFront":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What http.server wants: a class that knows this proxy."""
        front = self

        class Handler(BaseHTTPRequestHandler):
            """Passes a request on and its answer back."""

            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                """Any method."""
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                connection = http.client.HTTPConnection("127.0.0.1", front.behind, timeout=30)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, text in forwarded(self):
                    connection.putheader(name, text)
                connection.putheader("Content-Length", str(len(body)))
                connection.endheaders(body)
                self.pass_back(connection.getresponse())
                connection.close()

            def pass_back(self, reply: http.client.HTTPResponse) -> None:
                """The answer, each header as often as it is there."""
                content = reply.read()
                self.send_response(reply.status)
                for name, text in reply.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, text)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        return Handler


def forwarded(request: BaseHTTPRequestHandler) -> list[tuple[str, str]]:
    """The headers for the server behind; what the client has said about forwarding stands before the proxy's word."""
    sent = [(name, text) for name, text in request.headers.items() if name.lower() not in HOP_BY_HOP]
    return [
        *sent, ("Host", request.headers["Host"]), ("X-Forwarded-For", request.client_address[0]),
        ("X-Forwarded-Proto", "https"),
    ]
