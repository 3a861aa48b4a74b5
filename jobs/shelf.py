"""Everybody's presets and defaults, held in memory: an order is completed without asking the database.

Loaded at the start and changed with each write; a few thousand users' are a few megabytes. One process is active at a
time, so that nobody else writes.
"""

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from jobs.catalog import Catalog
from jobs.choices import Merged, merge
from jobs.model import DIRECT
from jobs.parameters import LORA_OPTIONS, Option
from jobs.presets import DEFAULT_OPTIONS, PRESETS_MOST, Defaults, Owner, OwnerKind, Preset, PresetRecords, name_key
from jobs.request import ImageRequest
from jobs.validation import Chosen, Fault

_UNDECIDED: Final = Defaults()
_SOURCES: Final = frozenset(source for source, _scale in LORA_OPTIONS)
_MARKS: Final = {OwnerKind.USER: "mine", OwnerKind.SERVER: "server"}


class Saved(enum.Enum):
    """What became of a preset that was to be kept."""

    KEPT = enum.auto()
    NAME_TAKEN = enum.auto()  # another one has the name
    TOO_MANY = enum.auto()  # its owner has as many as anybody may have
    GONE = enum.auto()  # it was removed meanwhile


@dataclass(frozen=True, kw_only=True)
class Completed:
    """An order with everything that counts, and the preset that was used."""

    typed: Chosen
    merged: Merged
    preset: Preset | None = None

    def spare(self, faults: Sequence[Fault]) -> tuple[Self, Sequence[Fault]]:
        """The faults of what was typed; a LoRA that the preset brought, and that is none here, is left out instead."""
        spared = {fault.option for fault in faults if fault.option in _SOURCES and fault.option not in self.typed}
        left_out = tuple(option for option in Option if option in {*self.merged.left_out, *spared})
        told = [fault for fault in faults if fault.option not in spared]
        return replace(self, merged=replace(self.merged, left_out=left_out)), told

    def noted(self, request: ImageRequest) -> ImageRequest:
        """The validated request, with what is to be shown of the preset."""
        if self.preset is None:
            return request
        return replace(request, preset=self.preset.name, left_out=tuple(each.value for each in self.merged.left_out))


