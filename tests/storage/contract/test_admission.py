import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from jobs.catalog import Provider
from jobs.model import Job, Order
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, OverQuota
from jobs.ports import Clock
from jobs.servers.rules import Window
from jobs.status import Status
from storage.store import SqlStore
from tests.support import daily, usage_of_day, within

DAY = 86_400_000
MakeOrder = Callable[..., Order]
Admit = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]
JobIn = Callable[..., Awaitable[Job]]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


async def _ask(store: SqlStore, order: Order, *, allowance: int = 20) -> Admission:
    return await store.admit(order, provider=Provider.EACHLABS, estimated_cost=35_000, bounds=within(allowance))


async def _used(store: SqlStore, *, user: int = 7, guild: int = 1) -> int:
    return (await store.usage(guild_id=guild, user_id=user, allowance=daily(20))).windows[0].used


async def test_an_admitted_job_is_read_back_as_it_was_ordered(
    store: SqlStore, make_order: MakeOrder, clock: Clock
) -> None:
    """Every column survives the way to the disk and back."""
    order = make_order(images=3, source="again:x", loras=("https://example.org/a.safetensors",))
    admission = await _ask(store, order)
    assert isinstance(admission, Admitted)
    job = admission.job
    assert job.order == order
    assert (job.status, job.provider, job.created_at) == (Status.QUEUED, Provider.EACHLABS, clock.now())
    assert (job.estimated_cost, job.attempts, job.cost) == (35_000, 0, None)
    assert len(job.webhook_token) == len(job.webhook_secret) == 43
    assert job.webhook_token != job.webhook_secret
    assert await store.get(job.id) == job


async def test_the_answer_counts_the_job_itself(store: SqlStore, make_order: MakeOrder, clock: Clock) -> None:
    """What is shown after an order is what `/quota` would show."""
    admission = await _ask(store, make_order(images=3))
    assert isinstance(admission, Admitted)
    leaves = clock.now() + DAY
    assert admission.usage == usage_of_day(allowance=20, used=3, resets_at=leaves, full_reset_at=leaves)
    assert await store.usage(guild_id=1, user_id=7, allowance=daily(20)) == admission.usage


async def test_the_last_image_fits_and_one_more_does_not(store: SqlStore, make_order: MakeOrder) -> None:
    """The allowance itself may be used up."""
    assert isinstance(await _ask(store, make_order(images=4), allowance=5), Admitted)
    assert isinstance(await _ask(store, make_order(images=2), allowance=5), OverQuota)
    assert isinstance(await _ask(store, make_order(images=1), allowance=5), Admitted)
    assert isinstance(await _ask(store, make_order(images=1), allowance=5), OverQuota)


async def test_a_refusal_writes_nothing(store: SqlStore, make_order: MakeOrder) -> None:
    """Neither a job nor a charge nor a memory of the interaction."""
    refused = make_order(images=4)
    assert isinstance(await _ask(store, refused, allowance=3), OverQuota)
    assert await store.unfinished() == []
    assert await _used(store) == 0
    # The same interaction is not remembered as admitted either.
    assert isinstance(await _ask(store, refused, allowance=4), Admitted)


async def test_an_image_counts_for_exactly_24_hours(store: SqlStore, make_order: MakeOrder, advance: Advance) -> None:
    """To the millisecond."""
    await _ask(store, make_order(images=2), allowance=2)
    advance(DAY - 1)
    assert await _used(store) == 2
    assert isinstance(await _ask(store, make_order(), allowance=2), OverQuota)
    advance(1)
    assert await _used(store) == 0
    assert isinstance(await _ask(store, make_order(images=2), allowance=2), Admitted)


async def test_a_refusal_names_the_earliest_moment_when_the_order_fits(
    store: SqlStore, make_order: MakeOrder, advance: Advance, clock: Clock
) -> None:
    """A millisecond before it does not fit, then it does."""
    start = clock.now()
    for images in (2, 1, 2):
        await _ask(store, make_order(images=images), allowance=5)
        advance(1_000)
    refusal = await _ask(store, make_order(images=3), allowance=5)
    usage = usage_of_day(allowance=5, used=5, resets_at=start + DAY, full_reset_at=start + 2_000 + DAY)
    assert refusal == OverQuota(usage=usage, asked=3, window=Window.DAY, enough_at=start + 1_000 + DAY)

    advance(start + 1_000 + DAY - clock.now() - 1)
    assert isinstance(await _ask(store, make_order(images=3), allowance=5), OverQuota)
    advance(1)
    assert isinstance(await _ask(store, make_order(images=3), allowance=5), Admitted)


async def test_an_order_above_the_allowance_never_fits(store: SqlStore, make_order: MakeOrder) -> None:
    """No moment is promised."""
    refusal = await _ask(store, make_order(images=4), allowance=3)
    nothing = usage_of_day(allowance=3, used=0, resets_at=None, full_reset_at=None)
    assert refusal == OverQuota(usage=nothing, asked=4, window=Window.DAY, enough_at=None)


