"""Whoever owns another server, or takes the bot along, reaches nothing that belongs to this one."""

from collections.abc import AsyncIterator, Sequence

import pytest

from sandbox.client import SandboxClient
from tests.e2e.permission_rows import ADMINS, COMMANDS, FORMS, PRESSES
from tests.e2e.permissions import SECRET, Attempt, Facts, Level, Person, Press, Slash, Stage, changes, set_stage
from tests.e2e.servers import Elsewhere, give
from tests.e2e.support import Bot

ZOE = Person.STRANGER


def link(facts: Facts) -> str:
    return f"https://discord.com/channels/{facts.art.guild_id}/{facts.art.id}/{facts.message.id}"


BY_LINK = (
    Slash(
        name="preset save",
        level=Level.EVERYONE,
        options=lambda facts: {"name": "Stolen", "image": link(facts)},
    ),
    Slash(name="preset save", level=Level.EVERYONE, options=lambda facts: {"name": "Stolen", "image": facts.private}),
    Slash(name="inspect", level=Level.EVERYONE, options=lambda facts: {"message": link(facts)}),
)


@pytest.fixture
async def stage(
    bot: Bot, world: SandboxClient, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """The server, with everybody in it, and Zoe's."""
    async with set_stage(bot, world, elsewhere, monkeypatch) as made:
        yield made


def betraying(tried: Sequence[Attempt]) -> list[Attempt]:
    """Answers that tell what Ben has made."""
    return [attempt for attempt in tried if SECRET in attempt.said or "a fox" in attempt.said]


async def test_buttons_and_forms_that_name_another_servers_images_and_loras_act_on_nothing(stage: Stage) -> None:
    """In a server of Zoe's own, and alone with the bot."""
    facts = stage.facts
    named = [row for row in (*PRESSES, *FORMS) if names_something(row, facts)]
    assert len(named) > 30
    before, seen = await stage.snapshot(), await stage.seen(facts.art)
    for channel in (facts.elsewhere.lounge, await stage.world.dm(facts.users[ZOE])):
        tried = await stage.attempt([(ZOE, row) for row in named], channel)
        assert len(tried) == len(named)
        assert betraying(tried) == []
    assert changes(before, await stage.snapshot()) == {}
    assert await stage.seen(facts.art) == seen


def names_something(row: Press, facts: Facts) -> bool:
    """Whether its id names an image or a LoRA."""
    return any(each in row.of(facts) for each in (facts.job, facts.private, facts.waiting, facts.entry))


async def test_no_command_reaches_another_server_from_wherever_it_is_typed(stage: Stage, world: SandboxClient) -> None:
    """Not from a server of one's own, nor from one that the bot is not in, nor from direct messages."""
    facts, zoe = stage.facts, stage.facts.users[ZOE]
    garden = await world.guild()
    await world.set_installed(zoe)
    abroad = await world.add_channel(await world.add_guild("Abroad", zoe, with_bot=False), "square")
    before, seen = await stage.snapshot(garden.id), await stage.seen(facts.art)
    offered = {}
    for channel in (facts.elsewhere.lounge, abroad, await world.dm(zoe)):
        tried = await stage.attempt([(ZOE, row) for row in (*COMMANDS, *ADMINS, *BY_LINK)], channel)
        offered[channel.name] = {attempt.row.name for attempt in tried if isinstance(attempt.row, Slash)}
        assert betraying([attempt for attempt in tried if attempt.row not in COMMANDS]) == []
        assert not any(SECRET in attempt.said for attempt in tried)
    assert changes(before, await stage.snapshot(garden.id)) == {}
    assert await stage.seen(facts.art) == seen
    assert {row.name for row in ADMINS} - offered["lounge"] <= {"admin quota exempt", "admin quota unexempt"}
    for place in set(offered) - {"lounge"}:
        assert not any(name.startswith("admin") for name in offered[place])


async def test_an_admin_cannot_name_another_servers_role(stage: Stage, world: SandboxClient) -> None:
    """Discord's clients offer only roles of the server; what is forged is no role there either."""
    role = await give(world, stage.facts.users[Person.MEMBER], "Gardeners")
    row = Slash(name="admin quota set", level=Level.ADMIN, options=lambda _: {"day": "9", "role": role.id})
    before = await stage.snapshot()
    assert await stage.attempt([(ZOE, row)], stage.facts.elsewhere.lounge) == []
    assert changes(before, await stage.snapshot()) == {}
