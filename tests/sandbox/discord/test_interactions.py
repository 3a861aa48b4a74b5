from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, Interaction, InteractionState, Refused, SandboxClient, User

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


async def test_an_answer_is_a_message_that_says_who_asked(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    resources: list[discord.InteractionCallbackResponse[discord.Client]] = []

    async def answer(interaction: discord.Interaction) -> None:
        resources.append(await interaction.response.send_message("hello"))

    async with connect(answering(answer)):
        done = await _go(world, mara, art)
        (message,) = await world.messages(art, mara)
    assert (done.state, done.ephemeral, done.callback_type) == (InteractionState.ANSWERED, False, 4)
    assert (message.id, message.content) == (done.original_message_id, "hello")
    assert message.raw["interaction"]["name"] == "go"
    assert message.raw["interaction_metadata"]["user"]["id"] == str(mara.id)
    assert resources[0].message_id == message.id
    assert isinstance(resources[0].resource, discord.InteractionMessage)
    assert resources[0].resource.content == "hello"


async def test_what_the_bot_is_told_is_what_discord_tells(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    seen: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("hello")

    await world.set_discord(attachment_size_limit=1000)
    await world.set_locale(mara, "de")
    await world.set_permissions(art, deny=["attach_files"])
    async with connect(answering(answer)):
        await _go(world, mara, art)
    (told,) = seen
    assert isinstance(told.user, discord.Member)
    assert (told.user.id, told.channel_id, told.guild_id) == (mara.id, art.id, art.guild_id)
    assert (told.locale, told.guild_locale) == (discord.Locale.german, discord.Locale.american_english)
    assert told.filesize_limit == 1000
    assert told.app_permissions.send_messages
    assert not told.app_permissions.attach_files
    assert told.permissions.attach_files
    assert not told.permissions.manage_messages
    assert told.context.guild


async def test_an_ephemeral_answer_is_for_one_member_only(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)

    async with connect(answering(answer)) as bot:
        done = await _go(world, mara, art)
        assert done.ephemeral
        assert [message.content for message in await world.messages(art, mara)] == ["psst"]
        assert await world.messages(art, ben) == []
        channel = bot.get_channel(art.id)
        assert isinstance(channel, discord.TextChannel)
        assert [message async for message in channel.history()] == []


async def test_who_does_not_acknowledge_in_time_has_lost_the_interaction(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    errors: list[discord.NotFound] = []
    waiting: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        waiting.append(interaction)

    async with connect(answering(answer)):
        sent = await world.command(mara, art, "go")
        await world.advance_clock(2.9)
        assert (await world.interaction(sent)).state is InteractionState.PENDING
        await world.advance_clock(0.1)
        failed = await world.wait_for_interaction(sent)
        assert failed.state is InteractionState.FAILED
        assert failed.failure == "The application did not respond"
        try:
            await waiting[0].response.send_message("late")
        except discord.NotFound as error:
            errors.append(error)
        assert [error.code for error in errors] == [10062]
        assert await world.messages(art, mara) == []


async def test_an_interaction_is_acknowledged_once(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    codes: list[int] = []

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("once")
        interaction.response._response_type = None
        try:
            await interaction.response.send_message("twice")
        except discord.HTTPException as error:
            codes.append(error.code)
            await interaction.followup.send("noted")

    async with connect(answering(answer)):
        sent = await world.command(mara, art, "go")
        await world.wait_for_interaction(sent, lambda now: len(now.follow_up_ids) == 1)
    assert codes == [40060]


async def test_a_command_works_in_direct_messages(connect: Connect, world: SandboxClient, mara: User) -> None:
    seen: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("here we are alone")

    async with connect(answering(answer)):
        channel = await world.dm(mara)
        await _go(world, mara, channel)
        (message,) = await world.messages(channel, mara)
    assert message.content == "here we are alone"
    assert isinstance(seen[0].user, discord.User)
    assert isinstance(seen[0].channel, discord.DMChannel)
    assert seen[0].context.dm_channel


async def test_a_moderator_deletes_what_a_member_may_not(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    async with connect(answering(answer)):
        await _go(world, mara, art)
        (message,) = await world.messages(art, ben)
        with pytest.raises(Refused):
            await world.delete_message(ben, message)
        await world.delete_message(await world.user("Olga"), message)
        assert await world.messages(art, ben) == []
        assert (await world.message(message)).deleted
