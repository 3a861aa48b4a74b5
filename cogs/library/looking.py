"""`/lora list` and `/lora show`: what is there, out of memory but for previews."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from cogs.library.answers import NO_SERVER, NOT_AN_APPROVER, may_approve, may_see
from cogs.library.buttons import TEXT_LONGEST, PageReference, list_view
from cogs.library.embeds import ON_A_PAGE, UNDECIDED_ON_A_PAGE, list_embed
from cogs.library.messages import Shelves
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.library.entry import Entry
from jobs.model import DIRECT
from jobs.sentence import Sentence
from words.speech import Words

_MISSING: Final = discord.utils.MISSING


class Looking:
    """Shows entries, many or one, to whoever asks alone."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def list(self, interaction: discord.Interaction[Any], text: str, *, waiting: bool) -> None:
        """The first page."""
        page = PageReference(number=0, waiting=waiting, text="" if waiting else " ".join(text.split())[:TEXT_LONGEST])
        if (refusal := self._why_not(interaction, page)) is not None:
            await refuse(interaction, refusal)
            return
        embed, view = self.page(interaction, page)
        await interaction.response.send_message(embed=embed, view=view or _MISSING, ephemeral=True)

    async def turn(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Another page in the place of this one."""
        page = PageReference.read(reference)
        if (refusal := self._why_not(interaction, page)) is not None:
            await refuse(interaction, refusal)
            return
        embed, view = self.page(interaction, page)
        await interaction.response.edit_message(embed=embed, view=view)

    def page(
        self, interaction: discord.Interaction[Any], page: PageReference
    ) -> "tuple[discord.Embed, ui.View | None]":
        """One page, the last one where there are not as many any more."""
        words = Words(interaction.locale.value)
        rules = self._shelves.rules(interaction)
        found = [entry for entry in self._found(interaction, page) if may_see(interaction, entry, rules)]
        each = UNDECIDED_ON_A_PAGE if page.waiting else ON_A_PAGE
        pages = max(1, -(-len(found) // each))
        page = PageReference(number=min(max(0, page.number), pages - 1), waiting=page.waiting, text=page.text)
        shown = found[page.number * each : (page.number + 1) * each]
        embed = list_embed(shown, page, total=len(found), pages=pages, catalog=self._shelves.catalog, words=words)
        return embed, list_view(page, pages, shown if page.waiting else (), words)

    async def show(self, interaction: discord.Interaction[Any], name: str) -> None:
        """All of one."""
        found = self._shelves.find(interaction, name)
        if isinstance(found, Sentence):
            await refuse(interaction, found)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(**await self._shelves.shown(interaction, found))

    def _found(self, interaction: discord.Interaction[Any], page: PageReference) -> Sequence[Entry]:
        library = self._shelves.here(interaction)
        if page.waiting:
            return library.waiting()
        if page.text:
            return library.holding(page.text)
        return library.entries()

    def _why_not(self, interaction: discord.Interaction[Any], page: PageReference) -> Sentence | None:
        if guild_of(interaction) == DIRECT:
            return NO_SERVER
        decides = may_approve(interaction, self._shelves.rules(interaction))
        return NOT_AN_APPROVER if page.waiting and not decides else None
