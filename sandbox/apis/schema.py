"""A small JSON Schema checker: as much of the standard as the two APIs' bounds need."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One thing wrong with a body: where (empty: the body itself) and what."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message}"


def issues_in(value: object, schema: Schema, path: tuple[str | int, ...] = ()) -> list[Issue]:
    """Return all that is wrong with `value`, in reading order; empty when it fits `schema`."""
    return list(_issues(value, schema, path))


def _issues(value: object, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Issue]:
    if "anyOf" in schema:
        yield from _any_of(value, schema["anyOf"], path)
        return
    kind: str = schema["type"]
    # bool is an int to Python, but not to JSON.
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield Issue(path=path, message=f"must be of type {kind}")
        return
    if "enum" in schema and value not in schema["enum"]:
        yield Issue(path=path, message=f"must be one of {', '.join(schema['enum'])}")
    if isinstance(value, str):
        yield from _text(value, schema, path)
    elif isinstance(value, dict):
        yield from _object(value, schema, path)
    elif isinstance(value, list):
        yield from _array(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(value, schema, path)


def _any_of(value: object, options: list[Schema], path: tuple[str | int, ...]) -> Iterator[Issue]:
    tried = [issues_in(value, option, path) for option in options]
    if all(tried):
        # The option of the value's own type says best what is wrong with it.
        yield from next(
            (found for found in tried if "must be of type" not in found[0].message or found[0].path != path),
            [Issue(path=path, message=f"must be of type {' or '.join(each['type'] for each in options)}")],
        )


def _text(value: str, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Issue]:
    if len(value) < schema.get("minLength", 0):
        yield Issue(path=path, message="must not be empty")
    if len(value) > schema.get("maxLength", len(value)):
        yield Issue(path=path, message=f"must be at most {schema['maxLength']} characters")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield Issue(path=path, message=schema["x-pattern-message"])


def _number(value: float, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Issue]:
    if value < schema.get("minimum", value):
        yield Issue(path=path, message=f"must be at least {schema['minimum']}")
    # Written so that NaN, which Python's JSON reads, is refused too.
    if not value <= schema.get("maximum", value):
        yield Issue(path=path, message=f"must be at most {schema.get('maximum', 'a number')}")
    elif "multipleOf" in schema and value % schema["multipleOf"]:
        yield Issue(path=path, message=f"must be a multiple of {schema['multipleOf']}")


def _array(value: list[object], schema: Schema, path: tuple[str | int, ...]) -> Iterator[Issue]:
    low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not low <= len(value) <= high:
        yield Issue(
            path=path, message=f"must have {low} to {high} items" if low != high else f"must have exactly {low} item"
        )
    for index, item in enumerate(value):
        yield from _issues(item, schema["items"], (*path, index))


def _object(value: dict[str, object], schema: Schema, path: tuple[str | int, ...]) -> Iterator[Issue]:
    for name in schema.get("required", ()):
        if name not in value:
            yield Issue(path=(*path, name), message="is required")
    for name, item in value.items():
        if name in schema["properties"]:
            yield from _issues(item, schema["properties"][name], (*path, name))
        elif not schema.get("additionalProperties", False):
            yield Issue(path=(*path, name), message="is not a known field")
