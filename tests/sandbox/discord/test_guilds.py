"""Servers as their owners change them: roles, categories, the bot's coming and going."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, InteractionState, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


def setup(bot: Bot) -> None:
    @bot.tree.command(description="Say who asks")
    async def who(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.user, discord.Member)
        roles = " ".join(role.name for role in interaction.user.roles)
        await interaction.response.send_message(f"{roles}; {interaction.permissions.manage_guild}")

    @bot.tree.command(description="For admins")
    @discord.app_commands.default_permissions(manage_guild=True)
    async def manage(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("managed")


async def _said(world: SandboxClient, user: User, channel: Channel, command: str) -> str:
    sent = await world.command(user, channel, command)
    done = await world.wait_for_interaction(sent, lambda now: now.state is InteractionState.ANSWERED)
    assert done.original_message_id is not None
    return (await world.message(done.original_message_id)).content


async def test_an_interaction_carries_the_roles_and_permissions_of_its_member(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    guild = await world.guild()
    async with connect(setup):
        artists = await world.add_role(guild, "Artists", ["manage_guild"])
        await world.give_role(guild, mara, artists)
        assert await _said(world, mara, art, "who") == "@everyone Artists; True"
        await world.set_role(guild, artists, [])
        assert await _said(world, mara, art, "who") == "@everyone Artists; False"
        await world.take_role(guild, mara, artists)
        assert await _said(world, mara, art, "who") == "@everyone; False"


async def test_a_removed_role_is_nobodys(connect: Connect, world: SandboxClient, mara: User, art: Channel) -> None:
    guild = await world.guild()
    artists = await world.add_role(guild, "Artists")
    await world.give_role(guild, mara, artists)
    await world.set_permissions(art, role=artists, deny=["send_messages"])
    async with connect(setup) as bot:
        here = bot.get_guild(guild.id)
        assert here is not None
        assert here.get_role(artists.id) is not None
        await world.remove_role(guild, artists)
        assert await _said(world, mara, art, "who") == "@everyone; False"
        assert here.get_role(artists.id) is None


async def test_a_command_is_for_whom_its_permissions_name_unless_everybody_was_allowed(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        with pytest.raises(Refused, match="/manage is not for this member"):
            await world.command(mara, art, "manage")
        assert await _said(world, await world.user("Ada"), art, "manage") == "managed"
        await world.set_discord(commands_for_everybody=True)
        assert await _said(world, mara, art, "manage") == "managed"


async def test_a_role_may_be_kept_out_of_a_channel(world: SandboxClient, mara: User, art: Channel) -> None:
    guild = await world.guild()
    (everyone, *_) = guild.roles
    artists = await world.add_role(guild, "Artists")
    await world.set_permissions(art, role=everyone, deny=["view_channel"])
    assert await world.messages(art, mara) == []
    with pytest.raises(Refused, match="does not see"):
        await world.command(mara, art, "who")
    await world.set_permissions(art, role=artists, allow=["view_channel"])
    await world.give_role(guild, mara, artists)
    assert (await world.say(mara, art, "here I am")).content == "here I am"


async def test_the_bot_learns_of_channels_categories_and_the_system_channel(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    guild = await world.guild()
    async with connect(setup) as bot:
        here = bot.get_guild(guild.id)
        assert here is not None
        pictures = await world.add_category(guild, "Pictures")
        made = await world.add_channel(guild, "drafts", category=pictures)
        changed = asyncio.ensure_future(bot.wait_for("guild_update", timeout=5))
        await asyncio.sleep(0)
        await world.set_system_channel(guild, art)
        await changed
        drafts = here.get_channel(made.id)
        assert isinstance(drafts, discord.TextChannel)
        assert drafts.category is not None
        assert drafts.category.name == "Pictures"
        assert here.system_channel is not None
        assert here.system_channel.id == art.id
        with pytest.raises(discord.HTTPException, match="50008"):  # a category is no place to write
            await bot.http.request(
                discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=pictures.id),
                json={"content": "x"},
            )


async def test_an_outage_is_no_leaving(connect: Connect, world: SandboxClient) -> None:
    guild = await world.guild()
    heard: asyncio.Queue[str] = asyncio.Queue()

    def listen(bot: Bot) -> None:
        for kind in ("guild_unavailable", "guild_available", "guild_remove", "guild_join"):

            async def note(_: discord.Guild, kind: str = kind) -> None:
                await heard.put(kind)

            bot.add_listener(note, f"on_{kind}")

    async with connect(listen) as bot:
        while not heard.empty():
            heard.get_nowait()
        await world.set_available(guild, available=False)
        assert await asyncio.wait_for(heard.get(), 30) == "guild_unavailable"
        await world.set_available(guild, available=True)
        assert await asyncio.wait_for(heard.get(), 30) == "guild_available"
        await world.kick(guild, await world.bot())
        assert await asyncio.wait_for(heard.get(), 30) == "guild_remove"
        assert bot.get_guild(guild.id) is None
        await world.join(guild, await world.bot())
        assert await asyncio.wait_for(heard.get(), 30) == "guild_join"


async def test_a_deleted_server_is_gone_with_its_channels(connect: Connect, world: SandboxClient, mara: User) -> None:
    async with connect(setup) as bot:
        short_lived = await world.add_guild("Short-lived", mara)
        lounge = await world.add_channel(short_lived, "lounge")
        left = asyncio.ensure_future(bot.wait_for("guild_remove", timeout=5))
        await asyncio.sleep(0)
        await world.remove_guild(short_lived)
        assert (await left).id == short_lived.id
        with pytest.raises(discord.NotFound):
            await bot.fetch_channel(lounge.id)
