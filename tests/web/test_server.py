"""Bounds on what strangers can hold open."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

Site = Any
Serving = Callable[..., AbstractAsyncContextManager[Site]]
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
WELL = b"HTTP/1.1 200 "


async def connect(site: Site, said: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(said)
    await writer.drain()
    return reader, writer


async def test_a_connection_that_never_asks_for_anything_is_closed(serving: Serving) -> None:
    """Nothing said, half a line said, a head without its end: none is held for ever. One that has asked may stay."""
    async with serving(listening={"silence_seconds": 0.1}) as site:
        asked, writer = await connect(site, HEALTH)
        assert (await asked.readuntil(b"\r\n\r\nok\n")).startswith(WELL)
        silent = [await connect(site, said) for said in (b"", b"POST /web", HEALTH[:-2])]
        async with asyncio.timeout(30):
            assert [await reader.read() for reader, _ in silent] == [b"", b"", b""]
        writer.write(HEALTH)
        assert (await asked.readuntil(b"\r\n\r\nok\n")).startswith(WELL)
        for each in [writer, *(writer for _, writer in silent)]:
            each.close()


async def test_connections_beyond_a_bound_are_closed_unheard_and_there_is_room_again_afterwards(
    serving: Serving,
) -> None:
    """They must not use up the files that the bot itself needs."""
    async with serving(listening={"connections": 3}) as site:
        held = [await connect(site) for _ in range(3)]
        async with asyncio.timeout(30):  # a silent one would be closed much later
            assert await site.raw(b"") == b""
        for _, writer in held:
            writer.close()
        async with asyncio.timeout(30):
            while not (await site.raw(HEALTH)).startswith(WELL):  # noqa: ASYNC110 - nobody tells when they are gone
                await asyncio.sleep(0.01)
