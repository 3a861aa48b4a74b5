"""Several at once: asked first, all or nothing, each with a result of its own and one summary that follows them."""

import asyncio
from collections.abc import Callable

from sandbox.client import Channel, Interaction, InteractionState, Message, SandboxClient, User
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

FOXES = "a {red|green|blue} fox"


async def asked(world: SandboxClient, user: User, channel: Channel, prompt: str = FOXES, **options: object) -> Message:
    """What is asked before anything is made, or why nothing can be."""
    typed = {"prompt": prompt, "size": "square", "alternatives": True, **options}
    return await answer(world, await world.command(user, channel, "imagine", typed), channel, user)


async def answer(world: SandboxClient, to: Interaction, channel: Channel, user: User) -> Message:
    """What is said to a command or a press."""
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == to.id and is_settled(seen), PATIENCE
    )


async def once(world: SandboxClient, channel: Channel, user: User, fits: Callable[[Message], bool]) -> Message:
    """A message that the user sees and that fits."""
    return await world.wait_for_message(channel, user, fits, PATIENCE)


async def summary(world: SandboxClient, channel: Channel, user: User, heading: str) -> Message:
    """The summary, once it says so."""
    return await once(world, channel, user, lambda seen: title(seen) == heading)


async def _is_closed(bot: Bot) -> bool | None:
    [batch] = await bot.sql("SELECT closed_at FROM batches")
    return batch["closed_at"] is not None or None


async def results(world: SandboxClient, channel: Channel, user: User) -> list[Message]:
    """Every message with images."""
    return [message for message in await world.messages(channel, user) if shows_images(message)]


