"""Where a job stands, in the numbers that its user is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.breaker import Breakers, Trouble
from jobs.catalog import Catalog, Provider
from jobs.estimates import Estimates
from jobs.model import Job
from jobs.ports import Clock, Store
from jobs.status import Status


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A snapshot; times in milliseconds."""

    job: Job
    ahead: int = 0  # jobs that are sent before this one; counted up to 1,000
    expected_in: int  # until the images are there, from now; 0 when overdue
    elapsed: int = 0  # since it was sent to the API
    typical: int  # how long the model takes
    outage: bool = False  # its API takes nothing now, and that is expected to pass
    can_cancel: bool = True  # a synchronous API cannot be told to stop what it has

    @property
    def share(self) -> float:
        """The share of the typical time that has passed, 0 to 1."""
        return min(1.0, self.elapsed / max(1, self.typical))


class ProgressReader:
    """Reads snapshots; `slots` is how many jobs an API takes at once, over all its keys."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        estimates: Estimates,
        clock: Clock,
        breakers: Breakers,
        *,
        slots: Mapping[Provider, int],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._estimates = estimates
        self._clock = clock
        self._breakers = breakers
        self._slots = slots

    async def read(self, job_id: str) -> Progress | None:
        """The job's present state, or None when there is no such job."""
        job = await self._store.get(job_id)
        if job is None:
            return None
        typical = self._estimates.typical(job.request.model)
        if job.status is Status.QUEUED:
            place = await self._store.place(job)
            slots = max(1, self._slots.get(job.provider, 1))
            rounds = 1 + (place.ahead + place.running) // slots
            wait = max(0, job.not_before - self._clock.now())
            outage = self._breakers.outage(job.provider)
            return Progress(
                job=job,
                ahead=place.ahead,
                expected_in=rounds * typical + wait,
                typical=typical,
                outage=outage is not None and outage.trouble is Trouble.SERVICE,
            )
        elapsed = max(0, self._clock.now() - (job.submitted_at or job.created_at))
        model = self._catalog.get(job.request.model)
        return Progress(
            job=job,
            expected_in=max(0, typical - elapsed),
            elapsed=elapsed,
            typical=typical,
            can_cancel=model is None or not model.synchronous,
        )
