"""What is said about one's own data."""

from typing import Any, Final

import discord
from discord import ui

from cogs.embeds import DONE, FAILED, WORKING, sentence_embed
from jobs.privacy.export import Exported
from jobs.sentence import Sentence, say, say_count
from words.speech import Words

FORGET: Final = "fluxcord:forget:"
FORGET_PATTERN: Final = r"[0-9]{1,12}"
MINUTES: Final = 15  # that the button works

TOO_OLD: Final = say("That question is too old. Use `/privacy delete` again if you still want it.")
BEGUN: Final = say("Your data are being deleted…")
DELETED: Final = say(
    "Your data are deleted. What was posted stays where it is. The numbers that stay lead to you only when you use me "
    "again: then your quota goes on where it was."
)
_QUESTION: Final = say("Delete everything that I keep of you, in all servers? This cannot be undone.")
_GOES: Final = (
    say("• your prompts, LoRA links and the details of every image"),
    say("• images that I keep for you, your favourites and your history"),
    say("• your presets and settings"),
    say("• the text of your reports, your name in LoRA libraries and in what admins can look up"),
    say("• what is being made for you now is cancelled"),
)
_STAYS: Final = (
    say("• messages that are posted in Discord: delete those you do not want with `/history` first"),
    say("• numbers without your name: how many images were made when, so that quotas add up"),
    say("• a ban, if there is one: it holds when you come back"),
    say("• copies in the backups of whoever runs me, until these are too old"),
)


def question_embed(words: Words) -> discord.Embed:
    """What goes, what stays."""
    embed = sentence_embed(_QUESTION, words, colour=FAILED)
    embed.add_field(name=words(say("What is deleted")), value="\n".join(map(words, _GOES)), inline=False)
    embed.add_field(name=words(say("What stays")), value="\n".join(map(words, _STAYS)), inline=False)
    return embed


def question_view(at: int, words: Words) -> ui.View:
    """The button; it says when (UTC ms) it was asked."""
    view = ui.View(timeout=None)
    style = discord.ButtonStyle.danger
    button: ui.Button[Any] = ui.Button(
        label=words(say("Delete my data for good")), emoji="🗑️", custom_id=f"{FORGET}{at // 1000}", style=style
    )
    view.add_item(button)
    view.stop()  # it only describes the row: the press is answered by a dynamic item
    return view


def later(unfinished: int) -> Sentence:
    """The deletion waits for what cannot be stopped."""
    return say_count(
        "{count} image order of yours can no longer be stopped. As soon as it has ended everything is deleted; you "
        "need not do anything.",
        "{count} image orders of yours can no longer be stopped. As soon as they have ended everything is deleted; you "
        "need not do anything.",
        unfinished,
    )


def exported_embed(made: Exported, words: Words) -> discord.Embed:
    """Over the file."""
    text = words(
        say_count(
            "Everything that I keep of you, in all servers: {count} image order, and your presets, settings and "
            "favourites. Any text editor opens the two files in it.",
            "Everything that I keep of you, in all servers: {count} image orders, and your presets, settings and "
            "favourites. Any text editor opens the two files in it.",
            made.jobs,
        )
    )
    if made.left_out:
        text += "\n" + words(
            say_count(
                "{count} older one did not fit into a file that Discord takes: ask whoever runs this bot for it.",
                "{count} older ones did not fit into a file that Discord takes: ask whoever runs this bot for them.",
                made.left_out,
            )
        )
    return discord.Embed(description=text, colour=DONE)


def begun_embed(words: Words) -> discord.Embed:
    """While it goes on."""
    return sentence_embed(BEGUN, words, colour=WORKING)


def deleted_embed(words: Words) -> discord.Embed:
    """At its end."""
    return sentence_embed(DELETED, words, colour=DONE)
