import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from media.metadata.inscribe import Inscription
from media.metadata.pieces import Broken
from media.metadata.reading import read
from media.metadata.recipe import Adapter, Recipe, Tool
from tests.media.metadata.support import (
    FORMATS,
    decoded,
    inscribed,
    picture,
    pixel_bytes,
    png_parts,
    recipes,
    with_chunk,
)

FOX = Recipe(tool=Tool.FLUXCORD, prompt="a fox", model="flux-lora", title="FLUX.1 LoRA", seed=7, width=33, height=21)
TEXTS = Inscription.of(FOX)
USER_COMMENT, EXIF_IFD, SOFTWARE, ORIENTATION = 0x9286, 0x8769, 0x0131, 0x0112


def opened(data: bytes) -> Image.Image:
    """By Pillow, which is somebody else's reader."""
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def comment(data: bytes) -> str:
    """The EXIF user comment, read by Pillow."""
    raw: bytes = opened(data).getexif().get_ifd(EXIF_IFD)[USER_COMMENT]
    assert raw.startswith(b"UNICODE\0")
    return raw[8:].decode("utf-16-be")


@pytest.mark.parametrize("kind", FORMATS)
@given(recipe=recipes())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_again_and_fits_into_the_room_that_was_kept(
    kind: str, recipe: Recipe, tmp_path: Path
) -> None:
    data = picture(kind)
    inscription = Inscription.of(recipe)
    made = inscribed(data, inscription, tmp_path)
    assert read(made).recipe == recipe
    assert len(made) - len(data) <= inscription.room
    assert pixel_bytes(kind, made) == pixel_bytes(kind, data)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {"icc_profile": b"profile" * 20}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"icc_profile": b"profile" * 21}),
    ],
)
def test_pixels_profiles_and_modes_are_the_same_afterwards(
    kind: str, mode: str, options: dict[str, Any], tmp_path: Path
) -> None:
    data = picture(kind, mode, **options)
    made = inscribed(data, TEXTS, tmp_path)
    assert pixel_bytes(kind, made) == pixel_bytes(kind, data)
    assert decoded(made) == decoded(data)
    before, after = opened(data), opened(made)
    assert (after.mode, after.size, after.info.get("icc_profile")) == (
        before.mode,
        before.size,
        before.info.get("icc_profile"),
    )
    assert read(made).recipe == FOX


