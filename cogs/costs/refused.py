"""What is said where an order would cost more than may be spent: members get no figures, admins their own cap's."""

from typing import assert_never

import discord

from cogs.embeds import REFUSED
from cogs.words import images, when
from jobs.outcomes import OverCap, Period, Scope
from jobs.sentence import Sentence, say
from jobs.servers.money import usd
from words.speech import Words


def over_cap_embed(refusal: OverCap, words: Words, *, asked: int, is_admin: bool) -> discord.Embed:
    """Why it is refused, and what can be done; `asked`: images, `is_admin`: whether whoever asked is one here.

    How much the operator allows for the whole bot is told to nobody in a server.
    """
    lines = [_why(refusal), _advice(refusal, asked)]
    if is_admin:
        lines.append(_for_admins(refusal))
    embed = discord.Embed(
        title=words(say("The spending cap is reached")),
        description="\n".join(words(line) for line in lines),
        colour=REFUSED,
    )
    return embed.set_footer(text=words(say("Nothing was made and nothing was charged.")))


def _why(refusal: OverCap) -> Sentence:
    today = refusal.period is Period.DAY
    match refusal.scope:
        case Scope.SERVER if today:
            return say("This order would cost more than this server's admins allow to be spent today.")
        case Scope.SERVER:
            return say("This order would cost more than this server's admins allow to be spent this month.")
        case Scope.BOT if today:
            return say("This order would cost more than this bot's operator allows to be spent today.")
        case Scope.BOT:
            return say("This order would cost more than this bot's operator allows to be spent this month.")
        case _:
            assert_never(refusal.scope)


def _advice(refusal: OverCap, asked: int) -> Sentence:
    fit = _fit(refusal.cap - refusal.spent, refusal, asked)
    later = _fit(refusal.cap, refusal, asked)
    if not later:
        return say("No image is that cheap, so none can be made here until the cap is raised.")
    if fit:
        return say(
            "Ask for at most {images} now, or try again {when}.", images=images(fit), when=when(refusal.resets_at)
        )
    if later < asked:
        return say("Ask for at most {images} {when}.", images=images(later), when=when(refusal.resets_at))
    return say("Please try again {when}.", when=when(refusal.resets_at))


def _fit(left: int, refusal: OverCap, asked: int) -> int:
    """Images of this order, all of which cost the same, that so much is enough for."""
    return max(0, left) * asked // refusal.asked if refusal.asked else asked


def _for_admins(refusal: OverCap) -> Sentence:
    match refusal.scope:
        case Scope.SERVER:
            return say(
                "For admins: {spent} of {cap} is spent, and this order is taken to cost {asked}. "
                "`/admin caps` raises the cap, `/admin costs` shows what it went to.",
                spent=usd(refusal.spent),
                cap=usd(refusal.cap),
                asked=usd(refusal.asked),
            )
        case Scope.BOT:
            return say("For admins: this cap is for the whole bot, and only its operator can raise it.")
        case _:
            assert_never(refusal.scope)
