"""What a user has waiting and under way, and several jobs of one interaction."""

from collections.abc import Sequence
from typing import Any

from jobs.model import Job
from jobs.queue import MOST_OPEN, Batch, Took
from jobs.request import ImageRequest
from storage.part import Part, read, write
from storage.rows import job_from


class Queue(Part):
    """The store's part for `/queue`, for forecasts and for batches."""

    async def open_jobs(self, *, guild_id: int, user_id: int, limit: int = MOST_OPEN) -> Sequence[Job]:
        """At most `limit` of the user's unfinished jobs in this server, oldest first."""
        values = {"guild_id": guild_id, "user_id": user_id, "most": limit}
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.open_jobs(connection, **values)]

    async def recently_made(self, model: str, *, limit: int) -> Sequence[Took]:
        """What the model's last delivered jobs were, newest first, and how long they took."""
        async with self._engine.reading() as connection:
            rows = self._sql.recently_made(connection, model=model, most=limit)
            return [
                Took(request=ImageRequest.from_json(row["request"]), duration=row["duration"]) async for row in rows
            ]

    @read
    async def batch(self, connection: Any, interaction_id: int) -> Batch | None:
        """The jobs of an interaction that made several; None for any other."""
        row = await self._sql.batch(connection, interaction_id=interaction_id)
        rows = self._sql.jobs_of_interaction(connection, interaction_id=interaction_id)
        jobs = tuple([job_from(job) async for job in rows])
        if row is None:
            return None
        return Batch(interaction_id=interaction_id, message_id=row["message_id"], jobs=jobs)

    async def open_batches(self) -> Sequence[int]:
        """The interactions whose message does not say yet how all their jobs ended, oldest first."""
        async with self._engine.reading() as connection:
            return [row["interaction_id"] async for row in self._sql.open_batches(connection)]

    @write
    async def close_batch(self, connection: Any, interaction_id: int) -> None:
        """Its message needs no edit any more."""
        await self._sql.close_batch(connection, interaction_id=interaction_id, now=self._clock.now())