@pytest.mark.parametrize("prompt", ["a fox", "ein Füchslein", "きつね 🦊"])
def test_other_readers_find_the_parameters_where_automatic1111_puts_them(prompt: str, tmp_path: Path) -> None:
    texts = Inscription.of(dataclasses.replace(FOX, prompt=prompt))
    expected = f"{prompt}\nSeed: 7, Size: 33x21, Model: FLUX.1 LoRA, Version: fluxcord"
    assert texts.parameters == expected
    png = opened(inscribed(picture("PNG"), texts, tmp_path))
    assert isinstance(png, PngImageFile)
    assert png.text["parameters"] == expected
    assert png.text["fluxcord"] == texts.settings
    for kind in ("JPEG", "WEBP"):
        made = inscribed(picture(kind), texts, tmp_path)
        assert comment(made) == expected
        packet = opened(made).info["xmp"]
        assert b"urn:fluxcord:metadata:1" in packet


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_xmp_packet_is_well_formed(kind: str, tmp_path: Path) -> None:
    texts = Inscription.of(dataclasses.replace(FOX, prompt="<a> & \"b\" 'c' ]]> \x01"))
    packet = opened(inscribed(picture(kind), texts, tmp_path)).info["xmp"]
    root = ET.fromstring(packet)  # noqa: S314 - our own
    [found] = root.iter("{urn:fluxcord:metadata:1}settings")
    assert found.text == texts.settings


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_the_vendor_wrote_stays_and_only_the_same_field_is_replaced(kind: str, order: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.endian = order
    exif[SOFTWARE], exif[ORIENTATION] = "Vendor 1.0", 6
    exif[EXIF_IFD] = {USER_COMMENT: b"ASCII\0\0\0old prompt", 0x927C: b"maker's notes", 0x9003: "2026:11:21 10:00:00"}
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="urn:dc"><dc:creator>Vendor</dc:creator></rdf:Description>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    made = inscribed(picture(kind, exif=exif.tobytes(), xmp=xmp), TEXTS, tmp_path)
    found = opened(made).getexif()
    assert (found[SOFTWARE], found[ORIENTATION]) == ("Vendor 1.0", 6)
    inner = found.get_ifd(EXIF_IFD)
    assert (inner[0x927C], inner[0x9003]) == (b"maker's notes", "2026:11:21 10:00:00")
    assert comment(made) == TEXTS.parameters
    assert b"<dc:creator>Vendor</dc:creator>" in opened(made).info["xmp"]
    again = inscribed(made, Inscription.of(dataclasses.replace(FOX, prompt="a hare")), tmp_path)
    assert opened(again).info["xmp"].count(b"fluxcord:settings>") == 2
    recipe = read(again).recipe
    assert recipe is not None
    assert recipe.prompt == "a hare"


def test_the_documents_describe_every_field() -> None:
    recipe = dataclasses.replace(
        FOX,
        steps=28,
        guidance=3.5,
        adapters=(Adapter(source="owner/repo", scale=1.0),),
        settings={"size": "square"},
        job="j",
        image=1,
        made_at=0,
    )
    written = json.loads(Inscription.of(recipe).settings)
    page = (Path(__file__).parents[3] / "docs" / "metadata.md").read_text(encoding="utf-8")
    table = page.partition("## Our own JSON")[2].partition("## Reading")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(written)


def test_a_png_keeps_the_vendors_chunks_and_has_each_of_ours_once(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Software", "Vendor 1.0")
    info.add_itxt("parameters", "old prompt")
    data = with_chunk(picture("PNG", pnginfo=info), b"caBX", b"content credentials")
    made = inscribed(inscribed(data, TEXTS, tmp_path), TEXTS, tmp_path)
    names = [name for name, _ in png_parts(made)]
    assert names.count(b"caBX") == 1
    assert b"iTXt" not in names
    found = opened(made)
    assert isinstance(found, PngImageFile)
    assert found.text == {"Software": "Vendor 1.0", "parameters": TEXTS.parameters, "fluxcord": TEXTS.settings}
    assert names.index(b"tEXt") < names.index(b"IDAT")


def test_a_jpeg_still_begins_with_jfif(tmp_path: Path) -> None:
    made = inscribed(picture("JPEG"), TEXTS, tmp_path)
    assert made[2:4] == b"\xff\xe0"
    assert made[6:10] == b"JFIF"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_longest_prompt_of_the_widest_characters_fits_in(kind: str, tmp_path: Path) -> None:
    recipe = dataclasses.replace(FOX, prompt="🦊" * 4000)
    inscription = Inscription.of(recipe)
    data = picture(kind)
    made = inscribed(data, inscription, tmp_path)
    assert read(made).recipe == recipe
    assert len(made) - len(data) <= inscription.room


@pytest.mark.parametrize("tail", [b"appended by somebody", b"\0"])
@pytest.mark.parametrize("kind", FORMATS)
def test_bytes_behind_the_picture_stay_there(kind: str, tail: bytes, tmp_path: Path) -> None:
    made = inscribed(picture(kind) + tail, TEXTS, tmp_path)
    assert made.endswith(tail)
    assert decoded(made) == decoded(picture(kind))


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a" + bytes(40), picture("PNG")[:60], picture("WEBP")[:30], b"\xff\xd8\xff\xe0"]
)
def test_what_is_broken_is_refused_and_nothing_is_written(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Broken):
        inscribed(data, TEXTS, tmp_path)
    assert not (tmp_path / "target").exists()


def test_an_exif_block_that_leaves_no_room_in_its_segment_stays_as_it_is(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[EXIF_IFD] = {0x927C: b"n" * 65_400}
    data = picture("JPEG", exif=exif.tobytes())
    made = inscribed(data, TEXTS, tmp_path)
    assert opened(made).info["exif"] == opened(data).info["exif"]
    assert read(made).recipe == FOX


def test_a_damaged_exif_block_is_made_anew(tmp_path: Path) -> None:
    data = picture("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x00")
    assert comment(inscribed(data, TEXTS, tmp_path)) == TEXTS.parameters
