"""What the image APIs say, in every shape that their documents show, reaches the member in plain words."""

import json
from typing import Any

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, fields, is_settled, shows_images, title, whole

FLUX_1, FLUX_2 = "flux-lora", "flux-2-lora"
CREATE = {FLUX_1: "eachlabs.create", FLUX_2: "aimlapi.generate"}
VENDOR_400 = json.dumps({"status": "error", "message": "Invalid input", "details": "loras: the weights are too old"})
KEY_REFUSED = "The image service refused this bot's key. The bot's operator has to mend that."
REFUSED = (
    "The image service's own content rules refused this prompt; they concern above all nudity, sex, violence, hatred "
    "and real people. Say it differently with Edit, and try again."
)
HELD_BACK = (
    "The image was made, and the image service's safety checker holds it back: it takes it for nudity or violence, "
    "sometimes wrongly. Say it differently with Edit, and try again. Where an admin allows it, `safety: False` "
    "switches the checker off in age-restricted channels."
)
OPENING = "The image service could not make this image"
NOT_MADE = f"{OPENING}. Try again, or change the prompt or the LoRA."


async def assert_told_and_refunded(bot: Bot, message: Message, sentence: str) -> None:
    assert title(message) == "No image this time"
    assert description(message) == sentence
    assert "1 image given back to your quota · 20 of 20 left" in fields(message)["Quota"]
    assert await bot.images_charged() == 0


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_options_that_the_vendor_refuses_are_explained_with_the_vendors_words(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault(CREATE[model], "status", status=400, body=VENDOR_400)
    await bot.start(webhooks=True)
    message = await imagine(model=model, until=is_settled)
    opening = "The image service refused these options: Invalid input: loras: the weights are too old."
    await assert_told_and_refunded(bot, message, f"{opening} Change them and try again.")


@pytest.mark.parametrize(
    ("model", "key"), [(FLUX_1, {"eachlabs_api_key": "wrong-key"}), (FLUX_2, {"aimlapi_api_key": "wrong-key"})]
)
async def test_a_wrong_key_is_told_nowhere(model: str, key: dict[str, Any], bot: Bot, imagine: Imagine) -> None:
    await bot.start(**key)
    message = await imagine(model=model, until=is_settled)
    await assert_told_and_refunded(bot, message, KEY_REFUSED)
    assert "wrong-key" not in whole(message) + json.dumps(bot.log, default=str)


@pytest.mark.parametrize(("model", "said"), [(FLUX_1, HELD_BACK), (FLUX_2, REFUSED)])
async def test_a_prompt_that_the_vendors_rules_refuse_is_told_as_such(
    model: str, said: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(prompt="a forbidden-fruit", model=model, until=is_settled)
    await assert_told_and_refunded(bot, message, said)
    assert [create.paid_micro_usd for create in (await world.ledger()).creates] == [0]


@pytest.mark.parametrize("where", ["message", "details", "logs", "output"])
async def test_a_prediction_that_fails_is_told_wherever_the_vendor_says_why(
    where: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(error_text_in=where, hold=True)
    await world.add_fault("eachlabs.result", "failed", body="The LoRA could not be loaded.")
    await world.add_fault("eachlabs.webhook", "garbage_body")  # makes the bot look at once
    await bot.start(webhooks=True)
    waiting = await imagine(until=lambda seen: seen.loading)
    await bot.wait_for_job("running")
    await world.set_eachlabs(hold=False)
    message = await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and is_settled(seen), PATIENCE)
    # The logs are for the log, not for members.
    told = f"{OPENING}: The LoRA could not be loaded. Try again, or change the prompt or the LoRA."
    await assert_told_and_refunded(bot, message, NOT_MADE if where == "logs" else told)


@pytest.mark.parametrize("where", ["error", "output"])
async def test_a_failure_that_comes_by_webhook_is_told_wherever_the_vendor_says_why(
    where: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(webhook_error_in=where)
    await world.add_fault("eachlabs.result", "failed", body="The LoRA could not be loaded.")
    await world.add_fault("eachlabs.poll", "status", status=500)  # stays unused
    await bot.start(webhooks=True)
    message = await imagine(until=is_settled)
    told = f"{OPENING}: The LoRA could not be loaded. Try again, or change the prompt or the LoRA."
    await assert_told_and_refunded(bot, message, told)
    assert len(await world.faults()) == 1


@pytest.mark.parametrize("form", ["to_bare", "to_slash"])
async def test_a_create_that_is_redirected_on_the_same_host_is_paid_once(
    form: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(create_redirect=form)
    await bot.start(webhooks=True)
    await imagine()
    assert len((await world.ledger()).creates) == 1


@pytest.mark.parametrize("shape", ["string", "list", "object", "images"])
async def test_every_shape_of_output_is_understood(
    shape: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(output_shape=shape)
    await bot.start(webhooks=True)
    assert shows_images(await imagine())
