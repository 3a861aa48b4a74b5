"""Bans, quota resets and grants outlive a restart, each server's apart from all others', with their audit entries."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from jobs.model import Job
from jobs.servers.people_records import Ban, Grant
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE
from jobs.status import Status
from storage.store import SqlStore

OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
NOON = 1_795_262_400_000
DAY = 86_400_000
BAN = Ban(guild_id=1, user_id=7, reason="spam “a” 'b' 猫", by=9, at=NOON, expires_at=NOON + DAY)
NEW = Grant(user_id=7, images=10, used=0, expires_at=NOON + DAY, by=9, at=NOON)


def noted(action: str, guild: int = 1) -> Change:
    return Change(guild_id=guild, actor_id=9, action=action, target="7", before="b", after="a")


def granted(before: Grant | None, after: Grant | None) -> Change:
    def left(grant: Grant | None) -> str:
        return "" if grant is None else f"{grant.left}"

    return replace(noted("quota.grant"), before=left(before), after=left(after))


async def actions(store: SqlStore, guild: int = 1) -> list[str]:
    return [change.action for change in await store.changes(guild, limit=10)]


async def test_bans_are_the_same_after_a_restart_until_they_expire_or_are_lifted(
    store: SqlStore, open_again: OpenStore, advance: Callable[[int], None]
) -> None:
    elsewhere = replace(BAN, guild_id=EVERYWHERE, expires_at=None, by=0)
    await store.save_ban(BAN, noted("ban"))
    await store.save_ban(elsewhere, noted("ban", EVERYWHERE))
    async with open_again() as restarted:
        assert sorted(await restarted.bans(), key=lambda ban: ban.guild_id) == [elsewhere, BAN]
    advance(DAY - 1)
    assert len(await store.bans()) == 2
    advance(1)
    assert await store.bans() == [elsewhere]
    await store.remove_ban(guild_id=1, user_id=7, change=noted("unban"))
    assert await store.bans() == [elsewhere]
    await store.remove_ban(guild_id=EVERYWHERE, user_id=7, change=noted("unban", EVERYWHERE))
    assert await store.bans() == []
    assert await actions(store) == ["unban", "ban"]
    assert await actions(store, EVERYWHERE) == ["unban", "ban"]


async def test_a_ban_takes_the_place_of_the_former_one(store: SqlStore) -> None:
    longer = replace(BAN, reason="more spam", by=10, at=NOON + 1, expires_at=None)
    await store.save_ban(BAN, noted("ban"))
    await store.save_ban(longer, noted("ban"))
    assert await store.bans() == [longer]


async def test_a_reset_is_remembered_for_as_long_as_the_longest_window(
    store: SqlStore, advance: Callable[[int], None]
) -> None:
    await store.save_quota_reset(guild_id=1, user_id=7, since=NOON - 5, change=noted("quota.reset"))
    await store.save_quota_reset(guild_id=1, user_id=7, since=NOON, change=noted("quota.reset"))
    await store.save_quota_reset(guild_id=2, user_id=7, since=NOON - 5, change=noted("quota.reset", 2))
    assert await store.quota_resets() == {(1, 7): NOON, (2, 7): NOON - 5}
    assert await actions(store) == ["quota.reset", "quota.reset"]
    advance(30 * DAY - 1)
    assert await store.quota_resets() == {(1, 7): NOON}
    advance(1)
    assert await store.quota_resets() == {}


async def test_a_grant_is_added_to_while_it_lasts_and_the_later_expiry_counts(
    store: SqlStore, advance: Callable[[int], None]
) -> None:
    assert await store.add_grant(NEW, guild_id=1, granted=granted) == NEW
    advance(1_000)
    more = replace(NEW, images=5, at=NOON + 1_000, expires_at=NOON + 1_001, by=10)
    both = replace(NEW, images=15, by=10)
    assert await store.add_grant(more, guild_id=1, granted=granted) == both
    assert await store.user_grant(guild_id=1, user_id=7) == both
    assert await store.user_grant(guild_id=2, user_id=7) is None
    advance(500)  # entries of one millisecond have no order
    later = replace(more, expires_at=NOON + 2 * DAY)
    assert (await store.add_grant(later, guild_id=1, granted=granted)).expires_at == NOON + 2 * DAY
    entries = await store.changes(1, limit=10)
    assert [(entry.before, entry.after) for entry in entries] == [("15", "20"), ("10", "15"), ("", "10")]


async def test_a_used_up_grant_is_granted_again_until_the_new_expiry_and_what_is_refunded_finds_it(
    store: SqlStore, admit: Callable[..., Awaitable[Job]], change: Callable[[Job, Status], Awaitable[Job | None]]
) -> None:
    await store.add_grant(replace(NEW, images=2), guild_id=1, granted=granted)
    job = await admit(images=2, allowance=0)
    assert await store.server_grants(guild_id=1) == []
    assert not await store.remove_grant(guild_id=1, user_id=7, granted=granted)
    sooner = replace(NEW, images=3, at=NOON + 1, expires_at=NOON + DAY - 1)
    grant = await store.add_grant(sooner, guild_id=1, granted=granted)
    assert (grant.left, grant.expires_at, grant.at) == (3, NOON + DAY - 1, NOON)
    for status in (Status.CANCELLING, Status.CANCELLED):
        assert await change(job, status) is not None
    grants = await store.server_grants(guild_id=1)
    assert [grant.left for grant in grants] == [5]


async def test_an_expired_grant_is_nobodys_and_a_new_one_begins_in_its_place(
    store: SqlStore, advance: Callable[[int], None]
) -> None:
    await store.add_grant(NEW, guild_id=1, granted=granted)
    await store.add_grant(replace(NEW, user_id=8), guild_id=1, granted=granted)
    assert {grant.user_id for grant in await store.server_grants(guild_id=1)} == {7, 8}
    assert await store.server_grants(guild_id=2) == []
    advance(DAY)
    assert await store.user_grant(guild_id=1, user_id=7) is None
    assert await store.server_grants(guild_id=1) == []
    anew = replace(NEW, images=3, at=NOON + DAY, expires_at=NOON + 2 * DAY)
    assert await store.add_grant(anew, guild_id=1, granted=granted) == anew
    assert (await store.changes(1, limit=1))[0].before == ""


async def test_what_is_left_of_a_grant_can_be_taken_back_once(store: SqlStore, advance: Callable[[int], None]) -> None:
    assert not await store.remove_grant(guild_id=1, user_id=7, granted=granted)
    await store.add_grant(NEW, guild_id=1, granted=granted)
    advance(1)
    assert await store.remove_grant(guild_id=1, user_id=7, granted=granted)
    assert not await store.remove_grant(guild_id=1, user_id=7, granted=granted)
    assert await store.user_grant(guild_id=1, user_id=7) is None
    assert [(entry.before, entry.after) for entry in await store.changes(1, limit=10)] == [("10", ""), ("", "10")]


async def test_grants_at_the_same_time_all_count(store: SqlStore, open_again: OpenStore) -> None:
    async with open_again() as other:
        stores = [store, other] * 4
        await asyncio.gather(*(each.add_grant(NEW, guild_id=1, granted=granted) for each in stores))
    grant = await store.user_grant(guild_id=1, user_id=7)
    assert grant is not None
    assert grant.images == 80
    assert len(await actions(store)) == 8
