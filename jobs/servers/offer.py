"""The catalogue as a server's rules leave it: options, bounds, hints and help follow from it as from the whole one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from jobs.catalog import PIXELS, Catalog, Model, Provider
from jobs.parameters import Integer, Option, Parameter, Size
from jobs.servers.rules import MakeRules

SIDE_LEAST: Final = 512
"""Pixels: the least that a server may set as its largest side, since every model makes a square of that size."""


def offer(catalog: Catalog, make: MakeRules) -> Catalog | None:
    """What may be ordered by these rules; None where that is nothing.

    A bound that the rules have narrowed is marked as `limited`.
    """
    if make.models is None and make.largest_count is None and make.largest_side is None:
        return catalog
    models = list(_models(catalog, make))
    return Catalog(offered=Provider, models=models) if models else None


def _models(catalog: Catalog, make: MakeRules) -> Iterator[Model]:
    for model in catalog.models:
        if make.models is None or model.key in make.models:
            yield replace(model, parameters=tuple(_narrowed(each, make) for each in model.parameters))


def _narrowed(parameter: Parameter, make: MakeRules) -> Parameter:
    match parameter:
        case Parameter(option=Option.COUNT, kind=Integer() as count) if make.largest_count is not None:
            return replace(parameter, kind=_at_most(count, make.largest_count))
        case Parameter(kind=Size() as size) if make.largest_side is not None:
            return replace(parameter, kind=_sizes(size, max(SIDE_LEAST, make.largest_side)))
        case _:
            return parameter


def _at_most(kind: Integer, most: int) -> Integer:
    most -= most % kind.multiple_of
    if kind.maximum is not None and kind.maximum <= most:
        return kind
    return replace(kind, maximum=most, limited=True)


def _sizes(kind: Size, side: int) -> Size:
    presets = tuple(preset for preset in kind.presets if max(PIXELS[preset]) <= side)
    narrowed = replace(kind, presets=presets, side=None if kind.side is None else _at_most(kind.side, side))
    if presets == kind.presets:
        return narrowed
    largest = max(presets, key=lambda preset: PIXELS[preset][0] * PIXELS[preset][1])
    return replace(narrowed, default=kind.default if kind.default in presets else largest, limited=True)
