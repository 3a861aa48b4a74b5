"""Where a job stands, in the numbers that its user is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.breaker import Breakers, Trouble
from jobs.catalog import Catalog, Provider
from jobs.forecast import Forecasts
from jobs.model import Job
from jobs.ports import Clock
from jobs.servers.rules import Pause
from jobs.servers.servers import Servers
from jobs.status import Status
from jobs.store import Store


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A snapshot; times in milliseconds."""

    job: Job
    ahead: int = 0  # jobs that are sent before this one; counted up to 1,000
    expected_in: int  # until the images are there, from now; 0 when overdue, or when all that occupies the API is
    elapsed: int = 0  # since it was sent to the API
    typical: int  # how long the API takes for it, from what was seen of the like
    pause: Pause | None = None  # its server is paused: it is held until somebody resumes
    outage: bool = False  # its API takes nothing now, and that is expected to pass
    search: int = 0  # how long a lost create is looked for in all; 0 once that is over
    can_cancel: bool = True  # not twice; and a synchronous API cannot be told to stop what it has

    @property
    def share(self) -> float:
        """The share of the typical time that has passed, 0 to 1."""
        return min(1.0, self.elapsed / max(1, self.typical))


class ProgressReader:
    """Reads snapshots. `slots`: jobs that an API takes at once, over all its keys; `grace`: as in `LostCreates`."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        forecasts: Forecasts,
        clock: Clock,
        breakers: Breakers,
        servers: Servers,
        *,
        slots: Mapping[Provider, int],
        grace: int,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._forecasts = forecasts
        self._clock = clock
        self._breakers = breakers
        self._servers = servers
        self._slots = slots
        self._grace = grace

    async def read(self, job_id: str) -> Progress | None:
        """The job's present state, or None when there is no such job."""
        job = await self._store.get(job_id)
        return await self.look_at(job) if job is not None else None

    async def look_at(self, job: Job) -> Progress:
        """The state of a job that was just read."""
        usual = self._forecasts.usual(job.request.model)  # of those that go first nobody looks at more than that
        typical = self._forecasts.expected(job.request)
        pause = self._servers.of(job.order.guild_id).pause
        if job.status is Status.QUEUED and pause is not None:
            return Progress(job=job, expected_in=0, typical=typical, pause=pause)
        if job.status is Status.QUEUED:
            place = await self._store.place(job)
            slots = max(1, self._slots.get(job.provider, 1))
            rounds = (place.ahead + place.running) // slots
            now = self._clock.now()
            wait = max(0, job.not_before - now)
            is_stuck = place.running >= slots and place.last_sent_at is not None and now - place.last_sent_at > usual
            outage = self._breakers.outage(job.provider)
            return Progress(
                job=job,
                ahead=place.ahead,
                expected_in=0 if is_stuck else rounds * usual + typical + wait,
                typical=typical,
                outage=outage is not None and outage.trouble is Trouble.SERVICE,
            )
        now = self._clock.now()
        elapsed = max(0, now - (job.submitted_at or job.created_at))
        is_searched = job.status is Status.UNCONFIRMED and now - (job.doubted_at or now) < self._grace
        model = self._catalog.get(job.request.model)
        return Progress(
            job=job,
            expected_in=max(0, typical - elapsed),
            elapsed=elapsed,
            typical=typical,
            search=self._grace if is_searched else 0,
            can_cancel=job.status is not Status.CANCELLING and (model is None or not model.synchronous),
        )
