"""Finished images, found in every shape of output that the two vendors use: pure, no I/O."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jobs.outcomes import ImageData, ImageLink, RemoteImage

DATA_LONGEST: Final = 64 * 1024 * 1024  # bytes of one image that comes within the answer
_DEPTH_MOST: Final = 4
_LINK: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE | re.ASCII)
_DATA_URI: Final = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE | re.ASCII)


def read_images(output: object, *, longest: int = DATA_LONGEST) -> tuple[RemoteImage, ...]:
    """Every image in an output: a URL, a list, `{"url"}`, `{"b64_json"}`, `{"images": [...]}`, `{"data": [...]}`.

    What is no link and no base64 of at most `longest` bytes is left out. Base64 of some megabytes takes
    a while: call it in a thread where it may come.
    """
    return tuple(_images(output, longest, _DEPTH_MOST))


def _images(output: object, longest: int, depth: int) -> Iterator[RemoteImage]:
    if not depth:
        return
    match output:
        case str():
            yield from _from_text(output.strip(), longest)
        case list():
            for entry in output:
                yield from _images(entry, longest, depth - 1)
        case dict():
            yield from _from_object(output, longest, depth)
        case _:
            return


def _from_object(output: Mapping[str, Any], longest: int, depth: int) -> Iterator[RemoteImage]:
    url, data = output.get("url"), output.get("b64_json")
    found = tuple(_from_text(url.strip(), longest)) if isinstance(url, str) else ()
    if not found and isinstance(data, str):
        found = tuple(_from_base64(data, longest))
    if found:
        yield from found
        return
    for name in ("images", "data", "image"):
        yield from _images(output.get(name), longest, depth - 1)


def _from_text(text: str, longest: int) -> Iterator[RemoteImage]:
    if _LINK.fullmatch(text):
        yield ImageLink(url=text)
    elif prefix := _DATA_URI.match(text):
        yield from _from_base64(text[prefix.end() :], longest)


def _from_base64(text: str, longest: int) -> Iterator[RemoteImage]:
    if len(text) > (longest + 2) // 3 * 4:
        return
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return
    if data:
        yield ImageData(data=data)
