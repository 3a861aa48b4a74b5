"""The audit log's entries, written in the transaction that makes the change."""

from collections.abc import Sequence
from typing import Any

from jobs.ids import new_job_id
from jobs.servers.records import Change
from storage.part import Part


class Audited(Part):
    """A part whose changes are noted."""

    async def _note(self, connection: Any, changes: Sequence[Change]) -> None:
        now = self._clock.now()
        for change in changes:
            await self._sql.note_change(
                connection,
                id=new_job_id(now),
                guild_id=change.guild_id,
                now=now,
                actor_id=change.actor_id,
                action=change.action,
                target=change.target,
                before=change.before,
                after=change.after,
            )
