"""What admins decide about single people, and what that needs of the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.servers.records import Change

Person = tuple[int, int]
"""A server, or `EVERYWHERE`, and a user."""


@dataclass(frozen=True, kw_only=True)
class Ban:
    """Somebody may order nothing."""

    guild_id: int  # or `EVERYWHERE`
    user_id: int
    reason: str  # the banned user reads it
    by: int  # the user who banned; 0: the operator
    at: int  # UTC ms
    expires_at: int | None = None  # UTC ms; None: until somebody lifts it

    def holds(self, now: int) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Images beside the windows, once, until they are used or the grant expires."""

    user_id: int
    images: int  # in all
    used: int
    expires_at: int  # UTC ms
    by: int  # who granted last
    at: int  # UTC ms when it began; what is refunded goes back to the grant of this moment

    @property
    def left(self) -> int:
        """Images that can still be used."""
        return self.images - self.used


Granted = Callable[[Grant | None, Grant | None], Change]
"""Makes the entry of the audit log from the grant before and after."""


class PeopleRecords(Protocol):
    """Where it outlives a restart; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def bans(self) -> Sequence[Ban]:
        """Those that hold, of all servers and everywhere."""
        ...

    async def save_ban(self, ban: Ban, change: Change) -> None:
        """Keep it in the place of a former one, and what was changed, in one transaction."""
        ...

    async def remove_ban(self, *, guild_id: int, user_id: int, change: Change) -> None:
        """Lift it."""
        ...

    async def quota_resets(self) -> Mapping[Person, int]:
        """Since when (UTC ms) the images of whom count, where that can still make a difference."""
        ...

    async def save_quota_reset(self, *, guild_id: int, user_id: int, since: int, change: Change) -> None:
        """Let only what is charged after `since` (UTC ms) count."""
        ...

    async def user_grant(self, *, guild_id: int, user_id: int) -> Grant | None:
        """The user's grant in this server, as long as it has not expired."""
        ...

    async def server_grants(self, *, guild_id: int) -> Sequence[Grant]:
        """The grants of a server that have something left and have not expired."""
        ...

    async def add_grant(self, grant: Grant, *, guild_id: int, granted: Granted) -> Grant:
        """Add to the grant that has not expired, or begin one; returns it as it is then.

        Where something is left the later expiry counts, otherwise that of `grant`.
        """
        ...

    async def remove_grant(self, *, guild_id: int, user_id: int, granted: Granted) -> bool:
        """Take back what is left of a grant; False where nothing is."""
        ...
