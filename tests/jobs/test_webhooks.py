"""Reports about jobs: whatever comes, how often and in which order, one transition wins and nothing is paid twice."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from jobs.cancelling import Cancelling
from jobs.catalog import Provider
from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import ContentRefused, GenerationFailed, ResultUnusable
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import Accepted, Finished, ImageLink, WebhookNews
from jobs.status import Status
from jobs.submission import Submission
from jobs.watcher import Watcher
from jobs.webhooks import Webhooks
from jobs.world import World
from tests.jobs.support import DONE, KEY, Rig, settled
from tests.support import within

FAILED = GenerationFailed("failed")
LINKED = Finished(images=(ImageLink(url="https://cdn.example/1"),), cost=35_000)


@dataclass(frozen=True)
class Parts:
    """What brings news of a job."""

    world: World
    submission: Submission
    watcher: Watcher
    webhooks: Webhooks


def assembled(rig: Rig) -> Parts:
    world = rig.world(public_url="https://bot.example")
    ending = Ending(world)
    completion = Completion(world, ending, Delivering(world, ending))
    lost = Lost(world, completion, ending)
    return Parts(
        world=world,
        submission=Submission(world, completion, ending, lost, Cancelling(world, ending, lost)),
        watcher=Watcher(world, completion, ending, lost),
        webhooks=Webhooks(world, completion, ending),
    )


def about(job: Job, result: Any = DONE) -> WebhookNews:
    return WebhookNews(prediction_id=job.prediction_id, result=result)


async def eventually(condition: Callable[[], bool]) -> None:
    """Let the background tasks have their turns until something is so; unlike `settled` it cuts none of them."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


async def books(rig: Rig) -> tuple[int, int]:
    """How often images were posted, and how many are charged."""
    return len(rig.audience.delivered), await rig.used()


async def test_a_proven_report_delivers_without_a_poll_and_its_duplicates_change_nothing(rig: Rig) -> None:
    job, parts = await rig.running(), assembled(rig)
    rig.api.webhook = about(job)
    assert parts.webhooks.arrived(job.id, b"{}")
    assert parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    assert parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: True)
    assert await books(rig) == (1, 1)
    assert rig.api.polled == []


@pytest.mark.parametrize("first", ["report", "poll"])
async def test_whoever_comes_first_brings_the_images_and_the_other_does_nothing(rig: Rig, first: str) -> None:
    job, parts = await rig.running(), assembled(rig)
    rig.api.webhook, rig.api.polls = about(job, LINKED), [LINKED]
    rig.source.wait_for = asyncio.Event()
    brings: list[Callable[[], Any]] = [
        lambda: parts.webhooks.arrived(job.id, b"{}"),
        lambda: parts.world.tasks.spawn("poll", parts.watcher.look(job)),
    ]
    for bring in brings if first == "report" else reversed(brings):
        bring()
        await eventually(lambda: bool(rig.source.fetched))
    rig.source.wait_for.set()
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    assert rig.source.fetched == ["https://cdn.example/1"]
    assert await books(rig) == (1, 1)
    assert rig.observer.changes == [(Status.RUNNING, Status.DELIVERING), (Status.DELIVERING, Status.DELIVERED)]


async def test_however_reports_and_polls_interleave_each_job_is_posted_and_charged_once(rig: Rig) -> None:
    """Two reports and a poll, each let go after so many turns of the loop: every order, 64 jobs."""
    rig.allowance, parts = 100, assembled(rig)
    for turns in itertools.product((0, 2, 5, 9), repeat=3):
        job = await rig.running()
        rig.api.webhook = about(job)

        async def report(job: Job = job) -> None:
            parts.webhooks.arrived(job.id, b"{}")

        async with asyncio.TaskGroup() as group:
            for pause, bring in zip(turns, (report, report, lambda job=job: parts.watcher.look(job)), strict=True):
                group.create_task(_after(pause, bring))
        await parts.world.tasks.drain(seconds=5)
    delivered = [job_id for job_id, _ in rig.audience.delivered]
    assert len(delivered) == len(set(delivered)) == 64
    assert await rig.used() == 64
    assert await rig.store.unfinished() == []


async def _after(turns: int, bring: Callable[[], Awaitable[None]]) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    await bring()


@pytest.mark.parametrize("state", ["submitting", "unconfirmed"])
async def test_a_report_before_the_creates_answer_delivers(rig: Rig, state: str) -> None:
    job, parts = await rig.claimed(), assembled(rig)
    if state == "unconfirmed":
        await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms + 1)
    rig.api.webhook = WebhookNews(prediction_id="early", result=DONE)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.prediction_id) == (Status.DELIVERED, "early")


