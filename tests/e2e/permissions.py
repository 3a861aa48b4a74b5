"""What the tests of permissions share: who may do what, by a table, and a server in which everything is tried."""

import asyncio
import enum
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

import discord
import pytest
from discord import ui
from discord.ext import commands

from features import Features, make_cogs
from jobs.servers.rules import Channels, LibraryRules, ServerRules
from sandbox.client import Channel, Interaction, InteractionState, Message, Refused, SandboxClient, User
from tests.e2e.presses import Hands
from tests.e2e.servers import Elsewhere
from tests.e2e.support import PATIENCE, Bot, eventually

SECRET: Final = "a heron nobody shall read about"
"""The prompt of what is private to Ben."""
BANNED: Final = "You cannot make images in this server"
_FORM: Final = "test:form:"
_WORK: Final = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")
_VOLATILE: Final = {"next_poll_at", "polls", "not_before", "told"}  # columns that change while nobody does anything


class Person(enum.StrEnum):
    """Whoever tries, by the name of their account."""

    OWNER = "Ben"  # made the images and added the LoRA that the others are after; else a plain member
    MEMBER = "Mara"
    BANNED = "Bert"
    MODERATOR = "Olga"  # Manage Messages
    ADMIN = "Ada"
    STRANGER = "Zoe"  # no member; owns another server


class Level(enum.Enum):
    """Who may, in the server that it belongs to."""

    EVERYONE = frozenset({Person.OWNER, Person.MEMBER, Person.BANNED, Person.MODERATOR, Person.ADMIN})
    ORDERS = EVERYONE - {Person.BANNED}
    OWNER = frozenset({Person.OWNER})
    OWNER_OR_MODERATOR = frozenset({Person.OWNER, Person.MODERATOR, Person.ADMIN})
    MODERATOR = frozenset({Person.MODERATOR, Person.ADMIN})
    ADMIN = frozenset({Person.ADMIN})


