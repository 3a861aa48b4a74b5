"""Reads what a picture says about how it was made, whoever wrote it; no pixel is decoded. Call it in a thread."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from media.metadata import comfy, exif, jpeg, others, own, parameters, png, webp, xmp
from media.metadata.inscribe import OURS, PARAMETERS
from media.metadata.pieces import Broken
from media.metadata.recipe import Recipe

TEXT_MOST: Final = 1024 * 1024
"""Bytes of text that are looked at, unpacked and over all chunks."""


class NotReadable(Exception):
    """No PNG, JPEG or WebP, or damaged."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a picture is and says."""

    format: str  # `png`, `jpeg` or `webp`
    width: int  # pixels, as its header says
    height: int
    recipe: Recipe | None  # None: it says nothing that we can read


def read(data: bytes) -> Reading:
    """Read a picture's texts.

    Raises:
        NotReadable: it is no picture that we know, or damaged.
    """
    file = io.BytesIO(data)
    try:
        if data.startswith(png.SIGNATURE):
            return _reading("png", png.dimensions(file), _png_texts(file))
        if data.startswith(jpeg.SIGNATURE):
            blocks = jpeg.block(file, jpeg.EXIF), jpeg.block(file, jpeg.XMP)
            return _reading("jpeg", jpeg.dimensions(file), _block_texts(*blocks))
        if webp.is_webp(data[: webp.HEADER]):
            blocks = webp.block(file, webp.EXIF, TEXT_MOST), webp.block(file, webp.XMP, TEXT_MOST)
            return _reading("webp", webp.dimensions(file), _block_texts(*blocks))
    except Broken as error:
        raise NotReadable(str(error)) from error
    raise NotReadable("no PNG, JPEG or WebP")


def _reading(kind: str, dimensions: tuple[int, int], texts: Mapping[str, str]) -> Reading:
    width, height = dimensions
    return Reading(format=kind, width=width, height=height, recipe=_recipe(texts))


def _recipe(texts: Mapping[str, str]) -> Recipe | None:
    """The first reader that understands its text; ours and what is written for others to read come first."""
    readers: tuple[tuple[str, Callable[[str], Recipe | None]], ...] = (
        (OURS, own.parse),
        (PARAMETERS, parameters.parse),
        ("invokeai_metadata", others.parse_invoke),
        ("Comment", lambda text: others.parse_novel(text, model=texts.get("Source", ""))),
        ("prompt", comfy.parse_prompt),
        ("workflow", comfy.parse_workflow),
    )
    found = (reader(texts[name]) for name, reader in readers if name in texts)
    return next((recipe for recipe in found if recipe is not None), None)


def _png_texts(file: BinaryIO) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for keyword, text in png.texts(file, TEXT_MOST):
        texts.setdefault(keyword, text)
    if (packet := texts.pop(png.XMP, "")) and (ours := xmp.settings_of(packet.encode())):
        texts.setdefault(OURS, ours)
    if comment := exif.comment_of(png.exif(file, TEXT_MOST)):
        texts.setdefault(PARAMETERS, comment)
    return texts


def _block_texts(exif_block: bytes, packet: bytes) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    if ours := xmp.settings_of(packet):
        texts[OURS] = ours
    if comment := exif.comment_of(exif_block):
        texts[PARAMETERS] = comment
    # ComfyUI puts its graphs into any of these as `prompt:{…}` and `workflow:{…}`.
    for text in exif.texts_of(exif_block):
        name, colon, graph = text.partition(":")
        if colon and name in {"prompt", "workflow"}:
            texts.setdefault(name, graph)
    return texts
