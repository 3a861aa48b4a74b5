"""Sums by calendar day, shares and typical times: of whole histories, read page by page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.stats import DAYS_MOST, PAGE, Counted, Day, Figures, Share, Statistics, Typical, typical
from jobs.status import Status

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
HOUR, DAY = 3_600_000, 86_400_000
MIDNIGHT = NOON - 12 * HOUR


class Noon:
    def now(self) -> int:
        return NOON


@dataclass
class Records:
    """Jobs in memory, read as a store reads them; remembers how many each read gave."""

    jobs: Sequence[Counted]
    pages: list[int] = field(default_factory=list)

    async def counted(
        self, *, guild_id: int, user_id: int | None, since: int, until: int, limit: int
    ) -> Sequence[Counted]:
        assert guild_id == 1
        found = [job for job in self.jobs if since <= job.at < until and user_id in {None, job.user_id}]
        page = sorted(found, key=lambda job: job.at)[:limit]
        self.pages.append(len(page))
        return page


def job(*, days_ago: int = 0, **values: object) -> Counted:
    at = NOON - days_ago * DAY
    usual = Counted(
        at=at,
        user_id=7,
        model="flux-lora",
        status=Status.DELIVERED,
        images=1,
        cost=35_000,
        submitted_at=at + 2_000,
        completed_at=at + 9_000,
    )
    return replace(usual, **values)  # type: ignore[arg-type]


async def figures(*jobs: Counted, days: int = 30, user_id: int | None = None) -> Figures:
    return await Statistics(Records(jobs), Noon()).figures(guild_id=1, user_id=user_id, days=days)


async def test_a_server_without_a_job_has_its_days_all_the_same() -> None:
    found = await figures(days=3)
    assert found.days == tuple(Day(date=date(2026, 11, each)) for each in (19, 20, 21))
    assert (found.jobs, found.images, found.cost, found.failed, found.cancelled) == (0, 0, 0, 0, 0)
    assert (found.success, found.waited, found.making, found.users, found.models) == (None, None, None, (), ())


async def test_days_are_those_of_the_calendar_in_utc() -> None:
    moments = (MIDNIGHT - DAY - 1, MIDNIGHT - DAY, MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + DAY - 1)
    found = await figures(*(job(at=at) for at in moments), days=2)
    assert [(day.date.day, day.images) for day in found.days] == [(20, 2), (21, 2)]


async def test_one_day_is_today() -> None:
    found = await figures(job(), job(days_ago=1), days=1)
    assert [(day.date, day.images) for day in found.days] == [(date(2026, 11, 21), 1)]


@pytest.mark.parametrize("days", [0, DAYS_MOST + 1])
async def test_other_periods_are_nobodys(days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        await figures(days=days)


async def test_only_what_was_made_counts_as_images_and_all_that_was_ordered_as_cost() -> None:
    jobs = [
        job(images=4, cost=140_000),
        job(status=Status.UNDELIVERED, images=2, cost=70_000),
        job(status=Status.FAILED, images=0, cost=1),
        job(status=Status.CANCELLED, images=0, cost=2),
        job(status=Status.RUNNING, images=3, cost=105_000, completed_at=None),
        job(status=Status.QUEUED, images=1, cost=35_000, submitted_at=None, completed_at=None),
    ]
    found = await figures(*jobs, days=1)
    [today] = found.days
    assert (today.jobs, today.images, today.failed, today.cost) == (6, 6, 1, 350_003)
    assert (found.made, found.cancelled, found.success) == (2, 1, 2 / 3)


async def test_cancelled_and_unfinished_orders_leave_the_success_as_it_is() -> None:
    found = await figures(job(status=Status.CANCELLED), job(status=Status.RUNNING))
    assert found.success is None
    assert (await figures(job(), job(status=Status.CANCELLED))).success == 1


async def test_waiting_and_making_are_told_apart_and_by_day() -> None:
    waits = {1: 4_000, 0: 1_000}
    jobs = [job(days_ago=ago, submitted_at=NOON - ago * DAY + wait) for ago, wait in waits.items()]
    found = await figures(*jobs, job(status=Status.FAILED, submitted_at=NOON + HOUR), days=3)
    assert [day.waited for day in found.days] == [
        None,
        Typical(median=4_000, slow=4_000),
        Typical(median=1_000, slow=1_000),
    ]
    assert found.waited == Typical(median=1_000, slow=4_000)
    assert found.making == Typical(median=5_000, slow=8_000)


async def test_a_clock_that_was_set_back_makes_no_time_negative() -> None:
    found = await figures(job(submitted_at=NOON - 5, completed_at=NOON - 9))
    assert (found.waited, found.making) == (Typical(median=0, slow=0), Typical(median=0, slow=0))


async def test_the_five_who_made_most_and_all_models_are_named() -> None:
    """Failed orders made nothing; a person who had their data deleted is somebody still."""
    jobs = [job(user_id=user, images=user) for user in range(1, 7)]
    jobs += [job(user_id=-9, images=10, model="flux-2-lora"), job(user_id=99, images=0, status=Status.FAILED)]
    found = await figures(*jobs)
    assert [(share.of, share.images) for share in found.users] == [(-9, 10), (6, 6), (5, 5), (4, 4), (3, 3)]
    assert found.models == (Share(of="flux-lora", images=21), Share(of="flux-2-lora", images=10))


async def test_ones_own_figures_hold_nobody_elses() -> None:
    found = await figures(job(images=2), job(user_id=8, images=4), user_id=7)
    assert (found.images, found.users) == (2, (Share(of=7, images=2),))


async def test_ten_thousand_jobs_are_read_in_pages_and_each_counts_once() -> None:
    jobs = [job(days_ago=number % 30, user_id=number % 11) for number in range(10_000)]
    records = Records(jobs)
    found = await Statistics(records, Noon()).figures(guild_id=1, days=30)
    assert (found.jobs, found.images, found.cost) == (10_000, 10_000, 350_000_000)
    assert sum(share.images for share in found.users) == sum(1 for each in jobs if each.user_id in {0, 1, 2, 3, 4})
    assert max(records.pages) <= PAGE


async def test_more_jobs_of_one_moment_than_a_page_holds_are_read_all_the_same() -> None:
    found = await figures(*[job()] * (PAGE + 1), job(at=NOON + 1))
    assert found.jobs == PAGE + 2


@pytest.mark.parametrize(
    ("durations", "expected"),
    [
        ([], None),
        ([5], Typical(median=5, slow=5)),
        ([9, 1], Typical(median=1, slow=9)),
        (range(1, 11), Typical(median=5, slow=9)),
        (range(1, 101), Typical(median=50, slow=90)),
    ],
)
def test_typical_times_are_the_nearest_ranks(durations: Sequence[int], expected: Typical | None) -> None:
    assert typical(durations) == expected


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_at_least_half_and_nine_tenths_are_within_the_typical_times(durations: list[int]) -> None:
    found = typical(durations)
    assert found is not None
    assert sum(each <= found.median for each in durations) >= math.ceil(len(durations) * 0.5)
    assert sum(each <= found.slow for each in durations) * 10 >= len(durations) * 9
    assert sum(each < found.slow for each in durations) * 10 < len(durations) * 9
