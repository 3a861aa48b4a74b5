"""What goes wrong at the image APIs: the user is told in plain words, refunded, and nothing is paid twice."""

import json
from typing import Any

import pytest

from sandbox.client import Channel, Message, SandboxClient
from tests.e2e.conftest import Imagine
from tests.e2e.support import Bot, description, fields, is_settled, shows_images, title, whole

FLUX_1, FLUX_2 = "flux-lora", "flux-2-lora"
API = {FLUX_1: "eachlabs", FLUX_2: "aimlapi"}
CREATE = {FLUX_1: "eachlabs.create", FLUX_2: "aimlapi.generate"}
VENDOR_400 = json.dumps({"status": "error", "message": "Invalid input", "details": "loras: the weights are too old"})
VENDOR_500 = json.dumps({"status": "error", "message": "Internal error", "details": "database"})
VENDOR_429 = json.dumps({"status": "error", "message": "Rate limit exceeded", "details": ""})
KEY_REFUSED = "The image service refused this bot's key. The bot's operator has to mend that."
NO_CREDIT = "This bot's credit at the image service is used up. The bot's operator has to top it up."
CONTENT = "The image service's content rules refused this prompt. Change the prompt and try again."
OPENING = "The image service could not make this image"
NOT_MADE = f"{OPENING}. Try again, or change the prompt or the LoRA."
UNUSABLE = "The image service's result could not be used. Please try again."


async def creates(world: SandboxClient, model: str) -> int:
    """How often an API was asked to make an image."""
    return sum(request["method"] == "POST" for request in await world.image_requests(API[model]))


async def paid(world: SandboxClient, model: str) -> int:
    """What was paid for, in images of 512 × 512."""
    if model == FLUX_1:
        return int((await world.image_stats("eachlabs"))["spent_micro_usd"]) // 35_000
    return sum(1 for generation in await world.generations() if generation["paid_tokens"])


