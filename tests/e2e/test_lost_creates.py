"""A create whose answer is lost may have been paid: it is looked for, and tried again only when nothing is found."""

import json
from collections.abc import Mapping

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, get, is_settled, shows_images, title

FLUX_1, FLUX_2 = "flux-lora", "flux-2-lora"
LOST_AT_EACHLABS = [
    {"kind": "lost_answer"},
    {"kind": "truncated"},
    {"kind": "lost_answer", "status": 504},
]
LOST_AT_AIMLAPI = [{"kind": "lost_answer", "status": 502}, {"kind": "disconnect"}, {"kind": "garbage"}]


async def creates(world: SandboxClient, model: str) -> int:
    requests = await world.image_requests("eachlabs" if model == FLUX_1 else "aimlapi")
    return sum(request["method"] == "POST" for request in requests)


async def assert_bounded(bot: Bot, world: SandboxClient) -> None:
    """What was made there is at most one create a job, and those whose outcome stayed unknown."""
    jobs = await bot.jobs()
    unknown = sum(job["unknown_creates"] for job in jobs)
    made = len(await world.predictions()) + len(await world.generations())
    assert made <= len(jobs) + unknown


async def counted(bot: Bot, name: str) -> dict[str, float]:
    """A metric's values by its labels' text."""
    _, text = await get(f"{bot.url}/metrics")
    lines = [line for line in text.splitlines() if line.startswith(name)]
    return {line.partition("{")[2].partition("}")[0]: float(line.rpartition(" ")[2]) for line in lines}


async def test_the_webhook_of_a_create_whose_answer_was_lost_brings_the_result(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.create", "lost_answer")
    await world.set_eachlabs(hold=True, appears_after_s=3600)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: title(seen) == "Waiting for an answer")
    assert [button.label for button in message.buttons] == ["Cancel"]
    assert (await bot.wait_for_job("unconfirmed"))["prediction_id"] is None
    (prediction,) = await world.predictions()
    await world.finish_prediction(prediction["id"])
    job = await bot.wait_for_job("delivered")
    assert job["prediction_id"] == prediction["id"]
    assert shows_images(await world.message(message))
    assert await creates(world, FLUX_1) == 1
    assert await bot.images_charged() == 1


