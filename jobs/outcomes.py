"""Expected outcomes as values: closed unions, matched exhaustively."""

import enum
from dataclasses import dataclass

from jobs.errors import ProviderError
from jobs.model import Job, Posted, Usage
from jobs.servers.rules import Window

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
    window: Window  # the one that has room last
    enough_at: int | None  # UTC ms when the order would fit; None: it never does


class Scope(enum.Enum):
    """Whose money a cap holds together."""

    SERVER = enum.auto()
    BOT = enum.auto()  # the operator's cap for all servers


class Period(enum.StrEnum):
    """For how long a cap holds; a calendar day or month, UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class OverCap:
    """It would cost more than may be spent; nothing was created."""

    scope: Scope
    period: Period
    cap: int  # micro-dollars
    spent: int  # micro-dollars, without this order
    asked: int  # micro-dollars that this order is taken to cost
    resets_at: int  # UTC ms when the period ends


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


Refused = OverQuota | OverCap | TooManyWaiting | AlreadyAdmitted
Admission = Admitted | Refused
BatchAdmission = BatchAdmitted | Refused


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
