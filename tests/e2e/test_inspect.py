"""What an image says is read back, ours and other tools', and one like it is a press away."""

import base64
import json
import struct
import zlib
from typing import Any

import pytest
from PIL.PngImagePlugin import PngInfo

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, fields, is_settled, shows_images, title
from tests.media.metadata.support import picture, png_chunk

A1111 = (
    "a fox in snow <lora:inky:0.8>\nNegative prompt: blurry\n"
    "Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 99, Size: 832x1216, Model: sdxl"
)
SAYS_NOTHING = "This image does not say how it was made."


def upload(data: bytes, name: str = "image.png") -> dict[str, str]:
    """An attachment option."""
    return {"filename": name, "content_base64": base64.b64encode(data).decode()}


def png(**texts: str) -> bytes:
    """A PNG that says something."""
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    return picture("PNG", pnginfo=info)


async def answer(world: SandboxClient, channel: Channel, user: User, asked: Interaction) -> Message:
    """What the bot says to it."""
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == asked.id and is_settled(seen), PATIENCE
    )


async def inspect(world: SandboxClient, channel: Channel, user: User, **options: Any) -> Message:
    """Run `/inspect`."""
    return await answer(world, channel, user, await world.command(user, channel, "inspect", options))


async def test_our_own_image_is_told_in_full_and_made_again_exactly(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True)
    made = await imagine(prompt="a *fox*", seed=7, steps=30, format="png", lora="https://example.com/inky.safetensors")
    asked = await world.use_message_command(ben, made, "Inspect image")
    told = await answer(world, art, ben, asked)
    assert told.ephemeral
    assert title(told) == "How this image was made"
    assert description(told) == "a \\*fox\\*\n-# Written into it by fluxcord."
    assert fields(told) == {
        "Model": "FLUX.1 LoRA",
        "Size": "512 × 512",
        "Seed": "`7`",
        "Steps": "30",
        "Guidance": "3.5",
        "LoRAs": "https://example.com/inky.safetensors × 1",
        "Options": "format png",
    }
    line = (
        "/imagine prompt: a *fox* model: flux-lora size: square seed: 7 steps: 30 guidance: 3.5 "
        "lora: https://example.com/inky.safetensors lora_scale: 1 format: png"
    )
    assert line in told.embeds[1]["description"]
    again = await answer(world, art, ben, await world.press(ben, told, label="Make again"))
    assert shows_images(again)
    assert not again.ephemeral
    one, other = (prediction["input"] for prediction in await world.predictions())
    assert one == {**other, "guidance_scale": 3.5} or other == {**one, "guidance_scale": 3.5}
    assert (await bot.jobs())[1]["user_id"] == ben.id


