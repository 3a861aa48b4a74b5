"""What is decided about entries: Approve, Reject, remove."""

from typing import Any

import discord
import structlog

from cogs.embeds import DONE, sentence_embed
from cogs.library.answers import CHANGED, NOT_AN_APPROVER, NOT_YOURS, may_approve, may_change, may_see
from cogs.library.buttons import PageReference, VerdictReference
from cogs.library.embeds import entry_embed
from cogs.library.looking import Looking
from cogs.library.messages import Shelves
from cogs.results.finding import refuse
from cogs.words import plain
from jobs.library.entry import Entry
from jobs.library.libraries import Refusal
from jobs.sentence import Sentence, say, verbatim
from words.speech import Words

_log = structlog.get_logger(__name__)


class Deciding:
    """Carries it out."""

    def __init__(self, shelves: Shelves, looking: Looking) -> None:
        self._shelves = shelves
        self._looking = looking

    async def approve(self, interaction: discord.Interaction[Any], name: str) -> None:
        """Approve by name."""
        found = self._shelves.find(interaction, name)
        if isinstance(found, Sentence) or not may_approve(interaction, self._shelves.rules(interaction)):
            await refuse(interaction, found if isinstance(found, Sentence) else NOT_AN_APPROVER)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        approved = await self._approved(interaction, found)
        if isinstance(approved, Refusal):
            await refuse(interaction, CHANGED)
            return
        shown = await self._shelves.shown(interaction, approved, note=say("Approved: everybody here can use it."))
        await interaction.edit_original_response(**shown)

    async def pressed(self, interaction: discord.Interaction[Any], reference: str, *, approve: bool) -> None:
        """Approve or reject what the message shows; what has changed since then has to be looked at again."""
        of = VerdictReference.read(reference)
        rules = self._shelves.rules(interaction)
        if not may_approve(interaction, rules):
            await refuse(interaction, NOT_AN_APPROVER)
            return
        entry = self._shelves.here(interaction).get(of.entry_id)
        if entry is None or entry.approved or entry.facts.fingerprint != of.fingerprint:
            await refuse(interaction, CHANGED)
            return
        if not may_see(interaction, entry, rules):
            await refuse(interaction, CHANGED)
            return
        await interaction.response.defer()
        if approve:
            decided = await self._approved(interaction, entry)
            if isinstance(decided, Refusal):
                await refuse(interaction, CHANGED)
                return
            entry = decided
            note = say("Approved by <@{user}>: everybody here can use it.", user=f"{interaction.user.id}")
        else:
            await self._removed(interaction, entry)
            note = say("Rejected by <@{user}>; it is not kept.", user=f"{interaction.user.id}")
        if of.in_list:
            embed, view = self._looking.page(interaction, PageReference(number=0, waiting=True))
            await interaction.edit_original_response(embed=embed, view=view)
            return
        words = Words(interaction.locale.value)
        if approve:
            embed = entry_embed(entry, self._shelves.catalog, words, note=note)
            await interaction.edit_original_response(embed=embed, view=None)
            return
        embed = sentence_embed(say("**{name}**: {note}", name=_shown(entry), note=note), words)
        await interaction.edit_original_response(embed=embed, view=None, attachments=[])

    async def remove(self, interaction: discord.Interaction[Any], name: str) -> None:
        """Remove by name; images made with it stay."""
        found = self._shelves.find(interaction, name)
        if isinstance(found, Sentence) or not may_change(interaction, found):
            await refuse(interaction, found if isinstance(found, Sentence) else NOT_YOURS)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._removed(interaction, found)
        sentence = say("**{name}** is removed from the library. Images made with it stay.", name=_shown(found))
        embed = sentence_embed(sentence, Words(interaction.locale.value), colour=DONE)
        await interaction.edit_original_response(embed=embed)

    async def _approved(self, interaction: discord.Interaction[Any], entry: Entry) -> Entry | Refusal:
        approved = await self._shelves.libraries.approve(entry)
        if isinstance(approved, Entry):
            _log.info("a LoRA was approved", guild=entry.guild_id, user=interaction.user.id, added_by=entry.added_by)
        return approved

    async def _removed(self, interaction: discord.Interaction[Any], entry: Entry) -> None:
        await self._shelves.libraries.remove(entry)
        _log.info("a LoRA was removed", guild=entry.guild_id, user=interaction.user.id, added_by=entry.added_by)


def _shown(entry: Entry) -> Sentence:
    return verbatim(plain(entry.facts.name))
