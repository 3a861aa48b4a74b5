"""`/admin audit`: what was decided here, by whom and when, the newest first, page by page."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from cogs.admin.entries import entry_line
from cogs.admin.rights import NOT_AN_ADMIN, is_admin
from cogs.admin.writing import written
from cogs.embeds import WORKING
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.sentence import say
from jobs.servers.records import AuditRecords, Change
from words.speech import Words

OLDER: Final = "fluxcord:audit:"
REFERENCE: Final = r"[0-9a-z]{20}|-"  # the last entry shown; `-`: from the newest on
_NEWEST: Final = "-"
_PAGE: Final = 8  # entries, as far as they fit
_LONGEST: Final = 4000  # characters of them


class LookingBack:
    """Reads the entries of the server where this is asked."""

    def __init__(self, records: AuditRecords) -> None:
        self._records = records

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """The command: the newest entries."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await written(interaction, self._page(interaction, None))

    async def turn(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """A button: older ones, or the newest again."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        await interaction.response.defer()
        await written(interaction, self._page(interaction, None if reference == _NEWEST else reference))

    async def _page(self, interaction: discord.Interaction[Any], before: str | None) -> None:
        words = Words(interaction.locale.value)
        found = await self._records.changes(guild_of(interaction), before=before, limit=_PAGE + 1)
        shown, lines = _fitting(found[:_PAGE], words)
        embed = discord.Embed(title=words(say("What was changed here")), colour=WORKING)
        embed.description = "\n".join(lines) or words(say("Nothing was changed yet, or nothing earlier."))
        view = ui.View(timeout=None)
        if before is not None:
            view.add_item(ui.Button(label=words(say("Newest")), custom_id=OLDER + _NEWEST))
        if len(found) > len(shown):
            view.add_item(ui.Button(label=words(say("Older")), custom_id=OLDER + shown[-1].id))
        view.stop()  # it only describes the row
        await interaction.edit_original_response(embed=embed, view=view)


def _fitting(changes: Sequence[Change], words: Words) -> tuple[Sequence[Change], Sequence[str]]:
    """As many as fit into one message, and how they read."""
    lines: list[str] = []
    for change in changes:
        line = entry_line(change, words)
        if sum(len(each) + 1 for each in lines) + len(line) > _LONGEST:
            break
        lines.append(line)
    return changes[: len(lines)], lines
