"""DATA_DIR is tried in a thread, shows its trouble until a try succeeds, and keeps nothing of it."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage import folder as data_folder
from storage.folder import PROBE_SIZE, DataFolder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """DATA_DIR as the start leaves it."""
    (tmp_path / "data" / "results").mkdir(parents=True)
    return tmp_path / "data"


def _results_are_a_file(place: Path) -> None:
    (place / "results").rmdir()
    (place / "results").write_text("no folder can be made here")


def _full(place: Path) -> None:
    (place / "results" / ".probe").symlink_to("/dev/full")


# Whoever runs the tests may be root, who may write whatever can be written at all.
@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (shutil.rmtree, "DATA_DIR cannot be written: No such file or directory"),
        (_results_are_a_file, "DATA_DIR/results cannot be written: Not a directory"),
        pytest.param(
            _full,
            "DATA_DIR/results cannot be written: No space left on device",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device here"),
        ),
    ],
)
async def test_a_folder_that_cannot_be_written_shows_and_is_told_once_until_it_can(
    place: Path, happens: Callable[[Path], None], told: str
) -> None:
    folder = DataFolder(place)
    seen: list[str | None] = []
    folder.health.listeners.append(seen.append)
    await folder.look()
    assert _trouble_of(folder) is None
    happens(place)
    with capture_logs() as log:
        await folder.look()
        assert _trouble_of(folder) == told
        if happens is not _full:  # there the failed try has removed what it wrote
            await folder.look()
        shutil.rmtree(place, ignore_errors=True)
        (place / "results").mkdir(parents=True)
        await folder.look()
    assert _trouble_of(folder) is None
    assert seen == [told, None]
    assert [entry["event"] for entry in log] == [
        "DATA_DIR cannot be written; results wait and go on by themselves",
        "DATA_DIR can be written again",
    ]
    assert log[0]["cause"] == told
    assert str(place) not in told


async def test_nothing_of_a_try_remains_and_a_folder_for_results_is_neither_missed_nor_made(place: Path) -> None:
    """Its maker has to see that its entry outlives a power cut."""
    folder = DataFolder(place)
    await folder.look()
    assert _listed(place) == ["results"]
    (place / "results").rmdir()
    await folder.look()
    assert folder.trouble is None
    assert _listed(place) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
async def test_a_disk_that_does_not_answer_shows_and_holds_one_thread_at_most(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that nobody reads lets its writer wait, as a server does that has gone."""
    monkeypatch.setattr(data_folder, "PATIENCE", 0.01)
    monkeypatch.setattr(data_folder, "PAUSE", 60.0)
    os.mkfifo(place / ".probe")
    folder, changes = DataFolder(place), asyncio.Queue[str | None]()
    folder.health.listeners.append(changes.put_nowait)
    looking = asyncio.create_task(folder.look_after())
    assert "does not answer" in str(await asyncio.wait_for(changes.get(), 30))
    assert await asyncio.to_thread(lambda: len((place / ".probe").read_bytes())) == PROBE_SIZE  # of one writer
    assert await asyncio.wait_for(changes.get(), 30) is None
    looking.cancel()


async def test_it_is_tried_again_and_again_and_sooner_while_it_is_in_trouble(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "PAUSE", 0.01)
    monkeypatch.setattr(data_folder, "PAUSE_IN_TROUBLE", 0.01)
    folder, changes = DataFolder(place), asyncio.Queue[str | None]()
    folder.health.listeners.append(changes.put_nowait)
    looking, elsewhere = asyncio.create_task(folder.look_after()), place.with_name("elsewhere")
    for _ in range(2):
        _rename(place, elsewhere)  # and not removed, file by file, while the probe may be one of them
        assert await asyncio.wait_for(changes.get(), 30) is not None
        _rename(elsewhere, place)
        assert await asyncio.wait_for(changes.get(), 30) is None
    looking.cancel()


def _listed(place: Path) -> list[str]:
    return [path.relative_to(place).as_posix() for path in place.rglob("*")]


def _rename(place: Path, other: Path) -> None:
    place.rename(other)


def _trouble_of(folder: DataFolder) -> str | None:
    return folder.trouble
