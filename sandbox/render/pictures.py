"""Pictures from bytes of any kind, fitted into their places."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from sandbox.render import theme
from sandbox.render.canvas import Block, paste_rounded
from sandbox.render.theme import px
from sandbox.render.values import Json, parts, text

_MOST_PIXELS: Final = 40_000_000
_FAINT: Final = 12  # pixels across that are left of a covered picture
_ROWS: Final = {2: (2,), 4: (2, 2), 5: (2, 3), 6: (3, 3), 7: (1, 3, 3), 8: (2, 3, 3), 9: (3, 3, 3)}
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


class Files:
    """A message's files: bytes by attachment id or by URL."""

    def __init__(self, message: Json, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        for attachment in parts(message, "attachments", 10):
            data = files.get(text(attachment, "id"))
            if data is not None:
                self._files[f"attachment://{text(attachment, 'filename')}"] = data

    def picture(self, place: Json) -> Image.Image | None:
        """Return the decoded picture of an attachment (by id) or an embed's image (by URL); None: unreadable."""
        names = (text(place, "id"), text(place, "url"), text(place, "proxy_url"))
        data = next((self._files[name] for name in names if name and name in self._files), None)
        return None if data is None else decoded(data)


def decoded(data: bytes) -> Image.Image | None:
    """Decode a picture; None when the bytes are none, or one too large to draw."""
    try:
        picture = Image.open(BytesIO(data))
        if picture.width * picture.height > _MOST_PIXELS:
            return None
        picture.draft("RGB", (px(550), px(550)))
        if not picture.has_transparency_data:
            return picture.convert("RGB")
        flat = Image.new("RGB", picture.size, theme.PANEL)
        rgba = picture.convert("RGBA")
        flat.paste(rgba, mask=rgba.getchannel("A"))
    except _UNREADABLE:
        return None
    return flat


def tile(picture: Image.Image | None, size: tuple[int, int], radius: int) -> Block:
    """Cover a place of this size with a picture, cutting what is over; a sign of a broken one for None."""
    size = max(size[0], 1), max(size[1], 1)

    def draw(image: Image.Image, x: int, y: int) -> None:
        paste_rounded(image, _broken(size) if picture is None else _cover(picture, size), (x, y), radius)

    return Block(width=size[0], height=size[1], draw=draw)


def fitted(picture: Image.Image | None, most: tuple[int, int], radius: int) -> Block:
    """Show a whole picture, at most this large and not larger than it is."""
    if picture is None:
        return tile(None, (min(px(200), most[0]), min(px(120), most[1])), radius)
    share = min(most[0] / picture.width, most[1] / picture.height, theme.SCALE)
    return tile(picture, (round(picture.width * share), round(picture.height * share)), radius)


def covered(picture: Image.Image | None) -> Image.Image | None:
    """Return what is seen of a picture that is marked as a spoiler before it is clicked: its colours, darker."""
    if picture is None:
        return None
    faint = picture.resize((_FAINT, max(round(_FAINT * picture.height / max(picture.width, 1)), 1)))
    blurred = faint.resize(picture.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(picture.width / 24))
    return Image.blend(blurred, Image.new("RGB", picture.size, theme.DEEP), 0.45)


def lidded(block: Block, lid: Block) -> Block:
    """Put a sign in the middle of a block."""

    def draw(image: Image.Image, x: int, y: int) -> None:
        block.draw(image, x, y)
        lid.draw(image, x + (block.width - lid.width) // 2, y + (block.height - lid.height) // 2)

    return Block(width=block.width, height=block.height, draw=draw)


def grid(
    pictures: list[Image.Image | None], width: int, *, tall: int, lids: Mapping[int, Block] | None = None
) -> Block:
    """Arrange 1 to 10 pictures as Discord does; a single one is at most `tall` high. `lids`: signs on some of them."""
    gap, radius = px(4), px(8)
    if len(pictures) == 1:
        alone = fitted(pictures[0], (width, tall), radius)
        return lidded(alone, lids[0]) if lids else alone
    if len(pictures) == 3:  # noqa: PLR2004 - one tall picture and two beside it
        side = (width - 2 * gap) // 3
        large = width - gap - side
        high = 2 * side + gap
        places = [(0, 0, large, high), (large + gap, 0, side, side), (large + gap, side + gap, side, side)]
    else:
        places = []
        y = 0
        for count in _ROWS.get(len(pictures), (1, 3, 3, 3)):
            side = (width - gap * (count - 1)) // count
            high = side if count == 3 else side * 3 // 4  # noqa: PLR2004 - thirds are squares
            places += [(column * (side + gap), y, side, high) for column in range(count)]
            y += high + gap
    tiles = [
        (tile(picture, (wide, high), radius), x, y)
        for picture, (x, y, wide, high) in zip(pictures, places, strict=False)
    ]
    tiles = [
        (lidded(block, lids[number]) if lids and number in lids else block, x, y)
        for number, (block, x, y) in enumerate(tiles)
    ]

    def draw(image: Image.Image, x: int, y: int) -> None:
        for block, left, top in tiles:
            block.draw(image, x + left, y + top)

    return Block(width=width, height=max(top + block.height for block, _, top in tiles), draw=draw)


def _cover(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    share = min(picture.width / size[0], picture.height / size[1])
    wide, high = size[0] * share, size[1] * share
    left, top = max((picture.width - wide) / 2, 0), max((picture.height - high) / 2, 0)
    box = (left, top, min(left + wide, picture.width), min(top + high, picture.height))
    return picture.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def _broken(size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, theme.PANEL)
    pen, (width, height) = ImageDraw.Draw(picture), size
    middle, half = (width / 2, height / 2), min(width, height) / 6
    frame = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    pen.rectangle(frame, outline=theme.GREY, width=px(1))
    pen.line((frame[0], frame[3], frame[2], frame[1]), fill=theme.GREY, width=px(1))
    return picture
