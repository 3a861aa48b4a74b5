"""A message of Discord's API drawn as its dark theme shows it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import symbols, theme
from sandbox.render.attachments import attachment_blocks
from sandbox.render.canvas import Block, beside, disc, padded, stack
from sandbox.render.components import component_blocks
from sandbox.render.embeds import embed_blocks
from sandbox.render.fonts import Fonts
from sandbox.render.markdown import Names, Run
from sandbox.render.people import avatar, header, used_line
from sandbox.render.pictures import Files
from sandbox.render.richtext import rich
from sandbox.render.text import Setter, Type
from sandbox.render.theme import letter, px
from sandbox.render.values import Json, number, part, parts, text, time, user_name

_EPHEMERAL, _LOADING = 1 << 6, 1 << 7  # message flags
_BODY: Final = Type(size=letter(16), line=px(22))
_QUIET: Final = Type(size=letter(16), line=px(22), colour=theme.MUTED)
_EDITED: Final = Type(size=letter(11), line=px(16), colour=theme.MUTED)
_NOTICE: Final = Type(size=letter(12), line=px(18), colour=theme.MUTED)
_NOTICE_LINK: Final = Type(size=letter(12), line=px(18), colour=theme.LINK)
_TALLEST: Final = px(6000)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def render_message(message: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """Return a PNG of one message, 1240 pixels wide (620 at scale 2). Blocking: call it in a thread.

    `message` is a message object of the HTTP API, `files` the bytes of its pictures by attachment id or URL.
    What the object lacks or has wrong is left out; nothing is fetched. The same input gives the same bytes.
    """
    return render_conversation([(message, files)])


def render_conversation(messages: Sequence[tuple[Mapping[str, object], Mapping[str, bytes]]]) -> bytes:
    """Return a PNG of several messages under one another; as `render_message`."""
    setter = Setter(Fonts())
    blocks = [_message(setter, message, files) for message, files in messages]
    height = min(sum(block.height for block in blocks) + 2 * px(8), _TALLEST)
    image = Image.new("RGB", (px(theme.WIDTH), height), theme.BACKGROUND)
    y = px(8)
    for block in blocks:
        block.draw(image, 0, y)
        y += block.height
    out = BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _message(setter: Setter, message: Json, files: Mapping[str, bytes]) -> Block:
    flags = number(message, "flags") or 0
    ephemeral = bool(flags & _EPHEMERAL)
    background = theme.EPHEMERAL if ephemeral else theme.BACKGROUND
    body = _body(setter, message, files, background, loading=bool(flags & _LOADING))
    if ephemeral:
        body = stack([body, _notice(setter)], px(4))
    reply = used_line(setter, message)
    above = reply.height + px(4) if reply else 0
    head, face = header(setter, message), avatar(setter, part(message, "author"), px(40))
    height = px(10) + above + max(head.height + px(2) + body.height, face.height) + px(10)

    def draw(image: Image.Image, x: int, y: int) -> None:
        if ephemeral:
            pen = ImageDraw.Draw(image)
            pen.rectangle((x, y, x + px(theme.WIDTH), y + height - 1), fill=background)
            pen.rectangle((x, y, x + px(2) - 1, y + height - 1), fill=theme.BLURPLE)
        top = y + px(10)
        if reply:
            reply.draw(image, x + px(theme.GUTTER), top)
            top += above
        face.draw(image, x + px(theme.MARGIN), top + px(2))
        head.draw(image, x + px(theme.GUTTER), top)
        body.draw(image, x + px(theme.GUTTER), top + head.height + px(2))

    return Block(width=px(theme.WIDTH), height=height, draw=draw)


def _body(
    setter: Setter, message: Json, files: Mapping[str, bytes], background: theme.Colour, *, loading: bool
) -> Block:
    width = px(theme.CONTENT_WIDTH)
    if loading:
        return _thinking(setter, user_name(part(message, "author")), width)
    names, found = names_in(message), Files(message, files)
    rows, edited = [], bool(text(message, "edited_timestamp"))
    if content := text(message, "content"):
        rows.append(rich(setter, content, names, _BODY, width, note="(edited)" if edited else ""))
    elif edited:
        rows.append(setter.plain("(edited)", _EDITED, width))
    rows += attachment_blocks(setter, parts(message, "attachments", 10), found)
    rows += embed_blocks(setter, parts(message, "embeds", 10), found, names)
    rows += component_blocks(setter, parts(message, "components", 5), background, names)
    return stack(rows, px(8))


def _thinking(setter: Setter, name: str, width: int) -> Block:
    words = setter.line(f"{name} is thinking...", _QUIET, width - px(40))

    def dots(image: Image.Image, x: int, y: int) -> None:
        for index, share in enumerate((0.0, 0.35, 0.65)):
            left = x + index * px(9)
            colour = theme.blend(theme.TEXT, theme.BACKGROUND, share)
            disc(image, (left, y + px(8), left + px(7), y + px(15)), colour)

    return beside([Block(width=px(28), height=px(22), draw=dots), words], px(6))


def _notice(setter: Setter) -> Block:
    only = setter.block([Run(text="Only you can see this · ")], _NOTICE, px(300))
    dismiss = setter.plain("Dismiss message", _NOTICE_LINK, px(200))

    def eye(image: Image.Image, x: int, y: int) -> None:
        symbols.draw(image, "👁", (x, y + px(13)), px(13), theme.MUTED)

    return padded(beside([Block(width=px(18), height=px(18), draw=eye), only, dismiss], px(2)), top=px(2))


def names_in(message: Json) -> Names:
    """Return what a client knows by itself (`_known_...`), and what the message names."""
    people = [*parts(message, "_known_users", 1000), *parts(message, "mentions", 100)]
    mentioned = {f"@{text(user, 'id')}": user_name(user) for user in people}
    mentioned |= {f"@{text(role, 'id')}": text(role, "name") for role in parts(message, "_known_roles", 1000)}
    channels = [*parts(message, "_known_channels", 1000), *parts(message, "mention_channels", 100)]
    mentioned |= {f"#{text(each, 'id')}": text(each, "name") for each in channels}
    now = time(message, "edited_timestamp") or time(message, "timestamp") or _EPOCH
    return Names(now=now, mentioned=mentioned)
