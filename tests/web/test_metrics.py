from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from jobs.breaker import Circuit, State, Trouble
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job
from jobs.observer import Observer
from jobs.sentence import verbatim
from jobs.status import Status
from web.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample that is not 0, by name and the values of its labels in their alphabetical order."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if sample.value and not sample.name.endswith("_bucket")
    }


def test_it_is_an_observer() -> None:
    """The type checker holds it; at run time it is enough to be taken for one."""
    observer: Observer = Metrics()
    assert observer is not None


def test_a_delivered_job_is_counted_once_with_its_times_and_its_reported_cost(job: Job) -> None:
    """Times are seconds, money micro-dollars."""
    metrics = Metrics()
    metrics.admitted(job)
    job = replace(job, status=Status.DELIVERING, submitted_at=1_000, completed_at=13_500, cost=30_000)
    metrics.changed(job, Status.RUNNING)
    metrics.changed(replace(job, status=Status.DELIVERED, finished_at=14_000), Status.DELIVERING)
    assert samples(metrics) == {
        ("fluxcord_jobs_admitted_total", "flux-lora"): 1,
        ("fluxcord_spent_micro_usd_total", "flux-lora", "reported"): 30_000,
        ("fluxcord_generation_seconds_count", "flux-lora"): 1,
        ("fluxcord_generation_seconds_sum", "flux-lora"): 12.5,
        ("fluxcord_delivery_seconds_count", "flux-lora"): 1,
        ("fluxcord_delivery_seconds_sum", "flux-lora"): 0.5,
        ("fluxcord_jobs_finished_total", "flux-lora", "", "delivered"): 1,
    }


def test_without_a_reported_cost_the_estimate_counts(job: Job) -> None:
    """Each job's cost is in one of the two, so that their sum is what was spent."""
    metrics = Metrics()
    metrics.changed(replace(job, status=Status.DELIVERING), Status.SUBMITTING)
    assert samples(metrics) == {("fluxcord_spent_micro_usd_total", "flux-lora", "estimated"): 35_000}


def test_a_failed_job_is_counted_with_its_reason(job: Job) -> None:
    """The reason is the domain's word."""
    metrics = Metrics()
    failure = Failure(reason=Reason.REJECTED, user_message=verbatim(""), detail="")
    metrics.changed(replace(job, status=Status.FAILED, failure=failure), Status.SUBMITTING)
    assert samples(metrics) == {("fluxcord_jobs_finished_total", "flux-lora", "rejected", "failed"): 1}


def test_errors_are_counted_by_provider_and_reason() -> None:
    """Whatever becomes of the job."""
    metrics = Metrics()
    for _ in range(2):
        metrics.provider_error(Provider.AIMLAPI, Reason.RATE_LIMITED)
    assert samples(metrics) == {("fluxcord_provider_errors_total", "aimlapi", "rate_limited"): 2}


def test_states_that_are_told_no_more_hold_no_jobs() -> None:
    """A gauge must fall again; finished states are not shown."""
    metrics = Metrics()
    metrics.set_jobs_in_state({Status.QUEUED: 3, Status.RUNNING: 2, Status.DELIVERED: 9})
    metrics.set_jobs_in_state({Status.RUNNING: 1})
    assert samples(metrics) == {("fluxcord_jobs_in_state", "running"): 1}


def test_two_of_them_do_not_meet() -> None:
    """Each has its own registry: no globals."""
    one, other = Metrics(), Metrics()
    one.provider_error(Provider.EACHLABS, Reason.TEMPORARY)
    assert samples(other) == {}


@given(
    previous=st.sampled_from(Status),
    status=st.sampled_from(Status),
    times=st.lists(st.none() | st.integers(-1, 2**53), min_size=3, max_size=3),
    cost=st.none() | st.integers(-1, 2**53),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the job is not changed
def test_no_job_makes_it_raise(
    job: Job, previous: Status, status: Status, times: list[int | None], cost: int | None
) -> None:
    """Counting must never stop what is counted."""
    submitted, completed, finished = times
    changed = replace(
        job, status=status, submitted_at=submitted, completed_at=completed, finished_at=finished, cost=cost
    )
    Metrics().changed(changed, previous)


def test_creates_that_were_given_up_are_counted_by_api(job: Job) -> None:
    """Each may have been paid: what was spent on nothing is at most this often."""
    metrics = Metrics()
    metrics.create_given_up(job)
    metrics.create_given_up(job)
    assert samples(metrics) == {("fluxcord_creates_given_up_total", "eachlabs"): 2}


def test_open_keys_are_counted_by_api_until_they_close() -> None:
    """A key that is open for another trouble is still one."""
    metrics = Metrics()
    one = Circuit(provider=Provider.EACHLABS, key_id="one", number=1, of=2, state=State.OPEN)
    for circuit in (one, replace(one, key_id="two"), replace(one, trouble=Trouble.ACCOUNT)):
        metrics.circuit_changed(circuit)
    assert samples(metrics) == {("fluxcord_open_keys", "eachlabs"): 2}
    metrics.circuit_changed(replace(one, state=State.CLOSED))
    assert samples(metrics) == {("fluxcord_open_keys", "eachlabs"): 1}
    assert 'fluxcord_open_keys{provider="aimlapi"} 0.0' in metrics.text().decode()
