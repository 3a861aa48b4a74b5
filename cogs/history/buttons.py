"""The buttons of a history. Their ids carry all that they need, so that they work after a restart and for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from cogs.results.buttons import AGAIN, DETAILS, SHOW
from jobs.history import Entry, Page, Place, Way, Wish
from jobs.model import Job
from jobs.records import Series
from jobs.sentence import say
from jobs.status import Status
from words.speech import Words

TURN: Final = "fluxcord:past:"
OPEN: Final = "fluxcord:open:"
MARK: Final = "fluxcord:mark:"
UNMARK: Final = "fluxcord:unmark:"
REPOST: Final = "fluxcord:repost:"
ASK: Final = "fluxcord:ask:"  # whether it is really to be deleted
ERASE: Final = "fluxcord:erase:"
SPARE: Final = "fluxcord:spare:"

TEXT_LONGEST: Final = 32  # characters to search for; with the rest they fit into the hundred of an id
TURN_PATTERN: Final = r"[on][*-][ksf][0-9a-z]{0,21}:[0-9a-z.-]{0,20}:[\s\S]{0,32}"
_WAYS: Final = {Way.OLDER: "o", Way.NEWER: "n"}
_SERIES: Final = {Series.KEPT: "k", Series.SHOWN: "s", Series.FAVOURITES: "f"}
_Row = Sequence["ui.Button[Any]"]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Turning over: what is wanted, from where on, and in which direction."""

    wish: Wish
    place: Place
    way: Way

    def __str__(self) -> str:
        """As an id carries it: `TURN_PATTERN` describes it."""
        star = "*" if self.wish.favourites else "-"
        where = f"{_SERIES[self.place.series]}{self.place.job_id}"
        return f"{_WAYS[self.way]}{star}{where}:{self.wish.model or ''}:{self.wish.text}"

    @classmethod
    def read(cls, text: str) -> "Turn":
        """The inverse, for a text that fits the pattern."""
        head, model, words = text.split(":", 2)
        series = next(series for series, letter in _SERIES.items() if letter == head[2])
        return cls(
            wish=Wish(text=words, model=model or None, favourites=head[1] == "*"),
            place=Place(series=series, job_id=head[3:]),
            way=Way.OLDER if head[0] == "o" else Way.NEWER,
        )


def page_buttons(page: Page, wish: Wish, words: Words) -> ui.View:
    """Under a page: Show or Open for each of its results by its number, then Previous and Next where there is more."""
    results = [_for_result(number, entry.job, words) for number, entry in enumerate(page.entries, start=1)]
    turns = []
    if page.newer is not None:
        turn = Turn(wish=wish, place=page.newer, way=Way.NEWER)
        turns.append(_button(words(say("Previous")), f"{TURN}{turn}", emoji="◀️"))
    if page.older is not None:
        turn = Turn(wish=wish, place=page.older, way=Way.OLDER)
        turns.append(_button(words(say("Next")), f"{TURN}{turn}", emoji="▶️"))
    return _rows(results, turns)


def result_actions(entry: Entry, words: Words, *, can_repost: bool) -> ui.View:
    """Under an opened result: what can be done with it."""
    job = entry.job
    if entry.is_favourite:
        mark = _button(words(say("Remove favourite")), UNMARK + job.id, emoji="⭐")
    else:
        mark = _button(words(say("Favourite")), MARK + job.id, emoji="⭐")
    repost = [_button(words(say("Post again")), REPOST + job.id, emoji="📣")] if can_repost else []
    delete = _button(words(say("Delete")), ASK + job.id, emoji="🗑️")
    again = []
    if job.removed_at is None:
        again = [
            _button(words(say("Again")), AGAIN + job.id, emoji="🎲", style=discord.ButtonStyle.primary),
            _button(words(say("Details")), DETAILS + job.id, emoji="📋"),
        ]
    return _rows(again, [mark, *repost, delete])


def delete_question(job_id: str, words: Words) -> ui.View:
    """Under the question whether a result is really to be deleted."""
    style = discord.ButtonStyle.danger
    return _rows(
        [
            _button(words(say("Delete for good")), ERASE + job_id, style=style),
            _button(words(say("Keep")), SPARE + job_id),
        ]
    )


def _for_result(number: int, job: Job, words: Words) -> "ui.Button[Any]":
    if job.status is Status.UNDELIVERED:
        label, style = words(say("Show {number}", number=number)), discord.ButtonStyle.primary
        return _button(label, SHOW + job.id, style=style)
    return _button(words(say("Open {number}", number=number)), OPEN + job.id)


def _button(
    label: str,
    custom_id: str,
    *,
    emoji: str | None = None,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> "ui.Button[Any]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=style)


def _rows(*rows: _Row) -> ui.View:
    view = ui.View(timeout=None)
    for number, buttons in enumerate(rows):
        for button in buttons:
            button.row = number
            view.add_item(button)
    view.stop()  # it only describes the rows: presses are answered by dynamic items, not by this view
    return view
