"""The one gate that every order passes, out of memory: who, where, what, and whether it is of any use now."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

import discord

from cogs import refusals
from cogs.admin.rights import is_moderator
from cogs.place import guild_of, is_age_restricted, missing_permissions, places_of
from jobs.breaker import ACCOUNT_SENTENCES
from jobs.catalog import Catalog, Model
from jobs.content.content import Content
from jobs.library.libraries import Libraries
from jobs.library.resolving import why_not_again
from jobs.model import DIRECT
from jobs.parameters import Option
from jobs.request import ImageRequest, dimensions
from jobs.sentence import Sentence
from jobs.servers.binding import is_open, library_rules, make_rules
from jobs.servers.offer import offer
from jobs.servers.people import People
from jobs.servers.rules import Who
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.validation import Fault
from jobs.variations import with_images
from words.speech import Words


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What may be ordered by whoever asked, where they asked; `Gate.order` alone makes it."""

    request: ImageRequest
    private: bool
    spoiler: bool  # its images are covered until somebody wants to see them

    def fewer(self, most: int) -> Self | None:
        """The same with at most so many images; None where that is none, or where it has no more anyway."""
        less = with_images(self.request, most)
        return replace(self, request=less) if less is not None and less.images < self.request.images else None


class Gate:
    """Refuses before anything is asked of the database."""

    def __init__(
        self,
        service: JobService,
        libraries: Libraries,
        servers: Servers,
        people: People,
        content: Content,
    ) -> None:
        self._service: Final = service
        self._libraries: Final = libraries
        self._servers: Final = servers
        self._people: Final = people
        self._content: Final = content

    def order(
        self, interaction: discord.Interaction[Any], request: ImageRequest, *, private: bool
    ) -> Passed | Sentence:
        """Everything: the order as it may be placed, or why it may not."""
        model = self.model(interaction, request.model)
        refusal = (
            self.enter(interaction, private=private)
            or (model if isinstance(model, Sentence) else self._extent(interaction, request, model))
            or self.reused(interaction, request)
            or self._content.refusal(guild_of(interaction), request)
        )
        if refusal is not None:
            return refusal
        covered = self._content.covers(guild_of(interaction), restricted=is_age_restricted(interaction.channel))
        return Passed(request=request, private=private, spoiler=covered)

    def enter(
        self, interaction: discord.Interaction[Any], *, private: bool, may_be_private: bool = False
    ) -> Sentence | None:
        """Why nothing at all can be ordered here and now, whatever it is; None: it can.

        `may_be_private`: whoever orders could still choose that.
        """
        return (
            self._stopped(interaction)
            or self.place(interaction)
            or self._audience(interaction, private=private, may_be_private=may_be_private)
        )

    def show(self, interaction: discord.Interaction[Any]) -> Sentence | None:
        """Why images that are made already may not be posted here by whoever asks.

        A pause does not stand in the way: it holds what costs money, and this costs nothing.
        """
        ban = self._people.ban(guild_of(interaction), interaction.user.id)
        return self.place(interaction) if ban is None else refusals.banned_from_posting(ban)

    def place(self, interaction: discord.Interaction[Any]) -> Sentence | None:
        """Why no images are shown in this channel."""
        places = places_of(interaction.channel)
        for rules in (self._servers.of(guild_of(interaction)).places, self._servers.everywhere.places):
            if not is_open(rules, places):
                return refusals.elsewhere(rules)
        return None

    def allows_private(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether answers may be for one's own eyes here."""
        return make_rules(self._servers, guild_of(interaction)).private

    def catalog(self, interaction: discord.Interaction[Any]) -> Catalog | None:
        """The models that may be used here, with the bounds that hold here; None where there is none."""
        return offer(self._service.catalog, make_rules(self._servers, guild_of(interaction)))

    def model(self, interaction: discord.Interaction[Any], key: str) -> Model | Sentence:
        """A model as it may be used here, or why it may not.

        An API that cannot be used for long is told at once, not after the wait; once the breaker's pause is over the
        next order goes through: it tries the key.
        """
        known, catalog = self._service.catalog.get(key), self.catalog(interaction)
        if known is None:
            return refusals.MODEL_GONE
        if catalog is None:
            return refusals.NOTHING_ON_OFFER
        model = catalog.get(key)
        if model is None:
            return refusals.other_model(known, catalog.models)
        outage = self._service.outage(model)
        if outage is None or not outage.hopeless:
            return model
        works = (other for other in catalog.models if self._service.outage(other) is None)
        return refusals.no_use(ACCOUNT_SENTENCES[outage.reason], next(works, None))

    def unsafe(self, interaction: discord.Interaction[Any]) -> list[Fault]:
        """Why the safety checker may not be off here: the operator, the server's admin and the channel decide."""
        restricted = is_age_restricted(interaction.channel)
        refusal = self._content.unsafe_refusal(guild_of(interaction), restricted=restricted)
        return [] if refusal is None else [Fault(option=Option.SAFETY, sentence=refusal)]

    def raw_sources(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether whoever asks may take LoRAs by their links here, beside the library's names."""
        match library_rules(self._servers, guild_of(interaction)).raw_sources:
            case Who.EVERYONE:
                return True
            case Who.MODERATORS:
                return is_moderator(interaction)
            case Who.NOBODY:
                return False

    def reused(self, interaction: discord.Interaction[Any], request: ImageRequest) -> Sentence | None:
        """Why what a request says of safety and LoRAs may not be asked for here and now: rules may have changed."""
        if request.safety is False and (faults := self.unsafe(interaction)):
            return faults[0].sentence
        return why_not_again(
            request,
            library=self._libraries.of(guild_of(interaction)),
            restricted=is_age_restricted(interaction.channel),
            raw_sources=self.raw_sources(interaction),
        )

    def _stopped(self, interaction: discord.Interaction[Any]) -> Sentence | None:
        """Why nobody, or not this user, can order in this server."""
        guild_id = guild_of(interaction)
        pause, ban = self._servers.of(guild_id).pause, self._people.ban(guild_id, interaction.user.id)
        if not self._service.accepting:
            return refusals.RESTARTING
        if ban is not None:
            return refusals.banned(ban)
        if self._servers.everywhere.pause is not None:
            return refusals.DRAINED
        if pause is not None:
            return refusals.paused(pause)
        return refusals.NOT_DIRECTLY if guild_id == DIRECT and not self._service.serves_directly else None

    def _audience(
        self, interaction: discord.Interaction[Any], *, private: bool, may_be_private: bool
    ) -> Sentence | None:
        """Why the result can be shown to nobody, or not to its user alone."""
        allows_private = self.allows_private(interaction)
        if private:
            return None if allows_private else refusals.NOT_PRIVATELY
        words = Words(interaction.locale.value)
        missing = [words(name) for name in missing_permissions(interaction)]
        return refusals.cannot_post(missing, or_privately=may_be_private and allows_private) if missing else None

    def _extent(self, interaction: discord.Interaction[Any], request: ImageRequest, model: Model) -> Sentence | None:
        rules = make_rules(self._servers, guild_of(interaction))
        if rules.largest_count is not None and request.images > rules.largest_count:
            return refusals.fewer_images(rules.largest_count, request.images)
        # What is not said is the vendor's own default, which the narrowed model does not know any more.
        width, height = dimensions(request, self._service.catalog.get(model.key) or model)
        if rules.largest_side is not None and max(width, height) > rules.largest_side:
            return refusals.smaller(rules.largest_side, width, height)
        return None
