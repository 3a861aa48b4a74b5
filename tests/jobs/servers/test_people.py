"""Bans, resets and grants: what memory says is what the database holds, and every change is told once."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from jobs.ports import StoreUnavailable
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.servers.people import People
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE
from storage.store import SqlStore, open_store
from tests.jobs.support import MovableClock

HERE, THERE = 1, 2
ADMIN, MEMBER = 9, 7
DAY = 86_400_000


class Town:
    """People on a real database, and what they told."""

    def __init__(self, store: SqlStore, clock: MovableClock) -> None:
        self.told: list[Change] = []
        self.store, self.clock = store, clock
        self.people = self.anew()

    def anew(self) -> People:
        return People(self.store, self.clock, self.told.append, Pseudonyms(b"-" * 32))

    async def ban(self, guild: int = HERE, expires_in: int | None = None, reason: str = "spam") -> None:
        expires_at = None if expires_in is None else self.clock.now() + expires_in
        await self.people.set_ban(guild_id=guild, user_id=MEMBER, reason=reason, by=ADMIN, expires_at=expires_at)


def opened(folder: Path, clock: MovableClock) -> AbstractAsyncContextManager[SqlStore]:
    return open_store(folder / "bot.db", clock)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = MovableClock()
    async with opened(tmp_path, clock) as store:
        yield Town(store, clock)


async def test_a_ban_holds_in_its_server_alone_until_it_is_lifted(town: Town) -> None:
    await town.ban()
    ban = town.people.ban(HERE, MEMBER)
    assert ban is not None
    assert (ban.reason, ban.by, ban.at, ban.expires_at) == ("spam", ADMIN, town.clock.now(), None)
    assert town.people.ban(THERE, MEMBER) is None
    assert town.people.ban(HERE, ADMIN) is None
    assert await town.people.lift_ban(guild_id=THERE, user_id=MEMBER, by=ADMIN) is None
    assert await town.people.lift_ban(guild_id=HERE, user_id=MEMBER, by=ADMIN) == ban
    assert town.people.ban(HERE, MEMBER) is None
    assert await town.people.lift_ban(guild_id=HERE, user_id=MEMBER, by=ADMIN) is None


async def test_an_expired_ban_does_not_count_from_its_very_moment_on(town: Town) -> None:
    await town.ban(expires_in=DAY)
    town.clock.advance(DAY - 1)
    assert town.people.ban(HERE, MEMBER) is not None
    town.clock.advance(1)
    assert town.people.ban(HERE, MEMBER) is None
    assert town.people.bans_of(HERE) == []
    assert await town.people.lift_ban(guild_id=HERE, user_id=MEMBER, by=ADMIN) is None


async def test_the_operators_ban_holds_everywhere_and_no_server_lifts_it(town: Town) -> None:
    await town.ban(EVERYWHERE, reason="abuse")
    await town.ban(HERE)
    assert [ban.reason for guild in (HERE, THERE) if (ban := town.people.ban(guild, MEMBER))] == ["abuse", "abuse"]
    assert [ban.reason for ban in town.people.bans_of(HERE)] == ["spam"]
    await town.people.lift_ban(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    assert town.people.ban(HERE, MEMBER) is not None
    await town.people.lift_ban(guild_id=EVERYWHERE, user_id=MEMBER, by=0)
    assert town.people.ban(HERE, MEMBER) is None


async def test_what_was_decided_is_known_after_a_restart(town: Town) -> None:
    await town.ban(expires_in=DAY)
    await town.people.reset_quota(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    restarted = town.anew()
    assert restarted.ban(HERE, MEMBER) is None
    await restarted.load()
    assert restarted.ban(HERE, MEMBER) == town.people.ban(HERE, MEMBER)
    assert restarted.since(HERE, MEMBER) == town.clock.now()
    assert (restarted.since(THERE, MEMBER), restarted.since(HERE, ADMIN)) == (0, 0)


async def test_what_somebody_else_has_written_is_known_once_it_is_read_again(town: Town) -> None:
    other = town.anew()
    await other.set_ban(guild_id=EVERYWHERE, user_id=MEMBER, reason="abuse", by=0)
    assert town.people.ban(HERE, MEMBER) is None
    await town.people.load()
    assert town.people.ban(HERE, MEMBER) is not None


async def test_every_change_is_noted_and_told_with_before_and_after(town: Town) -> None:
    await town.ban(expires_in=DAY)
    town.clock.advance(1)
    await town.ban(reason="more spam")
    town.clock.advance(1)
    await town.people.lift_ban(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    town.clock.advance(1)
    await town.people.reset_quota(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    town.clock.advance(60_000)
    await town.people.reset_quota(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    until = town.clock.now() + DAY
    for images in (5, 3):
        town.clock.advance(1)  # entries of one millisecond have no order
        await town.people.add_grant(guild_id=HERE, user_id=MEMBER, images=images, expires_at=until, by=ADMIN)
    town.clock.advance(1)
    assert await town.people.take_grant_back(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    assert not await town.people.take_grant_back(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    assert [(change.action, change.before, change.after) for change in town.told] == [
        ("ban", "", "until 2027-01-16 08:00 UTC: spam"),
        ("ban", "until 2027-01-16 08:00 UTC: spam", "more spam"),
        ("unban", "more spam", ""),
        ("quota.reset", "", "2027-01-15 08:00 UTC"),
        ("quota.reset", "2027-01-15 08:00 UTC", "2027-01-15 08:01 UTC"),
        ("quota.grant", "", "5 of 5 left until 2027-01-16 08:01 UTC"),
        ("quota.grant", "5 of 5 left until 2027-01-16 08:01 UTC", "8 of 8 left until 2027-01-16 08:01 UTC"),
        ("quota.grant", "8 of 8 left until 2027-01-16 08:01 UTC", ""),
    ]
    assert {(change.guild_id, change.actor_id, change.target) for change in town.told} == {(HERE, ADMIN, str(MEMBER))}
    kept = list(reversed(await town.store.changes(HERE, limit=20)))
    assert [(change.action, change.before, change.after) for change in kept] == [
        (change.action, change.before, change.after) for change in town.told
    ]


async def test_grants_of_a_server_come_by_their_expiry(town: Town) -> None:
    for user, days in ((7, 3), (8, 1), (9, 2)):
        until = town.clock.now() + days * DAY
        await town.people.add_grant(guild_id=HERE, user_id=user, images=5, expires_at=until, by=ADMIN)
    assert [grant.user_id for grant in await town.people.grants_of(HERE)] == [8, 9, 7]
    grant = await town.people.grant(guild_id=HERE, user_id=7)
    assert grant is not None
    assert grant.left == 5
    assert await town.people.grant(guild_id=THERE, user_id=7) is None


async def test_what_the_database_did_not_take_does_not_count(tmp_path: Path) -> None:
    clock = MovableClock()
    async with opened(tmp_path, clock) as store:
        town = Town(store, clock)
    with pytest.raises(StoreUnavailable):
        await town.ban()
    with pytest.raises(StoreUnavailable):
        await town.people.reset_quota(guild_id=HERE, user_id=MEMBER, by=ADMIN)
    assert town.people.ban(HERE, MEMBER) is None
    assert town.people.since(HERE, MEMBER) == 0
    assert town.told == []
