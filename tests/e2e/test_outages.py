"""An API key in trouble is left alone: nothing is sent with it, people are told in plain words, and it mends itself."""

from collections.abc import Callable

import pytest

from jobs.breaker import FIRST, Trouble
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, get, is_settled, shows_images, title

Ahead = Callable[[float], None]
NO_CREDIT = "This bot's credit at the image service is used up. The bot's operator has to top it up."


async def creates(world: SandboxClient) -> int:
    return sum(request["method"] == "POST" for request in await world.image_requests("eachlabs"))


async def open_keys(bot: Bot) -> str:
    _, text = await get(f"{bot.url}/metrics")
    return next(line for line in text.splitlines() if line.startswith('fluxcord_open_keys{provider="eachlabs"}'))


async def test_when_the_credit_is_used_up_orders_are_refused_until_it_is_topped_up(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, ahead: Ahead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.operator.bulletin.SETTLED", 0)
    await world.set_eachlabs(balance_usd=0.0)
    await bot.start(operator_channel_id=dark.id)
    failed = await imagine(until=is_settled)
    assert description(failed).startswith(NO_CREDIT)
    for _ in range(2):
        told = await imagine(until=is_settled)
        assert told.ephemeral
        assert description(told).startswith(f"{NO_CREDIT} Nothing was made and nothing was charged.")
        assert "choose **FLUX.2 LoRA**" in description(told)
    assert await creates(world) == 1
    assert (await open_keys(bot)).endswith(" 1.0")
    assert [job["attempts"] for job in await bot.jobs()] == [1]
    assert await bot.images_charged() == 0
    await world.set_eachlabs(balance_usd=10.0)
    ahead(FIRST[Trouble.ACCOUNT] / 1000)  # the pause is over, and nobody tells: it takes an order
    assert shows_images(await imagine())
    assert (await open_keys(bot)).endswith(" 0.0")
    await world.wait_for_message(dark, None, lambda seen: "works again" in seen.content, PATIENCE)
    notices = [notice.content for notice in await world.messages(dark)]
    assert [("used up" in text, "works again" in text) for text in notices] == [(True, False), (False, True)]


async def test_an_outage_keeps_jobs_waiting_and_all_are_made_when_it_is_over(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ahead: Ahead
) -> None:
    await world.add_fault("eachlabs.create", "status", status=503, times=5, headers={"Retry-After": "0"})
    await bot.start()
    messages = [
        await imagine(prompt=f"fox {number}", until=lambda seen: seen.loading or bool(title(seen)))
        for number in range(5)
    ]
    shown = await world.wait_for_message(art, mara, lambda seen: "has trouble right now" in description(seen), PATIENCE)
    assert title(shown) == "Trying again soon"
    assert (await open_keys(bot)).endswith(" 1.0")
    assert await creates(world) == 5  # and no more while it lasts
    ahead(FIRST[Trouble.SERVICE] / 1000)
    late = await imagine(prompt="ordered in the outage")
    assert shows_images(late)
    for number in range(5):
        await bot.wait_for_job("delivered", number=number)
    assert all([shows_images(await world.message(message)) for message in messages])
    assert (await open_keys(bot)).endswith(" 0.0")
    assert await bot.images_charged() == 6


async def test_another_key_takes_over_from_one_that_is_refused(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel
) -> None:
    await bot.start(eachlabs_api_key="revoked,sandbox-eachlabs-key", operator_channel_id=dark.id)
    for orders in range(1, 10):  # a claim that was just looking may find the first ones with the second key
        assert shows_images(await imagine())
        if await creates(world) > orders:
            break
    before = await creates(world)
    assert shows_images(await imagine())
    assert await creates(world) == before + 1  # nothing more is sent with the one that was refused
    notice = await world.wait_for_message(dark, None, lambda seen: "refuses" in seen.content, PATIENCE)
    assert "(key 1 of 2 in `EACHLABS_API_KEY`)" in notice.content
    assert "revoked" not in notice.content
