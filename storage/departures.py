"""Servers that the bot was removed from, and the deletion of what is kept for them."""

from collections.abc import Collection, Sequence
from typing import Any

from storage.part import Part, write


class Departures(Part):
    """The store's part that implements `jobs.departures.DepartureRecords`, and deletes what is held in memory, too."""

    @write
    async def note_departure(self, connection: Any, guild_id: int) -> None:
        """The bot was removed from this server now; an earlier note stays as it is."""
        await self._sql.note_departure(connection, guild_id=guild_id, now=self._clock.now())

    @write
    async def forget_departure(self, connection: Any, guild_id: int) -> None:
        """The bot is there again; harmless where nothing is noted."""
        await self._sql.forget_departure(connection, guild_id=guild_id)

    async def departures(self, *, before: int | None = None) -> Sequence[int]:
        """The servers that the bot was removed from, those of longest ago first; at the latest at `before` (UTC ms)."""
        before = self._clock.now() if before is None else before
        async with self._engine.reading() as connection:
            rows = [row async for row in self._sql.departures(connection, before=before)]
        return [row["guild_id"] for row in sorted(rows, key=lambda row: row["left_at"])]

    async def guilds_with_data(self) -> Collection[int]:
        """Every server of which anything is kept that would be deleted."""
        async with self._engine.reading() as connection:
            return {row["guild_id"] async for row in self._sql.guilds_with_data(connection)}

    @write
    async def remove_server_rules(self, connection: Any, guild_id: int) -> None:
        """Forget a server's rules."""
        await self._sql.remove_server_rules(connection, guild_id=guild_id)

    @write
    async def remove_server_presets(self, connection: Any, guild_id: int) -> None:
        """Forget a server's presets and defaults."""
        await self._sql.remove_server_presets(connection, guild_id=guild_id)
        await self._sql.remove_server_defaults(connection, guild_id=guild_id)

    @write
    async def remove_entries(self, connection: Any, guild_id: int, *, limit: int) -> int:
        """Forget at most `limit` of a server's library entries and their previews; returns how many it were."""
        rows = [row async for row in self._sql.entries_of_guild(connection, guild_id=guild_id, most=limit)]
        for row in rows:
            await self._sql.remove_library_preview(connection, id=row["id"])
            await self._sql.remove_library_entry(connection, id=row["id"])
        return len(rows)

    @write
    async def remove_guild(self, connection: Any, guild_id: int) -> None:
        """Delete what is decided and known for a server beside its jobs, its library and its presets."""
        sql = self._sql
        for remove in (
            sql.remove_guild_audit,
            sql.remove_guild_bans,
            sql.remove_guild_grants,
            sql.remove_guild_resets,
            sql.remove_guild_cases,
            sql.remove_guild_reports,
            sql.remove_guild_warnings,
            sql.forget_departure,
        ):
            await remove(connection, guild_id=guild_id)
