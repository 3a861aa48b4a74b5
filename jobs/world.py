"""What every step of a job's life needs, made once by `bot.py`, and the small things that all steps share."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from jobs.breaker import Breakers
from jobs.catalog import Catalog, Provider
from jobs.doubts import LostCreates
from jobs.errors import ProviderError, Reason
from jobs.estimates import Estimates
from jobs.forecast import Forecasts
from jobs.model import DIRECT, Failure, Job, Order, Usage
from jobs.observer import Observer
from jobs.ports import Audience, Clock, ImageApi, ImageFiles, ImageSource, StoreUnavailable
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.quota import Bounds
from jobs.sentence import say
from jobs.servers.allowance import Allowance, allowance
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.signal import Signal
from jobs.store import Store
from jobs.tasks import Tasks
from jobs.timing import poll_delay

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_PAUSE_FIRST: Final = 0.5  # seconds
_PAUSE_LONGEST: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports, the catalogue and the signals."""

    store: Store
    apis: Mapping[Provider, ImageApi]
    catalog: Catalog
    source: ImageSource
    files: ImageFiles
    audience: Audience
    observer: Observer
    clock: Clock
    estimates: Estimates
    forecasts: Forecasts
    public_url: str | None  # where webhooks reach us; None turns them off
    images_per_day: int  # a member's in a server
    images_per_day_direct: int  # a user's outside of all servers; 0: nobody may
    waiting_jobs_per_user: int  # in the queue at once, in a server
    servers: Servers
    people: People
    pseudonyms: Pseudonyms
    breakers: Breakers
    lost_creates: LostCreates
    started_at: int  # UTC ms; what was sent before has waited for our start too
    tasks: Tasks = field(default_factory=Tasks)
    claim_due: Signal = field(default_factory=Signal)  # a claim may succeed now: a job has come, or a slot is free
    look_due: Signal = field(default_factory=Signal)  # the earliest poll has changed

    async def usage(self, job: Job) -> Usage:
        """The quota of the job's user, now."""
        order = job.order
        return await persist(
            lambda: self.store.usage(
                guild_id=order.guild_id,
                user_id=order.user_id,
                allowance=self.allowance(order.guild_id, order.user_id, order.roles),
                former_id=self.pseudonyms.former(order.user_id),
            )
        )

    def allowance(self, guild_id: int, user_id: int, roles: Collection[int]) -> Allowance:
        """How many images the user may make there."""
        return allowance(
            self.servers.of(guild_id).quota,
            user_id=user_id,
            roles=roles,
            day=self.images_per_day_direct if guild_id == DIRECT else self.images_per_day,
            since=max(self.people.since(guild_id, each) for each in self.pseudonyms.ids_of(user_id)),
        )

    def bounds(self, order: Order) -> Bounds:
        """What an order has to keep within."""
        return Bounds(
            allowance=self.allowance(order.guild_id, order.user_id, order.roles),
            former_id=self.pseudonyms.former(order.user_id),
            most_waiting=self.waiting_jobs_per_user,
            server=self.servers.of(order.guild_id).caps,
            bot=self.servers.everywhere.caps,
        )

    def offers(self, job: Job) -> bool:
        """Whether the job's model and its API are still there."""
        return self.catalog.get(job.request.model) is not None and job.provider in self.apis

    def typical(self, job: Job) -> int:
        """How long the job's model takes, in milliseconds."""
        return self.estimates.typical(job.request.model)

    def silent_for(self, job: Job) -> int:
        """Milliseconds for which this process has had no end of a sent job; those before its start are not counted."""
        return self.clock.now() - max(job.submitted_at or job.created_at, self.started_at)

    def webhook_url(self, job: Job) -> str | None:
        """Where the API is to report this job, or None where it cannot.

        The URL names the job and proves itself with the job's own token.
        """
        model = self.catalog.get(job.request.model)
        if self.public_url is None or model is None or model.synchronous:
            return None
        return f"{self.public_url.rstrip('/')}/webhooks/{job.provider}/{job.id}/{job.webhook_token}"

    def next_look(self, job: Job, *, elapsed: int) -> int:
        """Milliseconds until the next poll of a job that has run for `elapsed`."""
        return poll_delay(
            elapsed=elapsed,
            durations=self.estimates.durations(job.request.model),
            webhook=self.webhook_url(job) is not None,
        )

    async def discard(self, job_id: str) -> None:
        """Remove the job's files; what cannot be removed now is swept by the next start."""
        try:
            await self.files.discard(job_id)
        except OSError as error:
            _log.warning("files could not be removed", job=job_id, cause=str(error))


async def persist(write: Callable[[], Awaitable[_T]]) -> _T:
    """Repeat a write of the store until the database can be used again.

    For what has happened in the world already and must not be forgotten because a disk is full for a minute.
    """
    pause = _PAUSE_FIRST
    while True:
        try:
            return await write()
        except StoreUnavailable as error:
            # What is wrong is told where it is met, once; a line for each job that waits would only hide it.
            _log.debug("a write waits for the database", cause=str(error), pause_s=pause)
        await asyncio.sleep(pause)
        pause = min(_PAUSE_LONGEST, 2 * pause)


def about(job: Job) -> dict[str, object]:
    """The ids that every log line about a job carries."""
    return {"job": job.id, "user": job.order.user_id, "guild": job.order.guild_id}


def failure_of(error: ProviderError) -> Failure:
    """The failure that an API's error means for a job."""
    return Failure(reason=error.reason, user_message=error.user_message, detail=error.detail)


def internal(detail: str) -> Failure:
    """The failure of a job that met a fault of our own."""
    message = say("Something went wrong in this bot. Please try again; its operator finds the cause in the log.")
    return Failure(reason=Reason.INTERNAL, user_message=message, detail=detail)