@pytest.mark.parametrize("fault", LOST_AT_EACHLABS, ids=str)
@pytest.mark.parametrize("webhooks", [True, False], ids=["webhooks", "polling"])
async def test_a_lost_create_is_found_in_the_list_and_paid_once(
    fault: Mapping[str, object], webhooks: bool, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.create", **fault)  # type: ignore[arg-type]  # its kind is among them
    await world.set_eachlabs(webhooks=False)
    await bot.start(webhooks=webhooks, lost_create_grace_seconds=2)
    message = await imagine()
    (prediction,) = await world.predictions()
    (job,) = await bot.jobs()
    assert (job["prediction_id"], job["attempts"], job["unknown_creates"]) == (prediction["id"], 1, 0)
    assert shows_images(message)
    assert await bot.images_charged() == 1


async def test_of_several_lost_creates_each_finds_its_own(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User
) -> None:
    await world.add_fault("eachlabs.create", "lost_answer", times=3)
    await world.set_eachlabs(webhooks=False, hold=True)
    await bot.start(lost_create_grace_seconds=60)
    for user, prompt in ((mara, "an otter"), (ben, "a heron"), (mara, "a newt")):
        await imagine(user=user, prompt=prompt, until=lambda seen: title(seen) == "Waiting for an answer")
    await world.set_eachlabs(hold=False)
    for number in range(3):
        await bot.wait_for_job("delivered", number=number)
    prompts = {prediction["id"]: prediction["input"]["prompt"] for prediction in await world.predictions()}
    found = {prompts[job["prediction_id"]] for job in await bot.jobs()}
    assert found == {"an otter", "a heron", "a newt"}
    for job in await bot.jobs():
        assert json.loads(job["request"])["prompt"] == prompts[job["prediction_id"]]
    assert await creates(world, FLUX_1) == 3


async def test_what_somebody_else_of_the_same_account_makes_is_never_taken(
    bot: Bot, imagine: Imagine, world: SandboxClient, sandbox: Sandbox
) -> None:
    await world.add_fault("eachlabs.create", "disconnect")
    await bot.start(lost_create_grace_seconds=3)
    await imagine(until=lambda seen: title(seen) == "Waiting for an answer")
    headers = {"X-API-Key": "sandbox-eachlabs-key"}
    body = {"model": "bfl-flux-lora", "version": "0.0.1", "input": {"prompt": "somebody else's", "seed": 5}}
    url = f"{sandbox.eachlabs_url}/prediction/"
    async with aiohttp.ClientSession(headers=headers) as http, http.post(url, json=body) as answer:
        foreign = (await answer.json())["predictionID"]
    job = await bot.wait_for_job("delivered")
    assert job["prediction_id"] != foreign
    assert (job["attempts"], job["unknown_creates"]) == (2, 1)


async def test_a_lost_create_that_failed_there_fails_the_job(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await world.add_fault("eachlabs.create", "lost_answer")
    await world.add_fault("eachlabs.result", "failed", body="CUDA out of memory")
    await world.set_eachlabs(webhooks=False)
    await bot.start(lost_create_grace_seconds=2)
    told = await imagine(until=is_settled)
    assert "CUDA out of memory" in description(told)
    assert await creates(world, FLUX_1) == 1
    assert await bot.images_charged() == 0


@pytest.mark.parametrize("fault", [{"kind": "html", "status": 504}, {"kind": "disconnect"}], ids=str)
async def test_a_create_that_never_arrived_is_tried_once_more_after_the_grace_time(
    fault: Mapping[str, object], bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.create", **fault)  # type: ignore[arg-type]  # its kind is among them
    await bot.start(webhooks=True, lost_create_grace_seconds=1)
    message = await imagine()
    (job,) = await bot.jobs()
    assert (job["attempts"], job["unknown_creates"]) == (2, 1)
    assert shows_images(message)
    assert await bot.images_charged() == 1
    assert await counted(bot, "fluxcord_creates_given_up_total") == {'provider="eachlabs"': 1}
    await assert_bounded(bot, world)


async def test_what_cannot_be_found_twice_is_given_up_refunded_and_told_to_the_operator(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.operator.bulletin.GATHERED", 0)
    await world.add_fault("eachlabs.create", "lost_answer", times=2)
    await world.set_eachlabs(webhooks=False, appears_after_s=3600)
    await bot.start(lost_create_grace_seconds=1, operator_channel_id=dark.id)
    told = await imagine(until=is_settled)
    assert title(told) == "No image this time"
    assert description(told) == "The image service did not answer, and no image arrived. Please try again."
    assert "1 image given back" in fields(told)["Quota"]
    (job,) = await bot.jobs()
    assert (job["attempts"], job["unknown_creates"]) == (2, 2)
    notice = await world.wait_for_message(dark, None, lambda seen: "got no answer" in seen.content, PATIENCE)
    assert "1 create got no answer and was not found again" in notice.content
    assert job["id"] in notice.content
    assert await bot.images_charged() == 0
    await bot.stop()
    (_, rest) = await world.messages(dark)  # what was still being gathered is told at the stop
    assert "1 create got no answer" in rest.content
    await assert_bounded(bot, world)


@pytest.mark.parametrize("fault", LOST_AT_AIMLAPI, ids=str)
async def test_where_the_answer_is_all_there_is_one_more_create_is_sent(
    fault: Mapping[str, object], bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.add_fault("aimlapi.generate", **fault)  # type: ignore[arg-type]  # its kind is among them
    await bot.start()
    message = await imagine(model=FLUX_2, until=lambda seen: title(seen) == "Trying again soon")
    assert description(message) == "The image service's answer did not reach the bot. Trying once more."
    await world.wait_for_message(art, mara, lambda seen: seen.id == message.id and shows_images(seen), PATIENCE)
    (job,) = await bot.jobs()
    assert (job["attempts"], job["unknown_creates"]) == (2, 1)
    assert await creates(world, FLUX_2) == 2
    await assert_bounded(bot, world)


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_without_retries_nothing_is_sent_twice(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    for target in ("eachlabs.create", "aimlapi.generate"):
        await world.add_fault(target, "disconnect")
    await bot.start(lost_create_grace_seconds=1, lost_create_retries=0)
    told = await imagine(model=model, until=is_settled)
    assert title(told) == "No image this time"
    assert await creates(world, model) == 1
    assert await bot.images_charged() == 0


async def test_the_late_result_of_a_create_that_was_given_up_is_taken_and_the_second_one_is_cancelled(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("eachlabs.create", "lost_answer")
    await world.set_eachlabs(hold=True, appears_after_s=3600)
    await bot.start(webhooks=True, lost_create_grace_seconds=2)
    await imagine(until=lambda seen: seen.loading)
    await bot.wait_for_job("unconfirmed")
    await world.add_fault("eachlabs.create", "slow", delay_s=3.0)

    async def is_sent_again() -> bool | None:
        (job,) = await bot.jobs()
        return (job["status"], job["attempts"]) == ("submitting", 2) or None

    await eventually(is_sent_again)
    (first,) = await world.predictions()
    await world.finish_prediction(first["id"])
    job = await bot.wait_for_job("delivered")
    assert job["prediction_id"] == first["id"]

    async def is_cancelled() -> bool | None:
        return [each["status"] for each in await world.predictions()] == ["success", "cancelled"] or None

    await eventually(is_cancelled)
    assert await bot.images_charged() == 1
    await assert_bounded(bot, world)


async def test_a_lost_create_that_its_user_cancels_is_looked_for_and_refunded_as_the_grace_ends(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.cancelling._PAUSE_FIRST", 0.1)
    await world.add_fault("eachlabs.create", "lost_answer")
    await world.set_eachlabs(webhooks=False, appears_after_s=3600)
    await bot.start(lost_create_grace_seconds=4)
    message = await imagine(until=lambda seen: title(seen) == "Waiting for an answer")
    await world.press(mara, message, label="Cancel")
    assert (await bot.wait_for_job("cancelling"))["finished_at"] is None
    assert (await bot.wait_for_job("cancelled"))["unknown_creates"] == 1
    await assert_bounded(bot, world)
    assert await bot.images_charged() == 0
    assert await creates(world, FLUX_1) == 1
