"""What people read where a result found another way than the one it was awaited on."""

import pytest

from cogs.delivery.audience import kept_sentence
from cogs.delivery.ways import why_directly
from tests.support import make_job


def test_a_direct_message_says_why_it_comes_and_from_where() -> None:
    assert str(why_directly(make_job(), "Fox *Den*")) == (
        "I cannot post this in <#3> of **Fox \\*Den\\*** any more, so here it is."
    )
    assert str(why_directly(make_job(private=True), None)) == (
        "You asked for this privately in <#3>. That answer cannot be edited any more, so here it is."
    )


@pytest.mark.parametrize(
    ("kept", "of", "too_large", "begins", "ends"),
    [
        (1, 1, False, "Your image is made and kept", "nor to you directly. `/history` shows it."),
        (3, 3, False, "Your 3 images are made and kept", "nor to you directly. `/history` shows them."),
        (1, 3, False, "1 of your 3 images is made and kept", "`/history` shows it."),
        (2, 2, True, "Your 2 images are made and kept", "`/history` tries to show them to you."),
    ],
)
def test_what_is_kept_is_told_by_number_and_reason(
    *, kept: int, of: int, too_large: bool, begins: str, ends: str
) -> None:
    text = str(kept_sentence(kept, of=of, too_large=too_large))
    assert text.startswith(begins)
    assert text.endswith(ends)
