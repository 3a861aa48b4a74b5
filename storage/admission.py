"""Admission: the job, its reservation and its place in the fair queue, in one transaction or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from jobs.catalog import Provider
from jobs.ids import new_job_id, new_secret
from jobs.model import Job, Order, Usage
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, BatchAdmission, BatchAdmitted, OverQuota, TooManyWaiting
from storage.part import Part, uninterrupted
from storage.rows import job_from, order_values
from storage.window import WINDOW_MS, Charge, enough_at, usage_of

SAME_PRESS_MS: Final = 3_000


class Admissions(Part):
    """The store's part that lets orders in."""

    @uninterrupted
    async def admit(
        self,
        order: Order,
        *,
        provider: Provider,
        estimated_cost: int,
        allowance: int,
        most_waiting: int | None = None,
    ) -> Admission:
        """Write the job and its reservation in one transaction, or say why not; see `jobs.ports.Store`."""
        limits = _Limits(allowance=allowance, most_waiting=most_waiting)
        try:
            async with self._engine.transaction() as connection:
                now = self._clock.now()
                usage = await self._let_in(connection, [order], limits, now=now)
                job = await self._insert(
                    connection, order, job_id=new_job_id(now), provider=provider, estimated_cost=estimated_cost, now=now
                )
                return Admitted(job=job, usage=usage)
        except _Refused as refusal:
            return refusal.answer

    @uninterrupted
    async def admit_batch(
        self,
        orders: Sequence[Order],
        *,
        provider: Provider,
        estimated_cost: int,
        allowance: int,
        most_waiting: int | None = None,
        message_id: int,
    ) -> BatchAdmission:
        """Write all jobs of one interaction and their reservations in one transaction; see `jobs.ports.Store`."""
        limits = _Limits(allowance=allowance, most_waiting=most_waiting)
        try:
            async with self._engine.transaction() as connection:
                now = self._clock.now()
                usage = await self._let_in(connection, orders, limits, now=now)
                ids = sorted(new_job_id(now) for _ in orders)  # so that they sort as they were asked for
                jobs = [
                    await self._insert(
                        connection, order, job_id=job_id, provider=provider, estimated_cost=estimated_cost, now=now
                    )
                    for job_id, order in zip(ids, orders, strict=True)
                ]
                interaction_id = orders[0].interaction_id
                await self._sql.open_batch(connection, interaction_id=interaction_id, message_id=message_id)
                return BatchAdmitted(jobs=tuple(jobs), usage=usage)
        except _Refused as refusal:
            return refusal.answer

    async def usage(self, *, guild_id: int, user_id: int, allowance: int) -> Usage:
        """The user's images in this server within the last 24 hours."""
        async with self._engine.reading() as connection:
            charges = await self._charges(connection, guild_id=guild_id, user_id=user_id, now=self._clock.now())
        return usage_of(charges, allowance=allowance)

    async def _charges(self, connection: Any, *, guild_id: int, user_id: int, now: int) -> Sequence[Charge]:
        rows = self._sql.charges(connection, guild_id=guild_id, user_id=user_id, since=now - WINDOW_MS)
        return [Charge(at=row["charged_at"], images=row["images"]) async for row in rows]

    async def _let_in(self, connection: Any, orders: Sequence[Order], limits: "_Limits", *, now: int) -> Usage:
        """The usage with these orders of one interaction in it; raises `_Refused` where they are not let in."""
        first, asked = orders[0], sum(order.request.images for order in orders)
        # Before anything is read, so that two admissions of one user never both see the room for one.
        await self._sql.lock_user(connection, user_id=first.user_id, now=now)
        await self._refuse_repeats(connection, first, now=now)
        charges = await self._charges(connection, guild_id=first.guild_id, user_id=first.user_id, now=now)
        usage = _with_room(charges, asked, allowance=limits.allowance, now=now)
        if limits.most_waiting is not None:
            waiting = await self._sql.count_waiting(connection, guild_id=first.guild_id, user_id=first.user_id)
            if waiting + len(orders) > limits.most_waiting:
                raise _Refused(TooManyWaiting(waiting=waiting, asked=len(orders), most=limits.most_waiting))
        return usage

    async def _refuse_repeats(self, connection: Any, order: Order, *, now: int) -> None:
        row = await self._sql.job_of_interaction(connection, interaction_id=order.interaction_id, idx=order.index)
        if row is None and order.source is not None:
            row = await self._sql.job_of_press(
                connection,
                user_id=order.user_id,
                source=order.source,
                interaction_id=order.interaction_id,
                since=now - SAME_PRESS_MS,
            )
        if row is not None:
            raise _Refused(AlreadyAdmitted(job=job_from(row)))

    async def _insert(
        self, connection: Any, order: Order, *, job_id: str, provider: Provider, estimated_cost: int, now: int
    ) -> Job:
        queue = {"provider": provider.value, "priority": order.priority.value, "user_id": order.user_id}
        start_tag = await self._sql.next_start_tag(connection, **queue)
        await self._sql.set_finish_tag(connection, **queue, finish_tag=start_tag + order.request.images)
        row = await self._sql.insert_job(
            connection,
            **order_values(order),
            id=job_id,
            provider=provider.value,
            start_tag=start_tag,
            created_at=now,
            estimated_cost=estimated_cost,
            webhook_token=new_secret(),
            webhook_secret=new_secret(),
        )
        await self._sql.reserve(
            connection,
            job_id=row["id"],
            guild_id=order.guild_id,
            user_id=order.user_id,
            images=order.request.images,
            now=now,
        )
        return job_from(row)


@dataclass(frozen=True, kw_only=True)
class _Limits:
    allowance: int  # images
    most_waiting: int | None  # jobs; None: as many as they like


class _Refused(Exception):
    """Leaves the transaction, so that it is rolled back, with the answer to give."""

    def __init__(self, answer: AlreadyAdmitted | OverQuota | TooManyWaiting) -> None:
        super().__init__()
        self.answer = answer


def _with_room(charges: Sequence[Charge], asked: int, *, allowance: int, now: int) -> Usage:
    usage = usage_of(charges, allowance=allowance)
    if usage.used + asked > allowance:
        at = enough_at(charges, asked=asked, allowance=allowance)
        raise _Refused(OverQuota(usage=usage, asked=asked, enough_at=at))
    return usage_of([*charges, Charge(at=now, images=asked)], allowance=allowance)
