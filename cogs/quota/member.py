"""`/admin quota show`: what binds a member, and why."""

from collections.abc import Collection
from dataclasses import dataclass

import discord

from cogs.embeds import WORKING
from cogs.quota.listing import banned_line, grant_line
from cogs.quota.standing import window_lines
from cogs.refusals import NO_REASON
from cogs.words import quoted, when
from jobs.model import Usage
from jobs.sentence import Sentence, say
from jobs.servers.allowance import Source, sources
from jobs.servers.people_records import Ban, Grant
from jobs.servers.rules import EVERYWHERE, QuotaRules
from words.speech import Words


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that is decided about a member in a server."""

    user_id: int
    roles: Collection[int]
    is_member: bool
    quota: QuotaRules
    day: int  # images a day where the server says nothing of the day
    usage: Usage
    since: int  # UTC ms of the last reset; 0: never
    grant: Grant | None
    ban: Ban | None


def member_embed(of: Standing, words: Words) -> discord.Embed:
    """Where a member stands: each window with what says so, exemptions, the grant, the last reset, the ban."""
    lines = [f"<@{of.user_id}>"]
    if not of.is_member:
        lines.append(words(say("Not a member of this server now.")))
    if of.ban is not None:
        lines.append(f"🚫 {_banned(of.ban, words)}")
    lines += [f"♾️ {words(each)}" for each in _exemptions(of)]
    said = sources(of.quota, roles=of.roles, day=of.day)
    for window in of.usage.windows:
        lines += window_lines(window, words)
        lines.append(f"-# {words(_why(said[window.window]))}")
    if of.grant is not None and of.grant.left:
        lines.append(f"🎁 {grant_line(of.grant, words)}")
    if of.since:
        lines.append(words(say("Counted anew since {when}: an admin has reset it.", when=when(of.since))))
    return discord.Embed(title=words(say("Quota of a member")), description="\n".join(lines), colour=WORKING)


def _banned(ban: Ban, words: Words) -> str:
    if ban.guild_id != EVERYWHERE:
        return banned_line(ban, words)
    reason: str | Sentence = quoted(ban.reason, 300) if ban.reason else NO_REASON
    return words(say("Banned everywhere by the bot's operator, who alone can lift it: {reason}", reason=reason))


def _exemptions(of: Standing) -> list[Sentence]:
    roles = sorted(of.quota.exempt_roles.intersection(of.roles))
    found = [say("Exempt from every limit in person.")] if of.user_id in of.quota.exempt_users else []
    if roles:
        named = ", ".join(f"<@&{role}>" for role in roles)
        found.append(say("Exempt from every limit because of {roles}.", roles=named))
    return found


def _why(source: Source) -> Sentence:
    if source.role is not None:
        return say("Because of <@&{role}>.", role=f"{source.role}")
    if source.by_operator:
        return say("The bot's own setting: this server says nothing of the day.")
    return say("The limit for everybody.")
