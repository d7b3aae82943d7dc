"""A PostgreSQL server of the tests' own, in a folder that goes with it.

With `VOUCHSAFE_TEST_STORE=postgresql` every server that the tests start has a fresh database of one such server instead
of a SQLite file.
"""

import atexit
import functools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

from programs import free_port, give_away, running_as

BINARIES = Path("/usr/lib/postgresql/15/bin")
# PostgreSQL refuses to run as root; Debian has this user for it.
SERVING_USER = "postgres"
ADMINISTRATOR, OWNER = "admin", "vouchsafe"
SECONDS = 60
STORE = "VOUCHSAFE_TEST_STORE"
# Between the columns of what psql prints.
SEPARATOR = "\x1f"

# Ends the server and its folder with the process that holds the other end of the pipe, however that ends.
UNDERTAKER = 'cat >/dev/null; "$1/pg_ctl" stop -D "$2/data" -m immediate >/dev/null 2>&1; rm -rf "$2"'


def is_installed() -> bool:
    """Whether this machine has PostgreSQL 15."""
    return os.access(BINARIES / "postgres", os.X_OK)


class PostgreSQL:
    """One server on a port of its own. Unless it is `durable`, it is fast and a power failure would harm it."""

    def __init__(self, durable: bool = True, connections: int = 300) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vouchsafe-postgresql-"))
        self.data, self.log = self.folder / "data", self.folder / "server.log"
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.durable, self.connections = durable, connections
        self.undertaker: subprocess.Popen | None = None

    # The server.

    def create(self) -> "PostgreSQL":
        """Makes the folder's contents and starts the server for the first time."""
        # Also who may do nothing here gets to the socket.
        self.folder.chmod(0o711)
        self.undertaker = subprocess.Popen(
            ["/bin/sh", "-c", UNDERTAKER, "sh", BINARIES, self.folder], stdin=subprocess.PIPE, cwd="/",
            start_new_session=True, **running_as(SERVING_USER))
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(self.password)
        give_away(self.folder, SERVING_USER)
        self.program(
            "initdb", "-D", self.data, "-U", ADMINISTRATOR, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8",
            "--locale=C", *([] if self.durable else ["--no-sync"]))
        password.unlink()
        (self.data / "pg_hba.conf").write_text(
            "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = {text}\n" for name, text in self.settings.items())
        self.start()
        self.sql(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{self.password}'")
        return self

    @property
    def settings(self) -> dict[str, str]:
        """What is not as it comes."""
        switch = "on" if self.durable else "off"
        return {
            "listen_addresses": "'127.0.0.1'", "port": str(self.port), "unix_socket_directories": f"'{self.folder}'",
            "max_connections": str(self.connections), "fsync": switch, "full_page_writes": switch,
            "timezone": "'UTC'",
        }

    @property
    def socket(self) -> Path:
        """Where it listens besides."""
        return self.folder / f".s.PGSQL.{self.port}"

    def start(self) -> None:
        """Starts the server, after a crash with what it has to recover, and waits until it is ready."""
        self.program("pg_ctl", "start", "-w", "-t", str(SECONDS), "-D", self.data, "-l", self.log)

    def stop(self) -> None:
        """Stops the server as an administrator does: connections are closed, nothing is waited for."""
        self.program("pg_ctl", "stop", "-w", "-t", str(SECONDS), "-D", self.data, "-m", "fast")

    def crash(self) -> None:
        """Ends every process of the server at once; the next start recovers from the log."""
        self.program("pg_ctl", "stop", "-w", "-t", str(SECONDS), "-D", self.data, "-m", "immediate")

    def end(self) -> None:
        """Stops the server and removes its folder."""
        if self.undertaker is not None:
            os.killpg(self.undertaker.pid, signal.SIGKILL)
            self.undertaker.communicate()
            self.undertaker = None
            if (self.data / "postmaster.pid").exists():
                self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "PostgreSQL":
        return self.create()

    def __exit__(self, *_: object) -> None:
        self.end()

    def program(self, name: str, *arguments: object) -> None:
        """Runs one of PostgreSQL's own programs as the user that the server runs as."""
        done = subprocess.run(
            [BINARIES / name, *arguments], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, encoding="utf-8", timeout=2 * SECONDS, **running_as(SERVING_USER))
        log = self.log.read_text(errors="replace")[-2000:] if done.returncode and self.log.exists() else ""
        assert done.returncode == 0, f"{name}: {done.stderr}{log}"

    # Databases.

    def create_database(self, owner: str = OWNER, options: str = "") -> str:
        """The URL of a new, empty database, as its owner."""
        name = f"test_{secrets.token_hex(8)}"
        self.sql(f"CREATE DATABASE {name} OWNER {owner} {options}")
        return self.url(name)

    def url(self, database: str, user: str = OWNER, password: str | None = None, port: int | None = None) -> str:
        """The address of a database."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{port or self.port}/{database}"

    def sql(self, text: str, database: str = "postgres") -> list[list[str]]:
        """The rows that statements give which the administrator runs; NULL is an empty text."""
        done = self.client("psql", database, "-XqAt", "-F", SEPARATOR, "-v", "ON_ERROR_STOP=1", "-c", text)
        return [line.split(SEPARATOR) for line in done.decode().splitlines()]

    def cut_connections(self) -> int:
        """Ends every connection of others, whatever it is doing; how many there were."""
        ended = self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
        return len(ended)

    def dump(self, database: str, file: Path) -> None:
        """A backup, as an operator makes it while everything runs."""
        file.write_bytes(self.client("pg_dump", database, "--format=custom"))

    def restore(self, file: Path, database: str) -> None:
        """Puts a backup into an empty database."""
        self.client("pg_restore", database, "--exit-on-error", text=file.read_bytes())

    def contents(self, database: str) -> bytes:
        """Every value of every table as the bytes that it is."""
        tables = self.sql("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'", database)
        assert tables, f"{database} has no tables"
        return b"".join(
            self.client("psql", database, "-Xqc", f"COPY {name} TO STDOUT (FORMAT binary)") for [name] in tables)

    def client(self, name: str, database: str, *arguments: str, text: bytes = b"") -> bytes:
        """What one of PostgreSQL's programs prints that works on a database, as the administrator."""
        done = subprocess.run(
            [BINARIES / name, "--dbname", self.url(database, ADMINISTRATOR), *arguments], input=text,
            capture_output=True, timeout=SECONDS)
        assert done.returncode == 0, f"{name} {arguments}: {done.stderr.decode(errors='replace')}"
        return done.stdout


def database_name(url: str) -> str:
    """The database in a URL."""
    return urlsplit(url).path.removeprefix("/")


# One server for all that is tested on both stores.


def is_wanted() -> bool:
    """Whether the servers of the tests are to have databases of PostgreSQL."""
    store = os.environ.get(STORE, "sqlite")
    assert store in ("sqlite", "postgresql"), f"{STORE} is {store}, which is neither sqlite nor postgresql"
    return store == "postgresql"


def is_ruled_out() -> bool:
    """Whether also what is about several processes is to run on a SQLite file."""
    return os.environ.get(STORE) == "sqlite"


@functools.cache
def shared() -> PostgreSQL:
    """The server, which ends with this process. Power failures are not tested with it."""
    server = PostgreSQL(durable=False, connections=1000)
    atexit.register(server.end)
    return server.create()


def fresh_database() -> str | None:
    """The URL of a database for one installation; None if it is to have a SQLite file."""
    return shared().create_database() if is_wanted() else None
