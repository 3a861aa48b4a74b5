"""What the admins of a server read of its quota rules and people: pure functions from values to embeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from cogs.embeds import WORKING
from cogs.quota.standing import per
from cogs.words import moment, person, quoted
from jobs.sentence import say, say_count
from jobs.servers.allowance import said
from jobs.servers.people_records import Ban, Grant
from jobs.servers.rules import QuotaRules, Window, Windows
from words.speech import Words

PAGE: Final = "fluxcord:people:"
PAGE_PATTERN: Final = r"\d{1,4}"
PER_PAGE: Final = 15  # lines
_REASON: Final = 80  # characters of a ban's reason in a list
_TOGETHER: Final = 6  # exempt members named in one line


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Everything that is decided about quota and people in a server."""

    quota: QuotaRules
    day: int  # images a day where the server says nothing of the day
    grants: Sequence[Grant]
    bans: Sequence[Ban]


def rules_line(quota: QuotaRules, words: Words, *, day: int, role: int | None) -> str:
    """What holds for everybody, or what is said for a role."""
    windows = quota.windows if role is None else quota.roles.get(role, Windows())
    facts = [words(per(window, limit)) for window in Window if (limit := said(windows, window)) is not None]
    if role is not None:
        nothing = words(say("nothing of its own, what holds for everybody counts"))
        return f"<@&{role}>: {' · '.join(facts) or nothing}"
    if windows.day is None:
        facts.append(words(say("{images} by the bot's own setting", images=per(Window.DAY, day))))
    return f"{words(say('Everybody'))}: {' · '.join(facts)}"


def list_page(of: Listed, number: int, words: Words) -> tuple[discord.Embed, ui.View | None]:
    """A page, from 0, or the last one where there are fewer; with buttons where there are several."""
    lines = list(_lines(of, words))
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = min(number, pages - 1)
    shown = "\n".join(lines[number * PER_PAGE : (number + 1) * PER_PAGE])
    embed = discord.Embed(title=words(say("Quota and people")), description=shown, colour=WORKING)
    rolling = words(say("An hour, a day and a month (30 days) are counted back from each order."))
    if pages == 1:
        return embed.set_footer(text=rolling), None
    where = words(say("Page {number} of {pages}", number=number + 1, pages=pages))
    return embed.set_footer(text=f"{where} · {rolling}"), _turning(number, pages, words)


def banned_line(ban: Ban, words: Words) -> str:
    """Who, until when, and why."""
    reason = quoted(" ".join(ban.reason.split()), _REASON)
    if ban.expires_at is None:
        return words(
            say("{user}, banned by {by}: {reason}", user=person(ban.user_id), by=person(ban.by), reason=reason)
        )
    return words(
        say(
            "{user}, banned by {by} until {moment}: {reason}",
            user=person(ban.user_id),
            by=person(ban.by),
            moment=moment(ban.expires_at),
            reason=reason,
        )
    )


def grant_line(grant: Grant, words: Words) -> str:
    """Who, how many, and until when."""
    return words(
        say_count(
            "{user}: {left} of {count} granted image left, until {moment}",
            "{user}: {left} of {count} granted images left, until {moment}",
            grant.images,
            user=person(grant.user_id),
            left=grant.left,
            moment=moment(grant.expires_at),
        )
    )


def _lines(of: Listed, words: Words) -> Iterable[str]:
    yield rules_line(of.quota, words, day=of.day, role=None)
    for role in sorted(of.quota.roles):
        yield rules_line(of.quota, words, day=of.day, role=role)
    exempt = [f"<@&{role}>" for role in sorted(of.quota.exempt_roles)]
    exempt += [words(say("{user}", user=person(user))) for user in sorted(of.quota.exempt_users)]
    for first in range(0, len(exempt), _TOGETHER):
        named = ", ".join(exempt[first : first + _TOGETHER])
        yield words(say("Exempt from every limit: {who}", who=named))
    for grant in of.grants:
        yield f"🎁 {grant_line(grant, words)}"
    for ban in of.bans:
        yield f"🚫 {banned_line(ban, words)}"


def _turning(number: int, pages: int, words: Words) -> ui.View:
    view = ui.View(timeout=None)
    # At an end there is no page to name: the id has to differ from the other's all the same.
    earlier = _button(words(say("Earlier")), f"{PAGE}{number - 1 if number else 9999}", emoji="◀️")
    later = _button(words(say("Later")), f"{PAGE}{number + 1}", emoji="▶️")
    earlier.disabled, later.disabled = number == 0, number + 1 >= pages
    view.add_item(earlier).add_item(later)
    view.stop()  # it only describes the row: presses are answered by dynamic items
    return view


def _button(label: str, custom_id: str, *, emoji: str) -> "ui.Button[Any]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=discord.ButtonStyle.secondary)
