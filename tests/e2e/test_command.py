"""How `/imagine` is registered and what it suggests while somebody types."""

from collections.abc import Mapping
from typing import Any

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, Model
from jobs.parameters import Integer, Loras, Number, OneOf, Option, Size, Text
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import Bot

STRING, INTEGER, BOOLEAN, NUMBER = 3, 4, 5, 10
URL = "https://example.com/style.safetensors"


async def registered(world: SandboxClient, name: str = "imagine") -> Mapping[str, Any]:
    (command,) = [command for command in await world.commands() if command["name"] == name]
    return command


async def options(world: SandboxClient) -> dict[str, Mapping[str, Any]]:
    """The options of `/imagine` as Discord keeps them, by name, in their order."""
    return {option["name"]: option for option in (await registered(world))["options"]}


async def test_every_option_is_registered_with_the_widest_bounds_of_the_catalogue(
    bot: Bot, world: SandboxClient
) -> None:
    await bot.start()
    found = await options(world)
    assert list(found) == [option.value for option in Option]
    assert [name for name, option in found.items() if option.get("required")] == ["prompt"]
    assert {name: option["type"] for name, option in found.items()} == {
        "prompt": STRING, "model": STRING, "preset": STRING, "size": STRING, "width": INTEGER, "height": INTEGER,
        "count": INTEGER,
        "seed": INTEGER, "steps": INTEGER, "guidance": NUMBER, "lora": STRING, "lora_scale": NUMBER, "lora2": STRING,
        "lora2_scale": NUMBER, "lora3": STRING, "lora3_scale": NUMBER, "format": STRING, "expand_prompt": BOOLEAN,
        "speed": STRING, "safety": BOOLEAN, "private": BOOLEAN,
        "alternatives": BOOLEAN,
    }  # fmt: skip
    assert {
        name: (option.get("min_value"), option.get("max_value"))
        for name, option in found.items()
        if "min_value" in option or "max_value" in option
    } == {
        "width": (512, 2048),
        "height": (512, 2048),
        "count": (1, 4),
        "steps": (1, 50),
        "guidance": (0, 35),
        "lora2_scale": (0, 4),
        "lora3_scale": (0, 4),
    }
    assert (found["prompt"]["min_length"], found["prompt"]["max_length"]) == (1, 4000)
    assert [name for name, option in found.items() if option.get("autocomplete")] == [
        "preset", "width", "height", "lora", "lora2", "lora3",
    ]  # fmt: skip
    assert {name: values(option) for name, option in found.items() if option.get("choices")} == {
        "model": ["flux-lora", "flux-2-lora"],
        "size": ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"],
        "format": ["jpeg", "png", "webp"],
        "speed": ["none", "regular", "high"],
    }


def values(option: Mapping[str, Any]) -> list[Any]:
    return [choice["value"] for choice in option["choices"]]


@pytest.mark.parametrize(
    ("model", "keys"), [(FLUX_LORA, {"aimlapi_api_key": ""}), (FLUX_2_LORA, {"eachlabs_api_key": ""})]
)
async def test_only_models_with_a_key_are_offered_and_the_options_are_theirs(
    model: Model, keys: dict[str, object], bot: Bot, world: SandboxClient
) -> None:
    await bot.start(**keys)  # type: ignore[arg-type]  # overrides by name
    found = await options(world)
    assert values(found["model"]) == [model.key]
    expected = {Option.MODEL, Option.PRESET, Option.ALTERNATIVES, Option.PRIVATE}
    for parameter in model.parameters:
        match parameter.kind:
            case Size(side=side) if side is not None:
                expected |= {Option.SIZE, Option.WIDTH, Option.HEIGHT}
            case Loras(most=most):
                expected |= {Option.LORA, Option.LORA_SCALE}
                expected |= {Option.LORA2, Option.LORA2_SCALE} if most > 1 else set()
                expected |= {Option.LORA3, Option.LORA3_SCALE} if most > 2 else set()
            case _:
                expected.add(parameter.option)
    assert found.keys() == {option.value for option in expected}
    for parameter in model.parameters:
        option = found[parameter.option.value]
        match parameter.kind:
            case Integer(minimum=low, maximum=high) | Number(minimum=low, maximum=high):
                assert (option.get("min_value"), option.get("max_value")) == (low, high)
            case OneOf(values=words):
                assert values(option) == list(words)
            case Size(presets=presets):
                assert values(option) == list(presets)
            case Text(longest=longest):
                assert option["max_length"] == longest
            case _:
                pass


async def test_a_development_server_gets_the_commands_alone(bot: Bot, world: SandboxClient) -> None:
    guild = await world.guild()
    await bot.start(dev_guild_id=guild.id)
    commands = await world.commands()
    assert {"imagine", "quota", "help", "history"} <= {command["name"] for command in commands}
    assert {command["guild_id"] for command in commands} == {str(guild.id)}


async def test_widths_and_heights_are_suggested_as_they_are_typed(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    for name in ("width", "height"):
        every = await world.autocomplete(mara, art, "imagine", {"prompt": "a fox", name: ""}, name)
        assert 10 <= len(every) <= 25
        assert every[0].value == 512
        assert all(isinstance(choice.value, int) and choice.value % 32 == 0 for choice in every)
        some = await world.autocomplete(mara, art, "imagine", {"prompt": "a fox", name: "10"}, name)
        assert [choice.value for choice in some] == [1024, 1056, 1088]
        none = await world.autocomplete(mara, art, "imagine", {"prompt": "a fox", name: "7777"}, name)
        assert none == []


async def test_loras_that_one_used_lately_are_suggested_to_oneself_newest_first(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start()
    await imagine(model="flux-2-lora", lora="first/lora", lora2="Second/LoRA")
    await imagine(model="flux-2-lora", lora=URL)

    async def suggested(user: User, typed: str, option: str = "lora") -> list[Any]:
        typing = {"prompt": "a fox", option: typed}
        return [choice.value for choice in await world.autocomplete(user, art, "imagine", typing, option)]

    assert await suggested(mara, "") == [URL, "first/lora", "Second/LoRA"]
    assert await suggested(mara, "second", "lora3") == ["Second/LoRA"]
    assert await suggested(ben, "") == []


async def test_commands_do_not_show_twice_where_they_were_developed(bot: Bot, world: SandboxClient) -> None:
    guild = await world.guild()
    await bot.start(dev_guild_id=guild.id)
    await bot.stop()
    await bot.start()
    commands = await world.commands()
    names = [command["name"] for command in commands]
    assert "imagine" in names
    assert len(names) == len(set(names))
    assert {command.get("guild_id") for command in commands} == {None}
