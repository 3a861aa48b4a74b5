"""An HTTP answer of an image API as plain values, and what its body may say: pure, no I/O."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

_TEXTS_MOST: Final = 8
_DEPTH_MOST: Final = 6


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. An empty body stands also for one that was too long to be read."""

    status: int
    body: bytes
    retry_after: float | None = None  # seconds, at least 0; None: not stated, or not understood
    request_id: str | None = None  # names the request for the vendor's support
    date: int | None = None  # UTC ms by the vendor's clock, to the second; None: not stated, or not understood


@dataclass(frozen=True, kw_only=True)
class VendorError:
    """What an error body says."""

    text: str  # for people; not scrubbed yet
    kinds: str  # every machine-readable word in it, in lower case, separated by spaces
    own: bool  # in a shape that the vendor documents, so that no gateway in between has made it
    request_id: str | None


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body holds, or None where it holds something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not even text, or nested beyond reason
        return None
    return value if isinstance(value, dict) else None


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for, stated as a number or as a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def date_ms(value: str | None) -> int | None:
    """A `Date` header (RFC 9110, 6.6.1) as UTC ms."""
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000)


def vendor_error(body: bytes) -> VendorError | None:
    """Read an error body in any shape that the two vendors use; None where it is no JSON object.

    each::labs: `{"status": "error", "message", "details"}` or `{"error", "details"}`. AI/ML API:
    `{"statusCode", "message", "requestId", ...}` or `{"status", "message", "requestId", "error": {"name", "message",
    "data": {"kind"}}}`.
    """
    value = json_object(body)
    if value is None:
        return None
    error = value.get("error")
    nested = error if isinstance(error, dict) else {}
    data = nested.get("data")
    kinds = [
        *(value.get(name) for name in ("kind", "code", "error_classification")),
        *(nested.get(name) for name in ("name", "kind", "code", "type")),
        *((data.get("kind"),) if isinstance(data, dict) else ()),
    ]
    request_id = value.get("requestId")
    return VendorError(
        text=error_text(value),
        kinds=" ".join(kind for kind in kinds if isinstance(kind, str)).lower(),
        own=bool(error)
        or "statusCode" in value
        or bool(value.get("message") and value.keys() & {"status", "details", "requestId"}),
        request_id=request_id if isinstance(request_id, str) else None,
    )


def error_text(value: Mapping[str, Any]) -> str:
    """All that an error object says to people, each thing once."""
    texts: list[str] = []
    for name in ("message", "error", "details", "errors", "issues", "data"):
        for text in _texts(value.get(name), _DEPTH_MOST):
            if len(texts) < _TEXTS_MOST and not any(text in other for other in texts):
                # What says the same in more words stands for it: `details` often repeats the message.
                texts = [*(other for other in texts if not _repeats(text, other)), text]
    return ": ".join(texts)


def _repeats(text: str, other: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(other)}(?!\w)", text) is not None


def _texts(value: object, depth: int) -> Iterator[str]:
    if not depth:
        return
    match value:
        case str() if value.strip():
            yield value.strip()
        case list():
            for entry in value:
                yield from _texts(entry, depth - 1)
        case dict():
            place = value.get("path", value.get("field"))
            where = ".".join(map(str, place)) if isinstance(place, list) else place
            message = value.get("message")
            if isinstance(message, str) and isinstance(where, str) and where:
                yield f"{where}: {message}"
                return
            for name, entry in value.items():
                # `name` and `kind` are words for machines.
                if name not in {"name", "kind", "code", "type"}:
                    yield from _texts(entry, depth - 1)
        case _:
            return
