"""Which value counts: typed, else of the preset, else the user's default, else the server's, else nothing is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.catalog import Catalog, Model
from jobs.parameters import LORA_OPTIONS, Option
from jobs.presets import DEFAULT_OPTIONS, PRESET_OPTIONS, Preset
from jobs.request import ImageRequest
from jobs.validation import Chosen, validate

_SIZES: Final = (Option.SIZE, Option.WIDTH, Option.HEIGHT)
_ANY_SOURCE: Final = "https://example.com/any.safetensors"  # that every model with LoRAs can load
_LORAS: Final = tuple(option for pair in LORA_OPTIONS for option in pair)
_TAKEN_TOGETHER: Final = (
    _SIZES,
    *(
        (option,)
        for option in dict.fromkeys((*PRESET_OPTIONS, *DEFAULT_OPTIONS))
        if option not in {*_SIZES, *_LORAS, Option.MODEL}
    ),
)
"""Options that come from one place: a width typed goes with no preset's size."""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What counts, ready to be validated, and what of the preset does not."""

    chosen: Chosen
    left_out: tuple[Option, ...] = ()  # of the preset: the model does not take it, or it is not allowed here


def merge(
    typed: Chosen,
    *,
    preset: Preset | None,
    defaults: Sequence[Chosen],
    catalog: Catalog,
    unsafe_allowed: bool,
) -> Merged:
    """Complete what was typed, from the preset and then from each of the defaults in turn.

    What was typed always stays, right or wrong. A default that the model does not take is passed over as if it were
    not there; so is a preset's value, which is named in `left_out`. `unsafe_allowed`: whether a preset may switch the
    safety checker off here.
    """
    offered = dict(preset.options) if preset is not None else {}
    left_out: list[Option] = []
    if offered.get(Option.SAFETY) is False and not unsafe_allowed:
        del offered[Option.SAFETY]
        left_out += [Option.SAFETY] if Option.SAFETY not in typed else []
    chosen = dict(typed)
    chosen.pop(Option.PRESET, None)
    model = _model(typed, offered, defaults, catalog, left_out)
    if model is None:
        return Merged(chosen=chosen)
    chosen[Option.MODEL] = model.key
    for options in _TAKEN_TOGETHER:
        if any(option in typed for option in options):
            continue
        for layer in (offered, *defaults):
            values = {option: layer[option] for option in options if option in layer}
            if values and _fits(values, model):
                chosen |= values
                break
            if layer is offered:
                left_out += values
    for option, value in _loras(typed, offered, model, left_out):
        chosen[option] = value
    if preset is not None and preset.style and (prompt := str(typed.get(Option.PROMPT, "")).strip()):
        chosen[Option.PROMPT] = f"{prompt}, {preset.style}"
    order = list(Option)
    return Merged(chosen=chosen, left_out=tuple(sorted(left_out, key=order.index)))


def _model(
    typed: Chosen, offered: Chosen, defaults: Sequence[Chosen], catalog: Catalog, left_out: list[Option]
) -> Model | None:
    """The model that counts; None where the one that was typed is not on offer."""
    if Option.MODEL in typed:
        return catalog.get(str(typed[Option.MODEL]))
    for layer in (offered, *defaults):
        if Option.MODEL in layer:
            if model := catalog.get(str(layer[Option.MODEL])):
                return model
            if layer is offered:
                left_out.append(Option.MODEL)
    return catalog.default


def _loras(
    typed: Chosen, offered: Chosen, model: Model, left_out: list[Option]
) -> Iterator[tuple[Option, str | int | float | bool]]:
    """The preset's LoRAs where none was typed; its scale goes with its own LoRA only."""
    for source, scale in LORA_OPTIONS:
        if source not in offered or source in typed:
            continue
        if not _fits({source: offered[source]}, model):
            left_out += [source]
            continue
        yield source, offered[source]
        if scale not in offered or scale in typed:
            continue
        if _fits({source: offered[source], scale: offered[scale]}, model):
            yield scale, offered[scale]
        else:
            left_out += [scale]


def with_any_sources(options: Chosen) -> Chosen:
    """The same with some source for each name of a library's entry, which is looked up only when it is used."""
    sources = {source for source, _scale in LORA_OPTIONS}
    return {
        option: _ANY_SOURCE if option in sources and "/" not in str(value) else value
        for option, value in options.items()
    }


def _fits(values: Chosen, model: Model) -> bool:
    return isinstance(
        validate({Option.PROMPT: "-", **with_any_sources(values)}, model=model, drawn_seed=1), ImageRequest
    )
