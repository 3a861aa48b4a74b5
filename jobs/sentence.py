"""What a person is told, as a template with named placeholders: English here, the reader's language where it is shown.

`words` translates it; `str()` gives the English.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias, Union

Value: TypeAlias = Union[str, int, float, "Sentence"]
_NOTHING: Mapping[str, "Value"] = MappingProxyType({})
_MARK: Final = "say"  # what a stored sentence begins with; a text from before there were sentences never does


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

    def to_json(self) -> str:
        """To be stored, so that a later reader has it in their own language."""
        return json.dumps(_plain(self))

    @classmethod
    def from_json(cls, text: str) -> "Sentence":
        """What `to_json` made; any other text, from before sentences were stored, stands for itself."""
        try:
            stored = json.loads(text)
        except ValueError:
            return verbatim(text)
        return _sentence(stored) if isinstance(stored, dict) and _MARK in stored else verbatim(text)


def say(template: str, /, **values: Value) -> Sentence:
    """A sentence. The template must be a literal: the catalogues of translations are made by reading the source."""
    return Sentence(template=template, values=MappingProxyType(values))


def say_count(singular: str, plural: str, /, count: int, **values: Value) -> Sentence:
    """A sentence that depends on a number, which is `{count}` in both templates; both must be literals."""
    return Sentence(template=singular, plural=plural, count=count, values=MappingProxyType({"count": count, **values}))


def verbatim(text: str) -> Sentence:
    """A text that is not ours to translate: a name, what somebody typed, what an API said."""
    return Sentence(template="{text}", values=MappingProxyType({"text": text}))


def _plain(value: Value) -> Any:
    if not isinstance(value, Sentence):
        return value
    values = {name: _plain(part) for name, part in value.values.items()}
    plain: dict[str, Any] = {_MARK: value.template, "values": values}
    return plain if value.plural is None else plain | {"plural": value.plural, "count": value.count}


def _sentence(stored: dict[str, Any]) -> Sentence:
    values = {name: _sentence(part) if isinstance(part, dict) else part for name, part in stored["values"].items()}
    return Sentence(
        template=stored[_MARK],
        plural=stored.get("plural"),
        count=stored.get("count", 1),
        values=MappingProxyType(values),
    )


def _english(value: Value) -> str:
    match value:
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
