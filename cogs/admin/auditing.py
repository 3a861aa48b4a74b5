"""Tells a server's audit channel of each change: soon, several at once, also after a restart, and never in silence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import discord
import structlog

from cogs.admin.entries import AT_ONCE, entry_line
from cogs.delivery.again import send_again
from cogs.delivery.trouble import TooLarge, WayClosed, translated
from cogs.embeds import WORKING
from jobs.ports import Clock, DeliveryDelayed, StoreUnavailable
from jobs.sentence import say, say_count
from jobs.servers.records import AuditRecords, Change
from jobs.servers.servers import Servers
from jobs.signal import Signal
from words.speech import Words

_log = structlog.get_logger(__name__)
GATHER: Final = 0.5  # seconds that changes are gathered for
AGAIN: Final = 60.0  # seconds until what could not be told is tried again
_KEPT: Final = 7 * 24 * 3_600_000  # ms that an entry waits for its channel to be mended


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A server's audit channel could not be told."""

    channel_id: int
    at: int  # UTC ms; of the last attempt


class AuditLog:
    """Reads what nobody has been told of from the database, so that no entry depends on this process's life."""

    def __init__(self, client: discord.Client, records: AuditRecords, servers: Servers, clock: Clock) -> None:
        self._client = client
        self._records = records
        self._servers = servers
        self._clock = clock
        self._signal = Signal()
        self._untold: dict[int, Untold] = {}  # by server

    def changed(self, _change: Change) -> None:
        """There is an entry more."""
        self._signal.wake()

    def trouble(self, guild_id: int) -> Untold | None:
        """Whether a server's audit channel cannot be told now; entries wait for it meanwhile, for a week."""
        return self._untold.get(guild_id)

    async def run(self) -> None:
        """The loop."""
        await self._client.wait_until_ready()  # before that nobody knows the servers
        while True:
            try:
                await self._tell_all()
            except StoreUnavailable as error:
                _log.info("audit channels cannot be told, the database cannot be used", cause=str(error))
                await asyncio.sleep(AGAIN)
                continue
            await self._signal.wait(seconds=AGAIN if self._untold else None)
            await asyncio.sleep(GATHER)

    async def _tell_all(self) -> None:
        servers = await self._records.untold_servers()
        self._untold = {guild_id: trouble for guild_id, trouble in self._untold.items() if guild_id in servers}
        for guild_id in servers:
            await self._tell(guild_id)

    async def _tell(self, guild_id: int) -> None:
        while entries := await self._records.untold_changes(guild_id, limit=AT_ONCE):
            channel_id = self._servers.of(guild_id).channels.audit
            if channel_id is None:
                self._untold.pop(guild_id, None)
            elif (cause := await self._post(guild_id, channel_id, entries)) is not None:
                if guild_id not in self._untold:
                    _log.warning("an audit channel cannot be told", guild=guild_id, channel=channel_id, cause=cause)
                self._untold[guild_id] = Untold(channel_id=channel_id, at=self._clock.now())
                if self._clock.now() - entries[0].at < _KEPT:
                    return
                _log.warning("an audit channel was never told of changes", guild=guild_id, changes=len(entries))
            else:
                self._untold.pop(guild_id, None)
            await self._records.mark_changes_told([each.id for each in entries])

    async def _post(self, guild_id: int, channel_id: int, entries: Sequence[Change]) -> str | None:
        """Why it could not be posted, for the log; None: it was."""
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel_or_thread(channel_id) if guild is not None else None  # never another server's
        if guild is None or not isinstance(channel, discord.abc.Messageable):
            return "there is no such channel"
        embed = changes_embed(entries, Words(guild.preferred_locale.value))
        try:
            with translated():
                # After a kill entries are posted again, together with those that came meanwhile.
                await send_again(channel, embed, nonce=entries[0].id)
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            return str(error)
        return None


def changes_embed(entries: Sequence[Change], words: Words) -> discord.Embed:
    """What was changed, the oldest first; at most `AT_ONCE`."""
    title = say_count("A change", "{count} changes", len(entries))
    embed = discord.Embed(
        title=words(title), description="\n".join(entry_line(each, words) for each in entries), colour=WORKING
    )
    return embed.set_footer(text=words(say("/admin audit shows all of them.")))
