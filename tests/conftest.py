"""What holds for every test, and the sandbox with its people for those that use it."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, settings

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User

# The same examples in every run, however slow the machine: a red test is red for a reason in the code.
settings.register_profile(
    "fluxcord", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fluxcord")


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
