"""Reports of images, one a member and job."""

from collections.abc import Sequence
from typing import Any

from jobs.reports import Report
from storage.part import Part, write


class Reports(Part):
    """The store's part that implements `jobs.reports.ReportRecords`."""

    @write
    async def add_report(self, connection: Any, report: Report) -> bool:
        """Keep it; False when this member has reported this job before."""
        row = await self._sql.add_report(
            connection,
            job_id=report.job_id,
            user_id=report.user_id,
            guild_id=report.guild_id,
            channel_id=report.channel_id,
            message_id=report.message_id,
            reason=report.reason,
            now=report.reported_at,
        )
        return row is not None

    async def untold_reports(self, *, since: int) -> Sequence[Report]:
        """Those made after `since` (UTC ms) of which the operator was not told, oldest first."""
        async with self._engine.reading() as connection:
            return [
                Report(
                    job_id=row["job_id"],
                    user_id=row["user_id"],
                    guild_id=row["guild_id"],
                    channel_id=row["channel_id"],
                    message_id=row["message_id"],
                    reason=row["reason"],
                    reported_at=row["reported_at"],
                )
                async for row in self._sql.untold_reports(connection, since=since)
            ]

    @write
    async def mark_reports_told(self, connection: Any, reports: Sequence[Report]) -> None:
        """The operator was told of these."""
        for report in reports:
            await self._sql.mark_report_told(
                connection, job_id=report.job_id, user_id=report.user_id, now=self._clock.now()
            )
