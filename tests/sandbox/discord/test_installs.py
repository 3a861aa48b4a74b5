"""Direct messages, and users who take the application along to where its bot is not."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.ext import commands

from sandbox.client import Channel, Interaction, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]
EPHEMERAL, FOLLOW_UPS_MOST = 64, 5
NO_SERVER_DM = discord.Permissions(attach_files=True, embed_links=True, mention_everyone=True)


@dataclass
class Setup:
    """Commands that keep what discord.py has made of their interactions."""

    seen: list[discord.Interaction[Any]]

    def __call__(self, bot: Bot) -> None:
        @bot.tree.command(description="Everywhere")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def draw(interaction: discord.Interaction) -> None:
            self.seen.append(interaction)
            view = ui.View(timeout=None)
            view.add_item(ui.Button(label="Again", custom_id="again"))
            view.stop()
            await interaction.response.send_message("drawn", view=view)

        @bot.tree.command(description="In servers")
        @app_commands.allowed_installs(guilds=True, users=False)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
        async def manage(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("managed")

        @bot.listen()
        async def on_interaction(interaction: discord.Interaction) -> None:
            if interaction.type is discord.InteractionType.component:
                self.seen.append(interaction)
                await interaction.response.defer()


@pytest.fixture
def setup() -> Setup:
    return Setup([])


@pytest.fixture
async def abroad(world: SandboxClient, mara: User, ben: User) -> Channel:
    """A channel of a server with Mara and Ben, without the bot."""
    guild = await world.add_guild("Elsewhere", mara, with_bot=False)
    await world.join(guild, ben)
    return await world.add_channel(guild, "lounge")


async def draw(world: SandboxClient, user: User, channel: Channel) -> Interaction:
    return await world.wait_for_interaction(await world.command(user, channel, "draw"))


async def test_the_bots_own_direct_messages_are_a_place_of_their_own(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User
) -> None:
    async with connect(setup):
        await draw(world, mara, await world.dm(mara))
        with pytest.raises(Refused, match="not offered in this kind of channel"):
            await world.command(mara, await world.dm(mara), "manage")
    (seen,) = setup.seen
    assert (seen.guild_id, seen.context.dm_channel, seen.is_guild_integration()) == (None, True, False)
    assert seen._integration_owners == {0: 0}
    assert seen.app_permissions == NO_SERVER_DM | discord.Permissions(external_emojis=True)


async def test_a_server_without_the_bot_offers_what_a_user_brings_along(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User, ben: User, abroad: Channel
) -> None:
    async with connect(setup):
        with pytest.raises(Refused, match="the bot is not in this server"):
            await world.command(mara, abroad, "draw")
        assert (await world.set_installed(mara)).installed
        done = await draw(world, mara, abroad)
        with pytest.raises(Refused, match="not offered"):
            await world.command(mara, abroad, "manage")
        assert done.original_message_id is not None
        message = await world.message(done.original_message_id)
        await world.wait_for_interaction(await world.press(ben, message, label="Again"))
    first, press = setup.seen
    for each in (first, press):  # whoever presses: it is there on Mara's behalf
        assert (each.guild_id, each._integration_owners) == (abroad.guild_id, {1: mara.id})
        assert (each.is_guild_integration(), each.is_user_integration()) == (False, each.user.id == mara.id)
    assert not message.ephemeral
    assert await world.messages(abroad, ben) == [message]
    assert message.raw["interaction_metadata"]["authorizing_integration_owners"] == {"1": str(mara.id)}


async def test_where_both_have_it_both_are_named(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        await world.set_installed(mara)
        await draw(world, mara, art)
        await world.set_installed(mara, installed=False)
        await draw(world, mara, art)
    assert [each._integration_owners for each in setup.seen] == [{0: art.guild_id, 1: mara.id}, {0: art.guild_id}]


async def test_the_bot_sees_nothing_of_a_place_that_it_is_not_in(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User, abroad: Channel
) -> None:
    await world.set_installed(mara)
    async with connect(setup) as bot:
        done = await draw(world, mara, abroad)
        assert done.original_message_id is not None
        with pytest.raises(discord.NotFound):
            await bot.get_partial_messageable(abroad.id).fetch_message(done.original_message_id)
        assert (await setup.seen[0].original_response()).content == "drawn"


async def test_people_among_themselves_may_use_it_where_one_brings_it_along(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User, ben: User
) -> None:
    between = await world.conversation(mara, ben)
    group = await world.conversation(mara, ben, await world.user("Olga"))
    async with connect(setup):
        with pytest.raises(Refused, match="not offered"):
            await world.command(mara, between, "draw")
        await world.set_installed(mara)
        for place in (between, group):
            await draw(world, mara, place)
            assert [each.content for each in await world.messages(place, ben)] == ["drawn"]
        with pytest.raises(Refused, match="does not see"):
            await world.command(await world.user("Ada"), between, "draw")
    for seen, kind in zip(setup.seen, (discord.DMChannel, discord.GroupChannel), strict=True):
        assert (seen.guild_id, seen.context.private_channel) == (None, True)
        assert (seen.app_permissions, type(seen.channel)) == (NO_SERVER_DM, kind)


async def test_a_server_may_let_external_apps_answer_their_user_alone(
    connect: Connect, setup: Setup, world: SandboxClient, ben: User, abroad: Channel
) -> None:
    await world.set_installed(ben)
    async with connect(setup):
        await world.set_permissions(abroad, deny=["use_external_apps"], user=ben)
        done = await draw(world, ben, abroad)
        assert done.ephemeral
        follow_up = await setup.seen[0].followup.send("more", wait=True)
        assert follow_up.flags.ephemeral
    assert await world.messages(abroad, await world.user("Mara")) == []


async def test_abroad_an_interaction_has_five_follow_ups(
    connect: Connect, setup: Setup, world: SandboxClient, mara: User, abroad: Channel, art: Channel
) -> None:
    await world.set_installed(mara)
    async with connect(setup):
        for place in (abroad, art):
            await draw(world, mara, place)
        for seen in setup.seen:
            for number in range(FOLLOW_UPS_MOST):
                await seen.followup.send(f"{number}")
        with pytest.raises(discord.HTTPException) as refused:
            await setup.seen[0].followup.send("one too many")
        assert (refused.value.status, refused.value.code) == (400, 40094)
        await setup.seen[1].followup.send("the server's own bot has no such limit")


async def test_the_bot_writes_directly_to_who_has_it_without_a_server_in_common(
    connect: Connect, setup: Setup, world: SandboxClient
) -> None:
    zoe = await world.add_user("Zoe")
    async with connect(setup) as bot:
        channel = await bot.create_dm(discord.Object(zoe.id))
        with pytest.raises(discord.Forbidden):
            await channel.send("hello")
        await world.set_installed(zoe)
        await channel.send("hello")
    assert [each.content for each in await world.messages(await world.dm(zoe), zoe)] == ["hello"]
