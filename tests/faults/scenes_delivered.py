"""Scenes that end with pictures, be it after a lost create."""

from tests.faults.scene import BUSY, POLL, SYNCHRONOUS, WEBHOOK, outlive_the_token, scene, sent
from tests.faults.stage import Stage

# ── the result finds its way ─────────────────────────────────────────────────


@scene(POLL, WEBHOOK, SYNCHRONOUS)
async def result(stage: Stage) -> None:
    """Two pictures, posted into the response."""
    await stage.order(count=2)


@scene(POLL, SYNCHRONOUS)
async def busy_api(stage: Stage) -> None:
    """A create is refused for now: certainly nothing was created, so it is queued again."""
    await stage.world.add_fault(stage.create, "status", status=503, body=BUSY, headers={"Retry-After": "1"})
    await stage.order()


@scene(POLL, WEBHOOK, SYNCHRONOUS)
async def late(stage: Stage) -> None:
    """The interaction's token ends before the result comes: the channel gets it."""
    await stage.hold(True)
    await outlive_the_token(stage, await stage.order(count=2))
    await stage.hold(False)


@scene(POLL)
async def late_and_private(stage: Stage) -> None:
    """A private result that is late comes by direct message."""
    await stage.hold(True)
    await outlive_the_token(stage, await stage.order(private=True))
    await stage.hold(False)


@scene(POLL, in_parts=True)
async def long(stage: Stage) -> None:
    """Whoever waited long is told that the result is there."""
    await stage.hold(True)
    await sent(stage, await stage.order())
    await stage.database.rows("UPDATE jobs SET created_at = created_at - 100000 RETURNING id")
    await stage.hold(False)


@scene(POLL, SYNCHRONOUS)
async def nowhere(stage: Stage) -> None:
    """Nowhere to post it: it is kept, until its user asks for it."""
    await stage.hold(True)
    await stage.world.set_accepts_dms(stage.mara, accepts=False)
    job_id = await stage.order(private=True)
    await outlive_the_token(stage, job_id)
    await stage.hold(False)
    await stage.until(job_id)
    await stage.ask_for(job_id)


@scene(POLL, in_parts=True)
async def too_large(stage: Stage) -> None:
    """The channel takes one picture a message: the result is split."""
    await stage.world.set_discord(attachment_size_limit=100_000)
    await stage.order(count=3, format="png")


@scene(POLL)
async def partial(stage: Stage) -> None:
    """One of the pictures cannot be used: the others are posted, that one is given back."""
    await stage.world.add_fault("results.image", "garbage")
    await stage.order(count=3)


@scene(WEBHOOK)
async def early_webhook(stage: Stage) -> None:
    """The webhook is faster than the create's answer."""
    await stage.world.add_fault(stage.create, "lost_answer", delay_s=2)
    await stage.order()


@scene(POLL, WEBHOOK)
async def several(stage: Stage) -> None:
    """Two jobs of one order, each with a message of its own, and one message that sums them up."""
    await stage.several()
    await stage.ended()
    await stage.summed_up()


@scene(POLL)
async def several_in_private(stage: Stage) -> None:
    """The same where only their user sees them."""
    await stage.several(private=True)
    await stage.ended()
    await stage.summed_up()


# ── creates whose outcome is unknown ─────────────────────────────────────────


@scene(POLL, WEBHOOK)
async def lost_answer(stage: Stage) -> None:
    """The create's answer is lost: it is found again."""
    await stage.world.add_fault(stage.create, "lost_answer")
    await stage.order()


@scene(WEBHOOK)
async def lost_answer_and_a_webhook(stage: Stage) -> None:
    """The create's answer is lost, and its webhook brings the result."""
    await stage.world.set_eachlabs(duration_s=0.8)
    await stage.world.add_fault(stage.create, "lost_answer")
    await stage.world.add_fault("eachlabs.list", "status", status=503, body=BUSY, times=30)
    await stage.order()


@scene(WEBHOOK, LOST_CREATE_GRACE_SECONDS="1", EACHLABS_CREATES_PER_MINUTE="1")
async def given_up_and_a_webhook(stage: Stage) -> None:
    """The create's answer is lost and given up; before the next one may be sent, its webhook brings the result."""
    await stage.hold(True)
    await stage.world.set_eachlabs(appears_after_s=600)
    await stage.world.add_fault(stage.create, "lost_answer")
    job_id = await stage.order()
    await stage.given_up(job_id)
    await stage.hold(False)
    await stage.reported()
    await stage.database.rows("UPDATE attempts SET sent_at = sent_at - 61000 RETURNING job_id")


@scene(POLL, SYNCHRONOUS)
async def broken_line(stage: Stage) -> None:
    """The connection breaks before anything was created: looked for in vain, then sent once more."""
    await stage.world.add_fault(stage.create, "disconnect")
    await stage.order()


@scene(POLL, SYNCHRONOUS)
async def dead_line(stage: Stage) -> None:
    """It breaks each time: given up."""
    await stage.world.add_fault(stage.create, "disconnect", times=9)
    await stage.order()
