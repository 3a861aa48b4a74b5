import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.scrub import Scrubber

KEY = "sk-live-0123456789"
PROMPT = "A Lighthouse in a storm,\n  seen from « below »"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("nothing to hide", "nothing to hide"),
        (f"bad key {KEY}!", "bad key [key]!"),
        (f"bad key {KEY.upper()}", "bad key [key]"),
        (f"bad key {KEY[:10]}…", "bad key [key]…"),
        (f"you sent {PROMPT} to us", "you sent [prompt] to us"),
        ("you sent a lighthouse IN A STORM, se", "you sent [prompt]"),
        ("a\x00b\nc\u202ed\x1b[0m", "a b c d [0m"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("see https://h.example/a?sig=1#x now", "see https://h.example/a now"),
        ("  spaced \t out  ", "spaced out"),
    ],
)
def test_secrets_prompts_and_queries_are_taken_out(text: str, clean: str) -> None:
    """And it becomes one printable line."""
    assert Scrubber(secrets=[KEY, ""], prompt=PROMPT).clean(text) == clean


@pytest.mark.parametrize("quoted", [json.dumps(PROMPT), json.dumps({"input": {"prompt": PROMPT}}), repr(PROMPT)])
def test_a_quoted_prompt_is_taken_out_too(quoted: str) -> None:
    """Vendors quote requests as JSON."""
    clean = Scrubber(secrets=[], prompt=PROMPT).clean(f"cannot use {quoted}")
    assert "Lighthouse" not in clean
    assert "below" not in clean


def test_a_cyrillic_prompt_is_found_in_escapes() -> None:
    """JSON may write each letter as a number."""
    clean = Scrubber(secrets=[], prompt="маяк в шторм на закате").clean(json.dumps("это маяк в шторм на закате"))
    assert "\\u043c\\u0430\\u044f" not in clean


def test_a_short_prompt_is_hidden_as_a_word_and_leaves_other_words() -> None:
    """A prompt of three letters must not tear the text apart."""
    scrub = Scrubber(secrets=[], prompt="cat")
    assert scrub.clean("the Cat, in a category of cats: cat") == "the [prompt], in a category of cats: [prompt]"


def test_the_length_is_bounded() -> None:
    """However long the vendor's text is."""
    assert len(Scrubber(secrets=[], prompt="").clean("x" * 1_000_000)) == 300
    assert Scrubber(secrets=[], prompt="").clean("abcdef", longest=4) == "abc…"


@given(st.text(), st.text(min_size=6, max_size=40), st.text(), st.integers(0, 40))
def test_no_run_of_a_secret_ever_stays(before: str, secret: str, after: str, start: int) -> None:
    """Six characters in a row are too many, wherever they stand."""
    visible = "".join(letter for letter in secret if letter.isascii() and letter.isalnum())
    clean = Scrubber(secrets=[visible], prompt="").clean(f"{before}{visible[start:]}{after}", longest=10_000)
    runs = [visible[at : at + 6] for at in range(len(visible) - 5)]
    assert not any(run in clean for run in runs)
