"""The options of `/imagine` as Discord registers them, derived from the models on offer.

An option's bounds here are the widest that any model allows; the chosen model's own are checked by
`jobs.validation`, because Discord cannot make one option depend on another.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import discord
from discord import AppCommandOptionType, app_commands
from discord.app_commands import locale_str

from cogs.localised import Localised
from cogs.place import ANY_CONTEXT, ANY_INSTALL
from jobs.catalog import PIXELS, Catalog, Model
from jobs.lora import URL_LONGEST
from jobs.parameters import LORA_OPTIONS, Integer, Kind, Loras, Number, OneOf, Option, Size, Text, Toggle
from jobs.sentence import Sentence, say, verbatim
from jobs.validation import Chosen

Suggest = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[Any]]]]

DESCRIPTIONS: Final[Mapping[Option, locale_str]] = {
    Option.PROMPT: locale_str("What the image shows, in your own words"),
    Option.MODEL: locale_str("Which model draws it"),
    Option.PRESET: locale_str("Saved options: yours, or this server's; what you type goes before them"),
    Option.SIZE: locale_str("Shape of the image"),
    Option.WIDTH: locale_str("Width in pixels, together with height"),
    Option.HEIGHT: locale_str("Height in pixels, together with width"),
    Option.COUNT: locale_str("How many images; each counts towards your quota"),
    Option.ALTERNATIVES: locale_str("Make one of each: {red|green|blue} fox. You are asked first"),
    Option.SEED: locale_str("The same seed and options give the same image again"),
    Option.STEPS: locale_str("More steps: more detail, more time"),
    Option.GUIDANCE: locale_str("How closely the image follows the prompt"),
    Option.LORA: locale_str("A LoRA: a name from this server's library, an https link, or owner/repo"),
    Option.LORA_SCALE: locale_str("How strongly the LoRA counts"),
    Option.LORA2: locale_str("A second LoRA"),
    Option.LORA2_SCALE: locale_str("How strongly the second LoRA counts"),
    Option.LORA3: locale_str("A third LoRA"),
    Option.LORA3_SCALE: locale_str("How strongly the third LoRA counts"),
    Option.FORMAT: locale_str("File format"),
    Option.EXPAND_PROMPT: locale_str("Let the model add detail to your prompt"),
    Option.SPEED: locale_str("Faster, with a little less quality"),
    Option.SAFETY: locale_str("The vendor's safety checker; off only where this server allows it"),
    Option.PRIVATE: locale_str("Show the result only to you"),
}
"""At most 100 characters each in every language, Discord's bound."""

_SIZE_NAMES: Final[Mapping[str, Sentence]] = {
    "square_hd": say("Square HD"),
    "square": say("Square"),
    "portrait_4_3": say("Portrait 3:4"),
    "portrait_16_9": say("Portrait 9:16"),
    "landscape_4_3": say("Landscape 4:3"),
    "landscape_16_9": say("Landscape 16:9"),
}

_CHOICES_MOST: Final = 25  # Discord's bound for the choices of an option
_TEXT_LONGEST: Final = 100  # characters of a choice, Discord's bound


@dataclass(frozen=True, kw_only=True)
class _Spec:
    type: AppCommandOptionType
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: list[app_commands.Choice[Any]] = field(default_factory=list)


class _Derived(app_commands.Transformer):
    """One option; discord.py asks its properties when the command is built."""

    def __init__(self, spec: _Spec) -> None:
        self._spec = spec

    @property
    def type(self) -> AppCommandOptionType:
        return self._spec.type

    @property
    def min_value(self) -> int | float | None:
        return self._spec.minimum

    @property
    def max_value(self) -> int | float | None:
        return self._spec.maximum

    @property
    def choices(self) -> list[app_commands.Choice[int | float | str]] | None:
        return self._spec.choices or None

    async def transform(self, _interaction: discord.Interaction[Any], value: Any, /) -> Any:
        return value


def imagine_command(
    catalog: Catalog,
    run: Callable[[discord.Interaction[Any], Chosen], Awaitable[None]],
    suggestions: Mapping[Option, Suggest],
) -> "app_commands.Command[Any, ..., None]":
    """The command `/imagine`; `run` gets what was typed, without the options left out."""
    specs = {option: spec for option in Option if (spec := _spec(option, catalog)) is not None}

    async def imagine(interaction: discord.Interaction[Any], **typed: Any) -> None:
        await run(interaction, {Option(name): value for name, value in typed.items() if value is not None})

    with_signature(imagine, parameters(specs, catalog))
    described = app_commands.describe(**{option.value: DESCRIPTIONS[option] for option in specs})(imagine)
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="imagine",
        description=locale_str("Make images from a description"),
        callback=described,
        allowed_contexts=ANY_CONTEXT,
        allowed_installs=ANY_INSTALL,
    )
    for option, suggest in suggestions.items():
        if option in specs:
            command.autocomplete(option.value)(suggest)
    return command


