"""The form for the defaults that are numbers."""

from collections.abc import Mapping
from typing import Final

from discord import ui

from cogs.chosen import TITLES
from cogs.forms import text_input
from jobs.catalog import Catalog, Model
from jobs.parameters import Integer, Option
from jobs.sentence import say
from jobs.validation import Chosen, Fault, Faults, validate
from words.speech import Words

FORM: Final = "fluxcord:default:numbers:"
_LONGEST: Final = 10  # characters


def numbers_form(mark: str, options: tuple[Option, ...], now: Chosen, words: Words) -> ui.Modal:
    """One input for each, with what is decided now; empty: nothing is."""
    form = ui.Modal(title=words(say("Defaults that are numbers"))[:45], custom_id=FORM + mark, timeout=None)
    hint = words(say("Leave it empty for no default."))
    for option in options:
        value = now.get(option)
        shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        form.add_item(text_input(words(TITLES[option]), option.value, value=shown, hint=hint, longest=_LONGEST))
    return form


def read_numbers(
    typed: Mapping[str, str], options: tuple[Option, ...], catalog: Catalog, model: Model
) -> Chosen | list[Fault]:
    """What was typed, or everything that is wrong with it.

    A number is taken when any model on offer takes it; otherwise `model`, which the defaults lead to, says why not.
    """
    decided: dict[Option, str | int | float | bool] = {}
    faults: list[Fault] = []
    for option in options:
        text = typed.get(option.value, "").strip()
        if not text:
            continue
        value = _number(text, whole=isinstance(_kind(option, model, catalog), Integer))
        if value is None:
            sentence = say("`{option}` is no number: type digits only, or leave it empty.", option=option.value)
            faults.append(Fault(option=option, sentence=sentence))
            continue
        answers = {each.key: _check(option, value, each) for each in (model, *catalog.models)}
        if all(answers.values()):
            faults += answers[model.key]
        else:
            decided[option] = value
    return faults or decided


def _kind(option: Option, model: Model, catalog: Catalog) -> object:
    found = (each.find(option) for each in (model, *catalog.models))
    return next((parameter.kind for parameter in found if parameter is not None), None)


def _number(text: str, *, whole: bool) -> int | float | None:
    try:
        return int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        return None


def _check(option: Option, value: float, model: Model) -> list[Fault]:
    found = validate({Option.PROMPT: "-", option: value}, model=model, drawn_seed=1)
    return list(found.faults) if isinstance(found, Faults) else []
