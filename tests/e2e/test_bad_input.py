"""What is wrong with a command is told at once, to its user alone, and costs nothing."""

from typing import Any

import pytest

from sandbox.client import Channel, Message, Refused, SandboxClient, User
from tests.e2e.support import PATIENCE, UNSAFE, Bot, description, title

URL = "https://example.com/style.safetensors"
NO_SIDES = (
    "`width` and `height` cannot be chosen with FLUX.1 LoRA: choose a `size` instead, "
    "or FLUX.2 LoRA with `model`, which takes them."
)
FLUX_1, FLUX_2 = {"model": "flux-lora"}, {"model": "flux-2-lora"}
EACH_FAULT = [
    (FLUX_1 | {"prompt": "   "}, ["The prompt is empty: describe the image in at least one word."]),
    (FLUX_2 | {"steps": 3}, ["`steps` 3 is out of bounds for FLUX.2 LoRA: choose 4 to 50."]),
    (FLUX_2 | {"guidance": 20.5}, ["`guidance` 20.5 is out of bounds for FLUX.2 LoRA: choose 0 to 20."]),
    (FLUX_2 | {"seed": 0}, ["`seed` 0 is out of bounds for FLUX.2 LoRA: choose at least 1."]),
    (FLUX_1 | {"format": "webp"}, ["`format` 'webp' is unknown to FLUX.1 LoRA: choose jpeg or png."]),
    (FLUX_1 | {"speed": "high"}, ["FLUX.1 LoRA has no `speed`: leave it out."]),
    (FLUX_1 | {"expand_prompt": True}, ["FLUX.1 LoRA has no `expand_prompt`: leave it out."]),
    (
        FLUX_1 | {"width": 1024, "height": 1024},
        [NO_SIDES],
    ),
    (
        FLUX_2 | {"height": 1024},
        ["`width` and `height` go together: add `width`, 512 to 2048 in steps of 32."],
    ),
    (
        FLUX_2 | {"width": 1000, "height": 512},
        ["`width` 1000 is out of bounds for FLUX.2 LoRA: choose 512 to 2048 in steps of 32."],
    ),
    (
        FLUX_2 | {"size": "square", "width": 512, "height": 512},
        ["`size` and `width`/`height` exclude each other: leave out the one or the others."],
    ),
    (
        FLUX_1 | {"lora": "owner/repo"},
        ["`lora` is nothing to load for FLUX.1 LoRA: give a public https:// link without a password."],
    ),
    (FLUX_1 | {"lora": URL, "lora2": URL}, ["FLUX.1 LoRA takes at most one LoRA: leave out `lora2`."]),
    (FLUX_2 | {"lora_scale": 1}, ["`lora_scale` needs a LoRA: add `lora`, or leave the scale out."]),
    (
        FLUX_2 | {"lora": URL, "lora_scale": 4.5},
        ["`lora_scale` 4.5 is out of bounds for FLUX.2 LoRA: choose 0 to 4."],
    ),
    (
        FLUX_1 | {"prompt": " ", "width": 512, "steps": 50, "speed": "none", "lora": "ftp://x", "lora2": "a/b"},
        [
            "The prompt is empty: describe the image in at least one word.",
            NO_SIDES,
            "`lora` is nothing to load for FLUX.1 LoRA: give a public https:// link without a password.",
            "FLUX.1 LoRA takes at most one LoRA: leave out `lora2`.",
            "FLUX.1 LoRA has no `speed`: leave it out.",
        ],
    ),
]  # fmt: skip
NO_LORAS = [
    "http://example.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://10.0.0.7/x", "https://nas.local/x",
    "https://[::1]/x", "https://user:pass@example.com/x", "https://2130706433/x", "file:///etc/passwd",
    "data:text/plain,x", "../../etc/passwd",
]  # fmt: skip


async def refused(world: SandboxClient, user: User, channel: Channel, options: dict[str, Any]) -> Message:
    """The answer to a command that should be refused; it must be its user's alone."""
    interaction = await world.command(user, channel, "imagine", {"prompt": "a fox"} | options)
    answered = await world.wait_for_interaction(interaction, timeout_s=PATIENCE)
    assert answered.ephemeral
    assert answered.original_message_id is not None
    message = await world.message(answered.original_message_id)
    assert not message.loading
    return message


