"""Servers' rules and the audit log, as they outlive a restart."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jobs.servers.records import Change
from jobs.servers.rules import ServerRules
from jobs.servers.text import rules_from_json, rules_to_json
from storage.audit import Audited
from storage.part import write
from storage.pauses import Pausable
from storage.rows import Row

_LAST: Final = "~"  # after every id


class Servers(Audited, Pausable):
    """The store's part that implements `jobs.servers.records.ServerRecords`, and `AuditRecords` there."""

    async def server_rules(self) -> Mapping[int, ServerRules]:
        """Those of every server that has decided something, and the operator's."""
        async with self._engine.reading() as connection:
            return {row["guild_id"]: rules_from_json(row["rules"]) async for row in self._sql.server_rules(connection)}

    @write
    async def save_server_rules(
        self, connection: Any, guild_id: int, rules: ServerRules, changes: Sequence[Change]
    ) -> None:
        """Keep them in the place of the former ones, and what was changed, in one transaction.

        What waits of the server is held where the rules say that it is paused, and released where they do not.
        """
        paused = rules.pause is not None
        await self._sql.save_server_rules(
            connection, guild_id=guild_id, rules=rules_to_json(rules), paused=int(paused), now=self._clock.now()
        )
        if paused:
            await self._hold_queued(connection, guild_id)
        else:
            await self._release_held(connection, guild_id)
        await self._note(connection, changes)

    @write
    async def note_changes(self, connection: Any, changes: Sequence[Change]) -> None:
        """Keep entries of the audit log that stand by themselves."""
        await self._note(connection, changes)

    async def changes(self, guild_id: int, *, before: str | None = None, limit: int) -> Sequence[Change]:
        """A server's entries, the newest first; `before`: only those before the entry of this id."""
        async with self._engine.reading() as connection:
            rows = self._sql.changes(connection, guild_id=guild_id, before=before or _LAST, limit=limit)
            return [_change(row) async for row in rows]

    async def untold_servers(self) -> Sequence[int]:
        """Those that have entries which their audit channel was not told of, or need not be told of."""
        async with self._engine.reading() as connection:
            return [row["guild_id"] async for row in self._sql.untold_servers(connection)]

    async def untold_changes(self, guild_id: int, *, limit: int) -> Sequence[Change]:
        """A server's entries of these, the oldest first."""
        async with self._engine.reading() as connection:
            rows = self._sql.untold_changes(connection, guild_id=guild_id, limit=limit)
            return [_change(row) async for row in rows]

    @write
    async def mark_changes_told(self, connection: Any, ids: Sequence[str]) -> None:
        """Nobody has to be told of these entries any more."""
        for each in ids:
            await self._sql.mark_change_told(connection, id=each)

    async def count_untold_changes(self, guild_id: int) -> int:
        """How many of the server's entries its audit channel was not told of."""
        async with self._engine.reading() as connection:
            return int(await self._sql.count_untold_changes(connection, guild_id=guild_id))


def _change(row: Row) -> Change:
    return Change(
        id=row["id"],
        guild_id=row["guild_id"],
        at=row["at"],
        actor_id=row["actor_id"],
        action=row["action"],
        target=row["target"],
        before=row["old_value"],
        after=row["new_value"],
    )
