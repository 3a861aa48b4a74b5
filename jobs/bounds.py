"""What may be chosen, in words: the bounds of a number, and a choice among several words."""

from collections.abc import Sequence

from jobs.parameters import Integer, Number
from jobs.sentence import Sentence, say, verbatim


def in_words(kind: Integer | Number) -> Sentence:
    """The bounds for people: `1 to 50`, `512 to 2048 in steps of 32`, `at least 1`, `any number`."""
    low, high = kind.minimum, kind.maximum
    if low is not None and high is not None:
        text = say("{low} to {high}", low=_bound(low), high=_bound(high))
    elif low is not None:
        text = say("at least {low}", low=_bound(low))
    elif high is not None:
        text = say("at most {high}", high=_bound(high))
    else:
        text = say("any whole number") if isinstance(kind, Integer) else say("any number")
    step = kind.multiple_of if isinstance(kind, Integer) else 1
    return say("{range} in steps of {step}", range=text, step=step) if step > 1 else text


def listed(words: Sequence[str]) -> Sentence:
    """`a`, `a or b`, `a, b or c`."""
    if len(words) == 1:
        return verbatim(words[0])
    return say("{several} or {last}", several=", ".join(words[:-1]), last=words[-1])


def _bound(number: float) -> str | float:
    """What is typed as digits is shown as digits: 2048, not 2,048."""
    return f"{number:.0f}" if float(number).is_integer() else number
