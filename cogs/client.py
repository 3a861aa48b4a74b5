"""The Discord client: few intents, no caches that grow, commands registered only when they have changed."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.failures import Tree

_log = structlog.get_logger(__name__)


class Fluxcord(commands.AutoShardedBot):
    """`set_up` is awaited once after the login and before the gateway: it adds the cogs and starts the work."""

    def __init__(self, *, api_url: str, set_up: Callable[["Fluxcord"], Awaitable[None]]) -> None:
        Route.BASE = api_url
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # a bot without voice misses neither
        intents = discord.Intents.none()
        intents.guilds = True  # slash commands, buttons and modals need nothing more
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self._set_up = set_up

    async def setup_hook(self) -> None:
        """Called by discord.py after the login."""
        # discord.py falls back to this address after an invalid session, whatever the API has told it.
        gateway = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway[1])
        await self._set_up(self)

    async def register_commands(self, *, guild_id: int | None, memory: Path) -> bool:
        """Send the commands to Discord, if they differ from what was sent last; returns whether they were sent.

        Args:
            guild_id: register them in this server only, where they show at once; None: everywhere.
            memory: the file that remembers what was sent last.
        """
        guild = discord.Object(guild_id) if guild_id is not None else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        listed = self.tree.get_commands(guild=guild)
        payload = [command.to_dict(self.tree) for command in listed]
        text = json.dumps([self.application_id, guild_id, payload], sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        if fingerprint == await asyncio.to_thread(_read, memory):
            there = {command.name for command in await self.tree.fetch_commands(guild=guild)}
            if there == {command.name for command in listed}:
                return False
        await self.tree.sync(guild=guild)
        await asyncio.to_thread(_write, memory, fingerprint)
        _log.info("commands are registered", commands=len(listed), guild=guild_id)
        return True


def _read(memory: Path) -> str | None:
    return memory.read_text().strip() if memory.exists() else None


def _write(memory: Path, text: str) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(text + "\n")
