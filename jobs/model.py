"""The domain's values: an order, the job it becomes, its images, and how it ended."""

import enum
from dataclasses import dataclass, replace
from typing import Final

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.request import ImageRequest
from jobs.sentence import Sentence
from jobs.servers.rules import Window
from jobs.status import Status


class Priority(enum.IntEnum):
    """The classes of the queue, the value is what the database holds; within one of them users take turns.

    A class goes before every lesser one, except that each fifth job sent is one of the lowest class that waits: so
    none waits for ever, however much goes before it.
    """

    HIGH = -1  # before what everybody else waits for
    NORMAL = 0
    LOW = 1  # what can wait while somebody waits for a single image: of several jobs at once all but the first


DIRECT: Final = 0
"""The `guild_id` of whatever is outside of the servers that the bot is in; Discord has no server of that id."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Where the answer to the interaction can be edited, and until when."""

    application_id: int
    token: str  # the interaction's; a secret while it lives
    expires_at: int  # UTC ms; 15 minutes after the interaction
    message_id: int | None = None  # the response, once Discord has named it


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one interaction asks for; becomes a job when the quota allows."""

    interaction_id: int
    index: int = 0  # one interaction may make several jobs
    guild_id: int  # or `DIRECT`
    channel_id: int
    user_id: int
    locale: str  # Discord's, e.g. `en-US`
    private: bool
    request: ImageRequest
    reply: Reply
    upload_limit: int  # bytes a message may carry, as the interaction stated it
    source: str | None = None  # what was pressed (`again:<job>`); the same press within 3 s makes one job

    @property
    def is_direct(self) -> bool:
        """Whether it comes from outside of the bot's servers: from direct messages, or where a user took it along."""
        return self.guild_id == DIRECT

    roles: tuple[int, ...] = ()  # the user's in the server, everyone's aside, ascending
    spoiler: bool = False  # its images are covered until somebody wants to see them
    priority: Priority = Priority.NORMAL
    batch: int = 1  # jobs that the interaction makes; where there are several, one message sums them up


@dataclass(frozen=True, kw_only=True)
class StoredImage:
    """An image on our disk, verified."""

    name: str  # file name within the job's folder
    format: str  # `jpeg`, `png` or `webp`, as the bytes say
    width: int  # pixels
    height: int  # pixels
    size: int  # bytes
    url: str | None = None  # the vendor's, which expires; None where the image came within the answer


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a job ended without images."""

    reason: Reason
    user_message: Sentence  # for the member
    detail: str  # for the log


@dataclass(frozen=True, kw_only=True)
class Posted:
    """The Discord message that shows the result."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message that must not be sent twice: noted before its send, named after it."""

    part: str  # what it is of the job: `images 1-2`, `ready`, `failure`
    channel_id: int
    begun_at: int  # UTC ms of the first try in this channel
    message_id: int | None = None  # None: begun, and nobody knows what came of it


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as the database holds it. Times are UTC milliseconds, money is micro-dollars."""

    id: str  # 20 characters, lower-case letters and digits; sorts by creation
    order: Order
    provider: Provider
    status: Status
    created_at: int
    estimated_cost: int
    attempts: int = 0  # creates sent so far
    not_before: int = 0  # queued again: not sent before this
    key_id: str | None = None  # which API key it is at (a fingerprint, not the key)
    submitted_at: int | None = None  # the last create
    accepted_at: int | None = None
    prediction_id: str | None = None  # the vendor's name for it
    webhook_token: str = ""  # secret, part of the webhook's URL
    webhook_secret: str = ""  # secret, comes back in `X-Webhook-Secret`
    next_poll_at: int | None = None
    polls: int = 0
    completed_at: int | None = None  # the images were on our disk
    finished_at: int | None = None  # delivered, failed or cancelled
    cost: int | None = None  # what the vendor reports; None: the estimate stands
    images: tuple[StoredImage, ...] = ()
    posted: Posted | None = None
    failure: Failure | None = None
    kept_because: str | None = None  # why the result found no way to its user at first, for the operator
    told_at: int | None = None  # its user learnt how it ended
    doubted_at: int | None = None  # when the answer to its last create was lost
    unknown_creates: int = 0  # creates that may have been paid although nothing came of them
    unknown_told: int = 0  # of how many of these the operator was told
    removed_at: int | None = None  # the retention removed its prompt and whatever was kept of its result
    hidden_at: int | None = None  # its user deleted what was posted: no history shows it

    @property
    def request(self) -> ImageRequest:
        """What was asked for."""
        return self.order.request

    @property
    def stays_stored(self) -> bool:
        """Whether its images stay on our disk after its delivery.

        So it is where the message that shows them may be one that nobody can read again: a private one, a kept result
        that was shown on demand, or one where the bot is no member.
        """
        return self.order.private or self.kept_because is not None or not self.order.guild_id


@dataclass(frozen=True, kw_only=True)
class WindowUsage:
    """A user's images in a server within one rolling window; those that a grant paid for are not among them."""

    window: Window
    allowance: int  # images
    used: int  # images reserved or delivered within the window
    resets_at: int | None  # UTC ms when the next of them leave the window; None: nothing is used
    full_reset_at: int | None  # UTC ms when all of them have left

    @property
    def left(self) -> int:
        """Images that the window has room for now."""
        return max(0, self.allowance - self.used)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Where a user stands in a server."""

    windows: tuple[WindowUsage, ...]  # those that bind, the shortest first; none: no limit
    granted: int = 0  # images left of a grant
    granted_until: int | None = None  # UTC ms; None: there is no grant

    @property
    def tightest(self) -> WindowUsage | None:
        """The window that has the least room; None: no limit."""
        return min(self.windows, key=lambda window: window.left, default=None)

    @property
    def left(self) -> int | None:
        """Images that may still be asked for now; None: no limit."""
        tightest = self.tightest
        return None if tightest is None else tightest.left + self.granted

    def fits(self, asked: int) -> bool:
        """Whether so many images may be asked for now."""
        return self.left is None or asked <= self.left

    def changed(self, images: int, *, granted: int = 0) -> "Usage":
        """With so many images more in every window, and so many more of them paid by the grant; negative: fewer."""
        windows = tuple(replace(window, used=window.used + images - granted) for window in self.windows)
        return replace(self, windows=windows, granted=self.granted - granted)


@dataclass(frozen=True, kw_only=True)
class QueuePlace:
    """Where a queued job stands."""

    ahead: int  # jobs that will be sent before it at the same API; counted up to 1,000
    running: int  # jobs at that API now
    last_sent_at: int | None = None  # UTC ms when the newest of them was sent
