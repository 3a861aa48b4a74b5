"""Where a database is: a file of SQLite's, or a database on a PostgreSQL server whose address keeps its password."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

SQLITE: Final = "sqlite:///"
POSTGRESQL: Final = ("postgresql://", "postgres://")


@dataclass(frozen=True, kw_only=True)
class PostgresAddress:
    """A database on a server, as PostgreSQL's own clients take it; what is printed or logged holds no password.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """

    url: str = field(repr=False)
    name: str  # of the database
    host: str  # with its port where one is given; several are comma-separated; a socket's folder

    def __str__(self) -> str:
        return f"the PostgreSQL database {self.name} at {self.host}"


DatabaseAddress = Path | PostgresAddress


class NoAddress(ValueError):
    """The text names no database; `str()` says what is wrong with it, and never repeats it."""


def parse_address(url: str) -> DatabaseAddress:
    """The database that a URL names: `sqlite:///file`, `postgresql://user:password@host:port/database`.

    Raises:
        NoAddress: it is neither.
    """
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return Path(url.removeprefix(SQLITE))
    if url.startswith(POSTGRESQL):
        return _postgres(url)
    raise NoAddress("is no address of an SQLite file or a PostgreSQL database")


def passwords(address: DatabaseAddress) -> list[str]:
    """The secrets of an address, as they stand in it and as they are meant."""
    if isinstance(address, Path):
        return []
    parts = urlsplit(address.url)
    written = [parts.password or "", *parse_qs(parts.query).get("password", ())]
    return [text for secret in written if secret for text in {secret, unquote(secret)}]


def _postgres(url: str) -> PostgresAddress:
    parts = urlsplit(url)
    if parts.fragment or "#" in url:
        raise NoAddress("holds a #: in its password write %23 for it")
    hosts = parts.netloc.rpartition("@")[2]
    if "@" in parts.netloc.rpartition("@")[0]:
        raise NoAddress("holds two @: in its password write %40 for one")
    if any(not _is_port(host) for host in hosts.split(",")):
        raise NoAddress("has a port that is no number: in its password write %3A for :, %2F for / and %3F for ?")
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise NoAddress("names no database: it ends with /database")
    host = hosts or ",".join(parse_qs(parts.query).get("host", ())) or "this machine"
    return PostgresAddress(url=url, name=name, host=host)


def _is_port(host: str) -> bool:
    _, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):  # an IPv6 address without a port
        return True
    return port.isdecimal()
