"""The circuit breaker of an API key."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.breaker import FIRST, IN_A_ROW, LONGEST, LONGEST_WISH, Breakers, Circuit, State, Trouble, trouble_of
from jobs.catalog import Provider
from jobs.errors import (
    ContentRefused,
    GenerationFailed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Reason,
    Rejected,
    ResultUnusable,
    Temporary,
    Unauthorised,
    UnknownOutcome,
)
from tests.jobs.support import MovableClock

ONE, TWO = "key one", "key two"
ACCOUNT = [Unauthorised("401"), OutOfCredit("402")]
SERVICE = [Temporary("503"), RateLimited("429"), UnknownOutcome("time-out")]


@dataclass
class Told:
    circuits: list[Circuit] = field(default_factory=list)

    def circuit_changed(self, circuit: Circuit) -> None:
        self.circuits.append(circuit)


@dataclass
class Bench:
    clock: MovableClock = field(default_factory=MovableClock)
    told: Told = field(default_factory=Told)
    keys: tuple[str, ...] = (ONE, TWO)

    def __post_init__(self) -> None:
        self.breakers = Breakers({Provider.EACHLABS: self.keys, Provider.AIMLAPI: ["c"]}, self.clock, self.told)

    def service_trouble(self, key: str = ONE, error: ProviderError | None = None) -> None:
        for number in range(IN_A_ROW):
            self.breakers.failed(key, f"job {number}", error or Temporary("503"))

    def probe(self, key: str = ONE, error: ProviderError | None = None) -> None:
        self.breakers.sending(key, "probe")
        if error is None:
            self.breakers.succeeded(key, "probe")
        else:
            self.breakers.failed(key, "probe", error)

    def pause(self, key: str = ONE) -> int:
        """How long until something may be sent with it."""
        began = self.clock.ms
        while not self.breakers.allows(key):
            self.clock.advance(1_000)
        return self.clock.ms - began


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        *((error, Trouble.ACCOUNT) for error in ACCOUNT),
        *((error, Trouble.SERVICE) for error in SERVICE),
        *((error, None) for error in (Rejected(""), ContentRefused(""), GenerationFailed(""), ResultUnusable(""))),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ProviderError) else str(value),
)
def test_whose_trouble_an_error_is(error: ProviderError, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


@pytest.mark.parametrize("error", ACCOUNT, ids=lambda error: error.reason)
def test_trouble_with_the_account_opens_at_once_and_for_this_key_alone(bench: Bench, error: ProviderError) -> None:
    bench.breakers.failed(ONE, "job", error)
    assert not bench.breakers.allows(ONE)
    assert bench.breakers.allows(TWO)
    assert bench.breakers.outage(Provider.EACHLABS) is None
    assert bench.pause() == FIRST[Trouble.ACCOUNT]


@pytest.mark.parametrize("error", SERVICE, ids=lambda error: error.reason)
def test_trouble_with_the_service_opens_after_five_in_a_row(bench: Bench, error: ProviderError) -> None:
    for number in range(IN_A_ROW):
        assert bench.breakers.allows(ONE)
        bench.breakers.failed(ONE, f"{number}", error)
    assert bench.pause() == FIRST[Trouble.SERVICE]


@pytest.mark.parametrize("refusal", [None, Rejected("400"), ContentRefused("400")])
def test_an_api_that_does_its_work_in_between_breaks_the_row(bench: Bench, refusal: ProviderError | None) -> None:
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            bench.breakers.failed(ONE, "job", Temporary("503"))
        if refusal is None:
            bench.breakers.succeeded(ONE, "job")
        else:
            bench.breakers.failed(ONE, "job", refusal)
    assert bench.breakers.allows(ONE)


@pytest.mark.parametrize("closes_between", [False, True])
def test_another_kind_of_trouble_begins_with_its_own_first_pause(bench: Bench, closes_between: bool) -> None:
    """The pauses for a service that was away for long say nothing of a key that is refused now."""
    bench.service_trouble()
    for _ in range(6):
        bench.pause()
        bench.probe(error=Temporary("503"))
    assert bench.pause() == LONGEST
    if closes_between:
        bench.probe()
        bench.breakers.failed(ONE, "job", Unauthorised("401"))
    else:
        bench.probe(error=Unauthorised("401"))
    assert bench.pause() == FIRST[Trouble.ACCOUNT]


@pytest.mark.parametrize(
    ("error", "pauses"),
    [(Temporary("503"), [15, 30, 60, 120, 240, 300, 300]), (OutOfCredit("402"), [60, 120, 240, 300, 300])],
    ids=["service", "account"],
)
def test_each_probe_that_fails_doubles_the_pause_up_to_five_minutes(
    bench: Bench, error: ProviderError, pauses: list[int]
) -> None:
    bench.service_trouble(error=error)
    seen = []
    for _ in pauses:
        seen.append(bench.pause() // 1000)
        bench.probe(error=error)
    assert seen == pauses


@pytest.mark.parametrize(("wish", "pause"), [(5.0, 15_000), (90.0, 90_000), (1e6, LONGEST_WISH)])
def test_a_longer_wish_of_the_vendor_is_honoured_within_an_hour(bench: Bench, wish: float, pause: int) -> None:
    bench.service_trouble(error=RateLimited("429", retry_after=wish))
    assert bench.pause() == pause


def test_exactly_one_job_is_the_probe_and_its_success_closes(bench: Bench) -> None:
    bench.service_trouble()
    bench.pause()
    bench.breakers.sending(ONE, "probe")
    assert not bench.breakers.allows(ONE)
    bench.breakers.succeeded(ONE, "sent before")
    bench.breakers.failed(ONE, "sent before", Temporary("503"))
    assert not bench.breakers.allows(ONE)
    bench.breakers.succeeded(ONE, "probe")
    assert bench.breakers.allows(ONE)
    assert [circuit.state for circuit in bench.told.circuits] == [State.OPEN, State.CLOSED]


def test_a_probe_whose_outcome_nobody_tells_is_followed_by_another(bench: Bench) -> None:
    bench.service_trouble()
    bench.pause()
    bench.breakers.sending(ONE, "probe")
    bench.breakers.unsent(ONE, "another")
    assert not bench.breakers.allows(ONE)
    bench.breakers.unsent(ONE, "probe")
    assert bench.breakers.allows(ONE)


def test_late_answers_to_what_was_sent_before_neither_close_nor_prolong(bench: Bench) -> None:
    bench.service_trouble()
    bench.breakers.succeeded(ONE, "before")
    for _ in range(20):
        bench.breakers.failed(ONE, "before", Temporary("503"))
    assert bench.pause() == FIRST[Trouble.SERVICE]
    bench.breakers.failed(ONE, "before", Temporary("503"))
    assert bench.breakers.allows(ONE)


def test_a_key_that_is_refused_during_an_outage_is_told_as_such(bench: Bench) -> None:
    bench.service_trouble()
    bench.breakers.failed(ONE, "before", Unauthorised("401"))
    bench.breakers.failed(ONE, "before", Unauthorised("401"))
    assert [circuit.trouble for circuit in bench.told.circuits] == [Trouble.SERVICE, Trouble.ACCOUNT]
    assert bench.pause() == FIRST[Trouble.ACCOUNT]


def test_a_refused_read_opens_and_keeps_open_without_growing_the_pause_until_it_is_over(bench: Bench) -> None:
    for _ in range(5):
        bench.breakers.refused_to_read(ONE, Unauthorised("401"))
        bench.clock.advance(1_000)
    bench.breakers.refused_to_read(ONE, Temporary("503"))
    bench.breakers.refused_to_read("a key of yesterday", Unauthorised("401"))
    assert bench.pause() == FIRST[Trouble.ACCOUNT] - 5_000
    bench.breakers.sending(ONE, "probe")
    bench.breakers.refused_to_read(ONE, Unauthorised("401"))
    bench.breakers.succeeded(ONE, "probe")  # it may create, but not read
    assert bench.pause() == 2 * FIRST[Trouble.ACCOUNT]
    assert len(bench.told.circuits) == 1


def test_a_key_that_was_closed_for_a_moment_only_is_left_alone_for_longer(bench: Bench) -> None:
    for pause in (60, 120, 240):
        bench.breakers.failed(ONE, "job", OutOfCredit("402"))
        assert bench.pause() == pause * 1_000
        bench.probe()
    bench.clock.advance(LONGEST)
    bench.breakers.failed(ONE, "job", OutOfCredit("402"))
    assert bench.pause() == 60_000


def test_an_outage_is_when_no_key_is_closed(bench: Bench) -> None:
    bench.service_trouble(ONE)
    bench.clock.advance(5_000)
    assert bench.breakers.outage(Provider.EACHLABS) is None
    bench.breakers.failed(TWO, "job", OutOfCredit("402"))
    outage = bench.breakers.outage(Provider.EACHLABS)
    assert outage is not None
    # The account's trouble is the answer only where no key may recover by itself.
    assert (outage.trouble, outage.reason, outage.resting) == (Trouble.SERVICE, Reason.TEMPORARY, True)
    assert outage.since == bench.clock.ms
    assert not outage.hopeless
    assert bench.breakers.next_probe_at() == bench.clock.ms + 10_000
    bench.pause(ONE)
    later = bench.breakers.outage(Provider.EACHLABS)
    assert later is not None
    assert (later.since, later.resting) == (outage.since, False)
    assert bench.breakers.outage(Provider.AIMLAPI) is None


def test_nothing_is_to_be_waited_for_when_every_key_is_refused(bench: Bench) -> None:
    for key in (ONE, TWO):
        bench.breakers.failed(key, "job", Unauthorised("401"))
    outage = bench.breakers.outage(Provider.EACHLABS)
    assert outage is not None
    assert outage.hopeless
    bench.pause()
    again = bench.breakers.outage(Provider.EACHLABS)
    assert again is not None
    assert not again.hopeless  # the next job is the probe


errors = st.sampled_from([*ACCOUNT, *SERVICE, RateLimited("429", retry_after=100.0), Rejected("400")])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from([ONE, TWO]), st.none() | errors),
        st.tuples(st.just("late"), st.sampled_from([ONE, TWO]), st.none() | errors),
        st.tuples(st.just("read"), st.sampled_from([ONE, TWO]), errors),
        st.tuples(st.just("wait"), st.integers(0, 400_000), st.none()),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_happens_a_key_is_tried_again_within_its_pause_and_what_was_told_is_true(
    moves: list[tuple[str, str | int, ProviderError | None]],
) -> None:
    bench = Bench()
    for number, (move, what, error) in enumerate(moves):
        job = f"job {number}"
        match move, what:
            case "wait", int():
                bench.clock.advance(what)
            case "read", str() if error is not None:
                bench.breakers.refused_to_read(what, error)
            case _, _:
                assert isinstance(what, str)
                if move == "send":
                    if not bench.breakers.allows(what):
                        continue
                    bench.breakers.sending(what, job)
                if error is None:
                    bench.breakers.succeeded(what, job)
                else:
                    bench.breakers.failed(what, job, error)
    shown = {ONE: State.CLOSED, TWO: State.CLOSED} | {c.key_id: c.state for c in bench.told.circuits}
    longest = max(LONGEST, 100_000)
    for key in (ONE, TWO):
        if not bench.breakers.allows(key):
            assert shown[key] is State.OPEN
            assert bench.pause(key) <= longest
        bench.probe(key)
        assert bench.breakers.allows(key)
        assert bench.breakers.outage(Provider.EACHLABS) is None
