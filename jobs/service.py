"""The front door of the domain: what commands, buttons and webhooks ask for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import structlog

from jobs.archive import Archive
from jobs.breaker import Outage
from jobs.cancelling import Cancelling
from jobs.caretaker import Caretaker
from jobs.catalog import Catalog, Model, Provider
from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.dispatcher import Dispatcher, Limits
from jobs.ending import Ending
from jobs.lost import Lost
from jobs.model import Job, Order, Usage
from jobs.outcomes import Admission, Admitted, BatchAdmission, BatchAdmitted
from jobs.ports import StoreUnavailable
from jobs.recovery import Steps, recover
from jobs.request import estimate_cost
from jobs.status import Status
from jobs.submission import Submission
from jobs.watcher import Watcher
from jobs.webhooks import WebhookKey, Webhooks
from jobs.world import World, about

_log = structlog.get_logger(__name__)


class NotAccepting(Exception):
    """The stop has begun: what is ordered now would only be looked at by the next start."""


class JobService:
    """Accepts orders and looks after them until they have ended."""

    def __init__(self, world: World, limits: Mapping[Provider, Limits]) -> None:
        self._world = world
        self._ending = Ending(world)
        delivering = Delivering(world, self._ending)
        self._completion = Completion(world, self._ending, delivering)
        lost = Lost(world, self._completion, self._ending)
        self._cancelling = Cancelling(world, self._ending, lost)
        submission = Submission(world, self._completion, self._ending, lost, self._cancelling)
        self._steps = Steps(lost=lost, delivering=delivering, cancelling=self._cancelling, ending=self._ending)
        self._dispatcher = Dispatcher(world, submission, self._completion, self._ending, limits)
        self._watcher = Watcher(world, self._completion, self._ending, lost)
        self._webhooks = Webhooks(world, self._completion, self._ending)
        self._caretaker = Caretaker(world, self._steps)
        self._started = False
        self._accepting = True
        self.archive: Final = Archive(world, self._ending, delivering)

    # ── running ──────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Resume what is unfinished, then start the loops."""
        await self._world.estimates.load(self._world.store)
        await self._world.forecasts.load(self._world.store)
        await recover(self._world, self._steps)
        self._started = True
        self._world.tasks.supervise("dispatcher", self._dispatcher.run)
        self._world.tasks.supervise("watcher", self._watcher.run)
        self._world.tasks.supervise("caretaker", self._caretaker.run)

    def refuse_orders(self) -> None:
        """Accept nothing from now on: the stop has begun."""
        self._accepting = False

    async def begin_nothing(self) -> None:
        """Take no order and no report, and end the loops; what is on its way goes on. Returns within seconds."""
        self.refuse_orders()
        await self._world.tasks.stop_loops()

    async def stop(self, *, seconds: float) -> None:
        """Begin nothing more, give what is on its way so many seconds, then cut it; the next start resumes it."""
        await self.begin_nothing()
        await self._world.tasks.drain(seconds=seconds)

    # ── for commands and buttons ─────────────────────────────────────────────

    @property
    def catalog(self) -> Catalog:
        """The models on offer."""
        return self._world.catalog

    @property
    def accepting(self) -> bool:
        """False once the stop has begun."""
        return self._accepting

    @property
    def serves_directly(self) -> bool:
        """Whether anything is made outside of the bot's servers."""
        return self._world.images_per_day_direct > 0

    @property
    def images_per_day(self) -> int:
        """A member's, in a server that says nothing of the day."""
        return self._world.images_per_day

    def outage(self, model: Model) -> Outage | None:
        """What keeps orders for this model waiting now; where it is `hopeless` none should be placed."""
        return self._world.breakers.outage(model.provider)

    async def place_order(self, order: Order) -> Admission:
        """Reserve and enqueue, in one transaction; nothing is written when the quota says no.

        Raises:
            NotAccepting: the stop has begun.
            StoreUnavailable: nothing was written.
            KeyError: the order's model is not on offer.
        """
        world, model = self._world, self._orderable(order)
        await self._welcome_back(order.user_id)
        admission = await world.store.admit(
            order,
            provider=model.provider,
            estimated_cost=estimate_cost(order.request, model),
            bounds=world.bounds(order),
        )
        if isinstance(admission, Admitted):
            self._accepted(admission.job)
            world.claim_due.wake()
        return admission

    async def place_batch(self, orders: Sequence[Order], *, message_id: int) -> BatchAdmission:
        """Reserve and enqueue all orders of one interaction, which are for one model, or none of them.

        `message_id` is the message that sums them up from then on. Raises what `place_order` raises.
        """
        world, first = self._world, orders[0]
        model = self._orderable(first)
        await self._welcome_back(first.user_id)
        admission = await world.store.admit_batch(
            orders,
            provider=model.provider,
            estimated_cost=estimate_cost(first.request, model),
            bounds=world.bounds(first),
            message_id=message_id,
        )
        if isinstance(admission, BatchAdmitted):
            for job in admission.jobs:
                self._accepted(job)
            world.claim_due.wake()
        return admission

    async def usage(self, *, guild_id: int, user_id: int, roles: Collection[int]) -> Usage:
        """Where the user, who has these roles, stands in this server, or outside of all servers."""
        await self._welcome_back(user_id)
        return await self._world.store.usage(
            guild_id=guild_id,
            user_id=user_id,
            allowance=self._world.allowance(guild_id, user_id, roles),
            former_id=self._world.pseudonyms.former(user_id),
        )

    async def get(self, job_id: str) -> Job | None:
        """One job, or None when it is unknown here."""
        return await self._world.store.get(job_id)

    async def shown_in(self, message_id: int) -> Job | None:
        """The job that a message of ours was sent for, or None when no message is known by that id."""
        return await self._world.store.job_of_message(message_id)

    async def cancel(self, job: Job) -> bool:
        """Begin to stop a job for its user; refunded once it is stopped. False when it is too late for that."""
        return await self._cancelling.cancel(job)

    async def cancel_waiting(self, *, guild_id: int, user_id: int) -> int:
        """Cancel what waits of a user in a server; what was sent goes on. Returns how many jobs these were.

        Raises:
            StoreUnavailable: some may be cancelled, the others are not.
        """
        jobs = await self._world.store.open_jobs(guild_id=guild_id, user_id=user_id)
        waiting = [job for job in jobs if job.status is Status.QUEUED]
        return sum([await self._cancelling.cancel(job, only_waiting=True) for job in waiting])

    async def cancel_waiting_of_server(self, guild_id: int) -> int:
        """The same of everybody in a server. It reads all unfinished jobs, so it is for what happens rarely."""
        cancelled, last = 0, None
        while jobs := await self._world.store.unfinished(after=last):
            here = [job for job in jobs if job.order.guild_id == guild_id and job.status is Status.QUEUED]
            cancelled += sum([await self._cancelling.cancel(job, only_waiting=True) for job in here])
            last = jobs[-1]
        return cancelled

    async def recent_loras(self, *, guild_id: int, user_id: int) -> Sequence[str]:
        """The LoRA sources that the user took last in this server, newest first."""
        return await self._world.store.recent_loras(guild_id=guild_id, user_id=user_id, limit=25)

    async def _welcome_back(self, user_id: int) -> None:
        """What admins have given somebody whose data were deleted is theirs again when they come back."""
        former_id = self._world.pseudonyms.former(user_id)
        if former_id is not None:
            await self._world.store.adopt(user_id, former_id)
            await self._world.servers.rename(former_id, user_id)

    def _orderable(self, order: Order) -> Model:
        if not self._accepting:
            raise NotAccepting
        model = self._world.catalog.get(order.request.model)
        if model is None:
            raise KeyError(order.request.model)
        return model

    def _accepted(self, job: Job) -> None:
        _log.info("accepted", model=job.request.model, images=job.request.images, **about(job))
        self._world.observer.admitted(job)
        self._world.audience.follow(job)

    # ── for the webhook receiver ─────────────────────────────────────────────

    async def webhook_key(self, provider: str, job_id: str) -> WebhookKey | None:
        """What proves a report about this job: see `jobs.webhooks`.

        Raises:
            StoreUnavailable: nobody can say now; the start has not taken up its job yet, or the stop has begun.
        """
        # Before that a report would be used beside `recover`, or for a job that a restored copy is about to give up.
        if not self._started or not self._accepting:
            raise StoreUnavailable("no report is taken before the start has ended or once the stop has begun")
        return await self._webhooks.key(provider, job_id)

    def webhook_arrived(self, job_id: str, body: bytes) -> bool:
        """Take a proven report: see `jobs.webhooks`; False as well when the stop has begun while it was read."""
        return self._accepting and self._webhooks.arrived(job_id, body)
