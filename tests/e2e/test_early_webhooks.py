"""What an image API reports while the bot starts: not taken before the start has taken everything up, then it is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jobs.delivering import Delivering
from jobs.model import Job
from sandbox.client import SandboxClient
from tests.e2e.conftest import Imagine
from tests.e2e.support import Bot, eventually

STARTING = 1.5  # seconds that the login takes; the vendor reports within them


async def _left_running(bot: Bot, world: SandboxClient, imagine: Imagine) -> None:
    """A job is at the API, and the bot is down."""
    await world.set_eachlabs(hold=True, webhook_retry_gap_s=0.3)
    await bot.start(webhooks=True)
    await imagine(until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("running")
    await bot.stop()


async def _statuses(world: SandboxClient, count: int) -> list[int | None] | None:
    calls = [call["status"] for call in await world.webhook_calls()]
    return calls if len(calls) >= count else None


@contextlib.asynccontextmanager
async def _starting(bot: Bot, world: SandboxClient) -> AsyncIterator[None]:
    """The bot is about to be online; its job's image is made, and reported, before that."""
    assert bot.settings is not None
    port = bot.settings.http_port
    await world.add_fault("discord.get_own_user", "slow", delay_s=STARTING)
    before = len(bot.log)
    task = asyncio.create_task(bot.start(webhooks=True, http_port=port, public_url=f"http://127.0.0.1:{port}"))

    async def listens() -> bool | None:
        return any(entry["event"] == "listening" for entry in bot.log[before:]) or None

    await eventually(listens)
    await world.set_eachlabs(hold=False)
    first, *_ = await eventually(lambda: _statuses(world, 1))
    assert first == 503
    yield
    await task


async def test_a_report_that_comes_before_the_start_has_ended_is_taken_when_it_is_repeated_and_delivered_once(
    bot: Bot, world: SandboxClient, imagine: Imagine, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = _count_deliveries(monkeypatch)
    await _left_running(bot, world, imagine)
    async with _starting(bot, world):
        assert (await bot.jobs())[0]["status"] == "running"
    await bot.wait_for_job("delivered")
    await bot.stop()
    assert list(most.values()) == [1]
    assert len([post for post in (await world.ledger()).posts if post.attached_ms is not None]) == 1


def _count_deliveries(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """By job: how many deliveries there were."""
    begun: dict[str, int] = {}
    deliver = Delivering.deliver

    async def counted(self: Delivering, job: Job, **known: Any) -> None:
        begun[job.id] = begun.get(job.id, 0) + 1
        await deliver(self, job, **known)

    monkeypatch.setattr(Delivering, "deliver", counted)
    return begun


async def test_a_restored_copys_job_is_given_up_although_its_report_comes_while_the_bot_starts(
    bot: Bot, world: SandboxClient, imagine: Imagine
) -> None:
    """It may have been delivered since the copy was made."""
    await _left_running(bot, world, imagine)
    await bot.sql("PRAGMA user_version = 1700000000")
    async with _starting(bot, world):
        pass
    job = await bot.wait_for_job("failed", "delivered", "undelivered")
    assert job["status"] == "failed"
    assert "go back to a backup" in job["failure_user_message"]
    assert [post for post in (await world.ledger()).posts if post.attached_ms is not None] == []
    assert await bot.images_charged() == 0
