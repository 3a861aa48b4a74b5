"""What the suite kills at is found by looking at the code, and what it never came to is told."""

from itertools import product
from pathlib import Path

from jobs.status import TRANSITIONS
from storage.postgres import PostgresEngine
from storage.sqlite import SqliteEngine
from tests.faults.failpoints import engines, port_calls, store_writes
from tests.faults.plan import gaps
from tests.faults.points import KILLED, STARTED, Kill, Moment, read_trace


def test_every_call_through_a_port_and_every_write_is_found() -> None:
    calls = {point for point, _, _ in port_calls()}
    assert {"EachLabs.create", "AimlApi.create", "EachLabs.cancel", "ResultDownloader.fetch"} <= calls
    assert {"ResultFiles.seal", "ResultFiles.discard"} <= calls
    assert {"SqlStore.admit", "SqlStore.mark_told", "SqlStore.begin_post"} <= store_writes()
    assert "SqlStore.get" not in store_writes()
    assert set(engines()) == {SqliteEngine, PostgresEngine}


def test_a_kill_survives_its_way_through_the_environment_and_the_trace(tmp_path: Path) -> None:
    kills = [
        Kill(point="SqlStore.claim[queued>submitting]", moment=Moment.BEFORE, nth=2),
        Kill(point="Discord.POST /channels/{channel_id}/messages[No image this time]", moment=Moment.AFTER),
    ]
    assert [Kill.read(str(kill)) for kill in kills] == kills
    trace = tmp_path / "trace"
    trace.write_text("\n".join([STARTED, str(kills[0]), f"{KILLED} {kills[0]}", STARTED, str(kills[1])]))
    first, second = read_trace(trace)
    assert (first.passed, first.killed) == ((kills[0],), kills[0])
    assert (second.passed, second.killed) == ((kills[1],), None)


def test_a_kill_knows_the_transitions_that_it_cuts() -> None:
    cut = Kill(point="SqlStore.claim[queued>submitting,running>failed]", moment=Moment.AFTER)
    assert cut.transitions == {("queued", "submitting"), ("running", "failed")}
    assert Kill(point="Discord.POST /x[files]", moment=Moment.AFTER).transitions == set()


def test_a_suite_that_never_came_to_a_transition_or_a_write_says_so() -> None:
    missing = gaps([])
    for (source, targets), moment in product(TRANSITIONS.items(), Moment):
        for target in targets:
            assert f"{moment} {source} → {target}" in missing
    assert "SqlStore.mark_told never came to pass" in missing
