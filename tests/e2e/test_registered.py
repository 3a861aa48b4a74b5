"""Everything that the bot registers with Discord: within its limits, in every language, and where it belongs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import SandboxClient
from sandbox.discord.command_rules import COMMAND_SIZE, MESSAGE_MENU, SLASH, sizes
from tests.e2e.support import Bot
from tests.e2e.test_specs import SPECS, discord_problems

Json = Mapping[str, Any]
LANGUAGES = {"de", "fr", "es-ES", "pt-BR", "ja"}
EVERYWHERE = {
    "imagine", "quota", "help", "history", "queue", "preset", "settings", "inspect", "stats", "privacy",
    "Image settings", "Make again", "Inspect image", "Report image",
}  # fmt: skip
SERVERS = {"lora", "admin"}
GUIDE = Path(__file__).parents[2] / "docs" / "admin-guide.md"
ROOM = 400  # characters of Discord's 8000 that stay free for what is still to come


@pytest.fixture
async def registered(bot: Bot, world: SandboxClient) -> list[Json]:
    """All commands and entries of menus."""
    await bot.start()
    return list(await world.commands())


def nested(command: Json) -> Iterator[tuple[str, Json]]:
    """A command, its subcommands and all options, each with the way to it."""
    yield str(command["name"]), command
    for option in command.get("options", ()):
        yield from ((f"{command['name']} {name}", each) for name, each in nested(option))


@pytest.mark.skipif(not SPECS.is_dir(), reason=f"Discord's own description is not at {SPECS}")
async def test_the_list_is_as_discord_describes_it(registered: list[Json], world: SandboxClient) -> None:
    (sync,) = [request for request in await world.requests() if request.operation == "sync_commands"]
    assert sync.status == 200
    assert len(sync.payload) == len(registered)
    assert list(discord_problems(sync)) == []


def test_each_is_offered_where_it_belongs(registered: list[Json]) -> None:
    assert {command["name"] for command in registered} == EVERYWHERE | SERVERS
    for command in registered:
        where = (command["contexts"], command["integration_types"])
        assert where == (([0, 1, 2], [0, 1]) if command["name"] in EVERYWHERE else ([0], [0])), command["name"]


def test_everything_is_described_in_every_language(registered: list[Json]) -> None:
    for command in registered:
        if command["type"] == MESSAGE_MENU:
            assert command["name_localizations"].keys() >= LANGUAGES, command["name"]
            continue
        assert command["type"] == SLASH
        for way, each in nested(command):
            assert each["description"], way
            assert (each.get("description_localizations") or {}).keys() >= LANGUAGES, way


def test_commands_leave_room_below_discords_bounds(registered: list[Json]) -> None:
    for command in registered:
        assert sum(sizes(dict(command))) <= COMMAND_SIZE - ROOM, command["name"]
        for way, each in nested(command):
            for text in (each["name"], *(each.get("name_localizations") or {}).values()):
                assert len(text) <= 32, way
            for text in (each.get("description", ""), *(each.get("description_localizations") or {}).values()):
                assert len(text) <= 100, way
            assert len(each.get("options") or ()) <= 25, way
            assert len(each.get("choices") or ()) <= 25, way


def test_the_guide_names_every_command_of_admins_with_who_may_use_it(registered: list[Json]) -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## Every command, and who may use it")[2]
    typed = [way for command in registered for way, each in nested(command) if each["type"] == SLASH and " " in way]
    ours = [way for way in typed if way.startswith(("admin ", "stats ", "privacy "))]
    assert len(ours) > 20
    assert [way for way in ours if f"`/{way}`" not in table] == []


def test_names_that_people_type_are_the_same_in_every_language(registered: list[Json]) -> None:
    """Members tell one another what to type, and Details hands out whole commands."""
    for command in registered:
        if command["type"] == SLASH:
            assert [way for way, each in nested(command) if each.get("name_localizations")] == []
