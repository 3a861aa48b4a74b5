"""`/lora export` and `/lora import`: a library as files."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, Final

import aiohttp
import discord
import structlog

from cogs.admin.rights import is_moderator
from cogs.embeds import DONE, sentence_embed
from cogs.library.answers import NO_SERVER, NOT_A_MODERATOR, author_of, refused
from cogs.library.embeds import file_faults_embed
from cogs.library.messages import Shelves
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.library.entry import Entry, Facts
from jobs.library.exchange import FILE_LONGEST, LineFault, read_file, write_files
from jobs.model import DIRECT
from jobs.sentence import Sentence, say, say_count
from words.speech import Words

_log = structlog.get_logger(__name__)
_FILES_MOST: Final = 10  # of a message, Discord's bound
_TOO_LARGE: Final = say(
    "The file is too large: {most} bytes is the most. Split it, and import one part after the other.",
    most=FILE_LONGEST,
)
_NOT_FETCHED: Final = say("Discord did not hand the file over. Please try again.")
_NO_ROOM: Final = say("This library is too large for Discord's files here. Remove what is not used, then try again.")


class Carrying:
    """Moderators only: a file holds whole links, with whatever keys are in them, and adds without being looked at."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Give all approved entries as files that `/lora import` takes."""
        if (refusal := _why_not(interaction)) is not None:
            await refuse(interaction, refusal)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        facts = [entry.facts for entry in self._shelves.here(interaction).entries() if entry.approved]
        files = await asyncio.to_thread(write_files, facts)
        if len(files) > _FILES_MOST or sum(map(len, files)) > interaction.filesize_limit:
            await refuse(interaction, _NO_ROOM)
            return
        text = say_count(
            "{count} LoRA as a file that `/lora import` takes in. Previews are not in it.",
            "{count} LoRAs as a file that `/lora import` takes in. Previews are not in it.",
            len(facts),
        )
        embed = sentence_embed(text, Words(interaction.locale.value), colour=DONE)
        await interaction.edit_original_response(
            embed=embed,
            attachments=[
                discord.File(io.BytesIO(data), "loras.json" if len(files) == 1 else f"loras-{number}.json")
                for number, data in enumerate(files, start=1)
            ],
        )

    async def bring(self, interaction: discord.Interaction[Any], file: discord.Attachment, *, replace: bool) -> None:
        """Take a file in, all of it or nothing."""
        refusal = _why_not(interaction) or (_TOO_LARGE if file.size > FILE_LONGEST else None)
        if refusal is not None:
            await refuse(interaction, refusal)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            data = await file.read()
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            _log.info("a library's file could not be fetched", cause=type(error).__name__)
            await refuse(interaction, _NOT_FETCHED)
            return
        words = Words(interaction.locale.value)
        read = await asyncio.to_thread(read_file, data)
        faults = [each for each in read if isinstance(each, LineFault)]
        facts = [each for each in read if isinstance(each, Facts)]
        there = [] if faults else self._there(interaction, facts)
        if faults:
            await interaction.edit_original_response(embed=file_faults_embed(faults, words))
            return
        if there and not replace:
            await refuse(interaction, _taken(there))
            return
        author = author_of(interaction, self._shelves.rules(interaction))
        refused_why = await self._shelves.libraries.bring(guild_of(interaction), facts, author)
        if refused_why is not None:
            await refuse(interaction, refused(refused_why, ""))
            return
        _log.info("LoRAs were imported", guild=interaction.guild_id, user=interaction.user.id, entries=len(facts))
        told = say_count("{count} LoRA is taken in.", "{count} LoRAs are taken in.", len(facts))
        if there:
            replaced = say_count(
                "{count} was there and is replaced.", "{count} were there and are replaced.", len(there)
            )
            told = say("{first} {second}", first=told, second=replaced)
        await interaction.edit_original_response(embed=sentence_embed(told, words, colour=DONE))

    def _there(self, interaction: discord.Interaction[Any], facts: Sequence[Facts]) -> Sequence[Entry]:
        library = self._shelves.here(interaction)
        return [entry for each in facts if (entry := library.find(each.name)) is not None]


def _why_not(interaction: discord.Interaction[Any]) -> Sentence | None:
    if guild_of(interaction) == DIRECT:
        return NO_SERVER
    return None if is_moderator(interaction) else NOT_A_MODERATOR


def _taken(there: Sequence[Entry]) -> Sentence:
    names = ", ".join(entry.facts.name for entry in there[:5]) + (" …" if len(there) > 5 else "")  # noqa: PLR2004 - a few
    return say_count(
        "{count} LoRA of the file is in this library already ({names}): use `replace: True` to replace it. "
        "Nothing was taken in.",
        "{count} LoRAs of the file are in this library already ({names}): use `replace: True` to replace them. "
        "Nothing was taken in.",
        len(there),
        names=names,
    )
