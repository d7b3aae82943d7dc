"""The key-encryption key from a token: SoftHSM's, made and looked at with its own and OpenSC's commands."""

import base64
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import pytest

from visits import Visit
from vouchsafe import Vouchsafe
from wallet import Wallet

KEY = "VOUCHSAFE_KEY_ENCRYPTION_KEY"
PIN = "2718-user"
KEY_LABEL = "key-encryption"
MODULES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")]
# NIST SP 800-108r1 §4.1, as docs/design/004-keys-at-rest.md says.
DERIVATION_INPUT = b"\0\0\0\1vouchsafe key-encryption key\0version 1\0\0\1\0"
EXIT_CONFIGURATION = 78
COMMAND_SECONDS = 30


@dataclass(frozen=True)
class Tokens:
    """A folder of tokens, and the file with their PIN."""

    folder: Path
    module: Path

    @property
    def configuration(self) -> Path:
        """What SoftHSM reads."""
        return self.folder / "softhsm2.conf"

    @property
    def pin_file(self) -> Path:
        """The right PIN."""
        return self.folder / "pin"

    @property
    def environment(self) -> dict[str, str]:
        """What tells SoftHSM where its tokens are."""
        return {"SOFTHSM2_CONF": str(self.configuration)}

    def make(self, label: str) -> str:
        """A token with a key, by the commands of docs/operating.md; the key's URI."""
        self.run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "3141-officer", "--pin", PIN)
        self.tool(
            label, "--keygen", "--key-type", "GENERIC:32", "--label", KEY_LABEL, "--usage-sign", "--sensitive")
        return self.uri(label)

    def uri(self, label: str, *, key: str = KEY_LABEL, module: Path | None = None, pin_file: Path | None = None) -> str:
        """A key's URI."""
        return (f"pkcs11:token={label};object={key}"
                f"?module-path={module or self.module}&pin-source=file:{pin_file or self.pin_file}")

    def tool(self, label: str, *arguments: str) -> str:
        """OpenSC's command, logged in to a token."""
        return self.run(
            "pkcs11-tool", "--module", str(self.module), "--token-label", label, "--login", "--pin", PIN, *arguments)

    def run(self, *command: str) -> str:
        """What a command prints that must succeed."""
        done = subprocess.run(
            command, env={**os.environ, **self.environment}, capture_output=True, encoding="utf-8",
            timeout=COMMAND_SECONDS)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    """An empty folder of tokens."""
    modules = [module for module in MODULES if module.exists()]
    if not modules or not shutil.which("softhsm2-util") or not shutil.which("pkcs11-tool"):
        pytest.skip("softhsm2 and opensc are not installed: nothing was checked with a token")
    made = Tokens(tmp_path_factory.mktemp("tokens"), modules[0])
    (made.folder / "tokens").mkdir()
    made.configuration.write_text(f"directories.tokendir = {made.folder / 'tokens'}\n", encoding="utf-8")
    made.pin_file.write_text(PIN + "\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def uri(tokens: Tokens) -> str:
    """A key."""
    return tokens.make("vouchsafe")


class Installed(Vouchsafe):
    """A process of the installation in `folder`, with settings in its environment."""

    def __init__(self, binary: Path, directory: Path, folder: Path, settings: dict[str, str]) -> None:
        super().__init__(binary, directory)
        self.folder = folder
        self.data = folder / "data"
        self.log.touch()
        self.settings = settings

    @property
    def environment(self) -> dict[str, str]:
        """What it is told beside its ports and folder."""
        return {**super().environment, **self.settings}

    @property
    def serve_command(self) -> list:
        """The server with its configuration."""
        return [self.binary, *self.serve_arguments]

    @property
    def serve_arguments(self) -> list[str]:
        """The same for a start that must fail."""
        return ["serve", "--config", str(self.folder / "vouchsafe.yaml")]

    @property
    def key_file(self) -> Path:
        """Where the key-encryption key is if nobody says otherwise."""
        return self.data / "key-encryption.key"

    def key_ids(self) -> list[str]:
        """The published keys."""
        return [key["id"] for key in self.run_json("keys", "list")]

    def import_people(self) -> None:
        """The sample's people."""
        done = self.run("registry", "import", str(self.folder / "students.csv"))
        assert done.returncode == 0, done.stderr

    def refusal(self, **settings: str) -> tuple[int, str]:
        """How a start ends that must fail, with one line that says why."""
        self.settings = {**self.settings, **settings}
        done = self.run(*self.serve_arguments)
        assert PIN not in done.stderr
        [line] = done.stderr.strip().splitlines()
        return done.returncode, line


@pytest.fixture
def install(binary: Path, tmp_path: Path, tokens: Tokens) -> Iterator[Callable[..., Installed]]:
    """Makes installations."""
    made: list[Installed] = []

    def make(**settings: str) -> Installed:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Installed(binary, folder, folder / "installation", {**tokens.environment, **settings}))
        done = made[-1].run("init", str(made[-1].folder))
        assert done.returncode == 0, done.stderr
        return made[-1]

    yield make
    for server in made:
        server.stop()


def test_credentials_before_and_after_a_restart(install: Callable[..., Installed], uri: str, wallet: Wallet) -> None:
    """No key-encryption key is in the data directory, and neither it nor the PIN is written anywhere."""
    server = install(**{KEY: uri})
    assert not server.key_file.exists()
    server.start()
    server.import_people()
    Visit(server, wallet).assert_code_still_works()
    before = server.key_ids()
    server.stop()
    server.start()
    assert server.key_ids() == before
    Visit(server, wallet).assert_code_still_works()
    written = b"".join(path.read_bytes() for path in [*server.folder.rglob("*"), server.log] if path.is_file())
    assert PIN.encode() not in written


