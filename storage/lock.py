"""One active process for each database: a lock that ends with the process that holds it, and is watched."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, assert_never

from storage.address import DatabaseAddress, PostgresAddress
from storage.driver import require_asyncpg
from storage.held import Held
from storage.lock_file import hold_file

POLL_SECONDS: Final = 0.5


def hold(
    address: DatabaseAddress,
    *,
    on_wait: Callable[[], None],
    poll_seconds: float = POLL_SECONDS,
    patient: bool = False,
) -> AbstractAsyncContextManager[Held]:
    """Be the one active process of the database at the address, standing by for as long as another is.

    Whoever holds it has to end all its work as soon as `Held.lost` returns: another process may be active by then.

    Args:
        address: the database.
        on_wait: called once when another process is active.
        poll_seconds: how often to look whether it has gone.
        patient: wait for a server that cannot be reached, too, instead of raising.

    Raises:
        StoreUnavailable: there is no way to the lock.
        DriverMissing: asyncpg is not installed.
    """
    match address:
        case Path():
            return hold_file(address, on_wait=on_wait, poll_seconds=poll_seconds)
        case PostgresAddress():
            require_asyncpg()
            from storage.lock_session import hold_session  # noqa: PLC0415 - asyncpg is an optional library

            return hold_session(address, on_wait=on_wait, poll_seconds=poll_seconds, patient=patient)
        case _:
            assert_never(address)
