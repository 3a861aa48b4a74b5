"""What a prompt with alternatives stands for, and what is refused before anything is made."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given

from jobs.alternatives import MOST, differing, expand
from jobs.sentence import Sentence

words = st.text(alphabet="ab \\{}|", max_size=6)


def escaped(text: str) -> str:
    return "".join("\\" + character if character in "\\{}|" else character for character in text)


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("{red|green|blue} fox", ["red fox", "green fox", "blue fox"]),
        ("a {red|green} {fox|owl}", ["a red fox", "a red owl", "a green fox", "a green owl"]),
        ("a fox{| at night}", ["a fox", "a fox at night"]),
        ("{a|a|b}", ["a", "b"]),
        (r"\{literal\} {a\|b|c}", ["{literal} a|b", "{literal} c"]),
        (r"a\b {1|2}", [r"a\b 1", r"a\b 2"]),
        ("left|right {1|2}", ["left|right 1", "left|right 2"]),
        ("ends in a stroke {1|2}\\", ["ends in a stroke 1\\", "ends in a stroke 2\\"]),
    ],
)
def test_a_prompt_stands_for_every_combination_in_the_order_of_reading(prompt: str, prompts: list[str]) -> None:
    assert expand(prompt) == prompts


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("{a|{b|c}}", "Braces cannot stand in braces: write the alternatives side by side."),
        ("a } b {c|d}", "A brace is closed that was never opened: write `\\}` where you mean the brace itself."),
        (
            "a {b|c",
            "A brace is opened and never closed: close it, or write `\\{` where you mean the brace itself.",
        ),
        ("{1|2|3|4}{1|2|3}", "These alternatives make more than 10 prompts, which is the most: leave some out."),
        (
            "{|fox}",
            "One of the alternatives leaves the prompt empty: write at least a word outside of the braces.",
        ),
        (
            "a fox",
            (
                "The prompt has no alternatives: write them in braces, as in `{red|green|blue} fox`, or leave "
                "`alternatives` out."
            ),
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(prompt: str, sentence: str) -> None:
    refusal = expand(prompt)
    assert isinstance(refusal, Sentence)
    assert str(refusal) == sentence


def test_a_thousand_braces_are_counted_and_not_made() -> None:
    assert isinstance(expand("{a|b}" * 800), Sentence)


@given(choices=st.lists(st.lists(words, min_size=1, max_size=3), max_size=4), between=words)
def test_whatever_is_escaped_comes_back_as_it_was(choices: list[list[str]], between: str) -> None:
    prompt = escaped(between).join("{" + "|".join(map(escaped, choice)) + "}" for choice in choices)
    expected = list(dict.fromkeys(between.join(row).strip() for row in itertools.product(*choices)))
    expanded = expand(prompt)
    if isinstance(expanded, Sentence):
        asked = 1
        for choice in choices:
            asked *= len(choice)
        assert asked > MOST or len(expected) == 1 or "" in expected
    else:
        assert list(expanded) == expected


@given(prompt=st.text(alphabet="ab{}|\\ ", max_size=40))
def test_nothing_that_is_typed_breaks_it(prompt: str) -> None:
    expanded = expand(prompt)
    assert isinstance(expanded, Sentence) or (2 <= len(set(expanded)) == len(expanded) <= MOST and all(expanded))


@pytest.mark.parametrize(
    ("prompts", "told"),
    [
        (["a red fox at night", "a green fox at night"], ["red", "green"]),
        (["a red fox", "a green owl"], ["red fox", "green owl"]),
        (["a fox", "a fox at night"], ["", "at night"]),
        (["red", "green"], ["red", "green"]),
        (["a a", "a a a"], ["", "a"]),
        (["", ""], ["", ""]),
    ],
)
def test_what_tells_prompts_apart_is_shown_alone(prompts: list[str], told: list[str]) -> None:
    assert differing(prompts) == told
