"""How much work a prompt makes: counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from jobs.content.folding import readings
from jobs.content.splitting import parts
from jobs.content.words import BlockedWord, WordList

TEXT_LONGEST = 1_000
WORST = ["a", "!", "a ", "a-", "1", "!a", "\u200b", "a! ", "ﷺ", "i'", "b a d ", "\u0301", "🅱", "ab ab-"]


def lines_run(work: Callable[[], object]) -> int:
    """Lines of Python that it executes in jobs/content."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if "/content/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def search(words: WordList, text: str) -> None:
    for reading in readings(text):
        words.find(reading)


@pytest.mark.parametrize("unit", WORST)
def test_a_text_of_twice_the_length_makes_twice_the_work(unit: str) -> None:
    words = WordList(["bad", "aaab", "white power", "illi", "a a a a a b"])
    half, whole = (unit * (length // len(unit)) for length in (TEXT_LONGEST // 2, TEXT_LONGEST))
    for text in (half, whole):
        search(words, text)  # what is remembered of single characters is remembered
    assert lines_run(lambda: search(words, whole)) <= 2.1 * lines_run(lambda: search(words, half)) + 100


def test_hundreds_of_words_make_no_more_work_than_one() -> None:
    many = [f"{first}{second}ng" for first in "bdfgklmnprstvw" for second in ("a", "e", "i", "o", "u", "ai", "ou")]
    text = "a fox jumps over the lazy dog, " * 100
    one, all_of_them = WordList(many[:1]), WordList(many)
    search(one, text)  # what is remembered of single characters is remembered
    assert lines_run(lambda: search(all_of_them, text)) <= 1.05 * lines_run(lambda: search(one, text))


@pytest.mark.parametrize("unit", WORST)
def test_the_parts_of_a_text_are_together_at_most_some_times_as_long(unit: str) -> None:
    for reading in readings(unit * (TEXT_LONGEST // len(unit))):
        made = sum(len(part.text) for part in parts(reading, lengths={1, 2, 6}))
        assert made <= 20 * (len(reading.text) + 1)


def test_a_long_row_of_one_letter_is_compared_by_a_machine_without_backtracking() -> None:
    word = BlockedWord("i" * 3 + "l" * 3)
    assert word.fits("1" * TEXT_LONGEST) is False  # more digits than letters
    assert word.fits("|" * TEXT_LONGEST)
    assert not word.fits("|" * TEXT_LONGEST + "x")


def test_no_character_stands_for_a_whole_sentence() -> None:
    """Some have a decomposition of eighteen characters: a prompt of these would be eighteen prompts."""
    assert all(len(reading.text) == TEXT_LONGEST for reading in readings("\ufdfa" * TEXT_LONGEST))
    assert readings("\ufb03")[0].text == "ffi"
