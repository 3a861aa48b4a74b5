"""Adding to the blocked words and patterns, and taking away from them: what is taken, and why not."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from jobs.content.patterns import pattern_fault, patterns_fault
from jobs.content.words import BlockedWord, most_alike
from jobs.sentence import Sentence, say, say_count
from jobs.servers.rules import ContentRules

MOST_WORDS: Final = 500
MOST_PATTERNS: Final = 25
WORD_LONGEST: Final = 60  # characters
_WORDS_IN_A_ROW: Final = 6
_MOST_ALIKE: Final = 10  # so many are compared for each word of a prompt, at worst
_BETWEEN: Final = re.compile(r"[,;\n]")


def split(typed: str) -> Sequence[str]:
    """Words that commas, semicolons or line ends set apart; an expression of several words is one of them."""
    return [word for each in _BETWEEN.split(typed) if (word := " ".join(each.split()))]


def with_words(rules: ContentRules, words: Sequence[str]) -> ContentRules | Sentence:
    """The rules with these words too, those left out that are there already; or what is wrong with them."""
    there = {BlockedWord(word).folded for word in rules.words}
    new: dict[str, str] = {}
    for word in words:
        folded = BlockedWord(word).folded
        if folded not in there:
            new.setdefault(folded, word)
    changed = replace(rules, words=(*rules.words, *new.values()))
    return words_fault(changed.words) or changed


def with_pattern(rules: ContentRules, pattern: str) -> ContentRules | Sentence:
    """The rules with this pattern too; or what is wrong with it."""
    if pattern in rules.patterns:
        return rules
    changed = replace(rules, patterns=(*rules.patterns, pattern))
    return list_of_patterns_fault(changed.patterns) or changed


def without(rules: ContentRules, *, words: Sequence[str], pattern: str | None = None) -> ContentRules | Sentence:
    """The rules without them; or which of them is not there."""
    gone = {BlockedWord(word).folded for word in words}
    there = {BlockedWord(word).folded: word for word in rules.words}
    for word in words:
        if BlockedWord(word).folded not in there:
            return say("`{word}` is not on the list: see `/admin words list`.", word=word)
    if pattern is not None and pattern not in rules.patterns:
        return say("`{word}` is not on the list: see `/admin words list`.", word=pattern)
    return replace(
        rules,
        words=tuple(word for folded, word in there.items() if folded not in gone),
        patterns=tuple(each for each in rules.patterns if each != pattern),
    )


def word_fault(word: str) -> Sentence | None:
    """Why it cannot be a blocked word."""
    if len(word) > WORD_LONGEST:
        return say(
            "`{word}` … is too long: a word has at most {longest} characters.", word=word[:40], longest=WORD_LONGEST
        )
    blocked = BlockedWord(word)
    if len(blocked.folded.replace(" ", "")) < (1 if blocked.is_unspaced else 2):
        return say("`{word}` is too short: a word has at least two letters or digits.", word=word)
    if blocked.folded.count(" ") >= _WORDS_IN_A_ROW:
        return say("`{word}`: at most {most} words in a row can be blocked together.", word=word, most=_WORDS_IN_A_ROW)
    return None


def words_fault(words: Sequence[str]) -> Sentence | None:
    """Why these cannot be the blocked words of a server."""
    if len(words) > MOST_WORDS:
        return say_count(
            "At most {most} words can be blocked, and this makes {count}: remove some first.",
            "At most {most} words can be blocked, and these make {count}: remove some first.",
            len(words),
            most=MOST_WORDS,
        )
    for word in words:
        if fault := word_fault(word):
            return fault
    alike = most_alike([BlockedWord(word) for word in words])
    if len(alike) > _MOST_ALIKE:
        names = ", ".join(f"`{word.written}`" for word in alike[:3])
        return say("Too many blocked words look alike, among them {words}: remove some of these.", words=names)
    return None


def list_of_patterns_fault(patterns: Sequence[str]) -> Sentence | None:
    """Why these cannot be the blocked patterns of a server."""
    if len(patterns) > MOST_PATTERNS:
        return say("At most {most} patterns can be blocked: remove one first.", most=MOST_PATTERNS)
    for pattern in patterns:
        if fault := pattern_fault(pattern):
            return fault
    return patterns_fault(patterns)
