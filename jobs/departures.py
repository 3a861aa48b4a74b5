"""Servers that the bot was removed from: their data are deleted when the grace is over, unless it is invited back."""

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final, Protocol

import structlog

from jobs.held import Held
from jobs.housekeeping import Housekeeper
from jobs.ports import Clock
from jobs.signal import Signal

_log = structlog.get_logger(__name__)
PAUSE: Final = 3600.0  # seconds between two rounds
SOON: Final = 5.0  # seconds until the next round where jobs are about to end
_DAY: Final = 24 * 3600 * 1000  # ms


class DepartureRecords(Protocol):
    """Where departures are noted; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def note_departure(self, guild_id: int) -> None:
        """The bot was removed from this server now; an earlier note stays as it is."""
        ...

    async def forget_departure(self, guild_id: int) -> None:
        """The bot is there again, or nothing is left to be removed; harmless where nothing is noted."""
        ...

    async def departures(self, *, before: int | None = None) -> Sequence[int]:
        """The servers that the bot was removed from, those of longest ago first; at the latest at `before` (UTC ms)."""
        ...

    async def guilds_with_data(self) -> Collection[int]:
        """Every server of which anything is kept that would be deleted."""
        ...

    async def remove_guild(self, guild_id: int) -> None:
        """Delete what is decided and known for a server beside its jobs, its library and its presets."""
        ...


class Departures:
    """Nothing is deleted before it is known which servers the bot is in. `jobs.tasks` supervises the loop."""

    def __init__(
        self,
        records: DepartureRecords,
        clock: Clock,
        held: Held,
        housekeeper: Housekeeper,
        cancel_waiting: Callable[[int], Awaitable[int]],
        *,
        days: int,
    ) -> None:
        """`cancel_waiting` cancels what waits of a server and says how many jobs that were; `days`: the grace."""
        self._records = records
        self._clock = clock
        self._held = held
        self._housekeeper = housekeeper
        self._cancel_waiting = cancel_waiting
        self._days = days
        self._news: deque[Callable[[], Awaitable[None]]] = deque()
        self._arrived = Signal()
        self._is_present = False  # whether it is known which servers the bot is in

    def left(self, guild_id: int) -> None:
        """The bot was removed from a server; returns at once, as the next two do."""
        self._tell(lambda: self._leave(guild_id))

    def joined(self, guild_id: int) -> None:
        """The bot was invited to a server: what is kept of it stays."""
        self._tell(lambda: self._records.forget_departure(guild_id))

    def present(self, guild_ids: Collection[int]) -> None:
        """These are all servers that the bot is in: some may have come and gone while it did not run."""
        self._tell(lambda: self._compare(frozenset(guild_ids)))

    async def run(self) -> None:
        """Note what is told, and once an hour delete what is due, for ever."""
        while True:
            while self._news:
                await self._news[0]()
                self._news.popleft()  # not before: after trouble with the database it is noted all the same
            is_done = not self._is_present or await self.remove_due()
            await self._arrived.wait(seconds=PAUSE if is_done else SOON)

    def _tell(self, news: Callable[[], Awaitable[None]]) -> None:
        self._news.append(news)
        self._arrived.wake()

    async def _leave(self, guild_id: int) -> None:
        await self._records.note_departure(guild_id)
        _log.info("removed from a server; its data are deleted after the grace", guild=guild_id, days=self._days)

    async def _compare(self, guild_ids: Collection[int]) -> None:
        noted = set(await self._records.departures())
        for guild_id in noted & set(guild_ids):
            await self._records.forget_departure(guild_id)
        for guild_id in set(await self._records.guilds_with_data()) - set(guild_ids) - noted:
            await self._leave(guild_id)
        self._is_present = True

    async def remove_due(self) -> bool:
        """Delete the data of those whose grace is over; the jobs' and the ledger's numbers stay.

        False: some are left for the next round, since jobs that a pause held back had to be cancelled first. Without
        the server's rules nothing would hold them any more.
        """
        now, held, is_done = self._clock.now(), self._held, True
        for guild_id in await self._records.departures(before=now - self._days * _DAY):
            if await self._cancel_waiting(guild_id):
                is_done = False
                continue
            jobs = await self._housekeeper.remove_words(guild_id, before=now)
            await held.servers.drop(guild_id)
            await held.shelf.drop_server(guild_id)
            await held.libraries.drop_server(guild_id)
            await self._records.remove_guild(guild_id)
            await held.people.load()
            _log.info("the data of a server that the bot has left are deleted", guild=guild_id, jobs=jobs)
        return is_done
