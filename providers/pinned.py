"""HTTP GETs that go to the very address that was checked, one hop at a time: a name cannot change in between."""

import http.cookiejar
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

import httpx

from jobs.errors import ResultUnusable, Temporary
from providers.addresses import IPAddress, Resolver, TrustedHosts, is_public

REDIRECTS_MOST: Final = 5
_ADDRESSES_MOST: Final = 4  # tried in turn where a host has several
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONNECT_S: Final = 10.0
_READ_S: Final = 20.0


def client(*, tls: ssl.SSLContext | None) -> httpx.AsyncClient:
    """The client that `get` needs: it follows, remembers and reuses nothing, and asks no proxy.

    A proxy would resolve names itself, a reused connection was opened for another host's certificate, and cookies
    would be kept by address.
    """
    return httpx.AsyncClient(
        verify=tls or ssl.create_default_context(),
        trust_env=False,
        follow_redirects=False,
        cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=())),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S),
    )


class PinnedGetter:
    """Fetches public https URLs, and any URL of trusted hosts."""

    def __init__(self, client: httpx.AsyncClient, *, trusted: TrustedHosts, resolve: Resolver) -> None:
        self._client, self._trusted, self._resolve = client, trusted, resolve

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[httpx.Response]:
        """Open the answer, after at most 5 redirects, each checked like the first URL; its body is not read yet.

        Raises:
            ResultUnusable: a place where we may not go, or too many redirects.
            Temporary: the host's name cannot be resolved.
            httpx.HTTPError: the connection failed.
        """
        place = _parse(url)
        for _ in range(REDIRECTS_MOST + 1):
            response = await self._hop(place)
            try:
                location = response.headers.get("Location")
                if response.status_code not in _REDIRECTS or location is None:
                    yield response
                    return
                place = _parse(location, base=place)
            finally:
                await response.aclose()
        raise ResultUnusable(f"more than {REDIRECTS_MOST} redirects")

    async def _hop(self, url: httpx.URL) -> httpx.Response:
        host, port = url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)
        trusted = (host, port) in self._trusted
        if url.scheme != "https" and not (trusted and url.scheme == "http"):
            raise ResultUnusable(f"a result at {host} that is not https")
        addresses = await self._addresses(host, port)
        if not trusted and not all(is_public(address) for address in addresses):
            raise ResultUnusable(f"a result at {host}, whose address is not public")
        *others, last = addresses[:_ADDRESSES_MOST]
        for address in others:
            try:
                return await self._connect(url, host, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # the next address may answer; the last one's error is told
        return await self._connect(url, host, last)

    async def _addresses(self, host: str, port: int) -> tuple[IPAddress, ...]:
        try:
            return (ipaddress.ip_address(host),)
        except ValueError:
            pass  # a name
        try:
            addresses = tuple(await self._resolve(host, port))
        except OSError as error:
            raise Temporary(f"the name {host} cannot be resolved") from error
        except UnicodeError as error:
            raise ResultUnusable("a result at a host whose name is none") from error
        if not addresses:
            raise Temporary(f"the name {host} has no address")
        return addresses

    async def _connect(self, url: httpx.URL, host: str, address: IPAddress) -> httpx.Response:
        request = self._client.build_request(
            "GET",
            url.copy_with(host=str(address)),
            # Compressed bytes would be counted before they grow, and images do not shrink.
            headers={"Host": url.netloc.decode("ascii"), "Accept": "image/*", "Accept-Encoding": "identity"},
            extensions={"sni_hostname": host},
        )
        return await self._client.send(request, stream=True)


def _parse(url: str, *, base: httpx.URL | None = None) -> httpx.URL:
    try:
        parsed = base.join(url) if base is not None else httpx.URL(url)
        parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise ResultUnusable("a result whose URL cannot be read") from error
    if not parsed.host or parsed.userinfo:
        raise ResultUnusable("a result whose URL names no host, or a user")
    return parsed


def is_trouble(status: int) -> bool:
    """Whether a status says that the same request may succeed soon."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    }
