"""A sandbox in a process of its own, and the bot or a floor's program on it."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from bench.processes import ROOT, Ended, Program, free_port, launch
from sandbox.client import Channel, SandboxClient, User

Subject = Literal["ours", "floor"]
PATIENCE: Final = 60.0  # seconds until something that should have happened is given up
BOT: Final = (str(ROOT / "bot.py"), "run")
COUNTED_BOT: Final = (str(ROOT / "bench" / "counted.py"),)
FLOOR: Final = ROOT / "bench" / "floor"
_LIFTED: Final = "1000000"


@dataclass(kw_only=True)
class Stage:
    """A sandbox that runs, its people, and a folder on a real disk for whoever plays on it."""

    world: SandboxClient
    channel: Channel
    users: Sequence[User]
    urls: dict[str, str]
    folder: Path
    program: Program  # the sandbox itself
    _players: list[Program] = field(default_factory=list)

    async def launch(
        self, arguments: Sequence[str], *, name: str = "player", webhooks: bool = False, **environment: str
    ) -> Program:
        """Start the bot or a floor's program and do not wait; names in `environment` are the bot's settings."""
        port = free_port()
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        settings = {
            "DISCORD_TOKEN": "sandbox-token",
            "DISCORD_API_URL": self.urls["discord_api_url"],
            "EACHLABS_API_KEY": "sandbox-eachlabs-key",
            "EACHLABS_API_URL": self.urls["eachlabs_url"],
            # What the limits cost in time would hide what is measured; the floor knows none either.
            "EACHLABS_CREATES_PER_MINUTE": _LIFTED,
            "QUOTA_IMAGES_PER_DAY": _LIFTED,
            "WAITING_JOBS_PER_USER": "1000",
            "TRUSTED_RESULT_HOSTS": self.urls["host_and_port"],
            "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
            "DATA_DIR": str(folder),
            "HTTP_PORT": str(port),
            "LOG_LEVEL": "WARNING",
            "STOP_SECONDS": "2",
        }
        if webhooks:
            settings["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        program = await launch(arguments, folder, {**settings, **environment}, log="log")
        self._players.append(program)
        return program

    async def play(
        self,
        subject: Subject,
        *,
        floor: str = "work.py",
        name: str | None = None,
        webhooks: bool = False,
        **environment: str,
    ) -> Program:
        """Start the bot or the floor's program and wait until it is online."""
        after = await self.world.cursor()
        arguments = BOT if subject == "ours" else (str(FLOOR / floor),)
        program = await self.launch(arguments, name=name or subject, webhooks=webhooks, **environment)
        await self.until_ready(program, after)
        return program

    async def until_ready(self, program: Program, after: int) -> None:
        """Wait until the program is online, or raise `Ended`."""
        ready = asyncio.create_task(self.world.wait_until_ready(PATIENCE, after))
        ended = asyncio.create_task(program.process.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not ready.done():
            ready.cancel()
            raise Ended(program.log.read_text(encoding="utf-8", errors="replace")[-2_000:])
        await ready

    def database(self, subject: Subject = "ours") -> Path:
        """The player's SQLite file."""
        return self.folder / subject / "bot.db"

    async def close(self) -> None:
        """End whoever still plays."""
        for program in self._players:
            await program.kill()


@asynccontextmanager
async def stage(*, users: int = 1) -> AsyncIterator[Stage]:
    """A sandbox without its limits, with so many members, in a folder that is removed afterwards."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(work_folder()))
        sandbox = await launch(("-m", "sandbox"), folder, {}, log="sandbox.log")
        stack.push_async_callback(sandbox.kill)
        assert sandbox.process.stdout is not None  # noqa: S101 - asked for at its start
        line = await sandbox.process.stdout.readline()
        if not line:
            raise Ended(sandbox.log.read_text(encoding="utf-8"))
        urls = json.loads(line)
        world = await stack.enter_async_context(SandboxClient(urls["url"]))
        await world.set_eachlabs(creates_per_minute=int(_LIFTED), concurrency=int(_LIFTED), balance_usd=1e6)
        guild = await world.guild()
        members = [await world.add_user(f"member {number}") for number in range(users)]
        for member in members:
            await world.join(guild, member)
        channel = await world.channel("art")
        built = Stage(world=world, channel=channel, users=members, urls=urls, folder=folder, program=sandbox)
        stack.push_async_callback(built.close)
        yield built


def work_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder in the checkout, and so on a disk whose fsync is a real one."""
    (ROOT / "build" / "bench").mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=ROOT / "build" / "bench")
