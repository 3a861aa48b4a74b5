"""One HTTP call to an image API: sent once, read whole, and its every outcome put into the tree of `jobs.errors`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, TypeVar

import httpx
import stamina

from jobs.errors import Retryable, Temporary, UnknownOutcome
from providers.answers import Answer, date_ms, retry_after
from providers.failures import Call, failure
from providers.scrub import Scrubber

_T = TypeVar("_T")

_CONNECT_S: Final = 10.0
_WRITE_S: Final = 30.0
_READING_S: Final = 30.0  # beyond the wait for the first byte: a body that trickles in ends here
_SAME_METHOD: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
# httpx raises these before the first byte of the request is sent.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often and how long a read is repeated; times in seconds."""

    attempts: int = 4
    total: float = 30.0
    first_wait: float = 0.25  # doubled each time, with as much jitter
    longest_wait: float = 10.0  # a vendor that asks for a longer pause is not asked again here


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call; `timeout` is the wait for each next byte of the answer, in seconds."""

    call: Call
    method: str
    url: str
    headers: Mapping[str, str]
    scrub: Scrubber
    timeout: float
    content: bytes | None = None


def api_base(url: str) -> str:
    """An API's base URL without a slash at its end.

    Raises:
        ValueError: it is no absolute http or https URL.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError("an API's base URL cannot be read") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("an API's base URL begins with https:// or http:// and names a host")
    return url.rstrip("/")


async def send(http: httpx.AsyncClient, request: Request, *, longest: int) -> Answer:
    """Send the call once and return its 2xx answer, the body read up to `longest` bytes (else it is empty).

    A 307 or 308 to the same origin is followed once, with method and body kept; no other redirect is.

    Raises:
        ProviderError: everything else, as `providers.failures` says.
    """
    try:
        async with asyncio.timeout(_CONNECT_S + request.timeout + _READING_S):
            answer, redirect = await _exchange(http, request, request.url, longest)
            if redirect is not None and _same_origin(redirect, httpx.URL(request.url)):
                answer, _ = await _exchange(http, request, str(redirect), longest)
    except _NOT_SENT as error:
        raise Temporary(_told(error, request.scrub)) from error
    except (httpx.HTTPError, TimeoutError) as error:
        told = _told(error, request.scrub)
        raise (UnknownOutcome(told) if request.call is Call.CREATE else Temporary(told)) from error
    if HTTPStatus(200) <= answer.status < HTTPStatus(300):
        return answer
    raise failure(answer, call=request.call, scrub=request.scrub)


async def repeat(action: Callable[[], Awaitable[_T]], patience: Patience) -> _T:
    """Do a read until it succeeds, with backoff and jitter, or with the pause that the vendor asks for.

    Raises:
        ProviderError: the last one, when attempts or time are used up, or another one that waiting cannot cure.
    """

    def pause(error: Exception) -> bool | float:
        if not isinstance(error, Retryable):
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= patience.longest_wait else False

    async for attempt in stamina.retry_context(
        on=pause,
        attempts=patience.attempts,
        timeout=patience.total,
        wait_initial=patience.first_wait,
        wait_max=patience.longest_wait,
        wait_jitter=patience.first_wait,
    ):
        with attempt:
            return await action()
    raise AssertionError("stamina raises the last error")


async def _exchange(
    http: httpx.AsyncClient, request: Request, url: str, longest: int
) -> tuple[Answer, httpx.URL | None]:
    connect = min(request.timeout, _CONNECT_S)
    timeout = httpx.Timeout(request.timeout, connect=connect, write=_WRITE_S, pool=connect)
    sent = http.build_request(
        request.method, url, headers=dict(request.headers), content=request.content, timeout=timeout
    )
    response = await http.send(sent, stream=True, follow_redirects=False)
    try:
        body = await _body(response, longest)
    finally:
        await response.aclose()
    answer = Answer(
        status=response.status_code,
        body=body,
        retry_after=retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC)),
        request_id=response.headers.get("X-Request-Id"),
        date=date_ms(response.headers.get("Date")),
    )
    return answer, _redirect(response)


async def _body(response: httpx.Response, longest: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > longest:
            return b""
    return bytes(body)


def _redirect(response: httpx.Response) -> httpx.URL | None:
    location = response.headers.get("Location")
    if response.status_code not in _SAME_METHOD or location is None:
        return None
    try:
        return response.url.join(location)
    except httpx.InvalidURL:
        return None


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)


def _told(error: Exception, scrub: Scrubber) -> str:
    return scrub.clean(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
