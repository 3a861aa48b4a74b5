"""What is removed from the database's files and the disk, and what never is."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import jobs.housekeeping
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.housekeeping import AUDIT_KEPT, ENDED_KEPT, Housekeeper, Keeping
from jobs.model import Failure, Job, Posted, StoredImage
from jobs.outcomes import Admitted
from jobs.sentence import verbatim
from jobs.servers.people_records import Ban
from jobs.servers.records import Change
from jobs.servers.servers import Servers
from jobs.status import Status
from tests.jobs.support import Rig
from tests.support import within

DAY = 24 * 3600 * 1000
FOREVER = 10**12
ENTRY = Change(guild_id=2, actor_id=9, action="retention.set")
NO_FOX = Failure(reason=Reason.REJECTED, user_message=verbatim("No such fox."), detail="HTTP 400: no such fox")


def keeper(rig: Rig, *, days: int = 30, results: int = FOREVER) -> Housekeeper:
    return with_rules(rig, Servers(rig.store, rig.clock), days=days, results=results)


def with_rules(rig: Rig, servers: Servers, *, days: int = 30, results: int = FOREVER) -> Housekeeper:
    return Housekeeper(rig.store, rig.files, rig.clock, Keeping(days=days, results=results), servers)


async def finished(rig: Rig, status: Status, *, size: int = 100) -> Job:
    """A finished job; its images are on the disk where it is undelivered."""
    job = await rig.running()
    if status is Status.FAILED:
        ended = await rig.store.mark_failed(job.id, NO_FOX)
    else:
        folder = await rig.prepare(job.id)
        await asyncio.to_thread((folder / "1.png").write_bytes, b"p" * size)
        image = StoredImage(name="1.png", format="png", width=8, height=8, size=size)
        await rig.store.mark_delivering(job.id, images=[image], cost=None, prediction_id=None)
        if status is Status.DELIVERED:
            await rig.files.discard(job.id)
            ended = await rig.store.mark_delivered(job.id, posted=Posted(channel_id=3, message_id=6))
        else:
            ended = await rig.store.mark_undelivered(job.id, detail="nowhere to be found")
    assert ended is not None
    rig.clock.advance(1)
    return ended


async def removed(rig: Rig, *jobs: Job) -> list[bool]:
    found = [await rig.store.get(job.id) for job in jobs]
    return [job is not None and job.removed_at is not None for job in found]


def occurrences(folder: Path, *secrets: str) -> int:
    """How often any word of any job stands in any file of the database."""
    words = ["a fox", "reply-token", "No such fox.", "no such fox", "nowhere to be found", *secrets]
    data = b"".join(path.read_bytes() for path in folder.glob("bot.db*"))
    return sum(data.count(word.encode()) for word in words)


async def test_old_words_are_gone_from_the_files_of_the_database_and_the_sums_stay(rig: Rig, tmp_path: Path) -> None:
    """Not only from its rows: pages keep what was deleted, where SQLite was not built to overwrite it."""
    for pragma in ("secure_delete = OFF", "synchronous = OFF"):  # the second one for speed
        await rig.store._engine._writer.execute_fetchall(f"PRAGMA {pragma}")  # type: ignore[attr-defined]
    rig.allowance = 1_000
    ends = (Status.DELIVERED, Status.UNDELIVERED, Status.FAILED)
    made = [await finished(rig, ends[number % 3]) for number in range(48)]
    secrets = [secret for job in made for secret in (job.webhook_token, job.webhook_secret)]
    assert await asyncio.to_thread(occurrences, tmp_path, *secrets) > 200
    used, ledger = await rig.used(), await asyncio.to_thread(_ledger, tmp_path)
    rig.clock.advance(30 * DAY)
    await keeper(rig).tidy()
    assert await asyncio.to_thread(occurrences, tmp_path, *secrets) == 0
    assert await rig.files.job_ids() == []
    assert await asyncio.to_thread(_ledger, tmp_path) == ledger
    assert len(await rig.store.recent_durations("flux-lora", limit=5)) == 5
    rig.clock.advance(-30 * DAY)
    assert await rig.used() == used


def _ledger(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        return connection.execute("SELECT kind, COUNT(*), SUM(images) FROM ledger GROUP BY kind").fetchall()


async def test_younger_and_unfinished_jobs_keep_their_words(rig: Rig) -> None:
    unfinished = await rig.running()
    old = await finished(rig, Status.DELIVERED)
    rig.clock.advance(30 * DAY)
    young = await finished(rig, Status.UNDELIVERED)
    await keeper(rig).tidy()
    assert await removed(rig, unfinished, old, young) == [False, True, False]
    assert await rig.files.job_ids() == [young.id]


async def test_days_of_zero_keep_everything(rig: Rig) -> None:
    job = await finished(rig, Status.FAILED)
    rig.clock.advance(10_000 * DAY)
    await keeper(rig, days=0).tidy()
    assert await removed(rig, job) == [False]


async def test_beyond_the_cap_the_oldest_results_that_nobody_got_are_dropped(rig: Rig) -> None:
    jobs = [await finished(rig, Status.UNDELIVERED, size=1000) for _ in range(4)]
    await keeper(rig, results=2500).tidy()
    assert await removed(rig, *jobs) == [True, True, False, False]
    assert list(await rig.files.job_ids()) == [job.id for job in jobs[2:]]


async def test_what_its_user_has_seen_goes_before_what_nobody_has(rig: Rig) -> None:
    """Only its files: the history still lists it, and says that they are no longer kept."""
    kept = [await finished(rig, Status.UNDELIVERED, size=1000) for _ in range(2)]
    seen = [await finished(rig, Status.UNDELIVERED, size=1000) for _ in range(2)]
    for job in seen:
        await rig.store.mark_delivered(job.id, posted=Posted(channel_id=3, message_id=6))
    await keeper(rig, results=3500).tidy()
    assert list(await rig.files.job_ids()) == [kept[0].id, kept[1].id, seen[1].id]
    await keeper(rig, results=1500).tidy()
    assert list(await rig.files.job_ids()) == [kept[1].id]
    assert await removed(rig, *kept, *seen) == [True, False, False, False]


async def test_what_is_still_to_be_delivered_is_never_dropped(rig: Rig) -> None:
    """However much it is: the others make room for it."""
    kept = await finished(rig, Status.UNDELIVERED, size=10)
    coming = await rig.running()
    folder = await rig.prepare(coming.id)
    await asyncio.to_thread((folder / "1.png").write_bytes, b"p" * 5000)
    await keeper(rig, results=100).tidy()
    assert await removed(rig, kept, coming) == [True, False]
    assert await rig.files.job_ids() == [coming.id]


async def test_a_round_goes_on_until_nothing_old_is_left(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches, between which others write."""
    monkeypatch.setattr(jobs.housekeeping, "BATCH", 2)
    monkeypatch.setattr(jobs.housekeeping, "BREATH", 0.0)
    old = [await finished(rig, Status.FAILED) for _ in range(5)]
    rig.clock.advance(30 * DAY)
    await keeper(rig).tidy()
    assert await removed(rig, *old) == [True] * 5


