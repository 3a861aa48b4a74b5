"""Sentences about values that a model does not take, or that a server's rules leave out: what, and what is allowed."""

from collections.abc import Sequence

from jobs.bounds import in_words, listed
from jobs.catalog import PIXELS, Model
from jobs.parameters import Integer, Loras, Number, Option, Size
from jobs.sentence import Sentence, say


def lacks(model: Model, option: Option) -> Sentence:
    """An option that the model does not have."""
    return say("{model} has no `{option}`: leave it out.", model=model.title, option=option.value)


def unknown(model: Model, option: Option, value: object, values: Sequence[str]) -> Sentence:
    """None of the option's words."""
    return say(
        "`{option}` {value} is unknown to {model}: choose {values}.",
        option=option.value,
        value=repr(value),
        model=model.title,
        values=listed(values),
    )


def out_of_bounds(model: Model, option: Option, value: object, kind: Integer | Number) -> Sentence:
    """A number that is too small, too large or between two steps."""
    shown = f"{value:g}" if isinstance(value, float) else f"{value}"
    if isinstance(kind, Integer) and kind.limited:
        return say(
            "`{option}` {value} is out of bounds here: choose {bounds}.",
            option=option.value,
            value=shown,
            bounds=in_words(kind),
        )
    return say(
        "`{option}` {value} is out of bounds for {model}: choose {bounds}.",
        option=option.value,
        value=shown,
        model=model.title,
        bounds=in_words(kind),
    )


def no_size(model: Model, size: object, kind: Size) -> Sentence:
    """None of the model's sizes, or none of those that are left."""
    sizes = listed(kind.presets)
    if kind.limited and size in PIXELS:
        return say("{size} is larger than what is made here: choose {sizes}.", size=repr(size), sizes=sizes)
    return say("{size} is no size of {model}: choose {sizes}.", size=repr(size), model=model.title, sizes=sizes)


def no_sides(model: Model, models: Sequence[Model]) -> Sentence:
    """A width or a height for a model that takes none; `models`: those on offer, of which one may."""
    for other in models:
        parameter = other.find(Option.SIZE)
        if parameter is not None and isinstance(parameter.kind, Size) and parameter.kind.side is not None:
            return say(
                "`width` and `height` cannot be chosen with {model}: choose a `size` instead, or {other} with `model`, "
                "which takes them.",
                model=model.title,
                other=other.title,
            )
    return say("`width` and `height` cannot be chosen with {model}: choose a `size` instead.", model=model.title)


def unloadable(model: Model, option: Option, kind: Loras) -> Sentence:
    """A LoRA's source that the model's API cannot fetch."""
    if kind.repositories:
        return say(
            "`{option}` is nothing to load for {model}: give a public https:// link without a password, or owner/repo.",
            option=option.value,
            model=model.title,
        )
    return say(
        "`{option}` is nothing to load for {model}: give a public https:// link without a password.",
        option=option.value,
        model=model.title,
    )
