"""`/lora edit` and the button Edit: by a form, or by what the command itself takes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord
import structlog

from cogs.forms import show_form
from cogs.library.answers import CHANGED, NO_PREVIEW, NOT_YOURS, author_of, may_change, may_see, refused
from cogs.library.buttons import edit_again_view
from cogs.library.embeds import wrong_embed
from cogs.library.form import edit_form, texts_of, typed_embed, typed_in_form, typed_in_message
from cogs.library.messages import Shelves, guarded
from cogs.results.finding import refuse
from jobs.library.entry import Entry, Facts, read_facts
from jobs.library.libraries import Refusal
from jobs.lora import is_public_https_url
from jobs.sentence import Sentence, say
from words.speech import Words

_log = structlog.get_logger(__name__)


class Editing:
    """Changes entries."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def open(self, interaction: discord.Interaction[Any], entry_id: str) -> None:
        """Show the form of an entry."""
        entry = self._changeable(interaction, entry_id)
        if isinstance(entry, Sentence):
            await refuse(interaction, entry)
            return
        await show_form(interaction, edit_form(entry, texts_of(entry.facts), Words(interaction.locale.value)))

    async def open_again(self, interaction: discord.Interaction[Any], entry_id: str) -> None:
        """Show the form with what was typed before, which stands in the message."""
        entry = self._changeable(interaction, entry_id)
        if isinstance(entry, Sentence) or interaction.message is None:
            await refuse(interaction, entry if isinstance(entry, Sentence) else CHANGED)
            return
        typed = typed_in_message(interaction.message, age_restricted=entry.facts.age_restricted)
        await show_form(interaction, edit_form(entry, typed, Words(interaction.locale.value)))

    async def submitted(self, interaction: discord.Interaction[Any], entry_id: str, texts: Mapping[str, str]) -> None:
        """Change the entry, or tell everything that is wrong with what was typed."""
        entry = self._changeable(interaction, entry_id)
        if isinstance(entry, Sentence):
            await refuse(interaction, entry)
            return
        typed = typed_in_form(texts, age_restricted=entry.facts.age_restricted)
        facts = read_facts(typed)
        if isinstance(facts, Facts):
            same = self._shelves.here(interaction).find(facts.name)
            if same is None or same.id == entry.id:
                await guarded(interaction, self._change(interaction, entry, facts))
                return
            facts = (refused(Refusal.NAME_TAKEN, facts.name),)
        words = Words(interaction.locale.value)
        await interaction.response.send_message(
            embeds=[wrong_embed(facts, words), typed_embed(typed, words)],
            view=edit_again_view(entry, words),
            ephemeral=True,
        )

    async def edit(
        self,
        interaction: discord.Interaction[Any],
        name: str,
        *,
        age_restricted: bool | None,
        preview: discord.Attachment | None,
        preview_link: str | None,
    ) -> None:
        """Change what the command says; without anything said, show the form."""
        found = self._shelves.find(interaction, name)
        if isinstance(found, Sentence) or not may_change(interaction, found):
            await refuse(interaction, found if isinstance(found, Sentence) else NOT_YOURS)
            return
        if age_restricted is None and preview is None and preview_link is None:
            await self.open(interaction, found.id)
            return
        if preview_link is not None and not is_public_https_url(preview_link.strip()):
            await refuse(interaction, NO_PREVIEW)
            return
        facts = found.facts if age_restricted is None else replace(found.facts, age_restricted=age_restricted)
        url = preview.url if preview is not None else preview_link
        await guarded(interaction, self._change(interaction, found, facts, url=url))

    async def _change(
        self, interaction: discord.Interaction[Any], entry: Entry, facts: Facts, *, url: str | None = None
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        picture = None
        if url is not None and (picture := await self._shelves.previews.fetch(url.strip())) is None:
            await refuse(interaction, NO_PREVIEW)
            return
        author = author_of(interaction, self._shelves.rules(interaction))
        changed = await self._shelves.libraries.change(entry, facts, author, preview=picture)
        if isinstance(changed, Refusal):
            await refuse(interaction, refused(changed, facts.name))
            return
        _log.info("a LoRA was changed", guild=changed.guild_id, user=interaction.user.id, approved=changed.approved)
        shown = await self._shelves.shown(interaction, changed, note=say("It is changed."))
        await interaction.edit_original_response(**shown)

    def _changeable(self, interaction: discord.Interaction[Any], entry_id: str) -> Entry | Sentence:
        entry = self._shelves.here(interaction).get(entry_id)
        if entry is None or not may_see(interaction, entry, self._shelves.rules(interaction)):
            return CHANGED
        return entry if may_change(interaction, entry) else NOT_YOURS
