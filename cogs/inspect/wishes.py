"""From what an image says to what one would have to type for one like it."""

from dataclasses import dataclass

from jobs.catalog import Catalog, Model
from jobs.parameters import LORA_OPTIONS, Option
from jobs.remaking import remake, size_like
from jobs.validation import Chosen
from media.metadata.recipe import Recipe, Tool

_SETTINGS = (Option.COUNT, Option.FORMAT, Option.EXPAND_PROMPT, Option.SPEED)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to order; `left_out` are names of what the image says and the model does not take."""

    model: Model
    chosen: Chosen  # empty: nothing can be ordered, there is no prompt
    left_out: tuple[Option, ...]


def wish_of(recipe: Recipe, catalog: Catalog, *, private: bool) -> Wish:
    """The nearest to it that can be ordered here: with its model where we offer that, else with the default one.

    Other programs name a LoRA by its file, which nothing can be loaded by; only links and repositories are taken. The
    safety checker stays on.
    """
    known = catalog.get(recipe.model) if recipe.tool is Tool.FLUXCORD else None
    model = known or catalog.default
    wished: dict[Option, str | int | float | bool] = {Option.PROMPT: " ".join(recipe.prompt.split())}
    numbers = {Option.SEED: recipe.seed, Option.STEPS: recipe.steps, Option.GUIDANCE: recipe.guidance}
    wished |= {option: value for option, value in numbers.items() if value is not None}
    if recipe.width and recipe.height:
        wished |= size_like(recipe.width, recipe.height, model)
    for (source, scale), adapter in zip(LORA_OPTIONS, recipe.adapters, strict=False):
        if known is not None:
            wished[source] = adapter.source
            if adapter.scale is not None:
                wished[scale] = adapter.scale
    for option in _SETTINGS if known is not None else ():
        if option.value in recipe.settings:
            wished[option] = recipe.settings[option.value]
    if private:
        wished[Option.PRIVATE] = True
    made = remake(wished, model=model)
    return Wish(model=model, chosen=made.chosen, left_out=made.left_out)
