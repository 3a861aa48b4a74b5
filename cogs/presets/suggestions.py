"""The presets that Discord shows while one is typed; out of memory."""

from typing import Any, Final

import discord
from discord import app_commands

from cogs.place import guild_of
from jobs.presets import OwnerKind
from jobs.sentence import say
from jobs.shelf import Shelf, word_for
from words.speech import Words

_MOST: Final = 25  # suggestions, Discord's bound


def suggest_presets(shelf: Shelf, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
    """One's own first, then this server's; the names that begin with what was typed before the others."""
    words = Words(interaction.locale.value)
    found = shelf.suggest(typed, user_id=interaction.user.id, guild_id=guild_of(interaction))
    choices: list[app_commands.Choice[Any]] = []
    for preset in found[:_MOST]:
        name = preset.name
        mine = preset.owner.kind is OwnerKind.USER
        shown = say("{name} · yours", name=name) if mine else say("{name} · this server's", name=name)
        choices.append(app_commands.Choice(name=words(shown)[:100], value=word_for(preset)))
    return choices
