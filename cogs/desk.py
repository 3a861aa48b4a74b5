"""Takes orders: from what was typed or pressed to an accepted job, or to one clear answer."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
import structlog

from cogs.answering import acknowledge, answer, take_back
from cogs.embeds import faults_embed, over_quota_embed, sentence_embed
from cogs.place import guild_of, is_age_restricted
from cogs.presets.answers import UNKNOWN_PRESET
from cogs.queue.embeds import too_many_waiting_embed
from cogs.refusals import MODEL_GONE, RESTARTING, STORE_TROUBLE, Refusals
from cogs.rush import Rush
from jobs.library.libraries import Libraries
from jobs.library.resolving import resolve
from jobs.model import Order, Reply
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, OverQuota, TooManyWaiting
from jobs.parameters import Option
from jobs.ports import Clock, StoreUnavailable
from jobs.request import ImageRequest
from jobs.service import JobService, NotAccepting
from jobs.shelf import Shelf
from jobs.validation import Chosen, Faults, validate
from jobs.variations import with_images
from words.speech import Words

_log = structlog.get_logger(__name__)
REPLY_LIFE: Final = 15 * 60_000  # ms that an interaction's token lives
_SEEDS: Final = 2**31 - 1  # seeds are drawn from 1 to this
AskFirst = Callable[[discord.Interaction[Any], ImageRequest, bool], Awaitable[None]]
"""Gets a valid request, and whether its result is private, before the acknowledgement."""


class OrderDesk:
    """Accepts orders; its `refusals` say what else may be ordered here and now."""

    def __init__(
        self,
        service: JobService,
        shelf: Shelf,
        libraries: Libraries,
        clock: Clock,
        rush: Rush,
        refusals: Refusals,
    ) -> None:
        self._service = service
        self._shelf = shelf
        self._libraries = libraries
        self._clock = clock
        self._rush = rush
        self.refusals = refusals

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
            unsafe_allowed=not self.refusals.unsafe(interaction),
        )
        if completed is None:
            await answer(interaction, sentence_embed(UNKNOWN_PRESET, words))
            return
        chosen = completed.merged.chosen
        private = bool(chosen.get(Option.PRIVATE, False))
        model = catalog.get(str(chosen.get(Option.MODEL, catalog.default.key)))
        refusal = self.refusals.here(interaction, private=private, may_be_private=True)
        if refusal is not None or model is None:
            await answer(interaction, sentence_embed(refusal or MODEL_GONE, words))
            return
        if closed := self.refusals.closed(model):
            await answer(interaction, sentence_embed(closed, words))
            return
        faults = [] if chosen.get(Option.SAFETY, True) else self.refusals.unsafe(interaction)
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
            await answer(interaction, faults_embed(request.faults, words))
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


def draw_seed() -> int:
    """A seed that every model takes."""
    return 1 + secrets.randbelow(_SEEDS)
