"""Jobs of a paused server are held in the queue, out of every claim's way, until it is resumed."""

from typing import Any

from storage.part import Part


class Pausable(Part):
    """A part that meets paused servers."""

    async def _hold_queued(self, connection: Any, guild_id: int) -> None:
        """Hold what waits of a server, if it is paused."""
        if await self._sql.lock_if_paused(connection, guild_id=guild_id) is not None:
            _ = [row async for row in self._sql.lock_queues(connection)]
            await self._sql.hold_queued(connection, guild_id=guild_id)

    async def _release_held(self, connection: Any, guild_id: int) -> None:
        """Let what was held be sent; each user's jobs in the order they had."""
        _ = [row async for row in self._sql.lock_queues(connection)]
        await self._sql.release_held(connection, guild_id=guild_id)
