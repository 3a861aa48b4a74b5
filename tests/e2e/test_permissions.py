"""Every command, menu, button, select and form, by everybody: allowed, or refused in words and nothing changes."""

from collections.abc import AsyncIterator, Sequence

import pytest
from discord import AppCommandType, app_commands

from cogs.forms import Forms
from sandbox.client import SandboxClient
from tests.e2e.permission_rows import ADMINS, COMMANDS, FORMS, MENUS, PRESSES
from tests.e2e.permissions import INSIDE, Attempt, Stage, Try, changes, refused, set_stage
from tests.e2e.servers import Elsewhere
from tests.e2e.support import Bot

UNFORESEEN = "Something went wrong in this bot"


@pytest.fixture
async def stage(
    bot: Bot, world: SandboxClient, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """The server, with everybody in it."""
    async with set_stage(bot, world, elsewhere, monkeypatch) as made:
        yield made


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the ids of the bot's forms begin with, once it has started."""
    found: list[str] = []
    make = Forms.__init__

    def noting(self: Forms, submits: dict[str, object]) -> None:
        found.extend(submits)
        make(self, submits)  # type: ignore[arg-type]

    monkeypatch.setattr(Forms, "__init__", noting)
    return found


def told(attempt: Attempt) -> tuple[object, ...]:
    return attempt.person, attempt.row, attempt.interaction.state, attempt.said


async def test_there_is_a_row_for_everything_that_can_be_typed_or_pressed(forms: list[str], stage: Stage) -> None:
    """Whoever adds a command or a button says here who may use it."""
    tree = stage.client.tree
    typed = {each.qualified_name for each in tree.walk_commands() if isinstance(each, app_commands.Command)}
    assert typed == {row.name for row in (*COMMANDS, *ADMINS)}
    menus = [kind for kind in (AppCommandType.message, AppCommandType.user) for _ in tree.walk_commands(type=kind)]
    assert len(menus) == len(MENUS)
    assert {each.name for each in tree.walk_commands(type=AppCommandType.message)} == {row.name for row in MENUS}
    patterns = stage.client._connection._view_store._dynamic_items
    assert {each.pattern.partition("(?P<of>")[0] for each in patterns} == {row.name for row in PRESSES}
    assert set(forms) == {row.name for row in FORMS}


def test_whoever_may_not_is_named_in_each_row_that_not_everybody_may() -> None:
    for row in (*COMMANDS, *ADMINS, *MENUS, *PRESSES, *FORMS):
        assert bool(row.no) == (set(row.level.value) != set(INSIDE)), row


@pytest.mark.parametrize(
    "rows", [[*COMMANDS, *MENUS], ADMINS, PRESSES, FORMS], ids=["members", "admins", "items", "forms"]
)
async def test_whoever_may_not_is_told_so_alone_and_nothing_changes_and_whoever_may_is_not(
    stage: Stage, rows: Sequence[Try]
) -> None:
    art = stage.facts.art
    before, seen = await stage.snapshot(), await stage.seen(art)
    denied = await stage.attempt(
        [(person, row) for row in rows for person in INSIDE if person not in row.level.value], art
    )
    assert denied
    assert [told(attempt) for attempt in denied if not refused(attempt)] == []
    assert changes(before, await stage.snapshot()) == {}
    assert await stage.seen(art) == seen
    granted = await stage.attempt([(person, row) for row in rows for person in INSIDE if person in row.tried_by], art)
    assert [told(attempt) for attempt in granted if refused(attempt) or UNFORESEEN in attempt.said] == []
