"""The suite can fail: every kind of fault that it looks for is seen in evidence that holds one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sandbox.client import Attachment, Message
from tests.faults.audit import Verdict, audit
from tests.faults.evidence import Evidence, Row

JOB, OTHER = "1" * 20, "2" * 20


def job(**values: object) -> Row:
    row = {
        "id": JOB, "interaction_id": 7, "status": "delivered", "images": json.dumps([{}, {}]), "told_at": 5,
        "unknown_creates": 0, "removed_at": None,
        "reply_message_id": 1, "reply_expires_at": 900, "created_at": 0, "private": 0, "posted_message_id": 1,
        "failure_detail": None, "hidden_at": None, "estimated_cost": 0, "cost": None,
    }  # fmt: skip
    return row | values


def message(
    number: int = 1, *, pictures: int = 2, heading: str = "", about: str = JOB, text: str = "", **raw: Any
) -> Message:
    attachments = tuple(
        Attachment(
            id=each, filename=f"fluxcord-{about}-{each}.png", size=9, url="", content_type="image/png",
            width=512, height=512, description=None, in_embed=False,
        )
        for each in range(1, pictures + 1)
    )  # fmt: skip
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": f"fluxcord:again:{about}"}
    return Message(
        id=number, channel_id=1, author_id=1, author_name="fluxcord", content=text, attachments=attachments,
        embeds=({"title": heading},) if heading else (), components=() if text else ({"components": [button]},),
        mention_ids=(), pinged_ids=(), edits=0, deleted=False, ephemeral=False, loading=False, interaction_id=None,
        viewer_id=None, raw=raw,
    )  # fmt: skip


def ledger(**images: int) -> list[Row]:
    return [
        {"job_id": JOB, "guild_id": 1, "kind": kind, "images": number, "cost": 0, "charged_at": 0}
        for kind, number in images.items()
    ]


GOOD = Evidence(
    jobs=[job()],
    ledger=ledger(reserve=2, settle=0),
    messages=[message()],
    creates=1,
    refused=0,
    most_in_flight=1,
    most_per_minute=1,
    folders=frozenset(),
    log="",
)
FAILED = replace(
    GOOD,
    jobs=[job(status="failed", images="[]")],
    ledger=ledger(reserve=2, refund=-2),
    messages=[message(pictures=0, heading="No image this time")],
)


PRIVATE = replace(GOOD, jobs=[job(private=1)], folders=frozenset({JOB}))  # kept for its user's history


@pytest.mark.parametrize("evidence", [GOOD, FAILED, PRIVATE])
def test_good_evidence_is_clean(evidence: Evidence) -> None:
    assert audit(evidence).findings == []
    assert audit(evidence).clean


READY: dict[str, Any] = {"text": "<@4> your image is ready.", "pictures": 0, "message_reference": {"message_id": "1"}}


@pytest.mark.parametrize(
    ("field", "evidence"),
    [
        ("lost", replace(GOOD, jobs=[job(status="running", images="[]")], ledger=ledger(reserve=2, settle=-2))),
        ("lost", replace(GOOD, messages=[])),
        ("lost", replace(GOOD, messages=[message(pictures=1)])),
        ("lost", replace(GOOD, messages=[replace(message(), deleted=True)])),
        ("lost", replace(GOOD, jobs=[job(status="undelivered")], messages=[message(pictures=0)])),
        ("lost", replace(FAILED, messages=[])),
        ("lost", replace(FAILED, jobs=[job(status="failed", images="[]", told_at=None)])),
        ("double_posts", replace(GOOD, messages=[message(), message(2)])),
        ("double_posts", replace(GOOD, messages=[message(), replace(message(2), deleted=True)])),
        ("double_posts", replace(GOOD, messages=[message(), message(2, **READY), message(3, **READY)])),
        ("double_posts", replace(FAILED, messages=[*FAILED.messages, message(2, pictures=0, heading="Cancelled")])),
        ("double_posts", replace(GOOD, messages=[message(), *FAILED.messages])),
        ("double_charges", replace(GOOD, ledger=ledger(reserve=2))),
        ("double_charges", replace(GOOD, ledger=ledger(reserve=2, settle=0, refund=-2))),
        ("double_charges", replace(GOOD, ledger=ledger(reserve=3, settle=0))),
        ("double_charges", replace(FAILED, ledger=ledger(reserve=2, settle=0))),
        ("overpaid", replace(GOOD, creates=2)),
        ("overpaid", replace(GOOD, jobs=[job(unknown_creates=1)], creates=3)),
        ("other", replace(GOOD, folders=frozenset({JOB}))),
        ("other", replace(GOOD, jobs=[job(status="undelivered", removed_at=9)], folders=frozenset({JOB}))),
        ("other", replace(GOOD, most_in_flight=11)),
        ("other", replace(GOOD, most_per_minute=101)),
        ("other", replace(GOOD, refused=1)),
        ("other", replace(GOOD, messages=[message(), message(2, about=OTHER)])),
        ("other", replace(GOOD, messages=[message(heading="Generating")])),
        ("other", replace(GOOD, log="Traceback (most recent call last)")),
    ],
)
def test_each_kind_of_fault_is_seen(field: str, evidence: Evidence) -> None:
    verdict = audit(evidence)
    assert getattr(verdict, field) > 0
    assert verdict.findings
    assert not verdict.clean


def test_a_create_that_was_given_up_may_have_been_paid_once_more() -> None:
    assert audit(replace(GOOD, jobs=[job(unknown_creates=1)], creates=2)).clean


def test_cases_are_added_up() -> None:
    total = Verdict()
    for evidence in (GOOD, replace(GOOD, creates=2), FAILED):
        total.add(audit(evidence))
    assert (total.jobs, total.delivered, total.told, total.paid, total.overpaid) == (3, 2, 1, 4, 1)
    assert len(total.findings) == 1
