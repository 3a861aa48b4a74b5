"""The panel of defaults: what is decided, what counts where nothing is, and what changes it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from cogs.chosen import OFF, ON, TITLES, shown
from cogs.embeds import WORKING
from jobs.catalog import Catalog
from jobs.parameters import OneOf, Option, Size
from jobs.presets import DEFAULT_OPTIONS, Defaults, OwnerKind
from jobs.sentence import Sentence, say
from words.speech import Words

CHOOSE: Final = "fluxcord:default:choose:"
PRESS: Final = "fluxcord:default:press:"
NOTHING: Final = "-"  # a select's value: decide nothing
CHOSEN: Final = (Option.MODEL, Option.SIZE, Option.FORMAT, Option.SPEED)
TOGGLED: Final = (Option.EXPAND_PROMPT, Option.PRIVATE)
NUMBERED: Final = (Option.COUNT, Option.STEPS, Option.GUIDANCE)


class Act(enum.StrEnum):
    """What a button does beside turning an option on or off; the value is part of its id."""

    NUMBERS = "numbers"
    METADATA = "metadata"
    RESET = "reset"


_METADATA_TITLE: Final = say("Image data")

_UNSET_CHOICES: Final[Mapping[Option, Sentence]] = {
    Option.MODEL: say("Model: no default"),
    Option.SIZE: say("Size: no default"),
    Option.FORMAT: say("Format: no default"),
    Option.SPEED: say("Speed: no default"),
}
_TOGGLES: Final[Mapping[str, Mapping[bool | None, Sentence]]] = {
    Option.EXPAND_PROMPT: {
        None: say("Prompt expansion: not set"),
        True: say("Prompt expansion: on"),
        False: say("Prompt expansion: off"),
    },
    Option.PRIVATE: {None: say("Private: not set"), True: say("Private: on"), False: say("Private: off")},
    Act.METADATA: {None: say("Image data: not set"), True: say("Image data: on"), False: say("Image data: off")},
}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Whose defaults, and what comes after them."""

    kind: OwnerKind
    defaults: Defaults
    servers: Defaults | None = None  # under a user's own, in a server: that server's
    catalog: Catalog
    models: frozenset[str] | None = None  # those that may be chosen where this is opened; None: all of them

    def choices(self, option: Option) -> list[str]:
        """What a select offers, `NOTHING` aside: what is allowed here, and what is decided already."""
        found = _choices(option, self.catalog)
        if option is not Option.MODEL or self.models is None:
            return found
        return [key for key in found if key in self.models or key == self.defaults.options.get(option)]


def panel_embed(panel: Panel, words: Words) -> discord.Embed:
    """Every default, decided or not."""
    if panel.kind is OwnerKind.USER:
        title = say("Your defaults")
        if panel.servers is not None:
            text = say(
                "They count wherever you type nothing else, in every server. A preset goes before them, this server's "
                "defaults come after them: `/settings server: True` changes those, with **Manage Server**."
            )
        else:
            text = say(
                "They count wherever you type nothing else, here and in every server. A preset goes before them; in a "
                "server its own defaults come after them, which `/settings server: True` changes there, with "
                "**Manage Server**."
            )
    else:
        title = say("This server's defaults")
        text = say(
            "They count for everybody here who has typed nothing else and has no default of their own. "
            "**Image data** off holds for everybody."
        )
    embed = discord.Embed(title=words(title), description=words(text), colour=WORKING)
    for option in _offered(panel.catalog):
        embed.add_field(name=words(TITLES[option]), value=_value(panel, option, words))
    embed.add_field(name=words(_METADATA_TITLE), value=_metadata(panel, words))
    return embed.set_footer(text=words(say("Image data: the prompt and the options, written into the file.")))


def panel_view(panel: Panel, words: Words) -> ui.View:
    """A select for each list, buttons for the rest; all of them are answered by their ids."""
    view = ui.View(timeout=None)
    mark = _mark(panel.kind)
    offered = _offered(panel.catalog)
    for option in (each for each in CHOSEN if each in offered):
        view.add_item(_select(panel, option, words))
    secondary = discord.ButtonStyle.secondary
    numbers, primary = words(say("Images, steps, guidance…")), discord.ButtonStyle.primary
    buttons: list[ui.Button[Any]] = [ui.Button(label=numbers, custom_id=f"{PRESS}{mark}:{Act.NUMBERS}", style=primary)]
    for what in (*(each for each in TOGGLED if each in offered), Act.METADATA):
        now = panel.defaults.metadata if what is Act.METADATA else panel.defaults.options.get(Option(what))
        state = None if now is None else bool(now)
        style = discord.ButtonStyle.success if state else secondary
        buttons.append(ui.Button(label=words(_TOGGLES[what][state]), custom_id=f"{PRESS}{mark}:{what}", style=style))
    reset = words(say("Reset"))
    nothing = panel.defaults == Defaults()
    danger = discord.ButtonStyle.danger
    buttons.append(ui.Button(label=reset, custom_id=f"{PRESS}{mark}:{Act.RESET}", style=danger, disabled=nothing))
    for button in buttons:
        view.add_item(button)
    view.stop()  # it only describes the rows
    return view


def _choices(option: Option, catalog: Catalog) -> list[str]:
    """Whatever any model on offer takes."""
    if option is Option.MODEL:
        return [model.key for model in catalog.models]
    found: dict[str, None] = {}
    for model in catalog.models:
        parameter = model.find(option)
        match parameter.kind if parameter is not None else None:
            case Size(presets=values) | OneOf(values=values):
                found |= dict.fromkeys(values)
            case _:
                pass
    return list(found)


def read_mark(reference: str) -> tuple[OwnerKind, str]:
    """Whose default and which, from what an id says after its prefix."""
    mark, _, what = reference.partition(":")
    return (OwnerKind.SERVER if mark == _mark(OwnerKind.SERVER) else OwnerKind.USER), what


def _select(panel: Panel, option: Option, words: Words) -> "ui.Select[Any]":
    decided = panel.defaults.options.get(option)
    select: ui.Select[Any] = ui.Select(custom_id=f"{CHOOSE}{_mark(panel.kind)}:{option}")
    select.add_option(label=words(_UNSET_CHOICES[option]), value=NOTHING, default=decided is None)
    for value in panel.choices(option):
        name = shown(option, value, words, panel.catalog)
        label = words(say("{setting}: {value}", setting=TITLES[option], value=name))
        select.add_option(label=label[:100], value=value, default=value == decided)
    return select


def _value(panel: Panel, option: Option, words: Words) -> str:
    decided = panel.defaults.options.get(option)
    if decided is not None:
        return f"**{shown(option, decided, words, panel.catalog)}**"
    after = panel.servers.options.get(option) if panel.servers is not None else None
    if after is not None:
        value = shown(option, after, words, panel.catalog)
        return words(say("this server's: {value}", value=value))
    return words(say("not set"))


def _metadata(panel: Panel, words: Words) -> str:
    if panel.servers is not None and panel.servers.metadata is False:
        return words(say("off in this server"))
    if panel.defaults.metadata is None:
        return words(say("on (not set)"))
    return f"**{words(ON if panel.defaults.metadata else OFF)}**"


def _offered(catalog: Catalog) -> list[Option]:
    """Those that mean anything with the models on offer."""
    always = {Option.MODEL, Option.PRIVATE}
    return [
        option
        for option in DEFAULT_OPTIONS
        if option in always or any(model.find(option) is not None for model in catalog.models)
    ]


def _mark(kind: OwnerKind) -> str:
    return "s" if kind is OwnerKind.SERVER else "u"
