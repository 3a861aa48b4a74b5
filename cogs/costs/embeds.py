"""What admins read of money: the caps, and what was spent on what."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.embeds import WORKING
from cogs.words import bar, images, plain, shortened, when
from jobs.catalog import Catalog
from jobs.outcomes import Period
from jobs.sentence import Sentence, say, say_count
from jobs.servers.costs import By, Share, Summary
from jobs.servers.money import Spend, cap_of, resets_at, usd
from jobs.servers.rules import Caps
from words.speech import Words

_LINES: Final = 12  # of a list; the file has all of it
_NAME: Final = 60  # characters
_TITLES: Final = {By.USER: say("By user"), By.MODEL: say("By model"), By.DAY: say("By day (UTC)")}
_PERIODS: Final = {Period.DAY: say("Today (UTC)"), Period.MONTH: say("This month (UTC)")}
SET: Final = say("The caps are set.")


def caps_embed(
    caps: Caps, spend: Spend, words: Words, *, now: int, channel_id: int | None, note: Sentence | None = None
) -> discord.Embed:
    """A server's caps with what is spent of them, and where their warnings go; `note` says what was just done."""
    hint = say("`/admin caps day:10 month:200` sets both caps, in US dollars; `none` takes one back.")
    embed = discord.Embed(title=words(say("Spending caps")), description=words(note or hint), colour=WORKING)
    for period in Period:
        embed.add_field(name=words(_PERIODS[period]), value=_period(period, caps, spend, words, now=now), inline=False)
    told = (
        say("<#{channel}> is told at 80 % of a cap and once it is used up, once each.", channel=f"{channel_id}")
        if channel_id is not None
        else say(
            "This server's owner is told in a direct message at 80 % of a cap and once it is used up, once each. "
            "`/admin setup` chooses a channel instead."
        )
    )
    anew = say("A higher cap is told of anew.")
    return embed.add_field(name=words(say("Warnings")), value=f"{words(told)} {words(anew)}", inline=False)


def costs_embed(
    summary: Summary, caps: Caps, spend: Spend, catalog: Catalog, words: Words, *, now: int, file: Sentence
) -> discord.Embed:
    """What was spent, on what, and how sure that is; `file` says what the file beside it holds."""
    total = summary.total
    lines = [
        words(say("**{cost}** for {images}.", cost=usd(total.cost), images=images(total.images))),
        words(say("Reported by the image services: {reported}", reported=usd(total.reported))),
        words(say("Estimated from their prices: {estimated}", estimated=usd(total.estimated))),
    ]
    if total.lost:
        lost = say("Lost requests, which may have been paid and count at their estimate: {lost}", lost=usd(total.lost))
        lines.append(words(lost))
    title = say_count("Costs of today", "Costs of the last {count} days", summary.days)
    embed = discord.Embed(title=words(title), description="\n".join(lines), colour=WORKING)
    shown = _shares(summary.shares, summary.by, catalog, words)
    embed.add_field(name=words(_TITLES[summary.by]), value="\n".join(shown), inline=False)
    for period in Period:
        if cap_of(caps, period) is not None:
            embed.add_field(
                name=words(_PERIODS[period]), value=_period(period, caps, spend, words, now=now), inline=False
            )
    return embed.set_footer(text=words(file))


def nothing_ordered(days: int) -> Sentence:
    """Where there is nothing to show."""
    return say_count(
        "Nothing was ordered here today (UTC), so nothing was spent.",
        "Nothing was ordered here in the last {count} days (UTC), so nothing was spent.",
        days,
    )


def _period(period: Period, caps: Caps, spend: Spend, words: Words, *, now: int) -> str:
    cap, spent = cap_of(caps, period), spend.of(period)
    if cap is None:
        return words(say("**{spent}** spent · no cap", spent=usd(spent)))
    text = say(
        "**{spent}** of **{cap}** spent · starts again {when}",
        spent=usd(spent),
        cap=usd(cap),
        when=when(resets_at(period, now)),
    )
    return f"{bar(spent / cap if cap else 1.0)}  {words(text)}"


def _shares(shares: Sequence[Share], by: By, catalog: Catalog, words: Words) -> list[str]:
    lines = [
        f"**{usd(share.cost)}** · {_name(share, by, catalog, words)} · {words(images(share.images))}"
        for share in shares[:_LINES]
    ]
    rest = shares[_LINES:]
    if rest:
        more = say_count("{count} more", "{count} more", len(rest))
        lines.append(f"**{usd(sum(share.cost for share in rest))}** · {words(more)}")
    return lines


def _name(share: Share, by: By, catalog: Catalog, words: Words) -> str:
    match by:
        case By.USER:
            return words(say("a former member")) if int(share.of) < 0 else f"<@{share.of}>"
        case By.MODEL:
            model = catalog.get(share.of)
            return plain(shortened(model.title if model is not None else share.of, _NAME))
        case By.DAY:
            return share.of
