"""What is decided for a server, section by section, in words: for the panel and for `/admin config show`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cogs.words import plain
from jobs.catalog import Catalog
from jobs.sentence import Sentence, say, say_count
from jobs.servers.money import usd
from jobs.servers.rules import ServerRules, Who
from words.speech import Words

_MOST: Final = 10  # channels or roles that are named


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A server's rules and what counts where they say nothing."""

    rules: ServerRules
    day: int  # images; the operator's setting
    catalog: Catalog  # of what the operator offers
    may_be_unsafe: bool  # whether the operator lets this server switch the safety checker off
    words: Words

    def quota(self) -> str:
        """Windows, and how many roles and members have others."""
        quota = self.rules.quota
        windows = quota.windows
        day = self.day if windows.day is None else windows.day
        limits = [
            say("**{count}** within an hour", count=windows.hour) if windows.hour is not None else None,
            say("**{count}** within 24 hours", count=day),
            say("**{count}** within 30 days", count=windows.month) if windows.month is not None else None,
        ]
        said = " · ".join(self.words(limit) for limit in limits if limit is not None)
        lines = [say("Images a member may make: {limits}", limits=said)]
        if windows.day is None:
            lines.append(say("-# {count} within 24 hours is what the bot's operator has set.", count=self.day))
        if quota.roles:
            lines.append(
                say_count(
                    "{count} role has limits of its own.", "{count} roles have limits of their own.", len(quota.roles)
                )
            )
        if exempt := len(quota.exempt_roles) + len(quota.exempt_users):
            lines.append(
                say_count("{count} role or member is exempt.", "{count} roles and members are exempt.", exempt)
            )
        return self._lines(lines)

    def money(self) -> str:
        """The caps."""
        caps = self.rules.caps
        return self._lines(
            [
                say("A day, at most: {cap}", cap=self._cap(caps.day)),
                say("A month, at most: {cap}", cap=self._cap(caps.month)),
            ]
        )

    def where(self) -> str:
        """The channels."""
        places = self.rules.places
        lines = [
            say("Images are made in {channels} only.", channels=_channels(places.allowed))
            if places.allowed
            else say("Images are made in every channel where the bot may post.")
        ]
        if places.denied:
            lines.append(say("Not in {channels}.", channels=_channels(places.denied)))
        return self._lines(lines)

    def what(self) -> str:
        """Models, bounds, private answers and LoRAs."""
        make, library = self.rules.make, self.rules.library
        titles = [plain(model.title) for model in self.catalog.models if make.models and model.key in make.models]
        lines = [
            say("Models: all of them")
            if make.models is None
            else say("Models: {models}", models=", ".join(titles) or say("none")),
            *([say("Images at once, at most: **{count}**", count=make.largest_count)] if make.largest_count else []),
            *([say("Pixels a side, at most: **{count}**", count=f"{make.largest_side}")] if make.largest_side else []),
            say("Private answers: **{state}**", state=_state(is_on=make.private)),
            say("LoRAs by link: **{who}**", who=who(library.raw_sources)),
            say("LoRAs that members add wait for approval: **{state}**", state=_state(is_on=library.approval)),
        ]
        if library.approvers:
            lines.append(say("They are approved by moderators and {roles}.", roles=_roles(library.approvers)))
        return self._lines(lines)

    def content(self) -> str:
        """The safety checker, covers, blocked words, and how long prompts are kept."""
        content, days = self.rules.content, self.rules.retention_days
        if not self.may_be_unsafe:
            safety = say("Safety checker: **always on**; the bot's operator decides that.")
        elif content.unsafe:
            safety = say("Safety checker: members may switch it off **in age-restricted channels**.")
        else:
            safety = say("Safety checker: **always on**")
        return self._lines(
            [
                safety,
                say("Results in age-restricted channels are covered: **{state}**", state=_state(is_on=content.spoiler)),
                say(
                    "Blocked words: **{words}**, patterns: **{patterns}**",
                    words=len(content.words),
                    patterns=len(content.patterns),
                ),
                say("Prompts are kept as long as the bot's operator has set.")
                if days is None
                else say_count("Prompts are kept for **{count}** day.", "Prompts are kept for **{count}** days.", days),
            ]
        )

    def channels(self) -> str:
        """Where admins and moderators are told."""
        channels = self.rules.channels
        return self._lines(
            [
                say("Reported images: {where}", where=_where(channels.reports, say("to the bot's operator"))),
                say(
                    "Changes of these rules: {where}",
                    where=_where(channels.audit, say("nowhere; `/admin audit` shows them")),
                ),
                say("Spending warnings: {where}", where=_where(channels.warnings, say("to this server's owner"))),
            ]
        )

    def sections(self) -> Sequence[tuple[Sentence, str]]:
        """All of them with their names."""
        return (
            (say("Quota"), self.quota()),
            (say("Money"), self.money()),
            (say("Where"), self.where()),
            (say("What"), self.what()),
            (say("Content"), self.content()),
            (say("Channels"), self.channels()),
        )

    def _lines(self, sentences: Iterable[Sentence]) -> str:
        return "\n".join(self.words(sentence) for sentence in sentences)

    def _cap(self, cap: int | None) -> Sentence | str:
        return say("no cap") if cap is None else f"**{usd(cap)}**"


def who(whom: Who) -> Sentence:
    """In words."""
    match whom:
        case Who.EVERYONE:
            return say("everyone")
        case Who.MODERATORS:
            return say("moderators")
        case Who.NOBODY:
            return say("nobody")


def _state(*, is_on: bool) -> Sentence:
    return say("on") if is_on else say("off")


def _where(channel_id: int | None, otherwise: Sentence) -> Sentence | str:
    return otherwise if channel_id is None else f"<#{channel_id}>"


def _channels(ids: Collection[int]) -> str:
    return _few([f"<#{each}>" for each in sorted(ids)])


def _roles(ids: Collection[int]) -> str:
    return _few([f"<@&{each}>" for each in sorted(ids)])


def _few(mentions: Sequence[str]) -> str:
    return ", ".join(mentions[:_MOST]) + (" …" if len(mentions) > _MOST else "")
