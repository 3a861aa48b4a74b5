"""The source's sentences, as its syntax tells them."""

import pytest

from words.__main__ import template
from words.extraction import Message, NotLiteral, messages_in

SOURCE = """
A = say("One " "two {x}.", x=say("Inner"))
def f(n):
    jobs.say_count("{count} fox", "{count} foxes", n)
    describe(a=locale_str("Described"), b=other("Not ours"))
"""


def test_every_sentence_is_found_also_within_another() -> None:
    assert list(messages_in(SOURCE, place="a.py")) == [
        Message(text="One two {x}.", plural=None, place="a.py"),
        Message(text="Inner", plural=None, place="a.py"),
        Message(text="{count} fox", plural="{count} foxes", place="a.py"),
        Message(text="Described", plural=None, place="a.py", described=True),
    ]


@pytest.mark.parametrize("call", ['say(f"a {b}")', "say(text)", 'say_count("a", plural, 1)', "say()", 'say("a" + b)'])
def test_a_template_that_is_computed_is_refused(call: str) -> None:
    with pytest.raises(NotLiteral, match=r"a\.py:1"):
        list(messages_in(call, place="a.py"))


def test_the_whole_source_can_be_read() -> None:
    assert len(template()) > 100
