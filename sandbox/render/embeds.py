"""Embeds: a panel with a coloured edge."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from PIL import Image, ImageDraw

from sandbox.render import pictures, theme
from sandbox.render.canvas import Block, beside, disc, padded, panel, stack
from sandbox.render.markdown import Names
from sandbox.render.pictures import Files
from sandbox.render.richtext import rich
from sandbox.render.text import Setter, Type
from sandbox.render.theme import letter, px
from sandbox.render.values import Json, number, part, parts, text, time

_BODY = Type(size=letter(14), line=px(18))
_TITLE = Type(size=letter(16), line=px(22), colour=theme.HEADING, bold=True)
_TITLE_LINK = Type(size=letter(16), line=px(22), colour=theme.LINK, bold=True)
_SMALL_BOLD = Type(size=letter(14), line=px(18), colour=theme.HEADING, bold=True)
_FOOTER = Type(size=letter(12), line=px(16), colour=theme.TEXT)
_MOST_FIELDS = 25
_THUMBNAIL = px(80)
_EDGE, _PAD = px(4), px(16)


def embed_blocks(setter: Setter, embeds: Sequence[Json], files: Files, names: Names) -> list[Block]:
    """Draw a message's embeds; neighbours with one `url` are one embed that shows all their images."""
    blocks = []
    for url, group in groupby(embeds[:10], key=lambda embed: text(embed, "url")):
        alike = list(group)
        for embed, *others in [alike] if url else [[each] for each in alike]:
            images = [part(each, "image") for each in (embed, *others) if part(each, "image")]
            blocks.append(_embed(setter, embed, [files.picture(image) for image in images[:4]], files, names))
    return blocks


def _embed(setter: Setter, embed: Json, images: list[Image.Image | None], files: Files, names: Names) -> Block:
    inner = min(px(theme.EMBED_WIDTH), px(theme.CONTENT_WIDTH)) - _EDGE - 2 * _PAD
    thumbnail = part(embed, "thumbnail")
    beside_text = inner - (_THUMBNAIL + px(16) if thumbnail else 0)
    rows = _texts(setter, embed, beside_text, files, names)
    if fields := _fields(setter, parts(embed, "fields", _MOST_FIELDS), beside_text, names):
        rows.append(padded(fields, top=px(4)))
    if images:
        rows.append(padded(pictures.grid(images, inner, tall=px(340)), top=px(8)))
    if footer := _footer(setter, embed, inner, files, names.now):
        rows.append(padded(footer, top=px(4)))
    body = stack(rows, px(4))
    corner = pictures.fitted(files.picture(thumbnail), (_THUMBNAIL, _THUMBNAIL), px(4)) if thumbnail else None
    content = max(body.width, beside_text + px(16) + _THUMBNAIL if corner else 0)
    width = _EDGE + 2 * _PAD + max(content, px(60))
    height = px(10) + max(body.height, corner.height + px(6) if corner else 0) + px(16)
    value = number(embed, "color")
    edge = theme.DEEP if value is None else ((value >> 16) & 255, (value >> 8) & 255, value & 255)

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(4), theme.PANEL)
        panel(image, (x, y, x + 2 * _EDGE, y + height), px(4), edge)
        ImageDraw.Draw(image).rectangle((x + _EDGE, y, x + 2 * _EDGE, y + height - 1), fill=theme.PANEL)
        body.draw(image, x + _EDGE + _PAD - px(4), y + px(10))
        if corner:
            corner.draw(image, x + width - _PAD - corner.width, y + px(16))

    return Block(width=width, height=height, draw=draw)


def _texts(setter: Setter, embed: Json, width: int, files: Files, names: Names) -> list[Block]:
    rows = []
    author, title, description = part(embed, "author"), text(embed, "title"), text(embed, "description")
    if text(author, "name"):
        name = setter.line(text(author, "name"), _SMALL_BOLD, width - px(32))
        rows.append(padded(_with_icon(name, author, files, px(24)), top=px(4)))
    if title:
        style = _TITLE_LINK if text(embed, "url") else _TITLE
        rows.append(padded(rich(setter, title, names, style, width), top=px(4)))
    if description:
        rows.append(padded(rich(setter, description, names, _BODY, width), top=px(2)))
    return rows


def _fields(setter: Setter, fields: Sequence[Json], width: int, names: Names) -> Block | None:
    rows: list[list[Json]] = []
    for each in fields:
        inline = each.get("inline") is True
        joins = inline and rows and rows[-1][0].get("inline") is True and len(rows[-1]) < 3  # noqa: PLR2004
        if joins:
            rows[-1].append(each)
        else:
            rows.append([each])
    blocks = []
    for row in rows:
        # A row of two keeps the thirds of a row of three, as in the desktop client.
        columns = 1 if row[0].get("inline") is not True else max(len(row), 2 if len(rows) == 1 else 3)
        wide = (width - px(12) * (columns - 1)) // columns
        cells = [_field(setter, each, wide, names) for each in row]
        blocks.append(beside([_widened(cell, wide) for cell in cells], px(12)))
    return stack(blocks, px(8)) if blocks else None


def _field(setter: Setter, field: Json, width: int, names: Names) -> Block:
    name = rich(setter, text(field, "name"), names, _SMALL_BOLD, width)
    return stack([name, rich(setter, text(field, "value"), names, _BODY, width)], px(2))


def _widened(block: Block, width: int) -> Block:
    return padded(block, right=max(width - block.width, 0))


def _footer(setter: Setter, embed: Json, width: int, files: Files, now: datetime) -> Block | None:
    footer, at = part(embed, "footer"), time(embed, "timestamp")
    words = [text(footer, "text")] if text(footer, "text") else []
    if at is not None:
        words.append(f"Today at {at:%H:%M}" if at.date() == now.date() else f"{at:%d/%m/%Y %H:%M}")
    if not words:
        return None
    return _with_icon(setter.plain(" • ".join(words), _FOOTER, width - px(28)), footer, files, px(20))


def _with_icon(block: Block, holder: Json, files: Files, size: int) -> Block:
    if not text(holder, "icon_url"):
        return block
    picture = files.picture({"url": text(holder, "icon_url")})
    block = padded(block, top=max((size - block.height) // 2, 0))
    if picture is not None:
        return beside([pictures.tile(picture, (size, size), size // 2), block], px(8))

    def draw(image: Image.Image, x: int, y: int) -> None:
        disc(image, (x, y, x + size, y + size), theme.GREY)

    return beside([Block(width=size, height=size, draw=draw), block], px(8))
