"""What holds for every test, and the sandbox with its people for those that use it."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sandbox import Sandbox
from sandbox.client import Channel, Guild, SandboxClient, User
from storage.address import PostgresAddress
from tests.postgres import FOLDER_VARIABLE, Server, prepare, stop

# The same examples in every run, however slow the machine: a red test is red for a reason in the code.
settings.register_profile(
    "fluxcord", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fluxcord")


def pytest_configure(config: pytest.Config) -> None:
    """Whoever leads the run keeps the PostgreSQL server's folder, and stops the server if a test has started it."""
    # Where matplotlib keeps its list of typefaces: not in the home of whoever runs the tests.
    os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "fluxcord-matplotlib"))
    if hasattr(config, "workerinput") or sys.platform == "win32":
        return
    folder = Path(tempfile.mkdtemp(prefix="fluxcord-pg-"))
    pipe = prepare(folder)
    os.environ[FOLDER_VARIABLE] = str(folder)
    config.add_cleanup(lambda: stop(folder, pipe))


@pytest.fixture(scope="session")
def postgres_server() -> Server:
    """The PostgreSQL server of this run, started when first asked for."""
    if sys.platform == "win32":
        pytest.skip("its pipes and sockets are those of Unix")
    server = Server(Path(os.environ[FOLDER_VARIABLE]))
    server.ensure_started()
    return server


@pytest.fixture
async def postgres(postgres_server: Server) -> AsyncIterator[PostgresAddress]:
    """An empty database on it, with this program's schema."""
    async with postgres_server.database() as address:
        yield address


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox of its own for each test."""
    async with Sandbox.start() as running:
        yield running


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    """The client that plays the members and the fates."""
    async with SandboxClient(sandbox.url) as client:
        yield client


@pytest.fixture
async def art(world: SandboxClient) -> Channel:
    """A plain text channel."""
    return await world.channel("art")


@pytest.fixture
async def dark(world: SandboxClient) -> Channel:
    """An age-restricted channel."""
    return await world.channel("art-after-dark")


@pytest.fixture
async def mara(world: SandboxClient) -> User:
    """A plain member."""
    return await world.user("Mara")


@pytest.fixture
async def ben(world: SandboxClient) -> User:
    """Another plain member."""
    return await world.user("Ben")


@pytest.fixture
async def olga(world: SandboxClient) -> User:
    """A moderator."""
    return await world.user("Olga")


@pytest.fixture
async def ada(world: SandboxClient) -> User:
    """An administrator of the server, not its owner."""
    return await world.user("Ada")


@pytest.fixture
async def otto(world: SandboxClient) -> User:
    """The server's owner."""
    return await world.user("Otto")


@pytest.fixture
async def garden(world: SandboxClient) -> Guild:
    """The server that all of these are members of."""
    return await world.guild()
