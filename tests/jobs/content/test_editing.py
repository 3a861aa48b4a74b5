"""Adding to what is blocked, and taking away from it."""

import pytest

from jobs.content.editing import (
    MOST_PATTERNS,
    MOST_WORDS,
    WORD_LONGEST,
    list_of_patterns_fault,
    split,
    with_pattern,
    with_words,
    without,
    words_fault,
)
from jobs.sentence import Sentence
from jobs.servers.rules import ContentRules

RULES = ContentRules(words=("bad", "white power"), patterns=("fox$",), spoiler=True)


def rules(changed: ContentRules | Sentence) -> ContentRules:
    assert isinstance(changed, ContentRules)
    return changed


def test_words_are_set_apart_by_commas_semicolons_and_lines() -> None:
    assert split(" bad,  white   power ;;\nworse,") == ["bad", "white power", "worse"]


def test_what_is_there_already_however_it_is_written_is_not_added_again() -> None:
    changed = rules(with_words(RULES, ["BÁD", "worse", "Worse", "white-power"]))
    assert changed.words == ("bad", "white power", "worse")
    assert changed.spoiler
    assert rules(with_pattern(changed, "fox$")) == changed
    assert rules(with_pattern(changed, "dog$")).patterns == ("fox$", "dog$")


def test_what_is_there_can_be_taken_away_however_it_is_written() -> None:
    changed = rules(without(RULES, words=["WHITE  power"], pattern="fox$"))
    assert (changed.words, changed.patterns, changed.spoiler) == (("bad",), (), True)


@pytest.mark.parametrize(("words", "pattern"), [(["bad", "worse"], None), ([], "dog$")])
def test_what_is_not_there_is_said_and_nothing_changes(words: list[str], pattern: str | None) -> None:
    said = without(RULES, words=words, pattern=pattern)
    assert isinstance(said, Sentence)
    assert "is not on the list" in str(said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a"], "too short"),
        (["🦊"], "too short"),
        (["x" * (WORD_LONGEST + 1)], "too long"),
        (["a b c d e f g"], "at most 6 words"),
        ([f"word{number}" for number in range(MOST_WORDS + 1)], f"At most {MOST_WORDS} words"),
        (["i" * one + "l" * other for one in range(1, 5) for other in range(1, 5)], "look alike"),
    ],
)
def test_what_cannot_be_blocked_is_said_in_a_sentence(words: list[str], said: str) -> None:
    assert said in str(words_fault(words))
    assert said in str(with_words(ContentRules(), words))


def test_one_letter_is_enough_where_a_letter_is_a_word() -> None:
    assert words_fault(["猫"]) is None


def test_only_so_many_patterns_can_be_blocked() -> None:
    patterns = [f"fox{number}" for number in range(MOST_PATTERNS + 1)]
    assert "At most" in str(list_of_patterns_fault(patterns))
    assert list_of_patterns_fault(patterns[1:]) is None
    assert "no pattern" in str(with_pattern(ContentRules(), "(fox"))
