"""Holds the two sides of a case against each other: pure, so that a test can show that it sees every kind of fault."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from jobs.status import FINISHED, Status
from sandbox.client import Message
from tests.e2e.support import title
from tests.faults.decisions import is_removed, judge
from tests.faults.evidence import Evidence, Row, pictures, subjects

CONCURRENCY: Final = 10  # predictions at once, per key
PER_MINUTE: Final = 100  # creates, per key
_TOLD: Final = {Status.FAILED: "No image this time", Status.CANCELLED: "Cancelled"}
_REMINDED: Final = {"How an earlier one ended", "How earlier ones ended"}
_WAITING: Final = {"Queued", "Trying again soon", "Generating", "Waiting for an answer", "Cancelling"}


@dataclass(kw_only=True)
class Verdict:
    """What became of the jobs of one case, or of many together; all but the first block is zero where all is well."""

    jobs: int = 0
    delivered: int = 0
    kept: int = 0  # made, and nowhere to post them
    told: int = 0  # failed or cancelled, refunded, and their user knows
    paid: int = 0  # creates
    unknown: int = 0  # of these: given up after looking for them in vain

    lost: int = 0  # not ended, not to be seen, or ended without a word
    double_posts: int = 0  # pictures, failures, mentions, warnings, changes or reports beyond the first
    double_charges: int = 0  # reservations, costs or grants that do not come to what was delivered
    overpaid: int = 0  # creates beyond one a job and the unknown ones
    other: int = 0  # limits, remains, tracebacks

    findings: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything that has to be zero is zero."""
        return not (self.lost or self.double_posts or self.double_charges or self.overpaid or self.other)

    def add(self, other: "Verdict") -> None:
        """Count another case in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def audit(evidence: Evidence) -> Verdict:
    """Judge one case."""
    verdict = Verdict(jobs=len(evidence.jobs), paid=evidence.creates)
    verdict.unknown = sum(job["unknown_creates"] for job in evidence.jobs)
    for job in evidence.jobs:
        _audit_end(verdict, job, evidence)
        _audit_posts(verdict, job, evidence)
        _audit_charge(verdict, job, evidence)
        _audit_remains(verdict, job, evidence)
    verdict.overpaid = max(0, evidence.creates - len(evidence.jobs) - verdict.unknown)
    if verdict.overpaid:
        verdict.findings.append(
            f"{evidence.creates} creates for {len(evidence.jobs)} jobs and {verdict.unknown} unknown ones"
        )
    for trouble in _troubles(evidence, verdict):
        verdict.other += 1
        verdict.findings.append(trouble)
    for kind, finding in judge(evidence):
        setattr(verdict, kind, getattr(verdict, kind) + 1)
        verdict.findings.append(finding)
    return verdict


def _audit_end(verdict: Verdict, job: Row, evidence: Evidence) -> None:
    status = Status(job["status"])
    shown = {number for message in evidence.messages if not message.deleted for number in _pictures_of(message, job)}
    told = [message for message in evidence.messages if not message.deleted and _tells(message, job)]
    wrong: str | None = None
    match status:
        case Status.DELIVERED:
            verdict.delivered += 1
            if len(shown) != (made := _made(job, evidence)) and not is_removed(evidence, job):
                wrong = f"delivered, but {len(shown)} of {made} pictures can be seen"
        case Status.UNDELIVERED:
            verdict.kept += 1
            if job["removed_at"] is None and job["id"] not in evidence.folders:
                wrong = "undelivered, but nothing is kept"
        case Status.FAILED | Status.CANCELLED:
            verdict.told += 1
            reminded = any(title(message) in _REMINDED for message in evidence.messages)
            if job["told_at"] is None or not (told or reminded):
                wrong = f"{status}, but its user has not been told ({len(told)} messages, told_at {job['told_at']})"
        case _:
            wrong = f"has not ended: {status}"
    if wrong is not None:
        verdict.lost += 1
        verdict.findings.append(f"{job['id']} is lost: {wrong}")


def _audit_posts(verdict: Verdict, job: Row, evidence: Evidence) -> None:
    # What its user asked to be shown, by a button under /history, may be asked for again.
    unasked = [message for message in evidence.messages if message.interaction_id in {None, job["interaction_id"]}]
    seen = Counter(number for message in unasked for number in _pictures_of(message, job))
    told = sum(_tells(message, job) for message in evidence.messages)
    ready = sum(_mentions(message, job) for message in evidence.messages)
    extra = sum(times - 1 for times in seen.values()) + max(0, told - 1) + max(0, ready - 1)
    if told and seen:
        extra += 1
    if extra:
        verdict.double_posts += extra
        pictured = ", ".join(f"picture {number} {times} times" for number, times in seen.items())
        verdict.findings.append(f"{job['id']} is posted twice: {pictured}; told {told} times, mentioned {ready} times")


def _audit_charge(verdict: Verdict, job: Row, evidence: Evidence) -> None:
    rows = [row for row in evidence.ledger if row["job_id"] == job["id"]]
    ends = [row["kind"] for row in rows if row["kind"] != "reserve"]
    charged = sum(row["images"] for row in rows)
    due = _made(job, evidence) if job["status"] in {Status.DELIVERED, Status.UNDELIVERED} else 0
    if len(rows) - len(ends) != 1 or len(ends) != 1 or charged != due:
        verdict.double_charges += 1
        verdict.findings.append(f"{job['id']} ({job['status']}): {charged} images are charged, {due} due; {ends}")


def _stays(job: Row) -> bool:
    """Whether a result was shown where nobody can read it again: its files are kept for `/history`."""
    was_shown_alone = job["private"] or job["failure_detail"] is not None
    return bool(job["status"] == Status.DELIVERED and was_shown_alone)


def _audit_remains(verdict: Verdict, job: Row, evidence: Evidence) -> None:
    is_over = job["status"] in FINISHED - {Status.UNDELIVERED} and not _stays(job)
    if (is_over or job["removed_at"] or job["hidden_at"]) and job["id"] in evidence.folders:
        verdict.other += 1
        verdict.findings.append(f"{job['id']} is {job['status']}, but its files are still there")
    reply = next((message for message in evidence.messages if message.id == job["reply_message_id"]), None)
    is_out_of_reach = job["private"] and job["reply_expires_at"] <= job["created_at"]
    if reply is None or reply.deleted or is_out_of_reach:
        return
    if reply.loading or title(reply) in _WAITING:
        verdict.other += 1
        verdict.findings.append(f"{job['id']} is {job['status']}, but its message still says {title(reply)!r}")


def _troubles(evidence: Evidence, verdict: Verdict) -> Iterator[str]:
    if evidence.most_in_flight > CONCURRENCY or evidence.most_per_minute > PER_MINUTE:
        yield f"limits: {evidence.most_in_flight} at once, {evidence.most_per_minute} a minute"
    if evidence.refused and not verdict.unknown:
        yield f"limits: {evidence.refused} creates were refused with 429"
    if known := {job["id"] for job in evidence.jobs}:
        for job_id in {subject for message in evidence.messages for subject in subjects(message)} - known:
            yield f"a message is about {job_id}, which no row knows"
    if "Traceback" in evidence.log:
        yield "a traceback: " + evidence.log[evidence.log.index("Traceback") :][-1500:]


def _made(job: Row, evidence: Evidence) -> int:
    """How many pictures there are; of a job whose words were removed only the ledger knows."""
    if job["removed_at"] is not None:
        return sum(row["images"] for row in evidence.ledger if row["job_id"] == job["id"])
    images: list[Any] = json.loads(job["images"])
    return len(images)


def _pictures_of(message: Message, job: Row) -> list[int]:
    return [number for job_id, number in pictures(message) if job_id == job["id"]]


def _tells(message: Message, job: Row) -> bool:
    return title(message) in _TOLD.values() and job["id"] in subjects(message)


def _mentions(message: Message, job: Row) -> bool:
    if "is ready" not in message.content:
        return False
    reference = message.raw.get("message_reference") or {}
    posted = str(job["posted_message_id"])
    return str(reference.get("message_id")) == posted or f"/{posted}" in message.content
