"""`/admin config`: a server's rules at a glance, as a file, and from a file after a question."""

import asyncio
import hashlib
import io
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord import ui

from cogs.admin.rights import NOT_AN_ADMIN, is_admin
from cogs.admin.setup import Setup
from cogs.admin.writing import written
from cogs.embeds import DONE, REFUSED, WORKING, sentence_embed
from cogs.library.embeds import file_faults_embed
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.sentence import Sentence, say, say_count, verbatim
from jobs.servers.differences import differences, entry
from jobs.servers.exchange import Surroundings, write_config
from jobs.servers.exchange_reading import FILE_LONGEST, read_config
from jobs.servers.records import Change
from jobs.servers.rules import ServerRules
from jobs.servers.servers import Servers
from jobs.servers.text import rules_to_json
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)
APPLY: Final = "fluxcord:config:apply:"
DISCARD: Final = "fluxcord:config:discard:"
REFERENCE: Final = r"[0-9a-f]{16}"
_NAME: Final = "rules.toml"
_SHOWN: Final = 25  # differences
_VALUE: Final = 60  # characters of a value in one
_LONGEST: Final = 4000  # characters of all of them

TOO_LARGE: Final = say("The file is too large: {most} bytes is the most. Nothing was changed.", most=FILE_LONGEST)
NOT_FETCHED: Final = say("Discord did not hand the file over. Nothing was changed. Please try again.")
NO_FILE: Final = say("The file is not there any more: import it again. Nothing was changed.")
SAME: Final = say("The file says what holds already: there is nothing to change.")
CHANGED: Final = say("The rules were changed meanwhile: look again at what the file changes now.")
DISCARDED: Final = say("Nothing was changed.")


