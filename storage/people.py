"""Bans, quota resets and grants, as they outlive a restart."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.servers.people_records import Ban, Grant, Granted, Person
from jobs.servers.records import Change
from jobs.servers.rules import Window
from storage.audit import Audited
from storage.part import write
from storage.rows import Row


class People(Audited):
    """The store's part that implements `jobs.servers.people_records.PeopleRecords`."""

    async def bans(self) -> Sequence[Ban]:
        """Those that hold, of all servers and everywhere."""
        async with self._engine.reading() as connection:
            return [
                Ban(
                    guild_id=row["guild_id"],
                    user_id=row["user_id"],
                    reason=row["reason"],
                    by=row["banned_by"],
                    at=row["banned_at"],
                    expires_at=row["expires_at"],
                )
                async for row in self._sql.bans(connection, now=self._clock.now())
            ]

    @write
    async def save_ban(self, connection: Any, ban: Ban, change: Change) -> None:
        """Keep it in the place of a former one, and what was changed."""
        await self._sql.save_ban(
            connection,
            guild_id=ban.guild_id,
            user_id=ban.user_id,
            reason=ban.reason,
            banned_by=ban.by,
            banned_at=ban.at,
            expires_at=ban.expires_at,
        )
        await self._note(connection, [change])

    @write
    async def remove_ban(self, connection: Any, *, guild_id: int, user_id: int, change: Change) -> None:
        """Lift it."""
        await self._sql.remove_ban(connection, guild_id=guild_id, user_id=user_id)
        await self._note(connection, [change])

    async def quota_resets(self) -> Mapping[Person, int]:
        """Since when the images of whom count, where that can still make a difference."""
        async with self._engine.reading() as connection:
            rows = self._sql.quota_resets(connection, after=self._clock.now() - Window.MONTH.value)
            return {(row["guild_id"], row["user_id"]): row["since"] async for row in rows}

    @write
    async def save_quota_reset(
        self, connection: Any, *, guild_id: int, user_id: int, since: int, change: Change
    ) -> None:
        """Let only what is charged after `since` count."""
        await self._sql.save_quota_reset(connection, guild_id=guild_id, user_id=user_id, since=since)
        await self._note(connection, [change])

    async def user_grant(self, *, guild_id: int, user_id: int) -> Grant | None:
        """The user's grant in this server, as long as it has not expired."""
        async with self._engine.reading() as connection:
            return await self._grant(connection, guild_id=guild_id, user_id=user_id)

    async def server_grants(self, *, guild_id: int) -> Sequence[Grant]:
        """The grants of a server that have something left and have not expired."""
        async with self._engine.reading() as connection:
            rows = self._sql.grants_in_force(connection, guild_id=guild_id, now=self._clock.now())
            return [_grant_from(row) async for row in rows]

    @write
    async def add_grant(self, connection: Any, grant: Grant, *, guild_id: int, granted: Granted) -> Grant:
        """Add to the grant that has not expired, or begin one; returns it as it is then."""
        # An admission decides by what it reads of the grant: none of this user may be under way.
        await self._sql.lock_user(connection, user_id=grant.user_id, now=grant.at)
        before = await self._grant(connection, guild_id=guild_id, user_id=grant.user_id)
        row = await self._sql.add_grant(
            connection,
            guild_id=guild_id,
            user_id=grant.user_id,
            images=grant.images,
            expires_at=grant.expires_at,
            granted_by=grant.by,
            now=grant.at,
        )
        after = _grant_from(row)
        await self._note(connection, [granted(before, after)])
        return after

    @write
    async def remove_grant(self, connection: Any, *, guild_id: int, user_id: int, granted: Granted) -> bool:
        """Take back what is left of a grant; False where nothing is."""
        await self._sql.lock_user(connection, user_id=user_id, now=self._clock.now())
        before = await self._grant(connection, guild_id=guild_id, user_id=user_id)
        if before is None or not before.left:
            return False
        await self._sql.remove_grant(connection, guild_id=guild_id, user_id=user_id)
        await self._note(connection, [granted(before, None)])
        return True

    async def _grant(self, connection: Any, *, guild_id: int, user_id: int) -> Grant | None:
        row = await self._sql.grant_in_force(connection, guild_id=guild_id, user_id=user_id, now=self._clock.now())
        return None if row is None else _grant_from(row)


def _grant_from(row: Row) -> Grant:
    return Grant(
        user_id=row["user_id"],
        images=row["images"],
        used=row["used"],
        expires_at=row["expires_at"],
        by=row["granted_by"],
        at=row["granted_at"],
    )