async def test_creates_of_finished_jobs_are_forgotten_after_a_day_also_where_words_are_kept(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.housekeeping, "BATCH", 2)
    monkeypatch.setattr(jobs.housekeeping, "BREATH", 0.0)
    for _ in range(5):
        await finished(rig, Status.DELIVERED)
    house = keeper(rig, days=0)
    rig.clock.advance(DAY - 10)
    await house.tidy()
    assert await rig.store.prune(before=rig.clock.now(), limit=1) == 1  # they are still there
    rig.clock.advance(20)
    await house.tidy()
    assert await rig.store.prune(before=rig.clock.now(), limit=1) == 0


async def test_the_files_are_rewritten_once_a_day_at_most(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []

    async def compact() -> None:
        times.append(rig.clock.now())

    monkeypatch.setattr(rig.store, "compact", compact)
    house = keeper(rig, days=1)
    for _ in range(4):
        await finished(rig, Status.FAILED)
        rig.clock.advance(DAY // 2)
        await house.tidy()
    assert len(times) == 2
    rig.clock.advance(DAY)
    await house.tidy()
    await house.tidy()
    assert len(times) == 3
    rig.clock.advance(DAY)
    await house.tidy()  # nothing was removed since
    assert len(times) == 3


async def test_what_is_over_is_forgotten_in_time_and_the_audit_log_later(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at once a day, in batches between which others write."""
    monkeypatch.setattr(jobs.housekeeping, "BATCH", 2)
    monkeypatch.setattr(jobs.housekeeping, "BREATH", 0.0)
    for user in range(5):
        ban = Ban(guild_id=1, user_id=user, reason="", by=9, at=0, expires_at=rig.clock.now())
        await rig.store.save_ban(ban, replace(ENTRY, guild_id=1))
    house = keeper(rig)
    rig.clock.advance(ENDED_KEPT)
    await house.tidy()
    rig.clock.advance(DAY - 1)
    await house.tidy()
    assert await rig.store.prune_ended(before=rig.clock.now(), limit=1) == 1  # they are still there
    rig.clock.advance(1)
    await house.tidy()
    assert await rig.store.prune_ended(before=rig.clock.now(), limit=1) == 0
    assert len(await rig.store.changes(1, limit=9)) == 5
    rig.clock.advance(AUDIT_KEPT - ENDED_KEPT)
    await house.tidy()
    assert await rig.store.changes(1, limit=9) == []


async def test_a_disk_in_trouble_ends_no_round(rig: Rig, tmp_path: Path) -> None:
    """Rows go first; files that cannot be removed now are swept by the next start."""
    old = await finished(rig, Status.UNDELIVERED)
    rig.clock.advance(30 * DAY)
    await rig.files.discard(old.id)
    results = tmp_path / "results"
    results.rmdir()
    results.write_text("where a folder should be")
    with capture_logs() as log:
        await keeper(rig, results=0).tidy()
    assert await removed(rig, old) == [True]
    assert [entry["event"] for entry in log if entry["log_level"] == "warning"] == [
        "files could not be removed",
        "the kept results could not be measured",
    ]


@pytest.mark.parametrize(
    ("operator", "server", "kept"), [(0, None, 0), (0, 7, 7), (30, None, 30), (30, 7, 7), (7, 30, 7), (30, 0, 30)]
)
async def test_of_what_the_server_and_the_operator_say_the_shorter_counts(
    rig: Rig, operator: int, server: int | None, kept: int
) -> None:
    servers = Servers(rig.store, rig.clock)
    await servers.change(2, lambda rules: replace(rules, retention_days=server), entry=lambda _: ENTRY)
    assert with_rules(rig, servers, days=operator).days_kept(2) == kept
    assert with_rules(rig, servers, days=operator).days_kept(3) == operator


async def test_each_servers_words_go_in_its_own_time(rig: Rig) -> None:
    servers = Servers(rig.store, rig.clock)
    await servers.change(2, lambda rules: replace(rules, retention_days=7), entry=lambda _: ENTRY)
    here = await finished(rig, Status.DELIVERED)
    elsewhere = replace(rig.order(), guild_id=3)
    admission = await rig.store.admit(elsewhere, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(5))
    assert isinstance(admission, Admitted)
    await rig.store.mark_failed(admission.job.id, NO_FOX)
    keeper = with_rules(rig, servers, days=30)
    rig.clock.advance(7 * DAY)
    await keeper.tidy()
    assert await removed(rig, here, admission.job) == [True, False]
    rig.clock.advance(23 * DAY + 1)
    await keeper.tidy()
    assert await removed(rig, here, admission.job) == [True, True]


async def test_what_others_removed_is_wiped_from_the_files_by_the_next_round(rig: Rig, tmp_path: Path) -> None:
    job = await finished(rig, Status.FAILED)
    await rig.store.remove(job)
    keeper = with_rules(rig, Servers(rig.store, rig.clock))
    await keeper.tidy()
    keeper.note_remains()
    await keeper.tidy()
    assert occurrences(tmp_path) == 0