def test_two_processes_at_once(
    install: Callable[..., Installed], binary: Path, uri: str, wallet: Wallet, tmp_path: Path
) -> None:
    """Each has the key from the token by itself."""
    first = install(**{KEY: uri})
    second = Installed(binary, tmp_path, first.folder, first.settings)
    second.database_url = first.database_url
    with open(first.folder / "vouchsafe.yaml", "a", encoding="utf-8") as configuration:
        configuration.write(f"\nserver:\n  public_url: {first.url}\n")
    first.start()
    first.import_people()
    try:
        second.start()
        assert second.key_ids() == first.key_ids()
        Visit(second, wallet).assert_code_still_works()
    finally:
        second.stop()


def test_key_of_another_token(install: Callable[..., Installed], tokens: Tokens, uri: str) -> None:
    """It opens nothing, so the start stops; the database is as it was."""
    server = install(**{KEY: uri})
    code, line = server.refusal(**{KEY: tokens.make("another")})
    assert code == 1
    assert "does not open with this key-encryption key" in line
    server.settings[KEY] = uri
    server.start()


def test_wrong_pin(install: Callable[..., Installed], tokens: Tokens, tmp_path: Path) -> None:
    """The start ends in a way that keeps service managers from trying again."""
    uri = tokens.make("guarded")
    server = install(**{KEY: uri})
    wrong = tmp_path / "wrong"
    wrong.write_text("0000-wrong", encoding="utf-8")
    code, line = server.refusal(**{KEY: tokens.uri("guarded", pin_file=wrong)})
    assert code == EXIT_CONFIGURATION
    assert f"refused the PIN in {wrong}" in line and "0000-wrong" not in line
    server.settings[KEY] = uri
    server.start()


@pytest.mark.parametrize(("changes", "expected"), [
    ({"module": Path("/nowhere/module.so")}, "the PKCS#11 module /nowhere/module.so cannot be loaded"),
    ({"label": "nobody"}, 'there is no token with label "nobody"; the module has "'),
    ({"key": "none"}, 'the token "vouchsafe" has no secret key with label "none"'),
    ({"pin_file": Path("/nowhere/pin")}, "the PIN's file /nowhere/pin cannot be read"),
])
def test_what_is_missing_is_named(
    changes: dict, expected: str, install: Callable[..., Installed], tokens: Tokens, uri: str
) -> None:
    """With the variable that it stands in."""
    server = install(**{KEY: uri})
    code, line = server.refusal(**{KEY: tokens.uri(**{"label": "vouchsafe", **changes})})
    assert code == 1
    assert f"{KEY}: {expected}" in line


def test_key_is_derived_as_documented(
    install: Callable[..., Installed], tokens: Tokens, uri: str, tmp_path: Path
) -> None:
    """What the token makes of the message, asked by somebody else, is the key-encryption key."""
    server = install(**{KEY: uri})
    message, code = tmp_path / "message", tmp_path / "code"
    message.write_bytes(DERIVATION_INPUT)
    tokens.tool(
        "vouchsafe", "--sign", "--mechanism", "SHA256-HMAC", "--label", KEY_LABEL, "--input-file", str(message),
        "--output-file", str(code))
    server.settings[KEY] = base64.b64encode(code.read_bytes()).decode()
    server.start()


def test_from_a_file_to_a_token_and_back(
    install: Callable[..., Installed], tokens: Tokens, uri: str, wallet: Wallet, tmp_path: Path
) -> None:
    """An installation moves with its keys and people, and stays where it is if the old key is the wrong one."""
    server = install()
    server.start()
    server.import_people()
    before = server.key_ids()
    server.stop()
    old = server.key_file.rename(tmp_path / "old.key")
    other = tmp_path / "other.key"
    other.write_bytes(bytes(range(32)))

    server.settings[KEY] = uri
    refused = server.run("keys", "reseal", "--from", str(other))
    assert refused.returncode == 1 and "does not open" in refused.stderr
    done = server.run("keys", "reseal", "--from", str(old))
    assert done.returncode == 0, done.stderr
    assert "are sealed with the new key-encryption key now" in done.stdout
    assert "already" in server.run("keys", "reseal", "--from", str(old)).stdout
    server.start()
    assert server.key_ids() == before
    Visit(server, wallet).assert_code_still_works()
    server.stop()

    del server.settings[KEY]
    server.settings[KEY + "_FILE"] = str(other)
    done = server.run("keys", "reseal", "--from", uri)
    assert done.returncode == 0, done.stderr
    server.start()
    assert server.key_ids() == before
    Visit(server, wallet).assert_code_still_works()


def test_resealing_needs_a_new_key_and_a_database(install: Callable[..., Installed], tmp_path: Path) -> None:
    """Nothing is made on the way."""
    server = install()
    refused = server.run("keys", "reseal")
    assert refused.returncode == 1 and f"set {KEY} or {KEY}_FILE" in refused.stderr
    server.data = tmp_path / "nothing"
    server.settings[KEY] = base64.b64encode(bytes(32)).decode()
    missing = "there is no such file" if server.database_url is None else "key-encryption.key cannot be read"
    refused = server.run("keys", "reseal")
    assert refused.returncode == 1 and missing in refused.stderr
    assert not server.data.exists()
