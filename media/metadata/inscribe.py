"""Writes into a picture how it was made, without touching its pixels. Synchronous: call it in a thread."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from media.metadata import exif, jpeg, own, parameters, png, webp, xmp
from media.metadata.pieces import Broken, Piece, assemble
from media.metadata.recipe import Recipe

PARAMETERS: Final = "parameters"  # the PNG keyword that other tools read
OURS: Final = "fluxcord"  # and the one of our own JSON
_FRAME: Final = 1024  # bytes, more than what all frames around the texts and two copied directories take
_EXIF_MOST: Final = 1024 * 1024  # bytes of a block that is kept; longer than any that a JPEG can hold


@dataclass(frozen=True, kw_only=True)
class Inscription:
    """The two texts of a picture."""

    parameters: str  # in AUTOMATIC1111's form
    settings: str  # our own JSON, in ASCII

    @classmethod
    def of(cls, recipe: Recipe) -> "Inscription":
        """The texts for a recipe."""
        return cls(parameters=parameters.write(recipe), settings=own.write(recipe))

    @property
    def room(self) -> int:
        """Bytes by which a picture grows at most."""
        # UTF-16 has at most four bytes a character, and XML turns `&` into five.
        return 4 * len(self.parameters) + len(xmp.with_settings(b"", self.settings)) + _FRAME


def inscribe(source: Path, target: Path, inscription: Inscription) -> None:
    """Make `target` the picture in `source` with these texts; the bytes of its pixels are the same.

    PNG gets two text chunks, JPEG and WebP an EXIF user comment and an XMP packet. What else the picture says
    stays, so that only the same fields are replaced.

    Raises:
        Broken: it is none of these, or its structure is damaged; `target` is not written.
        OSError: a file cannot be read or written.
    """
    with source.open("rb") as file:
        pieces = _pieces(file, inscription)
        with target.open("wb") as made:
            assemble(pieces, file, made)


def _pieces(file: BinaryIO, inscription: Inscription) -> list[Piece]:
    head = file.read(webp.HEADER)
    if head.startswith(png.SIGNATURE):
        return png.with_texts(file, {PARAMETERS: inscription.parameters, OURS: inscription.settings})
    if head.startswith(jpeg.SIGNATURE):
        comment = exif.with_comment(jpeg.block(file, jpeg.EXIF), inscription.parameters)
        packet = xmp.with_settings(jpeg.block(file, jpeg.XMP), inscription.settings)
        return jpeg.with_blocks(file, exif=comment, xmp=packet)
    if webp.is_webp(head):
        comment = exif.with_comment(webp.block(file, webp.EXIF, _EXIF_MOST), inscription.parameters)
        packet = xmp.with_settings(webp.block(file, webp.XMP, _EXIF_MOST), inscription.settings)
        return webp.with_blocks(file, exif=comment, xmp=packet)
    raise Broken("no PNG, JPEG or WebP")
