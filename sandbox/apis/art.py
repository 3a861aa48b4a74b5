"""Landscapes that follow from a prompt, a seed and a number: the pictures that the sandbox's models make."""

import hashlib
import math
import random
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.apis.caption import add_caption
from sandbox.apis.palettes import PALETTES, Colour, Palette, mix

_LAYERS: Final = (4, 7)  # fewest and most ranges of hills
_FINE: Final = 2  # outlines are drawn this much larger and reduced, which smooths them
_WATER_WORDS: Final = ("sea", "ocean", "lake", "river", "beach", "boat", "harbo", "water", "island")
_NIGHT_WORDS: Final = ("night", "star", "moon", "aurora", "space", "galaxy", "midnight")
_GRAIN: Final = 5  # levels of 256


def paint(*, prompt: str, seed: int, index: int, size: tuple[int, int], kind: str) -> bytes:
    """Return a picture's bytes; the same arguments give the same bytes. Blocking: call it in a thread.

    `size` is in pixels, `kind` is jpeg, png or webp, `index` counts the pictures of one order from 0.
    """
    digest = hashlib.sha256(f"{seed}/{index}/{prompt}".encode(errors="replace")).digest()
    # Nobody's secret depends on these numbers.
    rng = random.Random(int.from_bytes(digest, "big"))  # noqa: S311
    words = prompt.lower()
    nights = [each for each in PALETTES if each.night or not any(word in words for word in _NIGHT_WORDS)]
    palette = nights[int(rng.random() * len(nights))]
    water = any(word in words for word in _WATER_WORDS) or rng.random() < 0.25  # noqa: PLR2004 - a chance
    picture = _scene(rng, palette, size, water=water)
    add_caption(picture, prompt=prompt, seed=seed, index=index)
    out = BytesIO()
    match kind:
        case "jpeg":
            picture.save(out, "JPEG", quality=88)
        case "webp":
            picture.save(out, "WEBP", quality=85, method=1)
        case _:
            picture.save(out, "PNG", compress_level=2)
    return out.getvalue()


def _scene(rng: random.Random, palette: Palette, size: tuple[int, int], *, water: bool) -> Image.Image:
    width, height = size
    horizon = height * (0.5 + 0.14 * rng.random())
    picture = _sky(palette, size, horizon)
    if palette.night:
        _stars(rng, picture, horizon)
        _veil(rng, picture, palette, horizon)
    sun = (width * (0.18 + 0.64 * rng.random()), horizon * (0.35 + 0.5 * rng.random()))
    radius = min(size) * (0.05 + 0.06 * rng.random())
    _clouds(rng, picture, palette)
    _sun(picture, palette, sun, radius)
    layers = _LAYERS[0] + int(rng.random() * (_LAYERS[1] - _LAYERS[0] + 1))
    first = 0
    if water:
        _hills(rng, picture, palette, horizon, depth=0.12)
        _water(rng, picture, palette, horizon, sun, radius)
        first = layers - 2
    for layer in range(first, layers):
        depth = (layer + 0.6) / layers
        base = horizon + (height * 0.94 - horizon) * depth**1.25
        if water:
            base = height * (0.84 + 0.09 * (layer - first))
        _hills(rng, picture, palette, base, depth=depth, trees=layer >= layers - 2)
    return _grained(rng, picture)


def _sky(palette: Palette, size: tuple[int, int], horizon: float) -> Image.Image:
    width, height = size
    column = Image.new("RGB", (1, height))
    for y in range(height):
        share = min(y / horizon, 1.0)
        if share < 0.55:  # noqa: PLR2004 - where the middle stop lies
            colour = mix(palette.top, palette.middle, _ease(share / 0.55))
        else:
            colour = mix(palette.middle, palette.horizon, _ease((share - 0.55) / 0.45))
        column.putpixel((0, y), colour)
    return column.resize((width, height))


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _stars(rng: random.Random, picture: Image.Image, horizon: float) -> None:
    draw = ImageDraw.Draw(picture, "RGBA")
    unit = min(picture.size) / 700
    for _ in range(180):
        x, y = rng.random() * picture.width, rng.random() ** 1.4 * horizon
        radius = unit * (0.5 + 1.1 * rng.random() ** 4)
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=(255, 255, 245, 90 + int(rng.random() * 150))
        )


def _veil(rng: random.Random, picture: Image.Image, palette: Palette, horizon: float) -> None:
    # An aurora: curtains that wave from left to right and fade upwards.
    small = Image.new("L", (192, 96), 0)
    draw = ImageDraw.Draw(small)
    for _ in range(3):
        phase, swing, level = rng.random() * 7, 6 + 14 * rng.random(), 34 + 40 * rng.random()
        for x in range(192):
            foot = level + swing * math.sin(x / 26 + phase) + swing / 3 * math.sin(x / 9 + 2 * phase)
            tall = 26 + 16 * math.sin(x / 14 + 3 * phase)
            draw.line((x, foot - tall, x, foot), fill=int(46 + 34 * math.sin(x / 7 + phase)))
    mask = small.filter(ImageFilter.GaussianBlur(4)).resize((picture.width, round(horizon)), Image.Resampling.BICUBIC)
    picture.paste(mix(palette.horizon, (140, 255, 200), 0.5), (0, 0), mask)


