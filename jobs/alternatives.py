r"""Prompts with alternatives: `a {red|green} fox` stands for two prompts.

Braces hold alternatives, set apart by `|`; an empty one leaves its place out. Several braces give every combination.
Within a prompt of this kind `\{`, `\}`, `\|` and `\\` stand for the character itself; braces in braces are refused.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final

from jobs.sentence import Sentence, say

MOST: Final = 10  # prompts, and so jobs, of one order
_ESCAPABLE: Final = "{}|\\"
_Piece = tuple[str, bool]
"""A character, and whether it is meant as it stands."""


def expand(prompt: str) -> Sequence[str] | Sentence:
    """Every prompt that it stands for, each once, in the order of reading; or what is wrong with it.

    The first braces change slowest: `{a|b} {1|2}` gives `a 1`, `a 2`, `b 1`, `b 2`.
    """
    parts = _parts(_pieces(prompt))
    if isinstance(parts, Sentence):
        return parts
    if math.prod(len(part) for part in parts) > MOST:
        return say("These alternatives make more than {most} prompts, which is the most: leave some out.", most=MOST)
    prompts = list(dict.fromkeys("".join(words).strip() for words in itertools.product(*parts)))
    if "" in prompts and len(prompts) > 1:
        return say("One of the alternatives leaves the prompt empty: write at least a word outside of the braces.")
    if len(prompts) == 1:
        return say(
            "The prompt has no alternatives: write them in braces, as in {example}, or leave `alternatives` out.",
            example="`{red|green|blue} fox`",
        )
    return prompts


def are_in(prompt: str) -> bool:
    """Whether a prompt would stand for several if it were asked for."""
    return not isinstance(expand(prompt), Sentence)


def _pieces(prompt: str) -> Iterator[_Piece]:
    characters = iter(range(len(prompt)))
    for at in characters:
        if prompt[at] == "\\" and prompt[at + 1 : at + 2] and prompt[at + 1] in _ESCAPABLE:
            yield prompt[next(characters)], True
        else:
            yield prompt[at], False


def _parts(pieces: Iterator[_Piece]) -> list[list[str]] | Sentence:
    """The prompt as a row of choices; what stands outside of braces is a choice of one."""
    parts, inside = [[""]], False
    for character, is_literal in pieces:
        match "" if is_literal else character:
            case "{" if inside:
                return say("Braces cannot stand in braces: write the alternatives side by side.")
            case "{":
                parts.append([""])
                inside = True
            case "|" if inside:
                parts[-1].append("")
            case "}" if inside:
                parts.append([""])
                inside = False
            case "}":
                return say(
                    "A brace is closed that was never opened: write {escaped} where you mean the brace itself.",
                    escaped="`\\}`",
                )
            case _:
                parts[-1][-1] += character
    if inside:
        return say(
            "A brace is opened and never closed: close it, or write {escaped} where you mean the brace itself.",
            escaped="`\\{`",
        )
    return parts


def differing(prompts: Sequence[str]) -> Sequence[str]:
    """What tells each of several prompts from the others: without the whole words that all begin and end with."""
    rows = [prompt.split() for prompt in prompts]
    shortest = min((len(row) for row in rows), default=0)
    start = next((at for at in range(shortest) if len({row[at] for row in rows}) > 1), shortest)
    rest = shortest - start
    end = next((at for at in range(rest) if len({row[-1 - at] for row in rows}) > 1), rest)
    return [" ".join(row[start : len(row) - end]) for row in rows]
