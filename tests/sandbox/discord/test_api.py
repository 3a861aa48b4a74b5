import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import aiohttp
import discord
import pytest
from discord.ext import commands

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, SandboxError

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]
AUTHORIZED = {"Authorization": "Bot sandbox-token"}


def nothing(_: Bot) -> None:
    """Give the bot no commands."""


def _text_channel(bot: Bot, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_route_that_does_not_exist_is_recorded_as_such(sandbox: Sandbox, world: SandboxClient) -> None:
    async with (
        aiohttp.ClientSession(headers=AUTHORIZED) as http,
        http.get(f"{sandbox.discord_api_url}/nowhere", params={"a": "b"}) as answer,
    ):
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/json"
        assert await answer.json() == {"message": "404: Not Found", "code": 0}
    (request,) = await world.requests()
    assert (request.method, request.path, request.query) == ("GET", "/nowhere", {"a": "b"})
    assert (request.operation, request.status) == (None, 404)


@pytest.mark.parametrize("header", [None, "Bot wrong", "sandbox-token"])
async def test_a_request_without_the_bots_token_is_unauthorized(header: str | None, sandbox: Sandbox) -> None:
    headers = {"Authorization": header} if header else {}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"{sandbox.discord_api_url}/users/@me") as answer,
    ):
        assert answer.status == 401
        assert await answer.json() == {"message": "401: Unauthorized", "code": 0}


async def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox, art: Channel) -> None:
    url = f"{sandbox.discord_api_url}/channels/{art.id}/messages"
    headers = {**AUTHORIZED, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(url, data=b"{") as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50109)
        async with http.post(url, data=b"[]") as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50035)
        async with http.get(f"{sandbox.discord_api_url}/channels/words") as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50035)


async def test_requests_are_recorded_with_their_payload_and_files(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    async with connect(nothing) as bot:
        file = discord.File(io.BytesIO(b"12345"), "five.txt")
        await _text_channel(bot, art).send("hello", file=file)
    (request,) = [each for each in await world.requests() if each.operation == "create_message"]
    assert request.path == f"/channels/{art.id}/messages"
    assert request.content_type.startswith("multipart/form-data")
    assert request.payload["content"] == "hello"
    assert request.payload["attachments"][0]["filename"] == "five.txt"
    assert [(each["field"], each["filename"], each["size"]) for each in request.files] == [("files[0]", "five.txt", 5)]
    assert request.status == 200
    assert request.finished_ms is not None
    assert request.finished_ms >= request.started_ms


async def test_a_rate_limit_is_waited_for(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        await world.add_rate_limit("create_message", retry_after_s=0.01)
        await _text_channel(bot, art).send("hello")
    sent = [each for each in await world.requests() if each.operation == "create_message"]
    assert [(each.status, each.fault) for each in sent] == [(429, True), (200, False)]


async def test_a_lost_answer_leaves_the_message_there(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        await world.add_fault("discord.create_message", "lost_answer")
        with pytest.raises(aiohttp.ClientError):
            await _text_channel(bot, art).send("hello", nonce="1")
        assert [message.content for message in await world.messages(art)] == ["hello"]
        again = await _text_channel(bot, art).send("hello", nonce="1")
        (message,) = await world.messages(art)
        assert message.id == again.id
    sent = [each for each in await world.requests() if each.operation == "create_message"]
    assert [(each.status, each.fault) for each in sent] == [(None, True), (200, False)]


async def test_a_fault_that_strikes_first_leaves_nothing(connect: Connect, world: SandboxClient, art: Channel) -> None:
    async with connect(nothing) as bot:
        await world.add_fault("discord.create_message", "status", status=403, match="first")
        with pytest.raises(discord.Forbidden):
            await _text_channel(bot, art).send("first")
        await _text_channel(bot, art).send("second")
    assert [message.content for message in await world.messages(art)] == ["second"]
    assert await world.faults() == []


async def test_what_the_control_api_does_not_know_is_said(sandbox: Sandbox, world: SandboxClient, art: Channel) -> None:
    with pytest.raises(SandboxError, match="nothing is called 'Zoe'"):
        await world.user("Zoe")
    with pytest.raises(SandboxError, match="no setting is called 'speed'"):
        await world.set_discord(speed=1)
    with pytest.raises(SandboxError, match="ack_seconds cannot be -1"):
        await world.set_discord(ack_seconds=-1)
    with pytest.raises(SandboxError, match="no permission is called 'fly'"):
        await world.set_permissions(art, deny=["fly"])
    with pytest.raises(SandboxError, match="there is no message 5"):
        await world.message(5)
    with pytest.raises(RuntimeError, match="async with"):
        await SandboxClient(sandbox.url).users()


async def test_the_world_can_grow(connect: Connect, world: SandboxClient) -> None:
    zoe = await world.add_user("Zoe", locale="fr")
    guild = await world.add_guild("Second", zoe)
    channel = await world.add_channel(guild, "general", nsfw=True)
    ben = await world.user("Ben")
    await world.join(guild, ben, ["manage_messages"])
    assert (await world.channel("general")).id == channel.id
    assert set((await world.guild("Second")).member_ids) == {zoe.id, ben.id, (await world.bot()).id}
    async with connect(nothing) as bot:
        assert sorted(each.name for each in bot.guilds) == ["Pixel Garden", "Second"]
        await world.set_permissions(channel, deny=["view_channel"])
        await world.kick(guild, await world.bot())
        await world.join(guild, await world.bot())
        sight = await world.set_permissions(channel, allow=["view_channel"])
        assert sight & discord.Permissions(view_channel=True).value
