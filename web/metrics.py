"""What is counted, in Prometheus' terms, on a registry of its own."""

import enum
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from jobs.breaker import Circuit, State
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.status import FINISHED, Status

# Seconds. A generation takes some twenty; a delivery a second, or minutes while Discord has trouble.
_GENERATION_BUCKETS: Final = (1, 2.5, 5, 7.5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600)
_DELIVERY_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_MS: Final = 1000


class WebhookOutcome(enum.StrEnum):
    """What became of a call to the webhook's URL; the value is the label."""

    ACCEPTED = "accepted"
    LATE = "late"  # proven, of a job that needs none any more: not read
    UNKNOWN = "unknown"  # no such job, or a wrong token
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of an outcome
    TOO_MANY = "too_many"  # others about the same job are still being read
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    BROKEN_OFF = "broken_off"  # the sender went away before the body was whole
    UNAVAILABLE = "unavailable"  # our database was


class Metrics:
    """`jobs.observer.Observer`, and what the HTTP side counts. No method raises; money is micro-dollars."""

    def __init__(self) -> None:
        # A time beside each count would double what is read, and nobody asks for it.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._admitted = self._counter("jobs_admitted", "Jobs committed with their reservation.", "model")
        self._finished = self._counter("jobs_finished", "Jobs that have ended.", "model", "status", "reason")
        self._errors = self._counter("provider_errors", "Calls to image APIs that went wrong.", "provider", "reason")
        self._given_up = self._counter(
            "creates_given_up", "Creates that may have been paid although nothing came of them.", "provider"
        )
        self._webhooks = self._counter("webhooks", "Calls to webhook URLs.", "outcome")
        self._spent = self._counter(
            "spent_micro_usd", "Cost of finished images: as the API reports it, else as estimated.", "model", "source"
        )
        self._generation = self._histogram(
            "generation_seconds", "From the last create until the images were stored.", _GENERATION_BUCKETS
        )
        self._delivery = self._histogram(
            "delivery_seconds", "From the images being stored until they were posted.", _DELIVERY_BUCKETS
        )
        self._in_state = Gauge(
            "fluxcord_jobs_in_state", "Unfinished jobs by state.", ["status"], registry=self._registry
        )
        self._unknown_creates = Gauge(
            "fluxcord_unknown_creates",
            "Creates that may have been paid although nothing came of them, as the database holds them.",
            registry=self._registry,
        )
        self._open_keys = Gauge(
            "fluxcord_open_keys", "API keys with which nothing is sent now.", ["provider"], registry=self._registry
        )
        self._open: set[tuple[Provider, str]] = set()
        for provider in Provider:
            self._open_keys.labels(provider).set(0)
        self.set_jobs_in_state({})

    def admitted(self, job: Job) -> None:
        """A job and its reservation are committed."""
        self._admitted.labels(job.request.model).inc()

    def changed(self, job: Job, previous: Status) -> None:
        """A job has left the state `previous` for `job.status`."""
        model = job.request.model
        if job.status is Status.DELIVERING and previous is not Status.DELIVERING:
            reported = job.cost is not None
            cost = job.cost if job.cost is not None else job.estimated_cost
            self._spent.labels(model, "reported" if reported else "estimated").inc(max(cost, 0))
            _observe(self._generation, model, job.submitted_at, job.completed_at)
        if job.status is Status.DELIVERED:
            _observe(self._delivery, model, job.completed_at, job.finished_at)
        if job.status in FINISHED:
            self._finished.labels(model, job.status, job.failure.reason if job.failure else "").inc()

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """A call to an image API went wrong, whatever becomes of the job."""
        self._errors.labels(provider, reason).inc()

    def create_given_up(self, job: Job) -> None:
        """The outcome of the job's last create stays unknown."""
        self._given_up.labels(job.provider).inc()

    def circuit_changed(self, circuit: Circuit) -> None:
        """The breaker of an API key has opened or closed; half-open counts as open."""
        key = (circuit.provider, circuit.key_id)
        (self._open.discard if circuit.state is State.CLOSED else self._open.add)(key)
        self._open_keys.labels(circuit.provider).set(sum(provider is key[0] for provider, _ in self._open))

    def webhook(self, outcome: WebhookOutcome) -> None:
        """A webhook's URL was called."""
        self._webhooks.labels(outcome).inc()

    def set_jobs_in_state(self, counts: Mapping[Status, int]) -> None:
        """How many jobs are in each unfinished state; a state that is not told holds none."""
        for status in Status:
            if status not in FINISHED:
                self._in_state.labels(status).set(counts.get(status, 0))

    def set_unknown_creates(self, count: int) -> None:
        """How many creates may have been paid for nothing since the database was made, whatever was restarted."""
        self._unknown_creates.set(count)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"fluxcord_{name}", help_text, labels, registry=self._registry)

    def _histogram(self, name: str, help_text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"fluxcord_{name}", help_text, ["model"], buckets=buckets, registry=self._registry)


def _observe(histogram: Histogram, model: str, start: int | None, end: int | None) -> None:
    if start is not None and end is not None:
        histogram.labels(model).observe(max(end - start, 0) / _MS)
