"""Markdown set as blocks: paragraphs, headings, quotes and code."""

from dataclasses import replace
from typing import Final

from PIL import Image

from sandbox.render import theme
from sandbox.render.canvas import Block, padded, panel, stack
from sandbox.render.markdown import CodeBlock, Look, Names, Paragraph, Run, parse
from sandbox.render.text import Setter, Type
from sandbox.render.theme import letter, px

_HEADINGS: Final = {1: (24, 32), 2: (20, 27), 3: (16, 22)}
_CODE: Final = Type(size=letter(13), line=px(18))


def rich(setter: Setter, text: str, names: Names, style: Type, width: int, *, note: str = "") -> Block:
    """Set a text with markdown, a small `note` after its end."""
    found = parse(text, names)
    if note:
        last = found[-1] if found and isinstance(found[-1], Paragraph) else Paragraph(runs=())
        runs = (*last.runs, Run(text=" "), Run(text=note, look=Look.NOTE))
        found = [*(each for each in found if each is not last), replace(last, runs=runs)]
    return stack([_part(setter, each, style, width) for each in found], px(2))


def _part(setter: Setter, part: Paragraph | CodeBlock, style: Type, width: int) -> Block:
    if isinstance(part, CodeBlock):
        return _code(setter, part, width)
    if part.level:
        size, line = _HEADINGS[part.level]
        big = replace(style, size=letter(size), line=px(line), colour=theme.HEADING, bold=True)
        return padded(setter.block(part.runs, big, width), top=px(4))
    if part.small:
        small = replace(style, size=letter(13), line=px(18), colour=theme.MUTED)
        return setter.block(part.runs, small, width)
    if part.quoted:
        return _quoted(setter.block(part.runs, style, width - px(16)))
    return setter.block(part.runs, style, width)


def _quoted(inner: Block) -> Block:
    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + px(4), y + inner.height), px(2), theme.GREY)
        inner.draw(image, x + px(16), y)

    return Block(width=inner.width + px(16), height=inner.height, draw=draw)


def _code(setter: Setter, part: CodeBlock, width: int) -> Block:
    inner = setter.block([Run(text=part.text)], _CODE, width - px(18))
    height = inner.height + px(16)

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(4), theme.DEEP)
        panel(image, (x + px(1), y + px(1), x + width - px(1), y + height - px(1)), px(4), theme.PANEL)
        inner.draw(image, x + px(9), y + px(8))

    return Block(width=width, height=height, draw=draw)
