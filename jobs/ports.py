"""What the domain needs of the world, as protocols; the packages around it implement them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from jobs.catalog import Model, Provider
from jobs.doubts import Kinship, Window
from jobs.model import Job, StoredImage, Usage
from jobs.outcomes import Created, Delivery, Listing, Polled, RemoteImage, WebhookNews


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


class StoreUnavailable(Exception):
    """The database is locked, full, read-only or away; `str()` says which, for the log."""
