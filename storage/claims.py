"""The way from the queue to the API: who is next, and whether the key's limits allow one more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jobs.catalog import Provider
from jobs.model import Job
from jobs.queue import NextClaim
from storage.part import Undone, read, write
from storage.pauses import Pausable
from storage.rows import job_from

# The vendor counts a create when it arrives, we when it is sent: the margin covers what the way there may vary.
MINUTE_MS: Final = 60_000 + 1_000

# What is possible now may be in another transaction's hands, which ends in a moment: whoever asks must not spin on it.
AGAIN_MS: Final = 20

# One job in so many is of the lowest class that waits: a class below others moves, slowly, whatever the others do.
TURN_OF_THE_LOWEST: Final = 5


class Claims(Pausable):
    """The store's part that hands out jobs to be sent."""

    async def claim(
        self, *, provider: Provider, key_id: str, concurrency: int, per_minute: int, over: Collection[str] = ()
    ) -> Job | None:
        """Take the next queued job to `submitting` if the key's limits allow one more, and note the attempt.

        `over`: ids of jobs of which the API has said that they are made; they occupy no slot there any more. Jobs of a
        paused server are held until it is resumed.
        """
        while True:
            taken = await self._claim(
                provider=provider, key_id=key_id, concurrency=concurrency, per_minute=per_minute, over=over
            )
            if not isinstance(taken, _Paused):
                return taken
            await self._hold(taken.guild_id)

    @write
    async def _claim(
        self,
        connection: Any,
        *,
        provider: Provider,
        key_id: str,
        concurrency: int,
        per_minute: int,
        over: Collection[str],
    ) -> "Job | _Paused | None":
        now = self._clock.now()
        claims = await self._sql.lock_queue(connection, provider=provider.value)
        in_flight = await self._in_flight(connection, provider=provider, key_id=key_id, over=over)
        frees_at = await self._minute_frees_at(connection, key_id=key_id, per_minute=per_minute, now=now)
        _require(in_flight < concurrency and frees_at <= now)
        lowest = claims % TURN_OF_THE_LOWEST == 0
        return await self._take(connection, provider=provider, key_id=key_id, now=now, lowest=lowest)

    @write
    async def _hold(self, connection: Any, guild_id: int) -> None:
        await self._hold_queued(connection, guild_id)

    @read
    async def next_claim(
        self,
        connection: Any,
        *,
        provider: Provider,
        key_id: str,
        concurrency: int,
        per_minute: int,
        over: Collection[str] = (),
    ) -> NextClaim:
        """What waits, and when a claim may succeed although nothing else changes."""
        now = self._clock.now()
        earliest: int | None = await self._sql.earliest_start(connection, provider=provider.value)
        if earliest is None:
            return NextClaim(is_wanted=False)
        if await self._in_flight(connection, provider=provider, key_id=key_id, over=over) >= concurrency:
            return NextClaim(is_wanted=True)
        frees_at = await self._minute_frees_at(connection, key_id=key_id, per_minute=per_minute, now=now)
        return NextClaim(is_wanted=True, at=max(earliest, frees_at, now + AGAIN_MS))

    @write
    async def take_due_polls(self, connection: Any, *, limit: int, until: int) -> Sequence[Job]:
        """Running and unconfirmed jobs whose `next_poll_at` has come, in no particular order; counts the look.

        Where more than `limit` are due, these are the ones that have been so longest. Their next appointment becomes
        `until` (UTC ms), so that nobody else looks at the same time.
        """
        rows = self._sql.take_due_polls(connection, now=self._clock.now(), until=until, most=limit)
        return [job_from(row) async for row in rows]

    async def _take(self, connection: Any, *, provider: Provider, key_id: str, now: int, lowest: bool) -> Job:
        await self._sql.promote_due(connection, provider=provider.value, now=now)
        take = self._sql.take_next_of_lowest if lowest else self._sql.take_next
        row = await take(connection, provider=provider.value, key_id=key_id, now=now)
        _require(row is not None)
        if row["held"]:
            raise Undone(_Paused(guild_id=row["guild_id"]))
        await self._sql.insert_attempt(connection, job_id=row["id"], number=row["attempts"], key_id=key_id, now=now)
        await self._sql.advance_virtual_time(
            connection, provider=provider.value, priority=row["priority"], start_tag=row["start_tag"]
        )
        return job_from(row)

    async def _in_flight(self, connection: Any, *, provider: Provider, key_id: str, over: Collection[str]) -> int:
        """Jobs that may occupy a slot of the key: where an earlier create was given up, its result is not the end."""
        rows = self._sql.in_flight(connection, provider=provider.value, key_id=key_id)
        return sum([row["id"] not in over or row["unknown_creates"] > 0 async for row in rows])

    async def _minute_frees_at(self, connection: Any, *, key_id: str, per_minute: int, now: int) -> int:
        """UTC ms from which on fewer than `per_minute` creates of the key count; 0 when it is long past."""
        sent_at: int | None = await self._sql.deciding_attempt(
            connection, key_id=key_id, since=now - MINUTE_MS, skip=per_minute - 1
        )
        return 0 if sent_at is None else sent_at + MINUTE_MS


@dataclass(frozen=True, kw_only=True)
class _Paused:
    """The next job is of a server that is paused."""

    guild_id: int


def _require(possible: bool) -> None:
    """Roll back otherwise: a look at a full or empty queue costs no write."""
    if not possible:
        raise Undone
