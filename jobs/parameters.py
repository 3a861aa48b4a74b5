"""The kinds of parameter that an image model can have, and the options of `/imagine` that set them."""

import enum
from dataclasses import dataclass


class Option(enum.StrEnum):
    """The options of `/imagine`, by the names that people type; the order is the one Discord shows."""

    PROMPT = "prompt"
    MODEL = "model"
    PRESET = "preset"
    SIZE = "size"
    WIDTH = "width"
    HEIGHT = "height"
    COUNT = "count"
    ALTERNATIVES = "alternatives"
    SEED = "seed"
    STEPS = "steps"
    GUIDANCE = "guidance"
    LORA = "lora"
    LORA_SCALE = "lora_scale"
    LORA2 = "lora2"
    LORA2_SCALE = "lora2_scale"
    LORA3 = "lora3"
    LORA3_SCALE = "lora3_scale"
    FORMAT = "format"
    EXPAND_PROMPT = "expand_prompt"
    SPEED = "speed"
    SAFETY = "safety"
    PRIVATE = "private"


LORA_OPTIONS = (
    (Option.LORA, Option.LORA_SCALE),
    (Option.LORA2, Option.LORA2_SCALE),
    (Option.LORA3, Option.LORA3_SCALE),
)
"""Each LoRA's source option with the option of its scale."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of at least one character."""

    longest: int  # characters


@dataclass(frozen=True, kw_only=True)
class Integer:
    """A whole number; a bound of None is not stated by the vendor."""

    minimum: int | None = None
    maximum: int | None = None
    multiple_of: int = 1
    default: int | None = None  # what the vendor takes when nothing is sent; None: not stated
    limited: bool = False  # a server's rules leave less than the vendor takes


@dataclass(frozen=True, kw_only=True)
class Number:
    """A decimal number; a bound of None is not stated by the vendor."""

    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of a few words."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True, kw_only=True)
class Toggle:
    """Yes or no."""

    default: bool


@dataclass(frozen=True, kw_only=True)
class Size:
    """A preset, or where `side` is given a width and a height of one's own, in pixels."""

    presets: tuple[str, ...]
    default: str
    side: Integer | None = None
    limited: bool = False  # a server's rules leave fewer; then the default is no vendor's, and is sent


@dataclass(frozen=True, kw_only=True)
class Loras:
    """LoRA adapters: weights that bend the model towards a style or a subject."""

    most: int  # entries
    scale: Number
    repositories: bool  # whether `owner/repo` is understood beside an https URL
    neutral_scale: float | None = None  # taken when nobody chose one, where the API's entry is not stated to do without


Kind = Text | Integer | Number | OneOf | Toggle | Size | Loras


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of one model: the option that sets it, the vendor's name for it, and what it may be."""

    option: Option  # Option.SIZE stands for width and height too, Option.LORA for all LoRA options
    field: str
    kind: Kind
