"""The pictures that predictions end with, served under links that expire."""

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from sandbox.apis.host import Host
from sandbox.apis.settings import ResultSettings, Tunable

_KEPT_BYTES: Final = 512 * 1024 * 1024  # the oldest go first
_TARGET: Final = "results.image"  # of scripted faults
_EXTENSIONS: Final = {"jpeg": "jpg", "png": "png", "webp": "webp"}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One finished picture; `kind` is jpeg, png or webp."""

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def content_type(self) -> str:
        """The media type it is served with."""
        return f"image/{self.kind}"


class Results:
    """Pictures by name."""

    def __init__(self, *, host: Host, settings: Tunable[ResultSettings]) -> None:
        self._clock, self._faults, self._base_url = host.clock, host.faults, host.base_url
        self._settings = settings
        self._kept: OrderedDict[str, tuple[Picture, int]] = OrderedDict()
        self._bytes = 0

    def put(self, picture: Picture) -> str:
        """Keep a picture and return its URL."""
        name = f"{uuid.uuid4().hex}.{_EXTENSIONS[picture.kind]}"
        self._kept[name] = (picture, self._clock.now_ms())
        self._bytes += len(picture.data)
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, (oldest, _) = self._kept.popitem(last=False)
            self._bytes -= len(oldest.data)
        return f"{self._base_url()}/results/{name}"

    def app(self) -> web.Application:
        """Make the application that serves them."""
        self._faults.register(_TARGET)
        app = web.Application()
        app.router.add_get("/{name}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if struck := await self._faults.apply(_TARGET, request):
            return struck
        kept = self._kept.get(request.match_info["name"])
        if kept is None:
            return web.Response(status=404, text="no such file")
        picture, since_ms = kept
        if self._clock.now_ms() >= since_ms + self._settings.value.expire_s * 1000:
            return web.Response(status=403, text="link expired")
        answer = web.Response(body=picture.data, headers={"Content-Type": picture.content_type})
        return await self._faults.after(_TARGET, request, answer) or answer
