"""Reports: what somebody finds wrong with an image, kept for those who have to look at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jobs.model import Job
from jobs.ports import Clock

REASON_LONGEST: Final = 500  # characters


@dataclass(frozen=True, kw_only=True)
class Report:
    """One member's report of one job."""

    job_id: str
    user_id: int  # who reports
    guild_id: int  # the job's
    channel_id: int  # where the result is, as far as is known
    message_id: int | None
    reason: str
    reported_at: int  # UTC ms


class ReportRecords(Protocol):
    """Where reports are kept; raises `jobs.ports.StoreUnavailable`."""

    async def add_report(self, report: Report) -> bool:
        """Keep it; False when this member has reported this job before: then nothing is changed."""
        ...

    async def untold_reports(self, *, since: int) -> Sequence[Report]:
        """Those made after `since` (UTC ms) of which the operator was not told, oldest first."""
        ...

    async def mark_reports_told(self, reports: Sequence[Report]) -> None:
        """The operator was told of these."""
        ...


class Reports:
    """Takes reports; `tell` is called with each new one and passes it on to the operator."""

    def __init__(self, records: ReportRecords, clock: Clock, tell: Callable[[Report], None]) -> None:
        self._records = records
        self._clock = clock
        self._tell = tell

    async def report(self, job: Job, *, user_id: int, reason: str) -> bool:
        """Keep a report and tell of it; False when this member has reported this job before.

        Raises:
            StoreUnavailable: it is not kept.
        """
        posted = job.posted
        report = Report(
            job_id=job.id,
            user_id=user_id,
            guild_id=job.order.guild_id,
            channel_id=posted.channel_id if posted is not None else job.order.channel_id,
            message_id=posted.message_id if posted is not None else job.order.reply.message_id,
            reason=reason.strip()[:REASON_LONGEST],
            reported_at=self._clock.now(),
        )
        if not await self._records.add_report(report):
            return False
        self._tell(report)
        return True
