"""What the operator types is taken or refused in one sentence, and every change is noted with actor 0."""

import re
from typing import Any

import pytest

from jobs.catalog import Catalog, Provider
from jobs.errors import Unauthorised
from jobs.operator.console import Console, Refusal
from jobs.operator.text import as_text
from jobs.servers.rules import EVERYWHERE
from jobs.status import Status
from tests.jobs.support import KEY, Rig


def console(rig: Rig) -> tuple[Console, Any]:
    """Of a bot that runs, and its world."""
    world = rig.world()

    async def cancel(job: Any) -> bool:
        return await rig.store.mark_cancelling(job.id, sent_too=True) is not None

    made = Console(
        rig.store, world.servers, world.people, world.catalog, rig.clock, cancel=cancel, breakers=world.breakers
    )
    return made, world


@pytest.mark.parametrize(
    ("command", "values", "told"),
    [
        ("ban", {"user": 5, "until": "soon"}, "`30m`"),
        ("ban", {"user": 5, "reason": "x" * 501}, "500 characters"),
        ("unban", {"user": 5}, "is not banned"),
        ("cap", {"day": "many"}, "--day"),
        ("words", {"words": ["x"], "patterns": []}, "too short"),
        ("words", {"words": [], "patterns": ["("]}, "("),
        ("jobs", {"status": "lost"}, "There is no status lost; these are: queued"),
        ("jobs", {"limit": 0}, "from 1 to 1,000"),
        ("cancel", {"job": "x"}, "There is no job x"),
        ("cancel", {"job": "0" * 20}, "There is no job 0"),
        ("fly", {}, "no command fly"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_nothing_is_noted(
    rig: Rig, command: str, values: dict[str, Any], told: str
) -> None:
    made, _ = console(rig)
    with pytest.raises(Refusal, match=re.escape(told)):
        await made.run(command, values)
    assert await rig.store.changes(EVERYWHERE, limit=9) == []


async def test_a_second_drain_changes_nothing(rig: Rig) -> None:
    made, _ = console(rig)
    for _ in range(2):
        assert (await made.run("drain", {}))["draining"]
    rig.clock.advance(1)
    assert not (await made.run("resume", {}))["draining"]
    noted = await rig.store.changes(EVERYWHERE, limit=9)
    assert [(change.action, change.actor_id) for change in noted] == [("resume", 0), ("pause", 0)]


async def test_keys_tell_their_trouble_and_their_use(rig: Rig) -> None:
    made, world = console(rig)
    await rig.claimed()
    [key] = (await made.run("keys", {}))["keys"]
    assert (key["state"], key["in_flight"], key["creates_last_minute"], key["trouble"]) == ("closed", 1, 1, None)
    world.breakers.failed(KEY, "job", Unauthorised("HTTP 401"))
    [key] = (await made.run("keys", {}))["keys"]
    assert (key["state"], key["trouble"], key["reason"]) == ("open", "account", "unauthorised")
    rig.clock.advance(10 * 60_000)
    [key] = (await made.run("keys", {}))["keys"]
    assert (key["state"], key["until"], key["creates_last_minute"]) == ("half-open", None, 0)


async def test_jobs_are_narrowed_and_bounded_the_newest_first(rig: Rig) -> None:
    made, _ = console(rig)
    jobs = []
    for user in (4, 4, 5):
        jobs.append(await rig.admitted(user_id=user))
        rig.clock.advance(1)
    ids = [job.id for job in reversed(jobs)]

    async def listed(**values: Any) -> list[str]:
        return [job["id"] for job in (await made.run("jobs", values))["jobs"]]

    assert await listed() == ids
    assert await listed(limit=1) == ids[:1]
    assert await listed(user=4) == ids[1:]
    assert await listed(server=2, status="queued") == ids
    assert await listed(user=4, status="failed") == await listed(server=3) == []


async def test_a_cancelled_job_is_noted_and_stopped_without_the_bot_too(rig: Rig) -> None:
    world = rig.world()
    alone = Console(rig.store, world.servers, world.people, Catalog(offered=list(Provider)), rig.clock)
    job = await rig.running()
    answer = await alone.run("cancel", {"job": job.id})
    assert (answer["job"]["status"], answer["bot_running"]) == ("cancelling", False)
    assert await rig.status(job) is Status.CANCELLING
    [change] = await rig.store.changes(EVERYWHERE, limit=9)
    assert (change.action, change.target, change.before) == ("job.cancel", job.id, "running")
    with pytest.raises(Refusal, match="not running"):
        await alone.run("keys", {})


async def test_the_state_tells_what_is_in_trouble_in_a_line_of_its_own(rig: Rig) -> None:
    made, world = console(rig)
    assert (await made.run("state", {}))["troubles"] == {}  # of a bot that does not run nobody knows
    troubles = {"database": None, "data_dir": "DATA_DIR cannot be written: No space left on device"}
    made = Console(rig.store, world.servers, world.people, world.catalog, rig.clock, troubles=lambda: troubles)
    answer = await made.run("state", {})
    assert answer["troubles"] == troubles
    assert as_text("state", answer).splitlines() == [
        "Orders are taken.",
        "DATA_DIR cannot be written: No space left on device.",
        "It is empty: no job waits or runs.",
    ]
