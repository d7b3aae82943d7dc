"""pgbouncer before a PostgreSQL server, in transaction mode: each transaction may have another connection."""

import os
import shutil
import tempfile
from pathlib import Path

from postgresql import OWNER, SERVING_USER, PostgreSQL, database_name
from programs import Program, free_port, give_away, running_as

PGBOUNCER = "/usr/sbin/pgbouncer"

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users
pool_mode = transaction
default_pool_size = 3
logfile = pgbouncer.log
"""


def is_installed() -> bool:
    """Whether this machine has pgbouncer."""
    return os.access(PGBOUNCER, os.X_OK)


class Pooler:
    """One pgbouncer with three connections to the server."""

    def __init__(self, server: PostgreSQL) -> None:
        self.server = server
        self.directory = Path(tempfile.mkdtemp(prefix="pooler-"))
        self.port = free_port()
        self.program = Program(
            [PGBOUNCER, "pgbouncer.ini"], self.directory / "output.log", cwd=self.directory,
            **running_as(SERVING_USER))

    def url(self, database_url: str) -> str:
        """The address of a database by way of the pooler, as the documentation says to write it."""
        direct = self.server.url(database_name(database_url), port=self.port)
        return direct + "?prepared_statements=off"

    def __enter__(self) -> "Pooler":
        (self.directory / "users").write_text(f'"{OWNER}" "{self.server.password}"\n')
        text = CONFIGURATION.format(port=self.port, server_port=self.server.port)
        (self.directory / "pgbouncer.ini").write_text(text)
        give_away(self.directory, SERVING_USER)
        self.program.start(lambda: "process up" in self.log)
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def log(self) -> str:
        """What it has written."""
        file = self.directory / "pgbouncer.log"
        return file.read_text(errors="replace") if file.exists() else ""
