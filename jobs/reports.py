"""Reports: what somebody finds wrong with an image, kept for those who look at it, and what they decide."""

import asyncio
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.servers.records import Change

REASON_LONGEST: Final = 500  # characters
MOST_AN_HOUR: Final = 5  # of one member in one server: nobody floods those who look at them
HOUR: Final = 3_600_000  # ms


@dataclass(frozen=True, kw_only=True)
class Report:
    """One member's report of one job."""

    job_id: str
    user_id: int  # who reports; a pseudonym once their data are deleted
    guild_id: int  # the job's
    channel_id: int  # where the result is, as far as is known
    message_id: int | None
    reason: str
    reported_at: int  # UTC ms


class Filed(enum.Enum):
    """What became of a report."""

    KEPT = enum.auto()
    REPEATED = enum.auto()  # this member has reported this job before


@dataclass(frozen=True, kw_only=True)
class TooManyReports:
    """Not kept: this member has made as many within an hour, in this server, as may be."""

    again_at: int  # UTC ms


class Decision(enum.StrEnum):
    """What moderators make of it; the value is what the database holds. A dismissed image can still be removed."""

    REMOVED = "removed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Who decided what."""

    decision: Decision
    by: int  # the user; a pseudonym once their data are deleted
    at: int  # UTC ms


@dataclass(frozen=True, kw_only=True)
class Case:
    """All reports of one job, and what became of them."""

    job_id: str
    reports: Sequence[Report]  # a hundred at most, oldest first
    posted: Posted | None = None  # the message that gathers them in the server's channel for reports
    verdict: Verdict | None = None


class ReportRecords(Protocol):
    """Where reports are kept; raises `jobs.ports.StoreUnavailable`."""

    async def add_report(self, report: Report) -> Filed | TooManyReports:
        """Keep it, unless this member has reported this job before, or made `MOST_AN_HOUR` in this server.

        Of those made at once each may count only the others that are committed: the caller makes one after the other.
        """
        ...

    async def untold_reports(self, *, since: int) -> Sequence[Report]:
        """Those made after `since` (UTC ms) of which nobody who looks after them was told, oldest first."""
        ...

    async def mark_reports_told(self, reports: Sequence[Report]) -> None:
        """Whoever looks after them was told of these."""
        ...

    async def report_case(self, job_id: str) -> Case:
        """All reports of a job."""
        ...

    async def name_report_message(self, job_id: str, posted: Posted) -> None:
        """The message that gathers a job's reports from now on."""
        ...

    async def decide_reports(self, job_id: str, verdict: Verdict, change: Change) -> bool:
        """Keep what was decided and its audit entry, in one transaction; False when somebody was faster."""
        ...


class Reports:
    """Takes reports and decisions; `tell` is called with each new report and passes it on to whoever looks after it."""

    def __init__(self, records: ReportRecords, clock: Clock, tell: Callable[[Report], None]) -> None:
        self._records = records
        self._clock = clock
        self._tell = tell
        self._taking = asyncio.Lock()  # so that reports sent at once are counted one after the other

    async def report(self, job: Job, *, user_id: int, reason: str) -> Filed | TooManyReports:
        """Keep a report and tell of it; one that is not kept is told to nobody.

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
        async with self._taking:
            filed = await self._records.add_report(report)
        if filed is Filed.KEPT:
            self._tell(report)
        return filed

    async def decide(self, job: Job, decision: Decision, *, by: int) -> Change | None:
        """Note what a moderator has decided; returns the audit entry, None when it was decided before.

        Raises:
            StoreUnavailable: it is not noted.
        """
        action = {Decision.REMOVED: "image.remove", Decision.DISMISSED: "report.dismiss"}[decision]
        change = Change(guild_id=job.order.guild_id, actor_id=by, action=action, target=job.id)
        verdict = Verdict(decision=decision, by=by, at=self._clock.now())
        return change if await self._records.decide_reports(job.id, verdict, change) else None
