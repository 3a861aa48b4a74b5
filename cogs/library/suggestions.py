"""The LoRAs and models that Discord shows while one is typed; out of memory."""

from collections.abc import Callable
from typing import Any, Final

import discord
from discord import app_commands

from cogs.library.answers import may_see
from cogs.place import is_age_restricted
from cogs.words import shortened
from jobs.catalog import Catalog, Model
from jobs.library.entry import Entry, loras_of
from jobs.library.library import Library
from jobs.sentence import say, verbatim
from jobs.servers.rules import LibraryRules
from words.speech import Words

_MOST: Final = 25  # suggestions, Discord's bound
_LONGEST: Final = 100  # characters of one, Discord's bound


def suggest_loras(
    library: Library, interaction: discord.Interaction[Any], typed: str, *, model: Model
) -> list[app_commands.Choice[Any]]:
    """For `/imagine`: what can be used here; what is made for other models comes last, and says so."""
    restricted, words = is_age_restricted(interaction.channel), Words(interaction.locale.value)

    def place(entry: Entry) -> int | None:
        if not entry.approved or (entry.facts.age_restricted and not restricted):
            return None
        return 0 if entry.facts.suits(model) else 1

    def title(entry: Entry) -> str:
        if entry.facts.suits(model):
            return " · ".join([entry.facts.name, *entry.facts.triggers])
        other = say("{name} · not for {model}", name=verbatim(entry.facts.name), model=model.title)
        return words(other)

    return _choices(library, typed, place, title)


def suggest_entries(
    library: Library,
    interaction: discord.Interaction[Any],
    typed: str,
    *,
    rules: LibraryRules,
    wanted: Callable[[Entry], bool],
) -> list[app_commands.Choice[Any]]:
    """For `/lora`: what whoever types may see, as far as it is wanted."""

    def place(entry: Entry) -> int | None:
        return 0 if wanted(entry) and may_see(interaction, entry, rules) else None

    return _choices(library, typed, place, lambda entry: entry.facts.name + ("" if entry.approved else " ⏳"))


def suggest_models(catalog: Catalog, typed: str) -> list[app_commands.Choice[Any]]:
    """The models on offer that take LoRAs."""
    fitting = [model for model in catalog.models if loras_of(model) is not None]
    wanted = typed.strip().casefold()
    return [
        app_commands.Choice(name=model.title[:_LONGEST], value=model.key)
        for model in fitting
        if wanted in model.title.casefold() or wanted in model.key
    ][:_MOST]


def _choices(
    library: Library, typed: str, place: Callable[[Entry], int | None], title: Callable[[Entry], str]
) -> list[app_commands.Choice[Any]]:
    found = library.suggest(typed, most=_MOST, place=place)
    return [app_commands.Choice(name=shortened(title(entry), _LONGEST), value=entry.facts.name) for entry in found]
