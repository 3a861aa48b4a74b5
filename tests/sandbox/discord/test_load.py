import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from io import BytesIO

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


def _greeting(bot: Bot) -> None:
    @bot.tree.command(description="Greet somebody")
    async def greet(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(
            content=name, attachments=[discord.File(BytesIO(b"hello"), filename="hello.txt")]
        )


async def test_a_burst_runs_its_commands_by_the_users_in_turn_and_spread_over_the_time(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(_greeting):
        after = await world.cursor()
        options = [{"name": str(number)} for number in range(4)]
        began = time.monotonic()
        sent = await world.burst([mara, ben], art, "greet", options, seconds=0.4)
        took = time.monotonic() - began  # the first may be late, the last is never early
        await world.wait_for_message(art, mara, lambda seen: seen.content == "3")
        events = [event for event in await world.events(after) if event.kind == "interaction_sent"]
    assert [int(str(event.data["interaction_id"])) for event in events] == sent
    assert [int(str(event.data["user_id"])) for event in events] == [mara.id, ben.id, mara.id, ben.id]
    assert took >= 0.29


async def test_a_burst_of_what_nobody_may_do_is_refused(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(_greeting):
        with pytest.raises(Refused):
            await world.burst([mara], art, "nothing", [{}], seconds=0)


async def test_the_event_of_a_message_tells_how_many_files_it_has(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(_greeting):
        await world.command(mara, art, "greet", {"name": "Mara"})
        created = await world.wait_for_event("message_created")
        edited = await world.wait_for_event("message_edited")
    assert (created.data["files"], edited.data["files"]) == (0, 1)
