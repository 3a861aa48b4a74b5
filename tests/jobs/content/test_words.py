"""Blocked words: however they are disguised they are found, and what only resembles them is not."""

# ruff: noqa: RUF001 - characters that can be mistaken for others are what this is about

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.content.folding import readings
from jobs.content.lookalikes import EITHER, LOOKALIKES, SIGNS, STAND_INS
from jobs.content.words import Hit, WordList

BLOCKED = ["bad", "ass", "bitch", "kill", "hell", "sex", "god", "slit", "1488", "white power", "猫", "ばか", "секрет"]
COMMON = """
fox foxes red read reed led let lit list slit silt tail tall tell till toil tool to too two god good gold goal lose
loose lost bit bite bat bad bade bed bead beat boat boot bot but butt put hop hoop hope shot shoot shut coop cop cope
soup soap sop hell hello heel he her here hero cat cats coat cot cut cute van vanes fan an ann in inn ill i'll i'd id
din dine diner dinner winner wine win begin being biz gig big bib gib
"""
LOOKS = {letter: [other for other, seen in LOOKALIKES.items() if seen.lower() == letter] for letter in "abcdehiklst"}
INVISIBLE = ["\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u034f", "\u202e", "\U000e0061"]


def find(text: str, blocked: list[str] | None = None) -> Hit | None:
    words = WordList(BLOCKED if blocked is None else blocked)
    return next((hit for reading in readings(text) if (hit := words.find(reading))), None)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("a bad fox", "bad"),
        ("a BaD fox", "BaD"),
        ("a bád fox", "bád"),
        ("b\u0336a\u0336d\u0336", "b\u0336a\u0336d"),
        ("ｂａｄ", "ｂａｄ"),
        ("𝐛𝐚𝐝", "𝐛𝐚𝐝"),
        ("🅱🅰🅳 fox", "🅱🅰🅳"),
        ("b\u200ba\u200bd", "b\u200ba\u200bd"),
        ("bad\u200bfox", "bad"),
        ("b\u00ada\u2060d", "b\u00ada\u2060d"),
        ("b a d", "b a d"),
        ("a b a d fox", "b a d"),
        ("a fox, b.a.d, in the snow", "b.a.d"),
        ("b - a - d", "b - a - d"),
        ("b_a_d", "b_a_d"),
        ("a bad2 fox", "bad"),
        ("1bad", "bad"),
        ("bad007", "bad"),
        ("ba-d", "ba-d"),
        ("baaaad", "baaaad"),
        ("bbaadd", "bbaadd"),
        ("asss", "asss"),
        ("b\u0430d", "b\u0430d"),
        ("\u03b2\u03b1d", "\u03b2\u03b1d"),
        ("b4d", "b4d"),
        ("b@d", "b@d"),
        ("b!tch!!!", "b!tch"),
        ("a$$", "a$$"),
        ("@$$", "@$$"),
        ("k1ll", "k1ll"),
        ("k|ll", "k|ll"),
        ("kiIl", "kiIl"),
        ("bad!", "bad"),
        ("(bad:1.3)", "bad"),
        ("{bad|red} fox", "bad"),
        ("fox|bad", "bad"),
        ("1488", "1488"),
        ("14/88", None),  # numbers that stand apart are dates, prices, scores
        ("white, power", "white, power"),
        ("whitepower", "whitepower"),
        ("wh1te  p0wer", "wh1te  p0wer"),
        ("黒い猫の絵", "猫"),
        ("ば か です", "ば か"),
        ("СЕКРЕТ", "СЕКРЕТ"),
        ("half of a pair \ud800 bad", "bad"),
    ],
)
def test_a_word_is_found_through_its_disguise_and_named_as_it_was_typed(text: str, typed: str | None) -> None:
    hit = find(text)
    assert (hit.typed if hit is not None else None) == typed


