"""What the menu of a message offers: Image settings, Make again, Report image."""

import asyncio

import pytest

from sandbox.client import Channel, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.presses import Hands
from tests.e2e.support import PATIENCE, Bot, description, shows_images

MENUS = ["Image settings", "Make again", "Report image"]


@pytest.fixture
def hands(world: SandboxClient, art: Channel) -> Hands:
    return Hands(world, art)


async def use(hands: Hands, user: User, message: Message, name: str) -> Message:
    """What an entry is answered with."""
    return await hands.answer(await hands.world.use_message_command(user, message, name), user)


async def test_everybody_sees_the_settings_of_a_result(bot: Bot, imagine: Imagine, hands: Hands, ben: User) -> None:
    await bot.start(webhooks=True)
    said = await use(hands, ben, await imagine(seed=5), "Image settings")
    assert said.ephemeral
    assert "/imagine prompt: a fox model: flux-lora size: square seed: 5" in description(said)


async def test_the_settings_are_found_by_every_message_of_a_job(
    bot: Bot, world: SandboxClient, hands: Hands, art: Channel, mara: User, ben: User
) -> None:
    """The result that came late, and the stale response that says where it is: neither buttons nor an embed."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "a fox", "size": "square", "seed": 5})
    await bot.wait_for_job("running")
    await world.advance_clock(901)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    stale = await world.wait_for_message(art, ben, lambda seen: "answered here" in seen.content, PATIENCE)
    late = await world.wait_for_message(art, ben, shows_images, PATIENCE)
    for message in (stale, late):
        said = await use(hands, ben, message, "Image settings")
        assert "seed: 5" in description(said)
    await bot.stop()
    await bot.start(webhooks=True)
    assert "seed: 5" in description(await use(hands, ben, stale, "Image settings"))


async def test_a_message_that_shows_nothing_is_known_by_what_was_noted_of_it(
    bot: Bot, world: SandboxClient, hands: Hands, art: Channel, mara: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.delivery.notice.LONG", 0)
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "a fox", "size": "square", "seed": 5})
    notice = await world.wait_for_message(art, ben, lambda seen: "image is ready" in seen.content, PATIENCE)
    await bot.wait_for_job("delivered")
    said = await use(hands, ben, notice, "Image settings")
    assert "seed: 5" in description(said)
    form = await hands.shown(await world.use_message_command(ben, notice, "Report image"))
    assert description(await hands.send_form(ben, form, {"reason": "x"})).startswith("Thank you.")
    assert shows_images(await use(hands, ben, notice, "Make again"))


async def test_make_again_is_paid_by_whoever_asks_and_is_made_once_with_the_button(
    bot: Bot, imagine: Imagine, world: SandboxClient, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await asyncio.gather(
        world.use_message_command(ben, first, "Make again"),
        world.use_message_command(ben, first, "Make again"),
        world.press(ben, first, label="Again"),
    )
    job = await bot.wait_for_job("delivered", number=1)
    assert job["user_id"] == ben.id
    assert len(await bot.jobs()) == 2
    assert len(await world.predictions()) == 2


async def test_an_image_is_reported_from_its_menu(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    form = await hands.shown(await world.use_message_command(ben, first, "Report image"))
    said = await hands.send_form(ben, form, {"reason": "not a fox"})
    assert description(said).startswith("Thank you.")
    [report] = await bot.sql("SELECT user_id, reason FROM reports")
    assert report == {"user_id": ben.id, "reason": "not a fox"}


@pytest.mark.parametrize("name", MENUS)
async def test_messages_of_others_are_none_of_the_bots(
    name: str, bot: Bot, world: SandboxClient, hands: Hands, mara: User, ben: User, art: Channel
) -> None:
    await bot.start(webhooks=True)
    written = await world.say(mara, art, "a fox of mine")
    said = await use(hands, ben, written, name)
    assert said.ephemeral
    assert description(said) == ("This works on messages of mine only: choose one that shows an image I have made.")


@pytest.mark.parametrize("name", MENUS)
async def test_they_work_after_a_restart_and_for_another_servers_members_not_at_all(
    name: str, bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await bot.stop()
    await bot.sql("UPDATE jobs SET guild_id = guild_id + 1")
    await bot.start(webhooks=True)
    used = await world.use_message_command(ben, first, name)
    if name == "Report image":
        said = await hands.send_form(ben, await hands.shown(used), {"reason": "not a fox"})
    else:
        said = await hands.answer(used, ben)
    assert said.ephemeral
    assert "record is not kept any more" in description(said)
    state = (await world.interaction(used)).state
    assert state in {InteractionState.ANSWERED, InteractionState.DELETED}
    assert len(await bot.jobs()) == 1
