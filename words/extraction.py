"""Which sentences the source holds: read off its syntax, since every template is a literal."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PLACES: Final = ("cogs", "jobs", "providers", "media", "features.py")
_ONE: Final = "say"
_DESCRIBED: Final = "locale_str"
_COUNTED: Final = "say_count"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One sentence of the source."""

    text: str
    plural: str | None  # for a number other than one
    place: str  # the file, from the project's root
    described: bool = False  # Discord itself shows it of a command


class NotLiteral(Exception):
    """A template that is made while the program runs: no translator could ever see it; `str()` says where."""


def messages(root: Path) -> Iterator[Message]:
    """Every sentence below the project's root, in the order of the files.

    Raises:
        NotLiteral: a template cannot be read off the source.
    """
    for path in _files(root):
        place = path.relative_to(root).as_posix()
        yield from messages_in(path.read_text(encoding="utf-8"), place=place)


def messages_in(source: str, *, place: str) -> Iterator[Message]:
    """The sentences of one file's source."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = _name(call.func)
        if name in {_ONE, _DESCRIBED}:
            [text] = _literals(call, 1, place)
            yield Message(text=text, plural=None, place=place, described=name == _DESCRIBED)
        elif name == _COUNTED:
            text, plural = _literals(call, 2, place)
            yield Message(text=text, plural=plural, place=place)


def _files(root: Path) -> Iterable[Path]:
    for name in PLACES:
        path = root / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _literals(call: ast.Call, count: int, place: str) -> list[str]:
    texts = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if len(texts) != count:
        raise NotLiteral(f"{place}:{call.lineno}: {_name(call.func)} takes literal templates, nothing that is computed")
    return texts
