"""Takes orders: from what was typed or pressed to an accepted job, or to one clear answer."""

import secrets
from typing import Any, Final

import aiohttp
import discord
import structlog

from cogs.embeds import faults_embed, over_quota_embed, sentence_embed
from jobs.breaker import ACCOUNT_SENTENCES
from jobs.catalog import Model
from jobs.model import Job, Order, Reply
from jobs.outcomes import Admitted, AlreadyAdmitted, OverQuota
from jobs.parameters import Option
from jobs.ports import Clock, StoreUnavailable
from jobs.request import ImageRequest
from jobs.service import JobService, NotAccepting
from jobs.validation import Chosen, Fault, Faults, validate

_log = structlog.get_logger(__name__)
REPLY_LIFE: Final = 15 * 60_000  # ms that an interaction's token lives
_SEEDS: Final = 2**31 - 1  # seeds are drawn from 1 to this: every model takes them
UNKNOWN_INTERACTION: Final = 10062  # Discord: acknowledged too late; the user has been told already

STORE_TROUBLE: Final = (
    "The bot's database cannot be used right now. Nothing was made and nothing was charged. "
    "Please try again in a minute."
)
GONE: Final = "This image's record is not kept any more. Start a new one with `/imagine`."
MODEL_GONE: Final = "The model of this image is not on offer any more. Choose another one with `/imagine`."
RESTARTING: Final = "The bot is restarting. Nothing was made and nothing was charged. Please try again in a minute."
SERVER_ONLY: Final = "Images are made in servers only: use the command in a channel of a server."


class OrderDesk:
    """Accepts `/imagine` and Again. `unsafe_guilds` are the servers where the safety checker may be switched off."""

    def __init__(self, service: JobService, clock: Clock, *, unsafe_guilds: frozenset[int]) -> None:
        self._service = service
        self._clock = clock
        self._unsafe_guilds = unsafe_guilds

    async def imagine(self, interaction: discord.Interaction[Any], chosen: Chosen) -> None:
        """Answer `/imagine`: what is wrong in itself at once and ephemerally, the rest after the acknowledgement."""
        private = bool(chosen.get(Option.PRIVATE, False))
        catalog = self._service.catalog
        model = catalog.get(str(chosen.get(Option.MODEL, catalog.default.key)))
        refusal = self._refusal(interaction, private=private, advice=", or use `private: True`")
        if refusal is not None or model is None:
            await _answer(interaction, sentence_embed(refusal or MODEL_GONE))
            return
        if closed := self._closed(model):
            await _answer(interaction, sentence_embed(closed))
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
        gone = GONE if job.removed_at is not None else MODEL_GONE if model is None else None
        refusal = self._refusal(interaction, private=private) or gone
        if refusal is None and job.request.safety is False and self._unsafe_faults(interaction):
            refusal = self._unsafe_faults(interaction)[0].sentence
        if refusal is None and model is not None:
            refusal = self._closed(model)
        if refusal is not None:
            await _answer(interaction, sentence_embed(refusal))
            return
        source = f"again:{job.id}:{interaction.message.id if interaction.message else 0}"
        await self._order(interaction, job.request.with_seed(_draw_seed()), private=private, source=source)

    async def _order(
        self, interaction: discord.Interaction[Any], request: ImageRequest, *, private: bool, source: str | None
    ) -> None:
        message_id = await acknowledge(interaction, private=private)
        if message_id is None:
            _log.warning("not acknowledged; nothing was ordered", interaction=interaction.id)
            return
        order = self._make_order(interaction, request, private=private, source=source, message_id=message_id)
        try:
            admission = await self._service.place_order(order)
        except StoreUnavailable as error:
            _log.info("an order was refused, the database cannot be used", cause=str(error))
            await _take_back(interaction, sentence_embed(STORE_TROUBLE), private=private)
            return
        except NotAccepting:
            await _take_back(interaction, sentence_embed(RESTARTING), private=private)
            return
        match admission:
            case Admitted():
                pass  # its progress and its result are shown from now on
            case OverQuota():
                await _take_back(interaction, over_quota_embed(admission), private=private)
            case AlreadyAdmitted(job=job):
                if job.order.reply.message_id != message_id:
                    await interaction.delete_original_response()

    def _closed(self, model: Model) -> str | None:
        """Why it is no use to order this model now: what would be told after the wait is told at once.

        Once the breaker's pause is over the next order goes through: it tries the key.
        """
        outage = self._service.outage(model)
        if outage is None or not outage.hopeless:
            return None
        text = f"{ACCOUNT_SENTENCES[outage.reason]} Nothing was made and nothing was charged."
        works = [other.title for other in self._service.catalog.models if self._service.outage(other) is None]
        return f"{text} Meanwhile choose **{works[0]}** with `/imagine` and its option `model`." if works else text

    def _unsafe_faults(self, interaction: discord.Interaction[Any]) -> list[Fault]:
        """Why the safety checker may not be off here: the server's admin and an age-restricted channel decide."""
        if interaction.guild_id not in self._unsafe_guilds:
            text = "`safety` cannot be switched off in this server: leave it out."
        elif not _is_age_restricted(interaction.channel):
            text = "`safety` can be switched off only in an age-restricted channel: leave it out, or go to one."
        else:
            return []
        return [Fault(option=Option.SAFETY, sentence=text)]

    def _refusal(self, interaction: discord.Interaction[Any], *, private: bool, advice: str = "") -> str | None:
        if not self._service.accepting:
            return RESTARTING
        if interaction.guild_id is None or interaction.channel_id is None:
            return SERVER_ONLY
        missing = [] if private else missing_permissions(interaction)
        if not missing:
            return None
        names = ", ".join(f"**{name}**" for name in missing)
        return (
            f"I cannot post images here: I lack {names} in this channel. Ask a moderator to allow it{advice}. "
            "Nothing was made and nothing was charged."
        )

    def _make_order(
        self,
        interaction: discord.Interaction[Any],
        request: ImageRequest,
        *,
        private: bool,
        source: str | None,
        message_id: int,
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
                expires_at=self._clock.now() + REPLY_LIFE,  # by our clock, which is the one it is compared with
                message_id=message_id,
            ),
            upload_limit=interaction.filesize_limit,
            source=source,
        )


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


async def acknowledge(interaction: discord.Interaction[Any], *, private: bool) -> int | None:
    """Acknowledge, the answer to follow; returns the id of the response's message.

    None when Discord did not take it: it came too late, and the user has been told so by Discord.
    """
    try:
        deferred = await interaction.response.defer(ephemeral=private, thinking=True)
        if deferred is not None and deferred.message_id is not None:
            return deferred.message_id
    except discord.NotFound as error:
        if error.code != UNKNOWN_INTERACTION:
            raise
        return None
    except (aiohttp.ClientError, discord.DiscordServerError, TimeoutError) as error:
        _log.warning("the acknowledgement's answer was lost", interaction=interaction.id, cause=type(error).__name__)
    # Whether it was taken shows in whether there is a response.
    try:
        return (await interaction.original_response()).id
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError):
        return None


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
    return isinstance(channel, _CAN_BE_RESTRICTED) and channel.is_nsfw()


_CAN_BE_RESTRICTED: Final = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel, discord.ForumChannel)


def _draw_seed() -> int:
    return 1 + secrets.randbelow(_SEEDS)
