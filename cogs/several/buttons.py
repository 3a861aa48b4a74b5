"""The buttons under the question whether to make several: their ids name what was asked for."""

from typing import Final

import discord
from discord import ui

from jobs.sentence import say, say_count
from words.speech import Words

MAKE: Final = "fluxcord:several:make:"
DROP: Final = "fluxcord:several:drop:"
REFERENCE: Final = r"\d{1,20}"  # the interaction that asked


def ask_buttons(reference: int, images: int, words: Words, *, fits: bool) -> ui.View:
    """Make, greyed out where the quota has no room for it, and Cancel."""
    view = ui.View(timeout=None)
    make = words(say_count("Make {count} image", "Make {count} images", images))
    view.add_item(
        ui.Button(label=make, custom_id=f"{MAKE}{reference}", style=discord.ButtonStyle.primary, disabled=not fits)
    )
    cancel = words(say("Cancel"))
    view.add_item(ui.Button(label=cancel, custom_id=f"{DROP}{reference}", style=discord.ButtonStyle.secondary))
    view.stop()  # it only describes the row: presses are answered by dynamic items
    return view
