"""The lock of a PostgreSQL database: an advisory lock, which ends with the connection that holds it.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog

from jobs.ports import StoreUnavailable
from storage.address import PostgresAddress
from storage.held import Held
from storage.postgres_errors import DRIVER_ERRORS, connecting, translated

KEY: Final = int.from_bytes(b"fluxcord")  # advisory locks are each database's own
CONNECT_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 1.0  # between two tries to reach the server

# Whether the connection lives is asked at this pace. The holder knows within 5 s that it has lost it; a server that no
# longer hears the holder's machine gives the lock to others after 9 s, so never before the holder has noticed.
LOOK_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 3.0
SESSION: Final[Mapping[str, str]] = {
    "application_name": "fluxcord lock",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
}

log = structlog.get_logger(__name__)


@asynccontextmanager
async def hold_session(
    address: PostgresAddress, *, on_wait: Callable[[], None], poll_seconds: float, patient: bool
) -> AsyncIterator[Held]:
    """Hold the database's advisory lock on a connection of its own; see `storage.lock.hold`.

    Raises:
        ParameterRefused: the server refuses a parameter of the address.
        StoreUnavailable: there is no way to the database, and `patient` is False.
    """
    connection = await _locked(address, _Told(on_wait), poll_seconds=poll_seconds, patient=patient)
    held = Held()
    connection.add_termination_listener(lambda *_: held.lose(f"{address} has closed the connection that held the lock"))
    watching = asyncio.create_task(_watch(connection, held, address))
    try:
        yield held
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await _close(connection)


class _Told:
    """Calls once, however often there is a reason."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def __call__(self) -> None:
        if self._call is not None:
            self._call()
            self._call = None


async def _locked(
    address: PostgresAddress, on_wait: Callable[[], None], *, poll_seconds: float, patient: bool
) -> asyncpg.Connection:
    """A connection that holds the lock."""
    complaint: str | None = None
    while True:
        try:
            return await _try(address, on_wait, poll_seconds=poll_seconds)
        except _ConnectedBefore as error:
            patient, cause = True, error.cause
        except StoreUnavailable as error:
            if not patient:
                raise
            cause = str(error)
        if cause != complaint:
            log.warning("the lock's server cannot be reached; trying again", cause=cause)
            complaint = cause
        await asyncio.sleep(PATIENCE_SECONDS)


class _ConnectedBefore(Exception):
    """The connection was lost while standing by: the address is right, so waiting helps."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


async def _try(address: PostgresAddress, on_wait: Callable[[], None], *, poll_seconds: float) -> asyncpg.Connection:
    with connecting(address):
        connection = await asyncpg.connect(
            address.url, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS, server_settings=dict(SESSION)
        )
    try:
        with translated(address):
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", KEY):
                on_wait()
                await asyncio.sleep(poll_seconds)
    except StoreUnavailable as error:
        await _close(connection)
        raise _ConnectedBefore(str(error)) from error
    except BaseException:
        await _close(connection)
        raise
    return connection


async def _watch(connection: asyncpg.Connection, held: Held, address: PostgresAddress) -> None:
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with translated(address):
                await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
    except StoreUnavailable as error:
        held.lose(str(error))
    except Exception as error:  # whatever it is: not to know is to have lost it
        log.exception("the watch over the lock has failed")
        held.lose(f"{address} could not be asked for the lock ({type(error).__name__})")


async def _close(connection: asyncpg.Connection) -> None:
    """Without waiting long: a connection that has ended holds nothing any more."""
    try:
        await connection.close(timeout=1)
    except DRIVER_ERRORS:
        connection.terminate()
