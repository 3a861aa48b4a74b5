import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import discord
import pytest
from discord.ext import commands
from PIL import Image

from sandbox.client import Channel, SandboxClient, SandboxError, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


def nothing(_: Bot) -> None:
    """Give the bot no commands."""


def _text_channel(bot: Bot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


def _png(width: int, height: int) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    out.seek(0)
    return out


async def test_the_same_nonce_within_minutes_is_the_same_message(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    async with connect(nothing) as bot:
        channel = _text_channel(bot, art)
        first = await channel.send("result", nonce="job-1")
        assert (await channel.send("result", nonce="job-1")).id == first.id
        assert (await channel.send("result", nonce="job-2")).id != first.id
        await world.advance_clock(301)
        assert (await channel.send("result", nonce="job-1")).id != first.id
        assert len(await world.messages(art)) == 3
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("result", nonce="n" * 26)
        assert refused.value.code == 50035


async def test_messages_are_listed_newest_first_and_paged(connect: Connect, art: Channel) -> None:
    async with connect(nothing) as bot:
        channel = _text_channel(bot, art)
        sent = [await channel.send(str(number)) for number in range(5)]

        async def listed(**how: object) -> str:
            return "".join([each.content async for each in channel.history(**how)])  # type: ignore[arg-type]

        assert await listed() == "43210"
        assert await listed(limit=2) == "43"
        assert await listed(before=sent[2]) == "10"
        assert await listed(after=sent[2], limit=1) == "3"
        assert await listed(around=sent[2], limit=3) == "321"


async def test_only_allowed_mentions_notify(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    text = f"<@{mara.id}> <@{ben.id}> @everyone"
    async with connect(nothing) as bot:
        channel = _text_channel(bot, art)
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        only_mara = discord.AllowedMentions(everyone=False, users=[discord.Object(mara.id)])
        await channel.send(text, allowed_mentions=only_mara)
        everybody = await channel.send(text)
        await everybody.edit(content=f"<@{ben.id}>")
        silent = await channel.send("nobody")
        await silent.edit(content=f"<@{ben.id}>")
    found = [message.pinged_ids for message in await world.messages(art)]
    assert found == [(), (mara.id,), (mara.id, ben.id), ()]
    # @everyone needs a permission that the bot does not have.
    assert not any(message.raw["mention_everyone"] for message in await world.messages(art))


@pytest.mark.parametrize(
    ("denied", "code"),
    [("view_channel", 50001), ("send_messages", 50013), ("embed_links", 50013), ("attach_files", 50013)],
)
async def test_what_the_bot_may_not_do_is_forbidden(
    denied: str, code: int, connect: Connect, world: SandboxClient, art: Channel
) -> None:
    await world.set_permissions(art, deny=[denied])
    async with connect(nothing) as bot:
        with pytest.raises(discord.Forbidden) as refused:
            await _text_channel(bot, art).send(embed=discord.Embed(title="x"), file=discord.File(_png(1, 1), "x.png"))
        assert refused.value.code == code
        await world.set_permissions(art)
        await _text_channel(bot, art).send("allowed again")


async def test_a_removed_channel_and_a_kicked_bot_are_unknown(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    dark = await world.channel("art-after-dark")
    async with connect(nothing) as bot:
        first, second = _text_channel(bot, art), _text_channel(bot, dark)
        await world.remove_channel(art)
        with pytest.raises(discord.NotFound) as removed:
            await first.send("x")
        await world.kick(await world.guild(), await world.bot())
        with pytest.raises(discord.NotFound) as kicked:
            await second.send("x")
    assert (removed.value.code, kicked.value.code) == (10003, 10003)


async def test_direct_messages_reach_those_who_take_them(connect: Connect, world: SandboxClient, mara: User) -> None:
    async with connect(nothing) as bot:
        user = await bot.fetch_user(mara.id)
        await user.send("hello")
        (message,) = await world.messages(await world.dm(mara), mara)
        assert message.content == "hello"
        await world.set_accepts_dms(mara, accepts=False)
        with pytest.raises(discord.Forbidden) as refused:
            await user.send("again")
        assert refused.value.code == 50007


async def test_a_picture_in_an_embed_is_served_and_not_listed_twice(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    async with connect(nothing) as bot:
        embed = discord.Embed(title="A picture").set_image(url="attachment://a.png")
        files = [discord.File(_png(40, 30), "a.png"), discord.File(io.BytesIO(b"text"), "b.txt")]
        sent = await _text_channel(bot, art).send(embed=embed, files=files)
        assert [each.filename for each in sent.attachments] == ["b.txt"]
        assert (sent.embeds[0].image.width, sent.embeds[0].image.height) == (40, 30)
        (message,) = await world.messages(art)
        shown, listed = message.attachments
        assert (shown.in_embed, listed.in_embed) == (True, False)
        assert sent.embeds[0].image.url == shown.url
        assert await world.download(shown) == _png(40, 30).getvalue()
        alone = await world.picture(message)
        assert alone == await world.conversation_picture(art, await world.user("Ben"))
        with Image.open(io.BytesIO(alone)) as picture:
            colours = [colour for _, colour in picture.getcolors(1 << 20) or []]
        assert (0, 128, 128) in colours
        await sent.delete()
        with pytest.raises(SandboxError, match="404"):
            await world.download(shown)


async def test_an_edit_keeps_adds_and_removes_files(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        files = [discord.File(io.BytesIO(name.encode()), name) for name in ("a.txt", "b.txt")]
        sent = await _text_channel(bot, art).send(files=files)
        kept = sent.attachments[1]
        await sent.edit(attachments=[kept, discord.File(io.BytesIO(b"c"), "c.txt")])
        (message,) = await world.messages(art)
        assert [each.filename for each in message.attachments] == ["b.txt", "c.txt"]
        assert message.attachments[0].id == kept.id
        assert (await sent.edit(content="text")).attachments[0].id == kept.id
        await sent.edit(attachments=[])
        assert (await world.message(message)).attachments == ()
        with pytest.raises(discord.HTTPException) as empty:
            await sent.edit(content="")
        assert empty.value.code == 50006


ROWS = [
    {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": str(number)}]} for number in range(6)
]
TOO_MUCH: list[tuple[dict[str, object], str]] = [
    ({"content": "x" * 2001}, "content"),
    ({"embeds": [{"title": "x" * 257}]}, "title"),
    ({"embeds": [{"description": "x" * 4097}]}, "description"),
    ({"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}]}, "fields"),
    ({"embeds": [{"fields": [{"name": "x" * 257, "value": "x"}]}]}, "name"),
    ({"embeds": [{"fields": [{"name": "x", "value": "x" * 1025}]}]}, "value"),
    ({"embeds": [{"fields": [{"name": "x", "value": ""}]}]}, "value"),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "footer"),
    ({"embeds": [{"author": {"name": "x" * 257}}]}, "author"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds"),
    ({"embeds": [{"image": {"url": "attachment://none.png"}}]}, "ATTACHMENT_NOT_FOUND"),
    ({"embeds": [{"image": {"url": "data:image/png;base64,"}}]}, "URL_TYPE_INVALID_SCHEME"),
    ({"content": "x", "components": ROWS}, "Must be between 0 and 5"),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "EXCLUSIVE"),
    ({"content": "x", "attachments": [{"id": "77"}]}, "ATTACHMENT_NOT_FOUND"),
]


@pytest.mark.parametrize(("payload", "fault"), TOO_MUCH)
async def test_more_than_discords_limits_is_refused(
    payload: dict[str, object], fault: str, connect: Connect, world: SandboxClient, art: Channel
) -> None:
    async with connect(nothing) as bot:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=art.id)
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(route, json=payload)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert fault in str(refused.value._errors)
    assert await world.messages(art) == []


async def test_a_message_at_the_limits_is_taken(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        embed = discord.Embed(title="t" * 256, description="d" * 4096)
        embed.add_field(name="n" * 256, value="v" * 1024)
        await _text_channel(bot, art).send("c" * 2000, embed=embed)
    (message,) = await world.messages(art)
    assert len(message.content) == 2000


async def test_eleven_files_are_too_many(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=art.id)
        form = [{"name": f"files[{index}]", "value": b"x", "filename": f"{index}.txt"} for index in range(11)]
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(route, form=form)
    assert refused.value.code == 50035
    assert await world.messages(art) == []
