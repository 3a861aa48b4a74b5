"""Libraries of LoRAs, as they outlive a restart."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.library.entry import Entry, Facts
from storage.part import Part, write
from storage.rows import Row


class Libraries(Part):
    """The store's part that implements `jobs.library.records.LibraryRecords`."""

    async def library_entries(self) -> Sequence[Entry]:
        """All of them, of every server."""
        async with self._engine.reading() as connection:
            return [_entry_from(row) async for row in self._sql.library_entries(connection)]

    @write
    async def save_entries(self, connection: Any, entries: Sequence[Entry]) -> None:
        """Keep these, each in the place of one with the same id; all or none. Previews stay as they are.

        Raises:
            storage.errors.Duplicate: another entry of the server has one of the names.
        """
        for entry in entries:
            await self._sql.save_library_entry(connection, **_values(entry))

    @write
    async def remove_entry(self, connection: Any, entry: Entry) -> None:
        """Forget an entry and its preview; harmless when it is gone already."""
        await self._sql.remove_library_preview(connection, id=entry.id)
        await self._sql.remove_library_entry(connection, id=entry.id)

    @write
    async def save_preview(self, connection: Any, entry: Entry, picture: bytes) -> None:
        """Keep the entry, and the picture that shows what it does."""
        await self._sql.save_library_entry(connection, **_values(entry))
        await self._sql.save_library_preview(connection, id=entry.id, picture=picture)

    async def preview(self, entry_id: str) -> bytes | None:
        """That picture, as a file's bytes."""
        async with self._engine.reading() as connection:
            picture = await self._sql.library_preview(connection, id=entry_id)
            return None if picture is None else bytes(picture)


def _values(entry: Entry) -> Mapping[str, Any]:
    facts = entry.facts
    return {
        "id": entry.id,
        "guild_id": entry.guild_id,
        "name_key": facts.key,
        "name": facts.name,
        "source": facts.source,
        "models": json.dumps(facts.models),
        "triggers": json.dumps(facts.triggers),
        "scale": facts.scale,
        "age_restricted": int(facts.age_restricted),
        "approved": int(entry.approved),
        "added_by": entry.added_by,
        "added_at": entry.added_at,
    }


def _entry_from(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        guild_id=row["guild_id"],
        facts=Facts(
            name=row["name"],
            source=row["source"],
            models=tuple(json.loads(row["models"])),
            triggers=tuple(json.loads(row["triggers"])),
            scale=row["scale"],
            age_restricted=bool(row["age_restricted"]),
        ),
        approved=bool(row["approved"]),
        has_preview=bool(row["has_preview"]),
        added_by=row["added_by"],
        added_at=row["added_at"],
    )