@BOTH_ENGINES
async def test_what_it_needs_is_told_first_then_each_is_posted_and_one_message_sums_up(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    question = await asked(world, mara, art, count=2)
    assert question.ephemeral
    assert title(question) == "Make 6 images?"
    assert description(question) == "**1.** a red fox\n**2.** a green fox\n**3.** a blue fox"
    assert fields(question)["Quota"] == "3 prompts of 2 images each need **6 images** of your quota.\n20 of 20 left"
    assert await bot.jobs() == []
    assert await world.messages(art, ben) == []

    await world.press(mara, question, label="Make 6 images")
    told = await summary(world, art, ben, "3 of 3 ready")
    lines = description(told).splitlines()
    assert [line.rpartition(" · ")[2] for line in lines] == ["red", "green", "blue"]
    shown = await results(world, art, ben)
    assert sorted(
        f"[Ready](https://discord.com/channels/{art.guild_id}/{art.id}/{message.id})" for message in shown
    ) == (sorted(line.split(" ", 1)[1].rpartition(" · ")[0] for line in lines))
    assert [len(message.attachments) for message in shown] == [2, 2, 2]
    assert {message.pinged_ids for message in shown} == {()}
    assert fields(told)["For"] == f"<@{mara.id}>"
    assert {prediction["input"]["prompt"] for prediction in await world.predictions()} == {
        "a red fox", "a green fox", "a blue fox"
    }  # fmt: skip
    assert len({prediction["input"]["seed"] for prediction in await world.predictions()}) == 1
    assert await bot.images_charged() == 6
    assert [job["priority"] for job in await bot.jobs()] == [0, 1, 1]
    assert (await world.message(question)).deleted


async def test_what_does_not_fit_into_the_quota_is_told_and_cannot_be_pressed(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=2)
    question = await asked(world, mara, art)
    assert "They need **3 images** of your quota.\n2 of 2 left" in fields(question)["Quota"]
    assert "leave some alternatives out" in fields(question)["Quota"]
    assert [(button.label, button.disabled) for button in question.buttons] == [
        ("Make 3 images", True),
        ("Cancel", False),
    ]


@BOTH_ENGINES
async def test_all_are_placed_or_none_where_the_quota_was_used_up_meanwhile(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=4)
    one, other = await asked(world, mara, art), await asked(world, mara, art)
    await asyncio.gather(*(world.press(mara, question, label="Make 3 images") for question in (one, other)))
    await summary(world, art, mara, "3 of 3 ready")
    refusal = await once(world, art, mara, lambda seen: title(seen) == "Not enough quota left")
    assert refusal.ephemeral
    assert len(await bot.jobs()) == 3
    assert await bot.images_charged() == 3
    seen = await world.messages(art, ben)
    assert len(seen) == 4  # the summary and three results


async def test_more_than_may_wait_are_refused_as_a_whole(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, waiting_jobs_per_user=2)
    await world.press(mara, await asked(world, mara, art), label="Make 3 images")
    refusal = await once(world, art, mara, lambda seen: title(seen) == "Too many are waiting")
    assert description(refusal) == (
        "You asked for **3** jobs at once, and at most **2** may wait.\nAsk for fewer alternatives."
    )
    assert await bot.jobs() == []


async def test_pressed_twice_it_is_made_once(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start(webhooks=True)
    question = await asked(world, mara, art)
    await asyncio.gather(*(world.press(mara, question, label="Make 3 images") for _ in range(3)))
    await summary(world, art, mara, "3 of 3 ready")
    assert len(await bot.jobs()) == 3
    assert len(await results(world, art, mara)) == 3


async def test_cancel_makes_nothing(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start(webhooks=True)
    question = await asked(world, mara, art)
    await world.press(mara, question, label="Cancel")
    said = await once(world, art, mara, lambda seen: description(seen) == "Nothing was made and nothing was charged.")
    assert said.id == question.id
    assert said.buttons == ()
    assert await bot.jobs() == []


async def test_after_a_restart_it_has_to_be_typed_again_and_that_is_said(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    question = await asked(world, mara, art)
    await bot.stop()
    await bot.start(webhooks=True)
    said = await answer(world, await world.press(mara, question, label="Make 3 images"), art, mara)
    assert said.ephemeral
    assert "Please type `/imagine` again." in description(said)
    assert await bot.jobs() == []


async def test_the_summary_goes_on_after_a_restart_and_names_what_failed(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await world.add_fault("eachlabs.result", "failed", body="The LoRA could not be loaded.")
    await bot.start(webhooks=True)
    await world.press(mara, await asked(world, mara, art), label="Make 3 images")
    begun = await once(world, art, mara, lambda seen: description(seen).count("Being made") == 3)
    assert title(begun) == "0 of 3 ready"
    await bot.stop()
    await world.set_eachlabs(hold=False)
    await bot.start(webhooks=True)
    told = await summary(world, art, mara, "2 of 3 ready")
    told = await once(world, art, mara, lambda seen: seen.id == begun.id and "**No image**: " in description(seen))
    assert description(told).count("[Ready]") == 2
    assert "given back" in told.embeds[0]["footer"]["text"]
    assert await bot.images_charged() == 2
    await eventually(lambda: _is_closed(bot))
    await bot.stop()
    edits = (await world.message(told)).edits
    await bot.start(webhooks=True)  # what is over is not touched again
    asked_for = await world.command(mara, art, "quota")
    await answer(world, asked_for, art, mara)
    await bot.stop()
    assert (await world.message(told)).edits == edits


async def test_private_ones_are_shown_to_their_user_alone(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    await world.press(mara, await asked(world, mara, art, private=True), label="Make 3 images")
    told = await summary(world, art, mara, "3 of 3 ready")
    assert told.ephemeral
    shown = await results(world, art, mara)
    assert [message.ephemeral for message in shown] == [True] * 3
    assert await world.messages(art, ben) == []


async def test_when_the_answers_quarter_of_an_hour_is_over_the_summary_is_edited_in_the_channel(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await world.press(mara, await asked(world, mara, art), label="Make 3 images")
    begun = await once(world, art, mara, lambda seen: description(seen).count("Being made") == 3)
    await bot.sql("UPDATE jobs SET reply_expires_at = 1, created_at = created_at - 100000")
    await world.advance_clock(901)
    await world.set_eachlabs(hold=False)
    told = await summary(world, art, mara, "3 of 3 ready")
    assert told.id == begun.id
    ready = await once(world, art, mara, lambda seen: seen.content == f"<@{mara.id}> 3 of 3 ready.")
    assert mara.id in ready.pinged_ids


async def test_one_of_several_can_be_cancelled_in_the_queue_and_made_again(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await world.press(mara, await asked(world, mara, art), label="Make 3 images")
    await bot.wait_for_job("running")
    queue = await answer(world, await world.command(mara, art, "queue"), art, mara)
    assert description(queue).count("\n-# ") == 3
    await world.press(mara, queue, label="Cancel 3")
    await bot.wait_for_job("cancelled", number=2)
    await world.set_eachlabs(hold=False)
    told = await summary(world, art, mara, "2 of 3 ready")
    assert "Cancelled · blue" in description(told)
    first = (await results(world, art, mara))[0]
    press = await world.press(mara, first, label="Again")
    assert shows_images(
        await once(world, art, mara, lambda seen: seen.interaction_id == press.id and shows_images(seen))
    )


async def test_faulty_alternatives_are_refused_at_once(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    said = await asked(world, mara, art, "a {red|{green|blue}} fox")
    assert said.ephemeral
    assert "Braces cannot stand in braces" in description(said)
    assert "more than 10 prompts" in description(await asked(world, mara, art, "{1|2|3|4} {a|b|c}"))
    assert "has no alternatives" in description(await asked(world, mara, art, "a fox"))
    assert "leave it out" in description(await asked(world, mara, art, safety=False))
    assert await bot.jobs() == []


async def test_without_the_option_braces_are_sent_as_they_are(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    interaction = await world.command(mara, art, "imagine", {"prompt": FOXES, "size": "square"})
    await world.wait_for_interaction(interaction, lambda now: now.state is InteractionState.ANSWERED, PATIENCE)
    await bot.wait_for_job("delivered")
    [prediction] = await world.predictions()
    assert prediction["input"]["prompt"] == FOXES
