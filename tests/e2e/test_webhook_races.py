"""Webhooks and polls that meet: one transition wins, nothing is charged or posted twice."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import jobs.timing
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, eventually, get, is_settled, title

LATER_THAN_ANY_DEADLINE = 11_000_000  # ms


async def assert_once(bot: Bot, world: SandboxClient, *, jobs: int) -> None:
    """Every job was created, posted and charged once."""
    books = await world.ledger()
    assert len(books.creates) == len({create.job_id for create in books.creates}) == jobs
    assert len([post for post in books.posts if post.attached_ms is not None]) == jobs
    assert await bot.images_charged() == jobs


async def answered(world: SandboxClient, count: int) -> list[int]:
    """How so many webhooks were answered, once they were."""

    async def look() -> list[int] | None:
        statuses = [call["status"] for call in await world.webhook_calls()]
        return statuses if len(statuses) >= count else None

    return await eventually(look)


async def counted(bot: Bot, outcome: str) -> float:
    _, text = await get(f"{bot.url}/metrics")
    lines = [line for line in text.splitlines() if line.startswith(f'fluxcord_webhooks_total{{outcome="{outcome}"}}')]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


@pytest.mark.parametrize("poll_ms", [150, 300, 450])
async def test_webhooks_that_come_twice_while_polls_go_on_deliver_each_job_once(
    poll_ms: int, bot: Bot, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look falls before, on and after the moment at which both webhooks come."""
    monkeypatch.setattr(jobs.timing, "UNLEARNT_FIRST", poll_ms // 5)
    monkeypatch.setattr(jobs.timing, "CLOSE_STEP", 50)
    await world.set_eachlabs(duration_s=0.3)
    await world.add_fault("eachlabs.webhook", "twice", times=10)
    await bot.start(webhooks=True)
    for number in range(10):
        await world.command(mara, art, "imagine", {"prompt": f"fox {number}", "size": "square"})
    for number in range(10):
        await bot.wait_for_job("delivered", number=number)
    assert await answered(world, 20) == [204] * 20
    polls = [each for each in await world.image_requests("eachlabs") if each["method"] == "GET"]
    assert polls or poll_ms > 150
    await assert_once(bot, world, jobs=10)


@pytest.mark.parametrize(("result", "end"), [(None, "delivered"), ("failed", "failed")])
async def test_a_webhook_before_the_creates_answer_ends_the_job_once(
    result: str | None, end: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    if result is not None:
        await world.add_fault("eachlabs.result", result)
    await world.add_fault("eachlabs.webhook", "early")
    await bot.start(webhooks=True)
    await imagine(until=is_settled)
    assert (await bot.wait_for_job(end))["attempts"] == 1
    assert await bot.images_charged() == int(end == "delivered")
    books = await world.ledger()
    assert len(books.creates) == 1
    assert len([post for post in books.posts if post.attached_ms is not None]) == int(end == "delivered")


async def deliver_by_poll(_: Bot, __: SandboxClient) -> str:
    return "delivered"


async def cancel(bot: Bot, world: SandboxClient) -> str:
    """The API says that it stops, and goes on until it is done; until then it is not over for us either."""
    await bot.wait_for_job("running")
    mara, art = await world.user("Mara"), await world.channel("art")
    message = await world.wait_for_message(art, mara, lambda seen: title(seen) == "Generating", PATIENCE)
    await world.press(mara, message, label="Cancel")
    await bot.wait_for_job("cancelling")
    await world.set_eachlabs(hold=False)
    return "cancelled"


async def wait_in_vain(bot: Bot, _: SandboxClient) -> str:
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET submitted_at = submitted_at - ?", LATER_THAN_ANY_DEADLINE)
    return "failed"


@pytest.mark.parametrize("end_it", [deliver_by_poll, cancel, wait_in_vain])
async def test_a_webhook_after_the_end_changes_nothing(
    end_it: Callable[[Bot, SandboxClient], Awaitable[str]],
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is answered well, so that it is not sent again, and not read."""
    monkeypatch.setattr(jobs.timing, "UNLEARNT_FIRST", 100)
    monkeypatch.setattr("jobs.cancelling._PAUSE_FIRST", 0.1)
    await world.set_eachlabs(cancel_works=False, hold=end_it is not deliver_by_poll)
    await world.add_fault("eachlabs.webhook", "late", delay_s=3600)
    await bot.start(webhooks=True)
    await imagine(until=lambda seen: seen.edits > 0)
    status = await end_it(bot, world)
    before = await ended(bot, status)
    shown = await settled_posts(world)
    await world.set_eachlabs(hold=False)
    await world.wait_for_event("prediction_ended", PATIENCE)
    await world.advance_clock(3600)
    assert await answered(world, 1) == [204]
    assert await counted(bot, "late") == 1
    assert await ended(bot, status) == before
    assert await settled_posts(world) == shown
    assert await bot.images_charged() == int(status == "delivered")


async def ended(bot: Bot, status: str) -> dict[str, Any]:
    """The job as it is once it has ended and its member was told."""

    async def look() -> dict[str, Any] | None:
        (job,) = await bot.jobs()
        return job if job["status"] == status and (status == "delivered" or job["told_at"]) else None

    return await eventually(look)


async def settled_posts(world: SandboxClient) -> list[tuple[int, int, int]]:
    """Every message of the bot's, with its edits and files."""
    return [(post.id, post.edits, len(post.files)) for post in (await world.ledger()).posts]
