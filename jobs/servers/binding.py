"""What binds in a place: its server's rules beside the operator's for the whole bot, the stricter of both."""

from collections.abc import Collection
from typing import Final

from jobs.servers.rules import LibraryRules, MakeRules, PlaceRules, Who
from jobs.servers.servers import Servers

_FROM_OPEN_TO_CLOSED: Final = (Who.EVERYONE, Who.MODERATORS, Who.NOBODY)


def make_rules(servers: Servers, guild_id: int) -> MakeRules:
    """What may be ordered there."""
    here, everywhere = servers.of(guild_id).make, servers.everywhere.make
    return MakeRules(
        models=_both(here.models, everywhere.models),
        largest_count=_least(here.largest_count, everywhere.largest_count),
        largest_side=_least(here.largest_side, everywhere.largest_side),
        private=here.private and everywhere.private,
    )


def library_rules(servers: Servers, guild_id: int) -> LibraryRules:
    """Those of the server's LoRA library."""
    here, everywhere = servers.of(guild_id).library, servers.everywhere.library
    return LibraryRules(
        approval=here.approval or everywhere.approval,
        raw_sources=max(here.raw_sources, everywhere.raw_sources, key=_FROM_OPEN_TO_CLOSED.index),
        approvers=here.approvers,
    )


def is_open(rules: PlaceRules, places: Collection[int]) -> bool:
    """Whether images are made in a channel; `places` are its id, its category's, and of a thread its channel's."""
    return rules.denied.isdisjoint(places) and (not rules.allowed or not rules.allowed.isdisjoint(places))


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)
