"""How often progress is shown."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.delivery.posting import Content
from cogs.delivery.progress import DUE, LONGEST, OVERDUE, QUEUED_AT_ONCE, SHORTEST, ProgressBoard, next_edit
from cogs.rush import Rush
from jobs.model import Job
from jobs.progress import Progress
from jobs.status import FINISHED, Status
from tests.jobs.support import becomes
from tests.support import make_job


def progress(job: Job, **values: Any) -> Progress:
    return Progress(job=job, **({"expected_in": 10_000, "elapsed": 10_000, "typical": 20_000} | values))


@given(expected_in=st.integers(0, 3_600_000), typical=st.integers(1, 600_000), queued=st.booleans())
def test_edits_are_never_close_together_and_never_cease(expected_in: int, typical: int, queued: bool) -> None:
    job = make_job(status=Status.QUEUED if queued else Status.RUNNING)
    pause = next_edit(progress(job, expected_in=expected_in, typical=typical))
    assert SHORTEST <= pause <= max(LONGEST, typical / 8000, expected_in / 1000 + OVERDUE)


def edits(job: Job, duration: float) -> int:
    now, count = 0.0, 0
    while now < duration:
        expected = max(0, int(1000 * (duration - now)))
        now += next_edit(progress(job, expected_in=expected, typical=int(1000 * duration)))
        count += 1
    return count


def test_a_typical_job_is_shown_a_handful_of_times() -> None:
    assert edits(make_job(status=Status.RUNNING), 20) <= 9
    assert edits(make_job(status=Status.RUNNING), 120) <= 9


def test_no_edit_is_planned_into_the_last_moments_before_a_result() -> None:
    job = make_job(status=Status.RUNNING)
    for remaining in range(100, int((SHORTEST + DUE) * 1000), 100):
        pause = next_edit(progress(job, expected_in=remaining))
        assert pause > remaining / 1000


class SlowPoster:
    """Stands where the poster does; each edit waits to be let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.ended: list[str] = []

    def can_edit_reply(self, job: Job) -> bool:
        return bool(job)

    async def edit_reply(self, job: Job, content: Content) -> None:
        assert content.embed.title
        self.begun.set()
        await self.go_on.wait()
        self.ended.append(job.id)


async def test_unfollowing_waits_for_the_edit_on_its_way_and_no_other_begins() -> None:
    job, poster = make_job(status=Status.RUNNING), SlowPoster()

    async def read(_job_id: str) -> Progress:
        return progress(job)

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    board.follow(job)
    await poster.begun.wait()
    unfollowing = asyncio.create_task(board.unfollow(job.id))
    await asyncio.sleep(0)
    assert not unfollowing.done()
    poster.go_on.set()
    await unfollowing
    assert poster.ended == [job.id]
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_an_edit_that_nobody_waits_for_any_more_does_not_outlive_its_job() -> None:
    """A stop cuts the delivery that waited for it; the session that it goes through is closed next."""
    job, poster = make_job(status=Status.RUNNING), SlowPoster()

    async def read(_job_id: str) -> Progress:
        return progress(job)

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    board.follow(job)
    await poster.begun.wait()
    unfollowing = asyncio.create_task(board.unfollow(job.id))
    await asyncio.sleep(0)
    unfollowing.cancel()
    await asyncio.wait({unfollowing})
    loop.cancel()
    await asyncio.gather(loop, board.close(), return_exceptions=True)
    poster.go_on.set()
    await asyncio.sleep(0)
    assert poster.ended == []
    assert f"progress {job.id}" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_however_many_jobs_wait_those_at_the_api_are_shown_in_time() -> None:
    """Each lane has its own room: the edits of what waits do not hold up those of what is being made."""
    waiting = [make_job(id=f"{number:020}", status=Status.QUEUED) for number in range(QUEUED_AT_ONCE + 50)]
    sent, poster, reads = make_job(status=Status.RUNNING), SlowPoster(), []
    by_id = {job.id: job for job in [*waiting, sent]}

    async def read(job_id: str) -> Progress:
        reads.append(job_id)
        return progress(by_id[job_id])

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    for job in [*waiting, sent]:
        board.follow(job)
    await becomes(lambda: sent.id in reads)
    assert len(reads) <= QUEUED_AT_ONCE + 1
    poster.go_on.set()
    await becomes(lambda: len(poster.ended) == len(by_id))
    assert sorted(poster.ended) == sorted(by_id)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_change_that_comes_while_an_edit_is_on_its_way_is_shown_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cogs.delivery.progress.FIRST", 0.0)
    monkeypatch.setattr("cogs.delivery.progress.SHORTEST", 0.01)
    elapsed, poster = 1_000, SlowPoster()
    job = make_job(status=Status.RUNNING)

    async def read(_job_id: str) -> Progress:
        return progress(job, elapsed=elapsed, expected_in=60_000)

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    board.follow(job)
    await poster.begun.wait()
    elapsed = 30_000
    board.follow(job)
    await asyncio.sleep(0.05)  # its moment comes while the first edit is still on its way
    poster.go_on.set()
    await becomes(lambda: len(poster.ended) >= 2)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_job_unfollowed_before_its_first_edit_is_never_shown() -> None:
    job, poster = make_job(status=Status.RUNNING), SlowPoster()
    reads = 0

    async def read(_job_id: str) -> Progress:
        nonlocal reads
        reads += 1
        return progress(job)

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    board.follow(job)
    await board.unfollow(job.id)
    await asyncio.sleep(0.45)
    assert reads == 0
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


@pytest.mark.parametrize("status", [*sorted(FINISHED), Status.DELIVERING, None])
async def test_what_has_ended_before_it_was_followed_is_forgotten(status: Status | None) -> None:
    """Nobody unfollows it any more."""
    job, poster, read_it = make_job(status=Status.RUNNING), SlowPoster(), asyncio.Event()

    async def read(_job_id: str) -> Progress | None:
        read_it.set()
        return None if status is None else progress(make_job(status=status))

    board = ProgressBoard(poster, read, Rush())  # type: ignore[arg-type]  # the part of the poster that the board uses
    loop = asyncio.create_task(board.run())
    board.follow(job)
    assert list(board._shown) == [job.id]
    await asyncio.wait_for(read_it.wait(), 30)
    async with asyncio.timeout(30):
        while board._shown:  # noqa: ASYNC110 - it is forgotten a turn after it was read
            await asyncio.sleep(0.001)
    assert not poster.begun.is_set()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
