"""API keys by fingerprint: what may be stored and logged of them."""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

_FINGERPRINT_LENGTH: Final = 12  # hexadecimal digits
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")  # what a header may carry without quoting


def key_fingerprint(key: str) -> str:
    """The first 12 hexadecimal digits of the key's SHA-256: stable, and safe to log and to store."""
    return hashlib.sha256(key.encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def keys_by_fingerprint(keys: Iterable[str]) -> dict[str, str]:
    """The keys by their fingerprints, in the order given, each once.

    Raises:
        ValueError: there is none, or one that no header can carry; the message does not tell it.
    """
    found = {key_fingerprint(key): key for key in keys}
    if not found:
        raise ValueError("an API needs at least one key")
    if not all(_SENDABLE.fullmatch(key) for key in found.values()):
        raise ValueError("an API key holds a space, a control character or a letter beyond ASCII")
    return found
