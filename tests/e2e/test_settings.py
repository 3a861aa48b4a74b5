"""`/settings`: one's own defaults and a server's on one panel, and which of them counts."""

from collections.abc import Mapping
from typing import Any

import pytest

import storage.sqlite
from jobs.servers.rules import MakeRules, ServerRules
from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, locked, shows_images, title, whole


async def open_panel(world: SandboxClient, channel: Channel, user: User, **options: Any) -> Message:
    """What `/settings` answers."""
    sent = await world.command(user, channel, "settings", options)
    shown = await world.wait_for_message(channel, user, lambda seen: seen.interaction_id == sent.id, PATIENCE)
    assert shown.ephemeral
    return shown


class Panel:
    """A panel, and the hands of whoever has it before them."""

    def __init__(self, world: SandboxClient, channel: Channel, user: User, message: Message) -> None:
        self._world, self._channel, self._user = world, channel, user
        self.message = message

    async def choose(self, what: str, value: str) -> None:
        """Choose in a select; returns when the panel shows it."""
        [custom_id] = [
            each["custom_id"]
            for row in self.message.components
            for each in row["components"]
            if each["custom_id"].endswith(f":{what}")
        ]
        await self._changed(await self._world.select(self._user, self.message, custom_id, [value]))

    async def press(self, label: str) -> None:
        """Press a button; returns when the panel shows what came of it."""
        await self._changed(await self._world.press(self._user, self.message, label=label))

    async def type_numbers(self, **typed: str) -> Interaction:
        """Fill in the form for numbers."""
        opened = await self._world.press(self._user, self.message, label="Images, steps, guidance…")
        shown = await self._world.wait_for_interaction(opened, lambda now: now.modal is not None, PATIENCE)
        return await self._world.submit_modal(self._user, shown, typed)

    async def numbers(self, **typed: str) -> None:
        """The same with what is taken; returns when the panel shows it."""
        await self._changed(await self.type_numbers(**typed))

    async def _changed(self, sent: Interaction) -> None:
        edits = self.message.edits
        self.message = await self._world.wait_for_message(
            self._channel, self._user, lambda seen: seen.id == self.message.id and seen.edits > edits, PATIENCE
        )
        await self._world.wait_for_interaction(sent, timeout_s=PATIENCE)

    @property
    def fields(self) -> dict[str, str]:
        """What it shows."""
        return fields(self.message)

    @property
    def labels(self) -> list[str | None]:
        """Its buttons."""
        return [button.label for button in self.message.buttons]


async def panel(world: SandboxClient, channel: Channel, user: User, **options: Any) -> Panel:
    """Open one."""
    return Panel(world, channel, user, await open_panel(world, channel, user, **options))


async def last_input(world: SandboxClient) -> Mapping[str, Any]:
    """What each::labs was asked to draw last, seed aside."""
    predictions = await world.predictions()
    return {name: value for name, value in predictions[-1]["input"].items() if name != "seed"}


@BOTH_ENGINES
async def test_each_change_shows_at_once_and_outlives_a_restart(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    """An old panel goes on working."""
    await bot.start(webhooks=True)
    mine = await panel(world, art, mara)
    assert set(mine.fields.values()) == {"not set", "on (not set)"}
    await mine.choose("size", "square")
    await mine.choose("format", "png")
    await mine.press("Private: not set")
    await mine.press("Image data: not set")
    await mine.press("Image data: on")
    await mine.numbers(steps="12", guidance="2,5")
    await bot.stop()
    await bot.start(webhooks=True)
    await mine.numbers(steps="13", count="2")  # what is not touched stays as the form showed it
    assert mine.fields == {
        "Model": "not set", "Size": "**Square (512 × 512)**", "Images": "**2**", "Steps": "**13**",
        "Guidance": "**2.5**", "Format": "**png**", "Prompt expansion": "not set", "Speed": "not set",
        "Private": "**on**", "Image data": "**off**",
    }  # fmt: skip
    sent = await world.command(mara, art, "imagine", {"prompt": "a fox"})
    message = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == sent.id and shows_images(seen), PATIENCE
    )
    assert message.ephemeral
    assert await last_input(world) == {
        "prompt": "a fox", "image_size": "square", "num_images": 2, "num_inference_steps": 13, "guidance_scale": 2.5,
        "output_format": "png",
    }  # fmt: skip
    await mine.choose("size", "Size: no default")
    await mine.press("Private: on")
    assert (mine.fields["Size"], mine.fields["Private"]) == ("not set", "**off**")
    await mine.press("Reset")
    assert set(mine.fields.values()) == {"not set", "on (not set)"}
    assert await bot.sql("SELECT * FROM defaults") == []


async def test_typed_goes_before_preset_before_personal_before_server_before_the_vendors(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    guild = await world.guild()
    boss = await world.add_user("Mona")
    await world.join(guild, boss, ["manage_guild"])
    await bot.start(webhooks=True)
    servers = await panel(world, art, boss, server=True)
    await servers.numbers(steps="5", guidance="1", count="2")
    await servers.choose("format", "png")
    mine = await panel(world, art, mara)
    assert mine.fields["Steps"] == "this server's: 5"
    await mine.numbers(steps="6", guidance="2")
    sent = await world.command(mara, art, "preset save", {"name": "Noir", "steps": 7})
    await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == sent.id and title(seen) == "Noir", PATIENCE
    )
    await imagine(preset="Noir", steps=8)
    assert await last_input(world) == {
        "prompt": "a fox", "image_size": "square", "num_inference_steps": 8, "guidance_scale": 2, "num_images": 2,
        "output_format": "png",
    }  # fmt: skip
    for user, options, steps in ((mara, {"preset": "Noir"}, 7), (mara, {}, 6), (ben, {}, 5)):
        await imagine(user=user, **options)
        assert (await last_input(world))["num_inference_steps"] == steps
    there = await world.add_channel(await world.add_guild("Elsewhere", ben), "paint")
    await imagine(user=ben, channel=there)
    assert await last_input(world) == {"prompt": "a fox", "image_size": "square"}


