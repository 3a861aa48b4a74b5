"""The stricter of the server's rules and the operator's counts; where images may be made."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.servers.binding import is_open, library_rules, make_rules
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, LibraryRules, MakeRules, PlaceRules, ServerRules, Who
from jobs.servers.servers import Servers
from storage.store import open_store
from tests.jobs.support import MovableClock

HERE = 1
CHANNEL, CATEGORY, THREAD = 10, 20, 30


async def decided(path: Path, here: ServerRules, everywhere: ServerRules) -> Servers:
    async with open_store(path, MovableClock()) as store:
        servers = Servers(store, MovableClock())
        for guild_id, rules in ((HERE, here), (EVERYWHERE, everywhere)):
            changed = Change(guild_id=guild_id, actor_id=9, action="make.set")
            await servers.change(guild_id, lambda _, to=rules: to, entry=lambda _, noted=changed: noted)  # type: ignore[misc]
        return servers


@pytest.mark.parametrize("swapped", [False, True])
async def test_of_two_rules_the_stricter_counts_whoever_made_it(tmp_path: Path, *, swapped: bool) -> None:
    one = MakeRules(models=frozenset({"a", "b"}), largest_count=2, private=True)
    other = MakeRules(models=frozenset({"b", "c"}), largest_count=3, largest_side=1024, private=False)
    loose, strict = LibraryRules(), LibraryRules(approval=True, raw_sources=Who.MODERATORS)
    first, second = ServerRules(make=one, library=loose), ServerRules(make=other, library=strict)
    servers = await decided(tmp_path / "bot.db", *((second, first) if swapped else (first, second)))
    assert make_rules(servers, HERE) == MakeRules(
        models=frozenset({"b"}), largest_count=2, largest_side=1024, private=False
    )
    assert library_rules(servers, HERE) == strict
    assert make_rules(servers, 2) == servers.everywhere.make


async def test_without_a_decision_everything_is_open_and_approvers_are_the_servers_own(tmp_path: Path) -> None:
    mine = LibraryRules(approvers=frozenset({5}))
    servers = await decided(tmp_path / "bot.db", ServerRules(library=mine), ServerRules())
    assert make_rules(servers, HERE) == MakeRules()
    assert library_rules(servers, HERE) == mine
    assert library_rules(servers, 2) == LibraryRules()


def rules(*, allowed: set[int] | None = None, denied: set[int] | None = None) -> PlaceRules:
    return PlaceRules(allowed=frozenset(allowed or ()), denied=frozenset(denied or ()))


def test_a_thread_is_as_its_channel_and_a_channel_as_its_category() -> None:
    for named in (CHANNEL, CATEGORY, THREAD):
        assert is_open(rules(allowed={named}), {CHANNEL, CATEGORY, THREAD})
        assert not is_open(rules(denied={named}), {CHANNEL, CATEGORY, THREAD})
    assert is_open(rules(), {CHANNEL})
    assert not is_open(rules(allowed={99}), {CHANNEL, CATEGORY})


@given(st.frozensets(st.integers(1, 5)), st.frozensets(st.integers(1, 5)), st.frozensets(st.integers(1, 5)))
def test_what_is_denied_is_closed_whatever_is_allowed(
    allowed: frozenset[int], denied: frozenset[int], places: frozenset[int]
) -> None:
    both = PlaceRules(allowed=allowed, denied=denied)
    assert is_open(both, places) <= is_open(replace(both, denied=frozenset()), places)
    assert not (is_open(both, places) and places & denied)
