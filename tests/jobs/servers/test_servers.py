"""Rules in memory: written first, then held, then told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest

from jobs.ports import StoreUnavailable
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, UNDECIDED, Caps, ServerRules
from jobs.servers.servers import Servers
from tests.jobs.support import MovableClock


class Records:
    """The database's place."""

    def __init__(self) -> None:
        self.rules: dict[int, ServerRules] = {}
        self.noted: list[Change] = []
        self.is_away = False

    async def server_rules(self) -> Mapping[int, ServerRules]:
        return self.rules

    async def save_server_rules(self, guild_id: int, rules: ServerRules, changes: Sequence[Change]) -> None:
        await self.note_changes(changes)
        self.rules[guild_id] = rules

    async def remove_server_rules(self, guild_id: int) -> None:
        self.rules.pop(guild_id, None)

    async def note_changes(self, changes: Sequence[Change]) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        self.noted += changes


def capped(cap: int, rules: ServerRules) -> ServerRules:
    return replace(rules, caps=Caps(day=cap))


def entry(rules: ServerRules) -> Change:
    return Change(guild_id=1, actor_id=9, action="caps.set", before=f"{rules.caps.day}")


async def test_a_change_is_kept_held_and_told_once() -> None:
    records = Records()
    servers = Servers(records, MovableClock())
    told: list[Change] = []
    servers.told.append(told.append)
    assert servers.of(1) == UNDECIDED
    for cap in (5, 5, 6):
        await servers.change(1, partial(capped, cap), entry=entry)
    assert servers.of(1).caps.day == records.rules[1].caps.day == 6
    assert [each.before for each in told] == [each.before for each in records.noted] == ["None", "5"]
    assert (servers.of(2), servers.everywhere) == (UNDECIDED, UNDECIDED)


async def test_what_cannot_be_kept_changes_nothing_and_is_not_told() -> None:
    records = Records()
    servers = Servers(records, MovableClock())
    told: list[Change] = []
    servers.told.append(told.append)
    records.is_away = True
    with pytest.raises(StoreUnavailable):
        await servers.change(1, lambda rules: capped(5, rules), entry=entry)
    with pytest.raises(StoreUnavailable):
        await servers.note(entry(UNDECIDED))
    assert (servers.of(1), told) == (UNDECIDED, [])


async def test_a_start_reads_what_was_decided() -> None:
    records = Records()
    records.rules = {1: capped(5, UNDECIDED), EVERYWHERE: capped(7, UNDECIDED)}
    servers = Servers(records, MovableClock())
    await servers.load()
    assert (servers.of(1).caps.day, servers.everywhere.caps.day) == (5, 7)
