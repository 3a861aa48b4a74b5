"""What the operator is told of a database or a disk in trouble: once when it lasts, once when it has gone, no flood."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.operator.troubles import APART, LASTS, SETTLED, Place, TroubleDigest

BEGINS = {
    Place.DATABASE: "**Trouble with the bot's database**: it is locked. Nobody can order",
    Place.DATA_DIR: "**Trouble with the bot's `DATA_DIR`**: it is locked. Results wait",
}
ENDS = {
    Place.DATABASE: "**The bot's database** can be used again.",
    Place.DATA_DIR: "**The bot's `DATA_DIR`** can be written again.",
}


def due(digest: TroubleDigest, now: int, *, at_the_end: bool = False) -> list[str]:
    return [str(sentence) for sentence in digest.due(now, at_the_end=at_the_end)]


@pytest.mark.parametrize("place", Place)
def test_what_lasts_is_told_once_and_that_it_has_gone_once(place: Place) -> None:
    digest = TroubleDigest()
    digest.changed(place, "it is locked", now=0)
    assert digest.next_at() == LASTS
    assert due(digest, LASTS - 1) == []
    [begins] = due(digest, LASTS)
    assert begins.startswith(BEGINS[place])
    digest.changed(place, "it is full", now=LASTS + 1)
    assert (due(digest, 10 * APART), digest.next_at()) == ([], None)
    digest.changed(place, None, now=10 * APART)
    assert due(digest, 10 * APART + SETTLED - 1) == []
    assert digest.next_at() == 10 * APART + SETTLED
    assert due(digest, 10 * APART + SETTLED) == [ENDS[place]]
    assert (due(digest, 20 * APART), digest.next_at()) == ([], None)


def test_what_is_over_within_seconds_is_told_to_nobody() -> None:
    digest = TroubleDigest()
    digest.changed(Place.DATABASE, "it is locked", now=0)
    digest.changed(Place.DATABASE, None, now=LASTS - 1)
    assert due(digest, LASTS) == []
    assert due(digest, APART) == []
    assert digest.next_at() is None


def test_one_place_is_not_the_other() -> None:
    digest = TroubleDigest()
    for place in Place:
        digest.changed(place, "it is locked", now=0)
    digest.changed(Place.DATA_DIR, None, now=1)
    [begins] = due(digest, LASTS)
    assert "database" in begins


def test_what_comes_and_goes_is_one_trouble() -> None:
    digest = TroubleDigest()
    told: list[str] = []
    for now in range(0, 4 * APART, LASTS):
        digest.changed(Place.DATABASE, "it is locked", now=now)
        told += due(digest, now)
        digest.changed(Place.DATABASE, None, now=now + LASTS // 2)
        told += due(digest, now + LASTS // 2)
    assert len(told) == 1


def test_at_the_stop_it_is_told_that_is_over_what_has_only_just_ended() -> None:
    digest = TroubleDigest()
    digest.changed(Place.DATABASE, "it is locked", now=0)
    assert due(digest, 1, at_the_end=True) == []
    assert len(due(digest, LASTS)) == 1
    digest.changed(Place.DATABASE, None, now=LASTS)
    assert due(digest, LASTS, at_the_end=True) == [ENDS[Place.DATABASE]]


@given(st.lists(st.tuples(st.integers(0, 200_000), st.booleans()), max_size=80))
def test_begins_and_ends_alternate_and_keep_their_distance(steps: list[tuple[int, bool]]) -> None:
    digest, now, told = TroubleDigest(), 0, list[tuple[int, str]]()
    for pause, is_bad in steps:
        while (at := digest.next_at()) is not None and at <= now + pause:
            told += [(at, text) for text in due(digest, at)]
        now += pause
        digest.changed(Place.DATABASE, "it is locked" if is_bad else None, now=now)
    texts = [text for _, text in told]
    assert all(text.startswith(BEGINS[Place.DATABASE]) for text in texts[::2])
    assert texts[1::2] == [ENDS[Place.DATABASE]] * (len(texts) // 2)
    begun = [at for at, _ in told[::2]]
    assert all(later - earlier >= APART for earlier, later in pairwise(begun))
