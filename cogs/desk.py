"""Takes orders: from what was typed or pressed to an accepted job, or to one clear answer."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import discord
import structlog

from cogs.admin.rights import is_admin
from cogs.answering import acknowledge, answer, take_back
from cogs.costs.refused import over_cap_embed
from cogs.embeds import faults_embed, sentence_embed
from cogs.gate import Gate, Passed
from cogs.place import guild_of, is_age_restricted, roles_of
from cogs.presets.answers import UNKNOWN_PRESET
from cogs.queue.embeds import too_many_waiting_embed
from cogs.quota.embeds import over_quota_embed
from cogs.refusals import NOTHING_ON_OFFER, RESTARTING, STORE_TROUBLE
from cogs.rush import Rush
from jobs.library.libraries import Libraries
from jobs.library.resolving import resolve
from jobs.model import Order, Reply
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, OverCap, OverQuota, TooManyWaiting
from jobs.parameters import Option
from jobs.ports import Clock, StoreUnavailable
from jobs.request import ImageRequest
from jobs.sentence import Sentence
from jobs.service import JobService, NotAccepting
from jobs.shelf import Shelf
from jobs.validation import Chosen, Faults, validate
from words.speech import Words

_log = structlog.get_logger(__name__)
REPLY_LIFE: Final = 15 * 60_000  # ms that an interaction's token lives
_SEEDS: Final = 2**31 - 1  # seeds are drawn from 1 to this
AskFirst = Callable[[discord.Interaction[Any], ImageRequest, bool], Awaitable[None]]
"""Gets a valid request, and whether its result is private, before the acknowledgement."""


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What is valid in itself."""

    request: ImageRequest
    private: bool
    asks_first: bool  # for several jobs at once


class OrderDesk:
    """Accepts what its `gate` lets through."""

    def __init__(
        self,
        service: JobService,
        shelf: Shelf,
        libraries: Libraries,
        clock: Clock,
        rush: Rush,
        gate: Gate,
    ) -> None:
        self._service = service
        self._shelf = shelf
        self._libraries = libraries
        self._clock = clock
        self._rush = rush
        self.gate = gate

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
        words = Words(interaction.locale.value)
        wish = self._wish(interaction, chosen)
        if isinstance(wish, Faults):
            await answer(interaction, faults_embed(wish.faults, words))
            return
        if isinstance(wish, _Wish) and wish.asks_first and ask_first is not None:
            await ask_first(interaction, wish.request, wish.private)
            return
        passed = self.gate.order(interaction, wish.request, private=wish.private) if isinstance(wish, _Wish) else wish
        if isinstance(passed, Sentence):
            await answer(interaction, sentence_embed(passed, words))
            return
        with self._rush.acknowledging():
            message_id = await acknowledge(interaction, private=passed.private)
        if message_id is not None:
            await self.place(interaction, passed, source=source, message_id=message_id)

    def _wish(self, interaction: discord.Interaction[Any], typed: Chosen) -> "_Wish | Faults | Sentence":
        """What was typed, completed and valid in itself; or why it is not, as far as that can be told at once."""
        catalog, guild_id = self.gate.catalog(interaction), guild_of(interaction)
        if catalog is None:
            return NOTHING_ON_OFFER
        completed = self._shelf.complete(
            typed,
            user_id=interaction.user.id,
            guild_id=guild_id,
            catalog=catalog,
            unsafe_allowed=not self.gate.unsafe(interaction),
        )
        if completed is None:
            return UNKNOWN_PRESET
        chosen = completed.merged.chosen
        private = bool(chosen.get(Option.PRIVATE, False))
        if refusal := self.gate.enter(interaction, private=private, may_be_private=True):
            return refusal
        model = self.gate.model(interaction, str(chosen.get(Option.MODEL, catalog.default.key)))
        if isinstance(model, Sentence):
            return model
        resolved = resolve(
            chosen,
            model=model,
            library=self._libraries.of(guild_id),
            models=catalog.models,
            restricted=is_age_restricted(interaction.channel),
            raw_sources=self.gate.raw_sources(interaction),
        )
        completed, wrong = completed.spare(resolved.faults)
        unsafe = [] if chosen.get(Option.SAFETY, True) else self.gate.unsafe(interaction)
        request = validate(
            resolved.chosen,
            model=model,
            drawn_seed=draw_seed(),
            faults=[*unsafe, *wrong],
            models=catalog.models,
        )
        if isinstance(request, Faults):
            return request
        request = completed.noted(resolved.complete(request))
        return _Wish(request=request, private=private, asks_first=bool(chosen.get(Option.ALTERNATIVES)))

    async def place(
        self,
        interaction: discord.Interaction[Any],
        passed: Passed,
        *,
        source: str | None,
        message_id: int,
        fewer: bool = False,
    ) -> Admission | None:
        """Place an order after the acknowledgement; whoever gave it has been told when this returns.

        `fewer`: where the quota has no room for all images but for some, these are ordered. None: nothing could be
        ordered now, whatever the quota says.
        """
        words, private = Words(interaction.locale.value), passed.private
        order = self.make_order(interaction, passed, source=source, message_id=message_id)
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
                less = passed.fewer(usage.left or 0) if fewer else None
                if less is not None:
                    return await self.place(interaction, less, source=source, message_id=message_id, fewer=True)
                await take_back(interaction, over_quota_embed(admission, words), private=private)
            case OverCap():
                asked = order.request.images
                refusal = over_cap_embed(admission, words, asked=asked, is_admin=is_admin(interaction))
                await take_back(interaction, refusal, private=private)
            case TooManyWaiting():
                await take_back(interaction, too_many_waiting_embed(admission, words), private=private)
            case AlreadyAdmitted(job=job):
                if job.order.reply.message_id != message_id:
                    await interaction.delete_original_response()
        return admission

    def make_order(
        self,
        interaction: discord.Interaction[Any],
        passed: Passed,
        *,
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
            private=passed.private,
            spoiler=passed.spoiler,
            roles=roles_of(interaction),
            request=passed.request,
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
