"""What statistics read of jobs and of the ledger."""

from collections.abc import Sequence

from jobs.stats import Counted
from jobs.status import Status
from storage.part import Part


class Stats(Part):
    """The store's part that implements `jobs.stats.StatsRecords`."""

    async def counted(
        self, *, guild_id: int, user_id: int | None, since: int, until: int, limit: int
    ) -> Sequence[Counted]:
        """At most `limit` jobs ordered from `since` until before `until` (UTC ms), the oldest first."""
        values = {"guild_id": guild_id, "since": since, "until": until, "most": limit}
        async with self._engine.reading() as connection:
            if user_id is None:
                rows = self._sql.counted_of_guild(connection, **values)
            else:
                rows = self._sql.counted_of_user(connection, **values, user_id=user_id)
            return [
                Counted(
                    at=row["charged_at"],
                    user_id=row["user_id"],
                    model=row["model"],
                    status=Status(row["status"]),
                    images=row["images"],
                    cost=row["cost"],
                    submitted_at=row["submitted_at"],
                    completed_at=row["completed_at"],
                )
                async for row in rows
            ]
