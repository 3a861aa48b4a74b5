import asyncio
import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import discord
import pytest
from discord.ext import commands
from PIL import Image

from sandbox.client import Channel, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


async def _raw(bot: Bot, method: str, path: str, body: Any = None) -> Any:
    return await bot.http.request(discord.http.Route(method, path), json=body)


async def test_the_bot_asks_for_what_is_not_there_or_not_its_own(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    zoe, hidden = await world.add_user("Zoe"), await world.channel("art-after-dark")
    theirs = await world.say(mara, art, "mine")
    seen: asyncio.Queue[discord.Message] = asyncio.Queue()

    def setup(bot: Bot) -> None:
        @bot.listen("on_message")
        async def note(message: discord.Message) -> None:
            seen.put_nowait(message)

    async with connect(setup) as bot:
        channel = bot.get_channel(art.id)
        assert isinstance(channel, discord.TextChannel)
        with pytest.raises(discord.NotFound) as no_member:
            await channel.guild.fetch_member(zoe.id)
        with pytest.raises(discord.Forbidden) as not_own:
            await channel.get_partial_message(theirs.id).edit(content="changed")
        with pytest.raises(discord.Forbidden) as not_moderator:
            await channel.get_partial_message(theirs.id).delete()
        await world.set_permissions(hidden, deny=["view_channel"])
        with pytest.raises(discord.Forbidden) as unseen:
            await bot.fetch_channel(hidden.id)
        await world.say(mara, hidden, "behind the bot's back")
        await world.say(mara, art, "in front of it")
        await channel.typing()
        assert (await seen.get()).channel.id == art.id
    codes = [each.value.code for each in (no_member, not_own, not_moderator, unseen)]
    assert codes == [10007, 50005, 50013, 50001]


async def test_a_channel_message_is_never_ephemeral(connect: Connect, world: SandboxClient, art: Channel) -> None:
    def nothing(_: Bot) -> None: ...

    async with connect(nothing) as bot:
        await _raw(bot, "POST", f"/channels/{art.id}/messages", {"content": "x", "flags": 64 | 128 | 4096})
    (message,) = await world.messages(art, await world.user("Ben"))
    assert (message.ephemeral, message.loading, message.raw["flags"]) == (False, False, 4096)


async def test_an_embeds_picture_stays_when_the_list_of_files_is_emptied(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    def nothing(_: Bot) -> None: ...

    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    async with connect(nothing) as bot:
        channel = bot.get_channel(art.id)
        assert isinstance(channel, discord.TextChannel)
        embed = discord.Embed(title="A").set_image(url="attachment://a.png")
        sent = await channel.send(embed=embed, file=discord.File(io.BytesIO(out.getvalue()), "a.png"))
        await sent.edit(content="text", attachments=[])
        (message,) = await world.messages(art)
        assert await world.download(message.attachments[0]) == out.getvalue()
        await sent.edit(embed=None, attachments=[])
        assert (await world.message(message)).attachments == ()


async def test_a_drawn_message_shows_the_pictures_of_others_that_it_links_to(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    """As long as these are there."""

    def nothing(_: Bot) -> None: ...

    out = io.BytesIO()
    Image.new("RGB", (64, 64), (255, 0, 255)).save(out, "PNG")
    async with connect(nothing) as bot:
        channel = bot.get_channel(art.id)
        assert isinstance(channel, discord.TextChannel)
        there = await channel.send(file=discord.File(io.BytesIO(out.getvalue()), "a.png"))
        await channel.send(embed=discord.Embed(title="A").set_thumbnail(url=there.attachments[0].url))
        linking = (await world.messages(art))[1]

        async def shows_it() -> bool:
            with Image.open(io.BytesIO(await world.picture(linking))) as drawn:
                return any(colour == (255, 0, 255) for _, colour in drawn.convert("RGB").getcolors(2**24) or ())

        assert await shows_it()
        await there.delete()
        assert not await shows_it()
