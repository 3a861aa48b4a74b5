"""What stands for people who had their data deleted: numbers that lead back to nobody without a key."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

import structlog

_log = structlog.get_logger(__name__)
KEY_SHORTEST: Final = 32  # bytes
_BITS: Final = 63
_KEY_ID_LENGTH: Final = 12  # hexadecimal digits


class Pseudonyms:
    """Made with HMAC-SHA256 (RFC 2104): whoever has the key finds a returning person's again, and nobody else does.

    Those in use are held in memory, so that nobody else's lookup costs anything.
    """

    def __init__(self, key: bytes) -> None:
        """`key`: at least 32 bytes, kept apart from the database.

        Raises:
            ValueError: it is shorter.
        """
        if len(key) < KEY_SHORTEST:
            raise ValueError(f"a key of {len(key)} bytes is too short")
        self._key = key
        self._former: set[int] = set()
        self.key_id: Final = hmac.digest(key, b"which key this is", hashlib.sha256).hex()[:_KEY_ID_LENGTH]
        """Tells one key from another, and nothing of the key."""

    def of(self, user_id: int) -> int:
        """The person's pseudonym: negative, so that it is no id of Discord's, and 63 bits at most."""
        digest = hmac.digest(self._key, str(user_id).encode(), hashlib.sha256)
        return -1 - (int.from_bytes(digest[:8], "big") >> (64 - _BITS))

    def former(self, user_id: int) -> int | None:
        """The pseudonym under which something is kept of this person; None: they have never deleted anything."""
        if not self._former:
            return None
        pseudonym = self.of(user_id)
        return pseudonym if pseudonym in self._former else None

    def ids_of(self, user_id: int) -> tuple[int, ...]:
        """Every id under which something may be kept of this person, their own first."""
        former = self.former(user_id)
        return (user_id,) if former is None else (user_id, former)

    def add(self, pseudonym: int) -> None:
        """It is in use from now on."""
        self._former.add(pseudonym)

    def load(self, former: Iterable[tuple[int, str]]) -> None:
        """Take in those in use, each with the id of the key that it was made with."""
        strange = 0
        for pseudonym, key_id in former:
            self._former.add(pseudonym)
            strange += key_id != self.key_id
        if strange:
            _log.warning(
                "the privacy key is not the one that former members were hashed with: their quota and bans do not hold "
                "when they come back; restore PRIVACY_KEY or DATA_DIR/privacy.key",
                former_members=strange,
            )
