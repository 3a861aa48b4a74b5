"""Presets and defaults, as they outlive a restart."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.presets import Defaults, Owner, OwnerKind, Preset, name_key, options_from_json, options_to_json
from storage.part import Part, write
from storage.rows import Row


class Presets(Part):
    """The store's part that implements `jobs.presets.PresetRecords`."""

    async def presets(self) -> Sequence[Preset]:
        """All of them."""
        async with self._engine.reading() as connection:
            return [
                Preset(
                    owner=_owner_from(row),
                    name=row["name"],
                    options=options_from_json(row["options"]),
                    style=row["style"],
                    saved_by=row["saved_by"],
                )
                async for row in self._sql.presets(connection)
            ]

    async def defaults(self) -> Mapping[Owner, Defaults]:
        """Those of every owner who has any."""
        async with self._engine.reading() as connection:
            return {
                _owner_from(row): Defaults(
                    options=options_from_json(row["options"]),
                    metadata=None if row["metadata"] is None else bool(row["metadata"]),
                )
                async for row in self._sql.defaults(connection)
            }

    @write
    async def save_preset(self, connection: Any, preset: Preset) -> None:
        """Keep it in the place of one of the same owner and name."""
        await self._sql.save_preset(
            connection,
            owner_kind=preset.owner.kind.value,
            owner_id=preset.owner.id,
            name_key=preset.key,
            name=preset.name,
            style=preset.style,
            options=options_to_json(preset.options),
            saved_by=preset.saved_by,
            now=self._clock.now(),
        )

    @write
    async def rename_preset(self, connection: Any, preset: Preset, name: str) -> None:
        """Give it another name.

        Raises:
            storage.errors.Duplicate: the name is taken.
        """
        await self._sql.rename_preset(
            connection,
            owner_kind=preset.owner.kind.value,
            owner_id=preset.owner.id,
            name_key=preset.key,
            new_key=name_key(name),
            new_name=name,
        )

    @write
    async def remove_preset(self, connection: Any, preset: Preset) -> None:
        """Forget it; harmless when it is gone already."""
        await self._sql.remove_preset(
            connection, owner_kind=preset.owner.kind.value, owner_id=preset.owner.id, name_key=preset.key
        )

    @write
    async def save_defaults(self, connection: Any, owner: Owner, defaults: Defaults) -> None:
        """Keep these in the place of the owner's former ones; where nothing is decided, no row remains."""
        if defaults == Defaults():
            await self._sql.remove_defaults(connection, owner_kind=owner.kind.value, owner_id=owner.id)
            return
        await self._sql.save_defaults(
            connection,
            owner_kind=owner.kind.value,
            owner_id=owner.id,
            options=options_to_json(defaults.options),
            metadata=None if defaults.metadata is None else int(defaults.metadata),
            now=self._clock.now(),
        )


def _owner_from(row: Row) -> Owner:
    return Owner(kind=OwnerKind(row["owner_kind"]), id=row["owner_id"])
