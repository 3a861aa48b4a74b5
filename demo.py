"""`python bot.py demo`: the sandbox and the bot as two processes of their own, and members who use them."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, Final

from sandbox.client import SandboxClient
from sandbox.play.stage import Stage
from sandbox.play.tour import tour
from sandbox.play.transcript import Transcript

_HERE: Final = Path(__file__).resolve().parent
_STOP_SECONDS: Final = 15.0
_START_SECONDS: Final = 20.0


def run_demo(output: Path, *, serve: bool) -> int:
    """Play the main job; returns the exit code, 0 when everything happened as it should.

    Args:
        output: a folder for pictures and the bot's log; what an earlier demo left there is removed.
        serve: keep everything running afterwards, until Ctrl+C.
    """
    # A plain kill ends it as Ctrl+C does, so that neither process is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return asyncio.run(_demo(output, serve=serve))
    except KeyboardInterrupt:
        return 0


async def _demo(output: Path, *, serve: bool) -> int:
    await asyncio.to_thread(_prepare, output)
    transcript = Transcript()
    with tempfile.TemporaryDirectory(prefix="fluxcord-demo-", ignore_cleanup_errors=True) as folder:
        async with _sandbox() as urls, SandboxClient(urls["url"]) as world:
            transcript.line("(sandbox)", f"a Discord and both image APIs of your own, on {urls['host_and_port']}")
            bot = _Bot(urls, Path(folder), output / "bot.log")
            try:
                await _started(bot, world, webhooks=False)
                transcript.line("(bot)", "online: the real bot, over real sockets; its log is bot.log")
                await tour(Stage(world, transcript, output), lambda: _restarted(bot, world))
                if serve:
                    await bot.stop()
                    await _started(bot, world, webhooks=True, quota=100)
                _explain(transcript, output, urls, serve=serve)
                if serve:
                    await asyncio.Event().wait()
            except TimeoutError:
                transcript.line(
                    "(demo)", f"something did not happen in time; the bot's log says why: {output / 'bot.log'}"
                )
                return 1
            finally:
                await bot.stop()
    return 0


class _Bot:
    """The bot in a process of its own, with the settings that an operator would write for the sandbox."""

    def __init__(self, urls: dict[str, str], folder: Path, log: Path) -> None:
        self._urls = urls
        self._folder = folder
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._log_file: IO[bytes] | None = None

    async def start(self, *, webhooks: bool, quota: int) -> None:
        port = _free_port()
        settings = {
            "DISCORD_TOKEN": "sandbox-token",
            "DISCORD_API_URL": self._urls["discord_api_url"],
            "EACHLABS_API_KEY": "sandbox-eachlabs-key",
            "EACHLABS_API_URL": self._urls["eachlabs_url"],
            "AIMLAPI_API_KEY": "sandbox-aimlapi-key",
            "AIMLAPI_API_URL": self._urls["aimlapi_url"],
            "TRUSTED_RESULT_HOSTS": self._urls["host_and_port"],
            "DATABASE_URL": f"sqlite:///{self._folder / 'bot.db'}",
            "DATA_DIR": str(self._folder),
            "QUOTA_IMAGES_PER_DAY": str(quota),
            "HTTP_PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}" if webhooks else "",
            "LOG_LEVEL": "INFO",
        }
        self._log_file = await asyncio.to_thread(self._log.open, "ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_HERE / "bot.py"),
            "run",
            cwd=self._folder,  # so that a .env of yours plays no part
            env={**os.environ, **settings},
            stderr=self._log_file,
        )

    async def stop(self) -> None:
        """As an operator would: SIGTERM, and patience."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._log_file is not None:
            self._log_file.close()


async def _started(bot: _Bot, world: SandboxClient, *, webhooks: bool, quota: int = 6) -> None:
    after = await world.cursor()
    await bot.start(webhooks=webhooks, quota=quota)
    await world.wait_until_ready(_START_SECONDS, after)


async def _restarted(bot: _Bot, world: SandboxClient) -> None:
    await bot.stop()
    await _started(bot, world, webhooks=True)


@contextlib.asynccontextmanager
async def _sandbox() -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox", cwd=_HERE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("no pipe to the sandbox")
        line = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
        urls: dict[str, Any] = json.loads(line)
        yield urls
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _prepare(output: Path) -> None:
    for old in [*output.glob("*.png"), *output.glob("*.log")]:
        old.unlink()
    shutil.rmtree(output / "images", ignore_errors=True)
    (output / "images").mkdir(parents=True, exist_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _explain(transcript: Transcript, output: Path, urls: dict[str, str], *, serve: bool) -> None:
    transcript.heading("That was it")
    transcript.line("(pictures)", f"every message as Discord shows it: {output}")
    if not serve:
        transcript.line(
            "(next)", "python bot.py demo --serve keeps it running; README says how to run with a real token"
        )
        return
    url = urls["url"]
    transcript.line("(talk)", "from another shell, as Mara, Ben, Olga (a moderator) or Ada (an administrator):")
    talk = f"{sys.executable} -m sandbox.talk {url}"
    transcript.plain(f'{talk} Ben "/imagine prompt: a fox count: 2" --picture fox.png')
    transcript.plain(f"{talk} Ben Again")
    transcript.plain(f"{talk} Olga Delete")
    transcript.line("(control)", f"everything else: {url}/sandbox and docs/sandbox.md; Ctrl+C ends it")
