import base64
import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands
from PIL import Image

from sandbox.client import Channel, Interaction, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


def setup(bot: Bot) -> None:
    @bot.tree.command(description="Make")
    @app_commands.choices(size=[app_commands.Choice(name="Square", value="square_hd")])
    async def make(
        interaction: discord.Interaction,
        prompt: Range[str, 2, 10],
        count: Range[int, 1, 4] = 1,
        scale: Range[float, 0.0, 4.0] = 1.0,
        size: str = "any",
        friend: discord.Member | None = None,
        private: bool = False,
        model: str = "none",
        picture: discord.Attachment | None = None,
    ) -> None:
        seen = len(await picture.read()) if picture else 0
        size_of = f"{picture.width}x{picture.height}" if picture else ""
        who = friend.name if friend else "nobody"
        text = f"{prompt} {count} {scale} {size} {who} {private} {model} {seen} {size_of}"
        await interaction.response.send_message(text.strip())

    @make.autocomplete("model")
    async def complete(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}-{each}", value=each) for each in ("one", "two")]

    lora = app_commands.Group(
        name="lora", description="LoRAs", default_permissions=discord.Permissions(administrator=True)
    )

    @lora.command(name="add", description="Add one")
    async def add(interaction: discord.Interaction, url: str) -> None:
        await interaction.response.send_message(f"added {url}")

    bot.tree.add_command(lora)


async def _answer(world: SandboxClient, sent: Interaction) -> str:
    done = await world.wait_for_interaction(sent)
    assert done.original_message_id is not None
    return (await world.message(done.original_message_id)).content


