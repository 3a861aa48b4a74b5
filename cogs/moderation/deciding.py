"""What moderators decide under a report: Remove, Dismiss, Ban; each in their own server alone."""

import contextlib
from collections.abc import Mapping
from typing import Any, Final

import discord
import structlog
from discord import ui

from cogs.admin.rights import is_admin, is_moderator
from cogs.delivery.posting import Poster
from cogs.delivery.trouble import WayClosed, translated
from cogs.embeds import sentence_embed
from cogs.forms import show_form, text_input
from cogs.moderation.board import ReportBoard
from cogs.place import guild_of
from cogs.quota.bans import REASON_LONGEST, Bans
from cogs.results.finding import GONE, STORE_TROUBLE, refuse
from jobs.model import DIRECT, Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.reports import Decision, Reports
from jobs.sentence import Sentence, say
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.status import Status
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
BANNED: Final = "fluxcord:casebanned:"
_REASON: Final = "reason"
_FOR: Final = "for"
_LONGEST_FOR: Final = 30  # characters
NOT_A_MODERATOR: Final = say(
    "Only moderators of this server, members with **Manage Messages**, can decide about reports. Ask one of them."
)
MAY_NOT_BAN: Final = say("Only members with **Manage Server** or **Ban Members** can do that. Ask one of them.")
FORGOTTEN: Final = say("The data of whoever made this image are deleted: nobody knows whom to ban any more.")
NOT_BANNED: Final = say("Discord did not say who that is just now. Nobody was banned. Please try again in a minute.")
DECIDED: Final = say("Somebody else has decided already: the message above says what.")
STILL_POSTED: Final = say("The image is still being posted: press again in a moment.")
NOT_REMOVED: Final = say("Not everything could be removed right now. Please press again in a minute.")
OUT_OF_REACH: Final = say(
    "The image is removed where I can reach it. A message that I cannot delete still shows it: delete that by hand."
)


class Deciding:
    """Answers the buttons of a case; they work for ever."""

    def __init__(
        self,
        service: JobService,
        reports: Reports,
        servers: Servers,
        poster: Poster,
        bans: Bans,
        board: ReportBoard,
        client: discord.Client,
    ) -> None:
        self._service = service
        self._reports = reports
        self._servers = servers
        self._poster = poster
        self._bans = bans
        self._board = board
        self._client = client

    async def remove(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Delete every message that shows the image, and let no history show it."""
        job = await self._job(interaction, job_id, may=is_moderator(interaction), no=NOT_A_MODERATOR)
        if job is None:
            return
        if job.status is Status.DELIVERING:  # what is not posted yet would come after all
            await refuse(interaction, STILL_POSTED)
            return
        try:
            gone = [await self._poster.delete(job, posted) for posted in await self._service.archive.posted(job)]
            await self._service.archive.hide(job)
            decided = await self._decide(interaction, job, Decision.REMOVED)
        except (DeliveryDelayed, StoreUnavailable) as error:
            _log.warning("a reported image could not be removed yet", cause=str(error), **about(job))
            await refuse(interaction, NOT_REMOVED)
            return
        if decided and not all(gone):
            await refuse(interaction, OUT_OF_REACH)

    async def dismiss(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Leave the image where it is."""
        job = await self._job(interaction, job_id, may=is_moderator(interaction), no=NOT_A_MODERATOR)
        if job is None:
            return
        try:
            await self._decide(interaction, job, Decision.DISMISSED)
        except StoreUnavailable as error:
            _log.info("a report could not be dismissed, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)

    async def ask(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show the form of a ban."""
        if not may_ban(interaction):
            await refuse(interaction, MAY_NOT_BAN)
            return
        words = Words(interaction.locale.value)
        form = ui.Modal(title=words(say("Ban from making images"))[:45], custom_id=BANNED + job_id, timeout=None)
        hint = words(say("The banned member reads it."))
        form.add_item(
            text_input(words(say("Why?")), _REASON, hint=hint, longest=REASON_LONGEST, required=True, long=True)
        )
        hint = words(say("Such as 12h, 7d or 2026-12-31; nothing: until somebody lifts it."))
        form.add_item(text_input(words(say("For how long?")), _FOR, hint=hint, longest=_LONGEST_FOR))
        await show_form(interaction, form)

    async def ban(self, interaction: discord.Interaction[Any], job_id: str, texts: Mapping[str, str]) -> None:
        """Ban whoever made the image; what waits of theirs is cancelled."""
        job = await self._job(interaction, job_id, may=may_ban(interaction), no=MAY_NOT_BAN)
        if job is None:
            return
        if job.order.user_id < 0:
            await refuse(interaction, FORGOTTEN)
            return
        words, until = Words(interaction.locale.value), texts.get(_FOR, "").strip() or None
        try:
            user = await self._user(interaction, job.order.user_id)
            said = await self._bans.ban(
                interaction, words, user, reason=texts.get(_REASON, ""), until=until, cancel_waiting=True
            )
            await self._board.refresh(interaction, job)
        except StoreUnavailable as error:
            _log.info("a ban was not made, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)
        except (WayClosed, DeliveryDelayed) as error:
            _log.warning("a ban was not made", cause=str(error), **about(job))
            await refuse(interaction, NOT_BANNED)
        else:
            embed = sentence_embed(said, words) if isinstance(said, Sentence) else said
            await interaction.followup.send(embed=embed, ephemeral=True)

    async def _job(self, interaction: discord.Interaction[Any], job_id: str, *, may: bool, no: Sentence) -> Job | None:
        """The job, after the acknowledgement; None: whoever pressed may not decide about it, and has been told."""
        if not may:
            await refuse(interaction, no)
            return None
        await interaction.response.defer()
        try:
            job = await self._service.get(job_id)
        except StoreUnavailable as error:
            _log.info("a press was refused, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)
            return None
        if job is None or job.order.guild_id != guild_of(interaction):
            await refuse(interaction, GONE)
            return None
        return job

    async def _decide(self, interaction: discord.Interaction[Any], job: Job, decision: Decision) -> bool:
        """Note it, and bring the message up to date; False: somebody was faster."""
        change = await self._reports.decide(job, decision, by=interaction.user.id)
        if change is not None:
            _log.info("a report was decided", decision=decision.value, by=interaction.user.id, **about(job))
            self._servers.tell(change)
        await self._board.refresh(interaction, job)
        if change is None:
            await refuse(interaction, DECIDED)
        return change is not None

    async def _user(self, interaction: discord.Interaction[Any], user_id: int) -> discord.Member | discord.User:
        """Whoever is to be banned: as a member, so that what they may do here is known, else as a user."""
        with translated():
            if interaction.guild is not None:
                with contextlib.suppress(discord.NotFound):
                    return await interaction.guild.fetch_member(user_id)
            return await self._client.fetch_user(user_id)


def may_ban(interaction: discord.Interaction[Any]) -> bool:
    """With Manage Server, Administrator or Ban Members here."""
    return is_admin(interaction) or (guild_of(interaction) != DIRECT and interaction.permissions.ban_members)
