"""`/lora add`: from what was typed to an entry, or to everything that is wrong with it."""

from typing import Any

import discord
import structlog

from cogs.answering import take_back
from cogs.library.answers import (
    NO_PREVIEW,
    NO_SERVER,
    RESTRICTED,
    STORE_TROUBLE,
    author_of,
    refused,
)
from cogs.library.embeds import wrong_embed
from cogs.library.messages import Shelves
from cogs.place import guild_of, is_age_restricted
from cogs.results.finding import refuse, said
from cogs.words import plain
from jobs.library.entry import Facts, Typed, read_facts
from jobs.library.libraries import Refusal
from jobs.lora import is_public_https_url
from jobs.model import DIRECT
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence, say, verbatim
from words.speech import Words

_log = structlog.get_logger(__name__)


class Adding:
    """Takes entries in."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def add(
        self,
        interaction: discord.Interaction[Any],
        typed: Typed,
        *,
        preview: discord.Attachment | None,
        preview_link: str | None,
    ) -> None:
        """Answer with the entry: to its author alone, or to all where it waits for a moderator."""
        facts = self._read(interaction, typed, preview_link)
        if isinstance(facts, Sentence):
            await refuse(interaction, facts)
            return
        if isinstance(facts, tuple):
            words = Words(interaction.locale.value)
            await interaction.response.send_message(embed=wrong_embed(facts, words), ephemeral=True)
            return
        rules = self._shelves.rules(interaction)
        author = author_of(interaction, rules)
        private = author.may_approve or not rules.approval
        await interaction.response.defer(ephemeral=private, thinking=True)
        picture = None
        url = preview.url if preview is not None else (preview_link or "").strip()
        if url and (picture := await self._shelves.previews.fetch(url)) is None:
            await take_back(interaction, said(interaction, NO_PREVIEW), private=private)
            return
        try:
            added = await self._shelves.libraries.add(guild_of(interaction), facts, author, preview=picture)
        except StoreUnavailable as error:
            _log.info("a LoRA could not be added, the database cannot be used", cause=str(error))
            await take_back(interaction, said(interaction, STORE_TROUBLE), private=private)
            return
        if isinstance(added, Refusal):
            await take_back(interaction, said(interaction, refused(added, facts.name)), private=private)
            return
        _log.info("a LoRA was added", guild=added.guild_id, user=added.added_by, approved=added.approved)
        name = verbatim(plain(facts.name))
        if added.approved:
            note = say("**{name}** is in this server's library now.", name=name)
        else:
            note = say("Moderators decide here, or later with `/lora list pending: True`.")
        shown = await self._shelves.shown(interaction, added, note=note, public=not private)
        await interaction.edit_original_response(**shown)

    def _read(
        self, interaction: discord.Interaction[Any], typed: Typed, preview_link: str | None
    ) -> Facts | Sentence | tuple[Sentence, ...]:
        if guild_of(interaction) == DIRECT:
            return NO_SERVER
        facts = read_facts(typed)
        link_faults = () if not preview_link or is_public_https_url(preview_link.strip()) else (NO_PREVIEW,)
        if isinstance(facts, tuple) or link_faults:
            return (*(facts if isinstance(facts, tuple) else ()), *link_faults)
        if facts.age_restricted and not is_age_restricted(interaction.channel):
            return RESTRICTED
        if self._shelves.here(interaction).find(facts.name) is not None:
            return refused(Refusal.NAME_TAKEN, facts.name)
        return facts
