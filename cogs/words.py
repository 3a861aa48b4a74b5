"""Small pieces of what people read: times, amounts, prompts; pure functions."""

from collections.abc import Sequence
from typing import Final

from discord.utils import escape_markdown, escape_mentions

BAR: Final = 12  # cells


def when(at: int) -> str:
    """A moment (UTC ms) that Discord shows as `in 3 hours`, in the reader's own language and time zone."""
    return f"<t:{at // 1000}:R>"


def seconds(milliseconds: int) -> str:
    """`0.8 s`, `12 s`, `3 min 5 s`."""
    if milliseconds < 10_000:  # noqa: PLR2004 - below ten seconds the tenths are of interest
        return f"{milliseconds / 1000:.1f} s"
    whole = round(milliseconds / 1000)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"  # noqa: PLR2004 - as the docstring


def about_seconds(milliseconds: int) -> str:
    """`about 20 s`, `about 4 min`: what is only expected is not told to the second."""
    whole = milliseconds / 1000
    if whole < 90:  # noqa: PLR2004 - from a minute and a half on, minutes are enough
        return f"about {max(5, 5 * round(whole / 5))} s"
    return f"about {round(whole / 60)} min"


def images(count: int) -> str:
    """`1 image`, `4 images`."""
    return f"{count} image" if count == 1 else f"{count} images"


def which_images(numbers: Sequence[int], *, of: int) -> str:
    """`image 2 of 3`, `images 1 and 2 of 3`, `images 1 to 3 of 4`; the numbers follow one another."""
    match len(numbers):
        case 1:
            which = f"image {numbers[0]}"
        case 2:
            which = f"images {numbers[0]} and {numbers[1]}"
        case _:
            which = f"images {numbers[0]} to {numbers[-1]}"
    return f"{which} of {of}"


def capital(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]


def bar(share: float) -> str:
    """A bar of 12 cells, `share` of it full (0 to 1)."""
    full = round(BAR * min(1.0, max(0.0, share)))
    return "▰" * full + "▱" * (BAR - full)


def plain(text: str) -> str:
    """A user's text as Discord shows it letter by letter: no markdown, no mentions, nothing that Discord draws."""
    # Neither of the two escapes what else begins so: channels, commands, emoji, times.
    return escape_mentions(escape_markdown(text).replace("<", "\\<"))


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
