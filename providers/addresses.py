"""Which hosts a result may be fetched from: public addresses only, or those that the operator trusts by name."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[IPAddress]]]
"""Host and port to addresses. Raises OSError where there are none, UnicodeError where it is no host's name."""

# IPv6-only networks reach IPv4 hosts by these (RFC 6052): the last 32 bits are the address that counts.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# What IANA's special-purpose registries hold beyond what `ipaddress` of every supported Python knows, and 6to4 (RFC
# 3056 and its relay, deprecated), which carries an IPv4 address that some router may still unwrap.
_ALSO_SPECIAL: Final = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2002::/16", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
)


def is_public(address: IPAddress) -> bool:
    """Whether an address is globally routable unicast: not private, loopback, link-local, shared or multicast.

    An IPv4 address within an IPv6 one (mapped, NAT64) is judged as itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.is_site_local:
            return False
    special = any(address in network for network in _ALSO_SPECIAL if network.version == address.version)
    return address.is_global and not (special or address.is_multicast or address.is_reserved)


async def resolve(host: str, port: int) -> Sequence[IPAddress]:
    """Ask the system's resolver, without blocking the loop."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ipaddress.ip_address(str(entry[4][0])) for entry in found))


class TrustedHosts:
    """The hosts whose results may be fetched although plain http or private: each `host` or `host:port`.

    Raises:
        ValueError: an entry is neither.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._entries = frozenset(_split(entry) for entry in entries)

    def __contains__(self, place: tuple[str, int]) -> bool:
        """Whether a host (without brackets) is trusted at this port."""
        host, port = place
        return bool({(host.lower(), None), (host.lower(), port)} & self._entries)


def _split(entry: str) -> tuple[str, int | None]:
    text = entry.strip()
    try:
        # An IPv6 address without brackets has no port.
        return str(ipaddress.IPv6Address(text)), None
    except ValueError:
        parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{entry!r} is no host or host:port") from error
    if not host or parts.netloc != text or "@" in text:
        raise ValueError(f"{entry!r} is no host or host:port")
    return host, port
