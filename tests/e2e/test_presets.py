"""Presets: saved from a result or from options, used by name, one's own everywhere and the server's for everybody."""

from collections.abc import Mapping
from typing import Any

import pytest

import storage.sqlite
from jobs.servers.rules import MakeRules, ServerRules
from sandbox.client import Channel, Interaction, Message, Refused, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, UNSAFE, Bot, description, fields, locked, title, whole

KEYED = "https://example.com/style.safetensors?token=secret"


async def answered(world: SandboxClient, channel: Channel, user: User, sent: Interaction) -> Message:
    """What the bot says to what a user did."""
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == sent.id and not seen.loading, PATIENCE
    )


async def run(world: SandboxClient, channel: Channel, user: User, name: str, /, **options: Any) -> Message:
    """Use a subcommand of `/preset`; its answer is seen by nobody else."""
    message = await answered(world, channel, user, await world.command(user, channel, f"preset {name}", options))
    assert message.ephemeral
    return message


async def offered(world: SandboxClient, channel: Channel, user: User, typed: str = "") -> dict[str, str]:
    """What `/imagine preset:` offers: shown name and value."""
    choices = await world.autocomplete(user, channel, "imagine", {"prompt": "x", "preset": typed}, "preset")
    return {choice.name: str(choice.value) for choice in choices}


async def last_input(world: SandboxClient) -> Mapping[str, Any]:
    """What each::labs was asked to draw last."""
    predictions = await world.predictions()
    received: Mapping[str, Any] = predictions[-1]["input"]
    return received


def job_of(message: Message) -> str:
    """The id under a result."""
    return str(message.embeds[0]["footer"]["text"]).removeprefix("Job ")


@BOTH_ENGINES
async def test_a_preset_saved_from_a_result_is_used_by_its_name_also_after_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(steps=12, guidance=2.5, format="png", seed=7)
    saved = await run(world, art, mara, "save", name="Noir", image=job_of(first), style="film noir,  grainy")
    assert title(saved) == "Noir"
    await bot.stop()
    await bot.start(webhooks=True)
    second = await imagine(size="square_hd", preset="noir")
    received = dict(await last_input(world))
    assert received.pop("seed") != 7
    assert received == {
        "prompt": "a fox, film noir, grainy", "image_size": "square_hd", "num_inference_steps": 12,
        "guidance_scale": 2.5, "output_format": "png",
    }  # fmt: skip
    assert fields(second)["Preset"] == "**Noir**"
    assert "Preset" not in fields(first)