@pytest.mark.parametrize(
    "text",
    [
        "a class that assesses a bass, a massive brass glass",
        "C L A S S",
        "a badge, a forbadding badger",
        "good dogs",  # one letter doubled is another word than `god`
        "as is",
        "he'll say we'll go, shell, hello",
        "silt on the tall sill",  # an l is no i
        "a 455 ml bottle of 4 SS",
        "U.S.S. Enterprise",
        "Essex, sextant, a sextet",
        "1,488 birds, 14880, 148",
        "white, great power",
        "はかせ",  # without its dakuten ば would be は
        "C++ and $5",
        "",
        "!!! ??? 🦊",
    ],
)
def test_what_only_resembles_a_word_is_none(text: str) -> None:
    assert find(text) is None


def test_common_words_are_not_mistaken_for_one_another() -> None:
    """Each is blocked by itself, and all the others are looked for."""
    words = COMMON.split()
    for word in words:
        if word.isalpha():
            found = [other for other in words if find(other, [word]) is not None]
            assert found == [word]


@st.composite
def disguises(draw: st.DrawFn) -> tuple[str, str]:
    """A blocked word, and the same with everything that the rules say is seen through."""
    word = draw(st.sampled_from(["bad", "bitch", "kill", "slit", "hatchet"]))
    letters = []
    for letter in word:
        seen = [letter, letter.upper(), *LOOKS.get(letter, []), unicodedata.normalize("NFKD", letter) + "\u0301"]
        seen += [chr(0xFEE0 + ord(letter)), chr(0x1D41A + ord(letter) - ord("a"))]
        shown = draw(st.sampled_from(seen)) if letter != "l" else letter
        shown *= draw(st.sampled_from([1, 1, 1, 3, 4]))
        letters.append(shown + "".join(draw(st.lists(st.sampled_from(INVISIBLE), max_size=2))))
    stand_in = draw(st.sampled_from([None, *[at for at, letter in enumerate(word) if letter in STAND_INS]]))
    if stand_in is not None:
        letters[stand_in] = draw(st.sampled_from(STAND_INS[word[stand_in]].replace(EITHER, "")))
    return word, "".join(letters)


@given(disguises(), st.sampled_from(["{}", "a {} fox", "fox, {}", "({}:1.2)", "the\n{}\tfox", "“{}”", "fox/{}"]))
def test_whatever_is_combined_is_seen_through(disguise: tuple[str, str], around: str) -> None:
    word, text = disguise
    hit = find(around.format(text), [word])
    assert hit is not None
    assert hit.blocked == word


@given(
    st.sampled_from(["bad", "bitch", "hatchet"]),
    st.sampled_from([" ", ".", "-", "_", "  ", " - ", "*", "/", ", ", "🦊", "\u00a0", "\u3000", "\u2800", "\u3164"]),
    st.sampled_from(["", "a ", "the ", "(", "fox, "]),
)
def test_letters_that_stand_apart_are_a_word(word: str, gap: str, before: str) -> None:
    hit = find(f"{before}{gap.join(word)} fox", [word])
    assert hit is not None


@given(st.text(max_size=200), st.lists(st.sampled_from(BLOCKED), min_size=1, unique=True))
def test_what_is_named_is_a_piece_of_the_text(text: str, blocked: list[str]) -> None:
    hit = find(text, blocked)
    assert hit is None or hit.typed in text


@given(st.text(alphabet=SIGNS + "ab!1 \u200b", max_size=30))
def test_no_reading_loses_its_places(text: str) -> None:
    for reading in readings(text):
        assert len(reading.text) == len(reading.places)
        assert list(reading.places) == sorted(reading.places)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_plain_text_is_read_as_all_other_text_is(text: str) -> None:
    """The short way for it must lead to the same."""
    plain = readings(text)
    whole = readings(f"{text} é")
    assert [reading.text + " e" for reading in plain] == [reading.text for reading in whole]
    assert [(*reading.places, len(text), len(text) + 1) for reading in plain] == [reading.places for reading in whole]