async def test_users_and_servers_have_quotas_of_their_own(store: SqlStore, make_order: MakeOrder) -> None:
    """One user's images are no other's, one server's no other's."""
    for user, guild in ((7, 1), (8, 1), (7, 2)):
        assert isinstance(await _ask(store, make_order(user=user, guild=guild), allowance=1), Admitted)
        assert isinstance(await _ask(store, make_order(user=user, guild=guild), allowance=1), OverQuota)


async def test_an_interaction_makes_its_job_once(store: SqlStore, make_order: MakeOrder) -> None:
    """Discord may send an interaction again."""
    order = make_order(images=2)
    first = await _ask(store, order)
    assert isinstance(first, Admitted)
    assert await _ask(store, order) == AlreadyAdmitted(job=first.job)
    assert await _used(store) == 2


async def test_an_interaction_may_make_several_jobs_from_one_press(store: SqlStore, make_order: MakeOrder) -> None:
    """The index tells them apart; they are no repeated press."""
    for index in range(3):
        order = make_order(interaction=5, index=index, source="again:x")
        assert isinstance(await _ask(store, order), Admitted)
    assert await _used(store) == 3


async def test_the_same_press_within_three_seconds_makes_one_job(
    store: SqlStore, make_order: MakeOrder, advance: Advance
) -> None:
    """Another button, another user or no button is another press."""
    first = await _ask(store, make_order(source="again:x"))
    assert isinstance(first, Admitted)
    advance(2_999)
    assert await _ask(store, make_order(source="again:x")) == AlreadyAdmitted(job=first.job)
    assert isinstance(await _ask(store, make_order(source="again:y")), Admitted)
    assert isinstance(await _ask(store, make_order(source="again:x", user=8)), Admitted)
    assert isinstance(await _ask(store, make_order()), Admitted)
    advance(1)
    assert isinstance(await _ask(store, make_order(source="again:x")), Admitted)


async def test_a_failed_and_a_cancelled_job_give_their_images_back(store: SqlStore, job_in: JobIn) -> None:
    """Nobody pays for what did not come."""
    await job_in(Status.FAILED, images=4)
    await job_in(Status.CANCELLED, images=3)
    assert await _used(store) == 0


async def test_what_was_given_back_does_not_decide_when_images_leave(
    store: SqlStore, job_in: JobIn, admit: Admit, advance: Advance, clock: Clock
) -> None:
    """Only what still counts has to leave."""
    await job_in(Status.CANCELLED)
    assert (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows[0].resets_at is None
    advance(1_000)
    await admit()
    [usage] = (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows
    assert (usage.resets_at, usage.full_reset_at) == (clock.now() + DAY, clock.now() + DAY)


async def test_a_delivered_job_is_charged_for_what_came(store: SqlStore, job_in: JobIn, advance: Advance) -> None:
    """Fewer images than asked cost fewer; the window moves on as ever."""
    await job_in(Status.DELIVERED, images=4)  # one image comes
    assert await _used(store) == 1
    await job_in(Status.UNDELIVERED, images=2)
    assert await _used(store) == 2
    advance(DAY)
    assert await _used(store) == 0


async def test_a_late_end_is_booked_at_the_moment_of_the_reservation(
    store: SqlStore, admit: Admit, advance: Advance
) -> None:
    """A refund outside the window takes nothing off inside it."""
    job = await admit(images=3)
    advance(DAY)
    await admit(images=2)
    await store.mark_cancelling(job.id, sent_too=True)
    await store.mark_cancelled(job.id)
    assert await _used(store) == 2


async def test_more_images_than_asked_cost_no_more(
    store: SqlStore, admit: Admit, change: Callable[[Job, Status], Awaitable[Job | None]]
) -> None:
    """The reservation is the most that is charged."""
    job = await admit(images=1)
    await change(job, Status.SUBMITTING)
    delivering = await change(job, Status.DELIVERING)
    assert delivering is not None
    await store.mark_undelivered(job.id, detail="x")
    assert await _used(store) == 1


async def test_fifty_simultaneous_orders_get_exactly_the_allowance(store: SqlStore, make_order: MakeOrder) -> None:
    """Concurrent commands never overdraw."""
    answers = await asyncio.gather(*(_ask(store, make_order(), allowance=20) for _ in range(50)))
    assert Counter(type(answer) for answer in answers) == {Admitted: 20, OverQuota: 30}
    assert await _used(store) == 20


async def test_simultaneous_orders_through_two_connections_get_exactly_the_allowance(
    store: SqlStore, open_again: OpenStore, make_order: MakeOrder
) -> None:
    """The database decides, not the process."""
    async with open_again() as other:
        stores = [store, other] * 25
        answers = await asyncio.gather(*(_ask(each, make_order(images=2), allowance=20) for each in stores))
        assert Counter(type(answer) for answer in answers) == {Admitted: 10, OverQuota: 40}
        assert await _used(other) == 20


async def test_simultaneous_presses_make_one_job(store: SqlStore, make_order: MakeOrder) -> None:
    """A nervous finger pays once."""
    answers = await asyncio.gather(*(_ask(store, make_order(source="again:x")) for _ in range(10)))
    assert Counter(type(answer) for answer in answers) == {Admitted: 1, AlreadyAdmitted: 9}
    assert len(await store.unfinished()) == 1
