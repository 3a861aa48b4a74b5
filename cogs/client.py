"""The Discord client: few intents, no caches that grow, commands registered only when they have changed."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.failures import Tree
from cogs.localised import CommandTranslator
from cogs.place import SERVER_CONTEXT, SERVER_INSTALL
from words.catalogue import load_all

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
            allowed_contexts=SERVER_CONTEXT,  # of the commands that do not say `everywhere`
            allowed_installs=SERVER_INSTALL,
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
        await asyncio.to_thread(load_all)
        await self._set_up(self)

    async def on_ready(self) -> None:
        """Called by discord.py when it knows its servers, also after a session was lost."""
        _log.info("ready", servers=len(self.guilds), shards=self.shard_count)

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
        translator = CommandTranslator()
        await self.tree.set_translator(translator)
        payload = [await command.get_translated_payload(self.tree, translator) for command in listed]
        text = json.dumps([self.application_id, guild_id, payload], sort_keys=True)
        sent = _Sent(fingerprint=hashlib.sha256(text.encode()).hexdigest(), guild_id=guild_id)
        before = await asyncio.to_thread(_read, memory)
        if sent == before:
            there = {command.name for command in await self.tree.fetch_commands(guild=guild)}
            if there == {command.name for command in listed}:
                return False
        await self.tree.sync(guild=guild)
        if before is not None and before.guild_id not in {None, guild_id}:
            await self._forget_commands(discord.Object(before.guild_id))
        await asyncio.to_thread(_write, memory, sent)
        _log.info("commands are registered", commands=len(listed), guild=guild_id)
        return True

    async def _forget_commands(self, guild: discord.Object) -> None:
        """Where they stood for development: otherwise they would show there twice."""
        self.tree.clear_commands(guild=guild)
        try:
            await self.tree.sync(guild=guild)
        except (discord.Forbidden, discord.NotFound):
            return  # the bot has left that server, and its commands with it
        _log.info("the commands of the former development server are removed", guild=guild.id)


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """What was registered last, and where."""

    fingerprint: str
    guild_id: int | None


def _read(memory: Path) -> _Sent | None:
    try:
        return _Sent(**json.loads(memory.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # never sent, or unreadable: sent again, which does no harm


def _write(memory: Path, sent: _Sent) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(asdict(sent)) + "\n")