class Shelf:
    """Whatever writes raises `jobs.ports.StoreUnavailable` where the database cannot be used; nothing changes then."""

    def __init__(self, records: PresetRecords) -> None:
        self._records = records
        self._presets: dict[Owner, dict[str, Preset]] = {}
        self._defaults: dict[Owner, Defaults] = {}
        self._writing = asyncio.Lock()  # what a write decides by must not change before it is done

    async def load(self) -> None:
        """Read everything; once, at the start."""
        self._defaults = dict(await self._records.defaults())
        for preset in await self._records.presets():
            self._presets.setdefault(preset.owner, {})[preset.key] = preset

    # ── read, at once ────────────────────────────────────────────────────────

    def presets(self, owner: Owner) -> Sequence[Preset]:
        """The owner's, by name."""
        return sorted(self._presets.get(owner, {}).values(), key=lambda preset: preset.key)

    def get(self, owner: Owner, name: str) -> Preset | None:
        """The owner's preset of that name."""
        return self._presets.get(owner, {}).get(name_key(name))

    def find(self, word: str, *, user_id: int, guild_id: int) -> Preset | None:
        """The preset that a word means here: what `word_for` gives, or a name, one's own before the server's."""
        owners = _owners(user_id, guild_id)
        mark, colon, name = word.partition(":")
        for owner in owners:
            if colon and mark == _MARKS[owner.kind] and (preset := self.get(owner, name)):
                return preset
        return next((preset for owner in owners if (preset := self.get(owner, word))), None)

    def suggest(self, typed: str, *, user_id: int, guild_id: int) -> Sequence[Preset]:
        """Those whose name holds what was typed: one's own first, and the names that begin with it before others."""
        wanted = name_key(typed)
        found = (
            (place, not preset.key.startswith(wanted), preset.key, preset)
            for place, owner in enumerate(_owners(user_id, guild_id))
            for preset in self._presets.get(owner, {}).values()
            if wanted in preset.key
        )
        return [preset for *_, preset in sorted(found, key=lambda entry: entry[:3])]

    def defaults(self, owner: Owner) -> Defaults:
        """What the owner has decided."""
        return self._defaults.get(owner, _UNDECIDED)

    def writes_metadata(self, *, user_id: int, guild_id: int) -> bool:
        """Whether images carry their parameters: unless the user or the server has switched it off."""
        return all(self.defaults(owner).metadata is not False for owner in _owners(user_id, guild_id))

    def complete(
        self, typed: Chosen, *, user_id: int, guild_id: int, catalog: Catalog, unsafe_allowed: bool
    ) -> Completed | None:
        """What counts of an order, see `jobs.choices.merge`; None where the preset that was typed is not there."""
        preset = None
        if Option.PRESET in typed:
            preset = self.find(str(typed[Option.PRESET]), user_id=user_id, guild_id=guild_id)
            if preset is None:
                return None
        defaults = [self.defaults(owner).options for owner in _owners(user_id, guild_id)]
        merged = merge(typed, preset=preset, defaults=defaults, catalog=catalog, unsafe_allowed=unsafe_allowed)
        return Completed(typed=typed, merged=merged, preset=preset)

    # ── write ────────────────────────────────────────────────────────────────

    async def save(self, preset: Preset, *, overwrite: bool) -> Saved:
        """Keep a preset; `overwrite`: also in the place of one of that name."""
        async with self._writing:
            there = self._presets.setdefault(preset.owner, {})
            if preset.key in there and not overwrite:
                return Saved.NAME_TAKEN
            if preset.key not in there and len(there) >= PRESETS_MOST:
                return Saved.TOO_MANY
            await self._records.save_preset(preset)
            there[preset.key] = preset
            return Saved.KEPT

    async def rename(self, preset: Preset, name: str) -> Saved:
        """Give a preset another name."""
        renamed = replace(preset, name=name)
        async with self._writing:
            there = self._presets.get(preset.owner, {})
            if there.get(preset.key) != preset:
                return Saved.GONE
            if renamed.key != preset.key and renamed.key in there:
                return Saved.NAME_TAKEN
            await self._records.rename_preset(preset, name)
            del there[preset.key]
            there[renamed.key] = renamed
            return Saved.KEPT

    async def remove(self, preset: Preset) -> None:
        """Forget a preset; harmless when it is gone already."""
        async with self._writing:
            await self._records.remove_preset(preset)
            self._presets.get(preset.owner, {}).pop(preset.key, None)

    async def decide(self, owner: Owner, decided: Chosen, *, undecided: Sequence[Option] = ()) -> Defaults:
        """Change some of the owner's defaults; `undecided` are those that there is none for any more."""
        if not {*decided, *undecided} <= set(DEFAULT_OPTIONS):
            raise ValueError(f"no defaults: {[*decided, *undecided]}")
        async with self._writing:
            now = self.defaults(owner)
            options = {option: value for option, value in now.options.items() if option not in undecided}
            return await self._keep(owner, replace(now, options=options | dict(decided)))

    async def decide_metadata(self, owner: Owner, *, written: bool | None) -> Defaults:
        """Whether images carry their parameters."""
        async with self._writing:
            return await self._keep(owner, replace(self.defaults(owner), metadata=written))

    async def reset(self, owner: Owner) -> Defaults:
        """Forget all of the owner's defaults."""
        async with self._writing:
            return await self._keep(owner, _UNDECIDED)

    async def forget(self, user_id: int, pseudonym: int) -> None:
        """Forget what this user has kept; what they saved for a server stays, under the pseudonym."""
        async with self._writing:
            await self._records.forget_presets(user_id, pseudonym)
            self._presets.pop(Owner.user(user_id), None)
            self._defaults.pop(Owner.user(user_id), None)
            for there in self._presets.values():
                saved = {key: preset for key, preset in there.items() if preset.saved_by == user_id}
                there.update({key: replace(preset, saved_by=pseudonym) for key, preset in saved.items()})

    async def drop_server(self, guild_id: int) -> None:
        """Forget what a server has kept; the bot is not there any more."""
        async with self._writing:
            await self._records.remove_server_presets(guild_id)
            self._presets.pop(Owner.server(guild_id), None)
            self._defaults.pop(Owner.server(guild_id), None)

    async def _keep(self, owner: Owner, defaults: Defaults) -> Defaults:
        await self._records.save_defaults(owner, defaults)
        if defaults == _UNDECIDED:
            self._defaults.pop(owner, None)
        else:
            self._defaults[owner] = defaults
        return defaults


def word_for(preset: Preset) -> str:
    """What `Shelf.find` finds it by, also where another owner has one of that name."""
    return f"{_MARKS[preset.owner.kind]}:{preset.name}"


def _owners(user_id: int, guild_id: int) -> list[Owner]:
    return [Owner.user(user_id), *([Owner.server(guild_id)] if guild_id != DIRECT else [])]
