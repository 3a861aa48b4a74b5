from pathlib import Path

import pytest

from storage.address import NoAddress, PostgresAddress, parse_address, passwords


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:///data/bot.db", "data/bot.db"), ("sqlite:////var/lib/bot.db", "/var/lib/bot.db")]
)
def test_a_file_is_named_relative_or_absolute(url: str, path: str) -> None:
    """By the number of slashes, as elsewhere."""
    assert parse_address(url) == Path(path)
    assert passwords(Path(path)) == []


@pytest.mark.parametrize(
    ("url", "name", "host"),
    [
        ("postgresql://bot:pw@db.example/bot", "bot", "db.example"),
        ("postgres://bot@db.example:5433/jobs?sslmode=require", "jobs", "db.example:5433"),
        ("postgresql://bot@[::1]:5432/bot", "bot", "[::1]:5432"),
        ("postgresql://bot@[::1]/bot", "bot", "[::1]"),
        ("postgresql://one:1,two:2/bot?target_session_attrs=read-write", "bot", "one:1,two:2"),
        ("postgresql://bot@/bot?host=/run/postgresql", "bot", "/run/postgresql"),
        ("postgresql:///bot", "bot", "this machine"),
    ],
)
def test_a_server_is_named_as_its_own_clients_name_it(url: str, name: str, host: str) -> None:
    """Several hosts, a socket's folder and options too."""
    address = parse_address(url)
    assert isinstance(address, PostgresAddress)
    assert (address.url, address.name, address.host) == (url, name, host)


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://bot:se%23cret@db/bot", {"se%23cret", "se#cret"}),
        ("postgresql://bot@db/bot?password=secret", {"secret"}),
        ("postgresql://bot@db/bot", set()),
    ],
)
def test_the_password_is_known_and_not_shown(url: str, secrets: set[str]) -> None:
    """As it is written, and as it is meant: either may come up in a message."""
    address = parse_address(url)
    assert set(passwords(address)) == secrets
    assert all(secret not in f"{address} {address!r}" for secret in secrets)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bot.db",
        "sqlite:///",
        "sqlite://bot.db",
        "mysql://bot:pass-word@db/bot",
        "postgresql://bot:pass-word@db",
        "postgresql://bot:pass-word@db/",
        "postgresql://bot:pass-word@db/a/b",
        "postgresql://bot:pass-word#x@db/bot",
        "postgresql://bot:pass-word@x@db/bot",
        "postgresql://bot:pass-word/x@db/bot",
        "postgresql://bot@db:pass-word/bot",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    """There may be a password in it."""
    with pytest.raises(NoAddress) as caught:
        parse_address(url)
    assert "pass-word" not in str(caught.value)
    assert caught.value.__cause__ is None
