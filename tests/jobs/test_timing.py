"""When to look and when to retry."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.timing import CLOSE_STEP, LONGEST_POLL, RETRY_LONGEST, Durations, poll_delay, retry_delay


def looks(duration: int, durations: Durations) -> list[int]:
    """The moments at which a job of that duration is looked at, the last one finding it finished."""
    moments = [0]
    while moments[-1] < duration:
        moments.append(moments[-1] + poll_delay(elapsed=moments[-1], durations=durations, webhook=False))
    return moments[1:]


def unlearnt(typical: int) -> Durations:
    return Durations(typical=typical, shortest=typical, longest=typical, learnt=False)


def learnt(shortest: int, longest: int) -> Durations:
    return Durations(typical=(shortest + longest) // 2, shortest=shortest, longest=longest, learnt=True)


@given(st.integers(2_000, 60_000))
def test_unlearnt_durations_are_found_soon_and_with_few_looks(duration: int) -> None:
    moments = looks(duration, unlearnt(20_000))
    assert len(moments) <= 12
    assert moments[-1] - duration <= max(1_000, 0.41 * duration)


@given(st.integers(1_000, 60_000), st.floats(1, 3), st.floats(0, 1))
def test_learnt_durations_are_found_within_a_ninth_of_their_spread_or_at_once(
    shortest: int, spread: float, place: float
) -> None:
    durations = learnt(shortest, int(shortest * spread))
    duration = int(shortest + place * (durations.longest - shortest))
    moments = looks(duration, durations)
    assert len(moments) <= 12
    step = max(CLOSE_STEP, 1 + (durations.longest - shortest) // 8, durations.typical // 40)
    assert moments[-1] - duration <= step


@given(st.integers(2_000, 60_000), st.floats(0.9, 1.1))
def test_durations_that_hardly_vary_are_found_within_half_a_second_or_a_fortieth(typical: int, place: float) -> None:
    durations, duration = learnt(int(0.9 * typical), int(1.1 * typical)), int(typical * min(place, 1.09))
    moments = looks(duration, durations)
    assert len(moments) <= 10
    assert moments[-1] - duration <= max(500, typical // 40)


@given(st.integers(2_000, 60_000), st.floats(0.05, 0.4))
def test_jobs_that_have_become_much_faster_are_found_at_half_the_typical_time(typical: int, share: float) -> None:
    assert looks(int(typical * share), learnt(int(0.9 * typical), int(1.1 * typical)))[-1] <= typical // 2 + CLOSE_STEP


@given(st.integers(0, 10_000_000), st.integers(1, 600_000), st.booleans(), st.booleans())
def test_a_look_is_never_at_once_and_never_far_away(elapsed: int, typical: int, known: bool, webhook: bool) -> None:
    durations = learnt(typical, typical) if known else unlearnt(typical)
    delay = poll_delay(elapsed=elapsed, durations=durations, webhook=webhook)
    assert CLOSE_STEP <= delay <= max(LONGEST_POLL, int(1.5 * typical))


@given(st.integers(1, 30), st.none() | st.floats(0, 3600), st.floats(0, 1))
def test_a_retry_never_undercuts_the_vendors_wish_and_is_bounded(
    attempts: int, retry_after: float | None, jitter: float
) -> None:
    delay = retry_delay(attempts=attempts, retry_after=retry_after, jitter=jitter)
    wished = int(1000 * (retry_after or 0))
    assert wished <= delay <= max(wished, RETRY_LONGEST)
    assert delay >= 1_000


def test_retries_back_off() -> None:
    delays = [retry_delay(attempts=n, retry_after=None, jitter=1.0) for n in range(1, 8)]
    assert delays == sorted(delays)
    assert delays[0] == 2_000
    assert delays[-1] == RETRY_LONGEST
