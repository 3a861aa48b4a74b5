"""What the end-to-end tests share: the bot to start and stop, and short ways to read a message."""

import asyncio
import socket
from pathlib import Path

from bot import serve
from sandbox import Sandbox
from sandbox.client import Message, SandboxClient
from settings import Settings, load_settings

PATIENCE = 20.0  # seconds until a test gives up on something that should happen within one


class Bot:
    """Starts and stops the bot; the database and the folders outlive a restart."""

    def __init__(self, sandbox: Sandbox, world: SandboxClient, folder: Path) -> None:
        self._sandbox = sandbox
        self._world = world
        self._folder = folder
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self.settings: Settings | None = None

    def make_settings(self, *, webhooks: bool = False, **overrides: object) -> Settings:
        """What an operator would set for the sandbox."""
        port = free_port()
        values: dict[str, object] = {
            "discord_token": "sandbox-token",
            "discord_api_url": self._sandbox.discord_api_url,
            "eachlabs_api_key": "sandbox-eachlabs-key",
            "eachlabs_api_url": self._sandbox.eachlabs_url,
            "aimlapi_api_key": "sandbox-aimlapi-key",
            "aimlapi_api_url": self._sandbox.aimlapi_url,
            "trusted_result_hosts": self._sandbox.host_and_port,
            "database_url": f"sqlite:///{self._folder / 'bot.db'}",
            "data_dir": self._folder,
            "http_port": port,
            "public_url": f"http://127.0.0.1:{port}" if webhooks else None,
            "stop_seconds": 2,
        }
        return load_settings(_env_file=None, **(values | overrides))

    async def start(self, *, webhooks: bool = False, **overrides: object) -> None:
        """Start and wait until it is online."""
        after = await self._world.cursor()
        self.settings = self.make_settings(webhooks=webhooks, **overrides)
        self._stop.clear()
        self._running = asyncio.create_task(serve(self.settings, self._stop))
        ready = asyncio.create_task(self._world.wait_until_ready(PATIENCE, after))
        await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            await self._running
        await ready

    async def stop(self) -> None:
        """Stop gracefully; an error of the bot's comes out here."""
        self._stop.set()
        running, self._running = self._running, None
        if running is not None:
            await running

    @property
    def url(self) -> str:
        """Where its own HTTP side listens."""
        assert self.settings is not None
        return f"http://127.0.0.1:{self.settings.http_port}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def shows_images(message: Message) -> bool:
    """Whether it shows pictures."""
    return any(attachment.width for attachment in message.attachments)


def fields(message: Message) -> dict[str, str]:
    """The fields of its embeds, by name."""
    return {field["name"]: field["value"] for embed in message.embeds for field in embed.get("fields", ())}


def title(message: Message) -> str:
    """The title of its first embed."""
    return str(message.embeds[0].get("title", "")) if message.embeds else ""


def description(message: Message) -> str:
    """The description of its first embed."""
    return str(message.embeds[0].get("description", "")) if message.embeds else ""