class Carrying:
    """What is asked about is in the message itself: the file, and a mark of the rules that it was compared with."""

    def __init__(self, servers: Servers, service: JobService, setup: Setup) -> None:
        self._servers = servers
        self._service = service
        self._setup = setup

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Every section in words."""
        words = Words(interaction.locale.value)
        embed = discord.Embed(title=words(say("What holds in this server")), colour=WORKING)
        for name, section in self._setup.summary(interaction).sections():
            embed.add_field(name=words(name), value=section[:1024], inline=False)
        embed.set_footer(text=words(say("/admin setup changes it, /admin config export gives all of it as a file.")))
        await interaction.response.send_message(embed=embed, ephemeral=True)

    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """The file."""
        words, rules = Words(interaction.locale.value), self._servers.of(guild_of(interaction))
        text = write_config(rules, self._around(interaction), words)
        said = say("This server's rules. Change the file in any editor, then `/admin config import` takes it in again.")
        await interaction.response.send_message(
            embed=sentence_embed(said, words, colour=DONE), file=_file(text.encode()), ephemeral=True
        )

    async def bring(self, interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        """Say what is wrong with a file, or what it would change, and ask."""
        if file.size > FILE_LONGEST:
            await refuse(interaction, TOO_LARGE)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await _fetched(interaction, file)
        if data is not None:
            await self._ask(interaction, data, await self._read(interaction, data))

    async def apply(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Yes: take it in, all of it, unless the rules have changed since the question."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        await interaction.response.defer()
        file = next(iter(interaction.message.attachments), None) if interaction.message is not None else None
        if file is None:
            await refuse(interaction, NO_FILE)
            return
        data = await _fetched(interaction, file)
        if data is None:
            return
        guild_id, rules = guild_of(interaction), await self._read(interaction, data)
        if rules is None:
            return
        if _mark(self._servers.of(guild_id), rules) != reference:
            await self._ask(interaction, data, rules, note=CHANGED)
            return

        def noted(now: ServerRules) -> Change:
            return entry(now, rules, guild_id=guild_id, actor_id=interaction.user.id, action="config.import")

        if await written(interaction, self._servers.change(guild_id, lambda _: rules, entry=noted)):
            _log.info("rules were imported", guild=guild_id, by=interaction.user.id)
            said = say("The file is taken in: all of it holds from now on. `/admin config show` shows it.")
            embed = sentence_embed(said, Words(interaction.locale.value), colour=DONE)
            await interaction.edit_original_response(embed=embed, view=None, attachments=[])

    async def discard(self, interaction: discord.Interaction[Any], _reference: str) -> None:
        """No."""
        embed = sentence_embed(DISCARDED, Words(interaction.locale.value))
        await interaction.response.edit_message(embed=embed, view=None, attachments=[])

    async def _read(self, interaction: discord.Interaction[Any], data: bytes) -> ServerRules | None:
        """What the file says; None where that cannot be taken, and then it has been told why."""
        now = self._servers.of(guild_of(interaction))
        read = await asyncio.to_thread(read_config, data, self._around(interaction), now)
        if isinstance(read, ServerRules):
            return read
        embed = file_faults_embed(read, Words(interaction.locale.value))
        await interaction.edit_original_response(embed=embed, view=None, attachments=[])
        return None

    async def _ask(
        self,
        interaction: discord.Interaction[Any],
        data: bytes,
        rules: ServerRules | None,
        *,
        note: Sentence | None = None,
    ) -> None:
        if rules is None:
            return
        words, now = Words(interaction.locale.value), self._servers.of(guild_of(interaction))
        if rules == now:
            await interaction.edit_original_response(embed=sentence_embed(SAME, words), view=None, attachments=[])
            return
        mark = _mark(now, rules)
        view = ui.View(timeout=None)
        view.add_item(ui.Button(label=words(say("Apply")), custom_id=APPLY + mark, style=discord.ButtonStyle.primary))
        view.add_item(ui.Button(label=words(say("Cancel")), custom_id=DISCARD + mark))
        view.stop()  # it only describes the row
        embed = _question(now, rules, words, note=note)
        await interaction.edit_original_response(embed=embed, view=view, attachments=[_file(data)])

    def _around(self, interaction: discord.Interaction[Any]) -> Surroundings:
        guild = interaction.guild
        channels = [] if guild is None else [*guild.channels, *guild.threads]
        return Surroundings(
            models=[model.key for model in self._service.catalog.models],
            channels={channel.id: channel.name for channel in channels},
            writable=[each.id for each in channels if isinstance(each, discord.TextChannel | discord.Thread)],
            roles={} if guild is None else {role.id: role.name for role in guild.roles if not role.is_default()},
        )


def _question(now: ServerRules, rules: ServerRules, words: Words, *, note: Sentence | None) -> discord.Embed:
    """What the file changes, setting by setting."""
    found = differences(now, rules)
    lines = [] if note is None else [words(note)]
    for each in found[:_SHOWN]:
        before, after = (_short(text) or verbatim(words(say("undecided"))) for text in (each.before, each.after))
        line = f"• `{each.name}`: {before} → {after}"
        if sum(map(len, lines)) + len(line) > _LONGEST:
            break
        lines.append(line)
    left = len(found) - (len(lines) - (note is not None))
    if left:
        lines.append(words(say("… and {count} more.", count=left)))
    title = say_count("The file changes one setting", "The file changes {count} settings", len(found))
    embed = discord.Embed(title=words(title), description="\n".join(lines), colour=REFUSED)
    return embed.set_footer(text=words(say("Nothing is changed yet.")))


def _short(text: str) -> str:
    """Cut between two elements of a list, so that no mention is halved."""
    if len(text) <= _VALUE:
        return text
    return text[:_VALUE].rpartition(", ")[0] + " …"


def _mark(now: ServerRules, rules: ServerRules) -> str:
    """Of what was compared with what."""
    return hashlib.sha256(f"{rules_to_json(now)}\n{rules_to_json(rules)}".encode()).hexdigest()[:16]


def _file(data: bytes) -> discord.File:
    return discord.File(io.BytesIO(data), _NAME)


async def _fetched(interaction: discord.Interaction[Any], file: discord.Attachment) -> bytes | None:
    """The file's bytes; None where Discord does not give them, and then it has been told so."""
    try:
        return await file.read()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        _log.info("a file of rules could not be fetched", cause=type(error).__name__)
        await refuse(interaction, NOT_FETCHED)
        return None
