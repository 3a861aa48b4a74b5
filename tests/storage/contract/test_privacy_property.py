"""Whatever a person has done: forgotten, nothing holds them, and they are refused exactly when they would have been."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import example, given, settings

from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.jobs.support import MovableClock
from tests.postgres import Server
from tests.storage.lives import DAY, PERSON, SECRET, Life, Step
from tests.storage.support import everything, execute

GUILDS = (51, 52)
FORGET: Step = ("forget", 0, 0)

guilds = st.sampled_from(GUILDS)
orders = st.tuples(st.just("order"), guilds, st.integers(1, 4))
ends = st.tuples(st.sampled_from(["deliver", "keep", "fail"]), st.integers(0, 3), st.integers(0, 3))
decided = st.tuples(st.sampled_from(["ban", "grant", "reset", "exempt"]), guilds, st.integers(1, 3))
kept = st.tuples(st.sampled_from(["favourite", "report", "preset", "lora"]), guilds, st.integers(0, 3))
waits = st.tuples(st.just("wait"), st.sampled_from([1, DAY // 2, DAY]), st.just(0))
leaves = st.tuples(st.just("forget"), st.just(0), st.just(0))
histories = st.lists(st.one_of(orders, orders, orders, ends, decided, kept, waits, leaves), max_size=20)


KEPT: list[Step] = [
    ("order", 51, 2),
    ("deliver", 0, 2),
    ("order", 52, 1),
    ("keep", 0, 1),
    ("order", 51, 1),
    ("fail", 0, 0),
    ("favourite", 51, 0),
    ("report", 51, 0),
    ("preset", 51, 0),
    ("preset", 51, 1),
    ("lora", 51, 1),
    ("ban", 51, 2),
    ("grant", 52, 3),
    ("reset", 52, 1),
    ("exempt", 52, 1),
]


@example(history=KEPT)
@example(history=[*KEPT, FORGET, *KEPT])
@example(history=[("order", 51, 4), ("deliver", 0, 4), ("reset", 51, 1)])
@example(history=[("order", 51, 4), ("deliver", 0, 4), FORGET, ("order", 51, 1), ("deliver", 0, 1)])
@example(history=[("exempt", 51, 1), ("order", 51, 4), ("order", 51, 4)])
@example(history=[("grant", 51, 3), ("order", 51, 4), ("deliver", 0, 4), ("order", 51, 3), ("deliver", 0, 3)])
@example(history=[("grant", 51, 3), FORGET, ("grant", 51, 2), FORGET])
@example(history=[("grant", 51, 1), FORGET, ("wait", DAY, 0), ("grant", 51, 2), ("order", 51, 1)])
@example(history=[("ban", 51, 3), FORGET, ("ban", 51, 2), FORGET, ("ban", 51, 1)])
@settings(max_examples=10)
@given(history=histories)
def test_a_forgotten_person_is_gone_and_what_binds_them_holds(history: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        asyncio.run(_compare(history, place, place / "a.db", place / "b.db"))


@example(history=[*KEPT, FORGET, *KEPT])
@settings(max_examples=2)
@given(history=histories)
def test_the_same_on_a_server(postgres_server: Server, history: Sequence[Step]) -> None:
    async def play() -> None:
        async with postgres_server.database() as one, postgres_server.database() as other:
            with tempfile.TemporaryDirectory() as folder:
                await _compare(history, Path(folder), one, other)

    asyncio.run(play())


async def _compare(history: Sequence[Step], folder: Path, one: DatabaseAddress, other: DatabaseAddress) -> None:
    """The same history, in one database with the deletions, in the other one without."""
    clock = MovableClock()
    async with open_store(one, clock) as forgetting, open_store(other, clock) as remembering:
        gone = Life(forgetting, folder / "one", clock, forgets=True)
        stays = Life(remembering, folder / "other", clock, forgets=False)
        for step in [*history, ("forget", 0, 0)]:
            if step[0] == "wait":
                clock.advance(step[1])
            else:
                clock.advance(1)
                await gone.live(step)
                await stays.live(step)
        text = await everything(forgetting)
        assert str(PERSON) not in text
        assert SECRET not in text
        assert await _sums(forgetting) == await _sums(remembering)
        await gone.held.people.load()
        for guild in GUILDS:
            assert await gone.stand(guild) == await stays.stand(guild)
            for images in (1, 4):
                assert await gone.is_let_in(guild, images) == await stays.is_let_in(guild, images)


async def _sums(store: SqlStore) -> list[tuple[object, ...]]:
    """What was charged and what it cost, of whoever it was."""
    return await execute(
        store._engine,
        "SELECT guild_id, charged_at, kind, SUM(images), SUM(cost), SUM(granted) FROM ledger "
        "GROUP BY guild_id, charged_at, kind ORDER BY guild_id, charged_at, kind",
    )
