"""Trigger words: added when they are missing, never twice, and told apart from what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.library.triggers import missing_from, with_words
from jobs.request import ImageRequest

WORDS = st.text("abcß猫é ,(-:1İ\u0301", min_size=1, max_size=8)
PROMPTS = st.text("abcß猫é ,(-:1İ\u0301", max_size=30).map(str.strip)


@pytest.mark.parametrize(
    ("prompt", "triggers", "missing"),
    [
        ("a fox", ["ohwx"], ("ohwx",)),
        ("an OHWX fox", ["ohwx"], ()),
        ("a fox in film   grain", ["Film Grain"], ()),
        ("a foxglove", ["fox"], ("fox",)),
        ("(fox:1.2), soft", ["fox"], ()),
        ("ohwx_man", ["ohwx"], ("ohwx",)),
        ("黒猫の絵", ["猫"], ()),
        ("\uff26\uff2f\uff38", ["fox"], ()),
        ("a fox", ["b", "a", "b", "B"], ("b",)),
        ("a fox", ["film grain", "film"], ("film grain",)),
        ("a fox", ["film", "film grain"], ("film", "film grain")),
        ("a c++ poster", ["c++", "c+"], ()),
    ],
)
def test_what_is_missing(prompt: str, triggers: list[str], missing: tuple[str, ...]) -> None:
    assert missing_from(prompt, triggers) == missing


@given(prompt=PROMPTS, triggers=st.lists(WORDS, max_size=5))
def test_once_added_nothing_is_missing_any_more(prompt: str, triggers: list[str]) -> None:
    added = missing_from(prompt, triggers)
    whole = with_words(prompt, added)
    assert missing_from(whole, triggers) == ()
    assert whole.startswith(prompt)
    assert set(added) <= set(triggers)


@given(prompt=PROMPTS, triggers=st.lists(WORDS, max_size=5))
def test_what_was_typed_can_be_told_from_what_was_added(prompt: str, triggers: list[str]) -> None:
    added = missing_from(prompt, triggers)
    request = ImageRequest(model="flux-lora", prompt=with_words(prompt, added), seed=1, added=added)
    assert request.typed_prompt == prompt
    assert ImageRequest.from_json(request.to_json()) == request
