"""The figures in words: for those who cannot see the picture, and to be copied."""

from collections.abc import Iterator
from typing import Final

import discord

from cogs.embeds import WORKING
from cogs.stats.view import View, duration, period
from cogs.words import images, plain, shortened
from jobs.sentence import Sentence, say, say_count
from jobs.servers.money import usd
from jobs.stats import Day, Typical
from words.speech import Words

ALT_LONGEST: Final = 1024  # characters of a file's description, Discord's bound
_FIELD: Final = 1024  # characters
_DAYS_TOLD: Final = 7
_NAME: Final = 100  # characters
IN_ENGLISH: Final = say("The picture is labelled in English: its typeface has no letters of your language.")
NOT_THE_COST: Final = say("What it cost is shown to members with Manage Server.")


def nothing_to_show(days: int, *, own: bool) -> Sentence:
    """Where nothing was ordered at all."""
    if own:
        return say_count(
            "You have ordered nothing here today (UTC). Start with `/imagine`.",
            "You have ordered nothing here in the last {count} days. Start with `/imagine`.",
            days,
        )
    return say_count(
        "Nobody has ordered anything here today (UTC). Start with `/imagine`.",
        "Nobody has ordered anything here in the last {count} days. Start with `/imagine`.",
        days,
    )


def stats_embed(view: View, words: Words, *, in_english: bool) -> discord.Embed:
    """All that the picture shows but its oldest days, and the times of making."""
    figures = view.figures
    embed = discord.Embed(title=words(_title(view)), colour=WORKING)
    ordered = say_count("of {count} order", "of {count} orders", figures.jobs)
    embed.add_field(name=words(say("Images")), value=f"**{words.number(figures.images)}**\n{words(ordered)}")
    embed.add_field(name=words(say("Successful")), value=_success(view, words))
    if view.cost:
        embed.add_field(name=words(say("Cost")), value=f"**{usd(figures.cost)}**")
    embed.add_field(name=words(say("Waiting time")), value=_typical(figures.waited, words))
    embed.add_field(name=words(say("Making time")), value=_typical(figures.making, words))
    if figures.users and not view.own:
        users = [(_user(share.of, words), share.images) for share in figures.users]
        embed.add_field(name=words(say("Most images by")), value=_ranked(users, words), inline=False)
    if figures.models:
        models = [(plain(shortened(view.model(share.of), _NAME)), share.images) for share in figures.models]
        embed.add_field(name=words(say("Most images with")), value=_ranked(models, words), inline=False)
    days = [_day(day, view, words) for day in reversed(figures.days[-_DAYS_TOLD:]) if day.jobs]
    if days:
        embed.add_field(
            name=words(say_count("Today", "The last {count} days", min(len(figures.days), _DAYS_TOLD))),
            value=shortened("\n".join(days), _FIELD),
            inline=False,
        )
    return embed.set_footer(text=" ".join(words(note) for note in _notes(view, in_english=in_english)))


def alternative_text(view: View, words: Words) -> str:
    """What the picture shows, for whoever has it read to them; the numbers themselves are in the embed."""
    figures = view.figures
    busiest = max(figures.days, key=lambda day: day.images)
    sentences = [
        say("Bar charts, one bar a day: {period}.", period=period(figures, words)),
        say(
            "{images} in all, most on {day} with {most}.",
            images=images(figures.images),
            day=words.date(busiest.date),
            most=busiest.images,
        ),
        say_count("{count} failed order.", "{count} failed orders.", figures.failed),
    ]
    if view.cost:
        sentences.append(say("Cost: {cost}.", cost=usd(figures.cost)))
    if figures.waited is not None:
        sentences.append(
            say(
                "Half waited at most {median}, 9 of 10 at most {slow}.",
                median=duration(figures.waited.median),
                slow=duration(figures.waited.slow),
            )
        )
    sentences.append(say("The text below has the numbers."))
    return shortened(" ".join(words(sentence) for sentence in sentences), ALT_LONGEST)


def _title(view: View) -> Sentence:
    days = len(view.figures.days)
    if view.own:
        return say_count("Your images here today", "Your images here, the last {count} days", days)
    return say_count("This server today", "This server, the last {count} days", days)


def _success(view: View, words: Words) -> str:
    figures = view.figures
    if figures.success is None:
        share = words(say("nothing has ended yet"))
    else:
        # 999 of 1,000 is not all of them: a hundred is said of nothing less.
        percent = int(figures.success * 1000) / 10
        share = words(say("**{percent} %**", percent=percent))
    failed = words(say_count("{count} failed", "{count} failed", figures.failed))
    cancelled = words(say_count("{count} cancelled", "{count} cancelled", figures.cancelled))
    return f"{share}\n{failed} · {cancelled}"


def _typical(typical: Typical | None, words: Words) -> str:
    if typical is None:
        return words(say("nothing made yet"))
    half = say("half at most **{time}**", time=duration(typical.median))
    slow = say("9 of 10 at most **{time}**", time=duration(typical.slow))
    return f"{words(half)}\n{words(slow)}"


def _user(user_id: int, words: Words) -> str:
    return words(say("a former member")) if user_id < 0 else f"<@{user_id}>"


def _ranked(rows: list[tuple[str, int]], words: Words) -> str:
    lines = [f"{place}. {label} · {words(images(count))}" for place, (label, count) in enumerate(rows, start=1)]
    return shortened("\n".join(lines), _FIELD)


def _day(day: Day, view: View, words: Words) -> str:
    facts = [words(images(day.images))]
    if view.cost:
        facts.append(usd(day.cost))
    if day.failed:
        facts.append(words(say_count("{count} failed", "{count} failed", day.failed)))
    if day.waited is not None:
        facts.append(words(say("half waited at most {time}", time=duration(day.waited.median))))
    return f"**{words.date(day.date)}** {' · '.join(facts)}"


def _notes(view: View, *, in_english: bool) -> Iterator[Sentence]:
    yield say("Days are UTC. Cancelled orders are neither successful nor failed.")
    if not view.own and not view.cost:
        yield NOT_THE_COST
    if in_english:
        yield IN_ENGLISH
