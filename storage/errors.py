"""Why a database cannot be taken into use at all, as one tree.

UnusableDatabase              the start ends; `str()` is one sentence for the operator
├── LibraryTooOld             the SQLite that Python was built with lacks what the statements need
├── DriverMissing             the library that speaks to PostgreSQL is not installed
├── ServerTooOld              the PostgreSQL server lacks what the statements need
├── ParameterRefused          the PostgreSQL server knows no such parameter, or not with this value
├── DatabaseNewer             a newer program has migrated it
└── MigrationChanged          what was applied is not what this program would have applied

A database in use that stops working is `jobs.ports.StoreUnavailable` instead: that may pass.
A second of what may be there once is `Duplicate`: a lost race where one may happen, otherwise a fault of ours.
"""


class Duplicate(Exception):
    """The database has a row with this value already, and allows one; nothing was written."""


class UnusableDatabase(Exception):
    """The database cannot be taken into use; waiting would not help."""


class LibraryTooOld(UnusableDatabase):
    """The SQLite library is older than the statements need."""


class DriverMissing(UnusableDatabase):
    """asyncpg is not installed."""


class ServerTooOld(UnusableDatabase):
    """The server is older than the statements need."""


class ParameterRefused(UnusableDatabase):
    """The server begins no session with a parameter of the address."""


class DatabaseNewer(UnusableDatabase):
    """The database has migrations that this program does not know."""


class MigrationChanged(UnusableDatabase):
    """A migration that the database has was edited afterwards."""
