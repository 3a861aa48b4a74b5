"""A way to a PostgreSQL server on which a commit gets lost: on its way there, or its answer on the way back."""

import asyncio
import contextlib
import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.address import PostgresAddress, parse_address

SOCKET = ".s.PGSQL.5432"


class Loss(enum.Enum):
    """What gets lost, once, with the connection it is on."""

    COMMIT = enum.auto()
    ANSWER = enum.auto()


class Wire:
    """A socket of PostgreSQL's kind that passes everything on to a server, except what is to be lost."""

    def __init__(self, server: PostgresAddress, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self.loses: Loss | None = None
        self.cut_after_loss = False  # then nobody comes through any more
        self._cut = False

    @property
    def address(self) -> PostgresAddress:
        """The server's database by this way."""
        address = parse_address(self._server.url.replace(self._server.host, str(self._folder)))
        assert isinstance(address, PostgresAddress)
        return address

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Wire"]:
        """Pass on until the block ends."""
        listening = await asyncio.start_unix_server(self._connected, self._folder / SOCKET)
        async with listening:
            yield self

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(f"{self._server.host}/{SOCKET}")
        answers = asyncio.create_task(self._pass_back(there_reader, writer))
        try:
            while not self._cut and (data := await reader.read(65_536)):
                lost = self.loses if b"COMMIT\0" in data else None
                if lost is not None:
                    self.loses, self._cut = None, self.cut_after_loss
                if lost is Loss.COMMIT:
                    break
                if lost is Loss.ANSWER:
                    answers.cancel()
                    await asyncio.wait([answers])
                there_writer.write(data)
                await there_writer.drain()
                if lost is Loss.ANSWER:
                    await there_reader.read(1)  # so that the server has done it
                    break
        finally:
            answers.cancel()
            for side in (writer, there_writer):
                side.close()
                with contextlib.suppress(OSError):
                    await side.wait_closed()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()
