from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from jobs.model import Job, Post, Posted
from jobs.ports import Clock
from storage.store import SqlStore

Admit = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


async def test_a_post_is_begun_then_named_and_a_restart_knows_it(
    store: SqlStore, open_again: OpenStore, admit: Admit, clock: Clock, advance: Advance
) -> None:
    """What was begun and never named is the doubt that a restart has to settle."""
    job, begun_at = await admit(), clock.now()
    await store.begin_post(job.id, "images 1-2", channel_id=5)
    advance(10)
    await store.begin_post(job.id, "images 3-3", channel_id=5)
    await store.name_post(job.id, "images 1-2", posted=Posted(channel_id=5, message_id=9))
    async with open_again() as restarted:
        assert await restarted.posts(job.id) == [
            Post(part="images 1-2", channel_id=5, begun_at=begun_at, message_id=9),
            Post(part="images 3-3", channel_id=5, begun_at=begun_at + 10),
        ]


async def test_a_repetition_keeps_the_first_moment_in_the_same_channel(
    store: SqlStore, admit: Admit, clock: Clock, advance: Advance
) -> None:
    """The message of the first try is still looked for; in another channel there was none before."""
    job, first = await admit(), clock.now()
    await store.begin_post(job.id, "ready", channel_id=5)
    advance(10)
    await store.begin_post(job.id, "ready", channel_id=5)
    assert await store.posts(job.id) == [Post(part="ready", channel_id=5, begun_at=first)]
    await store.begin_post(job.id, "ready", channel_id=6)
    assert await store.posts(job.id) == [Post(part="ready", channel_id=6, begun_at=first + 10)]


async def test_only_what_has_no_name_is_forgotten_or_begun_again(store: SqlStore, admit: Admit) -> None:
    """A message that is there stays known."""
    job = await admit()
    await store.begin_post(job.id, "ready", channel_id=5)
    await store.forget_post(job.id, "ready")
    assert await store.posts(job.id) == []
    await store.name_post(job.id, "ready", posted=Posted(channel_id=5, message_id=9))
    await store.forget_post(job.id, "ready")
    await store.begin_post(job.id, "ready", channel_id=6)
    [post] = await store.posts(job.id)
    assert (post.channel_id, post.message_id) == (5, 9)
