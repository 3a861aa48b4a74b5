"""A bare bot that does the whole work for `/imagine`, straight on: no queue but a list, no retry, no second thought.

Each job is committed five times, as durably as the bot does it: accepted, sent, running, stored, posted. A result is
found by its webhook where `PUBLIC_URL` is set, else by asking ten times a second.
"""

import asyncio
import os
import sqlite3
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import discord
import httpx
from aiohttp import web
from discord import app_commands
from discord.http import Route
from PIL import Image

SLOTS = 10
POLL_SECONDS = 0.1
_TEXT = (
    b"a fox in the snow, morning light, film grain, 35 mm\nSteps: 28, Seed: 12345, Size: 1024x1024, Model: flux-lora"
)


class Working(discord.AutoShardedClient):
    """The bot."""

    def __init__(self, folder: Path, http_port: int) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self._folder, self._port = folder, http_port
        self._public = os.environ.get("PUBLIC_URL")
        self._api = os.environ["EACHLABS_API_URL"]
        self._waiting: asyncio.Queue[tuple[int, discord.Interaction[Any], dict[str, object]]] = asyncio.Queue()
        self._results: dict[int, asyncio.Future[object]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(headers={"X-API-Key": os.environ["EACHLABS_API_KEY"]}, timeout=60)
        self._db = sqlite3.connect(folder / "floor.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, interaction INTEGER, state TEXT, result TEXT)")

    async def setup_hook(self) -> None:
        """Register the command, listen for webhooks, start the slots."""
        tree = app_commands.CommandTree(self)
        tree.add_command(app_commands.Command(name="imagine", description="Make images", callback=self._imagine))
        await tree.sync()
        app = web.Application()
        app.router.add_post("/done/{job}", self._hook)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        for _ in range(SLOTS):
            self._spawn(self._slot())

    async def _imagine(
        self, interaction: discord.Interaction[Any], prompt: str, size: str, count: int = 1, seed: int = 1
    ) -> None:
        await interaction.response.defer(thinking=True)
        wanted: dict[str, object] = {"prompt": prompt, "image_size": size, "num_images": count, "seed": seed}
        cursor = self._db.execute("INSERT INTO jobs (interaction, state) VALUES (?, 'accepted')", (interaction.id,))
        self._waiting.put_nowait((cursor.lastrowid or 0, interaction, wanted))

    async def _slot(self) -> None:
        while True:
            job, interaction, wanted = await self._waiting.get()
            self._note(job, "sent")
            body: dict[str, object] = {"model": "bfl-flux-lora", "input": wanted}
            if self._public is not None:
                self._results[job] = asyncio.get_running_loop().create_future()
                body["webhook_url"] = f"{self._public}/done/{job}"
            answer = await self._http.post(f"{self._api}/prediction/", json=body)
            prediction = answer.raise_for_status().json()["predictionID"]
            self._note(job, "running", prediction)
            output = await (self._polled(prediction) if self._public is None else self._results[job])
            links = [output] if isinstance(output, str) else list(output)  # type: ignore[call-overload]
            self._spawn(self._deliver(job, interaction, links))

    async def _polled(self, prediction: str) -> object:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            found = (await self._http.get(f"{self._api}/prediction/{prediction}")).json()
            if found["status"] == "success":
                return found["output"]

    async def _hook(self, request: web.Request) -> web.Response:
        self._results[int(request.match_info["job"])].set_result((await request.json())["output"])
        return web.Response()

    async def _deliver(self, job: int, interaction: discord.Interaction[Any], links: Sequence[str]) -> None:
        folder = self._folder / str(job)
        folder.mkdir()
        paths = [folder / f"{number}{Path(link).suffix}" for number, link in enumerate(links)]
        await asyncio.gather(*(self._fetch(link, path) for link, path in zip(links, paths, strict=True)))
        await asyncio.to_thread(_sync_folders, folder, self._folder)
        self._note(job, "stored")
        labelled = await asyncio.to_thread(_labelled, paths)
        await interaction.edit_original_response(attachments=[discord.File(path) for path in labelled])
        self._note(job, "posted")
        for path in [*paths, *labelled]:
            path.unlink()
        folder.rmdir()

    async def _fetch(self, link: str, path: Path) -> None:
        with path.open("wb") as file:
            async with self._http.stream("GET", link) as response:
                async for chunk in response.raise_for_status().aiter_raw(256 * 1024):
                    file.write(chunk)
        await asyncio.to_thread(_check, path)

    def _note(self, job: int, state: str, result: str | None = None) -> None:
        self._db.execute("UPDATE jobs SET state = ?, result = COALESCE(?, result) WHERE id = ?", (state, result, job))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _check(path: Path) -> None:
    """Durable, and a picture: its checksums first, then all of its pixels."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        with Image.open(file) as picture:
            picture.verify()
        file.seek(0)
        with Image.open(file) as picture:
            picture.load()


def _sync_folders(*folders: Path) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _labelled(paths: Sequence[Path]) -> list[Path]:
    """Copies that say how they were made: a text right behind the head, every other byte as it was."""
    copies = []
    for path in paths:
        data = path.read_bytes()
        if data.startswith(b"\x89PNG"):
            chunk = b"tEXt" + b"parameters\0" + _TEXT
            piece = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
            head = 33  # the signature and IHDR
        else:
            piece = b"\xff\xfe" + struct.pack(">H", len(_TEXT) + 2) + _TEXT  # a JPEG's comment
            head = 2
        copy = path.with_name(f"labelled-{path.name}")
        copy.write_bytes(data[:head] + piece + data[head:])
        copies.append(copy)
    return copies


if __name__ == "__main__":
    Route.BASE = os.environ["DISCORD_API_URL"]
    bot = Working(Path(os.environ["DATA_DIR"]), int(os.environ["HTTP_PORT"]))
    bot.run(os.environ["DISCORD_TOKEN"], log_handler=None)
