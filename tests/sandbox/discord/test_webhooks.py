import io
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, Interaction, InteractionState, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]
Answer = Callable[[discord.Interaction], Awaitable[None]]


def answering(answer: Answer) -> Callable[[Bot], None]:
    """Give the bot one command, /go, that answers so."""

    def setup(bot: Bot) -> None:
        @bot.tree.command(description="Go")
        async def go(interaction: discord.Interaction) -> None:
            await answer(interaction)

    return setup


async def _go(world: SandboxClient, user: User, channel: Channel) -> Interaction:
    return await world.wait_for_interaction(await world.command(user, channel, "go"))


async def test_a_deferred_answer_becomes_real_with_its_edit(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    go_on = discord.utils.MISSING

    async def answer(interaction: discord.Interaction) -> None:
        nonlocal go_on
        await interaction.response.defer()
        go_on = interaction

    async with connect(answering(answer)):
        done = await _go(world, mara, art)
        (thinking,) = await world.messages(art, mara)
        assert done.state is InteractionState.DEFERRED
        assert thinking.loading
        file = discord.File(io.BytesIO(b"12345"), "five.txt", description="five bytes")
        await go_on.edit_original_response(content="done", attachments=[file])
        (message,) = await world.messages(art, mara)
        assert (message.id, message.content, message.loading) == (thinking.id, "done", False)
        (attachment,) = message.attachments
        assert (attachment.filename, attachment.description) == ("five.txt", "five bytes")
        assert await world.download(attachment) == b"12345"
        assert (await world.interaction(done)).state is InteractionState.ANSWERED


async def test_the_first_acknowledgement_decides_who_sees_it(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send("too public", ephemeral=True)

    async with connect(answering(answer)):
        done = await world.wait_for_interaction(
            await world.command(mara, art, "go"), lambda now: now.state is InteractionState.ANSWERED
        )
        (message,) = await world.messages(art, ben)
        assert (message.content, message.ephemeral) == ("too public", False)
        assert message.id == done.original_message_id
        assert done.follow_up_ids == ()


async def test_a_public_deferral_can_be_deleted_and_followed_up_privately(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()
        await interaction.followup.send("only you", ephemeral=True)

    async with connect(answering(answer)):
        sent = await world.command(mara, art, "go")
        done = await world.wait_for_interaction(sent, lambda now: len(now.follow_up_ids) == 1)
        assert done.state is InteractionState.DELETED
        assert [message.content for message in await world.messages(art, mara)] == ["only you"]
        assert await world.messages(art, ben) == []


async def test_follow_ups_are_edited_and_deleted_by_their_ids(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("first")
        second = await interaction.followup.send("second", wait=True)
        third = await interaction.followup.send("third", wait=True)
        await second.edit(content="second, mended")
        await third.delete()
        await interaction.followup.send("last")

    async with connect(answering(answer)):
        sent = await world.command(mara, art, "go")
        await world.wait_for_interaction(sent, lambda now: len(now.follow_up_ids) == 3)
        found = [message.content for message in await world.messages(art, mara)]
        assert found == ["first", "second, mended", "last"]


async def test_the_token_dies_after_fifteen_minutes(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        kept.append(interaction)

    async with connect(answering(answer)):
        done = await _go(world, mara, art)
        await world.advance_clock(15 * 60)
        failed = await world.wait_for_interaction(done, lambda now: now.state is InteractionState.FAILED)
        assert failed.failure == "The application did not respond"
        with pytest.raises(discord.HTTPException) as edit:
            await kept[0].edit_original_response(content="too late")
        assert (edit.value.status, edit.value.code) == (401, 50027)
        with pytest.raises(discord.HTTPException) as follow_up:
            await kept[0].followup.send("too late")
        assert follow_up.value.code == 50027


async def test_files_over_the_limit_are_refused(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    errors: list[discord.HTTPException] = []

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        files = [discord.File(io.BytesIO(bytes(60)), f"{index}.bin") for index in range(2)]
        try:
            await interaction.edit_original_response(attachments=files)
        except discord.HTTPException as error:
            errors.append(error)
            await interaction.edit_original_response(content="too large")

    await world.set_discord(attachment_size_limit=100)
    async with connect(answering(answer)):
        await _go(world, mara, art)
        await world.wait_for_message(art, mara, lambda message: message.content == "too large")
    assert [(error.status, error.code) for error in errors] == [(413, 40005)]
