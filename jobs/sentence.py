"""What a person is told, as a template with named placeholders: English here, the reader's language where it is shown.

`words` translates it; `str()` gives the English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias, Union

Value: TypeAlias = Union[str, int, float, "Sentence"]
_NOTHING: Mapping[str, "Value"] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A template with `{name}` placeholders and their values; a value may be a sentence itself."""

    template: str
    plural: str | None = None  # the template for a `count` other than one
    count: int = 1
    values: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)

    def __str__(self) -> str:
        """In English, for logs, tests and whatever has no reader with a language."""
        template = self.template if self.plural is None or self.count == 1 else self.plural
        return template.format(**{name: _english(value) for name, value in self.values.items()})


def say(template: str, /, **values: Value) -> Sentence:
    """A sentence. The template must be a literal: the catalogues of translations are made by reading the source."""
    return Sentence(template=template, values=MappingProxyType(values))


def say_count(singular: str, plural: str, /, count: int, **values: Value) -> Sentence:
    """A sentence that depends on a number, which is `{count}` in both templates; both must be literals."""
    return Sentence(template=singular, plural=plural, count=count, values=MappingProxyType({"count": count, **values}))


def _english(value: Value) -> str:
    match value:
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
