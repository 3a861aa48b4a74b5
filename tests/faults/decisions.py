"""What admins decide held against what became of it: money, grants, warnings, reports, and who is to be gone."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from jobs.servers.money import day_of
from jobs.servers.rules import EVERYWHERE
from sandbox.client import Message
from tests.e2e.support import fields, title
from tests.faults.evidence import Evidence, Row, pictures

LOST: Final = "lost"
DOUBLE_POSTS: Final = "double_posts"
DOUBLE_CHARGES: Final = "double_charges"
OTHER: Final = "other"
Finding = tuple[str, str]
"""Which kind of fault of a verdict, and what is wrong."""

CASE: Final = "Reported image"
_EARLY: Final = 80  # percent of a cap
_CHANGES: Final = re.compile(r"(A|\d+) changes?")
_NUMBERS: Final = {"jobs", "ledger", "spend"}  # what stays of a server that is gone


def judge(evidence: Evidence) -> Iterator[Finding]:
    """Everything that is wrong."""
    yield from _money(evidence)
    yield from _grants(evidence)
    yield from _warnings(evidence)
    yield from _changes(evidence)
    yield from _reports(evidence)
    yield from _gone(evidence)


def is_removed(evidence: Evidence, job: Row) -> bool:
    """Whether moderators have removed its result."""
    cases = _rows(evidence, "report_cases")
    return any(case["job_id"] == job["id"] and case["decision"] == "removed" for case in cases)


def _rows(evidence: Evidence, table: str) -> Sequence[Row]:
    return evidence.tables.get(table, ())


# ── money ────────────────────────────────────────────────────────────────────


def _money(evidence: Evidence) -> Iterator[Finding]:
    """The sums by day are those of the ledger, and each job has cost what it is taken to cost."""
    sums: Counter[tuple[int, int]] = Counter()
    for row in evidence.ledger:
        for guild_id in (row["guild_id"], EVERYWHERE):
            sums[guild_id, day_of(row["charged_at"])] += row["cost"]
    spent = {(row["guild_id"], row["day"]): row["amount"] for row in _rows(evidence, "spend")}
    for key in sums.keys() | spent.keys():
        if sums[key] != spent.get(key, 0):
            yield DOUBLE_CHARGES, f"{sums[key]} micro-dollars in the ledger of {key}, but {spent.get(key)} are spent"
    for job in evidence.jobs:
        charged = sum(row["cost"] for row in evidence.ledger if row["job_id"] == job["id"])
        if charged != (due := _cost(job, evidence)):
            yield DOUBLE_CHARGES, f"{job['id']} ({job['status']}) has cost {charged} micro-dollars, and {due} are due"


def _cost(job: Row, evidence: Evidence) -> int:
    """What the API reports, else the estimate where there are images; and that of each create that was given up."""
    made = sum(row["images"] for row in evidence.ledger if row["job_id"] == job["id"])
    cost: int = (job["estimated_cost"] if made else 0) if job["cost"] is None else job["cost"]
    return cost + int(job["unknown_creates"]) * int(job["estimated_cost"])


def _grants(evidence: Evidence) -> Iterator[Finding]:
    for grant in _rows(evidence, "grants"):
        paid = sum(
            row["granted"]
            for row in evidence.ledger
            if row["guild_id"] == grant["guild_id"] and row["granted_at"] == grant["granted_at"]
        )
        if paid != grant["used"]:
            yield DOUBLE_CHARGES, f"{grant['used']} images of a grant are used, but {paid} were paid with it"


# ── whoever is told ──────────────────────────────────────────────────────────


def _warnings(evidence: Evidence) -> Iterator[Finding]:
    """Each was told once; that a cap is used up says that 80 % of it are, too."""
    told = Counter(title(message) for message in evidence.messages if "spending cap is used" in title(message))
    for heading, times in told.items():
        if times > 1:
            yield DOUBLE_POSTS, f"{heading!r} is told {times} times"
    claimed = {(row["guild_id"], row["period"], row["percent"]): row for row in _rows(evidence, "spend_warnings")}
    for (_, period, percent), row in claimed.items():
        early = [_heading(period, full=False)] if percent == _EARLY else []
        if row["told_at"] is None or not any(told[head] for head in [*early, _heading(period, full=True)]):
            yield LOST, f"the warning of {percent} % in {period} was not told"
    for rules in _rows(evidence, "server_rules"):
        cap = json.loads(rules["rules"]).get("caps", {}).get("day")
        for row in _rows(evidence, "spend"):
            is_due = row["guild_id"] == rules["guild_id"] and cap and 100 * row["amount"] >= _EARLY * cap
            if is_due and not any(key[0] == row["guild_id"] and key[2] == _EARLY for key in claimed):
                yield LOST, f"{row['amount']} of {cap} micro-dollars are spent, and nobody was warned"


def _heading(period: str, *, full: bool) -> str:
    which = "today's" if period.count("-") > 1 else "this month's"
    return f"{which.capitalize()} spending cap is used up" if full else f"80 % of {which} spending cap is used"


def _changes(evidence: Evidence) -> Iterator[Finding]:
    """Where a channel is told of changes, it was told of each once."""
    for rules in _rows(evidence, "server_rules"):
        channel_id = json.loads(rules["rules"]).get("channels", {}).get("audit")
        if channel_id is None:
            continue
        entries = [row for row in _rows(evidence, "audit") if row["guild_id"] == rules["guild_id"]]
        told = sum(_told(message) for message in evidence.messages if message.channel_id == channel_id)
        if told > len(entries):
            yield DOUBLE_POSTS, f"{len(entries)} changes, and {told} are told"
        if told < len(entries) or not all(row["told"] for row in entries):
            yield LOST, f"{len(entries)} changes, and {told} are told"


def _told(message: Message) -> int:
    found = _CHANGES.fullmatch(title(message))
    return 0 if found is None else 1 if found[1] == "A" else int(found[1])


# ── reports ──────────────────────────────────────────────────────────────────


def _reports(evidence: Evidence) -> Iterator[Finding]:
    """One message a reported job, which says how many have reported it, and what was decided and done."""
    reports = Counter(row["job_id"] for row in _rows(evidence, "reports"))
    verdicts = {row["job_id"]: row for row in _rows(evidence, "report_cases")}
    for job_id, number in reports.items():
        posted = [each for each in evidence.messages if _is_case(each, job_id)]
        if len(posted) > 1:
            yield DOUBLE_POSTS, f"the reports of {job_id} are told in {len(posted)} messages"
        if any(row["told_at"] is None for row in _rows(evidence, "reports")) or not posted:
            yield LOST, f"moderators were not told of all reports of {job_id}"
            continue
        shown = fields(posted[0])
        if f"{number} report{'s' if number > 1 else ''}" not in shown:
            yield LOST, f"the message of {job_id} does not tell of {number} reports"
        if job_id in verdicts and (verdicts[job_id]["decision"] is not None) is not ("Decision" in shown):
            yield LOST, f"the message of {job_id} tells another decision than {verdicts[job_id]['decision']}"
    for job in evidence.jobs:
        if not is_removed(evidence, job):
            continue
        seen = [each for each in evidence.messages if not each.deleted and _pictures(each, job)]
        if seen or job["hidden_at"] is None:
            yield OTHER, f"{job['id']} was removed by moderators, but can be seen"
        if any(_is_case(each, job["id"]) and each.attachments for each in evidence.messages):
            yield OTHER, f"{job['id']} was removed by moderators, but their message shows it"


def _is_case(message: Message, job_id: str) -> bool:
    footer: Mapping[str, str] = message.embeds[0].get("footer") or {} if message.embeds else {}
    return title(message) == CASE and footer.get("text") == f"Job {job_id}"


def _pictures(message: Message, job: Row) -> bool:
    return any(job_id == job["id"] for job_id, _ in pictures(message))


# ── who is gone ──────────────────────────────────────────────────────────────


def _gone(evidence: Evidence) -> Iterator[Finding]:
    """Of whom is to be forgotten nothing is left in any table; of a server that was left the numbers."""
    for table in ("deletions", "departures"):
        if rows := _rows(evidence, table):
            yield LOST, f"{len(rows)} rows of {table} were not carried out"
    for user_id in evidence.forgotten:
        for table in _tables_with(evidence, user_id):
            yield OTHER, f"somebody who wants to be forgotten stands in {table}"
    for guild_id in evidence.left:
        for table in _tables_with(evidence, guild_id):
            if table not in _NUMBERS:
                yield OTHER, f"a server that the bot has left stands in {table}"


def _tables_with(evidence: Evidence, number: int) -> Sequence[str]:
    return [
        name for name, rows in evidence.tables.items() if str(number) in json.dumps(list(map(dict, rows)), default=str)
    ]
