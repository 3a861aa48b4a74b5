"""What keeps a server from its first image: permissions, and where they are missing; decisions that allow nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import discord

from cogs.admin.auditing import AuditLog
from jobs.sentence import Sentence, say
from jobs.servers.binding import make_rules
from jobs.servers.offer import offer
from jobs.servers.rules import PlaceRules, ServerRules
from jobs.servers.servers import Servers
from jobs.service import JobService
from words.speech import Words

_CHANNELS: Final = 10  # that are named

_RESULTS: Final[Mapping[str, Sentence]] = {
    "view_channel": say("View Channel"),
    "send_messages": say("Send Messages"),
    "send_messages_in_threads": say("Send Messages in Threads"),
    "embed_links": say("Embed Links"),
    "attach_files": say("Attach Files"),
    "read_message_history": say("Read Message History"),
}
"""What posting a result takes, by discord.py's names; Discord's own are the values."""
_MESSAGES: Final = ("view_channel", "send_messages", "embed_links")
_WITH_IMAGES: Final = (*_MESSAGES, "attach_files")


class Checkup:
    """Asks nobody: servers, channels and permissions are those that discord.py holds in memory."""

    def __init__(self, servers: Servers, service: JobService, audit: AuditLog) -> None:
        self._servers = servers
        self._service = service
        self._audit = audit

    def problems(self, interaction: discord.Interaction[Any], words: Words) -> Sequence[Sentence]:
        """What is in the way, the worst first; none: images can be made."""
        guild = interaction.guild
        if guild is None:
            return []
        rules = self._servers.of(guild.id)
        return [
            *self._decisions(guild.id, rules),
            *_places(guild, rules),
            *_lacking(
                [*_where_images_are_made(interaction, guild, rules.places), *_where_admins_are_told(guild, rules)],
                words,
            ),
            *self._untold(guild.id),
        ]

    def _decisions(self, guild_id: int, rules: ServerRules) -> Iterator[Sentence]:
        everywhere, catalog = self._servers.everywhere, self._service.catalog
        if everywhere.pause is not None:
            yield say("The bot's operator has paused the whole bot. Please wait, or ask them.")
        if rules.pause is not None:
            yield say("This server is paused: press {resume}.", resume=say("Resume"))
        if all((outage := self._service.outage(model)) is not None and outage.hopeless for model in catalog.models):
            yield say("No image service works with the bot's keys right now: its operator has to mend that.")
        if offer(catalog, make_rules(self._servers, guild_id)) is None:
            yield say("None of the allowed models is on offer: allow others under {page}.", page=say("What"))
        if 0 in {rules.caps.day, rules.caps.month}:
            yield say("A spending cap is $0, so nothing can be made: raise it under {page}.", page=say("Money"))
        elif 0 in {everywhere.caps.day, everywhere.caps.month}:
            yield say("The bot's operator lets nothing be spent right now.")
        windows = rules.quota.windows
        if 0 in {windows.hour, windows.day, windows.month}:
            yield say("Members may make 0 images: raise that under {page}.", page=say("Quota"))

    def _untold(self, guild_id: int) -> Iterator[Sentence]:
        untold = self._audit.trouble(guild_id)
        if untold is not None:
            yield say(
                "Changes could not be told in {channel}: they are kept, tried again, and shown by `/admin audit`.",
                channel=f"<#{untold.channel_id}>",
            )


_Place = tuple[Any, discord.Permissions, Collection[str]]
"""A channel, what the bot may do there, and what it needs."""


def _places(guild: discord.Guild, rules: ServerRules) -> Iterator[Sentence]:
    """Channels that are gone."""
    places, channels = rules.places, rules.channels
    if places.allowed and not any(guild.get_channel_or_thread(each) for each in places.allowed - places.denied):
        yield say("No channel is left where images may be made: choose some under {page}.", page=say("Where"))
    told = (each for each in (channels.reports, channels.audit, channels.warnings) if each is not None)
    if any(guild.get_channel_or_thread(each) is None for each in told):
        yield say("A channel that admins are told in is gone: choose another under {page}.", page=say("Channels"))


def _where_images_are_made(
    interaction: discord.Interaction[Any], guild: discord.Guild, places: PlaceRules
) -> Iterator[_Place]:
    """The allowed channels, those of an allowed category among them; without any, the one where this is asked."""
    if not places.allowed:
        yield interaction.channel, interaction.app_permissions, _RESULTS
        return
    for channel_id in sorted(places.allowed - places.denied):
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            continue
        inside = channel.text_channels if isinstance(channel, discord.CategoryChannel) else [channel]
        for each in inside:
            if each.id not in places.denied:
                yield each, each.permissions_for(guild.me), _RESULTS


def _where_admins_are_told(guild: discord.Guild, rules: ServerRules) -> Iterator[_Place]:
    channels = rules.channels
    for channel_id, needed in (
        (channels.reports, _WITH_IMAGES),
        (channels.audit, _MESSAGES),
        (channels.warnings, _MESSAGES),
    ):
        channel = guild.get_channel_or_thread(channel_id) if channel_id is not None else None
        if channel is not None:
            yield channel, channel.permissions_for(guild.me), needed


def _lacking(places: Iterable[_Place], words: Words) -> Iterator[Sentence]:
    """One sentence for all channels that lack the same."""
    missing: dict[str, set[str]] = {}
    for channel, allowed, needed in places:
        missing.setdefault(f"<#{channel.id}>", set()).update(name for name in needed if not getattr(allowed, name))
    alike: dict[tuple[str, ...], list[str]] = {}
    for mention, names in missing.items():
        if names:
            alike.setdefault(tuple(name for name in _RESULTS if name in names), []).append(mention)
    for lacking, mentions in alike.items():
        yield say(
            "In {channels} I lack {permissions}: allow it to my role there, under Edit Channel → Permissions.",
            channels=", ".join(mentions[:_CHANNELS]) + (" …" if len(mentions) > _CHANNELS else ""),
            permissions=", ".join(f"**{words(_RESULTS[name])}**" for name in lacking),
        )
