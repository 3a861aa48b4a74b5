"""PostgreSQL's errors told apart: what the outside world did, a lost race, or a fault of ours without its values."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg

from jobs.ports import StoreUnavailable
from storage.address import PostgresAddress, passwords
from storage.errors import Duplicate, ParameterRefused

# https://www.postgresql.org/docs/current/errcodes-appendix.html; a code of two characters stands for its whole class.
# What is not here is a fault of ours.
TROUBLE: Final[Mapping[str, str]] = {
    "08": "has closed the connection",
    "25006": "is read-only: a standby, or default_transaction_read_only is on",
    "25P03": "has closed the connection, since nothing was said within a transaction for too long",
    "28": "refuses the user or its password",
    "3D000": "does not exist: create it first",
    "40001": "was changed by others at the same moment",
    "40P01": "was changed by others at the same moment",
    "42501": "does not allow this to its user",
    "53": "is short of resources",
    "53100": "cannot grow: its disk is full",
    "53200": "cannot be used: its server has no memory left",
    "53300": "has no connection left: too many are open",
    "55P03": "is locked by another connection",
    "57": "has closed the connection",
    "57014": "took too long over a statement",
    "57P01": "has closed the connection: its server is stopping, or an administrator ended it",
    "57P03": "cannot be used yet: its server is starting or stopping",
    "57P04": "does not exist any more",
    "58": "cannot be read or written: its server reports an error of the system",
    "XX": "cannot be used: its server reports an internal error",
}

# Classes of what a server says to a parameter that it does not know, or not with this value.
REFUSED: Final = ("22", "42")

DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""Whatever a connection that is being given up may still raise."""

# asyncpg's words for a connection or a pool that is closed, or about to be; all others would be faults of ours.
CLOSED: Final = ("closed", "closing", "released back to the pool", "cannot switch to state")


@contextmanager
def translated(address: PostgresAddress) -> Iterator[None]:
    """Raise what the outside world did as `StoreUnavailable`, a second of what may be there once as `Duplicate`.

    A fault of ours is raised as it came, without the row or the value that PostgreSQL adds to it: there are prompts
    and tokens in these.
    """
    try:
        yield
    except asyncpg.PostgresError as error:
        _raise_translated(address, error)
    except asyncpg.ClientConfigurationError as error:
        raise StoreUnavailable(f"{address} has an address that cannot be used: {_said(address, error)}") from None
    except asyncpg.TargetServerAttributeNotMatched:
        raise StoreUnavailable(f"{address} cannot be reached: no server is of the kind asked for") from None
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        if not any(words in str(error) for words in CLOSED):
            raise
        raise StoreUnavailable(f"{address} has closed the connection") from error
    except OSError as error:
        raise StoreUnavailable(f"{address} {_unreachable(error)}") from error


@contextmanager
def connecting(address: PostgresAddress) -> Iterator[None]:
    """The same for the first connection, in which nothing but the address can be wrong: it has said nothing yet.

    Raises:
        ParameterRefused: the server refuses a parameter of the address.
    """
    with translated(address):
        try:
            yield
        except asyncpg.PostgresError as error:
            code = error.sqlstate or ""
            if code in TROUBLE or code[:2] not in REFUSED:
                raise
            raise ParameterRefused(f"{address} refuses a parameter: {_said(address, error)} ({code})") from None


def _said(address: PostgresAddress, error: Exception) -> str:
    """The first line of what the driver or the server says, without the password."""
    line = str(error).partition("\n")[0]
    for secret in passwords(address):
        line = line.replace(secret, "***")
    return line


def _unreachable(error: OSError) -> str:
    match error:
        case TimeoutError():
            return "does not answer in time"
        case socket.gaierror():
            return "cannot be reached: its host is unknown"
        case ssl.SSLError():
            return f"cannot be reached: no secure connection ({error.reason})"
        case _:
            return f"cannot be reached ({error.strerror or type(error).__name__})"


def _raise_translated(address: PostgresAddress, error: asyncpg.PostgresError) -> None:
    code = error.sqlstate or ""
    error.detail = error.hint = None
    if isinstance(error, asyncpg.DataError):  # its very message has the value in it
        raise TypeError(f"a value does not fit into its statement ({code})") from None
    if isinstance(error, asyncpg.UniqueViolationError):
        raise Duplicate(f"{error.table_name}: {error.constraint_name}") from error
    sentence = TROUBLE.get(code, TROUBLE.get(code[:2]))
    if sentence is None:
        raise error
    raise StoreUnavailable(f"{address} {sentence} ({code})") from error
