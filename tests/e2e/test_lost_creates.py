"""A create whose answer is lost may have been paid: it is looked for and never sent again."""

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, fields, is_settled, shows_images, title

FLUX_1, FLUX_2 = "flux-lora", "flux-2-lora"
CREATE = {FLUX_1: "eachlabs.create", FLUX_2: "aimlapi.generate"}


async def creates(world: SandboxClient, model: str) -> int:
    requests = await world.image_requests("eachlabs" if model == FLUX_1 else "aimlapi")
    return sum(request["method"] == "POST" for request in requests)


async def test_the_webhook_of_a_create_whose_answer_was_lost_brings_the_result(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.create", "lost_answer")
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.edits > 0)
    assert title(message) == "Waiting for an answer"
    assert (await bot.wait_for_job("unconfirmed"))["prediction_id"] is None
    (prediction,) = await world.predictions()
    await world.finish_prediction(prediction["id"])
    job = await bot.wait_for_job("delivered")
    assert job["prediction_id"] == prediction["id"]
    assert shows_images(await world.message(message))
    assert await creates(world, FLUX_1) == 1
    assert await bot.images_charged() == 1


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (FLUX_1, {"kind": "lost_answer"}),
        (FLUX_1, {"kind": "truncated"}),
        (FLUX_1, {"kind": "html", "status": 504}),
    ],
)
async def test_a_create_of_unknown_outcome_waits_for_its_webhook_and_is_refunded_in_the_end(
    model: str,
    fault: dict[str, object],
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    art: Channel,
    mara: User,
) -> None:
    await world.add_fault(CREATE[model], **fault)  # type: ignore[arg-type]  # its kind is among them
    await world.set_eachlabs(webhooks=False)
    await bot.start(webhooks=True)
    message = await imagine(model=model, until=lambda seen: title(seen) == "Waiting for an answer")
    assert [button.label for button in message.buttons] == ["Cancel"]
    await bot.stop()
    await bot.sql("UPDATE jobs SET next_poll_at = 1")  # its two minutes are over
    await bot.start(webhooks=True)

    def is_told(seen: Message) -> bool:
        return seen.id == message.id and is_settled(seen)

    told = await world.wait_for_message(art, mara, is_told, PATIENCE)
    assert title(told) == "No image this time"
    assert await creates(world, model) == 1
    assert await bot.images_charged() == 0


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (FLUX_1, {"kind": "lost_answer"}),
        (FLUX_2, {"kind": "lost_answer", "status": 502}),
        (FLUX_2, {"kind": "disconnect"}),
        (FLUX_2, {"kind": "garbage"}),
    ],
)
async def test_a_lost_create_that_nothing_can_find_is_refunded_at_once_and_never_sent_again(
    model: str,
    fault: dict[str, object],
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
) -> None:
    await world.add_fault(CREATE[model], **fault)  # type: ignore[arg-type]  # its kind is among them
    await bot.start()
    told = await imagine(model=model, until=is_settled)
    assert title(told) == "No image this time"
    assert description(told) == "The image service did not answer, and no image arrived. Please try again."
    assert "1 image given back" in fields(told)["Quota"]
    assert await creates(world, model) == 1
    assert await bot.images_charged() == 0
