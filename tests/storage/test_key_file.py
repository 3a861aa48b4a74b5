"""A key is made once, is read by nobody else, and stays the same."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.key_file import KEY_BYTES, kept_key


def test_it_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    made = kept_key(tmp_path / "a.key")
    assert len(made) == KEY_BYTES
    assert kept_key(tmp_path / "a.key") == made
    assert kept_key(tmp_path / "b.key") != made
    if sys.platform != "win32":
        assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "b.key"]


def test_who_starts_at_once_finds_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept_key, [tmp_path / "a.key"] * 32))) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kept_key(tmp_path / os.pardir / "none" / "a.key")
