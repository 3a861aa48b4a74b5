"""`python counted.py`: the bot, with every statement that SQLite runs for it counted in the file `QUERY_COUNT` names.

The count is in a mapped file, so that it can be read at any moment and reading costs the bot nothing.
"""

import mmap
import os
import sqlite3
import struct
import sys
import threading
from pathlib import Path
from typing import Any

LAYOUT = struct.Struct("<Q")


class Counter:
    """A number in a mapped file; connections live in threads of their own, hence the lock."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(LAYOUT.pack(0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), LAYOUT.size)
        self._lock = threading.Lock()

    def __call__(self, _statement: str) -> None:
        """One more."""
        with self._lock:
            self._map[:] = LAYOUT.pack(read(self._map) + 1)


def read(source: mmap.mmap | bytes) -> int:
    """The number in a counter's bytes."""
    return int(LAYOUT.unpack(source[:])[0])


def count_statements(counter: Counter) -> None:
    """Let every connection that is opened from now on count."""
    connect = sqlite3.connect

    def counting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(counter)
        return connection

    sqlite3.connect = counting  # type: ignore[assignment]  # with any of the overloads' arguments


if __name__ == "__main__":
    count_statements(Counter(Path(os.environ["QUERY_COUNT"])))
    from bot import main

    sys.exit(main(["run"]))
