"""Tells the bot's operator, in a channel of theirs, what nobody else can mend."""

from typing import Final, Protocol

import structlog

from cogs.operator.bulletin import Bulletin, Notice
from cogs.operator.channel import OperatorChannel
from cogs.operator.telling import Telling
from jobs.breaker import Circuit
from jobs.catalog import Provider
from jobs.doubts import DoubtRecords
from jobs.errors import Reason
from jobs.model import Job
from jobs.ports import Clock, StoreUnavailable
from jobs.reports import Report, ReportRecords
from jobs.status import Status

_log = structlog.get_logger(__name__)
DAY: Final = 24 * 3600 * 1000  # ms


class NoticeRecords(DoubtRecords, ReportRecords, Protocol):
    """What the operator is told of, and was told of."""


class OperatorNotices:
    """An observer that writes to OPERATOR_CHANNEL_ID; without one it says nothing, since the log has it all."""

    def __init__(self, channel: OperatorChannel, clock: Clock, store: NoticeRecords) -> None:
        self._channel = channel
        self._store = store
        self._clock = clock
        self._bulletin = Bulletin()
        self._telling = Telling[Notice](
            channel, clock, self._bulletin, text=lambda notice: notice.text, told=self._note
        )

    def admitted(self, job: Job) -> None:
        """Of no interest here."""

    def changed(self, job: Job, previous: Status) -> None:
        """Of no interest here."""

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """Of no interest here: the breakers tell what lasts."""

    def create_given_up(self, job: Job) -> None:
        """Gathered with others of the same API."""
        self._bulletin.given_up(job, now=self._clock.now())
        self._telling.wake()

    def circuit_changed(self, circuit: Circuit) -> None:
        """Told once when it opens, and once when it has closed again."""
        self._bulletin.circuit_changed(circuit, now=self._clock.now())
        self._telling.wake()

    def reported(self, report: Report) -> None:
        """Told at once, or with others that come within a minute."""
        self._bulletin.reported(report)
        self._telling.wake()

    async def load(self) -> None:
        """Take up what an earlier process did not come to tell of; older than a day, it stands in the metrics alone."""
        if not self._channel.exists:
            return
        now = self._clock.now()
        for job in await self._store.untold_losses(since=now - DAY):
            self._bulletin.given_up(job, now=now, creates=job.unknown_creates - job.unknown_told)

    async def run(self) -> None:
        """The loop: say what is due."""
        await self._telling.run()

    async def close(self) -> None:
        """At the stop: say what is due by then, unless Discord is slow to take it."""
        await self._telling.close()

    async def _note(self, notice: Notice) -> None:
        """Remember what has been told, so that no start tells it again."""
        if not self._channel.exists:
            return
        try:
            if notice.lost:
                await self._store.mark_losses_told(notice.lost)
            if notice.reports:
                await self._store.mark_reports_told(notice.reports)
        except StoreUnavailable as error:
            _log.warning("that the operator was told could not be noted: a start may repeat it", cause=str(error))