async def assert_told_and_refunded(bot: Bot, message: Message, sentence: str) -> None:
    assert title(message) == "No image this time"
    assert description(message) == sentence
    assert "1 image given back to your quota · 20 of 20 left" in fields(message)["Quota"]
    assert await bot.images_charged() == 0
    (job,) = await bot.jobs()
    assert job["status"] == "failed"
    hopeless = job["failure_reason"] in {"content_refused", "rejected", "unauthorised", "out_of_credit"}
    assert [button.label for button in message.buttons] == (["Delete"] if hopeless else ["Try again", "Delete"])


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_options_that_the_vendor_refuses_are_explained_with_the_vendors_words(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault(CREATE[model], "status", status=400, body=VENDOR_400)
    await bot.start(webhooks=True)
    message = await imagine(model=model, until=is_settled)
    assert "The image service refused these options: Invalid input" in description(message)
    assert "the weights are too old" in description(message)
    await assert_told_and_refunded(bot, message, description(message))
    assert await creates(world, model) == 1


@pytest.mark.parametrize(
    ("model", "key"), [(FLUX_1, {"eachlabs_api_key": "wrong-key"}), (FLUX_2, {"aimlapi_api_key": "wrong-key"})]
)
async def test_a_wrong_key_is_the_operators_to_mend(
    model: str, key: dict[str, Any], bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel
) -> None:
    await bot.start(operator_channel_id=dark.id, **key)
    message = await imagine(model=model, until=is_settled)
    await assert_told_and_refunded(bot, message, KEY_REFUSED)
    assert await creates(world, model) == 1
    notice = await world.wait_for_message(dark, None, lambda seen: True)  # noqa: ARG005 - the first one
    assert f"**{API[model]}** refuses the bot's API key" in notice.content
    assert "wrong-key" not in whole(notice) + whole(message) + json.dumps(bot.log, default=str)


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_an_empty_balance_is_the_operators_to_mend_and_told_once_an_hour(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel
) -> None:
    await world.set_eachlabs(balance_usd=0.0)
    await world.set_aimlapi(balance_tokens=0)
    await bot.start(operator_channel_id=dark.id)
    message = await imagine(model=model, until=is_settled)
    await assert_told_and_refunded(bot, message, NO_CREDIT)
    await imagine(model=model, until=is_settled)
    await bot.stop()
    assert [f"**{API[model]}**" in notice.content for notice in await world.messages(dark)] == [True]


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (FLUX_1, {"kind": "status", "status": 429, "body": VENDOR_429, "headers": {"Retry-After": "1"}}),
        (FLUX_2, {"kind": "status", "status": 429, "body": VENDOR_429, "headers": {"Retry-After": "1"}}),
        (FLUX_1, {"kind": "status", "status": 500, "body": VENDOR_500}),
        (FLUX_1, {"kind": "status", "status": 503, "headers": {"Retry-After": "1"}, "body": "busy"}),
    ],
)
async def test_what_certainly_created_nothing_is_queued_again_and_paid_once(
    model: str, fault: dict[str, Any], bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault(CREATE[model], **fault)
    await bot.start(webhooks=True)
    waiting = await imagine(model=model, until=lambda seen: seen.edits > 0)
    assert title(waiting) == "Trying again soon"
    job = await bot.wait_for_job("delivered")
    assert job["attempts"] == 2
    assert shows_images(await world.message(waiting))
    sent = [request["at_ms"] for request in await world.image_requests(API[model]) if request["method"] == "POST"]
    assert len(sent) == 2
    assert sent[1] - sent[0] >= 1_000
    assert await paid(world, model) == 1
    assert await bot.images_charged() == 1


@pytest.mark.parametrize("where", ["message", "details", "logs", "output"])
async def test_a_prediction_that_fails_is_told_wherever_the_vendor_says_why(
    where: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(error_text_in=where)
    await world.add_fault("eachlabs.result", "failed", body="The LoRA could not be loaded.")
    await world.add_fault("eachlabs.webhook", "garbage_body")  # makes the bot look at once
    await bot.start(webhooks=True)
    message = await imagine(until=is_settled)
    await assert_told_and_refunded(bot, message, description(message))
    if where == "logs":  # these are for the log, not for members
        assert description(message) == NOT_MADE
    else:
        assert description(message).startswith(f"{OPENING}: The LoRA could not be loaded.")
    assert await creates(world, FLUX_1) == 1
    assert await paid(world, FLUX_1) == 0


@pytest.mark.parametrize(
    ("kind", "opening"), [("failed", OPENING), ("error", OPENING), ("nsfw", CONTENT), ("no_output", NOT_MADE)]
)
@pytest.mark.parametrize("where", ["error", "output"])
async def test_a_failure_that_comes_by_webhook_is_told_at_once(
    kind: str, opening: str, where: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(webhook_error_in=where)
    await world.add_fault("eachlabs.result", kind)
    await bot.start(webhooks=True)
    message = await imagine(until=is_settled)
    assert description(message).startswith(opening)
    await assert_told_and_refunded(bot, message, description(message))
    assert await creates(world, FLUX_1) == 1


async def test_a_prediction_that_the_vendor_cancelled_is_told_by_polling(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.result", "cancelled")
    await bot.start()
    await assert_told_and_refunded(bot, await imagine(until=is_settled), NOT_MADE)
    assert await creates(world, FLUX_1) == 1


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_a_prompt_that_the_vendors_rules_refuse_is_told_as_such(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(prompt="a forbidden-fruit", model=model, until=is_settled)
    await assert_told_and_refunded(bot, message, CONTENT)
    assert await creates(world, model) == 1
    assert await paid(world, model) == 0


async def test_a_result_that_is_no_image_is_not_posted(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await world.add_fault("results.image", "garbage", times=100)
    await bot.start(webhooks=True)
    await assert_told_and_refunded(bot, await imagine(until=is_settled), UNUSABLE)
    assert await creates(world, FLUX_1) == 1


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_a_result_link_to_a_private_address_is_not_followed(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("results.image", "status", status=500)  # stays unused: nobody asks
    await bot.start(webhooks=True, trusted_result_hosts="")
    await assert_told_and_refunded(bot, await imagine(model=model, until=is_settled), UNUSABLE)
    assert await creates(world, model) == 1
    assert len(await world.faults()) == 1


@pytest.mark.parametrize("kind", ["status", "truncated", "disconnect"])
async def test_a_download_that_breaks_off_is_tried_again(
    kind: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("results.image", kind)
    await bot.start(webhooks=True)
    assert shows_images(await imagine())
    assert await world.faults() == []


@pytest.mark.parametrize("form", ["to_bare", "to_slash"])
async def test_a_create_that_is_redirected_on_the_same_host_is_paid_once(
    form: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(create_redirect=form)
    await bot.start(webhooks=True)
    await imagine()
    assert len(await world.predictions()) == 1


@pytest.mark.parametrize("shape", ["string", "list", "object", "images"])
async def test_every_shape_of_output_is_understood(
    shape: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(output_shape=shape)
    await bot.start(webhooks=True)
    assert shows_images(await imagine())
