"""Whether the library that speaks to PostgreSQL is there: it is an optional one."""

import importlib.util

from storage.errors import DriverMissing


def require_asyncpg() -> None:
    """See that asyncpg can be imported.

    Raises:
        DriverMissing: it is not installed.
    """
    if importlib.util.find_spec("asyncpg") is None:
        raise DriverMissing("asyncpg is not installed, which PostgreSQL needs: pip install 'fluxcord[postgres]'")
