"""Reports of images, one a member and job."""

from collections.abc import Sequence
from typing import Any

from jobs.model import Posted
from jobs.reports import HOUR, MOST_AN_HOUR, Case, Decision, Filed, Report, TooManyReports, Verdict
from jobs.servers.records import Change
from storage.audit import Audited
from storage.part import Undone, write
from storage.rows import Row


class Reports(Audited):
    """The store's part that implements `jobs.reports.ReportRecords`."""

    @write
    async def add_report(self, connection: Any, report: Report) -> Filed | TooManyReports:
        """Keep it, unless this member has reported this job before, or made too many in this server."""
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
        if row is None:
            return Filed.REPEATED
        recent = await self._sql.recent_reports(
            connection, user_id=report.user_id, guild_id=report.guild_id, since=report.reported_at - HOUR
        )
        if recent["reports"] > MOST_AN_HOUR:
            raise Undone(TooManyReports(again_at=recent["earliest"] + HOUR))
        return Filed.KEPT

    async def untold_reports(self, *, since: int) -> Sequence[Report]:
        """Those made after `since` (UTC ms) of which nobody who looks after them was told, oldest first."""
        async with self._engine.reading() as connection:
            return [_report_from(row) async for row in self._sql.untold_reports(connection, since=since)]

    @write
    async def mark_reports_told(self, connection: Any, reports: Sequence[Report]) -> None:
        """Whoever looks after them was told of these."""
        for report in reports:
            await self._sql.mark_report_told(
                connection, job_id=report.job_id, user_id=report.user_id, now=self._clock.now()
            )

    async def report_case(self, job_id: str) -> Case:
        """All reports of a job."""
        async with self._engine.reading() as connection:
            row = await self._sql.report_case(connection, job_id=job_id)
            rows = self._sql.reports_of_job(connection, job_id=job_id)
            reports = sorted([_report_from(each) async for each in rows], key=lambda report: report.reported_at)
        if row is None:
            return Case(job_id=job_id, reports=reports)
        return Case(job_id=job_id, reports=reports, posted=_posted_from(row), verdict=_verdict_from(row))

    @write
    async def name_report_message(self, connection: Any, job_id: str, posted: Posted) -> None:
        """The message that gathers a job's reports from now on."""
        await self._sql.name_report_message(
            connection, job_id=job_id, channel_id=posted.channel_id, message_id=posted.message_id
        )

    @write
    async def decide_reports(self, connection: Any, job_id: str, verdict: Verdict, change: Change) -> bool:
        """Keep what was decided and its audit entry; False when somebody was faster."""
        row = await self._sql.decide_reports(
            connection, job_id=job_id, decision=verdict.decision.value, decided_by=verdict.by, decided_at=verdict.at
        )
        if row is None:
            return False
        await self._note(connection, [change])
        return True


def _report_from(row: Row) -> Report:
    return Report(
        job_id=row["job_id"],
        user_id=row["user_id"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        reason=row["reason"],
        reported_at=row["reported_at"],
    )


def _posted_from(row: Row) -> Posted | None:
    if row["message_id"] is None:
        return None
    return Posted(channel_id=row["channel_id"], message_id=row["message_id"])


def _verdict_from(row: Row) -> Verdict | None:
    if row["decision"] is None:
        return None
    return Verdict(decision=Decision(row["decision"]), by=row["decided_by"], at=row["decided_at"])
