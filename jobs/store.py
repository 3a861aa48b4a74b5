"""What the domain needs of a database, as a protocol: `storage/` implements it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from jobs.catalog import Provider
from jobs.doubts import DoubtRecords
from jobs.model import Failure, Job, Order, Posted, QueuePlace, StoredImage, Usage
from jobs.outcomes import Admission, BatchAdmission
from jobs.privacy.records import Adoption
from jobs.queue import NextClaim, QueueRecords, TookRecords
from jobs.quota import Bounds
from jobs.records import History, PostRecords, Retention
from jobs.servers.allowance import Allowance
from jobs.status import Status


class Store(PostRecords, History, DoubtRecords, Retention, QueueRecords, TookRecords, Adoption, Protocol):
    """Jobs, the quota's ledger and the attempts.

    Every change of status is a guarded update: it returns the changed job, or None when the job was no longer in a
    state from which `jobs.status.TRANSITIONS` allows it; whoever gets None has lost the race and does nothing.
    Ending a job ends its reservation in the same transaction. Raises `jobs.ports.StoreUnavailable` when the database
    cannot be used; nothing is half-written then.
    """

    # admission and quota
    async def admit(
        self,
        order: Order,
        *,
        provider: Provider,
        estimated_cost: int,
        bounds: Bounds,
    ) -> Admission:
        """Write the job and its reservation in one transaction, or say why not; the cost is in micro-dollars."""
        ...

    async def admit_batch(
        self,
        orders: Sequence[Order],
        *,
        provider: Provider,
        estimated_cost: int,
        bounds: Bounds,
        message_id: int,
    ) -> BatchAdmission:
        """Write all jobs of one interaction, at least one, and their reservations in one transaction, or none of them.

        `estimated_cost` is that of each; `message_id` is the message that sums them up; the rest as for `admit`.
        """
        ...

    async def usage(self, *, guild_id: int, user_id: int, allowance: Allowance, former_id: int | None = None) -> Usage:
        """Where the user stands in this server; `former_id` is that of `Bounds`."""
        ...

    # reading
    async def get(self, job_id: str) -> Job | None:
        """One job."""
        ...

    async def unfinished(self, *, after: Job | None = None, limit: int = 1_000) -> Sequence[Job]:
        """Jobs that are in no finished state, oldest first, at most `limit` (1 to 1,000), those after another one."""
        ...

    async def carried(self) -> Sequence[Job]:
        """Jobs in a state that a task of the process ends: submitting, delivering, cancelling; oldest first."""
        ...

    async def place(self, job: Job) -> QueuePlace:
        """Where a queued job stands."""
        ...

    async def recent_durations(self, model: str, *, limit: int) -> Sequence[int]:
        """Milliseconds from create to completion of the model's last delivered jobs, newest first."""
        ...

    async def recent_loras(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[str]:
        """The LoRA sources that the user took last in this server, newest first, each once."""
        ...

    async def count_by_status(self) -> dict[Status, int]:
        """How many jobs are in each unfinished state."""
        ...

    # the way through the API
    async def claim(
        self, *, provider: Provider, key_id: str, concurrency: int, per_minute: int, over: Collection[str] = ()
    ) -> Job | None:
        """Take the next queued job to `submitting` if the key's limits allow one more, and note the attempt.

        `over`: ids of jobs of which the API has said that they are made; they occupy no slot there any more.
        """
        ...

    async def next_claim(
        self, *, provider: Provider, key_id: str, concurrency: int, per_minute: int, over: Collection[str] = ()
    ) -> NextClaim:
        """What waits, and when a claim may succeed although nothing else changes."""
        ...

    async def requeue(self, job_id: str, *, not_before: int, attempts: int | None = None) -> Job | None:
        """Back to `queued`, not to be sent before `not_before`; certainly nothing was created.

        `attempts`: only while no further create was sent. Of what is not certain see `give_up`.
        """
        ...

    async def mark_unconfirmed(self, job_id: str, *, next_poll_at: int, attempts: int | None = None) -> Job | None:
        """A create was sent and nobody knows what became of it; looked at again at `next_poll_at`.

        `attempts`: only while no further create was sent.
        """
        ...

    async def mark_running(self, job_id: str, *, prediction_id: str, next_poll_at: int) -> Job | None:
        """The API has named it."""
        ...

    async def schedule_poll(self, job_id: str, *, at: int) -> Job | None:
        """When to look again at a running or unconfirmed job."""
        ...

    async def take_due_polls(self, *, limit: int, until: int) -> Sequence[Job]:
        """Running and unconfirmed jobs whose `next_poll_at` has come, in no particular order; counts the look.

        Where more than `limit` are due, these are the ones that have been so longest. Their next appointment becomes
        `until`, so that nobody else looks at the same time.
        """
        ...

    async def next_poll_at(self) -> int | None:
        """The earliest `next_poll_at` of all, None where nothing runs."""
        ...

    # the ends
    async def mark_delivering(
        self, job_id: str, *, images: Sequence[StoredImage], cost: int | None, prediction_id: str | None
    ) -> Job | None:
        """The images are on our disk. Out of the queue only where an earlier create of the job was given up."""
        ...

    async def mark_delivered(self, job_id: str, *, posted: Posted) -> Job | None:
        """Posted, and so told; the reservation is settled with the number of images."""
        ...

    async def mark_undelivered(self, job_id: str, *, detail: str) -> Job | None:
        """Nowhere to post it; the reservation is settled all the same, since the images are kept for the user."""
        ...

    async def mark_failed(
        self,
        job_id: str,
        failure: Failure,
        *,
        stored_too: bool = True,
        unknown: bool = False,
        attempts: int | None = None,
    ) -> Job | None:
        """Ended without images; refunded.

        `stored_too`: also when its images are on our disk. `unknown`: its last create is given up, and may have been
        paid; only while its outcome is unknown. `attempts`: only while no further create was sent.
        """
        ...

    async def mark_cancelling(self, job_id: str, *, sent_too: bool) -> Job | None:
        """Its user wants it no more. `sent_too`: also while its create is on its way or unanswered."""
        ...

    async def name_cancelling(self, job_id: str, *, prediction_id: str) -> Job | None:
        """The API has named what is to be cancelled; None also where the job, or another one, has a name already."""
        ...

    async def mark_cancelled(self, job_id: str, *, unknown: bool = False) -> Job | None:
        """Stopped; refunded. `unknown`: its last create is given up, and may have been paid."""
        ...
