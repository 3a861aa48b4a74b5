"""Where, what and by whom images may be ordered: told at once, in words that say what is allowed; it costs nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest

from jobs.servers.rules import EVERYWHERE, MakeRules, Pause, PlaceRules, ServerRules
from sandbox.client import Channel, Guild, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.histories import all_delivered, history, opened
from tests.e2e.presses import Hands, texts_of
from tests.e2e.servers import give
from tests.e2e.support import Bot, description, fields, is_settled, shows_images

ONE = frozenset({"flux-lora"})
TWO = frozenset({"flux-2-lora"})


async def told(imagine: Imagine, channel: Channel | None = None, **options: Any) -> str:
    """What a refused `/imagine` says, to its user alone."""
    refusal = await imagine(channel=channel, until=is_settled, **options)
    assert refusal.ephemeral
    assert not shows_images(refusal)
    return description(refusal)


async def again(world: SandboxClient, user: User, message: Message, label: str = "Again") -> str:
    """What a refused press says, to its user alone."""
    refusal = await Hands(world, await world.channel("art")).press(user, message, label)
    assert refusal.ephemeral
    return description(refusal)


async def restart(bot: Bot, guild_id: int, rules: ServerRules) -> None:
    await bot.stop()
    await bot.decide(guild_id, rules)
    await bot.start(webhooks=True)


async def test_where_images_are_made_holds_for_commands_buttons_threads_and_posting_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, art: Channel, mara: User
) -> None:
    studio = await world.add_channel(garden, "studio")
    await bot.start(webhooks=True)
    old = await imagine()
    await all_delivered(bot)
    await restart(bot, garden.id, ServerRules(places=PlaceRules(allowed=frozenset({studio.id}))))
    sentence = f"Images are made in <#{studio.id}> here: go there, and try again."
    assert await told(imagine) == sentence
    assert await again(world, mara, old) == sentence
    assert await again(world, mara, old, "Variations") == sentence
    assert await again(world, mara, old, "Edit") == sentence
    shown = await opened(world, art, mara, await history(world, art, mara))
    assert await again(world, mara, shown, "Post again") == sentence
    thread = await world.add_thread(studio, "night shift", mara)
    assert shows_images(await imagine(channel=thread))
    await restart(bot, garden.id, ServerRules(places=PlaceRules(denied=frozenset({studio.id}))))
    assert shows_images(await imagine())
    assert (await told(imagine, thread)).startswith("No images are made in this channel: go to another one")
    assert await bot.images_charged() == 3


async def test_a_category_holds_for_its_channels(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, art: Channel
) -> None:
    category = await world.add_category(garden, "Quiet")
    inside = await world.add_channel(garden, "library", category=category)
    await bot.decide(garden.id, ServerRules(places=PlaceRules(denied=frozenset({category.id}))))
    await bot.start(webhooks=True)
    assert (await told(imagine, inside)).startswith("No images are made in this channel")
    assert shows_images(await imagine(channel=art))


async def test_a_model_that_is_not_allowed_is_refused_and_another_one_is_the_default(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    old = await imagine(model="flux-lora")
    await restart(bot, garden.id, ServerRules(make=MakeRules(models=TWO)))
    sentence = "**FLUX.1 LoRA** is not allowed here: choose FLUX.2 LoRA with `/imagine` and its option `model`."
    assert (await told(imagine, model="flux-lora")).startswith(sentence)
    for label in ("Again", "Variations", "Edit"):
        assert (await again(world, mara, old, label)).startswith(sentence)
    assert fields(await imagine())["Model"] == "FLUX.2 LoRA"
    choices = await world.autocomplete(mara, art, "lora add", {"name": "x", "source": "x", "model": ""}, "model")
    assert [choice.value for choice in choices] == ["flux-2-lora"]
    sent = await world.command(mara, art, "help")
    helped = await Hands(world, art).answer(sent, mara)
    assert "FLUX.2 LoRA (taken when you choose none)" in fields(helped)
    assert not any("FLUX.1" in name for name in fields(helped))


async def test_count_and_size_are_within_what_is_allowed_also_where_nobody_chose_them(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    old = await imagine(count=4, size="square_hd")
    await restart(bot, garden.id, ServerRules(make=MakeRules(largest_count=2, largest_side=768)))
    assert await told(imagine, count=3, size="square_hd") == (
        "• 'square_hd' is larger than what is made here: choose square.\n"
        "• `count` 3 is out of bounds here: choose 1 to 2."
    )
    assert await told(imagine, model="flux-2-lora", size="square", prompt="x" * 3, count=3) == (
        "• `count` 3 is out of bounds here: choose 1 to 2."
    )
    assert (await again(world, mara, old)).startswith("At most 2 images at once are made here, and this asks for 4")
    hands = Hands(world, art)
    form = await hands.open_form(mara, old, "Edit")
    smaller = await hands.send_form(mara, form, {"count": "2", "size": ""})
    assert shows_images(smaller)
    assert texts_of(form)["size"] == "1024 x 1024"
    assert fields(smaller)["Size"].startswith("512 × 512")
    await bot.stop()
    await bot.start(webhooks=True)
    options = {"prompt": "a fox"}
    sent = await world.command(mara, art, "imagine", options)
    assert fields(await hands.answer(sent, mara))["Size"].startswith("512 × 512")
    sides = await world.autocomplete(mara, art, "imagine", {"prompt": "x", "width": "7"}, "width")
    assert [choice.value for choice in sides] == [704, 736, 768]
    many = await hands.press(mara, smaller, "Variations")
    assert shows_images(many)
    assert len(many.attachments) == 2


async def test_where_nothing_is_private_whoever_wants_it_so_is_told_what_to_do(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    old = await imagine(private=True)
    await bot.stop()
    await bot.sql(
        "INSERT INTO defaults (owner_kind, owner_id, options, changed_at) VALUES ('user', ?, ?, 0)",
        mara.id,
        '{"private": true}',
    )
    await bot.decide(garden.id, ServerRules(make=MakeRules(private=False)))
    await bot.start(webhooks=True)
    sentence = (
        "Everybody sees what is made here, private images are switched off: use `/imagine` with `private: False`."
    )
    assert (await told(imagine, private=True)).startswith(sentence)
    assert (await told(imagine)).startswith(sentence)  # a default of their own is not made public either
    assert (await again(world, mara, old)).startswith(sentence)
    assert not (await imagine(private=False)).ephemeral
    await world.set_permissions(art, deny=["attach_files"])
    assert "private: True" not in await told(imagine, private=False)  # no way around a lack of permissions


@pytest.mark.parametrize("reason", ["", "we move **house**"])
async def test_while_a_server_is_paused_nothing_is_ordered_and_the_reason_is_told(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, mara: User, reason: str
) -> None:
    await bot.start(webhooks=True)
    old = await imagine()
    await restart(bot, garden.id, ServerRules(pause=Pause(by=1, at=1, reason=reason)))
    for sentence in (await told(imagine), await again(world, mara, old), await again(world, mara, old, "Edit")):
        assert sentence.startswith("Making images is paused in this server")
        assert ("we move \\*\\*house\\*\\*" in sentence) == bool(reason)
    await restart(bot, garden.id, ServerRules())
    assert shows_images(await imagine())


async def test_the_operators_rules_hold_in_every_server_and_outside_of_them(
    bot: Bot, imagine: Imagine, world: SandboxClient, garden: Guild, mara: User
) -> None:
    strict = ServerRules(make=MakeRules(models=ONE, largest_count=1, private=False))
    await bot.decide(EVERYWHERE, strict)
    await bot.decide(garden.id, ServerRules(make=MakeRules(largest_count=3)))
    await bot.start(webhooks=True)
    for place in (None, await world.dm(mara)):
        assert "choose 1" in await told(imagine, place, count=2)
        assert "is not allowed here" in await told(imagine, place, model="flux-2-lora")
        assert "private images are switched off" in await told(imagine, place, private=True)
    await bot.stop()
    await bot.decide(EVERYWHERE, replace(strict, pause=Pause(by=0, at=1)))
    await bot.start(webhooks=True)
    assert (await told(imagine)).startswith("The bot is paused by whoever runs it.")
    assert await bot.jobs() == []


async def test_where_no_allowed_model_is_on_offer_that_is_said(bot: Bot, imagine: Imagine, garden: Guild) -> None:
    await bot.decide(garden.id, ServerRules(make=MakeRules(models=frozenset({"retired"}))))
    await bot.start(webhooks=True)
    assert (await told(imagine)).startswith("None of the models that are allowed here is on offer right now.")


async def test_alternatives_obey_the_rules_of_the_moment_when_make_is_pressed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    question = await imagine(prompt="a {red|blue} fox", alternatives=True, until=lambda seen: bool(seen.buttons))
    await Hands(world, art).answer(await world.command(ada, art, "admin pause"), ada)
    refusal = await Hands(world, art).press(mara, question, "Make 2 images")
    assert description(refusal).startswith("Making images is paused in this server")
    assert await bot.jobs() == []


async def test_a_job_remembers_the_roles_of_its_user(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User
) -> None:
    roles = [await give(world, mara, name) for name in ("Second", "First")]
    await bot.start(webhooks=True)
    await imagine()
    await imagine(ben)
    kept = [json.loads(job["roles"]) for job in await bot.jobs()]
    assert kept == [sorted(role.id for role in roles), []]
