"""What is left of a quota, in short sentences: for each of the rolling windows, and for a grant."""

from typing import Final, assert_never

from cogs.words import bar, moment, when
from jobs.model import Usage, WindowUsage
from jobs.sentence import Sentence, say, say_count
from jobs.servers.rules import Window
from words.speech import Words

NO_LIMIT: Final = say("no limit")
_SAME_MOMENT: Final = 5 * 60_000  # ms; moments closer than this read the same


def quota_line(usage: Usage, words: Words) -> str:
    """`15 of 20 left · next back in 3 hours`, of the window with the least room; which it is where several bind."""
    tightest = usage.tightest
    if tightest is None:
        return words(NO_LIMIT)
    facts = [_left(tightest, is_only=len(usage.windows) == 1)]
    if tightest.resets_at is not None:
        facts.append(say("next back {when}", when=when(tightest.resets_at)))
    if usage.granted:
        facts.append(say_count("{count} granted image besides", "{count} granted images besides", usage.granted))
    return " · ".join(words(fact) for fact in facts)


def window_lines(usage: WindowUsage, words: Words) -> list[str]:
    """How much of a window is used, and when images come back."""
    lines = [f"{bar(usage.used / max(1, usage.allowance))}  {words(_used(usage))}"]
    if usage.resets_at is not None and usage.full_reset_at is not None:
        if usage.full_reset_at - usage.resets_at > _SAME_MOMENT:
            back = say(
                "The next comes back {when}, the last {last}.",
                when=when(usage.resets_at),
                last=when(usage.full_reset_at),
            )
        else:
            back = say_count("It comes back {when}.", "All of them come back {when}.", usage.used, when=_at(usage))
        lines.append(f"-# {words(back)}")
    return lines


def granted_line(usage: Usage) -> Sentence | None:
    """What is left of a grant; None: there is nothing."""
    if not usage.granted or usage.granted_until is None:
        return None
    return say_count(
        "**{count}** granted image besides, until {moment}: it is used once a limit is reached.",
        "**{count}** granted images besides, until {moment}: they are used once a limit is reached.",
        usage.granted,
        moment=moment(usage.granted_until),
    )


def per(window: Window, count: int) -> Sentence:
    """`5 images an hour`."""
    match window:
        case Window.HOUR:
            return say_count("{count} image an hour", "{count} images an hour", count)
        case Window.DAY:
            return say_count("{count} image a day", "{count} images a day", count)
        case Window.MONTH:
            return say_count("{count} image a month", "{count} images a month", count)
        case _:
            assert_never(window)


def most_in(window: Window, count: int) -> Sentence:
    """The bound of a window, of any time as long as it."""
    match window:
        case Window.HOUR:
            return say_count(
                "The most in any hour here is {count} image.", "The most in any hour here is {count} images.", count
            )
        case Window.DAY:
            return say_count(
                "The most in any 24 hours here is {count} image.",
                "The most in any 24 hours here is {count} images.",
                count,
            )
        case Window.MONTH:
            return say_count(
                "The most in any 30 days here is {count} image.",
                "The most in any 30 days here is {count} images.",
                count,
            )
        case _:
            assert_never(window)


def _left(usage: WindowUsage, *, is_only: bool) -> Sentence:
    values = {"left": usage.left, "allowance": usage.allowance}
    if is_only and usage.window is Window.DAY:
        return say("{left} of {allowance} left", **values)
    match usage.window:
        case Window.HOUR:
            return say("{left} of {allowance} an hour left", **values)
        case Window.DAY:
            return say("{left} of {allowance} a day left", **values)
        case Window.MONTH:
            return say("{left} of {allowance} a month left", **values)
        case _:
            assert_never(usage.window)


def _used(usage: WindowUsage) -> Sentence:
    values = {"used": usage.used, "allowance": usage.allowance}
    match usage.window:
        case Window.HOUR:
            return say("**{used}** of **{allowance}** images used in the last hour", **values)
        case Window.DAY:
            return say("**{used}** of **{allowance}** images used in the last 24 hours", **values)
        case Window.MONTH:
            return say("**{used}** of **{allowance}** images used in the last 30 days", **values)
        case _:
            assert_never(usage.window)


def _at(usage: WindowUsage) -> str:
    return when(usage.full_reset_at or 0)
