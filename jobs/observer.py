"""What the metrics want to know; called at once after the fact, and never allowed to raise."""

from typing import Protocol

from jobs.breaker import Circuit
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.status import Status


class Observer(Protocol):
    """Somebody who counts."""

    def admitted(self, job: Job) -> None:
        """A job and its reservation are committed."""
        ...

    def changed(self, job: Job, previous: Status) -> None:
        """A job has left the state `previous` for `job.status`."""
        ...

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """A call to an image API went wrong, whatever becomes of the job."""
        ...

    def create_given_up(self, job: Job) -> None:
        """The outcome of the job's last create stays unknown: it may have been paid although nothing came of it."""
        ...

    def circuit_changed(self, circuit: Circuit) -> None:
        """The breaker of an API key has opened, has closed, or is open for another trouble."""
        ...


class Observers:
    """Several observers as one."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def admitted(self, job: Job) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.admitted(job)

    def changed(self, job: Job, previous: Status) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.changed(job, previous)

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.provider_error(provider, reason)

    def create_given_up(self, job: Job) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.create_given_up(job)

    def circuit_changed(self, circuit: Circuit) -> None:
        """Tell all."""
        for observer in self._observers:
            observer.circuit_changed(circuit)
