"""Blocked patterns: what is taken, what is refused in a sentence, and that no pattern makes a prompt take long."""

import pytest
import re2

from jobs.content.folding import readings
from jobs.content.patterns import LONGEST, SIZE_MOST, PatternList, pattern_fault, patterns_fault

TEXT_LONGEST = 4_000  # characters that Discord takes in an option at most


def find(text: str, *patterns: str) -> str | None:
    listed = PatternList(patterns)
    hit = listed.find(readings(text))
    return None if hit is None else hit.typed


@pytest.mark.parametrize(
    ("text", "pattern", "typed"),
    [
        ("a Badger", r"\bbad\w*", "Badger"),
        ("a b\u200badger", r"\bbad\w*", "b\u200badger"),
        ("ein BÄR", r"\bb[äa]r\b", "BÄR"),
        ("ein BÄR", r"\bbar\b", "BÄR"),
        ("seed 1488", r"\d{4}", "1488"),
        ("a fox", r"\bbad\w*", None),
        ("forbad", r"\bbad\w*", None),
    ],
)
def test_a_pattern_is_looked_for_as_typed_and_without_disguise(text: str, pattern: str, typed: str | None) -> None:
    assert pattern_fault(pattern) is None
    assert find(text, pattern) == typed


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (" ", "A pattern is empty"),
        ("x" * (LONGEST + 1), f"at most {LONGEST} characters"),
        ("(fox", "`(fox` is no pattern for RE2: missing ): (fox."),
        ("(?=fox)", "is no pattern for RE2: invalid perl operator"),
        (r"(a)\1", "is no pattern for RE2: invalid escape sequence"),
        (r"\p{L}{1,100}", "is no pattern for RE2: pattern too large"),
        (r"\p{L}{2}", "is too large"),
        ("(a?b?c? ?){999}Z", "is too large"),  # a second for each prompt
        ("x*", "fits every prompt"),
    ],
)
def test_what_is_no_pattern_is_said_in_a_sentence(pattern: str, said: str) -> None:
    assert said in str(pattern_fault(pattern))


def test_patterns_have_a_size_together() -> None:
    large = [f"{letter}[a-z]{{100}}" for letter in "abc"]
    assert [pattern_fault(each) for each in large] == [None, None, None]
    assert patterns_fault(large[:1]) is None
    assert "too large" in str(patterns_fault(large))


@pytest.mark.parametrize(
    "pattern",
    [r"(a*)*b", r"(a|a)*b", r"(a+a+)+b", r"(?:a?){30}a{30}b", r"(.*a){10}b", r"^(([a-z])+.)+[A-Z]([a-z])+0$"],
)
def test_what_is_catastrophic_elsewhere_is_a_small_program_here(pattern: str) -> None:
    """RE2 takes at most `programsize` steps for each character: Python's `re` would take years for these."""
    assert pattern_fault(pattern) is None
    assert re2.compile(pattern).programsize < SIZE_MOST // 8
    assert find("a" * TEXT_LONGEST, pattern) is None