def parameters(options: Iterable[Option], catalog: Catalog) -> list[inspect.Parameter]:
    """Those of the options that a model on offer has, as a callback takes them; the prompt alone is required."""
    return [
        inspect.Parameter(
            option.value,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if option is Option.PROMPT else None,
            annotation=_Derived(spec) if option is Option.PROMPT else _Derived(spec) | None,
        )
        for option in options
        if (spec := _spec(option, catalog)) is not None
    ]


def with_signature(callback: Callable[..., Awaitable[None]], options: Iterable[inspect.Parameter]) -> None:
    """Let discord.py, which reads a command's options off its callback's signature, read these."""
    interaction = inspect.Parameter(
        "interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction[Any]
    )
    # inspect honours it on any callable
    callback.__signature__ = inspect.Signature([interaction, *options])  # type: ignore[attr-defined]


def _spec(option: Option, catalog: Catalog) -> _Spec | None:
    """How an option is registered, or None when no model on offer has it."""
    if option is Option.MODEL:
        return _Spec(type=AppCommandOptionType.string, choices=[_model_choice(model) for model in catalog.models])
    if option is Option.PRESET:
        return _Spec(type=AppCommandOptionType.string, minimum=1, maximum=_TEXT_LONGEST)
    if option in {Option.PRIVATE, Option.ALTERNATIVES}:
        return _Spec(type=AppCommandOptionType.boolean)
    if option in {Option.WIDTH, Option.HEIGHT}:
        sides = [kind.side for kind in _kinds(Option.SIZE, catalog) if isinstance(kind, Size) and kind.side]
        return _widest(sides)
    for number, pair in enumerate(LORA_OPTIONS, start=1):
        if option in pair:
            loras = [k for k in _kinds(Option.LORA, catalog) if isinstance(k, Loras) and k.most >= number]
            return _lora_spec(loras, is_source=option is pair[0])
    return _widest(_kinds(option, catalog))


def _lora_spec(loras: list[Loras], *, is_source: bool) -> _Spec | None:
    if is_source and loras:
        return _Spec(type=AppCommandOptionType.string, minimum=1, maximum=URL_LONGEST)
    return _widest([kind.scale for kind in loras])


def _kinds(option: Option, catalog: Catalog) -> list[Kind]:
    return [parameter.kind for model in catalog.models if (parameter := model.find(option)) is not None]


def _widest(kinds: Iterable[Kind]) -> _Spec | None:
    """One option that admits whatever any of the kinds admits; all of them are of one type. None for none."""
    several = list(kinds)
    if not several:
        return None
    match several[0]:
        case Text():
            return _Spec(
                type=AppCommandOptionType.string,
                minimum=1,
                maximum=max(kind.longest for kind in several if isinstance(kind, Text)),
            )
        case Toggle():
            return _Spec(type=AppCommandOptionType.boolean)
        case Size():
            sizes = _union(kind.presets for kind in several if isinstance(kind, Size))
            choices = [app_commands.Choice(name=Localised(size_title(size)), value=size) for size in sizes]
            return _Spec(type=AppCommandOptionType.string, choices=choices)
        case OneOf():
            words = _union(kind.values for kind in several if isinstance(kind, OneOf))
            return _Spec(
                type=AppCommandOptionType.string,
                choices=[app_commands.Choice(name=word, value=word) for word in words],
            )
        case Integer() | Number() as first:
            numbers = [kind for kind in several if isinstance(kind, Integer | Number)]
            lows, highs = [kind.minimum for kind in numbers], [kind.maximum for kind in numbers]
            return _Spec(
                type=AppCommandOptionType.integer if isinstance(first, Integer) else AppCommandOptionType.number,
                minimum=None if None in lows else min(low for low in lows if low is not None),
                maximum=None if None in highs else max(high for high in highs if high is not None),
            )
        case Loras():
            raise TypeError("LoRAs are several options")


def _union(several: Iterable[tuple[str, ...]]) -> list[str]:
    words = list(dict.fromkeys(word for words in several for word in words))
    if len(words) > _CHOICES_MOST:
        raise ValueError(f"{len(words)} choices are more than Discord's {_CHOICES_MOST}: use autocomplete")
    return words


def size_title(size: str) -> Sentence:
    """`Landscape 4:3 (1024 × 768)`."""
    width, height = PIXELS[size]
    name = _SIZE_NAMES.get(size) or verbatim(size)
    return say("{size} ({width} × {height})", size=name, width=str(width), height=str(height))


def model_title(model: Model) -> Sentence:
    """A model's name and what it is good for."""
    return say("{model}: {summary}", model=model.title, summary=model.summary)


def _model_choice(model: Model) -> app_commands.Choice[str]:
    return app_commands.Choice(name=Localised(model_title(model)), value=model.key)
