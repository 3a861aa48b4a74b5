"""Servers' rules, their audit log, and what a pause does to the queue."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from jobs.catalog import Provider
from jobs.model import Job
from jobs.queue import NextClaim
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, UNDECIDED, Caps, Pause, QuotaRules, ServerRules, Windows
from jobs.status import Status
from storage.store import SqlStore
from tests.storage.conftest import NOON, OpenStore

Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]

PAUSED = ServerRules(pause=Pause(by=9, at=NOON))


def change(guild: int = 1, action: str = "quota.set", *, target: str = "", before: str = "", after: str = "") -> Change:
    return Change(guild_id=guild, actor_id=9, action=action, target=target, before=before, after=after)


async def pause(store: SqlStore, guild: int = 1) -> None:
    await store.save_server_rules(guild, PAUSED, [change(guild, "pause")])


async def resume(store: SqlStore, guild: int = 1) -> None:
    await store.save_server_rules(guild, UNDECIDED, [change(guild, "resume")])


async def claimed(claim: Claim, most: int = 100) -> list[Job]:
    """Everything that can be sent, in the order of the claims."""
    return [job for _ in range(most) if (job := await claim()) is not None]


async def test_rules_and_their_entry_outlive_a_restart(open_again: OpenStore) -> None:
    rules = ServerRules(
        quota=QuotaRules(windows=Windows(day=5), roles={21: Windows(hour=1)}, exempt_users=frozenset({2**62})),
        caps=Caps(month=0),
        pause=Pause(by=9, at=NOON, reason="a “break”"),
    )
    async with open_again() as store:
        await store.save_server_rules(1, replace(rules, retention_days=3), [change(after="3")])
        await store.save_server_rules(1, rules, [change(before="3")])
        await store.save_server_rules(EVERYWHERE, PAUSED, [])
    async with open_again() as store:
        assert await store.server_rules() == {1: rules, EVERYWHERE: PAUSED}
        assert {(entry.before, entry.after) for entry in await store.changes(1, limit=10)} == {("", "3"), ("3", "")}


async def test_entries_are_read_newest_first_page_by_page_and_server_by_server(
    store: SqlStore, advance: Callable[[int], None]
) -> None:
    for number in range(5):
        await store.note_changes([change(target=f"{number}"), change(guild=2, target="another's")])
        advance(1)
    first = await store.changes(1, limit=3)
    assert [entry.target for entry in first] == ["4", "3", "2"]
    assert first[0].at == NOON + 4
    assert [entry.target for entry in await store.changes(1, before=first[-1].id, limit=3)] == ["1", "0"]


async def test_entries_wait_until_somebody_has_told_of_them(store: SqlStore, advance: Callable[[int], None]) -> None:
    for number in range(3):
        await store.note_changes([change(target=f"{number}")])
        advance(1)
    await store.note_changes([change(guild=2)])
    assert set(await store.untold_servers()) == {1, 2}
    told = await store.untold_changes(1, limit=2)
    assert [entry.target for entry in told] == ["0", "1"]
    await store.mark_changes_told([entry.id for entry in told])
    assert [entry.target for entry in await store.untold_changes(1, limit=2)] == ["2"]
    assert (await store.count_untold_changes(1), await store.count_untold_changes(2)) == (1, 1)
    assert len(await store.changes(1, limit=10)) == 3


async def test_what_waits_of_a_paused_server_is_not_sent_and_is_after_it(
    store: SqlStore, admit: Admit, claim: Claim
) -> None:
    """Another server's jobs go on meanwhile."""
    held, other = await admit(guild=1), await admit(guild=2)
    await pause(store)
    assert [job.id for job in await claimed(claim)] == [other.id]
    kept = await store.get(held.id)
    assert kept is not None
    assert (kept.status, kept.attempts) == (Status.QUEUED, 0)
    found = await store.next_claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9)
    assert found == NextClaim(is_wanted=False)
    await resume(store)
    assert [job.id for job in await claimed(claim)] == [held.id]


async def test_a_pause_outlives_a_restart(open_again: OpenStore, store: SqlStore, admit: Admit) -> None:
    await admit()
    await pause(store)
    async with open_again() as again:
        assert await again.claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9) is None


async def test_what_is_queued_again_while_paused_is_held_too(
    store: SqlStore, admit: Admit, claim: Claim, advance: Callable[[int], None]
) -> None:
    """Also what is only due later, and what was let in at the very moment of the pause."""
    await admit()
    sent = await claim()
    assert sent is not None
    await pause(store)
    await store.requeue(sent.id, not_before=NOON + 1_000)
    advance(2_000)
    await admit(guild=1)
    other = await admit(guild=2)
    assert [job.id for job in await claimed(claim)] == [other.id]
    found = await store.next_claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9)
    assert found == NextClaim(is_wanted=False)
    await resume(store)
    assert sent.id in {job.id for job in await claimed(claim)}


async def test_a_claim_that_meets_a_paused_job_counts_no_attempt(store: SqlStore, admit: Admit, claim: Claim) -> None:
    await pause(store)
    job = await admit()
    assert await claim(per_minute=1) is None
    await resume(store)
    taken = await claim(per_minute=1)
    assert taken is not None
    assert (taken.id, taken.attempts) == (job.id, 1)


async def test_a_change_of_other_rules_neither_holds_nor_releases(store: SqlStore, admit: Admit, claim: Claim) -> None:
    job = await admit()
    await pause(store)
    await store.save_server_rules(1, replace(PAUSED, caps=Caps(day=1)), [change()])
    assert await claim() is None
    await resume(store)
    await store.save_server_rules(1, ServerRules(caps=Caps(day=1)), [change()])
    taken = await claim()
    assert taken is not None
    assert taken.id == job.id


async def test_a_held_job_can_be_cancelled(store: SqlStore, admit: Admit) -> None:
    job = await admit()
    await pause(store)
    assert await store.mark_cancelling(job.id, sent_too=True) is not None


async def test_held_jobs_are_ahead_of_nobody_and_no_outage_ends_them(store: SqlStore, admit: Admit) -> None:
    held = await admit(guild=1)
    await pause(store)
    other = await admit(guild=2, user=8)
    assert (await store.place(other)).ahead == 0
    waiting = await store.queued(provider=Provider.EACHLABS, created_before=NOON, limit=10)
    assert [job.id for job in waiting] == [other.id]
    await resume(store)
    assert {job.id for job in await store.queued(provider=Provider.EACHLABS, created_before=NOON, limit=10)} == {
        held.id,
        other.id,
    }


async def test_what_was_held_does_not_come_before_everybody_else_afterwards(
    store: SqlStore, admit: Admit, claim: Claim, advance: Callable[[int], None]
) -> None:
    """Ten held jobs of one user and one of another: who comes then waits for one of each, not for all."""
    held = [await admit(guild=1, user=1) for _ in range(10)]
    held.append(await admit(guild=1, user=2))
    await pause(store)
    for _ in range(30):
        await admit(guild=2, user=3)
    await claimed(claim)
    await resume(store)
    advance(1)
    mine = await admit(guild=2, user=4)
    order = [job.id for job in await claimed(claim)]
    assert set(order[:3]) == {held[0].id, held[10].id, mine.id}
    assert [job for job in order if job in {each.id for each in held[:10]}] == [job.id for job in held[:10]]
