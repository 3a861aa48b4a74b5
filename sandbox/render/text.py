"""Runs of text measured, broken into lines and drawn."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import symbols, theme
from sandbox.render.canvas import Block, panel
from sandbox.render.fonts import Face, Fonts
from sandbox.render.markdown import Look, Run
from sandbox.render.theme import Colour, px

_MOST_LINES: Final = 150
_WORDS: Final = re.compile(r"\n|[^\S\n]+|[^\s]+")
_FILLS: Final = {
    Look.CODE: theme.DEEP,
    Look.MENTION: theme.MENTION_FILL,
    Look.TIME: theme.TIME_FILL,
    Look.HIDDEN: theme.DEEP,
}
_INKS: Final = {
    Look.LINK: theme.LINK,
    Look.MENTION: theme.MENTION_TEXT,
    Look.NOTE: theme.MUTED,
    Look.HIDDEN: theme.DEEP,  # as what lies behind it
}
_SHARES: Final = {Look.CODE: 0.9, Look.NOTE: 0.7}  # of the letter size
_WHOLE: Final = frozenset({Look.MENTION, Look.TIME})  # kept on one line where they fit one


@dataclass(frozen=True, kw_only=True)
class Type:
    """How plain runs are set: letter and line size in device pixels, colour, and whether all is bold."""

    size: int
    line: int
    colour: Colour = theme.TEXT
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class _Piece:
    run: Run
    index: int  # which run it is of, so that one background lies behind all its pieces
    width: float  # with the room that its background takes
    lead: float = 0.0  # of which before the letters


class Setter:
    """Sets text with one set of fonts."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts

    def block(self, runs: Sequence[Run], style: Type, width: int) -> Block:
        """Set runs into lines of at most `width`; a text of too many lines ends with an ellipsis."""
        lines = self._lines(runs, style, width)
        if len(lines) > _MOST_LINES:
            lines = [*lines[:_MOST_LINES], [_Piece(run=Run(text="…"), index=-1, width=0.0)]]

        def draw(image: Image.Image, x: int, y: int) -> None:
            for line in lines:
                if y > image.height:
                    return
                self._draw_line(image, line, style, x, y)
                y += style.line

        widest = max((sum(piece.width for piece in line) for line in lines), default=0.0)
        return Block(width=min(round(widest + 0.5), width), height=len(lines) * style.line, draw=draw)

    def plain(self, text: str, style: Type, width: int) -> Block:
        """Set text that has no markdown."""
        return self.block([Run(text=text)], style, width)

    def line(self, text: str, style: Type, width: int) -> Block:
        """Set text into one line, shortened with an ellipsis where it does not fit."""
        text = " ".join(text.split())
        if self.width(Run(text=text), style) > width:
            while text and self.width(Run(text=text + "…"), style) > width:
                text = text[: -max(len(text) // 20, 1)]
            text = text.rstrip() + "…"
        return self.plain(text, style, max(width, px(40)))

    def width(self, run: Run, style: Type) -> float:
        """Return how wide a run is in device pixels when it is not broken."""
        font = self.fonts.get(_face(run, style), _size(run, style))
        return sum(
            font.getlength(part) if ours else sum(symbols.advance(char, _size(run, style)) for char in part)
            for ours, part in self._spans(run.text)
        )

    def _lines(self, runs: Sequence[Run], style: Type, width: int) -> list[list[_Piece]]:
        lines: list[list[_Piece]] = [[]]
        room = float(width)
        for word in _words(runs):
            if len(lines) > _MOST_LINES:
                break
            if word[0].run.text == "\n":
                lines.append([])
                room = float(width)
                continue
            pieces = [replace(piece, width=piece.width + self.width(piece.run, style)) for piece in word]
            needed = sum(piece.width for piece in pieces)
            blank = pieces[0].run.text.isspace()
            if needed > room and lines[-1] and not blank:
                lines.append([])
                room = float(width)
            for piece in pieces if needed <= room or blank else self._broken(pieces, style):
                if piece.width > room and lines[-1] and not blank:
                    lines.append([])
                    room = float(width)
                lines[-1].append(piece)
                room -= piece.width
        return lines

    def _broken(self, pieces: Iterable[_Piece], style: Type) -> Iterable[_Piece]:
        for piece in pieces:
            for char in piece.run.text:
                run = replace(piece.run, text=char)
                yield _Piece(run=run, index=piece.index, width=self.width(run, style))

    def _draw_line(self, image: Image.Image, line: Sequence[_Piece], style: Type, x: float, y: int) -> None:
        baseline = y + (style.line + style.size * 0.66) / 2
        for _, group in groupby(line, key=lambda piece: piece.index):
            pieces = list(group)
            run, wide = pieces[0].run, sum(piece.width for piece in pieces)
            if (fill := _FILLS.get(run.look)) is not None and run.text.strip():
                top = round(baseline - style.size * 0.72) - px(1.5)
                box = (round(x), top, round(x + wide), round(baseline) + px(5))
                panel(image, box, px(3), fill)
            for piece in pieces:
                self._draw_piece(image, piece.run, style, x + piece.lead, baseline)
                x += piece.width

    def _draw_piece(self, image: Image.Image, run: Run, style: Type, x: float, baseline: float) -> None:
        size, colour = _size(run, style), _INKS.get(run.look, style.colour)
        font = self.fonts.get(_face(run, style), size)
        pen, start = ImageDraw.Draw(image), x
        for ours, part in self._spans(run.text):
            if ours:
                pen.text((x, baseline), part, font=font, fill=colour, anchor="ls")
                x += font.getlength(part)
                continue
            for char in part:
                symbols.draw(image, char, (x, baseline), size, colour)
                x += symbols.advance(char, size)
        if run.underlined:
            pen.rectangle((start, baseline + px(1.5), x, baseline + px(2.5)), fill=colour)
        if run.struck:
            middle = baseline - size * 0.24
            pen.rectangle((start, middle, x, middle + px(1)), fill=colour)

    def _spans(self, text: str) -> list[tuple[bool, str]]:
        """Split text into what the typeface has (True) and what we draw; what has no width is left out."""
        text = "".join(" " if char.isspace() else char for char in text if _visible(char))
        return [(ours, "".join(chars)) for ours, chars in groupby(text, key=self.fonts.has)]


def _visible(char: str) -> bool:
    # Controls, joiners, surrogates, combining marks, variation selectors and skin tones.
    return char.isspace() or (
        unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Mn", "Me"} and not "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _words(runs: Sequence[Run]) -> Iterable[list[_Piece]]:
    """Yield words (pieces of runs that no space parts), spaces and line breaks; so far as wide as their padding."""
    word: list[_Piece] = []
    for index, run in enumerate(runs):
        texts = [run.text] if run.look in _WHOLE else _WORDS.findall(run.text)
        pad = px(2.5) if run.look in _FILLS else 0.0
        for nth, text in enumerate(texts):
            lead = pad if nth == 0 else 0.0
            trail = pad if nth == len(texts) - 1 else 0.0
            piece = _Piece(run=replace(run, text=text), index=index, width=lead + trail, lead=lead)
            if text.isspace():
                if word:
                    yield word
                    word = []
                yield [piece]
            else:
                word.append(piece)
    if word:
        yield word


def _size(run: Run, style: Type) -> int:
    return round(style.size * _SHARES.get(run.look, 1.0))


def _face(run: Run, style: Type) -> Face:
    bold = style.bold or run.bold
    if run.italic:
        return Face.BOLD_ITALIC if bold else Face.ITALIC
    if run.look is Look.MENTION:
        return Face.SEMIBOLD
    return Face.BOLD if bold else Face.REGULAR
