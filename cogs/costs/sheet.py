"""What every job has cost, as a file for a spreadsheet."""

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from jobs.servers.money import MICRO, moment_of
from jobs.servers.spending import JobCost, SpendRecords

_PAGE: Final = 1_000  # jobs read at once
_MARGIN: Final = 64 * 1024  # bytes of a message beside its file
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a formula to begin with
_HEADER: Final = (
    "job",
    "ordered_at",
    "user",
    "model",
    "status",
    "images",
    "cost_usd",
    "estimate_usd",
    "reported_usd",
    "lost_requests",
)
"""`cost_usd` is what counts: the reported cost, else the estimate, and the estimate once more for each lost request."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The file, and how much is in it."""

    data: bytes
    jobs: int
    is_whole: bool  # False: older jobs found no room


async def make_sheet(records: SpendRecords, guild_id: int, *, since: int, until: int, most: int) -> Sheet:
    """All jobs of a server ordered from one moment on (UTC ms) until before another, the newest first.

    The file has at most `most` bytes: what Discord takes.
    """
    parts = [_written([_HEADER])]
    size, jobs = len(parts[0]), 0
    last: JobCost | None = None
    while page := await records.job_costs(guild_id, since=since, until=until, before=last, limit=_PAGE):
        part = await asyncio.to_thread(_rows, page)
        size += len(part)
        if size > most - _MARGIN:
            return Sheet(data=b"".join(parts), jobs=jobs, is_whole=False)
        parts.append(part)
        jobs += len(page)
        last = page[-1]
    return Sheet(data=b"".join(parts), jobs=jobs, is_whole=True)


def _rows(jobs: Sequence[JobCost]) -> bytes:
    return _written(
        [
            (
                job.id,
                moment_of(job.ordered_at),
                # A spreadsheet would round a long number; this one can also be pasted into Discord.
                f"<@{job.user_id}>" if job.user_id >= 0 else f"former-{-job.user_id}",
                safe(job.model),
                job.status.value,
                job.images,
                _dollars(job.cost),
                _dollars(job.estimate),
                "" if job.reported is None else _dollars(job.reported),
                job.lost_creates,
            )
            for job in jobs
        ]
    )


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _dollars(micro: int) -> str:
    return f"{Decimal(micro) / MICRO:.6f}"


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
