import asyncio
import json
import zlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import discord
import pytest
from discord.ext import commands

from sandbox import Sandbox
from sandbox.client import Channel, InteractionState, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]
IDENTIFY = {"op": 2, "d": {"token": "sandbox-token", "intents": 1 | 1 << 9, "properties": {}}}


def no_commands(_: Bot) -> None:
    """Leave the bot as it is."""


def with_ping(bot: Bot) -> None:
    @bot.tree.command(description="Answer")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")


async def test_the_bot_finds_itself_its_server_and_its_channels(connect: Connect) -> None:
    async with connect(no_commands) as bot:
        assert bot.user is not None
        assert bot.user.name == "fluxcord"
        assert bot.application_id == bot.user.id
        (guild,) = bot.guilds
        assert guild.name == "Pixel Garden"
        assert [(each.name, each.is_nsfw()) for each in guild.text_channels] == [
            ("art", False),
            ("art-after-dark", True),
        ]
        assert guild.me.guild_permissions.attach_files
        assert not guild.me.guild_permissions.manage_messages


async def test_a_heartbeat_is_acknowledged_a_round_trip_later(
    connect: Connect, world: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once would be too early for discord.py: its thread notes the sending only after it has sent.

    An ACK that overtakes the note is measured from the heartbeat before, and every 41 s a warning would say that the
    bot cannot keep up.
    """
    latencies: asyncio.Queue[float] = asyncio.Queue()
    acknowledge = discord.gateway.KeepAliveHandler.ack

    def ack(handler: discord.gateway.KeepAliveHandler) -> None:
        acknowledge(handler)
        latencies.put_nowait(handler.latency)

    monkeypatch.setattr(discord.gateway.KeepAliveHandler, "ack", ack)
    await world.set_discord(heartbeat_interval_ms=800)
    async with connect(no_commands):
        measured = [await latencies.get() for _ in range(3)]
    assert all(0.05 < latency < 0.7 for latency in measured), measured


async def test_a_wrong_token_is_refused_at_login(sandbox: Sandbox) -> None:
    async with Bot(commands.when_mentioned, intents=discord.Intents.default()) as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login(f"not-the-token-of-{sandbox.port}")


async def test_the_message_content_intent_is_privileged(sandbox: Sandbox) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    async with Bot(commands.when_mentioned, intents=intents) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start("sandbox-token")
    assert sandbox.port


@pytest.mark.parametrize("how", ["drop", "close", "reconnect", "resumable"])
async def test_a_bot_that_lost_its_connection_resumes_and_gets_what_it_missed(
    how: str, connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(with_ping):
        after = await world.cursor()
        match how:
            case "drop":
                assert await world.drop_gateway() == 1
            case "close":
                assert await world.close_gateway(4000) == 1
            case "reconnect":
                assert await world.ask_to_reconnect() == 1
            case _:
                assert await world.invalidate_session(resumable=True) == 1
        await world.wait_for_event("gateway_closed", after=after)
        sent = await world.command(mara, art, "ping")
        await world.wait_for_event("resumed", after=after)
        done = await world.wait_for_interaction(sent)
        assert done.state is InteractionState.ANSWERED
        assert "ready" not in [event.kind for event in await world.events(after)]


async def test_a_bot_whose_session_is_invalid_starts_a_new_one(connect: Connect, world: SandboxClient) -> None:
    async with connect(no_commands):
        after = await world.cursor()
        await world.invalidate_session()
        await world.wait_until_ready(after=after)


async def test_a_session_is_not_resumable_for_ever(sandbox: Sandbox, world: SandboxClient) -> None:
    async with aiohttp.ClientSession() as http:
        first = await _ready(http, sandbox)
        session_id = first[1]["d"]["session_id"]
        await world.drop_gateway()
        await world.wait_for_event("gateway_closed")
        await world.advance_clock(181)
        async with http.ws_connect(_url(sandbox)) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 6, "d": {"token": "sandbox-token", "session_id": session_id, "seq": 1}})
            assert await socket.receive_json() == {"op": 9, "d": False}


def _url(sandbox: Sandbox, **query: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"ws://{sandbox.host_and_port}/gateway?v=10&encoding=json{more}"


async def _ready(http: aiohttp.ClientSession, sandbox: Sandbox) -> list[Any]:
    socket = await http.ws_connect(_url(sandbox))
    hello = await socket.receive_json()
    await socket.send_json(IDENTIFY)
    return [hello, await socket.receive_json(), socket]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({**IDENTIFY, "d": {**IDENTIFY["d"], "token": "wrong"}}, 4004),  # type: ignore[dict-item]
        ({**IDENTIFY, "d": {**IDENTIFY["d"], "shard": [2, 1]}}, 4010),  # type: ignore[dict-item]
        ({**IDENTIFY, "d": {"token": "sandbox-token"}}, 4013),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 77, "d": {}}, 4001),
        ("no json", 4002),
    ],
)
async def test_a_wrong_frame_closes_the_connection_with_discords_code(
    frame: object, code: int, sandbox: Sandbox
) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(_url(sandbox)) as socket:
        await socket.receive_json()
        await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        closing = await socket.receive()
        assert (closing.type, closing.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_heartbeats_are_acknowledged_and_events_numbered(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        hello, ready, socket = await _ready(http, sandbox)
        assert hello["d"]["heartbeat_interval"] == 41_250
        assert (ready["t"], ready["s"]) == ("READY", 1)
        guild = await socket.receive_json()
        assert (guild["t"], guild["s"]) == ("GUILD_CREATE", 2)
        await socket.send_json({"op": 1, "d": 2})
        assert (await socket.receive_json())["op"] == 11
        await socket.close()


async def test_who_sends_no_heartbeat_is_closed(sandbox: Sandbox, world: SandboxClient) -> None:
    await world.set_discord(heartbeat_interval_ms=20)
    async with aiohttp.ClientSession() as http, http.ws_connect(_url(sandbox)) as socket:
        await socket.receive_json()
        closing = await socket.receive()
        assert closing.data == 4009


async def test_the_stream_is_compressed_when_asked_for(sandbox: Sandbox) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(_url(sandbox, compress="zlib-stream")) as socket,
    ):
        inflate = zlib.decompressobj()
        assert json.loads(inflate.decompress(await socket.receive_bytes()))["op"] == 10
        await socket.send_json(IDENTIFY)
        assert json.loads(inflate.decompress(await socket.receive_bytes()))["t"] == "READY"


async def test_without_the_intent_others_messages_come_without_content(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    seen: asyncio.Queue[discord.Message] = asyncio.Queue()

    def setup(bot: Bot) -> None:
        @bot.listen("on_message")
        async def note(message: discord.Message) -> None:
            seen.put_nowait(message)

    async with connect(setup) as bot:
        assert bot.user is not None
        await world.say(mara, art, "a secret")
        assert (await seen.get()).content == ""
        await world.say(mara, art, f"<@{bot.user.id}> for you")
        assert (await seen.get()).content == f"<@{bot.user.id}> for you"


async def test_the_bot_learns_of_channels_and_of_being_removed(
    connect: Connect, world: SandboxClient, art: Channel
) -> None:
    gone = asyncio.Event()

    def setup(bot: Bot) -> None:
        @bot.listen("on_guild_remove")
        async def note(_: discord.Guild) -> None:
            gone.set()

    async with connect(setup) as bot:
        changed = asyncio.ensure_future(bot.wait_for("guild_channel_update"))
        await asyncio.sleep(0)
        await world.set_nsfw(art, nsfw=True)
        _, now = await changed
        assert now.is_nsfw()
        await world.kick(await world.guild(), await world.bot())
        await gone.wait()
        assert len(bot.guilds) == 0
