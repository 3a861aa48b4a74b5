"""Commands in a message's menu, as discord.py gets them."""

import base64
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from sandbox.client import Channel, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]
MENU_COMMAND = 23  # the message's type


def setup(bot: Bot) -> None:
    @bot.tree.context_menu(name="Image settings")
    async def settings(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.name} wrote {message.content}")

    @bot.tree.context_menu(name="Keep")
    @app_commands.default_permissions(manage_messages=True)
    async def keep(interaction: discord.Interaction, _: discord.Message) -> None:
        await interaction.response.send_message("kept", ephemeral=True)


async def test_an_entry_hands_over_the_message_whoever_wrote_it(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(setup):
        written = await world.say(ben, art, "a fox")
        done = await world.wait_for_interaction(await world.use_message_command(mara, written, "Image settings"))
        assert done.original_message_id is not None
        answer = await world.message(done.original_message_id)
    assert answer.content == "ben wrote a fox"
    assert (answer.raw["type"], answer.raw["interaction"]["name"]) == (MENU_COMMAND, "Image settings")
    assert answer.raw["interaction_metadata"]["target_message_id"] == str(written.id)


async def test_an_entry_is_there_for_whom_a_client_shows_it(
    connect: Connect, world: SandboxClient, mara: User, olga: User, art: Channel
) -> None:
    async with connect(setup):
        written = await world.say(mara, art, "a fox")
        with pytest.raises(Refused, match="Keep is not for this member"):
            await world.use_message_command(mara, written, "Keep")
        kept = await world.wait_for_interaction(await world.use_message_command(olga, written, "Keep"))
        with pytest.raises(Refused, match="no Delete in its menu"):
            await world.use_message_command(olga, written, "Delete")
        with pytest.raises(Refused, match="no command /Keep"):
            await world.command(olga, art, "Keep")
        assert kept.original_message_id is not None
        with pytest.raises(Refused, match="menu of an ephemeral message"):
            await world.use_message_command(olga, await world.message(kept.original_message_id), "Keep")


ENTRY = {"name": "Image settings", "type": 3}
FAULTY: list[tuple[list[dict[str, Any]], str]] = [
    ([{**ENTRY, "name": "x" * 33}], "APPLICATION_COMMAND_INVALID_NAME"),
    ([{**ENTRY, "name": " x"}], "APPLICATION_COMMAND_INVALID_NAME"),
    ([{**ENTRY, "name_localizations": {"de": ""}}], "APPLICATION_COMMAND_INVALID_NAME"),
    ([{**ENTRY, "name_localizations": {"xx": "Bild"}}], "BASE_TYPE_CHOICES"),
    ([{**ENTRY, "description": "no"}], "APPLICATION_COMMAND_INVALID_DESCRIPTION"),
    ([{**ENTRY, "options": [{"name": "a", "description": "b", "type": 3}]}], "APPLICATION_COMMAND_INVALID_OPTIONS"),
    ([{**ENTRY, "integration_types": []}], "BASE_TYPE_CHOICES"),
    ([{**ENTRY, "integration_types": [2]}], "BASE_TYPE_CHOICES"),
    ([{**ENTRY, "contexts": [0, 0]}], "BASE_TYPE_CHOICES"),
    ([{**ENTRY, "type": 4}], "BASE_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("payload", "fault"), FAULTY)
async def test_faulty_entries_are_refused(payload: list[dict[str, Any]], fault: str, connect: Connect) -> None:
    async with connect(lambda _: None) as bot:
        assert bot.application_id is not None
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.bulk_upsert_global_commands(bot.application_id, payload)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert fault in str(refused.value._errors)


async def test_a_server_shows_fifteen_entries_and_no_more(connect: Connect, world: SandboxClient) -> None:
    async with connect(lambda _: None) as bot:
        assert bot.application_id is not None
        entries: list[Any] = [{**ENTRY, "name": f"Entry {number}"} for number in range(16)]
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.bulk_upsert_global_commands(bot.application_id, entries)
        assert refused.value.code == 30032
        await bot.http.bulk_upsert_global_commands(bot.application_id, entries[:15])
    assert len(await world.commands()) == 15


async def test_what_others_write_is_read_through_the_menu_alone(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    """Without the privileged intent a channel's messages come without what is in them."""
    file = {"filename": "fox.txt", "content_base64": base64.b64encode(b"a fox").decode()}
    seen: list[discord.Message] = []

    def keeping(bot: Bot) -> None:
        @bot.tree.context_menu(name="Look")
        async def look(interaction: discord.Interaction, message: discord.Message) -> None:
            seen.append(message)
            await interaction.response.send_message((await message.attachments[0].read()).decode())

    async with connect(keeping) as bot:
        written = await world.say(ben, art, "here", [file])
        channel = bot.get_partial_messageable(art.id)
        for read in (await channel.fetch_message(written.id), *[each async for each in channel.history()]):
            assert (read.content, read.attachments) == ("", [])
        done = await world.wait_for_interaction(await world.use_message_command(mara, written, "Look"))
        assert done.original_message_id is not None
        assert (await world.message(done.original_message_id)).content == "a fox"
        assert (seen[0].content, seen[0].attachments[0].filename) == ("here", "fox.txt")
        await world.set_discord(privileged_intents=True)
        assert (await channel.fetch_message(written.id)).content == "here"
