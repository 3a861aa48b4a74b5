"""The file of every job: whole or cut at a job, exact, and nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Sequence

import pytest

from cogs.costs.sheet import make_sheet, safe
from jobs.servers.money import Spend
from jobs.servers.spending import CostRow, JobCost
from jobs.status import Status

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
ROOM = 10 * 1024 * 1024


class Records:
    """`jobs.servers.spending.SpendRecords` over a list, newest first."""

    def __init__(self, jobs: Sequence[JobCost]) -> None:
        self._jobs = jobs

    async def spend(self, guild_id: int, *, at: int) -> Spend:
        raise NotImplementedError

    async def costs(self, guild_id: int, *, since: int, until: int) -> Sequence[CostRow]:
        raise NotImplementedError

    async def job_costs(
        self, guild_id: int, *, since: int, until: int, before: JobCost | None = None, limit: int
    ) -> Sequence[JobCost]:
        assert (guild_id, since, until) == (1, 0, NOON)
        first = 0 if before is None else self._jobs.index(before) + 1
        return self._jobs[first : first + limit]


def job(
    number: int, *, user: int = 123456789012345678, model: str = "flux-lora", reported: int | None = None
) -> JobCost:
    return JobCost(
        id=f"{number:020}",
        ordered_at=NOON - number,
        user_id=user,
        model=model,
        status=Status.DELIVERED,
        images=1,
        cost=35_001,
        estimate=35_000,
        reported=reported,
        lost_creates=2,
    )


async def read(jobs: Sequence[JobCost], most: int = ROOM) -> tuple[list[dict[str, str]], int, bool]:
    sheet = await make_sheet(Records(jobs), 1, since=0, until=NOON, most=most)
    assert len(sheet.data) < most
    return list(csv.DictReader(io.StringIO(sheet.data.decode()))), sheet.jobs, sheet.is_whole


async def test_a_row_says_all_of_a_job() -> None:
    [row], jobs, is_whole = await read([job(1, reported=35_001)])
    assert (jobs, is_whole) == (1, True)
    assert row == {
        "job": "00000000000000000001",
        "ordered_at": "2026-11-21T11:59:59Z",
        "user": "<@123456789012345678>",
        "model": "flux-lora",
        "status": "delivered",
        "images": "1",
        "cost_usd": "0.035001",
        "estimate_usd": "0.035000",
        "reported_usd": "0.035001",
        "lost_requests": "2",
    }


async def test_what_no_api_reported_stays_empty_and_who_was_forgotten_stays_one() -> None:
    rows, _, _ = await read([job(1, user=-42), job(2, user=-42)])
    assert [(row["user"], row["reported_usd"]) for row in rows] == [("former-42", "")] * 2


async def test_many_jobs_come_page_by_page_in_their_order() -> None:
    rows, jobs, is_whole = await read([job(number) for number in range(2_500)])
    assert (len(rows), jobs, is_whole) == (2_500, 2_500, True)
    assert [row["job"] for row in rows] == [f"{number:020}" for number in range(2_500)]


async def test_what_has_no_room_is_left_out_and_that_is_known() -> None:
    rows, jobs, is_whole = await read([job(number) for number in range(2_500)], most=64 * 1024 + 250_000)
    assert not is_whole
    assert 1_000 <= jobs == len(rows) < 2_500


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
async def test_no_cell_begins_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    sheet = await make_sheet(Records([job(1, model=text)]), 1, since=0, until=NOON, most=ROOM)
    for row in csv.reader(io.StringIO(sheet.data.decode(), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
