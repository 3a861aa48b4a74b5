"""`/admin setup` as it is shown: a page of it at a time, with what is decided and what changes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import discord

from cogs.admin.pages import Page
from cogs.admin.summaries import Summary
from cogs.embeds import DONE, REFUSED, WORKING
from jobs.sentence import Sentence, say
from words.speech import Words

TITLES: Final = {
    Page.START: say("Start"),
    Page.QUOTA: say("Quota"),
    Page.MONEY: say("Money"),
    Page.WHERE: say("Where"),
    Page.WHAT: say("What"),
    Page.CONTENT: say("Content"),
    Page.CHANNELS: say("Channels"),
}
ABOUT: Final = {
    Page.START: say("What is decided, and what is in the way"),
    Page.QUOTA: say("How many images a member may make"),
    Page.MONEY: say("What may be spent"),
    Page.WHERE: say("Channels where images are made"),
    Page.WHAT: say("Models, sizes, private answers, LoRAs"),
    Page.CONTENT: say("Safety checker, covers, blocked words"),
    Page.CHANNELS: say("Where admins and moderators are told"),
}
_MORE: Final = {
    Page.QUOTA: say("Roles and single members: /admin quota set, grant and exempt"),
    Page.MONEY: say("What was spent, on what and by whom: /admin costs"),
    Page.WHERE: say("A category stands for all of its channels. Nothing chosen: everywhere."),
    Page.WHAT: say("Nothing chosen: all models"),
    Page.CONTENT: say("Blocked words: /admin words add"),
    Page.CHANNELS: say("What was changed, and by whom: /admin audit"),
}
_TRY: Final = "`/imagine prompt: a lighthouse in a storm, oil painting`"
_FAULTS: Final = 8  # that are shown


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One page; `there` are the ids of the server's channels and roles: what is gone cannot be shown as chosen."""

    page: Page
    summary: Summary
    problems: Sequence[Sentence]
    there: Collection[int]


def panel_embed(panel: Panel, words: Words) -> discord.Embed:
    """The page's own section; on the first page all of them, what is in the way, and what to type."""
    if panel.page is Page.START:
        return _start(panel, words)
    sections = dict(zip(list(Page)[1:], panel.summary.sections(), strict=True))
    name, text = sections[panel.page]
    embed = discord.Embed(title=words(name), description=text, colour=WORKING)
    if panel.problems:
        embed.add_field(name=words(say("In the way")), value=_problems(panel.problems, words), inline=False)
    return embed.set_footer(text=words(_MORE[panel.page]))


def _start(panel: Panel, words: Words) -> discord.Embed:
    if panel.problems:
        title, colour = say("Almost ready"), REFUSED
        text = f"{words(say('This is in the way of images here:'))}\n{_problems(panel.problems, words)}"
    else:
        title, colour = say("Ready"), DONE
        text = words(say("Members can make images here. What counts is below; choose a page to change it."))
    embed = discord.Embed(title=words(title), description=text, colour=colour)
    for name, section in panel.summary.sections():
        embed.add_field(name=words(name), value=section, inline=False)
    embed.add_field(name=words(say("Try it")), value=_TRY, inline=False)
    return embed


def _problems(problems: Sequence[Sentence], words: Words) -> str:
    lines = [f"⚠️ {words(problem)}" for problem in problems[:_FAULTS]]
    return "\n".join(lines)[:1024]
