"""The operator's channel: what is said there, and that nobody waits for it."""

import asyncio

import discord
import pytest

from cogs import operator
from cogs.operator import OperatorNotices
from tests.support import make_job


class Clock:
    """Stands still."""

    def now(self) -> int:
        """UTC milliseconds."""
        return 1_000


async def test_at_the_stop_nobody_waits_long_for_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost lock must be let go although Discord is away."""
    begun = asyncio.Event()

    class Silent:
        async def send(self, _text: str) -> None:
            begun.set()
            await asyncio.Event().wait()

    client = discord.Client(intents=discord.Intents.none())
    monkeypatch.setattr(client, "get_partial_messageable", lambda _id: Silent())
    monkeypatch.setattr(operator, "GOODBYE", 0.01)
    notices = OperatorNotices(client, Clock(), channel_id=1)
    notices.create_given_up(make_job(unknown_creates=1))
    await asyncio.wait_for(notices.close(), 5)
    assert begun.is_set()
