"""Whether DATA_DIR can be written: a small file is written there every few seconds, in a thread."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from storage.health import Health

PAUSE: Final = 15.0  # seconds between two tries
PAUSE_IN_TROUBLE: Final = 1.0  # the same while it cannot be written
PATIENCE: Final = 10.0  # seconds; a disk that has not answered by then is in trouble
PROBE_SIZE: Final = 256 * 1024  # bytes: so that a full disk shows; removed at once, most never reach the disk
_PROBE: Final = ".probe"


class DataFolder:
    """The folder, and `results` in it where there is one: whoever stores a result makes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.health = Health(
            begins="DATA_DIR cannot be written; results wait and go on by themselves",
            ends="DATA_DIR can be written again",
        )

    @property
    def trouble(self) -> str | None:
        """Why it cannot be written, in one sentence without paths; None: it can."""
        return self.health.trouble

    async def look_after(self) -> None:
        """The loop that tries it, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE if self.trouble is None else PAUSE_IN_TROUBLE)

    async def look(self) -> None:
        """One try. It ends when the disk answers, however late: never are there two at once."""
        trying = asyncio.create_task(asyncio.to_thread(_trouble, self._folder))
        try:
            if not (await asyncio.wait({trying}, timeout=PATIENCE))[0]:
                self.health.failed(f"DATA_DIR does not answer within {PATIENCE:.0f} s")
            trouble = await trying
        finally:
            trying.cancel()
        if trouble is None:
            self.health.recovered()
        else:
            self.health.failed(trouble)


def _trouble(folder: Path) -> str | None:
    results = folder / "results"
    for place, name in ((folder, "DATA_DIR"), (results, "DATA_DIR/results")):
        try:
            if place == folder or results.exists():
                _write(place / _PROBE)
        except OSError as error:
            return f"{name} cannot be written: {error.strerror or type(error).__name__}"
    return None


def _write(probe: Path) -> None:
    try:
        probe.write_bytes(bytes(PROBE_SIZE))
    except OSError:
        with contextlib.suppress(OSError):  # what told of the trouble is the first one
            probe.unlink(missing_ok=True)
        raise
    probe.unlink(missing_ok=True)
