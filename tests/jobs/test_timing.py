"""When to look and when to retry."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.timing import LONGEST_POLL, RETRY_LONGEST, poll_delay, retry_delay


def looks(duration: int, *, typical: int, learnt: bool) -> list[int]:
    """The moments at which a job of that duration is looked at, the last one finding it finished."""
    moments = [0]
    while moments[-1] < duration:
        moments.append(moments[-1] + poll_delay(elapsed=moments[-1], typical=typical, learnt=learnt, webhook=False))
    return moments[1:]


@given(st.integers(2_000, 60_000))
def test_unlearnt_durations_are_found_soon_and_with_few_looks(duration: int) -> None:
    moments = looks(duration, typical=20_000, learnt=False)
    assert len(moments) <= 13
    assert moments[-1] - duration <= max(1_000, 0.34 * duration)


@given(st.integers(2_000, 60_000), st.floats(0.9, 1.1))
def test_learnt_durations_are_found_within_half_a_second_or_a_twentieth(typical: int, spread: float) -> None:
    moments = looks(int(typical * spread), typical=typical, learnt=True)
    assert len(moments) <= 10
    assert moments[-1] - int(typical * spread) <= max(600, typical // 20 + 1)


@given(st.integers(0, 10_000_000), st.integers(1, 600_000), st.booleans(), st.booleans())
def test_a_look_is_never_at_once_and_never_far_away(elapsed: int, typical: int, learnt: bool, webhook: bool) -> None:
    delay = poll_delay(elapsed=elapsed, typical=typical, learnt=learnt, webhook=webhook)
    assert 500 <= delay <= max(LONGEST_POLL, int(1.5 * typical))


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
