"""Questions about jobs; none of them costs more because the bot has a long history."""

from collections.abc import Sequence
from typing import Any, Final

from jobs.model import Job, QueuePlace
from jobs.request import ImageRequest
from jobs.status import Status
from storage.part import Part, read
from storage.rows import job_from, job_or_none

MOST_AHEAD: Final = 1_000
MOST_AT_ONCE: Final = 1_000  # jobs in memory at once
LORA_JOBS: Final = 200  # a user's last jobs with a LoRA, in which different ones are looked for


class Reads(Part):
    """The store's part that only reads."""

    async def get(self, job_id: str) -> Job | None:
        """One job."""
        async with self._engine.reading() as connection:
            return job_or_none(await self._sql.job(connection, id=job_id))

    async def unfinished(self, *, after: Job | None = None, limit: int = MOST_AT_ONCE) -> Sequence[Job]:
        """Jobs that are in no finished state, oldest first, at most `limit` (1 to 1,000), those after another one."""
        created_at, job_id = (-1, "") if after is None else (after.created_at, after.id)
        async with self._engine.reading() as connection:
            rows = self._sql.unfinished(connection, created_at=created_at, id=job_id, most=min(limit, MOST_AT_ONCE))
            return [job_from(row) async for row in rows]

    async def carried(self) -> Sequence[Job]:
        """Jobs in a state that a task of the process ends: submitting, delivering, cancelling; oldest first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.carried(connection)]

    @read
    async def place(self, connection: Any, job: Job) -> QueuePlace:
        """Where a queued job stands; nothing is ahead of one that is no longer queued."""
        tag = await self._sql.queue_tag(connection, id=job.id)
        ahead = tag and await self._sql.ahead(
            connection,
            provider=job.provider.value,
            priority=tag["priority"],
            start_tag=tag["start_tag"],
            id=job.id,
            most=MOST_AHEAD,
        )
        running = await self._sql.at_the_api(connection, provider=job.provider.value)
        return QueuePlace(ahead=ahead or 0, running=running["jobs"], last_sent_at=running["last_sent_at"])

    async def recent_durations(self, model: str, *, limit: int) -> Sequence[int]:
        """Milliseconds from create to completion of the model's last delivered jobs, newest first."""
        async with self._engine.reading() as connection:
            rows = self._sql.recent_durations(connection, model=model, most=limit)
            return [row["duration"] async for row in rows]

    async def recent_loras(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[str]:
        """The LoRA sources of the user's last 200 jobs with one in this server, newest first, each once."""
        async with self._engine.reading() as connection:
            rows = self._sql.recent_requests_with_lora(connection, guild_id=guild_id, user_id=user_id, most=LORA_JOBS)
            requests = [ImageRequest.from_json(row["request"]) async for row in rows]
        paths = dict.fromkeys(lora.path for request in requests for lora in request.loras)
        return list(paths)[:limit]

    async def count_by_status(self) -> dict[Status, int]:
        """How many jobs are in each unfinished state; states without any are left out."""
        async with self._engine.reading() as connection:
            return {Status(row["status"]): row["jobs"] async for row in self._sql.count_by_status(connection)}

    async def next_poll_at(self) -> int | None:
        """The earliest `next_poll_at` of all (UTC ms), None where nothing runs."""
        async with self._engine.reading() as connection:
            at: int | None = await self._sql.next_poll_at(connection)
        return at
