"""Report: a form for the reason, a record, a word to whoever looks after it, thanks to whoever reports."""

from collections.abc import Mapping
from typing import Any, Final

import discord
import structlog
from discord import ui

from cogs.embeds import DONE, sentence_embed
from cogs.forms import show_form, text_input
from cogs.place import guild_of
from cogs.results.finding import STORE_TROUBLE, Finder, said
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.reports import REASON_LONGEST, Reports
from jobs.sentence import say
from jobs.servers.servers import Servers
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
REPORTED: Final = "fluxcord:reported:"
_REASON: Final = "reason"
TO_MODERATORS: Final = say("Your name and these words go to the moderators of this server.")
TO_OPERATOR: Final = say("Your name and these words go to whoever looks after this bot.")
THANKS: Final = say("Thank you. Your report is kept, and whoever looks after this bot can see it.")
THANKS_OF_MODERATORS: Final = say("Thank you. Your report is kept, and the moderators of this server can see it.")
BEFORE: Final = say("You have reported this image already. Thank you: that report is kept.")


class Reporting:
    """Asks for the reason at once; whether the image may be reported is looked up afterwards."""

    def __init__(self, reports: Reports, finder: Finder, servers: Servers) -> None:
        self._reports = reports
        self._finder = finder
        self._servers = servers

    async def ask(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Show the form."""
        words = Words(interaction.locale.value)
        form = ui.Modal(title=words(say("Report this image"))[:45], custom_id=REPORTED + reference, timeout=None)
        form.add_item(
            text_input(
                words(say("What is wrong with it?")),
                _REASON,
                hint=words(TO_MODERATORS if self._has_moderators(interaction) else TO_OPERATOR),
                longest=REASON_LONGEST,
                required=True,
                long=True,
            )
        )
        await show_form(interaction, form)

    async def submitted(self, interaction: discord.Interaction[Any], reference: str, texts: Mapping[str, str]) -> None:
        """Keep what was typed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._finder.find(interaction, reference)
        if not isinstance(found, Job):
            await interaction.edit_original_response(embed=said(interaction, found))
            return
        try:
            is_new = await self._reports.report(found, user_id=interaction.user.id, reason=texts.get(_REASON, ""))
        except StoreUnavailable as error:
            _log.info("a report could not be kept, the database cannot be used", cause=str(error))
            await interaction.edit_original_response(embed=said(interaction, STORE_TROUBLE))
            return
        if is_new:
            _log.info("an image was reported", by=interaction.user.id, **about(found))
        thanks = THANKS_OF_MODERATORS if self._has_moderators(interaction) else THANKS
        embed = sentence_embed(thanks if is_new else BEFORE, Words(interaction.locale.value), colour=DONE)
        await interaction.edit_original_response(embed=embed)

    def _has_moderators(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether this server's own moderators are told of reports."""
        return self._servers.of(guild_of(interaction)).channels.reports is not None
