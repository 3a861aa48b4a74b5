"""Options and their values as people read them."""

from collections.abc import Mapping
from typing import Final

from cogs.options import size_title
from cogs.words import quoted
from jobs.catalog import PIXELS, Catalog
from jobs.parameters import LORA_OPTIONS, Option
from jobs.sentence import Sentence, say
from jobs.validation import Chosen
from words.speech import Words

ON: Final = say("on")
OFF: Final = say("off")
_LORA_SHOWN: Final = 80  # characters
_SOURCES: Final = frozenset(source for source, _scale in LORA_OPTIONS)

TITLES: Final[Mapping[Option, Sentence]] = {
    Option.MODEL: say("Model"),
    Option.SIZE: say("Size"),
    Option.COUNT: say("Images"),
    Option.STEPS: say("Steps"),
    Option.GUIDANCE: say("Guidance"),
    Option.FORMAT: say("Format"),
    Option.EXPAND_PROMPT: say("Prompt expansion"),
    Option.SPEED: say("Speed"),
    Option.PRIVATE: say("Private"),
}
"""The headings of what may have a default."""


def shown(option: Option, value: str | float | bool, words: Words, catalog: Catalog) -> str:
    """One value: a model by its title, a size by its name, a LoRA without what may be a download key."""
    if option is Option.MODEL:
        model = catalog.get(str(value))
        return model.title if model else quoted(str(value), _LORA_SHOWN)
    if option is Option.SIZE and value in PIXELS:
        return words(size_title(str(value)))
    if option in _SOURCES:
        return quoted(str(value).partition("?")[0], _LORA_SHOWN)
    match value:
        case bool():
            return words(ON if value else OFF)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def listed_options(options: Chosen, words: Words, catalog: Catalog) -> list[str]:
    """`size Square (512 × 512)` for each, by the name that people type, in the command's order."""
    return [f"`{option}` {shown(option, options[option], words, catalog)}" for option in Option if option in options]
