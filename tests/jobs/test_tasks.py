"""Background tasks are owned, restarted and drained."""

import asyncio

import pytest

import jobs.tasks
from jobs.tasks import Tasks


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


async def test_a_dead_loop_is_reported_down_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.tasks, "_RESTART_FIRST", 0.01)
    tasks = Tasks()
    runs = 0
    down: list[dict[str, str]] = []
    third = asyncio.Event()

    async def loop() -> None:
        nonlocal runs
        runs += 1
        down.append(tasks.down)
        if runs == 3:
            third.set()
            await asyncio.Event().wait()
        raise RuntimeError(f"run {runs}")

    tasks.supervise("loop", loop)
    await third.wait()
    assert down == [{}, {}, {}]
    assert tasks.loops == ("loop",)
    await tasks.stop_loops()
    assert tasks.loops == ()


async def test_down_names_the_cause_while_the_loop_waits_to_be_started_again() -> None:
    tasks = Tasks()
    failed = asyncio.Event()

    async def loop() -> None:
        failed.set()
        raise RuntimeError("the disk is gone")

    tasks.supervise("loop", loop)
    await failed.wait()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert tasks.down == {"loop": "RuntimeError: the disk is gone"}
    await tasks.stop_loops()


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