async def test_a_preset_follows_its_user_into_every_server_and_is_nobody_elses(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    elsewhere = await world.add_guild("Elsewhere", mara)
    there = await world.add_channel(elsewhere, "paint")
    await bot.start(webhooks=True)
    await run(world, art, mara, "save", name="Noir", steps=12)
    assert await offered(world, there, mara) == {"Noir · yours": "mine:Noir"}
    await imagine(channel=there, preset="mine:Noir")
    assert (await last_input(world))["num_inference_steps"] == 12
    assert await offered(world, art, ben) == {}
    for word in ("Noir", "mine:Noir"):
        refused = await answered(
            world, art, ben, await world.command(ben, art, "imagine", {"prompt": "a fox", "preset": word})
        )
        assert refused.ephemeral
        assert "no such preset" in description(refused)
    assert len(await bot.jobs()) == 1


async def test_moderators_save_for_everybody_in_their_server(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, olga: User, ben: User
) -> None:
    there = await world.add_channel(await world.add_guild("Elsewhere", ben), "paint")
    await bot.start(webhooks=True)
    refused = await run(world, art, mara, "save", name="House", steps=9, server=True)
    assert "Only moderators" in description(refused)
    await run(world, art, olga, "save", name="House", steps=9, server=True)
    await run(world, art, mara, "save", name="HOUSE", steps=33)
    assert await offered(world, art, mara) == {"HOUSE · yours": "mine:HOUSE", "House · this server's": "server:House"}
    for word, steps in (("house", 33), ("server:House", 9)):
        await imagine(preset=word)
        assert (await last_input(world))["num_inference_steps"] == steps
    assert await offered(world, there, ben) == {}
    for name, options in (("rename", {"name": "Home"}), ("remove", {})):
        refused = await run(world, art, mara, name, preset="server:House", **options)
        assert "Only moderators" in description(refused)
    assert "is now called" in description(await run(world, art, olga, "rename", preset="House", name="Home"))
    assert "is removed" in description(await run(world, art, olga, "remove", preset="Home"))
    assert await offered(world, art, mara) == {"HOUSE · yours": "mine:HOUSE"}


async def test_ones_own_presets_work_outside_of_servers_too(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User, olga: User
) -> None:
    """In direct messages, and where the bot was only taken along: there a moderator's word is not asked for."""
    direct = await world.dm(mara)
    away = await world.add_channel(await world.add_guild("Far away", ben, with_bot=False), "paint")
    await world.set_installed(ben)
    await bot.start(webhooks=True)
    await run(world, art, olga, "save", name="House", steps=9, server=True)
    await run(world, direct, mara, "save", name="Noir", steps=12)
    assert list(await offered(world, direct, mara)) == ["Noir · yours"]
    await imagine(channel=direct, preset="Noir")
    assert (await last_input(world))["num_inference_steps"] == 12
    refused = await run(world, away, ben, "save", name="Theirs", steps=9, server=True)
    assert "no server here" in description(refused)
    await run(world, away, ben, "save", name="Mine", steps=9)
    assert list(await offered(world, away, ben)) == ["Mine · yours"]


@pytest.mark.usefixtures("no_departures")
async def test_presets_need_no_database_when_they_are_offered_and_used(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await run(world, art, mara, "save", name="Noir", steps=12)
    await bot.sql("DROP TABLE presets")
    await bot.sql("DROP TABLE defaults")
    assert await offered(world, art, mara, "NO") == {"Noir · yours": "mine:Noir"}
    await imagine(preset="Noir")
    assert (await last_input(world))["num_inference_steps"] == 12


async def test_what_the_database_does_not_take_is_told_and_nothing_changes(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sqlite, "BUSY_MS", 50)
    await bot.start()
    await run(world, art, mara, "save", name="Noir", steps=12)
    async with locked(bot):
        for name, options in (
            ("save", {"name": "Dark", "steps": 9}),
            ("rename", {"preset": "Noir", "name": "Fog"}),
            ("remove", {"preset": "Noir"}),
        ):
            told = await run(world, art, mara, name, **options)
            assert "database cannot be used" in description(told)
    assert list(await offered(world, art, mara)) == ["Noir · yours"]


async def test_what_the_model_lacks_of_a_preset_is_left_out_and_said(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    options = {"model": "flux-2-lora", "width": 512, "height": 544, "speed": "high", "steps": 12}
    await run(world, art, mara, "save", name="Fast", **options)
    message = await imagine(model="flux-lora", preset="Fast")
    assert (await last_input(world)).keys() == {"prompt", "seed", "image_size", "num_inference_steps"}
    assert fields(message)["Preset"].startswith("**Fast** without `speed`: ")


async def test_save_preset_under_a_result_asks_for_a_name_also_across_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    """Moderators are asked for whom it is; members save for themselves."""
    await bot.start(webhooks=True)
    first = await imagine(steps=12)
    press = await world.press(mara, first, label="Save preset")
    shown = await world.wait_for_interaction(press, lambda now: now.modal is not None, PATIENCE)
    moderators = await world.press(olga, first, label="Save preset")
    await world.wait_for_interaction(moderators, lambda now: now.modal is not None, PATIENCE)
    await bot.stop()
    await bot.start(webhooks=True)
    with pytest.raises(Refused):
        await world.submit_modal(mara, shown, {"name": "x", "owner": "server"})
    said = await answered(world, art, mara, await world.submit_modal(mara, shown, {"name": "Noir", "style": "grainy"}))
    assert said.ephemeral
    assert "Yours" in description(said)
    assert "`steps` 12" in description(said)
    said = await answered(
        world, art, olga, await world.submit_modal(olga, moderators, {"name": "House", "owner": "server"})
    )
    assert "This server's" in description(said)
    assert list(await offered(world, art, mara)) == ["Noir · yours", "House · this server's"]
    again = await world.press(mara, first, label="Save preset")
    await world.wait_for_interaction(again, lambda now: now.modal is not None, PATIENCE)
    said = await answered(world, art, mara, await world.submit_modal(mara, again, {"name": "NOIR"}))
    assert "already" in description(said)


async def test_only_what_one_may_see_is_saved_and_nobodys_download_key(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    there = await world.add_channel(await world.add_guild("Elsewhere", ben), "paint")
    await bot.start(webhooks=True)
    private = await imagine(private=True)
    public = await imagine(steps=12, lora=KEYED)
    assert "private" in description(await run(world, art, ben, "save", name="Mine", image=job_of(private)))
    assert "not kept" in description(await run(world, there, ben, "save", name="Mine", image=job_of(public)))
    taken = await run(world, art, ben, "save", name="Mine", image=job_of(public))
    assert "download key" in whole(taken)
    assert "example.com" not in whole(taken)
    await imagine(user=ben, preset="Mine")
    assert "loras" not in await last_input(world)
    await run(world, art, mara, "save", name="Keyed", image=job_of(public))
    assert "secret" not in whole(await run(world, art, mara, "show", preset="Keyed"))
    await imagine(preset="Keyed")
    assert (await last_input(world))["loras"] == [{"path": KEYED, "scale": 1}]


async def test_a_link_to_a_result_names_it_as_well(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    message = await imagine(steps=12)
    await bot.wait_for_job("delivered")
    link = f"https://discord.com/channels/{art.guild_id}/{art.id}/{message.id}"
    saved = await run(world, art, mara, "save", name="Noir", image=link, steps=13)
    assert "`steps` 13" in description(saved)  # what is typed goes before the image's
    assert "Square (512 × 512)" in description(saved)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "nothing to save"),
        ({"image": "that one"}, "names no image"),
        ({"image": "0" * 20}, "not kept"),
        ({"model": "flux-lora", "speed": "high"}, "has no `speed`"),
        ({"width": 512}, "`height`"),
        ({"steps": 9, "name": "   "}, "name is empty"),
    ],
)
async def test_what_cannot_be_saved_is_refused_with_a_reason(
    options: dict[str, Any], told: str, bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    assert told in description(await run(world, art, mara, "save", **{"name": "Noir", **options}))
    assert await offered(world, art, mara) == {}


async def test_of_the_models_only_those_that_are_allowed_here_are_offered_and_saved(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    async def models(channel: Channel, typed: str = "") -> list[object]:
        options = {"name": "Noir", "model": typed}
        return [each.value for each in await world.autocomplete(mara, channel, "preset save", options, "model")]

    assert art.guild_id is not None
    await bot.decide(art.guild_id, ServerRules(make=MakeRules(models=frozenset({"flux-2-lora"}))))
    await bot.start()
    assert await models(art) == ["flux-2-lora"]
    assert await models(art, "flux.1") == []
    assert await models(await world.dm(mara)) == ["flux-lora", "flux-2-lora"]
    for typed in ("flux-lora", "fluxx"):
        told = description(await run(world, art, mara, "save", name="Noir", model=typed))
        assert "`model` may be FLUX.2 LoRA here: choose one that Discord shows while you type." in told
    assert await offered(world, art, mara) == {}
    saved = await run(world, art, mara, "save", name="Noir", model="flux-2-lora")
    assert "`model` FLUX.2 LoRA" in description(saved)


async def test_list_shows_all_of_them_page_by_page_also_after_a_restart(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    await bot.start()
    empty = await run(world, art, mara, "list")
    assert title(empty) == "No presets yet"
    for number in range(13):
        await run(world, art, mara, "save", name=f"Mine {number:02}", steps=9, style="**bold** @everyone")
    await run(world, art, olga, "save", name="House", format="png", server=True)
    first = await run(world, art, mara, "list")
    assert title(first) == "14 presets"
    assert "Mine 11" in description(first)
    assert "Mine 12" not in description(first)
    assert "`steps` 9" in description(first)
    await bot.stop()
    await bot.start()
    await world.press(mara, first, label="Next")
    second = await world.wait_for_message(
        art, mara, lambda seen: seen.id == first.id and "Mine 12" in description(seen), PATIENCE
    )
    assert "House" in description(second)
    await world.press(mara, second, label="Previous")
    await world.wait_for_message(
        art, mara, lambda seen: seen.id == first.id and "Mine 11" in description(seen), PATIENCE
    )


async def test_rename_replace_and_remove(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start()
    await run(world, art, mara, "save", name="Noir", steps=9)
    await run(world, art, mara, "save", name="Dark", steps=10)
    assert "already" in description(await run(world, art, mara, "save", name="NOIR", steps=11))
    assert "already" in description(await run(world, art, mara, "rename", preset="Dark", name="noir"))
    assert "`steps` 11" in description(await run(world, art, mara, "save", name="NOIR", steps=11, replace=True))
    await run(world, art, mara, "rename", preset="Dark", name="Fog")
    await run(world, art, mara, "remove", preset="noir")
    assert list(await offered(world, art, mara)) == ["Fog · yours"]
    assert "no such preset" in description(await run(world, art, mara, "show", preset="Noir"))


async def test_a_preset_switches_the_safety_checker_off_only_where_that_is_allowed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, dark: Channel, mara: User
) -> None:
    assert dark.guild_id is not None
    await bot.decide(dark.guild_id, UNSAFE)
    await bot.start(webhooks=True, safety_off_guilds=[dark.guild_id])
    await run(world, art, mara, "save", name="Bare", safety=False, steps=9)
    await imagine(channel=dark, preset="Bare")
    assert (await last_input(world))["enable_safety_checker"] is False
    message = await imagine(preset="Bare")
    assert "enable_safety_checker" not in await last_input(world)
    assert "without `safety`" in fields(message)["Preset"]
