"""A user's own part of the queue, page by page, with what can be expected of each job."""

from dataclasses import dataclass
from typing import Final

from jobs.model import Job
from jobs.progress import Progress, ProgressReader
from jobs.queue import QueueRecords
from jobs.status import Status

PER_PAGE: Final = 10  # jobs


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """At most ten of a user's unfinished jobs, oldest first."""

    number: int  # from 0
    pages: int  # at least 1
    jobs: tuple[Progress, ...]

    @property
    def first(self) -> int:
        """The number, from 1, of the first job shown."""
        return 1 + self.number * PER_PAGE


class Waiting:
    """Reads pages. Raises `StoreUnavailable`."""

    def __init__(self, records: QueueRecords, reader: ProgressReader) -> None:
        self._records = records
        self._reader = reader

    async def page(self, number: int, *, guild_id: int, user_id: int) -> QueuePage:
        """The page of that number, from 0, or the last one where there are fewer by now."""
        found = await self._records.open_jobs(guild_id=guild_id, user_id=user_id)
        jobs = [job for job in found if not _is_as_good_as_over(job)]
        pages = max(1, -(-len(jobs) // PER_PAGE))
        number = min(number, pages - 1)
        shown = jobs[number * PER_PAGE : (number + 1) * PER_PAGE]
        return QueuePage(number=number, pages=pages, jobs=tuple([await self._reader.look_at(job) for job in shown]))


def _is_as_good_as_over(job: Job) -> bool:
    """Whether it was cancelled before it was sent: nobody has to be told to stop, so it ends this very moment."""
    return job.status is Status.CANCELLING and job.key_id is None