@pytest.mark.parametrize("result", [DONE, FAILED])
async def test_the_creates_own_answer_after_its_report_changes_nothing(rig: Rig, result: Any) -> None:
    job, parts = await rig.claimed(), assembled(rig)
    rig.api.before_answer = asyncio.Event()
    rig.api.creates = [Accepted(prediction_id="early")]
    rig.api.webhook = WebhookNews(prediction_id="early", result=result)
    sending = asyncio.create_task(parts.submission.submit(job))
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.audience.delivered or rig.audience.failures))
    rig.api.before_answer.set()
    await sending
    await settled(parts.world, lambda: True)
    won = result is DONE
    assert await rig.status(job) is (Status.DELIVERED if won else Status.FAILED)
    assert await books(rig) == ((1, 1) if won else (0, 0))
    assert rig.api.cancelled == ([] if won else ["early"]), "to a failed job it looks like one more, and is stopped"


@pytest.mark.parametrize("result", [DONE, FAILED])
@pytest.mark.parametrize("has_name", [True, False])
async def test_the_end_of_what_is_being_cancelled_cancels_it(rig: Rig, result: Any, has_name: bool) -> None:
    """Its images are not wanted any more, and its slot is free; whose name was unknown is known to be nobody else's."""
    job, parts = await rig.running() if has_name else await rig.claimed(), assembled(rig)
    await rig.store.mark_cancelling(job.id, sent_too=True)
    rig.api.webhook = WebhookNews(prediction_id=f"prediction-{job.id}", result=result)
    key = await parts.webhooks.key("eachlabs", job.id)
    assert key is not None
    assert key.awaited is True
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.audience.failures))
    now = await rig.store.get(job.id)
    assert now is not None
    assert (now.status, now.prediction_id, now.unknown_creates) == (Status.CANCELLED, f"prediction-{job.id}", 0)
    assert await books(rig) == (0, 0)


@pytest.mark.parametrize("news", [WebhookNews(), WebhookNews(prediction_id="another", result=DONE), None])
async def test_what_tells_no_end_of_it_leaves_a_cancel_waiting(rig: Rig, news: WebhookNews | None) -> None:
    """Nor does the end of an earlier create of the same job, which was given up."""
    if news is None:
        job, parts = await rig.claimed(), assembled(rig)
        await rig.store.give_up(job.id, not_before=0, bounds=within(1))
        await rig.store.claim(provider=Provider.EACHLABS, key_id=KEY, concurrency=9, per_minute=9)
        rig.api.webhook = WebhookNews(prediction_id="earlier", result=FAILED)
    else:
        job, parts = await rig.running(), assembled(rig)
        rig.api.webhook = news
    await rig.store.mark_cancelling(job.id, sent_too=True)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: True)
    assert await rig.status(job) is Status.CANCELLING


@pytest.mark.parametrize("end", ["failed", "cancelled", "delivered"])
@pytest.mark.parametrize("result", [DONE, FAILED])
async def test_a_report_after_the_end_changes_nothing(rig: Rig, end: str, result: Any) -> None:
    """It is not even asked for any more."""
    job, parts = await rig.running(), assembled(rig)
    if end == "delivered":
        rig.api.polls = [DONE]
        await parts.watcher.look(job)
    elif end == "failed":
        rig.api.polls = [ContentRefused("no")]
        await parts.watcher.look(job)
    else:
        await rig.store.mark_cancelling(job.id, sent_too=True)
        await Ending(parts.world).cancelled(job)
    await settled(parts.world, lambda: True)
    before = (await rig.status(job), await books(rig), len(rig.audience.failures))
    key = await parts.webhooks.key("eachlabs", job.id)
    assert key is not None
    assert not key.awaited
    rig.api.webhook = about(job, result)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: True)
    assert (await rig.status(job), await books(rig), len(rig.audience.failures)) == before


@pytest.mark.parametrize(
    "news",
    [
        WebhookNews(),
        WebhookNews(result=DONE),
        WebhookNews(prediction_id="another", result=DONE),
        WebhookNews(prediction_id="another", result=FAILED),
    ],
    ids=["garbage", "nameless", "another prediction's result", "another prediction's failure"],
)
async def test_a_report_that_does_not_fit_only_hurries_the_poll(rig: Rig, news: WebhookNews) -> None:
    job, parts = await rig.running(), assembled(rig)
    rig.clock.advance(-1_000)
    rig.api.webhook = news
    parts.webhooks.arrived(job.id, b"?")
    await settled(parts.world, lambda: True)
    assert await rig.status(job) is Status.RUNNING
    assert await rig.store.next_poll_at() == rig.clock.ms


