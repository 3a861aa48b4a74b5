"""Background tasks are owned, restarted and drained."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

import jobs.tasks
from jobs.ports import StoreUnavailable
from jobs.tasks import Tasks


async def settled(condition: Callable[[], bool]) -> None:
    """Let the tasks run until something is so."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


async def test_a_failing_short_task_harms_nobody() -> None:
    tasks = Tasks()
    done = asyncio.Event()

    async def fail() -> None:
        raise RuntimeError("boom")

    async def succeed() -> None:
        done.set()

    tasks.spawn("fail", fail())
    tasks.spawn("succeed", succeed())
    await done.wait()
    await tasks.drain(seconds=1)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead loops are started again at once, and count as well only after a test's end."""
    monkeypatch.setattr(jobs.tasks, "_RESTART_FIRST", 0.0)
    monkeypatch.setattr(jobs.tasks, "_STORE_PAUSE", 0.0)


class Dying:
    """A loop that raises what it is given, one after the other, then goes on for ever."""

    def __init__(self, *errors: BaseException | None) -> None:
        self.errors = list(errors)
        self.runs = 0
        self.steady = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.errors:
            error = self.errors.pop(0)
            if error is not None:
                raise error
            return
        self.steady.set()
        await asyncio.Event().wait()


@pytest.mark.usefixtures("quick")
async def test_a_dead_loop_is_started_again_and_stays_reported_until_it_has_run_steadily() -> None:
    tasks, loop = Tasks(), Dying(RuntimeError("a prompt of somebody"), LookupError("another"))
    tasks.supervise("loop", loop.run)
    assert (tasks.loops, tasks.down) == (("loop",), {})
    await loop.steady.wait()
    assert loop.runs == 3
    assert tasks.down == {"loop": "died 2 times, last by LookupError; it is started again, and the log has the cause"}
    await tasks.stop_loops()
    assert (tasks.loops, tasks.down) == ((), {})


async def test_it_is_reported_while_it_waits_to_be_started_again() -> None:
    tasks, loop = Tasks(), Dying(RuntimeError("the disk is gone"))
    tasks.supervise("loop", loop.run)
    await settled(lambda: bool(tasks.down))
    assert tasks.down["loop"].startswith("died once, last by RuntimeError;")
    assert not loop.steady.is_set()
    await tasks.stop_loops()


@pytest.mark.usefixtures("quick")
async def test_a_loop_that_runs_steadily_again_is_well_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.tasks, "_STEADY", 0.05)
    tasks, loop = Tasks(), Dying(RuntimeError())
    with capture_logs() as log:
        tasks.supervise("loop", loop.run)
        await settled(lambda: bool(tasks.down))
        await settled(lambda: not tasks.down)
    assert [entry["event"] for entry in log] == [
        "a background loop died and is started again",
        "a background loop runs again",
    ]
    await tasks.stop_loops()


@pytest.mark.usefixtures("quick")
async def test_one_cause_is_logged_once_and_each_new_one_too() -> None:
    """What an operator reads after a night: every cause with its trace, and not one of them a thousand times."""
    same = [RuntimeError(f"job {number}") for number in range(50)]  # one fault, whatever it was working on
    tasks, loop = Tasks(), Dying(*same, LookupError(), None, None)
    with capture_logs() as log:
        tasks.supervise("loop", loop.run)
        await loop.steady.wait()
    assert [(type(entry["exc_info"]).__name__, entry["deaths"]) for entry in log] == [
        ("RuntimeError", 1),
        ("LookupError", 51),
        ("RuntimeError", 52),  # it came to its end, which is another place
    ]
    assert {entry["action"] for entry in log} == {"loop"}
    await tasks.stop_loops()


@pytest.mark.usefixtures("quick")
async def test_a_cause_that_goes_on_for_hours_is_told_again_with_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.tasks, "_REMIND", 0.0)
    tasks, loop = Tasks(), Dying(RuntimeError(), RuntimeError())
    with capture_logs() as log:
        tasks.supervise("loop", loop.run)
        await loop.steady.wait()
    assert [entry["deaths"] for entry in log] == [1, 2]
    await tasks.stop_loops()


@pytest.mark.usefixtures("quick")
async def test_the_databases_trouble_is_no_death_of_a_loop() -> None:
    """It is told once by the database itself, and the loop goes on when it can."""
    tasks, loop = Tasks(), Dying(StoreUnavailable("locked"), StoreUnavailable("locked"))
    with capture_logs() as log:
        tasks.supervise("loop", loop.run)
        await loop.steady.wait()
    assert (loop.runs, tasks.down, log) == (3, {}, [])
    await tasks.stop_loops()


@pytest.mark.usefixtures("quick")
async def test_a_loop_that_waited_for_something_cancelled_does_not_vanish() -> None:
    tasks, loop = Tasks(), Dying(asyncio.CancelledError())
    tasks.supervise("loop", loop.run)
    await loop.steady.wait()
    assert "CancelledError" in tasks.down["loop"]
    await tasks.stop_loops()


async def test_a_short_task_that_waited_for_something_cancelled_is_logged() -> None:
    tasks = Tasks()
    with capture_logs() as log:
        tasks.spawn("short", Dying(asyncio.CancelledError()).run())
        await tasks.drain(seconds=1)
    assert [entry["action"] for entry in log] == ["short"]


async def test_what_does_not_end_is_named_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.tasks, "_GRACE", 0.01)
    tasks, release, begun = Tasks(), asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        while not release.is_set():
            begun.set()
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()

    tasks.spawn("short", hangs())
    tasks.supervise("loop", hangs)
    await begun.wait()
    with capture_logs() as log:
        await tasks.stop_loops()
        await tasks.drain(seconds=0)
    assert [entry["tasks"] for entry in log] == [["loop"], ["short"]]
    release.set()
    await settled(lambda: len(asyncio.all_tasks()) == 1)


async def test_draining_waits_for_what_finishes_and_cuts_what_does_not() -> None:
    tasks = Tasks()
    release, finished, cut = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def finishes() -> None:
        await release.wait()
        finished.set()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.set()
            raise

    tasks.spawn("finishes", finishes())
    tasks.spawn("hangs", hangs())
    await asyncio.sleep(0)
    release.set()
    await tasks.drain(seconds=0.05)
    assert finished.is_set()
    assert cut.is_set()
