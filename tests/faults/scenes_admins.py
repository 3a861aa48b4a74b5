"""Scenes in which admins and moderators decide: quota and money, bans, a pause, a reported image."""

from jobs.status import Status
from tests.faults.hands import (
    REMEMBERED,
    all_told,
    case_of,
    decide,
    holds,
    open_desk,
    report,
    shows,
    struck,
    type_until,
)
from tests.faults.scene import POLL, scene, sent
from tests.faults.stage import Stage

NOTED = "SELECT id FROM audit WHERE action = '{}'"

# ── changes ──────────────────────────────────────────────────────────────────


@scene(POLL, nonce_seconds=REMEMBERED)
async def changed_in_a_row(stage: Stage) -> None:
    """A second change comes while the audit channel is being told of the first one."""
    await stage.world.add_fault("discord.create_message", "slow", delay_s=1.5)
    await open_desk(stage)
    await struck(stage)
    await type_until(stage, NOTED.format("quota.set"), stage.ada, "admin quota set", day="3")
    await all_told(stage)
    await stage.order()


# ── quota and money ──────────────────────────────────────────────────────────


@scene(POLL, nonce_seconds=REMEMBERED)
async def granted_and_capped(stage: Stage) -> None:
    """A grant pays beside the quota, and the cap of the day comes near in two steps; a channel is told of all of it."""
    await open_desk(stage)
    await type_until(stage, NOTED.format("quota.set"), stage.ada, "admin quota set", day="2")
    await type_until(stage, "SELECT * FROM grants", stage.ada, "admin quota grant", member=stage.mara.id, images=3)
    await type_until(stage, NOTED.format("caps.set"), stage.ada, "admin caps", day="0.215")
    first, second = await stage.order(count=2), await stage.order(count=3)
    await shows(stage, "SELECT * FROM spend_warnings WHERE percent = 80 AND told_at IS NOT NULL")
    for job_id in (first, second):
        await stage.until(job_id)
    if not await holds(stage, "SELECT id FROM jobs WHERE unknown_creates > 0"):  # which count as spent
        await stage.order(stage.ben)
    await shows(stage, "SELECT * FROM spend_warnings WHERE percent = 100")
    await stage.ended()
    await all_told(stage)


@scene(POLL)
async def given_back(stage: Stage) -> None:
    """What a grant has paid for fails, so that it has all of it again; then what is left is taken back."""
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    await type_until(stage, NOTED.format("quota.set"), stage.ada, "admin quota set", day="0")
    await type_until(stage, "SELECT * FROM grants", stage.ada, "admin quota grant", member=stage.mara.id, images=2)
    await stage.until(await stage.order(count=2))
    await stage.ended()
    await shows(stage, "SELECT * FROM grants WHERE used = 0")
    taken = f"{NOTED.format('quota.grant')} AND new_value = ''"
    await type_until(stage, taken, stage.ada, "admin quota grant", member=stage.mara.id, images=0)


@scene(POLL, EACHLABS_CONCURRENCY="1")
async def banned(stage: Stage) -> None:
    """What waits of whoever is banned is cancelled; the ban is lifted, and their quota starts again."""
    mara = stage.mara.id
    await stage.hold(True)
    await sent(stage, await stage.order(stage.ben))
    await stage.order()
    cancelled = "SELECT id FROM jobs WHERE status IN ('cancelling', 'cancelled')"
    await type_until(stage, cancelled, stage.ada, "admin ban", member=mara, reason="spam")
    await type_until(stage, NOTED.format("unban"), stage.ada, "admin unban", member=mara)
    await type_until(stage, "SELECT * FROM quota_resets", stage.ada, "admin quota reset", member=mara)
    await stage.hold(False)


# ── a pause ──────────────────────────────────────────────────────────────────


@scene(POLL, EACHLABS_CONCURRENCY="1")
async def paused(stage: Stage) -> None:
    """What waits when the server is paused is held, and made once after it is resumed."""
    await stage.hold(True)
    making = await stage.order(stage.ben)
    await sent(stage, making)
    waiting = [await stage.order(), await stage.order(stage.olga)]
    await type_until(stage, "SELECT * FROM server_rules WHERE paused = 1", stage.ada, "admin pause", reason="tidying")
    await stage.hold(False)
    await stage.until(making)
    assert {(await stage.job(job_id))["status"] for job_id in waiting} == {Status.QUEUED}
    await type_until(stage, "SELECT * FROM server_rules WHERE paused = 0", stage.ada, "admin resume")


# ── a report ─────────────────────────────────────────────────────────────────


@scene(POLL, nonce_seconds=REMEMBERED)
async def reported_and_removed(stage: Stage) -> None:
    """Two report an image: moderators have one message of it, and remove the image."""
    desk = await open_desk(stage)
    job_id = await stage.order(count=2)
    await stage.until(job_id)
    await report(stage, stage.ben, job_id)
    await case_of(stage, desk, reports=1)
    await report(stage, stage.ada, job_id)
    case = await case_of(stage, desk, reports=2)
    await shows(stage, "SELECT * FROM report_cases WHERE message_id IS NOT NULL")
    await decide(stage, case, "Remove")
    await all_told(stage)