async def test_reports_that_do_not_fit_hurry_one_poll_every_two_seconds(rig: Rig) -> None:
    """However many come."""
    job, parts = await rig.running(), assembled(rig)
    due: set[int | None] = set()
    for _ in range(50):
        parts.webhooks.arrived(job.id, b"?")
        await settled(parts.world, lambda: True)
        due.add(await rig.store.next_poll_at())
        rig.clock.advance(100)
    start = rig.clock.ms - 5_000
    assert due == {start, start + 2_000, start + 4_000, start + 6_000}


async def test_a_reported_failure_fails_the_job(rig: Rig) -> None:
    job, parts = await rig.running(), assembled(rig)
    rig.api.webhook = about(job, FAILED)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0


async def test_a_reported_failure_cannot_stop_images_that_are_on_their_way(rig: Rig) -> None:
    job, parts = await rig.running(), assembled(rig)
    rig.source.wait_for, rig.api.polls = asyncio.Event(), [LINKED]
    parts.world.tasks.spawn("poll", parts.watcher.look(job))
    await eventually(lambda: bool(rig.source.fetched))
    rig.api.webhook = about(job, FAILED)
    parts.webhooks.arrived(job.id, b"{}")
    await asyncio.sleep(0.05)
    assert await rig.status(job) is Status.RUNNING
    rig.source.wait_for.set()
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    assert await books(rig) == (1, 1)
    assert rig.audience.failures == []


async def test_a_reported_failure_of_a_create_that_was_given_up_leaves_the_next_one_alone(rig: Rig) -> None:
    """Both have the same token, and while the second is on its way nothing tells them apart."""
    job, parts = await rig.claimed(), assembled(rig)
    await rig.store.give_up(job.id, not_before=rig.clock.ms, bounds=within(1))
    again = await rig.store.claim(provider=job.provider, key_id="0123456789ab", concurrency=9, per_minute=99)
    assert again is not None
    rig.api.webhook = WebhookNews(prediction_id="the-first", result=FAILED)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: True)
    assert await rig.status(job) is Status.SUBMITTING


async def test_a_reported_result_that_cannot_be_used_has_the_api_asked(rig: Rig) -> None:
    """A made-up link fails no job: what the API itself says counts."""
    job, parts = await rig.running(), assembled(rig)
    forged = Finished(images=(ImageLink(url="http://127.0.0.1:1/x"),))
    rig.source.errors = {"http://127.0.0.1:1/x": ResultUnusable("a private address")}
    rig.api.webhook = about(job, forged)
    parts.webhooks.arrived(job.id, b"{}")
    await settled(parts.world, lambda: bool(rig.source.fetched))
    assert await rig.status(job) is Status.RUNNING
    assert await rig.store.next_poll_at() == rig.clock.ms + 5_000
    rig.api.polls = [DONE]
    await parts.watcher.look(job)
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    assert await books(rig) == (1, 1)


async def test_a_flood_of_proven_reports_about_one_job_stays_a_trickle(rig: Rig) -> None:
    """Four are read at once, of each job."""
    job, other, parts = await rig.running(), await rig.running(), assembled(rig)
    rig.source.wait_for = asyncio.Event()
    rig.api.webhook = about(job)
    taken = [parts.webhooks.arrived(job.id, b"{}") for _ in range(1_000)]
    assert sum(taken) == 4
    assert parts.webhooks.arrived(other.id, b"{}")
    rig.source.wait_for.set()
    await settled(parts.world, lambda: bool(rig.audience.delivered))
    assert parts.webhooks.arrived(job.id, b"{}"), "there is room again"
    await settled(parts.world, lambda: True)
    assert await books(rig) == (1, 2)


async def test_the_key_of_a_report_belongs_to_one_job_at_one_api(rig: Rig) -> None:
    job, parts = await rig.running(), assembled(rig)
    key = await parts.webhooks.key("eachlabs", job.id)
    assert key is not None
    assert (key.token, key.secret, key.awaited) == (job.webhook_token, job.webhook_secret, True)
    assert key.token not in repr(key)
    assert key.secret not in repr(key)
    assert await parts.webhooks.key("aimlapi", job.id) is None
    assert await parts.webhooks.key("eachlabs", "z" * 20) is None
