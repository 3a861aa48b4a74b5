"""Reading JSON that may hold anything: what is not as it should be counts as absent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

Json = Mapping[str, object]

_LONGEST: Final = 6000  # characters; more than Discord allows in any text


def text(data: Json, name: str) -> str:
    """Return a string, cut to a length that can be drawn; empty when there is none."""
    value = data.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""


def number(data: Json, name: str) -> int | None:
    """Return an integer, or None."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def part(data: Json, name: str) -> Json:
    """Return an object; empty when there is none."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(data: Json, name: str, most: int) -> list[Json]:
    """Return the objects of an array, at most so many."""
    value = data.get(name)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return []
    return [each for each in value[:most] if isinstance(each, Mapping)]


def time(data: Json, name: str) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None."""
    try:
        return datetime.fromisoformat(text(data, name)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def user_name(user: Json) -> str:
    """Return how Discord shows a user."""
    return text(user, "global_name") or text(user, "username") or "someone"
