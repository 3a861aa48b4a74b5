"""Which line of a TOML file holds what: the parser of the standard library gives the values without their lines.

https://toml.io/en/v1.0.0
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Path = tuple[str | int, ...]
"""The keys that lead to a value, and its place in a list, from 0."""

_PIECE: Final = re.compile(
    r"(?P<skip>[ \t\r]+|\#[^\n]*)|(?P<line>\n)|(?P<mark>[\[\]{}=,.])"
    r'|(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[^\s\[\]{}=,."\'#]+)',
    re.DOTALL,
)
_OPEN: Final = frozenset("[{")
_CLOSE: Final = frozenset("]}")


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, from 1, of each table, each key and each element of a list in a text that is TOML for certain.

    What stands in an inline table has none of its own: `line_of` gives the line of what it is in.
    """
    reading = _Reading()
    for statement in _statements(text):
        reading.take(statement)
    return reading.lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of what the path leads to, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


_Piece = tuple[str, int]  # the text and its line


def _statements(text: str) -> Iterator[Sequence[_Piece]]:
    """The pieces of each header and each assignment; a list may go over several lines."""
    line, depth = 1, 0
    statement: list[_Piece] = []
    for found in _PIECE.finditer(text):
        piece = found[0]
        if found.lastgroup in {"mark", "text"}:
            statement.append((piece, line))
            depth += (piece in _OPEN) - (piece in _CLOSE)
        elif found.lastgroup == "line" and depth == 0 and statement:
            yield statement
            statement = []
        line += piece.count("\n")
    if statement:
        yield statement


class _Reading:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._table: Path = ()

    def take(self, statement: Sequence[_Piece]) -> None:
        texts = [piece for piece, _ in statement]
        line = statement[0][1]
        if texts[0] == "[":
            self._table = _key(texts)
            self.lines[self._table] = line
            return
        equals = texts.index("=")
        path = self._table + _key(texts[:equals])
        self.lines[path] = line
        self._elements(path, statement[equals + 1 :])

    def _elements(self, path: Path, value: Sequence[_Piece]) -> None:
        depth, number, begins = 0, 0, False
        for piece, line in value:
            if begins and depth == 1 and piece != "]":
                self.lines[(*path, number)] = line
                number, begins = number + 1, False
            depth += (piece in _OPEN) - (piece in _CLOSE)
            if depth == 1 and (piece == "," or (piece == "[" and number == 0)):
                begins = True


def _key(pieces: Sequence[str]) -> Path:
    return tuple(piece.strip("\"'") for piece in pieces if piece not in {"[", "]", "."})
