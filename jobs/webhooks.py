"""What image APIs report about jobs: proven before it is read, and read so that nobody can make it cost much.

A token proves that its sender knows a secret of this one job, no more. So what he reports is used where it fits what is
known of the job, and is a reason to ask the API itself where it does not.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from jobs.completion import Completion, is_awaited
from jobs.ending import Ending
from jobs.errors import ProviderError
from jobs.model import Job
from jobs.outcomes import Finished, WebhookNews
from jobs.status import Status
from jobs.world import World, about, failure_of, persist

_log = structlog.get_logger(__name__)
_AT_ONCE: Final = 4  # reports about one job in work; the vendor sends each three times at most, 10 s apart
_ASK_PAUSE: Final = 2_000  # ms between two polls of one job that reports have hurried
_REMEMBERED: Final = 1_000  # jobs whose last hurried poll is known; an older one may be hurried once more


@dataclass(frozen=True, kw_only=True)
class WebhookKey:
    """What a report about a job must carry to be believed: secrets, which go into no log."""

    token: str = field(repr=False)  # in the URL
    secret: str = field(repr=False)  # in a header, where it is there at all
    awaited: bool  # False: the job needs no report any more, so that none has to be read


class Webhooks:
    """Takes reports about jobs."""

    def __init__(self, world: World, completion: Completion, ending: Ending) -> None:
        self._world = world
        self._completion = completion
        self._ending = ending
        self._in_work: Counter[str] = Counter()
        self._hurried: dict[str, int] = {}

    async def key(self, provider: str, job_id: str) -> WebhookKey | None:
        """What proves a report about this job; None when there is no such job there. Costs one read.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        job = await self._world.store.get(job_id)
        if job is None or job.provider != provider:
            return None
        return WebhookKey(token=job.webhook_token, secret=job.webhook_secret, awaited=_is_read(job))

    def arrived(self, job_id: str, body: bytes) -> bool:
        """Read a proven report in the background; False, and it is not read, when too many of this job are in work.

        Duplicates, late and early ones are harmless.
        """
        if self._in_work[job_id] >= _AT_ONCE:
            return False
        self._in_work[job_id] += 1
        self._world.tasks.spawn(f"webhook {job_id}", self._read(job_id, body))
        return True

    async def _read(self, job_id: str, body: bytes) -> None:
        world = self._world
        try:
            job = await persist(lambda: world.store.get(job_id))
            if job is not None and _is_read(job):
                await self._use(job, body)
        finally:
            self._in_work[job_id] -= 1
            if not self._in_work[job_id]:
                del self._in_work[job_id]

    async def _use(self, job: Job, body: bytes) -> None:
        api = self._world.apis.get(job.provider)
        news = api.read_webhook(job, body) if api is not None else WebhookNews()
        match news.result:
            case _ if job.status is Status.CANCELLING:
                await self._stopped(job, news)
            case Finished() if _is_about(job, news):
                result = replace(news.result, prediction_id=news.prediction_id)
                await self._completion.complete(job, result, hearsay=True)
            case ProviderError() if _is_about(job, news) and _has_one_create(job):
                await self._fail(job, news.result)
            case _:
                await self._ask(job)

    async def _fail(self, job: Job, error: ProviderError) -> None:
        if self._completion.is_busy(job.id):
            _log.warning("a failure is reported of a job whose images are on their way here", **about(job))
            return
        self._world.observer.provider_error(job.provider, error.reason)
        await self._ending.fail(job, failure_of(error))

    async def _stopped(self, job: Job, news: WebhookNews) -> None:
        """The end of what its user wants no more, whether it failed or succeeded; the API is asked anyway otherwise."""
        store, prediction_id = self._world.store, news.prediction_id
        if prediction_id is not None and news.result is not None and _is_about(job, news) and _has_one_create(job):
            if job.prediction_id is None:
                await persist(lambda: store.name_cancelling(job.id, prediction_id=prediction_id))
            await self._ending.cancelled(job)

    async def _ask(self, job: Job) -> None:
        """Let the API itself tell, at once, but not as often as somebody likes to report."""
        world, now = self._world, self._world.clock.now()
        if job.status is not Status.RUNNING:
            return  # there is no name yet to ask by; whoever looks for the create finds it
        last = self._hurried.pop(job.id, None)
        waits = last is not None and last > now
        at = last if last is not None and waits else max(now, (last or 0) + _ASK_PAUSE)
        self._hurried[job.id] = at
        while len(self._hurried) > _REMEMBERED:
            del self._hurried[next(iter(self._hurried))]
        if not waits:
            await persist(lambda: world.store.schedule_poll(job.id, at=at))
            world.look_due.wake()


def _is_read(job: Job) -> bool:
    """Whether a report may change anything: it brings a result, or the end of what is being cancelled."""
    return is_awaited(job) or job.status is Status.CANCELLING


def _is_about(job: Job, news: WebhookNews) -> bool:
    """Whether it is about the create that counts; an earlier one of the same job has another name."""
    return news.prediction_id is not None and job.prediction_id in {None, news.prediction_id}


def _has_one_create(job: Job) -> bool:
    """Whether a failure must be that of the create that counts: else it may be that of one that was given up."""
    return job.prediction_id is not None or job.unknown_creates == 0
