"""Scenes: what people and the world do, so that together every transition and every call comes to pass."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from jobs.status import Status
from sandbox.client import User
from tests.faults.keeper import ASKED, Death
from tests.faults.stage import Mode, Stage

POLL, WEBHOOK, SYNCHRONOUS = Mode.POLL, Mode.WEBHOOK, Mode.SYNCHRONOUS
BUSY: Final = '{"status": "error", "message": "overloaded", "details": ""}'
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One scene; its play returns when it has nothing more to do, the jobs may still be on their way then."""

    name: str
    modes: tuple[Mode, ...]
    play: Play
    settings: Mapping[str, str]
    delivers_in_parts: bool  # by several messages that follow one another
    deaths: tuple[Death, ...]  # what the scene itself begins with; what is tried comes after these


SCENES: Final[dict[str, Scene]] = {}


def scene(
    *modes: Mode, in_parts: bool = False, deaths: tuple[Death, ...] = (), **settings: str
) -> Callable[[Play], Play]:
    """Register a play under its own name, for these modes, with these settings of the bot."""

    def register(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        SCENES[name] = Scene(
            name=name, modes=modes, play=play, settings=settings, delivers_in_parts=in_parts, deaths=deaths
        )
        return play

    return register


# ── ends with pictures ───────────────────────────────────────────────────────


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
    await _outlive_the_token(stage, await stage.order(count=2))
    await stage.hold(False)


@scene(POLL)
async def late_and_private(stage: Stage) -> None:
    """A private result that is late comes by direct message."""
    await stage.hold(True)
    await _outlive_the_token(stage, await stage.order(private=True))
    await stage.hold(False)


@scene(POLL, in_parts=True)
async def long(stage: Stage) -> None:
    """Whoever waited long is told that the result is there."""
    await stage.hold(True)
    await _sent(stage, await stage.order())
    await stage.database.rows("UPDATE jobs SET created_at = created_at - 100000 RETURNING id")
    await stage.hold(False)


@scene(POLL, SYNCHRONOUS)
async def nowhere(stage: Stage) -> None:
    """Nowhere to post it: it is kept, until its user asks for it."""
    await stage.hold(True)
    await stage.world.set_accepts_dms(stage.mara, accepts=False)
    job_id = await stage.order(private=True)
    await _outlive_the_token(stage, job_id)
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


# ── ends without pictures ────────────────────────────────────────────────────


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
    await _outlive_the_token(stage, await stage.order())
    await stage.hold(False)


@scene(POLL)
async def told_later(stage: Stage) -> None:
    """It fails and no way is open: its user is told at the next command."""
    await stage.hold(True)
    await stage.world.set_accepts_dms(stage.mara, accepts=False)
    await stage.world.add_fault("eachlabs.result", "failed", times=9)
    job_id = await stage.order(private=True)
    await _outlive_the_token(stage, job_id)
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
    await _sent(stage, await stage.order(stage.ben))
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
        await _outlive_the_token(stage, job_id)
    await stage.hold(False)
    for job_id in (kept, old):
        await stage.until(job_id)
    await stage.pad(kept, megabytes=2)
    await stage.database.rows(
        "UPDATE jobs SET created_at = created_at - 200000000 WHERE status = 'delivered' RETURNING id"
    )
    await stage.keeper.die()
    await stage.removed()


# ── a busy server, for kills at random moments ───────────────────────────────


@scene(POLL, WEBHOOK, SYNCHRONOUS)
async def busy_server(stage: Stage) -> None:
    """Three people who order, cancel and press Again, all at once."""
    await stage.world.set_eachlabs(duration_s=0.5)
    await stage.world.set_aimlapi(duration_s=0.5)
    async with asyncio.TaskGroup() as people:
        for user in (stage.mara, stage.ben, stage.olga):
            people.create_task(_visit(stage, user, cancels=stage.random.randrange(3)))


async def _visit(stage: Stage, user: User, *, cancels: int) -> None:
    jobs = [await stage.order(user, count=count) for count in (1, 2, 1)]
    await stage.cancel(jobs[cancels], user)
    for job_id in jobs:
        if await stage.until(job_id) is Status.DELIVERED:
            await stage.again(job_id, user)
            return


async def _sent(stage: Stage, job_id: str) -> None:
    """The API has it."""
    sent = Status.SUBMITTING if stage.mode is SYNCHRONOUS else Status.RUNNING
    await stage.until(job_id, sent)


async def _outlive_the_token(stage: Stage, job_id: str) -> None:
    await _sent(stage, job_id)
    await stage.database.rows("UPDATE jobs SET reply_expires_at = 1 RETURNING id")
