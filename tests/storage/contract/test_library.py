"""Libraries outlive a restart whole, each server's apart from all others'."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from jobs.library.entry import Entry, Facts
from storage.errors import Duplicate
from storage.store import SqlStore

OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
GRAIN = Entry(
    id="01grain0000000000000",
    guild_id=1,
    facts=Facts(
        name="Film “Grain” 🎞️",
        source="https://example.com/grain.safetensors?token=abc",
        models=("flux-lora", "flux-2-lora"),
        triggers=("film grain", "猫", 'a "b" \\ c'),
        scale=0.85,
        age_restricted=True,
    ),
    approved=False,
    added_by=7,
    added_at=1_795_262_400_000,
)
INK = replace(GRAIN, id="01ink000000000000000", facts=Facts(name="Ink", source="o/ink"), approved=True)
PICTURE = bytes(range(256)) * 20


async def kept(store: SqlStore) -> list[Entry]:
    return sorted(await store.library_entries(), key=lambda entry: entry.id)


async def test_entries_are_the_same_after_a_restart(store: SqlStore, open_again: OpenStore) -> None:
    await store.save_entries([GRAIN, INK])
    async with open_again() as restarted:
        assert await kept(restarted) == [GRAIN, INK]


async def test_an_entry_takes_the_place_of_its_former_self_and_keeps_its_preview(store: SqlStore) -> None:
    await store.save_preview(GRAIN, PICTURE)
    changed = replace(GRAIN, facts=replace(INK.facts, scale=2.0), approved=True)
    await store.save_entries([changed])
    assert await kept(store) == [replace(changed, has_preview=True)]
    assert await store.preview(GRAIN.id) == PICTURE


async def test_a_preview_takes_the_place_of_the_former_one(store: SqlStore, open_again: OpenStore) -> None:
    assert await store.preview(GRAIN.id) is None
    await store.save_preview(GRAIN, b"first")
    await store.save_preview(GRAIN, PICTURE)
    async with open_again() as restarted:
        assert await restarted.preview(GRAIN.id) == PICTURE


async def test_a_server_has_a_name_once_and_several_are_kept_all_or_none(store: SqlStore) -> None:
    await store.save_entries([GRAIN])
    same_name = replace(INK, facts=replace(INK.facts, name=GRAIN.facts.name.upper()))
    with pytest.raises(Duplicate):
        await store.save_entries([replace(INK, id="02other0000000000000"), same_name])
    assert await kept(store) == [GRAIN]
    elsewhere = replace(same_name, guild_id=2)
    await store.save_entries([elsewhere])
    assert await kept(store) == [GRAIN, elsewhere]


async def test_nothing_remains_of_what_is_removed(store: SqlStore) -> None:
    await store.save_preview(GRAIN, PICTURE)
    await store.save_entries([INK])
    for _ in range(2):
        await store.remove_entry(GRAIN)
    assert await kept(store) == [INK]
    assert await store.preview(GRAIN.id) is None
