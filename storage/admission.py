"""Admission: the job, its reservation and its place in the fair queue, in one transaction or not at all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from jobs.catalog import Provider
from jobs.ids import new_job_id, new_secret
from jobs.model import Job, Order, Usage
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted, BatchAdmission, BatchAdmitted, OverQuota, TooManyWaiting
from jobs.quota import Bounds, Charge, Grant, from_grant, lack, usage_of
from jobs.servers.allowance import Allowance
from jobs.status import Status
from storage.part import Part, Undone, read, write
from storage.rows import job_from, order_values
from storage.spending import spend

SAME_PRESS_MS: Final = 3_000


class Admissions(Part):
    """The store's part that lets orders in."""

    @write
    async def admit(
        self, connection: Any, order: Order, *, provider: Provider, estimated_cost: int, bounds: Bounds
    ) -> Admission:
        """Write the job and its reservation in one transaction, or say why not; see `jobs.ports.Store`."""
        admitted = await self._admit(
            connection, [order], provider=provider, estimated_cost=estimated_cost, bounds=bounds
        )
        return Admitted(job=admitted.jobs[0], usage=admitted.usage)

    @write
    async def admit_batch(
        self,
        connection: Any,
        orders: Sequence[Order],
        *,
        provider: Provider,
        estimated_cost: int,
        bounds: Bounds,
        message_id: int,
    ) -> BatchAdmission:
        """Write all jobs of one interaction and their reservations in one transaction; see `jobs.ports.Store`."""
        admitted = await self._admit(
            connection, orders, provider=provider, estimated_cost=estimated_cost, bounds=bounds
        )
        await self._sql.open_batch(connection, interaction_id=orders[0].interaction_id, message_id=message_id)
        return admitted

    @read
    async def usage(
        self, connection: Any, *, guild_id: int, user_id: int, allowance: Allowance, former_id: int | None = None
    ) -> Usage:
        """Where the user stands in this server; `former_id` is that of `Bounds`."""
        bounds = Bounds(allowance=allowance, former_id=former_id)
        now = self._clock.now()
        charges = await self._charges(connection, bounds, guild_id=guild_id, user_id=user_id, now=now)
        grant = await self._grant_in_force(connection, guild_id=guild_id, user_id=user_id, now=now)
        return usage_of(charges, allowance, grant=grant, now=now)

    async def _admit(
        self, connection: Any, orders: Sequence[Order], *, provider: Provider, estimated_cost: int, bounds: Bounds
    ) -> BatchAdmitted:
        """Let orders of one interaction in; raises `Undone` where they are not."""
        first, now = orders[0], self._clock.now()
        whose = {"guild_id": first.guild_id, "user_id": first.user_id}
        # Before anything is read, so that two admissions of one user never both see the room for one.
        await self._sql.lock_user(connection, user_id=first.user_id, now=now)
        await self._refuse_repeats(connection, first, now=now)
        charges = await self._charges(connection, bounds, **whose, now=now)
        grant = await self._grant_in_force(connection, **whose, now=now)
        usage = usage_of(charges, bounds.allowance, grant=grant, now=now)
        asked = sum(order.request.images for order in orders)
        granted = from_grant(usage, asked)
        if granted is None:
            why = lack(charges, bounds.allowance, grant=grant, asked=asked, now=now)
            raise Undone(OverQuota(usage=usage, asked=asked, window=why.window, enough_at=why.enough_at))
        await self._refuse_too_many(connection, orders, most=bounds.most_waiting)
        ids = sorted(new_job_id(now) for _ in orders)  # so that they sort as they were asked for
        jobs = [
            await self._insert(
                connection, order, job_id=job_id, provider=provider, estimated_cost=estimated_cost, now=now
            )
            for job_id, order in zip(ids, orders, strict=True)
        ]
        await self._reserve(connection, jobs, grant=grant, granted=granted)
        # Last, since all of the bot's orders meet here: on a server that is until the commit.
        cost = estimated_cost * len(jobs)
        await spend(self._sql, connection, guild_id=first.guild_id, at=now, amount=cost, bounds=bounds)
        charged = [*charges, *([Charge(at=now, images=asked - granted)] if granted < asked else [])]
        left = None if grant is None else replace(grant, left=grant.left - granted)
        usage = usage_of(charged, bounds.allowance, grant=left, now=now)
        return BatchAdmitted(jobs=tuple(jobs), usage=usage)

    async def _charges(
        self, connection: Any, bounds: Bounds, *, guild_id: int, user_id: int, now: int
    ) -> Sequence[Charge]:
        """What still counts in any of the windows, the oldest first."""
        allowance = bounds.allowance
        if not allowance.limits:
            return []
        since = max(allowance.since, now - max(window.value for window in allowance.limits))
        rows = self._sql.charges(
            connection, guild_id=guild_id, user_id=user_id, former_id=bounds.former_id, since=since
        )
        images: Counter[int] = Counter()
        async for row in rows:
            images[row["charged_at"]] += row["images"]
        return [Charge(at=at, images=images[at]) for at in sorted(images) if images[at] > 0]

    async def _grant_in_force(self, connection: Any, *, guild_id: int, user_id: int, now: int) -> Grant | None:
        row = await self._sql.grant_in_force(connection, guild_id=guild_id, user_id=user_id, now=now)
        if row is None:
            return None
        return Grant(left=row["images"] - row["used"], expires_at=row["expires_at"], granted_at=row["granted_at"])

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
            raise Undone(AlreadyAdmitted(job=job_from(row)))

    async def _refuse_too_many(self, connection: Any, orders: Sequence[Order], *, most: int | None) -> None:
        if most is None:
            return
        first = orders[0]
        waiting = await self._sql.count_waiting(connection, guild_id=first.guild_id, user_id=first.user_id)
        if waiting + len(orders) > most:
            raise Undone(TooManyWaiting(waiting=waiting, asked=len(orders), most=most))

    async def _insert(
        self, connection: Any, order: Order, *, job_id: str, provider: Provider, estimated_cost: int, now: int
    ) -> Job:
        queue = {"provider": provider.value, "priority": order.priority.value, "user_id": order.user_id}
        start_tag = await self._sql.next_start_tag(connection, **queue)
        await self._sql.set_finish_tag(connection, **queue, finish_tag=start_tag + order.request.images)
        job = Job(
            id=job_id,
            order=order,
            provider=provider,
            status=Status.QUEUED,
            created_at=now,
            estimated_cost=estimated_cost,
            webhook_token=new_secret(),
            webhook_secret=new_secret(),
        )
        await self._sql.insert_job(
            connection,
            **order_values(order),
            id=job.id,
            provider=provider.value,
            start_tag=start_tag,
            created_at=now,
            estimated_cost=estimated_cost,
            webhook_token=job.webhook_token,
            webhook_secret=job.webhook_secret,
        )
        return job

    async def _reserve(self, connection: Any, jobs: Sequence[Job], *, grant: Grant | None, granted: int) -> None:
        """Charge each job; the grant pays for the last images."""
        rest = granted
        for job in reversed(jobs):
            paid = min(rest, job.request.images)
            rest -= paid
            await self._sql.reserve(
                connection,
                job_id=job.id,
                guild_id=job.order.guild_id,
                user_id=job.order.user_id,
                images=job.request.images,
                cost=job.estimated_cost,
                granted=paid,
                granted_at=grant.granted_at if grant is not None and paid else None,
                now=job.created_at,
            )
        if grant is not None and granted:
            order = jobs[0].order
            await self._sql.use_grant(
                connection,
                guild_id=order.guild_id,
                user_id=order.user_id,
                granted_at=grant.granted_at,
                images=granted,
            )
