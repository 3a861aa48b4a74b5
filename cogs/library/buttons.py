"""The buttons under a library's messages; their ids carry all that is needed, so they work for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import discord
from discord import ui

from cogs.words import shortened
from jobs.library.entry import Entry
from jobs.sentence import say
from words.speech import Words

PAGE: Final = "fluxcord:loras:"
APPROVE: Final = "fluxcord:loraok:"
REJECT: Final = "fluxcord:lorano:"
EDIT: Final = "fluxcord:loraedit:"
EDIT_AGAIN: Final = "fluxcord:loraretry:"
TEXT_LONGEST: Final = 60  # characters of what a list was searched for; an id has at most 100
ANY_PAGE: Final = r"[wa]-?\d{1,5}:(?s:.{0,60})"
ANY_VERDICT: Final = r"[0-9a-z]{20}:[0-9a-f]{8}:[lm]"
ANY_ENTRY: Final = r"[0-9a-z]{20}"
_LABEL_NAME: Final = 30  # characters of a name on a button


@dataclass(frozen=True, kw_only=True)
class PageReference:
    """Which page of which list."""

    number: int  # from 0 on
    waiting: bool = False  # of those that wait for a moderator
    text: str = ""  # what was searched for

    def __str__(self) -> str:
        """As it stands in an id."""
        return f"{'w' if self.waiting else 'a'}{self.number}:{self.text[:TEXT_LONGEST]}"

    @classmethod
    def read(cls, reference: str) -> Self:
        """The inverse."""
        head, _, text = reference.partition(":")
        return cls(number=int(head[1:]), waiting=head[0] == "w", text=text)


@dataclass(frozen=True, kw_only=True)
class VerdictReference:
    """Which entry, as it was when the button was shown, and whether it is one of a list."""

    entry_id: str
    fingerprint: str
    in_list: bool

    def __str__(self) -> str:
        """As it stands in an id."""
        return f"{self.entry_id}:{self.fingerprint}:{'l' if self.in_list else 'm'}"

    @classmethod
    def read(cls, reference: str) -> Self:
        """The inverse."""
        entry_id, fingerprint, where = reference.split(":")
        return cls(entry_id=entry_id, fingerprint=fingerprint, in_list=where == "l")


def entry_view(entry: Entry, words: Words, *, may_change: bool, may_decide: bool) -> ui.View | None:
    """Under one entry: Approve and Reject where it waits, Edit; None where there is nothing to press."""
    view = _view()
    if may_decide and not entry.approved:
        for button in _verdict(entry, words, in_list=False):
            view.add_item(button)
    if may_change:
        view.add_item(ui.Button(label=words(say("Edit")), emoji="✏️", custom_id=EDIT + entry.id))
    return view if view.children else None


def edit_again_view(entry: Entry, words: Words) -> ui.View:
    """Under what was typed and could not be taken."""
    view = _view()
    style = discord.ButtonStyle.primary
    view.add_item(ui.Button(label=words(say("Edit again")), emoji="✏️", style=style, custom_id=EDIT_AGAIN + entry.id))
    return view


def list_view(page: PageReference, pages: int, undecided: Sequence[Entry], words: Words) -> ui.View | None:
    """Under a list: a row with Approve and Reject for each undecided entry (at most four), then the pages."""
    view = _view()
    for row, entry in enumerate(undecided):
        for button in _verdict(entry, words, in_list=True):
            button.row = row
            view.add_item(button)
    if pages > 1:
        for label, there in ((say("Previous"), page.number - 1), (say("Next"), page.number + 1)):
            to = PageReference(number=there, waiting=page.waiting, text=page.text)
            disabled = not 0 <= there < pages
            view.add_item(ui.Button(label=words(label), custom_id=f"{PAGE}{to}", disabled=disabled, row=4))
    return view if view.children else None


def _verdict(entry: Entry, words: Words, *, in_list: bool) -> "list[ui.Button[ui.View]]":
    of = VerdictReference(entry_id=entry.id, fingerprint=entry.facts.fingerprint, in_list=in_list)
    name = shortened(entry.facts.name, _LABEL_NAME)
    approve = say("Approve {name}", name=name) if in_list else say("Approve")
    reject = say("Reject {name}", name=name) if in_list else say("Reject")
    return [
        ui.Button(label=words(approve)[:80], custom_id=f"{APPROVE}{of}", style=discord.ButtonStyle.success),
        ui.Button(label=words(reject)[:80], custom_id=f"{REJECT}{of}", style=discord.ButtonStyle.danger),
    ]


def _view() -> ui.View:
    view = ui.View(timeout=None)
    view.stop()  # it only describes the buttons: presses are answered by their ids
    return view
