"""Expected outcomes as values: closed unions, matched exhaustively."""

from dataclasses import dataclass

from jobs.errors import ProviderError
from jobs.model import Job, Posted, Usage

# ── what an image API answers ────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class ImageLink:
    """A finished image at a URL that expires."""

    url: str


@dataclass(frozen=True, kw_only=True)
class ImageData:
    """A finished image that came within the answer."""

    data: bytes


RemoteImage = ImageLink | ImageData


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The API has taken the job and named it."""

    prediction_id: str


@dataclass(frozen=True, kw_only=True)
class StillRunning:
    """Not finished yet."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The images exist. `cost` is in micro-dollars, `duration` in ms; None where the API does not say."""

    images: tuple[RemoteImage, ...]
    cost: int | None = None
    duration: int | None = None  # how long the API worked on it
    prediction_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class WebhookNews:
    """What a webhook's body says. Without a result it was not understood, and only a poll can tell."""

    prediction_id: str | None = None
    result: Finished | ProviderError | None = None


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An entry of an API's list of what it was asked to make."""

    id: str  # the prediction's
    created_at: int  # UTC ms by our clock, to about a second


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the API has made or is making within the times asked for: all of it."""

    executions: tuple[Execution, ...]


@dataclass(frozen=True, kw_only=True)
class KeepsNoList:
    """The API cannot be asked what it was asked to make."""


Listing = Listed | KeepsNoList
Created = Accepted | Finished
Polled = StillRunning | Finished  # a failure is raised as a ProviderError


# ── what the quota says to an order ──────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """The job and its reservation are committed."""

    job: Job
    usage: Usage  # this job's images included


@dataclass(frozen=True, kw_only=True)
class OverQuota:
    """More images than are left; nothing was created."""

    usage: Usage
    asked: int  # images
    enough_at: int | None  # UTC ms when the order would fit; None: it never does


@dataclass(frozen=True, kw_only=True)
class TooManyWaiting:
    """More jobs than may wait for one user in one server; nothing was created."""

    waiting: int  # jobs in the queue
    asked: int  # jobs
    most: int  # jobs that may wait


@dataclass(frozen=True, kw_only=True)
class AlreadyAdmitted:
    """The same interaction, or the same press, has made this job before."""

    job: Job


@dataclass(frozen=True, kw_only=True)
class BatchAdmitted:
    """All jobs of an interaction and their reservations are committed, in the order that was asked for."""

    jobs: tuple[Job, ...]
    usage: Usage  # these jobs' images included


Admission = Admitted | OverQuota | TooManyWaiting | AlreadyAdmitted
BatchAdmission = BatchAdmitted | OverQuota | TooManyWaiting | AlreadyAdmitted


# ── what became of a delivery ────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The result can be seen at this message."""

    posted: Posted


@dataclass(frozen=True, kw_only=True)
class NowhereToPost:
    """No way to the user is left; the images are kept. `detail` is for the log."""

    detail: str


Delivery = Shown | NowhereToPost
