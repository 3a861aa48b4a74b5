"""What the ledger knows of money, and of which caps somebody was warned."""

from collections.abc import Sequence
from typing import Any

from jobs.outcomes import Period
from jobs.servers.money import Spend, day_of, first_day, name_of
from jobs.servers.spending import CostRow, JobCost, SpendWarning
from jobs.status import Status
from storage.part import Part, write


class Costs(Part):
    """The store's part that implements `jobs.servers.spending.WarningRecords`."""

    async def spend(self, guild_id: int, *, at: int) -> Spend:
        """What a server has spent in the day and the month of that moment (UTC ms); `EVERYWHERE`: the whole bot."""
        async with self._engine.reading() as connection:
            day, month = [
                await self._sql.spent_between(
                    connection, guild_id=guild_id, first=first_day(period, at), last=day_of(at)
                )
                for period in (Period.DAY, Period.MONTH)
            ]
        return Spend(day=day, month=month)

    async def costs(self, guild_id: int, *, since: int, until: int) -> Sequence[CostRow]:
        """Everything ordered from one moment on (UTC ms) until before another, in no particular order."""
        async with self._engine.reading() as connection:
            return [
                CostRow(**{column: row[column] for column in CostRow.__dataclass_fields__})
                async for row in self._sql.costs(connection, guild_id=guild_id, since=since, until=until)
            ]

    async def job_costs(
        self, guild_id: int, *, since: int, until: int, before: JobCost | None = None, limit: int
    ) -> Sequence[JobCost]:
        """The same job by job, the newest first, at most `limit`; `before`: those that come after it."""
        at, job_id = (until, "") if before is None else (before.ordered_at, before.id)
        async with self._engine.reading() as connection:
            rows = self._sql.job_costs(
                connection, guild_id=guild_id, since=since, before=at, before_id=job_id, most=limit
            )
            return [
                JobCost(
                    id=row["id"],
                    ordered_at=row["charged_at"],
                    user_id=row["user_id"],
                    model=row["model"],
                    status=Status(row["status"]),
                    images=row["images"],
                    cost=row["cost"],
                    estimate=row["estimated_cost"],
                    reported=row["reported"],
                    lost_creates=row["unknown_creates"],
                )
                async for row in rows
            ]

    @write
    async def claim_warnings(self, connection: Any, warnings: Sequence[SpendWarning]) -> Sequence[SpendWarning]:
        """Those of them that nobody has claimed; see `jobs.servers.spending.WarningRecords`."""
        now = self._clock.now()
        claimed = []
        for warning in warnings:
            row = await self._sql.claim_warning(
                connection,
                guild_id=warning.guild_id,
                period=warning.name,
                percent=warning.percent,
                cap=warning.cap,
                now=now,
                told_at=None if warning == warnings[-1] else now,
            )
            if row is not None:
                claimed.append(warning)
        return claimed

    async def untold_warnings(self, *, at: int) -> Sequence[SpendWarning]:
        """Those of the day and the month of that moment (UTC ms) that were claimed, and not noted as told."""
        names = {name_of(period, at): period for period in Period}
        async with self._engine.reading() as connection:
            rows = self._sql.untold_warnings(connection, day=name_of(Period.DAY, at), month=name_of(Period.MONTH, at))
            return [
                SpendWarning(
                    guild_id=row["guild_id"],
                    period=names[row["period"]],
                    name=row["period"],
                    percent=row["percent"],
                    cap=row["cap"],
                )
                async for row in rows
            ]

    @write
    async def mark_warning_told(self, connection: Any, warning: SpendWarning) -> None:
        """It was told, or nobody can be told."""
        await self._sql.mark_warning_told(
            connection,
            guild_id=warning.guild_id,
            period=warning.name,
            percent=warning.percent,
            cap=warning.cap,
            now=self._clock.now(),
        )
