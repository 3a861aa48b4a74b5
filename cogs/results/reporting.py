"""Report: a form for the reason, a record, a word to whoever looks after it, thanks to whoever reports."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

import discord
import structlog
from discord import ui

from cogs.embeds import DONE, REFUSED, sentence_embed
from cogs.forms import show_form, text_input
from cogs.place import guild_of
from cogs.results.finding import STORE_TROUBLE, Finder, said
from cogs.words import when
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.reports import MOST_AN_HOUR, REASON_LONGEST, Filed, Reports, TooManyReports
from jobs.sentence import Sentence, say
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
            filed = await self._reports.report(found, user_id=interaction.user.id, reason=texts.get(_REASON, ""))
        except StoreUnavailable as error:
            _log.info("a report could not be kept, the database cannot be used", cause=str(error))
            await interaction.edit_original_response(embed=said(interaction, STORE_TROUBLE))
            return
        colour = DONE
        match filed:
            case Filed.KEPT:
                _log.info("an image was reported", by=interaction.user.id, **about(found))
                sentence = THANKS_OF_MODERATORS if self._has_moderators(interaction) else THANKS
            case Filed.REPEATED:
                sentence = BEFORE
            case TooManyReports(again_at=again_at):
                _log.info("a report was refused, its member made too many", by=interaction.user.id, **about(found))
                sentence, colour = _too_many(again_at), REFUSED
            case _:
                assert_never(filed)
        embed = sentence_embed(sentence, Words(interaction.locale.value), colour=colour)
        await interaction.edit_original_response(embed=embed)

    def _has_moderators(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether this server's own moderators are told of reports."""
        return self._servers.of(guild_of(interaction)).channels.reports is not None


def _too_many(again_at: int) -> Sentence:
    return say(
        "At most {most} reports an hour are taken from one member, and you have sent as many here: this one is not "
        "kept. Please send it again {when}.",
        most=MOST_AN_HOUR,
        when=when(again_at),
    )
