"""What the operator is told: once when it comes, once when it has gone, and never a flood."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.operator.bulletin import GATHERED, HOUR, PATIENCE, SETTLED, Bulletin
from jobs.breaker import Circuit, State, Trouble
from jobs.catalog import Provider
from jobs.errors import Reason
from tests.support import make_job

CREDIT = Circuit(
    provider=Provider.AIMLAPI,
    key_id="key",
    number=1,
    of=1,
    state=State.OPEN,
    trouble=Trouble.ACCOUNT,
    reason=Reason.OUT_OF_CREDIT,
)
KEY = replace(CREDIT, provider=Provider.EACHLABS, reason=Reason.UNAUTHORISED, number=2, of=3)
OUTAGE = replace(CREDIT, provider=Provider.EACHLABS, trouble=Trouble.SERVICE, reason=Reason.TEMPORARY)


def due(bulletin: Bulletin, now: int, *, at_the_end: bool = False) -> list[str]:
    return [str(notice.text) for notice in bulletin.due(now, at_the_end=at_the_end)]


def closed(circuit: Circuit, at: int) -> Circuit:
    return replace(circuit, state=State.CLOSED, closed_at=at)


@pytest.fixture
def bulletin() -> Bulletin:
    return Bulletin()


@pytest.mark.parametrize(
    ("circuit", "told"),
    [
        (CREDIT, "The credit at **AI/ML API** is used up (`AIMLAPI_API_KEY`). Top it up there"),
        (KEY, "**each::labs** refuses the bot's API key (key 2 of 3 in `EACHLABS_API_KEY`). Check it in `.env`"),
    ],
)
def test_trouble_with_the_account_is_told_at_once_and_once(bulletin: Bulletin, circuit: Circuit, told: str) -> None:
    bulletin.circuit_changed(circuit, now=1_000)
    [text] = due(bulletin, 1_000)
    assert text.startswith(told)
    assert due(bulletin, 10 * HOUR) == []
    assert bulletin.next_at() is None


def test_that_it_is_over_is_told_once_it_has_been_so_for_a_minute(bulletin: Bulletin) -> None:
    bulletin.circuit_changed(CREDIT, now=0)
    due(bulletin, 0)
    bulletin.circuit_changed(closed(CREDIT, 5_000), now=5_000)
    assert due(bulletin, 5_000 + SETTLED - 1) == []
    assert bulletin.next_at() == 5_000 + SETTLED
    assert due(bulletin, 5_000 + SETTLED) == ["**AI/ML API** works again (`AIMLAPI_API_KEY`)."]
    assert due(bulletin, 10 * HOUR) == []
    assert bulletin.next_at() is None


def test_a_key_that_comes_and_goes_is_one_trouble(bulletin: Bulletin) -> None:
    texts = []
    for minute in range(100):
        bulletin.circuit_changed(CREDIT, now=60_000 * minute)
        texts += due(bulletin, 60_000 * minute)
        at = 60_000 * minute + 30_000
        bulletin.circuit_changed(closed(CREDIT, at), now=at)
        texts += due(bulletin, at)
    assert len(texts) == 1


def test_an_outage_is_told_only_when_it_lasts(bulletin: Bulletin) -> None:
    bulletin.circuit_changed(OUTAGE, now=0)
    assert due(bulletin, PATIENCE - 1) == []
    assert bulletin.next_at() == PATIENCE
    [text] = due(bulletin, PATIENCE)
    assert "has had trouble for minutes" in text
    bulletin.circuit_changed(replace(OUTAGE, reason=Reason.UNKNOWN_OUTCOME), now=PATIENCE + 1)
    assert due(bulletin, HOUR) == []


def test_an_outage_that_passes_soon_is_told_to_nobody(bulletin: Bulletin) -> None:
    bulletin.circuit_changed(OUTAGE, now=0)
    bulletin.circuit_changed(closed(OUTAGE, 60_000), now=60_000)
    assert due(bulletin, HOUR) == []
    assert bulletin.next_at() is None


def test_an_outage_that_turns_out_to_be_the_keys_is_told_as_that(bulletin: Bulletin) -> None:
    bulletin.circuit_changed(OUTAGE, now=0)
    bulletin.circuit_changed(replace(OUTAGE, trouble=Trouble.ACCOUNT, reason=Reason.UNAUTHORISED), now=1_000)
    [text] = due(bulletin, 1_000)
    assert "refuses the bot's API key" in text


def test_lost_creates_are_gathered_for_a_minute_and_told_at_most_once_an_hour(bulletin: Bulletin) -> None:
    job = make_job(id="a" * 20)
    bulletin.given_up(job, now=0)
    bulletin.given_up(replace(job, id="b" * 20), now=30_000)
    assert due(bulletin, GATHERED - 1) == []
    [text] = due(bulletin, GATHERED)
    assert text == (
        "**each::labs**: 2 creates got no answer and were not found again. Each may have been paid: "
        f"compare with the bill there. Jobs: `{'a' * 20}`, `{'b' * 20}`"
    )
    bulletin.given_up(job, now=GATHERED + 1)
    assert bulletin.next_at() == GATHERED + HOUR
    [text] = due(bulletin, GATHERED + HOUR)
    assert "1 create got no answer" in text


def test_at_the_stop_what_was_being_gathered_is_told(bulletin: Bulletin) -> None:
    bulletin.given_up(make_job(provider=Provider.AIMLAPI), now=0)
    [text] = due(bulletin, 1, at_the_end=True)
    assert text.startswith("**AI/ML API**: 1 create got no answer. It may have been paid")
    assert due(bulletin, HOUR, at_the_end=True) == []


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], "2 other keys take its jobs over."),
        ([KEY], "1 other key takes its jobs over."),
        ([KEY, KEY], "No key works now: jobs for this API fail until one does"),
        ([KEY, OUTAGE], "No key works now: jobs wait for ten minutes, then fail"),
        ([KEY, closed(KEY, 0)], "1 other key takes its jobs over."),
        ([CREDIT, CREDIT], "2 other keys take its jobs over."),  # another API's
    ],
)
@pytest.mark.parametrize("trouble", [KEY, OUTAGE])
def test_what_becomes_of_jobs_is_told_by_how_many_keys_work(
    bulletin: Bulletin, trouble: Circuit, others: list[Circuit], told: str
) -> None:
    for number, circuit in enumerate([*others, trouble], start=1):
        known = replace(circuit, number=number, of=3, key_id=f"key {number}")
        bulletin.circuit_changed(replace(known, state=State.OPEN), now=0)
        bulletin.circuit_changed(known, now=0)
    text = due(bulletin, PATIENCE)[-1]
    if trouble is OUTAGE and told.endswith("until one does"):
        told = "No key works now: jobs wait for ten minutes, then fail"
    assert told in text


def test_what_is_told_of_lost_creates_says_of_which(bulletin: Bulletin) -> None:
    """So that it can be remembered, and no start tells it again."""
    bulletin.given_up(make_job(id="a" * 20, unknown_creates=3), now=0, creates=2)
    bulletin.given_up(make_job(id="b" * 20, unknown_creates=1), now=0)
    bulletin.given_up(make_job(id="b" * 20, unknown_creates=2), now=0)
    [notice] = bulletin.due(GATHERED)
    assert "4 creates got no answer" in str(notice.text)
    assert notice.lost == {"a" * 20: 3, "b" * 20: 2}


@given(st.integers(1, 500))
def test_a_message_fits_however_many_were_lost(count: int) -> None:
    bulletin = Bulletin()
    for number in range(count):
        bulletin.given_up(make_job(id=f"{number:020}"), now=number)
    [text] = due(bulletin, HOUR)
    assert len(text) <= 2000
    assert f"{count} create" in text


@given(st.lists(st.tuples(st.integers(0, 600_000), st.sampled_from(["open", "close", "lose"])), max_size=200))
def test_it_never_floods(moves: list[tuple[int, str]]) -> None:
    """One opening and one closing at most within the minute that a recovery takes; losses once an hour."""
    bulletin, now, texts = Bulletin(), 0, []
    is_open = False
    for pause, move in moves:
        now += pause
        texts += due(bulletin, now)
        if move == "lose":
            bulletin.given_up(make_job(), now=now)
        elif (move == "open") is not is_open:
            is_open = move == "open"
            bulletin.circuit_changed(CREDIT if is_open else closed(CREDIT, now), now=now)
        texts += due(bulletin, now)
        at = bulletin.next_at()
        assert at is None or at > now
    lost = sum("got no answer" in text for text in texts)
    assert lost <= 1 + now // HOUR
    assert len(texts) - lost <= 2 + 2 * now // SETTLED
