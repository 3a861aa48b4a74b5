"""What the domain needs of the world, as protocols; the packages around it implement them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from jobs.catalog import Model, Provider
from jobs.doubts import DoubtRecords, Kinship, Window
from jobs.model import Failure, Job, Order, Posted, QueuePlace, StoredImage, Usage
from jobs.outcomes import Admission, BatchAdmission, Created, Delivery, Listing, Polled, RemoteImage, WebhookNews
from jobs.privacy.records import Adoption
from jobs.queue import NextClaim, QueueRecords, TookRecords
from jobs.quota import Bounds
from jobs.records import History, PostRecords, Retention
from jobs.servers.allowance import Allowance
from jobs.status import Status


class Clock(Protocol):
    """The time."""

    def now(self) -> int:
        """UTC milliseconds since 1970."""
        ...


class ImageApi(Protocol):
    """An adapter to one image API, holding all its keys. What is awaited raises `ProviderError` and nothing else."""

    @property
    def provider(self) -> Provider:
        """Which API this is."""
        ...

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints of the configured keys: stable, and safe to log and to store."""
        ...

    async def create(self, job: Job, model: Model, *, webhook_url: str | None) -> Created:
        """Send the job once, with the key `job.key_id`. Never repeated by itself."""
        ...

    async def poll(self, job: Job) -> Polled:
        """Ask how `job.prediction_id` is doing; reads, so it may repeat itself."""
        ...

    async def executions(self, job: Job, model: Model, window: Window) -> Listing:
        """Everything of this model that the account was asked to make within the window; reads."""
        ...

    async def kinship(self, job: Job, model: Model, execution_id: str) -> Kinship:
        """Whether an execution was made of what this job asks for; reads."""
        ...

    async def cancel(self, job: Job) -> None:
        """Ask the API to stop `job.prediction_id`: best effort, harmless when it is too late."""
        ...

    def read_webhook(self, job: Job, body: bytes) -> WebhookNews:
        """What the body of a webhook for this job says; never raises."""
        ...


class ImageSource(Protocol):
    """Brings finished images to our disk."""

    async def fetch(self, image: RemoteImage, path: Path) -> StoredImage:
        """Write the image to `path` (its suffix replaced by that of its format), verified and fsynced.

        A folder that is missing is made.

        Raises:
            ResultUnusable: no image, too large, or from where we may not go.
            Temporary: the host has trouble although it was tried several times.
        """
        ...


class ImageFiles(Protocol):
    """The folders under DATA_DIR in which results wait for delivery."""

    def folder(self, job_id: str) -> Path:
        """Where the job's own folder is, or is to be; what lies in it may be what another process has just stored."""
        ...

    async def seal(self, job_id: str) -> None:
        """Make the folder's entries durable (fsync)."""
        ...

    def path(self, job_id: str, image: StoredImage) -> Path:
        """Where an image lies."""
        ...

    async def discard(self, job_id: str) -> None:
        """Remove the job's folder; harmless when there is none."""
        ...

    async def job_ids(self) -> Sequence[str]:
        """Every job that has a folder, for the sweep after a restart."""
        ...

    async def sizes(self) -> Mapping[str, int]:
        """Bytes of every job's folder."""
        ...


class Audience(Protocol):
    """The people who wait: how a job shows itself in Discord."""

    def follow(self, job: Job) -> None:
        """The job has changed: show its progress from now on. Returns at once; never raises."""
        ...

    async def unfollow(self, job_id: str) -> None:
        """Show no more progress; on return no edit of it is on its way any more."""
        ...

    async def deliver(self, job: Job, paths: Sequence[Path], usage: Usage, *, is_first: bool) -> Delivery:
        """Post the result. Idempotent: may be called again after a doubt.

        `is_first`: it was stored a moment ago, so that nothing of it can have been posted.

        Raises:
            DeliveryDelayed: Discord has trouble; call again later.
        """
        ...

    async def tell_failure(self, job: Job, usage: Usage) -> Delivery:
        """Say that the job has failed or was cancelled, by the first way that is open. Idempotent as `deliver` is.

        Raises:
            DeliveryDelayed: Discord has trouble; call again later.
        """
        ...


class DeliveryDelayed(Exception):
    """Discord could not be reached; the delivery is to be tried again."""


class Store(PostRecords, History, DoubtRecords, Retention, QueueRecords, TookRecords, Adoption, Protocol):
    """Jobs, the quota's ledger and the attempts.

    Every change of status is a guarded update: it returns the changed job, or None when the job was no longer in a
    state from which `jobs.status.TRANSITIONS` allows it; whoever gets None has lost the race and does nothing.
    Ending a job ends its reservation in the same transaction. Raises `StoreUnavailable` when the database cannot
    be used; nothing is half-written then.
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


class StoreUnavailable(Exception):
    """The database is locked, full, read-only or away; `str()` says which, for the log."""