async def test_make_again_pressed_twice_makes_one(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    made = await imagine()
    told = await answer(world, art, mara, await world.use_message_command(mara, made, "Inspect image"))
    for press in [await world.press(mara, told, label="Make again") for _ in range(2)]:
        await world.wait_for_interaction(press, timeout_s=PATIENCE)
    await bot.wait_for_job("delivered", number=1)
    assert len(await bot.jobs()) == 2


async def test_make_again_works_after_a_restart(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start(webhooks=True)
    told = await inspect(world, art, mara, image=upload(png(parameters=A1111)))
    await bot.stop()
    await bot.start(webhooks=True)
    again = await answer(world, art, mara, await world.press(mara, told, label="Make again"))
    assert shows_images(again)


async def test_what_another_tool_wrote_is_told_and_what_cannot_be_taken_over_is_named(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    told = await inspect(world, art, mara, image=upload(png(parameters=A1111)))
    assert description(told) == "a fox in snow\n-# Written into it by AUTOMATIC1111."
    assert fields(told) == {
        "Negative prompt": "blurry",
        "Model": "sdxl",
        "Size": "832 × 1216\n-# this file: 33 × 21",
        "Seed": "`99`",
        "Steps": "20",
        "Guidance": "7",
        "Sampler": "Euler",
        "LoRAs": "inky × 0.8",
    }
    assert told.embeds[1]["description"] == (
        "Press Make again, or paste this and change it:\n"
        "```\n/imagine prompt: a fox in snow model: flux-lora size: portrait_4_3 seed: 99 steps: 20 guidance: 7\n```"
        "\n-# Not taken over with FLUX.1 LoRA: the negative prompt, the sampler, the LoRAs."
    )
    again = await answer(world, art, mara, await world.press(mara, told, label="Make again"))
    assert shows_images(again)
    [prediction] = await world.predictions()
    assert (prediction["input"]["prompt"], prediction["input"]["seed"]) == ("a fox in snow", 99)


async def test_comfyuis_graph_is_told(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    inputs = {"seed": 5, "steps": 9, "positive": ["2", 0], "latent_image": ["3", 0]}
    graph = {
        "1": {"class_type": "KSampler", "inputs": inputs},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
    }
    await bot.start(webhooks=True)
    told = await inspect(world, art, mara, image=upload(png(prompt=json.dumps(graph))))
    assert description(told) == "a fox\n-# Written into it by ComfyUI."
    assert (fields(told)["Seed"], fields(told)["Steps"]) == ("`5`", "9")


async def test_a_private_images_settings_are_made_again_in_private(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    made = await imagine(private=True)
    [image] = made.attachments
    told = await inspect(world, art, mara, image=upload(await world.download(image), "saved.jpg"))
    assert "private: True" in told.embeds[1]["description"]
    again = await answer(world, art, mara, await world.press(mara, told, label="Make again"))
    assert again.ephemeral
    assert await world.messages(art, ben) == []


async def test_a_link_to_a_message_is_followed_and_its_images_can_be_chosen(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    made = await imagine(count=2, format="png")
    link = f"https://discord.com/channels/{art.guild_id}/{art.id}/{made.id}"
    told = await inspect(world, art, mara, message=link, number=2)
    assert description(told).endswith("-# Image 2 of 2")
    too_many = await inspect(world, art, mara, message=link, number=3)
    assert description(too_many) == "That message shows fewer images."


async def test_somebodys_upload_is_read_through_its_menu_though_a_link_to_it_shows_the_bot_nothing(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    """Discord hides the files of others' messages from applications without the privileged intent."""
    await bot.start(webhooks=True)
    said = await world.say(ben, art, "look", files=[upload(png(parameters=A1111))])
    told = await answer(world, art, mara, await world.use_message_command(mara, said, "Inspect image"))
    assert description(told).startswith("a fox in snow")
    told = await inspect(world, art, mara, message=f"https://discord.com/channels/{art.guild_id}/{art.id}/{said.id}")
    assert "open its menu and choose Apps, then Inspect image" in description(told)


async def test_a_link_leads_nowhere_that_its_reader_may_not_go(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    guild = await world.guild()
    hidden = await world.add_channel(guild, "hidden")
    made = await imagine(channel=hidden)
    link = f"https://discord.com/channels/{guild.id}/{hidden.id}/{made.id}"
    assert title(await inspect(world, art, mara, message=link)) == "How this image was made"
    await world.set_permissions(hidden, deny=["view_channel"], user=ben)
    told = await inspect(world, art, ben, message=link)
    assert description(told).startswith("I look at messages of this server only, in channels that you can read.")
    elsewhere = await world.add_guild("Elsewhere", ben)
    away = await world.add_channel(elsewhere, "away")
    told = await inspect(world, away, ben, message=f"https://discord.com/channels/{guild.id}/{art.id}/{made.id}")
    assert description(told).startswith("I look at messages of this server only")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://example.com/channels/1/2/3", "That is no link to a message."),
        ("https://discord.com/channels/{guild}/{channel}/123456789012345678", "I cannot see that message."),
    ],
)
async def test_a_link_to_nothing_is_told_so(
    link: str, said: str, bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    told = await inspect(world, art, mara, message=link.format(guild=art.guild_id, channel=art.id))
    assert description(told).startswith(said)


async def test_what_is_broken_hostile_or_silent_gets_one_sentence(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    bomb = png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(40 << 20), 9))
    whole = picture("PNG")
    huge = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0))
    damaged = "This file is damaged, or no PNG, JPEG or WebP"
    for data, name, said in (
        (whole, "a.png", SAYS_NOTHING),
        (whole[:33] + bomb + whole[33:], "a.png", SAYS_NOTHING),
        (huge + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b""), "a.png", SAYS_NOTHING),
        (whole[:60], "a.png", damaged),
        (b"<html>", "a.png", damaged),
        (b"words", "a.txt", "I see no PNG, JPEG or WebP there."),
    ):
        told = await inspect(world, art, mara, image=upload(data, name))
        assert description(told).startswith(said), name
        assert told.ephemeral
    told = await inspect(world, art, mara)
    assert description(told).startswith("Upload a picture with the option `image`")


async def test_a_prompt_too_long_for_a_button_comes_as_a_file(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    told = await inspect(world, art, mara, image=upload(png(parameters=f"{'fox ' * 900}\n{A1111.splitlines()[-1]}")))
    assert told.buttons == ()
    [file] = told.attachments
    assert (await world.download(file)).decode().startswith("/imagine prompt: fox fox")


async def test_what_is_written_into_an_image_pings_nobody_and_draws_nothing(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    evil = f"@everyone <@{ben.id}> ```x``` [a](https://example.com) **bold**\n{A1111.splitlines()[-1]}"
    told = await inspect(world, art, mara, image=upload(png(parameters=evil)))
    assert told.pinged_ids == ()
    assert told.mention_ids == ()
    assert "\\*\\*bold\\*\\*" in description(told)
    assert told.buttons == ()  # a line with such a fence could not be read back


async def test_make_again_obeys_the_quota(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    made = await imagine()
    told = await answer(world, art, mara, await world.use_message_command(mara, made, "Inspect image"))
    press = await world.press(mara, told, label="Make again")
    refusal = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == press.id and seen.ephemeral and is_settled(seen), PATIENCE
    )
    assert title(refusal) == "Your quota is used up for now"
