"""From `/imagine` to images in the channel: both models, each way in which a result may come."""

import asyncio

import pytest

from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, shows_images


async def image_messages(world: SandboxClient, channel: Channel) -> int:
    """How many messages of a channel show images, whoever may see them."""
    return sum(shows_images(message) and not message.deleted for message in await world.messages(channel))


@BOTH_ENGINES
async def test_flux_1_is_found_by_polling_and_posted(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await bot.start()
    message = await imagine(model="flux-lora", seed=5)
    assert fields(message)["Model"] == "FLUX.1 LoRA"
    assert description(message) == "a fox"
    assert await world.webhook_calls() == []
    polls = [request for request in await world.image_requests("eachlabs") if request["method"] == "GET"]
    assert 1 <= len(polls) <= 2


async def test_flux_1_is_told_by_webhook_long_before_the_next_poll(
    bot: Bot, imagine: Imagine, world: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.timing.UNLEARNT_FIRST", 60_000)
    await bot.start(webhooks=True)
    await imagine(model="flux-lora")
    (call,) = await world.webhook_calls()
    assert call["status"] == 204
    assert [request["method"] for request in await world.image_requests("eachlabs")] == ["POST"]
    (job,) = await bot.jobs()
    assert job["polls"] == 0


async def test_a_webhook_that_never_comes_is_made_up_for_by_polling(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    # From three jobs on it knows when to expect a result, and so when to miss one.
    await asyncio.gather(*(imagine(user=user) for user in (mara, ben, olga)))
    await world.add_fault("eachlabs.webhook", "not_sent")
    await imagine()
    assert len(await world.webhook_calls()) == 3
    assert [job["polls"] > 0 for job in await bot.jobs()] == [False, False, False, True]


@pytest.mark.parametrize("how", ["twice", "early"])
async def test_a_webhook_that_comes_twice_or_before_the_answer_posts_once(
    how: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel
) -> None:
    await world.add_fault("eachlabs.webhook", how)
    await bot.start(webhooks=True)
    after = await world.cursor()
    message = await imagine()
    if how == "twice":
        first = await world.wait_for_event("webhook_sent", PATIENCE, after)
        await world.wait_for_event("webhook_sent", PATIENCE, first.index)
    await bot.wait_for_job("delivered")
    await bot.stop()
    assert await image_messages(world, art) == 1
    assert (await world.message(message)).edits == message.edits
    assert [job["status"] for job in await bot.jobs()] == ["delivered"]
    assert await bot.images_charged() == 1
    assert len(await world.predictions()) == 1


@pytest.mark.parametrize("fault", ["wrong_secret", "garbage_body"])
async def test_a_webhook_that_is_not_the_vendors_changes_nothing_but_when_to_look(
    fault: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel
) -> None:
    await world.add_fault("eachlabs.webhook", fault)
    await world.set_eachlabs(webhook_retry_gap_s=0.05)
    await bot.start(webhooks=True)
    if fault == "garbage_body":  # proven by its URL, though not understood: so the bot looks at once
        await world.set_eachlabs(hold=True)
        await imagine(until=lambda message: message.loading)
        await bot.wait_for_job("running")
        await world.set_eachlabs(hold=False)
        assert (await bot.wait_for_job("delivered"))["polls"] == 1
        return
    after = await world.cursor()
    await imagine(until=lambda message: message.edits > 0)
    event = await world.wait_for_event("webhook_sent", PATIENCE, after)
    assert event.data["status"] == 403
    await bot.wait_for_job("running")
    assert await image_messages(world, art) == 0


@BOTH_ENGINES
@pytest.mark.parametrize("answer", ["url", "b64_json"])
async def test_flux_2_answers_with_the_result_itself(
    answer: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_aimlapi(answer=answer)
    await bot.start()
    message = await imagine(model="flux-2-lora")
    assert fields(message)["Model"] == "FLUX.2 LoRA"
    (attachment,) = message.attachments
    assert attachment.content_type == "image/png"
    assert (await world.download(attachment))[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(await world.image_requests("aimlapi")) == 1


@pytest.mark.parametrize("model", ["flux-lora", "flux-2-lora"])
async def test_four_images_come_as_four_files_of_one_message(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(model=model, count=4)
    assert len(message.attachments) == 4
    assert len({attachment.filename for attachment in message.attachments}) == 4
    assert all((attachment.width, attachment.height) == (512, 512) for attachment in message.attachments)
    assert len({await world.download(attachment) for attachment in message.attachments}) == 4
    assert await image_messages(world, art) == 1
    await bot.wait_for_job("delivered")
    assert await bot.images_charged() == 4


async def test_the_command_is_acknowledged_at_once(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await bot.start(webhooks=True)
    message = await imagine(until=lambda message: message.loading)
    assert message.interaction_id is not None
    interaction = await world.interaction(message.interaction_id)
    assert interaction.acknowledged_after_ms is not None
    assert interaction.acknowledged_after_ms < 3_000  # Discord's limit
    await bot.wait_for_job("delivered")


async def test_a_private_result_is_seen_by_nobody_else(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(private=True)
    assert message.ephemeral
    assert message.viewer_id == mara.id
    assert await world.messages(art, ben) == []
    assert await world.messages(await world.dm(mara)) == []
    public = await imagine(user=ben)
    assert not public.ephemeral
    assert public.id in {seen.id for seen in await world.messages(art, mara)}
