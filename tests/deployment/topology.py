"""What `docker compose --profile scale up` starts, started by itself: the same files, at other addresses.

A primary, a replica that follows it, two processes of Dateline that read from the replica, and nginx in front of them.
"""

import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import run
from typing import Any

import httpx
import psycopg
import yaml
from sqlalchemy import make_url

from seed.checking import check
from seed.loading import publish
from seed.writing import writing_engine
from tests.deployment.programs import PATIENCE, Program, free_port
from tests.documents import ROOT, text_of
from tests.postgres import _binaries, _process_options, _temporary_parent, _usable

COMPOSE: dict[str, Any] = yaml.safe_load(text_of("docker-compose.yml"))
OWNER, READER, REPLICA = "owner", "reader", "replica"
"""Passwords, as the compose file has them where none is set."""
DATELINE = (sys.executable, "-c", "from app.cli import main; main()")
QUICKLY = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")
MAX_AGE = 1


class Postgres(Program):
    """A server of PostgreSQL, of which psycopg is asked."""

    def __init__(self, binaries: Path, folder: Path, name: str, *command: str, **environment: str) -> None:
        self.data, self.port = folder / name / "18" / "data", free_port()
        self.options = _process_options(folder)
        self.options["env"] |= {
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "PGDATA": str(self.data),
            **environment,
        }
        settings = ("-p", str(self.port), *QUICKLY)
        super().__init__(folder / f"{name}.log", *command, *settings, **self.options)

    def url(self, role: str = "dateline", password: str = OWNER, database: str = "dateline") -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def ask(self, statement: str) -> Any:
        """The first value of the answer, if there is one."""
        with psycopg.connect(self.url(), autocommit=True, connect_timeout=2) as connection:
            told = connection.execute(statement)
            return (told.fetchone() or [None])[0] if told.description else None

    def is_ready(self) -> bool:
        """Of the database that every server has."""
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url(database="postgres"), connect_timeout=2).close()
            return True
        return False

    def kill(self) -> None:
        """As a crash: nothing is written or said, but the shared memory is given back."""
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)


