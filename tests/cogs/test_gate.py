"""No order goes around the gate: what an order is made of is made in one place; and who may show what is made."""

import ast
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import discord
import pytest

from cogs.gate import Gate
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.servers.people import People
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Pause, PlaceRules, ServerRules
from jobs.servers.servers import Servers
from storage.store import open_store
from tests.jobs.support import MovableClock

ROOT = Path(__file__).parents[2]
PACKAGES = ("cogs", "jobs", "providers", "storage", "web", "media", "words")
MAKES: dict[str, set[str]] = {
    "Passed": {"cogs/gate.py"},  # only after all checks
    "Order": {"cogs/desk.py", "storage/rows.py"},  # of what has passed, and of what was kept
    "make_order": {"cogs/desk.py", "cogs/several/cog.py"},
    "place_order": {"cogs/desk.py"},
    "place_batch": {"cogs/several/cog.py"},
    "admit": {"jobs/service.py", "web/server.py"},  # there it is a connection
    "admit_batch": {"jobs/service.py"},
}
"""Where each of these may be called."""


def calls() -> Iterator[tuple[str, str]]:
    """Every call in the program by the last part of its name, and the file."""
    files = [*ROOT.glob("*.py"), *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        yield name, path.relative_to(ROOT).as_posix()
                    case _:
                        pass


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """Where each is called."""
    where: dict[str, set[str]] = {name: set() for name in MAKES}
    for name, path in calls():
        if name in where:
            where[name].add(path)
    return where


@pytest.mark.parametrize("name", MAKES)
def test_an_order_is_made_only_of_what_the_gate_let_through(name: str, found: dict[str, set[str]]) -> None:
    assert found[name] == MAKES[name]


HERE, ART, MEMBER, ADMIN = 1, 3, 7, 9  # the server, its channel, and people


class Interaction:
    """As much of one as Post again is decided by."""

    guild_id = HERE
    channel = discord.PartialMessageable(state=cast("Any", None), id=ART)
    user = discord.Object(MEMBER)

    def is_guild_integration(self) -> bool:
        return True


class Door:
    """A gate with real rules and real bans."""

    def __init__(self, servers: Servers, people: People) -> None:
        self.servers, self.people = servers, people
        unused = cast("Any", None)
        self._gate = Gate(unused, unused, servers, people, unused)

    async def rule(self, guild_id: int, **rules: Any) -> None:
        def entry(_: ServerRules) -> Change:
            return Change(guild_id=guild_id, actor_id=ADMIN, action="config.import")

        await self.servers.change(guild_id, lambda now: replace(now, **rules), entry=entry)

    def says(self) -> str | None:
        """Why images may not be posted again."""
        sentence = self._gate.show(cast("discord.Interaction[Any]", Interaction()))
        return None if sentence is None else str(sentence)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    clock = MovableClock()
    async with open_store(tmp_path / "bot.db", clock) as store:
        yield Door(Servers(store, clock), People(store, clock, lambda _: None, Pseudonyms(b"-" * 32)))


@pytest.mark.parametrize("where", [HERE, EVERYWHERE])
async def test_whoever_is_banned_shows_nothing_until_the_ban_ends(door: Door, where: int) -> None:
    assert door.says() is None
    await door.people.set_ban(guild_id=where, user_id=MEMBER, reason="spam", by=ADMIN)
    said = door.says() or ""
    assert said.startswith("You cannot make images")
    assert "spam" in said
    assert said.endswith("they can be deleted, not posted again.")
    await door.people.lift_ban(guild_id=where, user_id=MEMBER, by=ADMIN)
    assert door.says() is None


@pytest.mark.parametrize("where", [HERE, EVERYWHERE])
async def test_nothing_is_shown_where_no_images_are_made(door: Door, where: int) -> None:
    await door.rule(where, places=PlaceRules(denied=frozenset({ART})))
    assert (door.says() or "").startswith("No images are made in this channel")
    await door.rule(where, places=PlaceRules(allowed=frozenset({ART + 1})))
    assert (door.says() or "").startswith(f"Images are made in <#{ART + 1}> here")
    await door.rule(where, places=PlaceRules(allowed=frozenset({ART})))
    assert door.says() is None


@pytest.mark.parametrize("where", [HERE, EVERYWHERE])
async def test_a_pause_holds_no_image_that_is_made_already(door: Door, where: int) -> None:
    await door.rule(where, pause=Pause(reason="we clean up", by=ADMIN, at=1))
    assert door.says() is None
