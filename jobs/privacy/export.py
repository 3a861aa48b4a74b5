"""Everything that is kept of a person, as a ZIP file of theirs: `data.json` and, newest first, `jobs.json`."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from jobs.model import Job
from jobs.privacy.records import PrivacyRecords

BATCH: Final = 100  # jobs that are read before they are written
MARGIN: Final = 256 * 1024  # bytes that the compressor may still hold back, and the end of the file
LARGEST: Final = 25 * 1024 * 1024  # bytes, whatever Discord would take: it is made in memory


@dataclass(frozen=True, kw_only=True)
class Exported:
    """The file."""

    data: bytes
    jobs: int  # in it, the newest
    left_out: int  # older ones that did not fit


class ExportRecords(PrivacyRecords, Protocol):
    """Jobs as well."""

    async def get(self, job_id: str) -> Job | None:
        """One job."""
        ...


class Export:
    """Makes one file at a time: it is read in small steps and compressed in a thread."""

    def __init__(self, records: ExportRecords) -> None:
        self._records = records
        self._turn = asyncio.Lock()

    async def of(self, user_id: int, *, limit: int) -> Exported:
        """The person's data in at most `limit` bytes, at least half a megabyte.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        async with self._turn:
            kept = await self._records.kept_of(user_id)
            job_ids = await self._records.job_ids_of(user_id)
            file = _File(min(limit, LARGEST) - MARGIN)
            await asyncio.to_thread(file.begin, _readable({"user": str(user_id), **kept}))
            written = 0
            for at in range(0, len(job_ids), BATCH):
                several = [await self._job(job_id) for job_id in job_ids[at : at + BATCH]]
                written += await asyncio.to_thread(file.add, several)
                if written < at + len(several):
                    break
            data = await asyncio.to_thread(file.end)
        return Exported(data=data, jobs=written, left_out=len(job_ids) - written)

    async def _job(self, job_id: str) -> Mapping[str, Any]:
        job = await self._records.get(job_id)
        charges = await self._records.charges_of(job_id)
        return {} if job is None else _readable({**_of_job(job), "charges": charges})


class _File:
    """Written from a thread, never by two at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = io.BytesIO()
        self._zip = zipfile.ZipFile(self._bytes, "w", zipfile.ZIP_DEFLATED)
        self._jobs: Any = None
        self._first = True

    def begin(self, data: Mapping[str, Any]) -> None:
        self._zip.writestr("data.json", json.dumps(data, indent=1, ensure_ascii=False))
        self._jobs = self._zip.open("jobs.json", "w")
        self._jobs.write(b"[")

    def add(self, jobs: Sequence[Mapping[str, Any]]) -> int:
        """How many of them there was room for."""
        for number, job in enumerate(jobs):
            if self._bytes.tell() > self._limit:
                return number
            self._jobs.write(b"\n" if self._first else b",\n")
            self._jobs.write(json.dumps(job, ensure_ascii=False).encode())
            self._first = False
        return len(jobs)

    def end(self) -> bytes:
        self._jobs.write(b"\n]\n")
        self._jobs.close()
        self._zip.close()
        return self._bytes.getvalue()


def _of_job(job: Job) -> Mapping[str, Any]:
    """What concerns its user: neither what it cost the operator nor what proves webhooks."""
    order = job.order
    return {
        "id": job.id,
        "guild_id": order.guild_id,
        "channel_id": order.channel_id,
        "interaction_id": order.interaction_id,
        "made_at": job.created_at,
        "completed_at": job.completed_at,
        "finished_at": job.finished_at,
        "state": job.status.value,
        "model": order.request.model,
        "request": json.loads(order.request.to_json()),
        "private": order.private,
        "locale": order.locale,
        "roles": [str(role) for role in order.roles],
        "spoiler": order.spoiler,
        "failure": None if job.failure is None else job.failure.reason.value,
        "images": [
            {"format": image.format, "width": image.width, "height": image.height, "url": image.url}
            for image in job.images
        ],
        "message_id": None if job.posted is None else job.posted.message_id,
    }


def _readable(value: Any, name: str = "") -> Any:
    """Moments as text, and ids too: many programs cannot read numbers of that size."""
    match value:
        case Mapping():
            return {key: _readable(each, key) for key, each in value.items()}
        case list() | tuple():
            return [_readable(each, name) for each in value]
        case int() if name.endswith("_id"):
            return str(value)
        case int() if name.endswith("_at") or name in {"at", "since"}:
            return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
        case _:
            return value
