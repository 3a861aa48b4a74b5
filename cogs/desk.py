"""Takes orders: from what was typed or pressed to an accepted job, or to one clear answer."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
import discord
import structlog

from cogs.embeds import faults_embed, over_quota_embed, sentence_embed
from cogs.place import guild_of, is_age_restricted, missing_permissions
from cogs.presets.answers import UNKNOWN_PRESET
from cogs.queue.embeds import too_many_waiting_embed
from cogs.rush import Rush
from jobs.breaker import ACCOUNT_SENTENCES
from jobs.catalog import Model
from jobs.library.libraries import Libraries
from jobs.library.resolving import resolve, why_not_again
from jobs.model import DIRECT, Order, Reply
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, OverQuota, TooManyWaiting
from jobs.parameters import Option
from jobs.ports import Clock, StoreUnavailable
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.service import JobService, NotAccepting
from jobs.shelf import Shelf
from jobs.validation import Chosen, Fault, Faults, validate
from jobs.variations import with_images
from words.speech import Words

_log = structlog.get_logger(__name__)
REPLY_LIFE: Final = 15 * 60_000  # ms that an interaction's token lives
_SEEDS: Final = 2**31 - 1  # seeds are drawn from 1 to this
UNKNOWN_INTERACTION: Final = 10062  # Discord: acknowledged too late; the user has been told already

STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was made and nothing was charged. "
    "Please try again in a minute."
)
GONE: Final = say("This image's record is not kept any more. Start a new one with `/imagine`.")
MODEL_GONE: Final = say("The model of this image is not on offer any more. Choose another one with `/imagine`.")
RESTARTING: Final = say(
    "The bot is restarting. Nothing was made and nothing was charged. Please try again in a minute."
)
NOT_DIRECTLY: Final = say("I make images in servers only: use the command in a channel of a server that I am in.")


AskFirst = Callable[[discord.Interaction[Any], ImageRequest, bool], Awaitable[None]]
"""Gets a valid request, and whether its result is private, before the acknowledgement."""


class OrderDesk:
    """Accepts orders. `unsafe_guilds` are the servers where the safety checker may be switched off."""

    def __init__(
        self,
        service: JobService,
        shelf: Shelf,
        libraries: Libraries,
        clock: Clock,
        rush: Rush,
        *,
        unsafe_guilds: frozenset[int],
    ) -> None:
        self._service = service
        self._shelf = shelf
        self._libraries = libraries
        self._clock = clock
        self._rush = rush
        self._unsafe_guilds = unsafe_guilds

    async def imagine(
        self,
        interaction: discord.Interaction[Any],
        chosen: Chosen,
        ask_first: AskFirst | None = None,
        *,
        source: str | None = None,
    ) -> None:
        """Answer `/imagine`: what is wrong in itself at once and ephemerally, the rest after the acknowledgement.

        `ask_first` takes over what is valid and asks for several jobs at once. `source`: what was pressed instead of
        typing it.
        """
        words, catalog = Words(interaction.locale.value), self._service.catalog
        completed = self._shelf.complete(
            chosen,
            user_id=interaction.user.id,
            guild_id=guild_of(interaction),
            catalog=catalog,
            unsafe_allowed=not self.unsafe_faults(interaction),
        )
        if completed is None:
            await _answer(interaction, sentence_embed(UNKNOWN_PRESET, words))
            return
        chosen = completed.merged.chosen
        private = bool(chosen.get(Option.PRIVATE, False))
        model = catalog.get(str(chosen.get(Option.MODEL, catalog.default.key)))
        refusal = self.refusal(interaction, private=private, may_be_private=True)
        if refusal is not None or model is None:
            await _answer(interaction, sentence_embed(refusal or MODEL_GONE, words))
            return
        if closed := self.closed(model):
            await _answer(interaction, sentence_embed(closed, words))
            return
        faults = [] if chosen.get(Option.SAFETY, True) else self.unsafe_faults(interaction)
        resolved = resolve(
            chosen,
            model=model,
            library=self._libraries.of(guild_of(interaction)),
            models=catalog.models,
            restricted=is_age_restricted(interaction.channel),
        )
        completed, wrong = completed.spare(resolved.faults)
        request = validate(resolved.chosen, model=model, drawn_seed=draw_seed(), faults=[*faults, *wrong])
        if isinstance(request, Faults):
            await _answer(interaction, faults_embed(request.faults, words))
            return
        request = completed.noted(resolved.complete(request))
        if ask_first is not None and chosen.get(Option.ALTERNATIVES):
            await ask_first(interaction, request, private)
            return
        with self._rush.acknowledging():
            message_id = await acknowledge(interaction, private=private)
        if message_id is not None:
            await self.place(interaction, request, private=private, source=source, message_id=message_id)

    async def place(
        self,
        interaction: discord.Interaction[Any],
        request: ImageRequest,
        *,
        private: bool,
        source: str | None,
        message_id: int,
        fewer: bool = False,
    ) -> Admission | None:
        """Place an order after the acknowledgement; whoever gave it has been told when this returns.

        `fewer`: where the quota has no room for all images but for some, these are ordered. None: nothing could be
        ordered now, whatever the quota says.
        """
        words = Words(interaction.locale.value)
        order = self.make_order(interaction, request, private=private, source=source, message_id=message_id)
        try:
            async with self._rush.turn():
                admission = await self._service.place_order(order)
        except StoreUnavailable as error:
            _log.info("an order was refused, the database cannot be used", cause=str(error))
            await take_back(interaction, sentence_embed(STORE_TROUBLE, words), private=private)
            return None
        except NotAccepting:
            await take_back(interaction, sentence_embed(RESTARTING, words), private=private)
            return None
        match admission:
            case Admitted():
                pass  # its progress and its result are shown from now on
            case OverQuota(usage=usage):
                less = with_images(request, usage.left) if fewer else None
                if less is not None and less.images < request.images:
                    return await self.place(
                        interaction, less, private=private, source=source, message_id=message_id, fewer=True
                    )
                await take_back(interaction, over_quota_embed(admission, words), private=private)
            case TooManyWaiting():
                await take_back(interaction, too_many_waiting_embed(admission, words), private=private)
            case AlreadyAdmitted(job=job):
                if job.order.reply.message_id != message_id:
                    await interaction.delete_original_response()
        return admission

    def closed(self, model: Model) -> Sentence | None:
        """Why it is no use to order this model now: what would be told after the wait is told at once.

        Once the breaker's pause is over the next order goes through: it tries the key.
        """
        outage = self._service.outage(model)
        if outage is None or not outage.hopeless:
            return None
        why = ACCOUNT_SENTENCES[outage.reason]
        works = [other.title for other in self._service.catalog.models if self._service.outage(other) is None]
        if not works:
            return say("{why} Nothing was made and nothing was charged.", why=why)
        return say(
            "{why} Nothing was made and nothing was charged. "
            "Meanwhile choose **{model}** with `/imagine` and its option `model`.",
            why=why,
            model=works[0],
        )

    def unsafe_faults(self, interaction: discord.Interaction[Any]) -> list[Fault]:
        """Why the safety checker may not be off here: the server's admin and an age-restricted channel decide."""
        if guild_of(interaction) == DIRECT:
            text = say("`safety` can be switched off only in servers: leave it out.")
        elif interaction.guild_id not in self._unsafe_guilds:
            text = say("`safety` cannot be switched off in this server: leave it out.")
        elif not is_age_restricted(interaction.channel):
            text = say("`safety` can be switched off only in an age-restricted channel: leave it out, or go to one.")
        else:
            return []
        return [Fault(option=Option.SAFETY, sentence=text)]

    def lora_refusal(self, interaction: discord.Interaction[Any], request: ImageRequest) -> Sentence | None:
        """Why a former request's LoRAs may not be used here and now: the library may have changed since then."""
        library = self._libraries.of(guild_of(interaction))
        return why_not_again(request, library=library, restricted=is_age_restricted(interaction.channel))

    def refusal(
        self, interaction: discord.Interaction[Any], *, private: bool, may_be_private: bool = False
    ) -> Sentence | None:
        """Why nothing at all can be ordered here and now; None: it can."""
        if not self._service.accepting:
            return RESTARTING
        if guild_of(interaction) == DIRECT and not self._service.serves_directly:
            return NOT_DIRECTLY
        missing = [] if private else missing_permissions(interaction)
        if not missing:
            return None
        words = Words(interaction.locale.value)
        names = ", ".join(f"**{words(name)}**" for name in missing)
        if may_be_private:
            return say(
                "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it, "
                "or use `private: True`. Nothing was made and nothing was charged.",
                permissions=names,
            )
        return say(
            "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it. "
            "Nothing was made and nothing was charged.",
            permissions=names,
        )

    def make_order(
        self,
        interaction: discord.Interaction[Any],
        request: ImageRequest,
        *,
        private: bool,
        source: str | None,
        message_id: int | None,
    ) -> Order:
        """What an interaction asks for; `message_id` is the message that shows its progress, if there is one."""
        if interaction.channel_id is None:
            raise ValueError("an order needs a channel")
        return Order(
            interaction_id=interaction.id,
            guild_id=guild_of(interaction),
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


async def acknowledge(
    interaction: discord.Interaction[Any], *, private: bool, embed: discord.Embed | None = None
) -> int | None:
    """Acknowledge, by an embed or else with the answer to follow; returns the id of the response's message.

    None when Discord did not take it: it came too late, and the user has been told so by Discord.
    """
    try:
        if embed is None:
            taken = await interaction.response.defer(ephemeral=private, thinking=True)
        else:
            taken = await interaction.response.send_message(embed=embed, ephemeral=private)
        if taken is not None and taken.message_id is not None:
            return taken.message_id
    except discord.NotFound as error:
        if error.code != UNKNOWN_INTERACTION:
            raise
        _log.warning("acknowledged too late; nothing was ordered", interaction=interaction.id)
        return None
    except (aiohttp.ClientError, discord.DiscordServerError, TimeoutError) as error:
        _log.warning("the acknowledgement's answer was lost", interaction=interaction.id, cause=type(error).__name__)
    # Whether it was taken shows in whether there is a response.
    try:
        return (await interaction.original_response()).id
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError):
        _log.warning("not acknowledged; nothing was ordered", interaction=interaction.id)
        return None


async def _answer(interaction: discord.Interaction[Any], embed: discord.Embed) -> None:
    await interaction.response.send_message(embed=embed, ephemeral=True)


async def take_back(interaction: discord.Interaction[Any], embed: discord.Embed, *, private: bool) -> None:
    """Refuse after the acknowledgement: nobody but the user sees why, and no public remains are left."""
    if private:
        await interaction.edit_original_response(embed=embed)
        return
    await interaction.delete_original_response()
    await interaction.followup.send(embed=embed, ephemeral=True)


def draw_seed() -> int:
    """A seed that every model takes."""
    return 1 + secrets.randbelow(_SEEDS)
