"""Values out of texts and JSON that anybody may have written: the right kind, or nothing."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

LARGEST: Final = 2**64  # no program's seeds are larger
_SIZE: Final = re.compile(r"\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*")
_LONGEST_NUMBER: Final = 40  # characters


def whole(value: object) -> int | None:
    """A whole number."""
    found = number(value)
    if found is None or not float(found).is_integer() or abs(found) > LARGEST:
        return None
    return int(value) if isinstance(value, int | str) and _is_digits(value) else int(found)


def number(value: object) -> float | None:
    """A finite number; a text that is one counts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)[:50]) > _LONGEST_NUMBER:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text(value: object) -> str:
    """A text."""
    return value.strip() if isinstance(value, str) else ""


def size(value: str) -> tuple[int, int] | tuple[None, None]:
    """Width and height of `1024x768`."""
    match = _SIZE.fullmatch(value)
    return (int(match[1]), int(match[2])) if match else (None, None)


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def load(written: str) -> Mapping[str, Any]:
    """A JSON object out of a text, or an empty one; however deep it is, and whatever it is."""
    try:
        return mapping(json.loads(written))
    except (ValueError, RecursionError):
        return {}


def _is_digits(value: int | str) -> bool:
    return isinstance(value, int) or value.strip().lstrip("+-").isdecimal()
