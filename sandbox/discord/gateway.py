"""The gateway: hello, identify, heartbeat, resume, and the close codes of those who do it wrong."""

import asyncio
import json
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from sandbox.discord.context import DISCORD, Discord
from sandbox.discord.model import Json
from sandbox.discord.outbox import Close, Outbox
from sandbox.discord.serialise import guild_create_json, own_user_json
from sandbox.discord.sessions import Intents, Session
from sandbox.discord.streams import ENCODERS
from sandbox.discord.world import TOKEN

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, TIMED_OUT, INVALID_SHARD, INVALID_VERSION = 4005, 4009, 4010, 4012
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014
API_VERSION = "10"
# A round trip to Discord. discord.py relies on there being one: its heartbeat thread notes the time only after it has
# sent, and measures an ACK that overtakes the note from the heartbeat before ("can't keep up, 41.3s behind").
_ROUND_TRIP_S = 0.1
_FOR_GOOD = frozenset({1000, 1001})  # closes after which a client does not come back to its session


class _Wrong(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class _Connection:
    """One WebSocket of the bot; `session` is set once it has identified or resumed."""

    discord: Discord
    outbox: Outbox
    session: Session | None = None

    def take(self, frame: Json) -> None:
        """Do what the client asks for.

        Raises:
            _Wrong: the connection must be closed with this code.
        """
        data = frame.get("d")
        match frame.get("op"):
            case 1:
                ack: Json = {"op": HEARTBEAT_ACK, "d": None}
                asyncio.get_running_loop().call_later(_ROUND_TRIP_S, self.outbox.put, ack)
            case 2:
                self._identify(_object(data))
            case 6:
                self._resume(_object(data))
            case 3 | 4 if self.session is None:
                raise _Wrong(NOT_AUTHENTICATED)
            case 3 | 4:  # presence and voice change nothing that anybody here can see
                pass
            case _:
                raise _Wrong(UNKNOWN_OPCODE)

    def _identify(self, data: Json) -> None:
        world = self.discord.world
        if self.session is not None:
            raise _Wrong(ALREADY_AUTHENTICATED)
        if data.get("token") != TOKEN:
            raise _Wrong(AUTHENTICATION_FAILED)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents < 0 or intents & ~Intents.KNOWN:
            raise _Wrong(INVALID_INTENTS)
        if intents & Intents.PRIVILEGED and not world.settings.privileged_intents:
            raise _Wrong(DISALLOWED_INTENTS)
        shard, count = _shard(data.get("shard", [0, 1]))
        world.identifies += 1
        session = Session(intents=intents, shard=shard, shard_count=count, outbox=self.outbox)
        self.session = session
        self.discord.sessions.add(session)
        guilds = [
            guild for guild in world.guilds.values() if world.bot.id in guild.members and session.serves(guild.id)
        ]
        ready = {
            "v": int(API_VERSION),
            "user": own_user_json(world.bot),
            "session_id": session.id,
            "resume_gateway_url": gateway_url(world.base_url),
            "shard": [shard, count],
            "application": {"id": str(world.application_id), "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "user_settings": {},
            "relationships": [],
            "presences": [],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "session_type": "normal",
            "_trace": ["sandbox"],
        }
        session.send("READY", ready)
        if intents & Intents.GUILDS:
            for guild in (each for each in guilds if not each.unavailable):
                session.send("GUILD_CREATE", guild_create_json(world, guild))
        world.events.emit("ready", session_id=session.id, shard=shard, intents=intents)

    def _resume(self, data: Json) -> None:
        if self.session is not None:
            raise _Wrong(ALREADY_AUTHENTICATED)
        if data.get("token") != TOKEN:
            raise _Wrong(AUTHENTICATION_FAILED)
        world, sequence = self.discord.world, data.get("seq")
        session = self.discord.sessions.get(str(data.get("session_id")), world.clock.now_ms())
        missed = session.missed_since(sequence) if session and isinstance(sequence, int) else None
        if session is None or missed is None:
            self.outbox.put({"op": INVALID_SESSION, "d": False})
            return
        if session.outbox is not None:
            session.outbox.put(Close(TIMED_OUT))  # its old connection is dead, only we had not seen it
        session.outbox, session.gone_at_ms, self.session = self.outbox, None, session
        for frame in missed:
            self.outbox.put(frame)
        session.send("RESUMED", {"_trace": ["sandbox"]})
        world.events.emit("resumed", session_id=session.id, replayed=len(missed))


def _object(data: object) -> Json:
    if not isinstance(data, dict):
        raise _Wrong(DECODE_ERROR)
    return data


def _shard(data: object) -> tuple[int, int]:
    match data:
        case [int(shard), int(count)] if 0 <= shard < count:
            return shard, count
        case _:
            raise _Wrong(INVALID_SHARD)


def gateway_url(base_url: str) -> str:
    """Return the address of the gateway of the sandbox at `base_url`."""
    return base_url.replace("http", "ws", 1) + "/gateway"


FAULT_TARGET = "discord.gateway"


async def gateway(request: web.Request) -> web.StreamResponse:
    """Serve one connection to the gateway until either side closes it."""
    discord = request.app[DISCORD]
    fault = await discord.faults.apply(FAULT_TARGET, request)
    if fault is not None:
        return fault
    socket = web.WebSocketResponse(compress=False, max_msg_size=4096 * 16)
    await socket.prepare(request)
    compress = request.query.get("compress")
    if request.query.get("v") != API_VERSION or compress not in ENCODERS:
        await socket.close(code=INVALID_VERSION)
        return socket
    make_encoder = ENCODERS[compress]
    outbox = Outbox(socket, make_encoder() if make_encoder else None)
    connection = _Connection(discord=discord, outbox=outbox)
    interval_ms = discord.world.settings.heartbeat_interval_ms
    outbox.put({"op": HELLO, "d": {"heartbeat_interval": interval_ms, "_trace": ["sandbox"]}})
    async with asyncio.TaskGroup() as group:
        group.create_task(outbox.write(request))
        said: int | None = None
        try:
            said = await _read(socket, connection, patience_s=interval_ms * 1.5 / 1000)
        finally:
            _part(discord, connection, said)
            outbox.put(Close(1000))  # ends the writer; the socket is closed already
    return socket


async def _read(socket: web.WebSocketResponse, connection: _Connection, *, patience_s: float) -> int | None:
    """Take frames until the connection ends; returns the code with which the client closed it."""
    while True:
        try:
            message = await socket.receive(timeout=patience_s)
        except TimeoutError:  # no heartbeat
            connection.outbox.put(Close(TIMED_OUT))
            return None
        if message.type is WSMsgType.CLOSE:
            return int(message.data)
        if message.type is not WSMsgType.TEXT:
            return None
        try:
            try:
                frame = json.loads(message.data)
            except ValueError:
                raise _Wrong(DECODE_ERROR) from None
            connection.take(_object(frame))
        except _Wrong as wrong:
            connection.outbox.put(Close(wrong.code))
            return None


def _part(discord: Discord, connection: _Connection, said: int | None) -> None:
    session, world = connection.session, discord.world
    if session is None or session.outbox is not connection.outbox:
        return
    session.outbox, session.gone_at_ms = None, world.clock.now_ms()
    if said in _FOR_GOOD:
        discord.sessions.forget(session)
    world.events.emit("gateway_closed", session_id=session.id, client_code=said)
