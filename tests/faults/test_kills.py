"""A bounded part of the suite: each kind of kill, in each mode, on each engine. `make faults` runs all of it."""

from pathlib import Path

import pytest

from tests.faults.cases import Case, run
from tests.faults.databases import POSTGRESQL, SQLITE
from tests.faults.plan import random_kills
from tests.faults.points import Kill
from tests.faults.stage import Mode
from tests.faults.zygote import Zygote

POLL, WEBHOOK, SYNCHRONOUS = Mode
EDIT = "Discord.PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}[files]"
SEND = "Discord.POST /channels/{channel_id}/messages[files]"

# The instants at which something has been promised, paid or posted that no row knows of yet, and their neighbours.
KILLS = [
    ("result", POLL, "before 1 SqlStore.admit[new>queued]"),
    ("result", POLL, "after 1 SqlStore.admit[new>queued]"),
    ("result", POLL, "after 1 EachLabs.create"),
    ("result", WEBHOOK, "after 1 EachLabs.create"),
    ("result", SYNCHRONOUS, "after 1 AimlApi.create"),
    ("result", SYNCHRONOUS, "before 1 SqlStore.mark_delivering[submitting>delivering]"),
    ("result", POLL, "after 1 SqlStore.mark_running[submitting>running]"),
    ("result", WEBHOOK, "before 1 SqlStore.mark_delivering[running>delivering]"),
    ("result", POLL, f"after 1 {EDIT}"),
    ("result", WEBHOOK, "after 1 SqlStore.mark_delivered[delivering>delivered]"),
    ("late", POLL, f"after 1 {SEND}"),
    ("late", WEBHOOK, f"before 1 {SEND}"),
    ("late and private", POLL, f"after 1 {SEND}"),
    ("vendor fails", POLL, "after 1 SqlStore.mark_failed[running>failed]"),
    ("late failure", POLL, "after 1 Discord.POST /channels/{channel_id}/messages[No image this time]"),
    ("cancel running", WEBHOOK, "after 1 SqlStore.mark_cancelling[running>cancelling]"),
    ("several", POLL, "after 1 SqlStore.admit_batch[new>queued]"),
    ("several", WEBHOOK, "before 1 SqlStore.close_batch"),
    ("lost answer", POLL, "before 1 SqlStore.mark_unconfirmed[submitting>unconfirmed]"),
    ("changed in a row", POLL, "after 1 Discord.POST /channels/{channel_id}/messages[A change]"),
    ("forgotten", POLL, "after 1 SqlStore.begin_forgetting"),
]


async def hold(case: Case, folder: Path, zygote: Zygote) -> None:
    """Run it and require that nothing was lost, posted twice or charged twice."""
    outcome = await run(case, folder, zygote)
    assert outcome.verdict.findings == []
    assert outcome.reached
    assert outcome.verdict.jobs > 0


@pytest.mark.parametrize(("scene", "mode", "kill"), KILLS)
async def test_a_killed_process_loses_nothing_and_does_nothing_twice(
    scene: str, mode: Mode, kill: str, tmp_path: Path, zygote: Zygote
) -> None:
    await hold(Case(scene=scene, mode=mode, engine=SQLITE, deaths=(Kill.read(kill),)), tmp_path, zygote)


@pytest.mark.usefixtures("postgres_server")
@pytest.mark.parametrize(("scene", "mode", "kill"), KILLS[2:14:4])
async def test_the_same_holds_on_postgresql(scene: str, mode: Mode, kill: str, tmp_path: Path, zygote: Zygote) -> None:
    await hold(Case(scene=scene, mode=mode, engine=POSTGRESQL, deaths=(Kill.read(kill),)), tmp_path, zygote)


@pytest.mark.parametrize("case", random_kills([SQLITE], seeds=1), ids=lambda case: str(case.mode))
async def test_several_kills_in_a_row_at_random_moments(case: Case, tmp_path: Path, zygote: Zygote) -> None:
    await hold(case, tmp_path, zygote)