async def test_a_default_that_the_model_lacks_is_left_out_in_silence(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    mine = await panel(world, art, mara)
    await mine.choose("format", "webp")
    await mine.choose("speed", "high")
    message = await imagine(model="flux-lora")
    assert (await last_input(world)).keys() == {"prompt", "image_size"}
    assert "webp" not in whole(message)
    await mine.choose("model", "flux-2-lora")
    message = await imagine()
    assert fields(message)["Model"] == "FLUX.2 LoRA"
    assert fields(message)["Options"] == "format webp · speed high"


@pytest.mark.usefixtures("no_departures")
async def test_private_by_default_is_known_before_the_acknowledgement(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    """Nothing public is ever there; and typed `private: False` goes before it."""
    await bot.start(webhooks=True)
    mine = await panel(world, art, mara)
    await mine.press("Private: not set")
    await bot.sql("DROP TABLE defaults")
    message = await imagine()
    assert message.ephemeral
    assert await world.messages(art, ben) == []
    assert not (await imagine(private=False)).ephemeral


async def test_a_servers_defaults_are_changed_by_its_managers_alone(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    """Also on a panel that was opened while one still was a manager; in direct messages there is no server."""
    guild = await world.guild()
    await bot.start()
    for user in (mara, olga):
        refused = await open_panel(world, art, user, server=True)
        assert "Manage Server" in description(refused)
        assert refused.buttons == ()
    boss = await world.add_user("Mona")
    await world.join(guild, boss, ["manage_guild"])
    servers = await panel(world, art, boss, server=True)
    assert title(servers.message) == "This server's defaults"
    await servers.press("Private: not set")
    await world.kick(guild, boss)
    await world.join(guild, boss)
    sent = await world.press(boss, servers.message, label="Private: on")
    refused = await world.wait_for_message(art, boss, lambda seen: seen.interaction_id == sent.id, PATIENCE)
    assert "Manage Server" in description(refused)
    rows = await bot.sql("SELECT owner_kind, owner_id, options FROM defaults")
    assert rows == [{"owner_kind": "server", "owner_id": guild.id, "options": '{"private": true}'}]
    direct = await open_panel(world, await world.dm(mara), mara, server=True)
    assert "no server here" in description(direct)


async def test_ones_own_panel_says_whose_defaults_come_after_and_how_these_are_changed(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    assert "this server's defaults come after them: `/settings server: True`" in description(
        await open_panel(world, art, mara)
    )
    direct = description(await open_panel(world, await world.dm(mara), mara))
    assert "in a server its own defaults come after them, which `/settings server: True` changes there" in direct
    assert "this server" not in direct


async def test_models_and_sizes_that_a_server_does_not_allow_are_not_on_its_panel(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ada: User
) -> None:
    """One's own sizes count elsewhere too, and a default that was decided before stays on show."""
    guild = await world.guild()
    await bot.start()
    mine = await panel(world, art, mara)
    await mine.choose("model", "flux-lora")
    await bot.stop()
    await bot.decide(
        guild.id, ServerRules(make=MakeRules(models=frozenset({"flux-2-lora"}), largest_side=512, largest_count=1))
    )
    await bot.start()
    servers = await panel(world, art, ada, server=True)
    offered = {select.custom_id.rpartition(":")[2]: list(select.offered) for select in servers.message.selects}
    assert offered["model"] == ["-", "flux-2-lora"]
    assert offered["size"] == ["-", "square"]
    sent = await servers.type_numbers(count="2")
    refused = await world.wait_for_message(
        art, ada, lambda seen: seen.interaction_id == sent.id and seen.id != servers.message.id, PATIENCE
    )
    assert "`count` 2 is out of bounds here" in description(refused)
    own = await open_panel(world, art, mara)
    offered = {select.custom_id.rpartition(":")[2]: list(select.offered) for select in own.selects}
    assert offered["model"] == ["-", "flux-lora", "flux-2-lora"]
    assert len(offered["size"]) > 2
    others = await open_panel(world, art, ada)
    assert list(others.selects[0].offered) == ["-", "flux-2-lora"]


async def test_numbers_that_no_model_takes_are_refused_all_at_once(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    mine = await panel(world, art, mara)
    await mine.numbers(steps="9")
    sent = await mine.type_numbers(steps="51", guidance="much", count="4")
    refused = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == sent.id and seen.id != mine.message.id, PATIENCE
    )
    assert title(refused) == "2 things to change"
    assert "1 to 50" in description(refused)
    assert "`guidance` is no number" in description(refused)
    assert fields(await open_panel(world, art, mara))["Steps"] == "**9**"
    await mine.numbers(steps="", guidance="30")  # FLUX.1 takes 30, FLUX.2 does not
    assert (mine.fields["Steps"], mine.fields["Guidance"]) == ("not set", "**30**")


async def test_a_change_that_the_database_does_not_take_is_told_and_nothing_changes(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sqlite, "BUSY_MS", 50)
    await bot.start()
    mine = await panel(world, art, mara)
    async with locked(bot):
        sent = await world.press(mara, mine.message, label="Private: not set")
        told = await world.wait_for_message(
            art, mara, lambda seen: seen.interaction_id == sent.id and seen.id != mine.message.id, PATIENCE
        )
    assert "Nothing was changed" in description(told)
    assert fields(await open_panel(world, art, mara))["Private"] == "not set"
