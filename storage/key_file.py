"""A secret of the bot's own, in a file: made once, and the same for ever."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from storage.files import sync_folders

KEY_BYTES: Final = 32


def kept_key(path: Path) -> bytes:
    """What the file holds; 32 random bytes that only this user can read are put there where there is none. Blocking.

    Raises:
        OSError: it can neither be read nor made.
    """
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Linked into its place as a whole: of two processes that start at once, both find the one that came first."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108 - a name, as it was given
    sync_folders(path.parent)
