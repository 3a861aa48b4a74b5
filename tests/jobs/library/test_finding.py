"""What is offered while somebody types: the best match first, whatever the size of the library."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.library import finding
from jobs.library.entry import Entry, Facts
from jobs.library.finding import Index, folded


def entry(name: str, *triggers: str) -> Entry:
    facts = Facts(name=name, source="o/r", triggers=triggers)
    return Entry(id=name, guild_id=1, facts=facts, approved=True, added_by=7, added_at=0)


def index_of(entries: Sequence[Entry]) -> Index:
    index = Index()
    for each in entries:
        index.put(each)
    return index


def found(index: Index, typed: str, most: int = 25) -> list[str]:
    return [each.facts.name for each in index.search(typed, most=most, place=lambda _entry: 0)]


def test_a_beginning_comes_before_a_word_before_any_part_before_a_trigger_before_scattered_letters() -> None:
    index = index_of(
        [
            entry("Fjord Images Limited Mountain"),
            entry("Paint", "film look"),
            entry("Microfilm"),
            entry("Old Film"),
            entry("Filmic"),
            entry("film"),
            entry("Cinema"),
        ]
    )
    assert found(index, "FILM") == ["film", "Filmic", "Old Film", "Microfilm", "Paint", "Fjord Images Limited Mountain"]
    assert found(index, "film", most=3) == ["film", "Filmic", "Old Film"]


@pytest.mark.parametrize("typed", ["cafe no", "CAFÉ-NO", "  café   no", "cafenoir", "noir"])
def test_case_accents_spaces_and_dashes_make_no_difference(typed: str) -> None:
    assert found(index_of([entry("Café_Noir")]), typed) == ["Café_Noir"]


def test_nothing_typed_offers_all_by_name() -> None:
    assert found(index_of([entry("b"), entry("a"), entry("C")]), " ") == ["a", "b", "C"]


def test_what_is_put_elsewhere_comes_later_and_what_is_hidden_not_at_all() -> None:
    index = index_of([entry("a best"), entry("b"), entry("hidden a")])
    places = {"a best": 1, "b": 0, "hidden a": None}
    shown = index.search("", most=25, place=lambda each: places[each.facts.name])
    assert [each.facts.name for each in shown] == ["b", "a best"]


def test_scattered_letters_can_be_left_out() -> None:
    index = index_of([entry("Film Grain"), entry("Ink", "flgr")])
    shown = index.search("flgr", most=25, place=lambda _entry: 0, worst=finding.Match.TRIGGER_HOLDS)
    assert [each.facts.name for each in shown] == ["Ink"]
    assert found(index, "flgr") == ["Ink", "Film Grain"]


def test_a_changed_or_removed_entry_is_found_as_it_is_now() -> None:
    first = entry("Grain")
    index = index_of([first])
    index.put(replace(first, facts=replace(first.facts, name="Ink")))
    assert (found(index, "grain"), found(index, "ink")) == ([], ["Ink"])
    index.drop(first)
    index.drop(first)
    assert found(index, "") == []


NAMES = st.lists(st.text("abc -é", min_size=1, max_size=6).filter(str.strip), max_size=12, unique=True)


@given(names=NAMES, typed=st.text("abc é", max_size=4))
def test_what_is_found_begins_with_the_best_and_leaves_nothing_out_that_holds_what_was_typed(
    names: list[str], typed: str
) -> None:
    shown = found(index_of([entry(name) for name in names]), typed)
    wanted = folded(typed)
    holding = {name for name in names if wanted in folded(name)}
    assert holding <= set(shown)
    assert len(shown) == len(set(shown))
    begins = [folded(name).startswith(wanted) for name in shown if name in holding]
    assert begins == sorted(begins, reverse=True) or "-" in "".join(names) or " " in "".join(names)


def test_a_search_among_thousands_ranks_only_what_fits_and_prepares_nothing_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How long a search takes depends on this: the others cost one comparison of texts each."""
    index = index_of([entry(f"Style {number:04}", f"trigger{number}") for number in range(5_000)])
    prepared: list[str] = []
    looked_at: list[str] = []
    fold = finding.folded
    match = finding._match

    def counted_fold(text: str) -> str:
        prepared.append(text)
        return fold(text)

    def counted_match(each: finding._Prepared, *typed: str) -> finding.Match | None:
        looked_at.append(each.name)
        return match(each, *typed)

    monkeypatch.setattr(finding, "folded", counted_fold)
    monkeypatch.setattr(finding, "_match", counted_match)
    assert found(index, "trigger4999") == ["Style 4999"]
    assert prepared == ["trigger4999"]
    assert looked_at == ["style 4999"]