async def test_options_arrive_with_their_types(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (7, 5)).save(out, "PNG")
    picture = {"filename": "a b.png", "content_base64": base64.b64encode(out.getvalue()).decode()}
    options = {
        "prompt": "a cat",
        "count": 3,
        "scale": 0.5,
        "size": "Square",
        "friend": str(ben.id),
        "private": True,
        "model": "flux",
        "picture": picture,
    }
    async with connect(setup):
        sent = await world.command(mara, art, "make", options)
        wanted = f"a cat 3 0.5 square_hd ben True flux {len(out.getvalue())} 7x5"
        assert await _answer(world, sent) == wanted
        assert await _answer(world, await world.command(mara, art, "make", {"prompt": "dog"})) == (
            "dog 1 1.0 any nobody False none 0"
        )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "prompt is required"),
        ({"prompt": "x"}, "2 to 10 characters"),
        ({"prompt": 5}, "must be a text"),
        ({"prompt": "cat", "count": 5}, "between 1 and 4"),
        ({"prompt": "cat", "count": 1.5}, "whole number"),
        ({"prompt": "cat", "scale": -0.1}, "between 0"),
        ({"prompt": "cat", "size": "huge"}, "one of Square"),
        ({"prompt": "cat", "friend": "12"}, "must be a user"),
        ({"prompt": "cat", "private": "yes"}, "true or false"),
        ({"prompt": "cat", "nonsense": 1}, "no option nonsense"),
    ],
)
async def test_what_a_client_does_not_send_is_refused(
    options: dict[str, object], why: str, connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        with pytest.raises(Refused, match=why):
            await world.command(mara, art, "make", options)


async def test_subcommands_are_named_by_their_words_and_hidden_from_plain_members(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        ada = await world.user("Ada")
        assert await _answer(world, await world.command(ada, art, "lora add", {"url": "u"})) == "added u"
        with pytest.raises(Refused, match="not for this member"):
            await world.command(mara, art, "lora add", {"url": "u"})
        with pytest.raises(Refused, match="needs one of its subcommands: add"):
            await world.command(ada, art, "lora")
        with pytest.raises(Refused, match="no subcommand drop"):
            await world.command(ada, art, "lora drop")
        with pytest.raises(Refused, match="no command /draw"):
            await world.command(ada, art, "draw")


async def test_completions_are_offered_while_typing(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        offered = await world.autocomplete(mara, art, "make", {"model": "fl"}, "model")
        assert [(choice.name, choice.value) for choice in offered] == [("fl-one", "one"), ("fl-two", "two")]
        with pytest.raises(Refused, match="not an option with autocomplete"):
            await world.autocomplete(mara, art, "make", {"size": "fl"}, "size")


async def test_synced_commands_keep_their_ids_and_servers_have_their_own(
    connect: Connect, world: SandboxClient
) -> None:
    async with connect(setup) as bot:
        before = await bot.tree.fetch_commands()
        after = await bot.tree.sync()
        assert [command.id for command in before] == [command.id for command in after]
        assert sorted(command.name for command in after) == ["lora", "make"]
        (guild,) = bot.guilds
        assert await bot.tree.fetch_commands(guild=guild) == []
        bot.tree.copy_global_to(guild=guild)
        await bot.tree.sync(guild=guild)
        assert len(await bot.tree.fetch_commands(guild=guild)) == 2
    synced = [event.data for event in await world.events() if event.kind == "commands_synced"]
    assert [each["guild_id"] for each in synced] == [None, None, str(guild.id)]


def _command(**more: Any) -> dict[str, Any]:
    return {"name": "make", "description": "Make", "type": 1, **more}


def _option(**more: Any) -> dict[str, Any]:
    return {"name": "prompt", "description": "What", "type": 3, **more}


FAULTY: list[tuple[list[dict[str, Any]], str]] = [
    ([_command(name="Make")], "APPLICATION_COMMAND_INVALID_NAME"),
    ([_command(name="x" * 33)], "APPLICATION_COMMAND_INVALID_NAME"),
    ([_command(description="")], "BASE_TYPE_BAD_LENGTH"),
    ([_command(description="x" * 101)], "BASE_TYPE_BAD_LENGTH"),
    ([_command(), _command()], "APPLICATION_COMMANDS_DUPLICATE_NAME"),
    ([_command(name_localizations={"xx": "make"})], "BASE_TYPE_CHOICES"),
    ([_command(options=[_option(name=f"o{each}") for each in range(26)])], "BASE_TYPE_BAD_LENGTH"),
    ([_command(options=[_option(), _option()])], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"),
    (
        [_command(options=[_option(), _option(name="late", required=True)])],
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (
        [_command(options=[_option(choices=[{"name": str(each), "value": "v"} for each in range(26)])])],
        "BASE_TYPE_BAD_LENGTH",
    ),
    ([_command(options=[_option(choices=[{"name": "a", "value": 1}])])], "BASE_TYPE_INVALID"),
    (
        [_command(options=[_option(autocomplete=True, choices=[{"name": "a", "value": "a"}])])],
        "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
    ),
    ([_command(options=[_option(type=4, min_value=5, max_value=1)])], "NUMBER_TYPE_MAX"),
    ([_command(options=[_option(min_value=1)])], "NUMBER_TYPE_MAX"),
    ([_command(options=[_option(type=1), _option(name="b")])], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    (
        [
            _command(
                options=[
                    _option(
                        name=f"o{index}",
                        description="d" * 100,
                        choices=[{"name": f"{index}{each}" * 20, "value": "v" * 100} for each in range(3)],
                    )
                    for index in range(20)
                ]
            )
        ],
        "APPLICATION_COMMAND_TOO_LARGE",
    ),
]


@pytest.mark.parametrize(("payload", "fault"), FAULTY)
async def test_faulty_commands_are_refused_with_the_fields_at_fault(
    payload: list[dict[str, Any]], fault: str, connect: Connect, world: SandboxClient
) -> None:
    def nothing(_: Bot) -> None: ...

    async with connect(nothing) as bot:
        assert bot.application_id is not None
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.bulk_upsert_global_commands(bot.application_id, payload)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert fault in str(refused.value._errors)
    assert await world.commands() == []
