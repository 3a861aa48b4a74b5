import ipaddress

import pytest

from providers.addresses import TrustedHosts, is_public, resolve


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses(address: str) -> None:
    """Where results come from."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104 - not bound to
        *("169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.9"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:db8::1", "64:ff9b:1::1", "100::1", "3fff::1", "5f00::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast, reserved, and IPv4 in disguise."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("entry", "host", "port", "trusted"),
    [
        ("localhost", "localhost", 80, True),
        ("localhost", "localhost", 8443, True),
        ("LocalHost ", "LOCALHOST", 80, True),
        ("localhost:8080", "localhost", 8080, True),
        ("localhost:8080", "localhost", 80, False),
        ("localhost", "localhost.evil.example", 80, False),
        ("127.0.0.1:9", "127.0.0.1", 9, True),
        ("::1", "::1", 443, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 8081, False),
    ],
)
def test_trust_is_by_host_or_by_host_and_port(entry: str, host: str, port: int, trusted: bool) -> None:
    """A host without a port is trusted at every port."""
    assert ((host, port) in TrustedHosts([entry])) is trusted


@pytest.mark.parametrize("entry", ["", "http://localhost", "localhost/path", "localhost:port", "a@b", "host:99999"])
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    """At the start, not at the first result."""
    with pytest.raises(ValueError, match="no host"):
        TrustedHosts([entry])


async def test_the_systems_resolver_is_asked() -> None:
    """Each address comes once."""
    assert ipaddress.ip_address("127.0.0.1") in await resolve("localhost", 80)
