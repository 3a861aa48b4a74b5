"""Takes orders: from what was typed or pressed to an accepted job, or to one clear answer."""

import secrets
from typing import Any, Final

import discord
import structlog

from cogs.embeds import faults_embed, over_quota_embed, sentence_embed
from jobs.model import Job, Order, Reply
from jobs.outcomes import Admitted, AlreadyAdmitted, OverQuota
from jobs.parameters import Option
from jobs.ports import StoreUnavailable
from jobs.request import ImageRequest
from jobs.service import JobService
from jobs.validation import Chosen, Fault, Faults, validate

_log = structlog.get_logger(__name__)
_SEEDS: Final = 2**31 - 1  # seeds are drawn from 1 to this: every model takes them
UNKNOWN_INTERACTION: Final = 10062  # Discord: acknowledged too late; the user has been told already

STORE_TROUBLE: Final = (
    "The bot's database cannot be used right now. Nothing was made and nothing was charged. "
    "Please try again in a minute."
)
GONE: Final = "This image's record is not kept any more. Start a new one with `/imagine`."
MODEL_GONE: Final = "The model of this image is not on offer any more. Choose another one with `/imagine`."
SERVER_ONLY: Final = "Images are made in servers only: use the command in a channel of a server."


class OrderDesk:
    """Accepts `/imagine` and Again. `unsafe_guilds` are the servers where the safety checker may be switched off."""

    def __init__(self, service: JobService, *, unsafe_guilds: frozenset[int]) -> None:
        self._service = service
        self._unsafe_guilds = unsafe_guilds

    async def imagine(self, interaction: discord.Interaction[Any], chosen: Chosen) -> None:
        """Answer `/imagine`: what is wrong in itself at once and ephemerally, the rest after the acknowledgement."""
        private = bool(chosen.get(Option.PRIVATE, False))
        catalog = self._service.catalog
        model = catalog.get(str(chosen.get(Option.MODEL, catalog.default.key)))
        refusal = _refusal(interaction, private=private)
        if refusal is not None or model is None:
            await _answer(interaction, sentence_embed(refusal or MODEL_GONE))
            return
        faults = [] if chosen.get(Option.SAFETY, True) else self._unsafe_faults(interaction)
        request = validate(chosen, model=model, drawn_seed=_draw_seed(), faults=faults)
        if isinstance(request, Faults):
            await _answer(interaction, faults_embed(request.faults))
            return
        await self._order(interaction, request, private=private, source=None)

    async def again(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Answer Again: the same with a new seed, ordered and paid by who pressed."""
        private = job.order.private
        model = self._service.catalog.get(job.request.model)
        refusal = _refusal(interaction, private=private) or (MODEL_GONE if model is None else None)
        if refusal is None and job.request.safety is False and self._unsafe_faults(interaction):
            refusal = self._unsafe_faults(interaction)[0].sentence
        if refusal is not None:
            await _answer(interaction, sentence_embed(refusal))
            return
        source = f"again:{job.id}:{interaction.message.id if interaction.message else 0}"
        await self._order(interaction, job.request.with_seed(_draw_seed()), private=private, source=source)

    async def _order(
        self, interaction: discord.Interaction[Any], request: ImageRequest, *, private: bool, source: str | None
    ) -> None:
        try:
            deferred = await interaction.response.defer(ephemeral=private, thinking=True)
        except discord.NotFound as error:
            if error.code != UNKNOWN_INTERACTION:
                raise
            _log.warning("acknowledged too late; nothing was ordered", interaction=interaction.id)
            return
        message_id = deferred.message_id if deferred is not None else None
        order = _make_order(interaction, request, private=private, source=source, message_id=message_id)
        try:
            admission = await self._service.place_order(order)
        except StoreUnavailable as error:
            _log.error("an order was refused, the database cannot be used", cause=str(error))
            await _take_back(interaction, sentence_embed(STORE_TROUBLE), private=private)
            return
        match admission:
            case Admitted():
                pass  # its progress and its result are shown from now on
            case OverQuota():
                await _take_back(interaction, over_quota_embed(admission), private=private)
            case AlreadyAdmitted(job=job):
                if job.order.reply.message_id != message_id:
                    await interaction.delete_original_response()

    def _unsafe_faults(self, interaction: discord.Interaction[Any]) -> list[Fault]:
        """Why the safety checker may not be off here: the server's admin and an age-restricted channel decide."""
        if interaction.guild_id not in self._unsafe_guilds:
            text = "`safety` cannot be switched off in this server: leave it out."
        elif not _is_age_restricted(interaction.channel):
            text = "`safety` can be switched off only in an age-restricted channel: leave it out, or go to one."
        else:
            return []
        return [Fault(option=Option.SAFETY, sentence=text)]


def missing_permissions(interaction: discord.Interaction[Any]) -> list[str]:
    """What the bot may not do in this channel although a public result needs it, in Discord's words."""
    allowed = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = {
        "View Channel": allowed.view_channel,
        "Send Messages": allowed.send_messages_in_threads if in_thread else allowed.send_messages,
        "Attach Files": allowed.attach_files,
        "Embed Links": allowed.embed_links,
    }
    return [name for name, granted in needed.items() if not granted]


def _refusal(interaction: discord.Interaction[Any], *, private: bool) -> str | None:
    if interaction.guild_id is None or interaction.channel_id is None:
        return SERVER_ONLY
    missing = [] if private else missing_permissions(interaction)
    if not missing:
        return None
    names = ", ".join(f"**{name}**" for name in missing)
    return (
        f"I cannot post images here: I lack {names} in this channel. Ask a moderator to allow it, "
        "or use `private: True`. Nothing was made and nothing was charged."
    )


def _make_order(
    interaction: discord.Interaction[Any],
    request: ImageRequest,
    *,
    private: bool,
    source: str | None,
    message_id: int | None,
) -> Order:
    if interaction.guild_id is None or interaction.channel_id is None:
        raise ValueError("an order needs a server and a channel")
    return Order(
        interaction_id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        user_id=interaction.user.id,
        locale=interaction.locale.value,
        private=private,
        request=request,
        reply=Reply(
            application_id=interaction.application_id,
            token=interaction.token,
            expires_at=int(interaction.expires_at.timestamp() * 1000),
            message_id=message_id,
        ),
        upload_limit=interaction.filesize_limit,
        source=source,
    )


async def _answer(interaction: discord.Interaction[Any], embed: discord.Embed) -> None:
    await interaction.response.send_message(embed=embed, ephemeral=True)


async def _take_back(interaction: discord.Interaction[Any], embed: discord.Embed, *, private: bool) -> None:
    """Refuse after the acknowledgement: nobody but the user sees why, and no public remains are left."""
    if private:
        await interaction.edit_original_response(embed=embed)
        return
    await interaction.delete_original_response()
    await interaction.followup.send(embed=embed, ephemeral=True)


def _is_age_restricted(channel: object) -> bool:
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    return isinstance(channel, discord.TextChannel | discord.VoiceChannel | discord.ForumChannel) and channel.is_nsfw()


def _draw_seed() -> int:
    return 1 + secrets.randbelow(_SEEDS)
