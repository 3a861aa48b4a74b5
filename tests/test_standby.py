"""Turns on one database: who may run, when it ends, and what is tried again."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import standby
from jobs.ports import StoreUnavailable
from standby import LockLost, Stopped, Turn, take_turns
from startup import PassingFault, StartFault
from storage.held import Held
from storage.lock import hold


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standby, "YIELD_SECONDS", 0.01)
    monkeypatch.setattr(standby, "AGAIN_SECONDS", 0.01)


async def test_a_run_that_ends_by_itself_ends_the_turns(tmp_path: Path) -> None:
    runs: list[Turn] = []

    async def run(turn: Turn) -> None:
        runs.append(turn)

    await take_turns(tmp_path / "bot.db", asyncio.Event(), run)
    assert len(runs) == 1


@pytest.mark.parametrize("fault", [StartFault("no token"), PassingFault("away"), StoreUnavailable("no disk")])
async def test_a_first_turn_that_cannot_start_is_told(tmp_path: Path, fault: Exception) -> None:
    async def run(_turn: Turn) -> None:
        raise fault

    with pytest.raises(type(fault)):
        await take_turns(tmp_path / "bot.db", asyncio.Event(), run)


@pytest.mark.parametrize("fault", [PassingFault("Discord cannot be reached"), StoreUnavailable("starting")])
async def test_a_later_turn_that_cannot_start_is_tried_again(tmp_path: Path, fault: Exception) -> None:
    turns = 0

    async def run(turn: Turn) -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            (tmp_path / "bot.db.lock").unlink()
            await turn.until_over(asyncio.Event().wait())
        if turns <= 3:
            raise fault

    with capture_logs() as log:
        await take_turns(tmp_path / "bot.db", asyncio.Event(), run)
    assert turns == 4
    lost, *tries = [entry["event"] for entry in log]
    assert lost == "the lock of the database was lost; standing by"
    assert tries == ["the bot could not start yet; trying again"] * 2


@pytest.mark.parametrize("fault", [PassingFault("Discord answers 503"), StoreUnavailable("recovering")])
@pytest.mark.parametrize("before", ["stood by", "ran"])
async def test_whoever_has_stood_by_or_run_outlives_a_bad_moment(tmp_path: Path, before: str, fault: Exception) -> None:
    turns, standing_by = 0, asyncio.Event()

    async def run(turn: Turn) -> None:
        nonlocal turns
        turns += 1
        turn.has_started = before == "ran"
        if turns == 1:
            raise fault

    with capture_logs() as log:
        if before == "stood by":
            async with hold(tmp_path / "bot.db", on_wait=standing_by.set):
                task = asyncio.create_task(take_turns(tmp_path / "bot.db", asyncio.Event(), run))
                while not log:  # noqa: ASYNC110 - it says so in the log alone
                    await asyncio.sleep(0.001)
            await task
        else:
            await take_turns(tmp_path / "bot.db", asyncio.Event(), run)
    assert turns == 2
    assert log[-1]["event"] == "the bot could not start yet; trying again"


async def test_a_refused_token_ends_a_later_turn_too(tmp_path: Path) -> None:
    async def run(turn: Turn) -> None:
        turn.has_started = True
        raise StartFault("refused")

    with pytest.raises(StartFault, match="refused"):
        await take_turns(tmp_path / "bot.db", asyncio.Event(), run)


@pytest.mark.parametrize("moment", ["running", "standing by", "between two turns"])
async def test_the_stop_ends_it_at_any_moment(tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, reached = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(standby, "YIELD_SECONDS", 3_600)

    async def run(turn: Turn) -> None:
        if moment == "between two turns":
            asyncio.get_running_loop().call_later(0.05, reached.set)
            raise LockLost("gone")
        reached.set()
        await turn.until_over(asyncio.Event().wait())

    task = asyncio.create_task(take_turns(tmp_path / "bot.db", stop, run))
    await reached.wait()
    if moment == "standing by":
        second = asyncio.create_task(take_turns(tmp_path / "bot.db", stop, run))
        await asyncio.sleep(0)
        stop.set()
        with pytest.raises(Stopped):
            await second
    stop.set()
    with pytest.raises(Stopped):
        await task


async def test_what_is_on_its_way_gets_time_unless_another_process_may_do_it_too() -> None:
    held = Held()
    turn = Turn(asyncio.Event(), held)
    assert turn.patience(25) == 25
    held.lose("gone")
    held.lose("a second reason")
    assert turn.patience(25) == 0
    with pytest.raises(LockLost, match=r"^gone$"):
        await turn.until_over(asyncio.Event().wait())


async def test_work_within_a_turn_is_cancelled_when_it_is_over_and_its_errors_come_out() -> None:
    stop, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    task = asyncio.create_task(Turn(stop).until_over(work()))
    await asyncio.sleep(0)
    stop.set()
    with pytest.raises(Stopped):
        await task
    assert cancelled.is_set()

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Turn(asyncio.Event()).until_over(fail())
