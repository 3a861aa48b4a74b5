"""What goes over the wire when a scripted fault strikes."""

import contextlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

_PAGE: Final = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>sandbox gateway</center>\r\n</body>\r\n</html>\r\n"
)
_DEFAULT_BODY: Final = b'{"message": "A fault was scripted here."}'
_CHUNK: Final = bytes(256 * 1024)
_NOISE: Final = bytes(range(255, 127, -1)) * 8  # no image type's first bytes, no UTF-8


def scripted(status: int, headers: Mapping[str, str], body: bytes | None) -> web.Response:
    """Answer with exactly this; what begins like JSON is served as JSON unless `headers` say otherwise."""
    content = _DEFAULT_BODY if body is None else body
    # Without a charset: discord.py reads JSON only under exactly this content type.
    kind = "application/json" if content.lstrip()[:1] in {b"{", b"["} else "text/plain"
    return web.Response(status=status, body=content, headers={"Content-Type": kind, **headers})


def gateway_page(status: int, headers: Mapping[str, str]) -> web.Response:
    """Answer as a reverse proxy does whose upstream is gone."""
    page = _PAGE.format(title=f"{status} {HTTPStatus(status).phrase}")
    return web.Response(status=status, body=page.encode(), headers={"Content-Type": "text/html", **headers})


def garbage(status: int, headers: Mapping[str, str], body: bytes | None) -> web.Response:
    """Answer with bytes that claim to be JSON (unless `headers` say otherwise) and are not."""
    noise = _NOISE if body is None else body
    return web.Response(status=status, body=noise, headers={"Content-Type": "application/json", **headers})


def drop(request: web.Request) -> web.StreamResponse:
    """Close the connection without a byte; what is returned is for aiohttp only and never sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def cut_short(request: web.Request, answer: web.Response | None) -> web.StreamResponse:
    """Announce the whole answer, send half of it and close the connection."""
    whole, cut = _begun(answer)
    cut.content_length = len(whole)
    await cut.prepare(request)
    await cut.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return cut


async def endless(request: web.Request, answer: web.Response | None) -> web.StreamResponse:
    """Send the whole answer without saying how long it is, then zeros until the client goes."""
    whole, stream = _begun(answer)
    await stream.prepare(request)
    with contextlib.suppress(ConnectionError):  # the client has enough
        await stream.write(whole)
        while request.transport is not None and not request.transport.is_closing():
            await stream.write(_CHUNK)
    return stream


def _begun(answer: web.Response | None) -> tuple[bytes, web.StreamResponse]:
    """Return what would be sent, and an answer like it to be sent by hand."""
    whole = answer.body if answer is not None and isinstance(answer.body, bytes) else _DEFAULT_BODY
    stream = web.StreamResponse(status=200 if answer is None else answer.status)
    stream.content_type = answer.content_type if answer is not None else "application/json"
    return whole, stream
