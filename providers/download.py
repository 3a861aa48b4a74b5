"""Brings finished images to our disk: fetched with caps, proven to be images, durable."""

import asyncio
import functools
import os
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final, Self

import httpx

from jobs.errors import ResultUnusable, Temporary
from jobs.model import StoredImage
from jobs.outcomes import ImageData, ImageLink, RemoteImage
from media.verify import PIXELS_MOST, NotAnImage, verify
from providers import addresses
from providers.answers import retry_after
from providers.calls import Patience, repeat
from providers.pinned import PinnedGetter, client, is_trouble

_BUFFER: Final = 512 * 1024  # bytes taken to a thread at a time
_SUFFIXES: Final = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


class _NotYet(Temporary):
    """Not there or not whole: a store may need a moment after the vendor has named the result."""


@dataclass(frozen=True, kw_only=True)
class Caps:
    """What one result may take at most."""

    size: int = 64 * 1024 * 1024  # bytes
    seconds: float = 60.0  # all attempts together
    pixels: int = PIXELS_MOST


class ResultDownloader:
    """`jobs.ports.ImageSource` for links and for data; made by `opened`."""

    def __init__(self, getter: PinnedGetter, *, caps: Caps, patience: Patience) -> None:
        self._getter, self._caps, self._patience = getter, caps, patience

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        *,
        trusted: Iterable[str] = (),
        caps: Caps | None = None,
        patience: Patience | None = None,
        resolve: addresses.Resolver = addresses.resolve,
        tls: ssl.SSLContext | None = None,
    ) -> AsyncIterator[Self]:
        """A downloader with an HTTP client of its own, which must not be shared: see `providers.pinned`.

        `trusted` are the entries of TRUSTED_RESULT_HOSTS: `host` or `host:port`. `tls` decides which certificates
        are believed, the usual ones where it is None.

        Raises:
            ValueError: an entry of `trusted` is neither.
        """
        places = addresses.TrustedHosts(trusted)
        async with client(tls=tls) as opened:
            getter = PinnedGetter(opened, trusted=places, resolve=resolve)
            yield cls(getter, caps=caps or Caps(), patience=patience or Patience())

    async def fetch(self, image: RemoteImage, path: Path) -> StoredImage:
        """Write the image to `path`, its suffix replaced by that of its format, verified and fsynced.

        Its folder is made where it is missing; to make its entries durable is left to the caller.

        Raises:
            ResultUnusable: no image, too large, or from where we may not go.
            Temporary: the host has trouble although it was tried several times, or took too long.
            OSError: our own disk has trouble.
        """
        part = path.with_suffix(".part")
        try:
            match image:
                case ImageData(data=data):
                    return await asyncio.to_thread(self._store, data, part, path)
                case ImageLink(url=url):
                    async with asyncio.timeout(self._caps.seconds):
                        return await repeat(functools.partial(self._attempt, url, part, path), self._patience)
        except BaseException as error:
            await asyncio.to_thread(part.unlink, missing_ok=True)
            match error:
                case _NotYet(detail=detail):
                    raise ResultUnusable(detail) from error
                case TimeoutError():
                    raise Temporary(f"a result that took longer than {self._caps.seconds:g} s") from error
                case _:
                    raise

    async def _attempt(self, url: str, part: Path, path: Path) -> StoredImage:
        try:
            async with self._getter.get(url) as response:
                self._check(response)
                return await self._write(response, part, path)
        except httpx.HTTPError as error:
            raise Temporary(f"a result's host broke off: {type(error).__name__}") from error

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        told = f"a result's host answered {status}"
        if is_trouble(status):
            raise Temporary(told, retry_after=retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC)))
        if status == HTTPStatus.NOT_FOUND:
            raise _NotYet(told)
        if status != HTTPStatus.OK:
            raise ResultUnusable(told)
        stated = response.headers.get("Content-Length", "")
        if stated.isdecimal():
            self._check_size(int(stated))

    async def _write(self, response: httpx.Response, part: Path, path: Path) -> StoredImage:
        size, last = 0, b""
        file: BinaryIO | None = None  # opened for what does not come in one piece
        try:
            async for chunk in response.aiter_raw(_BUFFER):
                size += len(chunk)
                self._check_size(size)
                if last:
                    if file is None:
                        file = await asyncio.to_thread(_opened, part)
                    await asyncio.to_thread(file.write, last)
                last = chunk
        except BaseException:
            if file is not None:
                # A buffered file locks itself: closing it after a cancellation waits for the thread that still writes.
                await asyncio.to_thread(file.close)
            raise
        # The last piece, the disk and the look at it are one visit to a thread: for most images there is no other.
        return await asyncio.to_thread(self._end, file, last, part, path)

    def _store(self, data: bytes, part: Path, path: Path) -> StoredImage:
        self._check_size(len(data))
        return self._end(None, data, part, path)

    def _end(self, begun: BinaryIO | None, last: bytes, part: Path, path: Path) -> StoredImage:
        with begun or _opened(part) as file:
            file.write(last)
            file.flush()
            os.fsync(file.fileno())
        return self._settle(part, path)

    def _settle(self, part: Path, path: Path) -> StoredImage:
        try:
            picture = verify(part, pixels_most=self._caps.pixels)
        except NotAnImage as error:
            raise _NotYet(f"a result of {part.stat().st_size} bytes is no usable image: {error.reason}") from error
        final = part.replace(path.with_suffix(_SUFFIXES[picture.format]))
        return StoredImage(
            name=final.name,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            size=picture.size,
        )

    def _check_size(self, size: int) -> None:
        if size > self._caps.size:
            raise ResultUnusable(f"a result of more than {self._caps.size} bytes")


def _opened(part: Path) -> BinaryIO:
    part.parent.mkdir(parents=True, exist_ok=True)
    return part.open("wb", _BUFFER)