async def nothing_happened(bot: Bot, world: SandboxClient) -> bool:
    """Whether nothing was ordered, sent, charged, or said to others."""
    return (
        await bot.jobs() == []
        and await bot.images_charged() == 0
        and await world.image_requests("eachlabs") == []
        and await world.image_requests("aimlapi") == []
        and await world.messages(await world.channel("art"), await world.user("Ben")) == []
    )


@pytest.mark.parametrize(("options", "sentences"), EACH_FAULT)
async def test_each_fault_is_told_with_what_is_allowed_and_costs_nothing(
    options: dict[str, Any], sentences: list[str], bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    message = await refused(world, mara, art, options)
    assert description(message) == "\n".join(f"• {sentence}" for sentence in sentences)
    assert title(message) == ("One thing to change" if len(sentences) == 1 else f"{len(sentences)} things to change")
    assert message.embeds[0]["footer"]["text"] == "Nothing was made and nothing was charged."
    assert message.pinged_ids == ()
    assert await nothing_happened(bot, world)


async def test_a_lora_that_is_no_public_link_is_refused_in_whatever_form(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    told = "• `lora` is nothing to load for FLUX.2 LoRA: give a public https:// link without a password, or owner/repo."
    said = {source: description(await refused(world, mara, art, FLUX_2 | {"lora": source})) for source in NO_LORAS}
    assert said == dict.fromkeys(NO_LORAS, told)
    assert await nothing_happened(bot, world)


async def test_what_a_discord_client_can_refuse_never_reaches_the_bot(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    impossible: list[dict[str, Any]] = [
        {"prompt": ""}, {"prompt": "x" * 4001}, {"count": 5}, {"count": 0}, {"steps": 51}, {"width": 2080},
        {"size": "huge"},
    ]  # fmt: skip
    for options in impossible:
        with pytest.raises(Refused):
            await world.command(mara, art, "imagine", {"prompt": "a fox"} | options)


async def test_safety_cannot_be_switched_off_in_a_server_that_does_not_allow_it(
    bot: Bot, world: SandboxClient, dark: Channel, mara: User
) -> None:
    await bot.start()
    message = await refused(world, mara, dark, {"safety": False, "steps": 50, "speed": "high"})
    assert description(message) == (
        "• FLUX.1 LoRA has no `speed`: leave it out.\n• `safety` cannot be switched off in this server: leave it out."
    )
    assert await nothing_happened(bot, world)


async def test_safety_cannot_be_switched_off_in_a_channel_that_is_not_age_restricted(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    guild_id = (await world.guild()).id
    await bot.decide(guild_id, UNSAFE)
    await bot.start(safety_off_guilds=[guild_id])
    message = await refused(world, mara, art, {"safety": False})
    assert description(message) == (
        "• `safety` can be switched off only in an age-restricted channel: leave it out, or go to one."
    )
    assert await nothing_happened(bot, world)


async def test_safety_may_be_off_in_an_age_restricted_channel_of_a_server_that_allows_it(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_nsfw(art, nsfw=True)
    guild_id = (await world.guild()).id
    await bot.decide(guild_id, UNSAFE)
    await bot.start(safety_off_guilds="all", webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "a fox", "safety": False})
    await bot.wait_for_job("delivered")
    (create,) = await world.image_requests("eachlabs")
    assert create["body"]["input"]["enable_safety_checker"] is False


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        (["attach_files"], ["Attach Files"]),
        (["embed_links"], ["Embed Links"]),
        (["send_messages"], ["Send Messages", "Attach Files", "Embed Links"]),
    ],
)
async def test_a_permission_that_the_bot_lacks_is_named_before_anything_is_spent(
    denied: list[str], named: list[str], bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_permissions(art, deny=denied)
    await bot.start()
    message = await refused(world, mara, art, {})
    for name in named:
        assert f"**{name}**" in description(message)
    assert "`private: True`" in description(message)
    assert await nothing_happened(bot, world)


async def test_a_private_result_needs_no_permission_in_the_channel(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_permissions(art, deny=["send_messages", "attach_files", "embed_links"])
    await bot.start(webhooks=True)
    interaction = await world.command(mara, art, "imagine", {"prompt": "a fox", "private": True})
    await bot.wait_for_job("delivered")
    done = await world.interaction(interaction)
    assert done.original_message_id is not None
    message = await world.message(done.original_message_id)
    assert message.ephemeral
    assert len(message.attachments) == 1
