"""The strip at a picture's foot that says what it was made from."""

from typing import Final

from PIL import Image, ImageDraw, ImageFont

from sandbox.render.fonts import Face, Fonts

_INK: Final = (255, 255, 255, 235)
_QUIET: Final = (255, 255, 255, 175)
_SHADE: Final = (0, 0, 0, 120)


def add_caption(picture: Image.Image, *, prompt: str, seed: int, index: int) -> None:
    """Write the prompt (shortened to what fits), the seed, the picture's number from 1 and its size."""
    width, height = picture.size
    px = max(14, round(min(picture.size) * 0.024))
    strip, margin = px * 2, px
    fonts = Fonts()
    bold, plain = fonts.get(Face.SEMIBOLD, px), fonts.get(Face.REGULAR, px)
    facts = f"seed {seed} · no. {index + 1} · {width} × {height}"
    room = width - 3 * margin - plain.getlength(facts)
    title = "".join(char if fonts.has(char) else " " for char in " ".join(prompt[:400].split()))
    draw = ImageDraw.Draw(picture, "RGBA")
    draw.rectangle((0, height - strip, width, height), fill=_SHADE)
    line = height - strip / 2
    draw.text((margin, line), _shortened(title, bold, room), font=bold, fill=_INK, anchor="lm")
    draw.text((width - margin, line), facts, font=plain, fill=_QUIET, anchor="rm")


def _shortened(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"
