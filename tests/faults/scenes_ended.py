"""Scenes that end without pictures, and what is left of any job much later."""

from jobs.status import Status
from tests.faults.keeper import ASKED
from tests.faults.scene import BUSY, POLL, SYNCHRONOUS, WEBHOOK, outlive_the_token, scene, sent
from tests.faults.stage import Stage

# ── failed ───────────────────────────────────────────────────────────────────


@scene(POLL, SYNCHRONOUS)
async def refused(stage: Stage) -> None:
    """The API refuses the create for good."""
    await stage.world.add_fault(stage.create, "status", status=400, body='{"status": "error", "message": "no"}')
    await stage.order()


@scene(POLL, WEBHOOK)
async def vendor_fails(stage: Stage) -> None:
    """The API could not make it."""
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    await stage.order()


@scene(POLL, SYNCHRONOUS, EACHLABS_CONCURRENCY="1", AIMLAPI_CONCURRENCY="1")
async def out_of_credit(stage: Stage) -> None:
    """The account is empty: what waits is told so too."""
    await stage.world.add_fault(stage.create, "status", status=402, body=BUSY, delay_s=1.5, times=99)
    await stage.order()
    await stage.order(stage.ben)


@scene(POLL)
async def late_failure(stage: Stage) -> None:
    """It fails after the token's end: the channel is told."""
    await stage.hold(True)
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    await outlive_the_token(stage, await stage.order())
    await stage.hold(False)


@scene(POLL)
async def told_later(stage: Stage) -> None:
    """It fails and no way is open: its user is told at the next command."""
    await stage.hold(True)
    await stage.world.set_accepts_dms(stage.mara, accepts=False)
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    job_id = await stage.order(private=True)
    await outlive_the_token(stage, job_id)
    await stage.hold(False)
    await stage.until(job_id)
    await stage.learn(job_id)


@scene(POLL)
async def files_gone(stage: Stage) -> None:
    """The stored pictures vanish before they can be posted."""
    # Without a Via header discord.py does not wait and repeat by itself, so the bot does.
    await stage.world.add_fault("discord.edit_followup", "status", status=429, times=99)
    job_id = await stage.order()
    await stage.until(job_id, Status.DELIVERING)
    await stage.remove_files(job_id)
    await stage.until(job_id, Status.FAILED)
    await stage.world.clear_faults()


# ── cancelled ────────────────────────────────────────────────────────────────


@scene(POLL, SYNCHRONOUS, EACHLABS_CONCURRENCY="1", AIMLAPI_CONCURRENCY="1")
async def cancel_queued(stage: Stage) -> None:
    """Cancelled while another one is at the API."""
    await stage.hold(True)
    await sent(stage, await stage.order(stage.ben))
    await stage.cancel(await stage.order())
    await stage.hold(False)


@scene(POLL)
async def cancel_submitting(stage: Stage) -> None:
    """Cancelled while the create is on its way; its answer names what is to be stopped."""
    await stage.world.set_eachlabs(duration_s=8)
    await stage.world.add_fault(stage.create, "slow", delay_s=2.5)
    await stage.cancel(await stage.order())


@scene(POLL, WEBHOOK)
async def cancel_running(stage: Stage) -> None:
    """Cancelled while the API works on it."""
    await stage.hold(True)
    job_id = await stage.order()
    await stage.until(job_id, Status.RUNNING)
    await stage.cancel(job_id)
    await stage.hold(False)


@scene(POLL, LOST_CREATE_GRACE_SECONDS="4")
async def cancel_unconfirmed(stage: Stage) -> None:
    """Cancelled while it is looked for."""
    await stage.world.add_fault(stage.create, "disconnect", times=9)
    job_id = await stage.order()
    await stage.until(job_id, Status.UNCONFIRMED)
    await stage.cancel(job_id)


@scene(POLL)
async def cancel_and_failure(stage: Stage) -> None:
    """It fails while the API is being told to stop."""
    await stage.world.set_eachlabs(duration_s=0)
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    await stage.world.add_fault("eachlabs.cancel", "slow", delay_s=3, times=9)
    await stage.world.add_fault("eachlabs.poll", "slow", delay_s=2.5, times=9)
    job_id = await stage.order()
    await stage.until(job_id, Status.RUNNING)
    await stage.looked_at()
    await stage.cancel(job_id)


# ── much later ───────────────────────────────────────────────────────────────


@scene(POLL, deaths=(ASKED,), RETENTION_DAYS="1", RESULTS_MAX_MB="1")
async def tidying(stage: Stage) -> None:
    """A start removes the words of an old job, and a kept result that is too much."""
    await stage.hold(True)
    await stage.world.set_accepts_dms(stage.mara, accepts=False)
    kept, old = await stage.order(private=True), await stage.order(stage.ben)
    for job_id in (kept, old):
        await outlive_the_token(stage, job_id)
    await stage.hold(False)
    for job_id in (kept, old):
        await stage.until(job_id)
    await stage.pad(kept, megabytes=2)
    await stage.database.rows(
        "UPDATE jobs SET created_at = created_at - 200000000 WHERE status = 'delivered' RETURNING id"
    )
    await stage.keeper.die()
    await stage.removed()
