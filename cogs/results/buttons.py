"""The buttons under a message: their ids carry the job, so that they work after a restart and for ever."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Self

import discord
from discord import ui

from cogs.failures import report

Press = Callable[[discord.Interaction[Any], str], Awaitable[None]]
"""What a button does: the interaction and the job's id."""

_JOB: Final = r"(?P<job>[0-9a-z]{20})"
AGAIN: Final = "fluxcord:again:"
DELETE: Final = "fluxcord:delete:"
CANCEL: Final = "fluxcord:cancel:"
SHOW: Final = "fluxcord:show:"


def result_buttons(job_id: str) -> ui.View:
    """Under a result: Again and Delete."""
    return _row(
        ui.Button(label="Again", emoji="🎲", custom_id=AGAIN + job_id, style=discord.ButtonStyle.primary),
        ui.Button(label="Delete", emoji="🗑️", custom_id=DELETE + job_id, style=discord.ButtonStyle.secondary),
    )


def failure_buttons(job_id: str, *, again: bool = True) -> ui.View:
    """Under a failure: Try again, where that may help, and Delete."""
    if not again:
        return delete_button(job_id)
    return _row(
        ui.Button(label="Try again", emoji="🎲", custom_id=AGAIN + job_id, style=discord.ButtonStyle.primary),
        ui.Button(label="Delete", emoji="🗑️", custom_id=DELETE + job_id, style=discord.ButtonStyle.secondary),
    )


def delete_button(job_id: str) -> ui.View:
    """Where nothing can be ordered: Delete alone."""
    style = discord.ButtonStyle.secondary
    return _row(ui.Button(label="Delete", emoji="🗑️", custom_id=DELETE + job_id, style=style))


def progress_buttons(job_id: str, *, can_cancel: bool = True) -> ui.View:
    """While it is being made: Cancel, greyed out where the API cannot be told to stop."""
    style = discord.ButtonStyle.secondary
    return _row(ui.Button(label="Cancel", custom_id=CANCEL + job_id, style=style, disabled=not can_cancel))


def show_buttons(kept: Sequence[tuple[int, str]]) -> ui.View:
    """Under a history: Show, for each kept result by its number in the list and its job's id; at most 25."""
    style = discord.ButtonStyle.primary
    return _row(*(ui.Button(label=f"Show {number}", custom_id=SHOW + job, style=style) for number, job in kept))


def _row(*buttons: "ui.Button[Any]") -> ui.View:
    view = ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    view.stop()  # it only describes the row: presses are answered by the dynamic items below, not by this view
    return view


def dynamic_button(prefix: str, press: Press) -> type[ui.DynamicItem[Any]]:
    """The class to register with the client for AGAIN, DELETE, CANCEL or SHOW; a press is handed on with the job's id.

    What the press raises is answered as a command's error is.
    """

    class JobButton(ui.DynamicItem[ui.Button[Any]], template=re.compile(re.escape(prefix) + _JOB)):
        def __init__(self, button: "ui.Button[Any]", job_id: str) -> None:
            super().__init__(button)
            self._job_id = job_id

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            if not isinstance(item, ui.Button):
                raise TypeError("the id of a button on something else")
            return cls(item, match["job"])

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            try:
                await press(interaction, self._job_id)
            except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
                await report(interaction, error, action="button")

    return JobButton