def _sun(picture: Image.Image, palette: Palette, at: tuple[float, float], radius: float) -> None:
    for reach, strength in ((9.0, 0.35), (4.2, 0.45)):
        if palette.night:
            strength *= 0.5  # noqa: PLW2901 - a moon glows less
        side = round(radius * reach * 2)
        fade = [int(255 * strength * max((179 - v) / 179, 0) ** 1.8) for v in range(256)]  # 0 at the edge
        glow = Image.radial_gradient("L").point(fade)
        picture.paste(palette.sun, (round(at[0] - side / 2), round(at[1] - side / 2)), glow.resize((side, side)))
    side = round(radius * 2)
    disc = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=255)
    picture.paste(palette.sun, (round(at[0] - radius), round(at[1] - radius)), disc.reduce(4))


def _clouds(rng: random.Random, picture: Image.Image, palette: Palette) -> None:
    mask = Image.new("L", (256, 128), 0)
    for cells, weight in ((5, 0.6), (11, 0.45), (23, 0.3)):
        noise = Image.frombytes("L", (cells, cells * 2), rng.randbytes(cells * cells * 2))
        layer = noise.resize(mask.size, Image.Resampling.BICUBIC)
        mask = ImageChops.add(mask, layer.point([int(v * weight) for v in range(256)]))
    strength = 0.35 if palette.night else 0.75
    mask = mask.point([int(min(max(v - 168, 0) * 2.4, 150) * strength) for v in range(256)])
    picture.paste(mix(palette.horizon, palette.sun, 0.5), (0, 0), mask.resize(picture.size, Image.Resampling.BICUBIC))


def _hills(
    rng: random.Random, picture: Image.Image, palette: Palette, base: float, *, depth: float, trees: bool = False
) -> None:
    width, height = picture.size
    swing = height * (0.05 + 0.07 * rng.random()) * (1.15 - 0.5 * depth)
    waves = [(0.6 + 1.9 * rng.random() * (k + 1), rng.random() * 7, 0.62**k) for k in range(5)]
    top = max(int(base - 2.4 * swing), 0)
    step = max(width // 256, 1)
    ridge = [
        (x, base - swing * sum(a * math.sin(x / width * math.tau * f + p) for f, p, a in waves) / 1.4)
        for x in range(-step, width + 2 * step, step)
    ]
    mask = Image.new("L", (width * _FINE, (height - top) * _FINE), 0)
    draw = ImageDraw.Draw(mask)
    outline = [(x * _FINE, (y - top) * _FINE) for x, y in ridge]
    draw.polygon([*outline, (width * _FINE + 9, mask.height), (-9, mask.height)], fill=255)
    if trees:
        _trees(rng, draw, outline, unit=height * _FINE / 100)
    colour = mix(palette.far, palette.near, depth)
    picture.paste(_shade(colour, palette, depth, (width, height - top)), (0, top), mask.reduce(_FINE))


def _trees(rng: random.Random, draw: ImageDraw.ImageDraw, outline: Sequence[tuple[float, float]], unit: float) -> None:
    grove = 6 + 8 * rng.random()
    phase = rng.random() * 7
    for x, y in outline:
        if math.sin(x / unit / grove + phase) < 0.2 + 0.6 * rng.random():
            continue
        tall = unit * (1.6 + 3.4 * rng.random())
        for part in range(3):  # three skirts, the upper ones narrower
            foot = y + unit * 0.4 - tall * 0.27 * part
            half = tall * (0.2 - 0.045 * part)
            draw.polygon([(x - half, foot), (x + half, foot), (x, foot - tall * 0.46)], fill=255)


def _shade(colour: Colour, palette: Palette, depth: float, size: tuple[int, int]) -> Image.Image:
    # Mist lies in the valleys: land is lightest at its foot where it is far, and darkest there where it is near.
    foot = mix(colour, palette.horizon, 0.55 * (1 - depth)) if depth < 0.7 else mix(colour, (0, 0, 0), 0.35)  # noqa: PLR2004
    gradient = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, foot), Image.new("RGB", size, colour), gradient)


def _water(
    rng: random.Random,
    picture: Image.Image,
    palette: Palette,
    horizon: float,
    sun: tuple[float, float],
    radius: float,
) -> None:
    width, height = picture.size
    top = round(horizon)
    mirrored = picture.crop((0, max(2 * top - height, 0), width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = mirrored.resize((width, height - top)).filter(ImageFilter.BoxBlur(2))
    deep = Image.new("RGB", mirrored.size, mix(palette.near, palette.middle, 0.35))
    picture.paste(Image.blend(mirrored, deep, 0.42), (0, top))
    draw = ImageDraw.Draw(picture, "RGBA")
    unit = height / 400
    for _ in range(260):
        share = rng.random() ** 1.6
        y = top + share * (height - top)
        # Glints gather below the sun and spread towards the viewer.
        x = sun[0] + (rng.random() - 0.5) * (radius * 2.2 + share * width * 0.5) * (0.3 + rng.random())
        half = unit * (3 + 16 * share) * (0.4 + rng.random())
        alpha = int(150 * (1 - share) ** 0.7 * rng.random()) + 12
        draw.ellipse((x - half, y, x + half, y + unit * (0.8 + 1.6 * share)), fill=(*palette.sun, alpha))


def _grained(rng: random.Random, picture: Image.Image) -> Image.Image:
    tile = Image.frombytes("L", (128, 128), rng.randbytes(128 * 128)).point([v * _GRAIN // 256 for v in range(256)])
    grain = Image.new("L", picture.size)
    for x in range(0, picture.width, 128):
        for y in range(0, picture.height, 128):
            grain.paste(tile, (x, y))
    return ImageChops.subtract(picture, Image.merge("RGB", (grain, grain, grain)))
