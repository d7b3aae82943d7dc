"""Debian's nginx before several processes, from a folder of its own, as whoever runs the tests.

Round robin without sticky sessions. What an operator decides here: a request goes to the next process when one does not
answer the connection, and a GET also when one says 503, as it does while it stops. A POST that has reached a process is
never sent again by the proxy, which cannot know what came of it; that is the client's to do.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from programs import Program, answers, free_port

NGINX = "/usr/sbin/nginx"
# What a process is given for an answer. Longer than the program itself waits for its database.
ANSWER_SECONDS = 20
# So long a process gets nothing that did not answer. A rolling restart must wait for it, or all of them are left alone
# at the same time.
LEFT_ALONE_SECONDS = 1

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 1024; }}
http {{
    {temporary}
    log_format upstreams '$request_method $uri $status [$upstream_addr] [$upstream_status] $request_time';
    access_log access.log upstreams;
    upstream processes {{
        {servers}
        keepalive 64;
    }}
    server {{
        listen 127.0.0.1:{port} reuseport backlog=1024;
        keepalive_requests 100000;
        location / {{
            proxy_pass http://processes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_connect_timeout 2s;
            proxy_read_timeout {answer_seconds}s;
            proxy_next_upstream error timeout http_503;
            proxy_next_upstream_timeout {answer_seconds}s;
        }}
    }}
}}
"""
LINE = re.compile(r"(\S+) (\S+) (\d+) \[(.*?)\] \[(.*?)\] (\S+)")


def is_installed() -> bool:
    """Whether this machine has nginx."""
    return os.access(NGINX, os.X_OK)


class NginxFront:
    """One nginx. It has its address before it starts, so that the processes can be told."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="nginx-front-"))
        self.port = free_port()
        self.program = Program(
            [NGINX, "-p", self.directory, "-c", "nginx.conf", "-e", "error.log"], self.directory / "nginx.log",
            cwd=self.directory)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    @property
    def access_log(self) -> Path:
        """A line for each request."""
        return self.directory / "access.log"

    def start(self, ports: Sequence[int]) -> None:
        """Starts it before the processes that listen there."""
        (self.directory / "nginx.conf").write_text(self.configuration(ports), encoding="utf-8")
        self.program.start(lambda: answers(self.url + "/health"))

    def configuration(self, ports: Sequence[int]) -> str:
        """The processes by their ports, and nothing of /etc."""
        server = "server 127.0.0.1:{} max_fails=1 fail_timeout={}s;"
        bodies = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        return CONFIGURATION.format(
            port=self.port, answer_seconds=ANSWER_SECONDS, user="user root;" if os.geteuid() == 0 else "",
            temporary=" ".join(f"{name}_temp_path {self.directory}/{name};" for name in bodies),
            servers=" ".join(server.format(port, LEFT_ALONE_SECONDS) for port in ports))

    def stop(self) -> None:
        """Stops it and removes its folder."""
        self.program.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    # Where requests went.

    def mark(self) -> int:
        """A place in the log, which ends there now."""
        return self.access_log.stat().st_size

    def ports_since(self, mark: int) -> list[int]:
        """The process that answered each request since then."""
        with open(self.access_log, encoding="utf-8") as log:
            log.seek(mark)
            found = [LINE.fullmatch(line.strip()) for line in log]
        return [int(each[4].split(",")[-1].split(":")[-1]) for each in found]
