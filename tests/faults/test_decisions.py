"""Every fault that the suite looks for in what admins decide is seen in evidence that holds one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sandbox.client import Attachment, Message
from tests.faults.audit import audit
from tests.faults.decisions import CASE
from tests.faults.evidence import Evidence, Row

JOB, GUILD, MARA, DESK = "1" * 20, 77, 4_000_000_000_000_001, 9
DAY = 20_000
RULES: dict[str, Any] = {"caps": {"day": 100}, "channels": {"audit": DESK}}


def job(**values: object) -> Row:
    row = {
        "id": JOB, "interaction_id": 7, "status": "delivered", "images": json.dumps([{}, {}]), "told_at": 5,
        "unknown_creates": 0, "removed_at": None, "hidden_at": None, "estimated_cost": 90, "cost": None,
        "reply_message_id": 1, "reply_expires_at": 900, "created_at": 0, "private": 0, "posted_message_id": 1,
        "failure_detail": None,
    }  # fmt: skip
    return row | values


def charge(kind: str, images: int, cost: int, granted: int) -> Row:
    return {
        "job_id": JOB, "guild_id": GUILD, "kind": kind, "images": images, "cost": cost, "granted": granted,
        "granted_at": 3, "charged_at": DAY * 86_400_000,
    }  # fmt: skip


def message(number: int, *, heading: str, pictures: str = "", **embed: Any) -> Message:
    attachments = tuple(
        Attachment(
            id=each, filename=f"{pictures}-{JOB}-{each}.png", size=9, url="", content_type="image/png",
            width=512, height=512, description=None, in_embed=False,
        )
        for each in ((1, 2) if pictures else ())
    )  # fmt: skip
    return Message(
        id=number, channel_id=DESK, author_id=1, author_name="fluxcord", content="", attachments=attachments,
        embeds=({"title": heading, **embed},) if heading else (), components=(), mention_ids=(), pinged_ids=(),
        edits=0, deleted=False, ephemeral=False, loading=False, interaction_id=None, viewer_id=None, raw={},
    )  # fmt: skip


def case(number: int = 5, *names: str, pictures: str = "reported") -> Message:
    shown = [{"name": name, "value": "…"} for name in names or ("1 report",)]
    return message(number, heading=CASE, footer={"text": f"Job {JOB}"}, fields=shown, pictures=pictures)


WARNING = "Today's spending cap is used up"
RESULT, WARNED, CHANGED = (
    message(1, heading="", pictures="fluxcord"),
    message(2, heading=WARNING),
    message(3, heading="2 changes"),
)
TABLES: dict[str, list[dict[str, Any]]] = {
    "spend": [{"guild_id": guild_id, "day": DAY, "amount": 90} for guild_id in (GUILD, -1)],
    "grants": [{"guild_id": GUILD, "granted_at": 3, "used": 1, "user_id": 8}],
    "server_rules": [{"guild_id": GUILD, "rules": json.dumps(RULES)}],
    "spend_warnings": [
        {"guild_id": GUILD, "period": "2026-11-21", "percent": percent, "cap": 100, "told_at": 5}
        for percent in (80, 100)
    ],
    "audit": [{"guild_id": GUILD, "told": 1}, {"guild_id": GUILD, "told": 1}],
    "reports": [{"job_id": JOB, "told_at": 4}],
    "report_cases": [{"job_id": JOB, "decision": None}],
}  # fmt: skip
GOOD = Evidence(
    jobs=[job()],
    ledger=[charge("reserve", 2, 90, 1), charge("settle", 0, 0, 0)],
    messages=[RESULT, WARNED, CHANGED, case()],
    creates=1,
    refused=0,
    most_in_flight=1,
    most_per_minute=1,
    folders=frozenset(),
    log="",
    tables=TABLES,
    forgotten=frozenset({MARA}),
)
REMOVED = replace(
    GOOD,
    jobs=[job(hidden_at=6)],
    messages=[replace(RESULT, deleted=True), WARNED, CHANGED, case(5, "1 report", "Decision", pictures="")],
    tables=TABLES | {"report_cases": [{"job_id": JOB, "decision": "removed"}]},
)


def changed(table: str, **values: object) -> Evidence:
    """The good evidence with its first row of a table changed."""
    first, *others = TABLES[table]
    return replace(GOOD, tables=TABLES | {table: [first | values, *others]})


def with_messages(*messages: Message) -> Evidence:
    return replace(GOOD, messages=messages)


@pytest.mark.parametrize("evidence", [GOOD, REMOVED])
def test_good_evidence_is_clean(evidence: Evidence) -> None:
    assert audit(evidence).findings == []


@pytest.mark.parametrize(
    ("field", "evidence"),
    [
        ("double_charges", changed("spend", amount=91)),
        ("double_charges", replace(GOOD, tables=TABLES | {"spend": TABLES["spend"][:1]})),
        ("double_charges", replace(GOOD, jobs=[job(cost=80)])),
        ("double_charges", changed("grants", used=2)),
        ("double_posts", with_messages(RESULT, WARNED, message(9, heading=WARNING), CHANGED, case())),
        ("lost", with_messages(RESULT, CHANGED, case())),
        ("lost", changed("spend_warnings", told_at=None)),
        ("lost", replace(GOOD, tables=TABLES | {"spend_warnings": []})),
        ("double_posts", with_messages(RESULT, WARNED, CHANGED, message(9, heading="A change"), case())),
        ("lost", with_messages(RESULT, WARNED, message(9, heading="A change"), case())),
        ("lost", changed("audit", told=0)),
        ("double_posts", with_messages(RESULT, WARNED, CHANGED, case(), case(6))),
        ("lost", with_messages(RESULT, WARNED, CHANGED)),
        ("lost", with_messages(RESULT, WARNED, CHANGED, case(5, "2 reports"))),
        ("lost", changed("reports", told_at=None)),
        ("lost", changed("report_cases", decision="dismissed")),
        ("other", replace(REMOVED, messages=[RESULT, *REMOVED.messages[1:]])),
        ("other", replace(REMOVED, jobs=[job()])),
        ("other", replace(REMOVED, messages=[*REMOVED.messages[:3], case(5, "1 report", "Decision")])),
        ("other", replace(REMOVED, folders=frozenset({JOB}))),
        ("lost", replace(GOOD, tables=TABLES | {"deletions": [{"user_id": 5}]})),
        ("lost", replace(GOOD, tables=TABLES | {"departures": [{"guild_id": 5}]})),
        ("other", changed("grants", user_id=MARA)),
        ("other", changed("audit", target=f"<@{MARA}>")),
        ("other", replace(GOOD, left=frozenset({GUILD}))),
    ],
)
def test_each_kind_of_fault_is_seen(field: str, evidence: Evidence) -> None:
    verdict = audit(evidence)
    assert getattr(verdict, field) > 0
    assert verdict.findings
    assert not verdict.clean
