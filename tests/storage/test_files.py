from pathlib import Path

import pytest

from jobs.model import StoredImage
from storage.files import ResultFiles

JOB = "0000000000000000000a"
LATER = "0000000000000000000b"


def _image(name: str) -> StoredImage:
    return StoredImage(name=name, format="png", width=8, height=8, size=3)


@pytest.fixture
def files(tmp_path: Path) -> ResultFiles:
    """Gives the folders of a data directory that does not exist yet."""
    return ResultFiles(tmp_path / "data")


def made(files: ResultFiles, job_id: str) -> Path:
    """A job's folder, as the writer of its first image makes it."""
    folder = files.folder(job_id)
    folder.mkdir(parents=True)
    return folder


async def test_a_jobs_folder_is_its_own_and_holds_its_images(files: ResultFiles, tmp_path: Path) -> None:
    """Made, filled, sealed, read."""
    folder = made(files, JOB)
    assert folder == tmp_path / "data" / "results" / JOB
    (folder / "1.png").write_bytes(b"png")
    await files.seal(JOB)
    assert files.path(JOB, _image("1.png")).read_bytes() == b"png"


async def test_discarding_removes_one_job_and_may_be_repeated(files: ResultFiles) -> None:
    """The sweep may come twice."""
    folder = made(files, JOB)
    (folder / "1.png").write_bytes(b"png")
    made(files, LATER)
    for _ in range(2):
        await files.discard(JOB)
        assert await files.job_ids() == [LATER]


async def test_jobs_with_folders_are_listed_and_nothing_else(files: ResultFiles, tmp_path: Path) -> None:
    """What others put there is left alone."""
    assert await files.job_ids() == []
    for job_id in (LATER, JOB):
        made(files, job_id)
    (tmp_path / "data" / "results" / "lost+found").mkdir()
    (tmp_path / "data" / "results" / "0000000000000000000c").write_text("a file")
    assert await files.job_ids() == [JOB, LATER]


@pytest.mark.parametrize("name", ["../1.png", "a/1.png", "/etc/passwd", "..", ".", ""])
def test_no_name_leads_out_of_the_folder(files: ResultFiles, name: str) -> None:
    """Names come from the database, but paths are checked all the same."""
    with pytest.raises(ValueError, match="no plain file name"):
        files.path(JOB, _image(name))


@pytest.mark.parametrize("job_id", ["..", "", "short", "../" + JOB, JOB.upper(), JOB + "\n"])
async def test_no_id_leads_out_of_the_results(files: ResultFiles, job_id: str) -> None:
    """Removing a folder must never remove another one."""
    with pytest.raises(ValueError, match="is no job's id"):
        await files.discard(job_id)


async def test_sealing_a_folder_that_is_gone_is_an_error(files: ResultFiles) -> None:
    """Durability is not claimed for nothing."""
    with pytest.raises(FileNotFoundError):
        await files.seal(JOB)
