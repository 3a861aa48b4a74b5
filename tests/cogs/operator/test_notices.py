"""The operator's channel: what is said there, and that nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from cogs.operator import notices as told_there
from cogs.operator import telling
from cogs.operator.channel import OperatorChannel
from cogs.operator.notices import OperatorNotices
from jobs.world import internal
from tests.jobs.support import Rig, opened_rig
from tests.support import make_job


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with opened_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


async def test_what_a_killed_process_did_not_tell_is_told_by_the_next_one_once(
    rig: Rig, client: discord.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Channel:
        async def send(self, text: str) -> None:
            said.append(text)

    monkeypatch.setattr(client, "get_partial_messageable", lambda _id: Channel())
    job = await rig.claimed()
    await rig.store.mark_failed(job.id, internal("lost"), unknown=True)
    for channel in (None, 1, 1):  # without a channel nobody was told
        notices = OperatorNotices(OperatorChannel(client, channel), rig.clock, rig.store)
        await notices.load()
        await notices.close()
    [text] = said
    assert "1 create got no answer" in text
    assert job.id in text


async def test_what_was_lost_more_than_a_day_ago_stands_in_the_metrics_alone(rig: Rig, client: discord.Client) -> None:
    job = await rig.claimed()
    await rig.store.mark_failed(job.id, internal("lost"), unknown=True)
    rig.clock.advance(told_there.DAY)
    notices = OperatorNotices(OperatorChannel(client, 1), rig.clock, rig.store)
    await notices.load()
    await notices.close()  # with something to tell it would ask Discord
    assert await rig.store.count_unknown_creates() == 1


async def test_at_the_stop_nobody_waits_long_for_discord(
    rig: Rig, client: discord.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost lock must be let go although Discord is away."""
    begun = asyncio.Event()

    class Silent:
        async def send(self, _text: str) -> None:
            begun.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(client, "get_partial_messageable", lambda _id: Silent())
    monkeypatch.setattr(telling, "GOODBYE", 0.01)
    notices = OperatorNotices(OperatorChannel(client, 1), rig.clock, rig.store)
    notices.create_given_up(make_job(unknown_creates=1))
    await asyncio.wait_for(notices.close(), 30)
    assert begun.is_set()
