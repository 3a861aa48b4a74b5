"""What is posted says how it was made, in the forms that other tools read; unless its user or server is against it."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from media.metadata.reading import read
from media.metadata.recipe import Adapter, Recipe, Tool
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, shows_images

OFF = "Image data: off"
LORA = "https://example.com/inky.safetensors?token=secret-key"


async def posted(world: SandboxClient, message: Message) -> list[bytes]:
    """Its images as anybody can save them."""
    return [await world.download(each) for each in message.attachments if each.width]


def says(data: bytes) -> Recipe:
    """What an image says."""
    found = read(data).recipe
    assert found is not None
    return found


def parameters(data: bytes) -> str:
    """AUTOMATIC1111's text, found by Pillow."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        if isinstance(picture, PngImageFile):
            return str(picture.text["parameters"])
        raw: bytes = picture.getexif().get_ifd(0x8769)[0x9286]
        return raw.removeprefix(b"UNICODE\0").decode("utf-16-be")


async def test_every_image_says_how_it_was_made_and_which_one_it_is(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(prompt="ein Füchslein 🦊", count=2, seed=7, format="png", lora=LORA, lora_scale=0.8)
    [job] = await bot.jobs()
    images = await posted(world, message)
    assert [says(image).image for image in images] == [1, 2]
    assert says(images[0]) == Recipe(
        tool=Tool.FLUXCORD,
        prompt="ein Füchslein 🦊",
        model="flux-lora",
        title="FLUX.1 LoRA",
        seed=7,
        steps=28,
        guidance=3.5,
        width=512,
        height=512,
        adapters=(Adapter(source="https://example.com/inky.safetensors", scale=0.8),),
        settings={"size": "square", "count": 2, "format": "png"},
        job=job["id"],
        image=1,
        made_at=job["completed_at"] // 1000 * 1000,
    )
    assert parameters(images[0]) == (
        "ein Füchslein 🦊 <lora:inky:0.8>\n"
        "Steps: 28, CFG scale: 3.5, Seed: 7, Size: 512x512, Model: FLUX.1 LoRA, Version: fluxcord"
    )


@pytest.mark.parametrize(("model", "form"), [("flux-lora", "jpeg"), ("flux-2-lora", "png"), ("flux-2-lora", "webp")])
async def test_every_format_carries_it(model: str, form: str, bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await bot.start(webhooks=True)
    message = await imagine(model=model, format=form, seed=7)
    [image] = await posted(world, message)
    assert (read(image).format, says(image).prompt, says(image).seed) == (form, "a fox", 7)
    assert parameters(image).startswith("a fox\n")


async def test_who_asked_for_it_and_keys_are_not_in_it(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(format="png", lora=LORA)
    [image] = await posted(world, message)
    secrets = [mara.name, str(mara.id), str(art.id), str(art.guild_id), "secret-key", "sandbox-eachlabs-key"]
    assert [secret for secret in secrets if secret.encode() in image] == []


@pytest.mark.parametrize(("limit", "is_smaller"), [(200_000, False), (74_000, True)])
async def test_images_that_had_to_be_encoded_again_or_made_smaller_say_it_too(
    limit: int, *, is_smaller: bool, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_discord(attachment_size_limit=limit)
    await bot.start(webhooks=True)
    [image] = await posted(world, await imagine(format="png"))
    assert (read(image).format, read(image).width < 512) == ("jpeg", is_smaller)
    assert (says(image).prompt, says(image).width) == ("a fox", 512)  # as it was made


async def test_the_size_limit_holds_with_what_is_written(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    """As they are they fit into one message, and with the texts they would not: these are longer than the margin."""
    await world.set_discord(attachment_size_limit=700_000)
    await world.set_results(noise_bytes=155_000)
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "🦊" * 1000, "size": "square", "format": "png", "count": 4})
    await bot.wait_for_job("delivered")
    messages = [message for message in await world.messages(art, mara) if shows_images(message)]
    images = [image for message in messages for image in await posted(world, message)]
    assert [says(image).image for image in images] == [1, 2, 3, 4]
    assert "Re-encoded so that this channel takes it." in description(messages[0])
    assert [request for request in await world.requests() if request.error_code == 40005] == []


async def test_where_the_texts_would_take_much_of_the_room_the_image_goes_first(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=150_000)
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "🦊" * 3000, "size": "square", "count": 1})
    message = await world.wait_for_message(art, mara, shows_images, PATIENCE)
    [image] = await posted(world, message)
    assert read(image).recipe is None


async def switch_off(world: SandboxClient, channel: Channel, user: User, **options: bool) -> None:
    """In `/settings`, where the switch goes round."""
    asked = await world.command(user, channel, "settings", options)
    panel = await world.wait_for_message(channel, user, lambda seen: seen.interaction_id == asked.id, PATIENCE)
    while (label := next(each.label for each in panel.buttons if str(each.label).startswith("Image data"))) != OFF:
        await world.press(user, panel, label=label)
        panel = await _edited(world, channel, user, panel)


async def _edited(world: SandboxClient, channel: Channel, user: User, before: Message) -> Message:
    return await world.wait_for_message(
        channel, user, lambda seen: seen.id == before.id and seen.edits > before.edits, PATIENCE
    )


async def test_a_member_can_switch_it_off_for_their_own_images(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    await switch_off(world, art, mara)
    [hers] = await posted(world, await imagine(mara, seed=7))
    [his] = await posted(world, await imagine(ben, seed=7))
    assert read(hers).recipe is None
    assert b"Exif" not in hers
    assert says(his).seed == 7


async def test_a_server_can_switch_it_off_for_all(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True)
    await switch_off(world, art, await world.user("Ada"), server=True)
    [image] = await posted(world, await imagine(ben))
    assert read(image).recipe is None


async def test_what_is_kept_stays_what_the_service_sent_and_the_copies_go(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "a fox", "size": "square"})
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_permissions(art, deny=["send_messages"])
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("undelivered")
    [kept] = await asyncio.to_thread(_files, bot, job)
    assert read(kept).recipe is None
    asked = await world.command(mara, art, "history")
    listed = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == asked.id and seen.buttons != (), PATIENCE
    )
    press = await world.press(mara, listed, label="Show 1")
    message = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == press.id and shows_images(seen), PATIENCE
    )
    [image] = await posted(world, message)
    assert says(image).prompt == "a fox"


def _files(bot: Bot, job: dict[str, Any]) -> list[bytes]:
    folder = bot.folder / "results" / job["id"]
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
