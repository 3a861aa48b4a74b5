"""What members read of their quota: where they stand, and why an order had no room."""

import discord

from cogs.embeds import REFUSED, WORKING
from cogs.quota.standing import granted_line, most_in, window_lines
from cogs.words import images, when
from jobs.model import Usage
from jobs.outcomes import OverQuota
from jobs.sentence import Sentence, say, say_count
from jobs.servers.rules import Window
from words.speech import Words


def quota_embed(usage: Usage, words: Words, *, is_exempt: bool = False, ban: Sentence | None = None) -> discord.Embed:
    """One's own use: every window that binds, the grant, and what stops the next image; `ban` says who is banned."""
    left, lines = usage.left, [] if ban is None else [f"🚫 {words(ban)}", ""]
    to_order = left if ban is None else 0
    if to_order is None:
        embed = discord.Embed(title=words(say("No limit for you here")), colour=WORKING)
    else:
        title = say_count("{count} image left", "{count} images left", to_order)
        embed = discord.Embed(title=words(title), colour=WORKING if to_order else REFUSED)
    if left is None:
        free = say("You are exempt from this server's limits.") if is_exempt else say("No limit binds you here.")
        lines.append(words(free))
    else:
        for window in usage.windows:
            lines += window_lines(window, words)
        granted, stops = granted_line(usage), _stops(usage)
        lines += [f"🎁 {words(granted)}"] if granted is not None else []
        lines += ["", words(stops)] if stops is not None else []
    embed.description = "\n".join(lines)
    return embed.set_footer(text=words(say("Failed and cancelled images are given back.")))


def over_quota_embed(refusal: OverQuota, words: Words) -> discord.Embed:
    """More images than are left: which window has no room, how many images fit now, and when the order would."""
    usage, left = refusal.usage, refusal.usage.left or 0
    bound = _bound(usage, refusal.window)
    lines = [_asked(refusal, left, bound)]
    if bound == 0:
        lines.append(say("This server allows you no images. Ask one of its admins."))
    elif refusal.enough_at is None and left:
        lines.append(say("Ask for at most {images} now.", images=images(left)))
    elif refusal.enough_at is None:
        lines.append(say("Ask for fewer."))
    elif left:
        lines.append(
            say(
                "Ask for at most {images} now, or for {asked} {when}.",
                images=images(left),
                asked=refusal.asked,
                when=when(refusal.enough_at),
            )
        )
    else:
        lines.append(
            say_count(
                "{count} image will fit again {when}.",
                "{count} images will fit again {when}.",
                refusal.asked,
                when=when(refusal.enough_at),
            )
        )
    title = say("Not enough quota left") if left else say("Your quota is used up for now")
    text = "\n".join(words(line) for line in lines)
    embed = discord.Embed(title=words(title), description=text, colour=REFUSED)
    footer = say("Nothing was made and nothing was charged. /quota shows where you stand.")
    return embed.set_footer(text=words(footer))


def _asked(refusal: OverQuota, left: int, bound: int) -> Sentence:
    """What was asked for, what is left, and of which window it is."""
    if len(refusal.usage.windows) == 1 and not refusal.usage.granted and refusal.enough_at is not None:
        return say(
            "You asked for {images} and have {left} of {allowance} left.",
            images=images(refusal.asked),
            left=left,
            allowance=bound,
        )
    return say(
        "You asked for {images} and have {left} left. {most}",
        images=images(refusal.asked),
        left=left,
        most=most_in(refusal.window, bound),
    )


def _bound(usage: Usage, window: Window) -> int:
    return next((each.allowance for each in usage.windows if each.window is window), 0)


def _stops(usage: Usage) -> Sentence | None:
    """What stops the next image, or will first; None where there is a single window, and so nothing to tell apart."""
    full = [window for window in usage.windows if not window.left]
    if any(window.allowance == 0 for window in full) and not usage.granted:
        return say("This server allows you no images. Ask one of its admins.")
    if not any(window.used for window in usage.windows):
        return say("Nothing used: all of them are yours. Start with `/imagine`.")
    if full and not usage.granted:
        last = max(full, key=lambda window: window.resets_at or 0)
        return _stopping(last.window, at=last.resets_at or 0)
    if len(usage.windows) == 1 or usage.tightest is None:
        return None
    return _reached_first(usage.tightest.window)


def _stopping(window: Window, *, at: int) -> Sentence:
    match window:
        case Window.HOUR:
            return say("The hour is full: your next image fits {when}.", when=when(at))
        case Window.DAY:
            return say("The day is full: your next image fits {when}.", when=when(at))
        case Window.MONTH:
            return say("The month is full: your next image fits {when}.", when=when(at))


def _reached_first(window: Window) -> Sentence:
    match window:
        case Window.HOUR:
            return say("The hour is what you reach first.")
        case Window.DAY:
            return say("The day is what you reach first.")
        case Window.MONTH:
            return say("The month is what you reach first.")
