import pytest

from sandbox.render.fonts import Fonts
from sandbox.render.markdown import Look, Run
from sandbox.render.text import Setter, Type

BODY = Type(size=32, line=44)


@pytest.fixture
def setter() -> Setter:
    """Give a setter with fonts of its own."""
    return Setter(Fonts())


def test_a_word_of_two_styles_is_not_parted(setter: Setter) -> None:
    """Where only its first half fits a line, all of it goes to the next."""
    runs = [Run(text="first half"), Run(text="end", bold=True)]
    width = round(setter.width(Run(text="first half"), BODY)) + 8
    block = setter.block(runs, BODY, width)
    whole = setter.width(Run(text="half"), BODY) + setter.width(Run(text="end", bold=True), BODY)
    assert block.height == 2 * BODY.line
    assert block.width == pytest.approx(whole, abs=1.5)


def test_a_pill_stays_on_one_line(setter: Setter) -> None:
    """The spaces in a relative time are no places to break at."""
    time = Run(text="in 3 hours", look=Look.TIME)
    width = round(setter.width(time, BODY)) + 40
    assert setter.block([Run(text="resets "), time], BODY, width).height == 2 * BODY.line


def test_one_line_is_shortened(setter: Setter) -> None:
    """What does not fit ends with an ellipsis, what fits stays whole."""
    long = setter.line("word " * 50, BODY, 300)
    assert long.height == BODY.line
    assert 200 < long.width <= 300
    assert setter.line("word", BODY, 300).width == setter.plain("word", BODY, 300).width


def test_what_has_no_width_takes_no_room(setter: Setter) -> None:
    """Variation selectors, joiners, accents of their own, controls."""
    assert setter.width(Run(text="a\ufe0f\u200d\u0301\x00"), BODY) == setter.width(Run(text="a"), BODY)


@pytest.mark.parametrize("char", "█░▰▱→✓✔·…×")
def test_signs_that_bots_use_take_room(setter: Setter, char: str) -> None:
    """Each is drawn by the typeface or by us."""
    assert setter.width(Run(text=char), BODY) > 0
