"""The buttons under `/queue`: Cancel for each job, and the pages. Their ids carry page and job, so they always work."""

from typing import Any, Final

import discord
from discord import ui

from cogs.results.buttons import JOB
from jobs.sentence import say
from jobs.status import Status
from jobs.waiting import QueuePage
from words.speech import Words

PAGE: Final = "fluxcord:queue:page:"
PAGE_PATTERN: Final = r"\d{1,4}"
CANCEL: Final = "fluxcord:queue:cancel:"
CANCEL_PATTERN: Final = rf"\d{{1,4}}:{JOB}"
_A_ROW: Final = 5  # buttons, Discord's bound


def queue_buttons(page: QueuePage, words: Words) -> ui.View:
    """Cancel for each job of the page, then Refresh, and where there are several pages the ones beside it."""
    view = ui.View(timeout=None)
    for place, progress in enumerate(page.jobs):
        job = progress.job
        view.add_item(
            _button(
                words(say("Cancel {number}", number=page.first + place)),
                f"{CANCEL}{page.number}:{job.id}",
                row=place // _A_ROW,
                disabled=not progress.can_cancel or job.status is Status.DELIVERING,
            )
        )
    if page.pages > 1:
        earlier, later = page.number - 1, page.number + 1
        # At an end there is no page to name: the id has to differ from the others' all the same.
        before = _button(words(say("Earlier")), f"{PAGE}{earlier if earlier >= 0 else 9999}", emoji="◀️", row=2)
        after = _button(words(say("Later")), f"{PAGE}{later}", emoji="▶️", row=2)
        before.disabled, after.disabled = earlier < 0, later >= page.pages
        view.add_item(before).add_item(after)
    view.add_item(_button(words(say("Refresh")), f"{PAGE}{page.number}", emoji="🔄", row=2))
    view.stop()  # it only describes the rows: presses are answered by dynamic items
    return view


def _button(
    label: str, custom_id: str, *, row: int, emoji: str | None = None, disabled: bool = False
) -> "ui.Button[Any]":
    style = discord.ButtonStyle.secondary
    return ui.Button(label=label, emoji=emoji, custom_id=custom_id, style=style, row=row, disabled=disabled)
