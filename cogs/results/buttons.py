"""The buttons under a message: their ids carry the job, so that they work after a restart and for ever."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from cogs.failures import report
from jobs.sentence import say
from words.speech import Words

Press = Callable[[discord.Interaction[Any], str], Awaitable[None]]
"""What a button does: the interaction, and what its id says after the prefix: mostly the job's id."""

JOB: Final = r"[0-9a-z]{20}"
AGAIN: Final = "fluxcord:again:"
VARIATIONS: Final = "fluxcord:variations:"
EDIT: Final = "fluxcord:edit:"
EDIT_AGAIN: Final = "fluxcord:editagain:"
DETAILS: Final = "fluxcord:details:"
REPORT: Final = "fluxcord:report:"
SAVE_PRESET: Final = "fluxcord:save:"
DELETE: Final = "fluxcord:delete:"
CANCEL: Final = "fluxcord:cancel:"
SHOW: Final = "fluxcord:show:"
A_ROW: Final = 5  # buttons, Discord's bound
PRIMARY: Final = discord.ButtonStyle.primary


def result_buttons(job_id: str, words: Words) -> ui.View:
    """Under a result: everything that can be made of it, then what concerns the result itself."""
    return _rows(
        [
            _button(words(say("Again")), AGAIN + job_id, emoji="🎲", style=PRIMARY),
            _button(words(say("Variations")), VARIATIONS + job_id, emoji="🔀"),
            _button(words(say("Edit")), EDIT + job_id, emoji="✏️"),
            _button(words(say("Details")), DETAILS + job_id, emoji="📋"),
        ],
        [
            _button(words(say("Save preset")), SAVE_PRESET + job_id, emoji="💾"),
            _button(words(say("Report")), REPORT + job_id, emoji="🚩"),
            _button(words(say("Delete")), DELETE + job_id, emoji="🗑️"),
        ],
    )


def failure_buttons(job_id: str, words: Words, *, again: bool = True, edit: bool = True) -> ui.View:
    """Under a failure: Try again and Edit, each where that may help, and Delete."""
    buttons = [_button(words(say("Try again")), AGAIN + job_id, emoji="🎲", style=PRIMARY)] if again else []
    if edit:
        buttons.append(_button(words(say("Edit")), EDIT + job_id, emoji="✏️"))
    return _rows([*buttons, _button(words(say("Delete")), DELETE + job_id, emoji="🗑️")])


def progress_buttons(job_id: str, words: Words, *, can_cancel: bool = True) -> ui.View:
    """While it is being made: Cancel, greyed out where the API cannot be told to stop."""
    return _rows([_button(words(say("Cancel")), CANCEL + job_id, disabled=not can_cancel)])


def show_buttons(kept: Sequence[tuple[int, str]], words: Words) -> ui.View:
    """Under a history: Show, for each kept result by its number in the list and its job's id; at most 25."""
    buttons = [_button(words(say("Show {number}", number=number)), SHOW + job, style=PRIMARY) for number, job in kept]
    return _rows(*(buttons[at : at + A_ROW] for at in range(0, len(buttons), A_ROW)))


def edit_again_button(reference: str, words: Words) -> ui.View:
    """Under what was typed and could not be taken: Edit again; the reference says of which job, and how private."""
    return _rows([_button(words(say("Edit again")), EDIT_AGAIN + reference, emoji="✏️", style=PRIMARY)])


def _button(
    label: str,
    custom_id: str,
    *,
    emoji: str | None = None,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> "ui.Button[Any]":
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=style, disabled=disabled)


def _rows(*rows: "Sequence[ui.Button[Any]]") -> ui.View:
    view = ui.View(timeout=None)
    for number, buttons in enumerate(rows):
        for button in buttons:
            button.row = number
            view.add_item(button)
    view.stop()  # it only describes the rows: presses are answered by the dynamic items below, not by this view
    return view


def dynamic_button(prefix: str, press: Press, *, reference: str = JOB) -> type[ui.DynamicItem[Any]]:
    """The class to register with the client for one of the prefixes above; a press is handed on with what follows it.

    That is the job's id, or whatever the pattern `reference` says. What the press raises is answered as a command's
    error is.
    """

    class JobButton(ui.DynamicItem[ui.Button[Any]], template=re.compile(f"{re.escape(prefix)}(?P<of>{reference})")):
        def __init__(self, button: "ui.Button[Any]", of: str) -> None:
            super().__init__(button)
            self._of = of

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            if not isinstance(item, ui.Button):
                raise TypeError("the id of a button on something else")
            return cls(item, match["of"])

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            try:
                await press(interaction, self._of)
            except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
                await report(interaction, error, action="button")

    return JobButton
