"""Finished images on our disk until they are delivered: one folder a job under DATA_DIR/results."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs.ids import is_job_id
from jobs.model import StoredImage


class ResultFiles:
    """Implements `jobs.ports.ImageFiles`; its methods work in a thread and raise `OSError` as the disk gives it."""

    def __init__(self, data_dir: Path) -> None:
        self._results = data_dir / "results"

    def folder(self, job_id: str) -> Path:
        """Where the job's own folder is, or is to be; what lies in it may be what another process has just stored.

        Raises:
            ValueError: this is no job's id.
        """
        if not is_job_id(job_id):
            raise ValueError(f"{job_id!r} is no job's id")
        return self._results / job_id

    async def seal(self, job_id: str) -> None:
        """Make the folder and its entries outlive a power cut; the bytes of the files are their writer's to sync."""
        await asyncio.to_thread(sync_folders, self.folder(job_id), self._results)

    def path(self, job_id: str, image: StoredImage) -> Path:
        """Where an image lies.

        Raises:
            ValueError: the id or the name would lead out of the job's folder.
        """
        if Path(image.name).name != image.name or image.name in {"", ".."}:
            raise ValueError(f"{image.name!r} is no plain file name")
        return self.folder(job_id) / image.name

    async def discard(self, job_id: str) -> None:
        """Remove the job's folder; harmless when there is none."""
        await asyncio.to_thread(_remove, self.folder(job_id))

    async def job_ids(self) -> Sequence[str]:
        """Every job that has a folder, the oldest first; what else lies there is left alone."""
        return await asyncio.to_thread(_listed, self._results)

    async def sizes(self) -> Mapping[str, int]:
        """Bytes of the files in every job's folder."""
        return await asyncio.to_thread(_measured, self._results)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return


def _listed(results: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in results.iterdir() if entry.is_dir() and is_job_id(entry.name))
    except FileNotFoundError:
        return []


def _measured(results: Path) -> dict[str, int]:
    return {job_id: _size(results / job_id) for job_id in _listed(results)}


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # delivered and removed meanwhile
            continue
    return total


def sync_folders(*folders: Path) -> None:
    """Make the folders' entries outlive a power cut. Blocking."""
    if os.name == "nt":  # Windows opens no directories, and its file systems journal their entries
        return
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
