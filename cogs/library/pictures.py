"""Previews: fetched once, made small, kept by us, since links to pictures expire."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import structlog

from jobs.errors import ProviderError
from jobs.outcomes import ImageLink
from jobs.ports import ImageSource
from media.thumbnails import thumbnail

_log = structlog.get_logger(__name__)


class Previews:
    """Fetches as results are fetched: with caps, only from public places, and verified. `folder` is DATA_DIR."""

    def __init__(self, source: ImageSource, folder: Path) -> None:
        self._source = source
        self._folder = folder

    async def fetch(self, url: str) -> bytes | None:
        """A small WebP of what is there; None where nothing usable is."""
        try:
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="preview-", dir=self._folder))
            try:
                stored = await self._source.fetch(ImageLink(url=url), folder / "preview.part")
                return await asyncio.to_thread(thumbnail, folder / stored.name)
            finally:
                await asyncio.to_thread(shutil.rmtree, folder)
        except (ProviderError, OSError) as error:
            cause = error.detail if isinstance(error, ProviderError) else error.strerror
            _log.info("a preview could not be fetched", cause=cause)
            return None
