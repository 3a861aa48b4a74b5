"""Libraries in memory and in the database say the same, whoever writes at the same time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.library.entry import Entry, Facts
from jobs.library.libraries import Author, Libraries, Refusal
from jobs.library.library import ENTRIES_MOST, OF_A_MEMBER
from jobs.ports import StoreUnavailable
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, LibraryRules
from jobs.servers.servers import Servers
from storage.store import SqlStore, open_store
from tests.jobs.support import MovableClock

MARA = Author(user_id=7, is_moderator=False)
OLGA = Author(user_id=9, is_moderator=True)
GRAIN = Facts(name="Grain", source="o/grain", triggers=("ohwx",))


def facts(number: int) -> Facts:
    return Facts(name=f"Style {number}", source="o/r")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """The real one."""
    async with open_store(tmp_path / "bot.db", MovableClock()) as opened:
        yield opened


@pytest.fixture
def servers(store: SqlStore) -> Servers:
    """None has decided anything."""
    return Servers(store, MovableClock())


@pytest.fixture
def libraries(store: SqlStore, servers: Servers) -> Libraries:
    """Of an empty database."""
    return Libraries(store, MovableClock(), servers)


async def after_a_restart(store: SqlStore) -> Libraries:
    again = Libraries(store, MovableClock(), Servers(store, MovableClock()))
    await again.load()
    return again


async def demand_approval(servers: Servers, guild_id: int = 1) -> None:
    await servers.change(
        guild_id,
        lambda rules: replace(rules, library=LibraryRules(approval=True)),
        entry=lambda _rules: Change(guild_id=guild_id, actor_id=9, action="library.set"),
    )


async def added(libraries: Libraries, new: Facts = GRAIN, author: Author = MARA) -> Entry:
    entry = await libraries.add(1, new, author)
    assert isinstance(entry, Entry)
    return entry


async def test_what_is_written_is_known_at_once_and_after_a_restart(store: SqlStore, libraries: Libraries) -> None:
    grain = await added(libraries)
    ink = await added(libraries, Facts(name="Ink", source="o/ink"))
    await libraries.change(grain, replace(GRAIN, name="Film"), MARA, preview=b"picture")
    await libraries.remove(ink)
    for known in (libraries, await after_a_restart(store)):
        library = known.of(1)
        [entry] = library.entries()
        assert entry == library.find(" FILM ") == library.get(grain.id) == library.of_source("o/grain")[0]
        assert library.find("Grain") is library.find("Ink") is library.get(ink.id) is None
        assert library.of_source("o/ink") == []
        assert await known.preview(entry) == b"picture"
        assert len(known.of(2)) == len(known.of(None)) == 0


async def test_of_many_who_add_the_same_name_at_once_one_succeeds(libraries: Libraries) -> None:
    done = await asyncio.gather(*(libraries.add(1, replace(GRAIN, source=f"o/{each}"), MARA) for each in range(9)))
    assert sorted(isinstance(each, Entry) for each in done) == [False] * 8 + [True]
    assert {each for each in done if isinstance(each, Refusal)} == {Refusal.NAME_TAKEN}


async def test_a_member_adds_so_many_and_a_moderator_goes_on(libraries: Libraries) -> None:
    for number in range(OF_A_MEMBER):
        await added(libraries, facts(number))
    assert await libraries.add(1, GRAIN, MARA) is Refusal.MEMBER_FULL
    await added(libraries, GRAIN, OLGA)


async def test_a_full_library_takes_no_more_but_replaces(libraries: Libraries, store: SqlStore) -> None:
    several = [facts(number) for number in range(ENTRIES_MOST)]
    assert await libraries.bring(1, several, OLGA) is None
    assert await libraries.add(1, GRAIN, OLGA) is Refusal.FULL
    assert await libraries.bring(1, [*several[:9], GRAIN], OLGA) is Refusal.FULL
    assert await libraries.bring(1, [replace(several[0], source="o/new")], OLGA) is None
    library = (await after_a_restart(store)).of(1)
    assert len(library) == ENTRIES_MOST
    assert (library.find("Style 0"), library.find("Grain")) == (libraries.of(1).find("Style 0"), None)
    assert [entry.facts.name for entry in library.of_source("o/new")] == ["Style 0"]


async def test_with_approval_members_entries_wait_and_changed_ones_wait_again(
    libraries: Libraries, servers: Servers
) -> None:
    early = await added(libraries)
    await demand_approval(servers)
    late = await added(libraries, facts(1))
    assert (early.approved, late.approved) == (True, False)
    assert (await added(libraries, facts(2), OLGA)).approved
    changed = await libraries.change(early, replace(GRAIN, source="o/else"), MARA)
    assert isinstance(changed, Entry)
    assert not changed.approved
    assert {*libraries.of(1).waiting()} == {changed, late}
    approved = await libraries.approve(changed)
    assert isinstance(approved, Entry)
    kept = await libraries.change(approved, GRAIN, OLGA)
    assert isinstance(kept, Entry)
    assert kept.approved


async def test_where_the_operator_demands_approval_it_is_so_in_every_server(
    libraries: Libraries, servers: Servers
) -> None:
    await demand_approval(servers, EVERYWHERE)
    assert not (await added(libraries)).approved


async def test_what_approvers_add_or_change_waits_for_nobody(libraries: Libraries, servers: Servers) -> None:
    await demand_approval(servers)
    approver = Author(user_id=8, is_moderator=False, approves=True)
    entry = await added(libraries, GRAIN, approver)
    assert entry.approved
    changed = await libraries.change(entry, replace(GRAIN, source="o/else"), approver)
    assert isinstance(changed, Entry)
    assert changed.approved


async def test_nothing_is_approved_that_was_changed_meanwhile(libraries: Libraries, servers: Servers) -> None:
    await demand_approval(servers)
    seen = await added(libraries)
    await libraries.change(seen, replace(GRAIN, source="o/else"), MARA)
    assert await libraries.approve(seen) is Refusal.GONE
    assert not libraries.of(1).entries()[0].approved


async def test_what_is_gone_is_neither_changed_nor_approved(libraries: Libraries) -> None:
    entry = await added(libraries)
    for _ in range(2):
        await libraries.remove(entry)
    assert await libraries.change(entry, GRAIN, OLGA) is Refusal.GONE
    assert await libraries.approve(entry) is Refusal.GONE


class Failing:
    """A database that is away."""

    async def save_entries(self, entries: Sequence[Entry]) -> None:
        raise StoreUnavailable(f"{len(entries)} entries")

    async def remove_entry(self, entry: Entry) -> None:
        raise StoreUnavailable(entry.id)

    async def save_preview(self, entry: Entry, picture: bytes) -> None:
        raise StoreUnavailable(f"{entry.id}: {len(picture)}")


async def test_what_the_database_did_not_take_is_not_in_memory_either(
    libraries: Libraries, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await added(libraries)
    for name in ("save_entries", "remove_entry", "save_preview"):
        monkeypatch.setattr(store, name, getattr(Failing(), name))
    for write in (
        libraries.add(1, facts(1), MARA),
        libraries.add(1, facts(2), MARA, preview=b"x"),
        libraries.change(entry, facts(3), MARA),
        libraries.bring(1, [facts(4)], OLGA),
        libraries.remove(entry),
    ):
        with pytest.raises(StoreUnavailable):
            await write
    assert libraries.of(1).entries() == [entry]
