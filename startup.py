"""The start: what can go wrong with it, in one line each, and what `/readyz` tells afterwards."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

import aiohttp
import discord
import structlog

from cogs.client import Fluxcord
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.tasks import Tasks
from parts import make_pseudonyms
from settings import Settings
from storage.files import sync_folders
from web.ports import Check

_log = structlog.get_logger("startup")
GC_YOUNG: Final = 20_000  # objects made until the youngest are looked through; Python's own choice is 700
GC_OLD: Final = 20  # rounds of the younger until the older are; Python's own choice is 10
SWITCH_SECONDS: Final = 0.0005  # Python's own choice is 0.005


class StartFault(Exception):
    """The bot cannot start; `str()` is one line that says why and what to do."""


class PassingFault(StartFault):
    """What may be over by itself: a first start tells it all the same, since it may as well be a wrong setting."""


class Troubled(Protocol):
    """A database or a folder that knows how it is."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with it; None: nothing is."""
        ...


class Health:
    """What `/readyz` asks."""

    def __init__(
        self, client: discord.AutoShardedClient, tasks: Tasks, *, database: Troubled, data_folder: Troubled
    ) -> None:
        self._client = client
        self._tasks = tasks
        self._database = database
        self._data_folder = data_folder

    def checks(self) -> Sequence[Check]:
        """The gateway, the database, DATA_DIR, and every background loop. Nothing is tried for it."""
        shards = self._client.shards.values()
        # discord.py stays "ready" while it reconnects: each shard knows whether its connection is open.
        connected = self._client.is_ready() and bool(shards) and not any(shard.is_closed() for shard in shards)
        trouble, unwritable, down = self._database.trouble, self._data_folder.trouble, self._tasks.down
        return [
            Check(name="discord", ok=connected, detail="connected" if connected else "not connected"),
            Check(name="database", ok=trouble is None, detail=trouble or "usable"),
            Check(name="data_dir", ok=unwritable is None, detail=unwritable or "writable"),
            *(Check(name=name, ok=name not in down, detail=down.get(name, "running")) for name in self._tasks.loops),
        ]


def prepare_folder(folder: Path) -> None:
    """Make DATA_DIR, and see that it can be written. Blocking.

    Raises:
        StartFault: it cannot.
    """
    for place in (folder, folder / "results"):
        probe = place / ".writable"
        try:
            place.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            reason = error.strerror
            raise StartFault(f"DATA_DIR: {place} cannot be written ({reason}). Choose another folder.") from None
    sync_folders(folder)  # the folder of the results outlives a power cut, like what will lie in it
    # Where matplotlib keeps its list of typefaces, from the first chart on: a home may be read-only, or missing.
    os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))


def pseudonyms_of(settings: Settings) -> Pseudonyms:
    """What stands for people who have their data deleted. Blocking.

    Raises:
        StartFault: its key cannot be had.
    """
    try:
        return make_pseudonyms(settings)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StartFault(
            f"DATA_DIR: {settings.data_dir / 'privacy.key'} cannot be used ({reason}). Restore it from your backup."
        ) from None


async def log_in(client: Fluxcord, settings: Settings) -> None:
    """Log in, which also sets the client up.

    Raises:
        StartFault: Discord refuses the token.
        PassingFault: Discord cannot be reached.
    """
    try:
        with _reaching(settings):
            await client.login(settings.discord_token.get_secret_value())
    except discord.LoginFailure:
        raise StartFault("Discord refused DISCORD_TOKEN: reset it under Bot on the application's page.") from None


async def connect(client: Fluxcord, settings: Settings) -> None:
    """Stay connected to the gateway; discord.py mends every break by itself, but asks for the address only once.

    Raises:
        PassingFault: Discord cannot be reached.
        discord.ConnectionClosed: Discord closed the gateway for good.
    """
    with _reaching(settings):
        await client.connect()


@contextlib.contextmanager
def _reaching(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (
        aiohttp.ClientError,
        discord.GatewayNotFound,
        discord.DiscordServerError,
        discord.NotFound,
        TimeoutError,
    ) as error:
        raise PassingFault(
            f"Discord cannot be reached at {settings.discord_api_url} ({type(error).__name__}). "
            "Check the network and DISCORD_API_URL, then start again."
        ) from None


async def introduce(client: Fluxcord, settings: Settings) -> None:
    """Tell Discord what the bot offers, and see that the operator can be told something.

    Raises:
        StartFault: Discord refuses the commands in DEV_GUILD_ID.
    """
    await _register_commands(client, settings)
    await _check_operator_channel(client, settings)


async def _register_commands(client: Fluxcord, settings: Settings) -> None:
    memory = settings.data_dir / "commands.json"
    try:
        await client.register_commands(guild_id=settings.dev_guild_id, memory=memory)
    except (discord.Forbidden, discord.NotFound):
        raise StartFault(
            "DEV_GUILD_ID: Discord refuses commands there. Invite the bot to that server with the scope "
            "applications.commands, or leave the setting out."
        ) from None
    except discord.DiscordServerError as error:
        # Those of the last start go on working; the next start tries again.
        _log.warning("the commands could not be registered", status=error.status)


async def _check_operator_channel(client: Fluxcord, settings: Settings) -> None:
    """Warn when OPERATOR_CHANNEL_ID is no channel that the bot can write to; the bot is of use without it too."""
    channel_id = settings.operator_channel_id
    if channel_id is None:
        return
    try:
        # Needs what a message needs, and leaves nothing behind: https://discord.com/developers/docs/resources/channel
        await client.http.send_typing(channel_id)
    except discord.HTTPException as error:
        reason = "there is no such channel" if error.status == HTTPStatus.NOT_FOUND else "the bot may not write there"
        _log.warning(
            "OPERATOR_CHANNEL_ID cannot be used: notices stand in the log alone", channel=channel_id, reason=reason
        )
    except (aiohttp.ClientError, TimeoutError) as error:
        _log.warning("OPERATOR_CHANNEL_ID could not be checked", channel=channel_id, cause=type(error).__name__)


def settle_down() -> None:
    """Prepare the interpreter for short answers: called once, when everything that stays has been made.

    What was made until now is never looked through again by the garbage collector, whose full rounds would stop the
    loop for 50 ms and more, and what comes is looked through less often. The database's threads get their turns ten
    times as often as Python would give them: each statement waits for one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_YOUNG, GC_OLD, GC_OLD)
    sys.setswitchinterval(SWITCH_SECONDS)