INSIDE: Final = tuple(person for person in Person if person is not Person.STRANGER)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What there is to try it on."""

    job: str  # Ben's, posted in the channel
    private: str  # Ben's, for his eyes alone
    waiting: str  # Ben's, not sent yet
    message: Message  # that of `job`
    entry: str  # a LoRA that Ben has added and that waits
    fingerprint: str  # of that
    users: Mapping[Person, User]
    art: Channel  # where everything is
    elsewhere: Elsewhere  # Zoe's server


Snapshot = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of each table."""
Options = Callable[[Facts], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Try:
    """One thing to do; `no`: what whoever may not is told, one of these. `once`: whoever does it for all who may."""

    level: Level
    no: str | tuple[str, ...] = ()
    once: Person | None = None

    @property
    def tried_by(self) -> frozenset[Person]:
        """Those who may, and show it."""
        return self.level.value if self.once is None else frozenset({self.once})


@dataclass(frozen=True, kw_only=True)
class Slash(Try):
    """A command by its whole name."""

    name: str
    options: Options = field(default=lambda _facts: {})


@dataclass(frozen=True, kw_only=True)
class Menu(Try):
    """An entry in the menu of the message that shows Ben's image."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Press(Try):
    """A button or, with values, a select: what its id begins with, and what follows."""

    name: str
    of: Callable[[Facts], str] = lambda _facts: ""
    values: tuple[str, ...] = ()
    content: str = ""  # of the embed above it
    fields: tuple[str, ...] = ()  # of that


@dataclass(frozen=True, kw_only=True)
class Form(Press):
    """A form by its id, with what is typed into it."""

    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Who tried what, and what they were told."""

    person: Person
    row: Try
    interaction: Interaction
    said: str  # all that came of it, as JSON; empty: nothing that can be read
    ephemeral: bool  # all of that is for their eyes alone


class Forger(commands.Cog):
    """A part of the bot for tests: posts buttons with any id, and shows forms with any id under buttons of its own."""

    def __init__(self, client: commands.AutoShardedBot) -> None:
        self.client = client
        self._forms: dict[str, ui.Modal] = {}

    async def button(self, channel: Channel, row: Press, facts: Facts) -> int:
        """Post the message under which it can be pressed; returns the message's id."""
        view = ui.View(timeout=None)
        custom_id = row.name + row.of(facts)
        if isinstance(row, Form):
            form = ui.Modal(title="Forged", custom_id=custom_id, timeout=None)
            for name, text in row.inputs.items():
                form.add_item(ui.TextInput(label=name, custom_id=name, default=text or None, required=False))
            form.stop()
            custom_id = f"{_FORM}{len(self._forms)}"
            self._forms[custom_id] = form
        item: ui.Item[Any] = ui.Button(label="Forged", custom_id=custom_id)
        if row.values:
            item = ui.Select(
                custom_id=custom_id, options=[discord.SelectOption(label=value, value=value) for value in row.values]
            )
        view.add_item(item)
        view.stop()
        embed = discord.Embed(description=row.content or "Forged")
        for text in row.fields:
            embed.add_field(name="Forged", value=text)
        sent = await self.client.get_partial_messageable(channel.id).send(embed=embed, view=view)
        return sent.id

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Show the form of a button that was pressed."""
        data: Mapping[str, object] = cast("Mapping[str, object]", interaction.data or {})
        form = self._forms.get(str(data.get("custom_id")))
        if form is not None and interaction.type is discord.InteractionType.component:
            await interaction.response.send_modal(form)


class Stage:
    """A server with everybody in it, and the ways to try things there."""

    def __init__(self, bot: Bot, world: SandboxClient, forger: Forger, facts: Facts) -> None:
        self.bot, self.world, self.facts = bot, world, facts
        self._forger = forger
        self._posted: set[int] = set()

    @property
    def client(self) -> commands.AutoShardedBot:
        """The bot's own."""
        return self._forger.client

    async def attempt(self, tries: Iterable[tuple[Person, Try]], channel: Channel) -> list[Attempt]:
        """Do all of it, in this order, and wait until it is done; what Discord does not offer them is left out."""
        done: list[tuple[Person, Try, Interaction]] = []
        for person, row in tries:
            try:
                sent = await self._do(person, row, channel)
            except Refused:  # by Discord: the bot learns nothing of it
                continue
            done.append((person, row, await self.world.wait_for_interaction(sent, timeout_s=PATIENCE)))
            await idle()
        seen: dict[Person, Sequence[Message]] = {}
        for person in {person for person, *_ in done}:
            seen[person] = await self.world.messages(channel, self.facts.users[person])
        return [self._told(person, row, await self.world.interaction(sent), seen[person]) for person, row, sent in done]

    async def _do(self, person: Person, row: Try, channel: Channel) -> Interaction:
        user = self.facts.users[person]
        forged = await self._forged(row, channel) if isinstance(row, Press) else self.facts.message
        match row:
            case Slash(name=name, options=options):
                return await self.world.command(user, channel, name, options(self.facts))
            case Menu(name=name):
                return await self.world.use_message_command(user, self.facts.message, name)
            case Form(inputs=inputs):
                opened = await self.world.press(user, forged, label="Forged")
                shown = await self.world.wait_for_interaction(opened, lambda now: now.modal is not None, PATIENCE)
                return await self.world.submit_modal(user, shown, inputs)
            case Press(values=values) if values:
                custom_id = row.name + row.of(self.facts)
                return await self.world.select(user, forged, custom_id, values[:1])
            case Press():
                return await self.world.press(user, forged, label="Forged")
            case _:
                raise TypeError(row)

    async def _forged(self, row: Press, channel: Channel) -> Message:
        message_id = await self._forger.button(channel, row, self.facts)
        self._posted.add(message_id)
        return await self.world.message(message_id)

    @staticmethod
    def _told(person: Person, row: Try, interaction: Interaction, messages: Sequence[Message]) -> Attempt:
        own = [each for each in messages if each.interaction_id == interaction.id and not each.deleted]
        said = [[each.content, *each.embeds] for each in own]
        if interaction.modal is not None:
            said.append(["(a form)"])
        return Attempt(
            person=person,
            row=row,
            interaction=interaction,
            said=json.dumps(said, ensure_ascii=False) if said else "",
            ephemeral=all(each.ephemeral for each in own),
        )

    async def seen(self, channel: Channel) -> Sequence[tuple[object, ...]]:
        """What everybody sees there, but for the test's own buttons."""
        messages = await self.world.messages(channel, self.facts.users[Person.MEMBER])
        public = [each for each in messages if not each.ephemeral and each.id not in self._posted]
        return [(each.id, each.content, each.embeds, each.attachments, each.components) for each in public]

    async def snapshot(self, guild_id: int | None = None) -> Snapshot:
        """Every row of the database, or those of one server."""
        found = await self.bot.sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        tables: dict[str, Sequence[Mapping[str, Any]]] = {}
        for table in (each["name"] for each in found if not each["name"].startswith("sqlite_")):
            rows = await self.bot.sql(f"SELECT * FROM {table}")  # noqa: S608 - the database's own name for it
            kept = [{name: value for name, value in row.items() if name not in _VOLATILE} for row in rows]
            if guild_id is not None:
                kept = [row for row in kept if guild_id in {row.get("guild_id"), row.get("owner_id")}]
            tables[table] = kept
        return tables


async def idle() -> None:
    """Return when no command, button or form is being answered any more."""
    while working := [task for task in asyncio.all_tasks() if task.get_name().startswith(_WORK)]:
        await asyncio.wait(working)


def refused(attempt: Attempt) -> bool:
    """Whether they were told what the row says, alone, and nothing more."""
    no = attempt.row.no
    sentences = [*((no,) if isinstance(no, str) else no), *([BANNED] if attempt.person is Person.BANNED else [])]
    told = any(sentence in attempt.said for sentence in sentences)
    return bool(no) and told and attempt.ephemeral and attempt.interaction.state in {
        InteractionState.ANSWERED,
        InteractionState.DELETED,  # a public answer was promised, and taken back
    }  # fmt: skip


@asynccontextmanager
async def set_stage(
    bot: Bot, world: SandboxClient, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """Everybody, what Ben has made, and the bot, to which every command is shown to everybody."""
    garden, art = await world.guild(), await world.channel("art")
    bert = await world.add_user(Person.BANNED)
    await world.join(garden, bert)
    users = {person: await world.user(person) for person in Person}
    await world.set_discord(commands_for_everybody=True)
    reports = await world.add_channel(garden, "reports")
    await bot.decide(
        garden.id,
        ServerRules(library=LibraryRules(approval=True), channels=Channels(reports=reports.id)),
    )
    await bot.sql(
        "INSERT INTO bans (guild_id, user_id, reason, banned_by, banned_at) VALUES (?, ?, 'spam', 1, 1)",
        garden.id,
        bert.id,
    )
    forgers: list[Forger] = []

    def cogs_and_forger(of: Features) -> list[commands.Cog]:
        forgers.append(Forger(of.client))
        return [*make_cogs(of), forgers[0]]

    monkeypatch.setattr("bot.make_cogs", cogs_and_forger)
    await bot.start(webhooks=True)
    ben, hands = users[Person.OWNER], Hands(world, art)
    await hands.answer(await world.command(ben, art, "imagine", {"prompt": SECRET, "private": True}), ben)
    message = await hands.answer(await world.command(ben, art, "imagine", {"prompt": "a fox"}), ben)
    added = await world.command(ben, art, "lora add", {"name": "Grain", "source": "https://example.com/grain"})
    lora = await hands.answer(added, ben)
    saved = await world.command(
        users[Person.MODERATOR], art, "preset save", {"name": "House", "style": "ink", "server": True}
    )
    await hands.answer(saved, users[Person.MODERATOR])
    form = await hands.open_form(users[Person.MEMBER], message, "Report")
    await hands.send_form(users[Person.MEMBER], form, {"reason": "blurred"})
    await world.wait_for_message(reports, None, lambda seen: bool(seen.embeds), PATIENCE)

    async def is_noted() -> bool | None:
        return all(each["told_at"] and each["message_id"] for each in await bot.sql("SELECT * FROM reports")) or None

    await eventually(is_noted)
    await world.set_eachlabs(hold=True)
    await world.command(ben, art, "imagine", {"prompt": "a slow fox", "private": True})
    for number in range(3):
        await bot.wait_for_job(*(("delivered",) if number < 2 else ("running",)), number=number)
    private, public, waiting = [job["id"] for job in await bot.jobs()]
    entry, fingerprint, _ = str(lora.buttons[0].custom_id).removeprefix("fluxcord:loraok:").split(":")
    facts = Facts(
        job=public,
        private=private,
        waiting=waiting,
        message=message,
        entry=entry,
        fingerprint=fingerprint,
        users=users,
        art=art,
        elsewhere=elsewhere,
    )
    yield Stage(bot, world, forgers[0], facts)


def changes(before: Snapshot, after: Snapshot) -> dict[str, list[Mapping[str, Any]]]:
    """The rows that are in one of them alone, by table."""
    found = {
        table: [row for row in (*before[table], *after[table]) if row not in before[table] or row not in after[table]]
        for table in before
    }
    return {table: rows for table, rows in found.items() if rows}
