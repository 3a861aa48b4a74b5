"""Names for jobs that sort by their creation, and secrets for their webhooks."""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32: https://www.crockford.com/base32.html
LENGTH: Final = 20  # characters of 5 bits
TIME_BITS: Final = 45  # milliseconds, up to the year 3084
RANDOM_BITS: Final = LENGTH * 5 - TIME_BITS
SECRET_BYTES: Final = 32

_PATTERN: Final = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_SECRET_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # what base64 makes of 32 bytes


def new_job_id(now: int) -> str:
    """20 lower-case letters and digits: the moment (UTC ms, 0 to 2**45 - 1), then 55 random bits.

    Raises:
        ValueError: the moment is out of these bounds.
    """
    if not 0 <= now < 1 << TIME_BITS:
        raise ValueError(f"{now} is no time in milliseconds that a job id can hold")
    return _written(now << RANDOM_BITS | secrets.randbits(RANDOM_BITS))


def first_id(now: int) -> str:
    """The least id that can be of this moment (UTC ms, within the same bounds): all of earlier ones come before it."""
    return _written(max(0, now) << RANDOM_BITS)


def _written(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def is_job_id(text: str) -> bool:
    """Whether the text has the form of a job's id."""
    return _PATTERN.fullmatch(text) is not None


def new_secret() -> str:
    """43 characters that are safe in a URL and in a header."""
    return secrets.token_urlsafe(SECRET_BYTES)


def is_secret(text: str) -> bool:
    """Whether the text has the form of a secret."""
    return _SECRET_PATTERN.fullmatch(text) is not None
