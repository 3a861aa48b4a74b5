"""Small pieces of what people read: times, amounts, prompts; pure functions."""

from collections.abc import Sequence
from typing import Final

from discord.utils import escape_markdown, escape_mentions

from jobs.sentence import Sentence, say, say_count

BAR: Final = 12  # cells


def when(at: int) -> str:
    """A moment (UTC ms) that Discord shows as `in 3 hours`, in the reader's own language and time zone."""
    return f"<t:{at // 1000}:R>"


def moment(at: int) -> str:
    """A moment (UTC ms) that Discord shows as a date with its time, likewise; what stands after "until"."""
    return f"<t:{at // 1000}:f>"


def seconds(milliseconds: int) -> Sentence:
    """`0.8 s`, `12 s`, `3 min 5 s`."""
    if milliseconds < 10_000:  # noqa: PLR2004 - below ten seconds the tenths are of interest
        return say("{seconds} s", seconds=round(milliseconds / 1000, 1))
    whole = round(milliseconds / 1000)
    if whole < 100:  # noqa: PLR2004 - as the docstring
        return say("{seconds} s", seconds=whole)
    return say("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)


def about_seconds(milliseconds: int) -> Sentence:
    """`about 20 s`, `about 4 min`: what is only expected is not told to the second."""
    whole = milliseconds / 1000
    if whole < 90:  # noqa: PLR2004 - from a minute and a half on, minutes are enough
        return say("about {seconds} s", seconds=max(5, 5 * round(whole / 5)))
    return say("about {minutes} min", minutes=round(whole / 60))


def images(count: int) -> Sentence:
    """`1 image`, `4 images`."""
    return say_count("{count} image", "{count} images", count)


def which_images(numbers: Sequence[int], *, of: int) -> Sentence:
    """`Image 2 of 3`, `Images 1 and 2 of 3`, `Images 1 to 3 of 4`; the numbers follow one another."""
    first, last = numbers[0], numbers[-1]
    match len(numbers):
        case 1:
            return say("Image {number} of {total}", number=first, total=of)
        case 2:
            return say("Images {first} and {last} of {total}", first=first, last=last, total=of)
        case _:
            return say("Images {first} to {last} of {total}", first=first, last=last, total=of)


def bar(share: float) -> str:
    """A bar of 12 cells, `share` of it full (0 to 1)."""
    full = round(BAR * min(1.0, max(0.0, share)))
    return "▰" * full + "▱" * (BAR - full)


def plain(text: str) -> str:
    """A user's text as Discord shows it letter by letter: no markdown, no mentions, nothing that Discord draws."""
    # Neither of the two escapes what else begins so: channels, commands, emoji, times.
    return escape_mentions(escape_markdown(text).replace("<", "\\<"))


def person(user_id: int) -> str | Sentence:
    """A mention. 0 is the operator; a negative number stands for somebody whose data were deleted."""
    if user_id > 0:
        return f"<@{user_id}>"
    return say("the bot's operator") if user_id == 0 else say("a former member")


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, with an ellipsis where something was cut."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def quoted(text: str, longest: int) -> str:
    """A user's text, escaped: as much of it as fits into `longest` characters, cut so that no escape is halved."""
    whole = plain(text)
    if len(whole) <= longest:
        return whole
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if len(plain(text[:middle])) < longest:
            fits = middle
        else:
            too_long = middle
    return plain(text[:fits].rstrip()) + "…"