class Api(Program):
    """A process of Dateline."""

    def __init__(self, folder: Path, name: str, database_url: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        variables = {"DATABASE_URL": database_url, "DATELINE_MAX_AGE": str(MAX_AGE), "PYTHONPATH": str(ROOT)}
        command = (*DATELINE, "serve", "--port", str(self.port))
        super().__init__(folder / f"{name}.log", *command, env=os.environ | variables)

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health/ready").status_code == 200
        return False

    def begin(self) -> None:
        self.start()
        self.until(self.is_ready)


class Nginx(Program):
    """The cache, by the file that is deployed, at other addresses."""

    def __init__(self, folder: Path, apis: list[Api]) -> None:
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self.kept = folder / "nginx"
        self.kept.mkdir()
        file = self.kept / "nginx.conf"
        places = {"listen 8080;": f"listen 127.0.0.1:{port};"}
        places |= {f"api-{number}:8000": f"127.0.0.1:{api.port}" for number, api in enumerate(apis, 1)}
        text = text_of("deploy/nginx.conf")
        for place, meant in places.items():
            assert place in text
            text = text.replace(place, meant)
        file.write_text(text)
        as_root = ("-g", "user root;") if os.geteuid() == 0 else ()
        super().__init__(folder / "nginx.log", "nginx", "-p", f"{self.kept}/", "-c", file, *as_root)

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health/live").status_code == 200
        return False


class Topology:
    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        for script in ("primary.sh", "replica.sh"):
            shutil.copy(ROOT / "deploy" / script, folder)
        _, *settings = COMPOSE["services"]["postgres"]["command"]
        self.primary = Postgres(binaries, folder, "primary", "postgres", *settings)
        address = COMPOSE["services"]["replica"]["environment"]["PRIMARY"]
        address = address.replace("${DATELINE_REPLICA_PASSWORD:-replica}", REPLICA)
        address = address.replace("@postgres", f"@127.0.0.1:{self.primary.port}")
        self.replica = Postgres(binaries, folder, "replica", "sh", str(folder / "replica.sh"), PRIMARY=address)
        reader = self.replica.url("dateline_reader", READER)
        self.apis = [Api(folder, name, reader) for name in ("api-1", "api-2")]
        self.others: list[Api] = []
        self.cache = Nginx(folder, self.apis)

    def start(self, record: Path) -> None:
        """In the order that the compose file gives."""
        self._initialise()
        self.primary.start()
        self.primary.until(self.primary.is_ready)
        self._prepare()
        self._run(
            *DATELINE, "migrate", "--grant-to", "dateline_reader",
            env=os.environ | {"DATABASE_URL": self.primary.url(), "PYTHONPATH": str(ROOT)},
            user=None, group=None, extra_groups=None,
        )  # fmt: skip
        self.load(record)
        self._leave_half_a_copy()
        self.replica.start()
        self.replica.until(self.replica.is_ready)
        for api in self.apis:
            api.start()
        for api in self.apis:
            api.until(api.is_ready)
        self.cache.start()
        self.cache.until(self.cache.is_ready)

    def load(self, record: Path, into: Postgres | None = None) -> None:
        """As the owner."""
        engine = writing_engine(make_url((into or self.primary).url()).set(drivername="postgresql+psycopg"))
        try:
            assert publish(engine, check([record], allow_uncited=True)).published
        finally:
            engine.dispose()

    def another_api(self, server: Postgres) -> Api:
        """Another process, which reads from one of the servers; it is for the test to end."""
        api = Api(self.folder, "api-3", server.url("dateline_reader", READER))
        self.others.append(api)
        api.begin()
        return api

    def close(self) -> None:
        for program in (self.cache, *self.apis, *self.others, self.replica, self.primary):
            program.kill()

    def _initialise(self) -> None:
        """As the image of PostgreSQL does: a password for all, the owner above the others."""
        password = self.folder / "password"
        password.write_text(OWNER)
        options = ("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-sync", "-U", "dateline")
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run(self.binaries / "initdb", *locale, *options, "-D", self.primary.data)

    def _prepare(self) -> None:
        """What the image runs once."""
        server = {"PGHOST": "127.0.0.1", "PGPORT": str(self.primary.port), "PGPASSWORD": OWNER}
        told = {"POSTGRES_USER": "dateline", "POSTGRES_DB": "dateline", "DATELINE_REPLICA_PASSWORD": REPLICA}
        variables = self.primary.options["env"] | server | told
        self._run("createdb", "--username=dateline", "dateline", env=variables)
        self._run("sh", "-e", self.folder / "primary.sh", env=variables)
        role = COMPOSE["configs"]["reader"]["content"].replace("${DATELINE_READER_PASSWORD:-reader}", READER)
        self.primary.ask(role)
        self.primary.ask("SELECT pg_reload_conf()")

    def _leave_half_a_copy(self) -> None:
        """As a replica does that was killed while it copied its primary: the next begins the copy anew."""
        half = self.replica.data.with_name("data.new")
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        if os.geteuid() == 0:
            for path in (half.parent.parent, half.parent, half, half / "PG_VERSION"):
                os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)

    def _run(self, *command: str | Path, **options: Any) -> None:
        told = run(command, capture_output=True, text=True, check=False, **(self.primary.options | options))
        assert told.returncode == 0, told.stdout + told.stderr


@contextmanager
def running(record: Path) -> Iterator[Topology]:
    """All of it, with a record loaded."""
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="dateline-topology-", dir=_temporary_parent()))
        folder = Path(place).resolve()
        if os.geteuid() == 0:
            folder.chmod(0o755)
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        binaries = _usable(_binaries()[0], folder)
        topology = Topology(folder, binaries)
        stack.callback(topology.close)
        topology.start(record)
        yield topology
