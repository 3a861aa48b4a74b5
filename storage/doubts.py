"""Questions about creates whose answer was lost, and about jobs that an outage keeps waiting."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs.catalog import Provider
from jobs.doubts import OpenCreate, Window
from jobs.model import Job
from jobs.outcomes import Execution, OverCap
from jobs.quota import Bounds
from storage.part import Part, write
from storage.rows import job_from
from storage.spending import require_room_for_another


class Doubts(Part):
    """The store's part for what went wrong at an image API."""

    async def open_creates(self, *, key_ids: Iterable[str], model: str, window: Window) -> Sequence[OpenCreate]:
        """Every create of a model, sent with one of these keys within the window, whose prediction nobody has named."""
        async with self._engine.reading() as connection:
            return [
                OpenCreate(job=job_from(row), sent_at=row["sent_at"])
                for key_id in key_ids
                async for row in self._sql.open_creates(
                    connection, key_id=key_id, model=model, since=window.since, until=window.until
                )
            ]

    @write
    async def give_up(
        self, connection: Any, job_id: str, *, not_before: int, bounds: Bounds, attempts: int | None = None
    ) -> Job | OverCap | None:
        """Back to `queued` after a create that may have been paid; see `jobs.doubts.DoubtRecords`."""
        row = await self._sql.requeue(connection, id=job_id, not_before=not_before, unknown=1, attempts=attempts)
        if row is None:
            return None
        job = job_from(row)
        await require_room_for_another(
            self._sql,
            connection,
            guild_id=job.order.guild_id,
            at=job.created_at,
            now=self._clock.now(),
            amount=job.estimated_cost,
            bounds=bounds,
        )
        return job

    async def unknown_executions(self, executions: Sequence[Execution], *, provider: Provider) -> Sequence[Execution]:
        """Those of these executions that belong to no job of ours."""
        async with self._engine.reading() as connection:
            owners = [
                await self._sql.job_of_prediction(connection, provider=provider.value, prediction_id=execution.id)
                for execution in executions
            ]
        return [execution for execution, owner in zip(executions, owners, strict=True) if owner is None]

    async def count_unknown_creates(self) -> int:
        """Creates that may have been paid although nothing came of them, since the database was made."""
        async with self._engine.reading() as connection:
            return int(await self._sql.count_unknown_creates(connection))

    async def untold_losses(self, *, since: int) -> Sequence[Job]:
        """Jobs ordered after `since` (UTC ms) with such creates of which the operator was not told, oldest first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.untold_losses(connection, since=since)]

    @write
    async def mark_losses_told(self, connection: Any, told: Mapping[str, int]) -> None:
        """By job: of how many of its unknown creates the operator has been told."""
        for job_id, creates in sorted(told.items()):  # as everybody who locks several jobs
            await self._sql.mark_losses_told(connection, id=job_id, told=creates)

    async def queued(self, *, provider: Provider, created_before: int, limit: int) -> Sequence[Job]:
        """At most `limit` jobs that wait to be sent to an API and were ordered by then (UTC ms)."""
        async with self._engine.reading() as connection:
            rows = self._sql.queued(connection, provider=provider.value, created_before=created_before, most=limit)
            return [job_from(row) async for row in rows]
