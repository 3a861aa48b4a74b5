"""Presets and defaults outlive a restart, each owner's apart from all others'."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from jobs.parameters import Option
from jobs.presets import Defaults, Owner, Preset
from storage.errors import Duplicate
from storage.store import SqlStore

OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
MARA, BEN, SERVER = Owner.user(7), Owner.user(8), Owner.server(7)  # a user and a server may have the same number
NOIR = Preset(
    owner=MARA,
    name="Noir",
    options={Option.MODEL: "flux-lora", Option.STEPS: 12, Option.GUIDANCE: 2.5, Option.SAFETY: False},
    style="film noir, “grainy” 🦊",
    saved_by=7,
)


async def kept(store: SqlStore) -> list[Preset]:
    return sorted(await store.presets(), key=lambda preset: (preset.owner.kind, preset.owner.id, preset.key))


async def test_a_preset_is_the_same_after_a_restart(store: SqlStore, open_again: OpenStore) -> None:
    await store.save_preset(NOIR)
    async with open_again() as restarted:
        [found] = await restarted.presets()
    assert found == NOIR
    assert {option: type(value) for option, value in found.options.items()} == {
        Option.MODEL: str, Option.STEPS: int, Option.GUIDANCE: float, Option.SAFETY: bool,
    }  # fmt: skip


async def test_saving_under_the_same_name_in_another_case_takes_its_place(store: SqlStore) -> None:
    await store.save_preset(NOIR)
    louder = replace(NOIR, name="NOIR", options={Option.STEPS: 50}, style="", saved_by=9)
    await store.save_preset(louder)
    assert await kept(store) == [louder]


async def test_each_owner_has_names_of_its_own(store: SqlStore) -> None:
    several = [replace(NOIR, owner=owner) for owner in (SERVER, MARA, BEN)]
    for preset in several:
        await store.save_preset(preset)
    await store.remove_preset(several[0])
    await store.rename_preset(several[1], "Dark")
    assert await kept(store) == [replace(NOIR, name="Dark"), several[2]]


async def test_a_name_that_is_taken_is_not_given_twice(store: SqlStore) -> None:
    other = replace(NOIR, name="Dark")
    await store.save_preset(NOIR)
    await store.save_preset(other)
    with pytest.raises(Duplicate):
        await store.rename_preset(NOIR, "DARK")
    assert await kept(store) == [other, NOIR]
    await store.rename_preset(NOIR, "nOIR")  # its own name in another case is free
    assert [preset.name for preset in await kept(store)] == ["Dark", "nOIR"]


async def test_defaults_are_the_same_after_a_restart_and_leave_nothing_when_reset(
    store: SqlStore, open_again: OpenStore
) -> None:
    decided = Defaults(options={Option.SIZE: "square", Option.PRIVATE: True}, metadata=False)
    await store.save_defaults(MARA, Defaults(options={Option.COUNT: 4}))
    await store.save_defaults(MARA, decided)
    await store.save_defaults(SERVER, Defaults(metadata=True))
    await store.save_defaults(BEN, decided)
    await store.save_defaults(BEN, Defaults())
    async with open_again() as restarted:
        assert await restarted.defaults() == {MARA: decided, SERVER: Defaults(metadata=True)}


async def test_options_that_this_version_does_not_know_are_left_out(store: SqlStore) -> None:
    """A later version may have written them."""
    await store.save_preset(NOIR)
    async with store._engine.transaction() as connection:
        await store._sql.save_defaults(
            connection, owner_kind="user", owner_id=7, options='{"mood": 3, "steps": 9}', metadata=None, now=1
        )
    assert await store.defaults() == {MARA: Defaults(options={Option.STEPS: 9})}
