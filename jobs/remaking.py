"""From what an image says to an order: what a model takes of it, and the line that asks for it, read back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jobs.catalog import PIXELS, Model
from jobs.parameters import Integer, Option, Size
from jobs.request import ImageRequest
from jobs.validation import Chosen, validate

_LINE: Final = re.compile(r"/imagine prompt: (.*) model: (\S+)((?: [a-z0-9_]+: \S+)*)", re.DOTALL)
_PAIR: Final = re.compile(r" ([a-z0-9_]+): (\S+)")
_NAMES: Final = {option.value: option for option in Option}
_WHOLE: Final = frozenset({Option.WIDTH, Option.HEIGHT, Option.COUNT, Option.SEED, Option.STEPS})
_DECIMAL: Final = frozenset({Option.GUIDANCE, Option.LORA_SCALE, Option.LORA2_SCALE, Option.LORA3_SCALE})
_YES_NO: Final = frozenset({Option.EXPAND_PROMPT, Option.SAFETY, Option.PRIVATE})


@dataclass(frozen=True, kw_only=True)
class Remake:
    """An order, and what it leaves out since the model does not take it."""

    chosen: Chosen
    left_out: tuple[Option, ...] = ()


def remake(wished: Chosen, *, model: Model) -> Remake:
    """What the model takes of what is wished for; the prompt has to be there, or nothing is taken."""
    chosen = {**wished, Option.MODEL: model.key}
    left_out: list[Option] = []
    while not isinstance(found := validate(chosen, model=model, drawn_seed=1), ImageRequest):
        wrong = {fault.option for fault in found.faults} & chosen.keys()
        if not wrong or Option.PROMPT in wrong:
            return Remake(chosen={}, left_out=tuple(wished))
        left_out += wrong
        chosen = {option: value for option, value in chosen.items() if option not in wrong}
    order = list(Option)
    return Remake(
        chosen={option: chosen[option] for option in order if option in chosen},
        left_out=tuple(sorted(left_out, key=order.index)),
    )


def size_like(width: int, height: int, model: Model) -> Chosen:
    """The options for what comes nearest to a size in pixels: the same, or the nearest shape."""
    parameter = model.find(Option.SIZE)
    kind = parameter.kind if parameter is not None else None
    if not isinstance(kind, Size) or width < 1 or height < 1:
        return {}
    for preset in kind.presets:
        if PIXELS[preset] == (width, height):
            return {Option.SIZE: preset}
    if kind.side is not None and (sides := _own_sides(width, height, kind.side)):
        return sides
    wished = width / height
    return {Option.SIZE: min(kind.presets, key=lambda preset: _apart(wished, PIXELS[preset]))}


def parse_line(line: str) -> Chosen | None:
    """The inverse of `jobs.typed.command_line` for an order that names its model; None where it is no such line.

    A prompt may hold what looks like options: the last `model:` after which nothing but options stands is the real one.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    chosen: dict[Option, str | int | float | bool] = {Option.PROMPT: match[1], Option.MODEL: match[2]}
    for name, text in _PAIR.findall(match[3]):
        option = _NAMES.get(name)
        value = _value(option, text) if option is not None else None
        if option is None or value is None:
            return None
        chosen[option] = value
    return chosen


def _own_sides(width: int, height: int, side: Integer) -> Mapping[Option, int] | None:
    low, high, step = side.minimum or 1, side.maximum or max(width, height), side.multiple_of
    if not (low <= width <= high and low <= height <= high):
        return None
    return {
        Option.WIDTH: min(high // step * step, round(width / step) * step),
        Option.HEIGHT: min(high // step * step, round(height / step) * step),
    }


def _apart(wished: float, pixels: tuple[int, int]) -> float:
    """How far a shape is from the wished one: 1 when it is the same."""
    shape = pixels[0] / pixels[1]
    return max(wished / shape, shape / wished)


def _value(option: Option, text: str) -> str | int | float | bool | None:
    try:
        if option in _WHOLE:
            return int(text)
        if option in _DECIMAL:
            return float(text)
    except ValueError:
        return None
    if option in _YES_NO:
        return {"True": True, "False": False}.get(text)
    return text
