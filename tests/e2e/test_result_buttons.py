"""What is under a result: for whom it works, for ever, and once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jobs.ports import StoreUnavailable
from jobs.service import JobService
from sandbox.client import Channel, Interaction, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.histories import all_delivered, repeat
from tests.e2e.presses import Hands, texts_of
from tests.e2e.support import (
    BOTH_ENGINES,
    PATIENCE,
    Bot,
    description,
    eventually,
    fields,
    is_settled,
    shows_images,
    title,
)

LORA = "https://example.com/fox.safetensors?token=secret"


@pytest.fixture
def hands(world: SandboxClient, art: Channel) -> Hands:
    return Hands(world, art)


async def charged(bot: Bot) -> dict[int, int]:
    rows = await bot.sql("SELECT user_id, SUM(images) AS images FROM ledger GROUP BY user_id")
    return {row["user_id"]: int(row["images"]) for row in rows}


async def inputs(world: SandboxClient) -> list[dict[str, Any]]:
    return [dict(prediction["input"]) for prediction in await world.predictions()]


# ── Again and Variations ─────────────────────────────────────────────────────


@pytest.mark.parametrize(("label", "images"), [("Again", 1), ("Variations", 4)])
async def test_whoever_sees_a_result_makes_more_of_it_at_their_own_expense(
    label: str, images: int, bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(steps=30, lora=LORA, format="png")
    second = await hands.press(ben, first, label)
    assert shows_images(second)
    assert len(second.attachments) == images
    assert await charged(bot) == {mara.id: 1, ben.id: images}
    one, other = await inputs(world)
    assert one.pop("seed") != other.pop("seed")
    assert (one.pop("num_images", 1), other.pop("num_images", 1)) == (1, images)
    assert one == other
    assert fields(second)["For"] == f"<@{ben.id}>"


@BOTH_ENGINES
async def test_variations_are_as_many_as_the_quota_has_room_for_and_the_result_says_so(
    bot: Bot, imagine: Imagine, hands: Hands, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=3)
    second = await hands.press(mara, await imagine(), "Variations")
    assert len(second.attachments) == 2
    assert "2 variations: the quota or the rules here left no room for more." in description(second)
    refusal = await hands.press(mara, second, "Variations")
    assert refusal.ephemeral
    assert title(refusal) == "Your quota is used up for now"
    assert await bot.images_charged() == 3


async def test_variations_pressed_twice_are_made_once(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await asyncio.gather(*(world.press(mara, first, label="Variations") for _ in range(2)))
    await bot.wait_for_job("delivered", number=1)
    assert len(await world.predictions()) == 2
    assert len(await bot.jobs()) == 2


async def test_a_press_is_acknowledged_before_the_database_is_asked(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    answers, get = asyncio.Event(), JobService.get

    async def slow(self: JobService, job_id: str) -> Any:
        await answers.wait()
        return await get(self, job_id)

    monkeypatch.setattr(JobService, "get", slow)
    for label in ("Again", "Variations", "Details"):
        press = await world.press(mara, first, label=label)
        await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DEFERRED, PATIENCE)
    answers.set()
    await bot.wait_for_job("delivered", number=2)


# ── Edit ─────────────────────────────────────────────────────────────────────


async def test_edit_shows_what_was_asked_for_and_makes_what_it_says_then(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(prompt="a fox_x *y*", seed=5, steps=30, lora=LORA, format="png")
    form = await hands.open_form(ben, first, "Edit")
    assert texts_of(form) == {
        "prompt": "a fox_x *y*",
        "size": "512 x 512",
        "count": "",
        "seed": "5",
        "strength": "30",
    }
    second = await hands.send_form(
        ben, form, {"prompt": "a wolf", "size": "landscape 4:3", "count": "2", "strength": "20 / 4.5"}
    )
    assert len(second.attachments) == 2
    one, other = await inputs(world)
    changed = {
        "prompt": "a wolf",
        "image_size": "landscape_4_3",
        "num_images": 2,
        "num_inference_steps": 20,
        "guidance_scale": 4.5,
    }
    assert other == one | changed
    assert (await charged(bot))[ben.id] == 2


async def test_everything_wrong_is_told_at_once_and_nothing_typed_is_lost(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(seed=5)
    typed = {"prompt": "a wolf\n`in` @everyone", "size": "huge", "count": "9", "seed": "x", "strength": "1.5 / y"}
    refusal = await hands.send_form(mara, await hands.open_form(mara, first, "Edit"), typed)
    assert refusal.ephemeral
    assert title(refusal) == "5 things to change"
    for name in ("size", "count", "seed", "steps", "guidance"):
        assert f"`{name}`" in description(refusal)
    assert len(await bot.jobs()) == 1
    await bot.stop()
    await bot.start(webhooks=True)  # it is kept in the message, not in the process
    form = await hands.open_form(mara, refusal, "Edit again")
    assert texts_of(form) == typed
    second = await hands.send_form(mara, form, {"size": "", "count": "", "seed": "", "strength": ""})
    assert shows_images(second)
    assert not second.ephemeral
    assert (await inputs(world))[1]["prompt"] == typed["prompt"]
    assert [shows_images(message) for message in await world.messages(art, ben)] == [True, True]


async def test_a_form_that_is_sent_twice_makes_one(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True)
    form = await hands.open_form(mara, await imagine(), "Edit")
    one, other = await asyncio.gather(*(world.submit_modal(mara, form, {"prompt": "a wolf"}) for _ in range(2)))
    await bot.wait_for_job("delivered", number=1)
    for sent in (one, other):
        await world.wait_for_interaction(
            sent, lambda now: now.state in {InteractionState.ANSWERED, InteractionState.DELETED}, PATIENCE
        )
    assert len(await bot.jobs()) == 2
    assert len(await world.messages(art, ben)) == 2


async def test_what_was_typed_is_kept_when_the_quota_refuses_it(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User, art: Channel
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=2)
    form = await hands.open_form(mara, await imagine(), "Edit")
    sent = await world.submit_modal(mara, form, {"prompt": "a wolf", "count": "4"})
    kept = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == sent.id and bool(seen.buttons), PATIENCE
    )
    assert kept.ephemeral
    form = await hands.open_form(mara, kept, "Edit again")
    assert texts_of(form)["prompt"] == "a wolf"
    assert shows_images(await hands.send_form(mara, form, {"count": "1"}))


async def test_a_form_that_was_open_over_a_restart_is_answered(
    bot: Bot, imagine: Imagine, hands: Hands, mara: User
) -> None:
    await bot.start(webhooks=True)
    form = await hands.open_form(mara, await imagine(), "Edit")
    await bot.stop()
    await bot.start(webhooks=True)
    assert shows_images(await hands.send_form(mara, form, {"prompt": "a wolf"}))


async def test_an_edit_under_a_private_result_stays_private(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User, ben: User, art: Channel
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(private=True)
    refusal = await hands.send_form(mara, await hands.open_form(mara, first, "Edit"), {"count": "x"})
    second = await hands.send_form(mara, await hands.open_form(mara, refusal, "Edit again"), {"count": ""})
    assert shows_images(second)
    assert second.ephemeral
    assert await world.messages(art, ben) == []


async def test_a_refused_prompt_can_be_changed_under_the_failure(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User
) -> None:
    await world.add_fault("eachlabs.create", "status", status=400)
    await bot.start(webhooks=True)
    failure = await imagine(until=is_settled)
    assert [button.label for button in failure.buttons] == ["Edit", "Delete"]
    form = await hands.open_form(mara, failure, "Edit")
    assert shows_images(await hands.send_form(mara, form, {"prompt": "a wolf"}))


# ── Details ──────────────────────────────────────────────────────────────────


async def test_details_are_a_command_line_that_makes_the_very_same(
    bot: Bot, imagine: Imagine, hands: Hands, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(seed=5, steps=30, lora=LORA, lora_scale=0.5, format="png")
    said = await hands.press(ben, first, "Details")
    assert said.ephemeral
    line = (
        "/imagine prompt: a fox model: flux-lora size: square seed: 5 steps: 30 "
        "lora: https://example.com/fox.safetensors{key} lora_scale: 0.5 format: png"
    )
    assert f"```\n{line.format(key='')}\n```" in description(said)  # what may be a key is its user's alone
    assert "secret" not in str(said.raw)
    assert fields(said)["Seed"] == "`5`"
    assert fields(said)["Size"] == "512 × 512"
    assert fields(said)["Cost"].endswith("$0.035")
    assert f"<@{mara.id}>" in fields(said)["What happened"]
    own = await hands.press(mara, first, "Details")
    assert f"```\n{line.format(key='?token=secret')}\n```" in description(own)


async def test_a_line_too_long_for_a_message_is_attached_whole(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, mara: User
) -> None:
    await bot.start(webhooks=True)
    prompt = " ".join(["a ```fox```"] * 330)
    said = await hands.press(mara, await imagine(prompt=prompt, seed=5), "Details")
    [file] = said.attachments
    line = f"/imagine prompt: {prompt} model: flux-lora size: square seed: 5"
    assert (await world.download(file)).decode() == line


async def test_what_the_retention_has_removed_is_not_made_again_and_that_is_said(
    bot: Bot, imagine: Imagine, hands: Hands, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(seed=5)
    await bot.wait_for_job("delivered")
    await bot.stop()
    await bot.sql("UPDATE jobs SET created_at = 0")
    await bot.start(webhooks=True, retention_days=1)

    async def removed() -> object:
        return (await bot.jobs())[0]["removed_at"]

    await eventually(removed)
    for label in ("Again", "Variations", "Edit"):
        said = await hands.press(mara, first, label)
        assert said.ephemeral
        assert description(said) == "The prompt of this image is not kept any more. Start a new one with `/imagine`."
    said = await hands.press(mara, first, "Details")
    assert "not kept any more" in description(said)
    assert fields(said)["Seed"] == "`5`"
    assert len(await bot.jobs()) == 1


# ── Report ───────────────────────────────────────────────────────────────────


@BOTH_ENGINES
async def test_a_report_is_kept_once_and_the_operator_is_told(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User, art: Channel, olga: User
) -> None:
    operators = await world.add_channel(await world.guild(), "operators")
    await bot.start(webhooks=True, operator_channel_id=operators.id)
    first = await imagine()
    await bot.wait_for_job("delivered")
    said = await hands.send_form(ben, await hands.open_form(ben, first, "Report"), {"reason": "not a @everyone fox"})
    assert said.ephemeral
    assert description(said).startswith("Thank you.")
    told = await world.wait_for_message(operators, olga, lambda _: True, PATIENCE)
    assert f"<@{ben.id}>: not a @\u200beveryone fox" in told.content
    assert told.content.endswith(f"/{art.id}/{first.id}")
    assert told.pinged_ids == ()
    said = await hands.send_form(ben, await hands.open_form(ben, first, "Report"), {"reason": "again"})
    assert description(said).startswith("You have reported this image already.")
    [report] = await bot.sql("SELECT user_id, reason FROM reports")
    assert report == {"user_id": ben.id, "reason": "not a @everyone fox"}


async def test_a_report_form_that_is_sent_twice_is_one_report(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User
) -> None:
    await bot.start(webhooks=True)
    form = await hands.open_form(ben, await imagine(), "Report")
    sent = await asyncio.gather(*(world.submit_modal(ben, form, {"reason": "not a fox"}) for _ in range(2)))
    said = sorted([description(await hands.answer(each, ben)) for each in sent])
    assert [text.split(".")[0] for text in said] == ["Thank you", "You have reported this image already"]
    assert len(await bot.sql("SELECT * FROM reports")) == 1


async def test_nobody_floods_those_who_look_at_reports(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User, olga: User
) -> None:
    operators = await world.add_channel(await world.guild(), "operators")
    await bot.start(webhooks=True, operator_channel_id=operators.id)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await repeat(bot, 5)
    now = int(time.time() * 1000)
    await bot.sql(
        "INSERT INTO reports (job_id, user_id, guild_id, channel_id, reason, reported_at, told_at) "
        "SELECT id, ?, guild_id, channel_id, '', ?, 1 FROM jobs WHERE id LIKE '00000%'",
        ben.id,
        now,
    )
    said = await hands.send_form(ben, await hands.open_form(ben, first, "Report"), {"reason": "not a fox"})
    assert said.ephemeral
    assert description(said) == (
        "At most 5 reports an hour are taken from one member, and you have sent as many here: this one is not kept. "
        f"Please send it again <t:{(now + 3_600_000) // 1000}:R>."
    )
    assert len(await bot.sql("SELECT * FROM reports")) == 5
    said = await hands.send_form(olga, await hands.open_form(olga, first, "Report"), {"reason": "a flood"})
    assert description(said).startswith("Thank you.")
    told = await world.wait_for_message(operators, olga, lambda _: True, PATIENCE)
    assert "a flood" in told.content
    assert "not a fox" not in told.content


# ── for the right people, for ever ───────────────────────────────────────────

LABELS = ["Again", "Variations", "Edit", "Details", "Report"]


@pytest.mark.parametrize("label", LABELS)
async def test_every_button_works_after_a_restart(
    label: str, bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await bot.stop()
    await bot.start(webhooks=True)
    press = await world.press(ben, first, label=label)
    if label in {"Edit", "Report"}:
        assert (await hands.shown(press)).modal is not None
    else:
        assert shows_images(await hands.answer(press, ben)) == (label != "Details")


async def test_delete_is_for_its_user_and_for_moderators_alone(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    said = await hands.press(ben, first, "Delete")
    assert said.ephemeral
    assert (
        description(said) == "Only the person who asked for this image, or a moderator, can do that. Ask one of them."
    )
    press = await world.press(olga, first, label="Delete")
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
    assert (await world.message(first)).deleted


async def test_what_a_moderator_deletes_of_somebody_else_is_in_the_audit_log_once_and_nobodys_own(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ada: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    own, theirs = await imagine(user=olga), await imagine()
    await all_delivered(bot)
    await world.add_fault("eachlabs.create", "status", status=400)
    failure = await imagine(until=is_settled)
    for user, message in ((olga, own), (olga, failure)):
        press = await world.press(user, message, label="Delete")
        await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
    assert await bot.sql("SELECT * FROM audit") == []

    async def deleted() -> bool | None:
        return (await world.message(theirs)).deleted or None

    await asyncio.gather(*(world.press(user, theirs, label="Delete") for user in (olga, ada)))
    await eventually(deleted)
    [entry] = await bot.sql("SELECT guild_id, actor_id, action, target FROM audit")
    assert entry["actor_id"] in {olga.id, ada.id}
    job = theirs.embeds[0]["footer"]["text"].removeprefix("Job ")
    assert entry == entry | {"guild_id": art.guild_id, "action": "image.remove", "target": job}


async def test_what_cannot_be_noted_in_the_audit_log_is_not_deleted(
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    hands: Hands,
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")

    async def away(*_: object) -> None:
        raise StoreUnavailable("on fire")

    with monkeypatch.context() as broken:
        broken.setattr("storage.servers.Servers.note_changes", away)
        said = await hands.press(olga, first, "Delete")
    assert "press again in a minute" in description(said)
    assert not (await world.message(first)).deleted
    press = await world.press(olga, first, label="Delete")
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
    assert len(await bot.sql("SELECT * FROM audit WHERE action = 'image.remove'")) == 1


async def test_buttons_of_another_servers_job_do_nothing_here(
    bot: Bot, imagine: Imagine, hands: Hands, ben: User
) -> None:
    """No client shows them here: a forged press is answered as one for a job that nobody knows."""
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await bot.sql("UPDATE jobs SET guild_id = guild_id + 1")
    for label in ("Again", "Variations", "Edit", "Details", "Delete"):
        said = await hands.press(ben, first, label)
        assert said.ephemeral
        assert "record is not kept any more" in description(said)
    said = await hands.send_form(ben, await hands.open_form(ben, first, "Report"), {"reason": "x"})
    assert "record is not kept any more" in description(said)
    assert len(await bot.jobs()) == 1
    assert await bot.sql("SELECT * FROM reports") == []


Direct = Callable[[], Awaitable[Message]]


async def late_private_result(bot: Bot, world: SandboxClient, art: Channel, user: User) -> Message:
    """A private result that comes by direct message, since its token had ended."""
    await world.set_eachlabs(hold=True)
    await world.command(user, art, "imagine", {"prompt": "a fox", "size": "square", "private": True})
    await bot.wait_for_job("running")
    await world.advance_clock(901)
    await world.set_eachlabs(hold=False)
    return await world.wait_for_message(await world.dm(user), user, shows_images, PATIENCE)


async def test_every_button_works_in_direct_messages(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start(webhooks=True)
    message = await late_private_result(bot, world, art, mara)
    await bot.wait_for_job("delivered")
    there = Hands(world, await world.dm(mara))
    said = await there.press(mara, message, "Details")
    assert "/imagine prompt: a fox" in description(said)
    for label in ("Again", "Variations"):
        assert shows_images(await there.press(mara, message, label))
    form = await there.open_form(mara, message, "Edit")
    assert shows_images(await there.send_form(mara, form, {"prompt": "a wolf"}))
    form = await there.open_form(mara, message, "Report")
    assert description(await there.send_form(mara, form, {"reason": "x"})).startswith("Thank you.")
    press: Interaction = await world.press(mara, message, label="Delete")
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
