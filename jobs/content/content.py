"""What a server's admins, and the operator, say of content: blocked words, the safety checker, covered results."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import structlog

from jobs.content.folding import readings
from jobs.content.patterns import PatternList, pattern_fault
from jobs.content.words import Hit, WordList
from jobs.model import DIRECT
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.servers.rules import EVERYWHERE, ContentRules, ServerRules
from jobs.servers.servers import Servers

_log = structlog.get_logger(__name__)
_SHOWN: Final = 60  # characters of what is refused


@dataclass(frozen=True, kw_only=True)
class _Compiled:
    words_of: tuple[str, ...]
    patterns_of: tuple[str, ...]
    words: WordList
    patterns: PatternList

    def is_of(self, rules: ContentRules) -> bool:
        """Whether these rules still say what it was made of."""
        return (self.words_of, self.patterns_of) == (rules.words, rules.patterns)


class Content:
    """Asks nobody: rules are held in memory, and compiled in a thread before they are in force.

    Five hundred words take some ten milliseconds to compile, and each prompt some microseconds a word of it.
    What is found is told to whoever wrote it, and never logged.
    """

    def __init__(self, servers: Servers, *, unsafe_guilds: Collection[int] | None = ()) -> None:
        """`unsafe_guilds`: servers whose admins may allow the safety checker to be off; None: every server's."""
        self._servers = servers
        self._unsafe_guilds = unsafe_guilds
        self._compiled: dict[int, _Compiled] = {}
        self._coming: dict[int, _Compiled] = {}  # of rules that are not in force yet

    async def load(self) -> None:
        """Compile everything; once, after the servers' rules are read."""
        for guild_id, rules in list(self._servers.decided.items()):
            if _blocks(rules.content):
                self._compiled[guild_id] = await asyncio.to_thread(_compile, guild_id, rules.content)

    async def prepare(self, guild_id: int, rules: ServerRules) -> None:
        """Compile what a server's rules are about to be; to be appended to `Servers.preparing`."""
        content, compiled = rules.content, self._made(guild_id)
        if _blocks(content) and (compiled is None or not compiled.is_of(content)):
            self._coming[guild_id] = await asyncio.to_thread(_compile, guild_id, content)

    def may_allow_unsafe(self, guild_id: int) -> bool:
        """Whether the operator leaves it to the admins of a server whether the safety checker may be off there."""
        return guild_id != DIRECT and (self._unsafe_guilds is None or guild_id in self._unsafe_guilds)

    def unsafe_refusal(self, guild_id: int, *, restricted: bool) -> Sentence | None:
        """Why the safety checker may not be off; `restricted`: in an age-restricted channel."""
        if guild_id == DIRECT:
            return say("`safety` can be switched off only in servers: leave it out.")
        if not self.may_allow_unsafe(guild_id):
            return say("`safety` cannot be switched off in this server: leave it out.")
        if not self._servers.of(guild_id).content.unsafe:
            return say("`safety` can be switched off only where an admin of the server has allowed it: leave it out.")
        if not restricted:
            return say("`safety` can be switched off only in an age-restricted channel: leave it out, or go to one.")
        return None

    def covers(self, guild_id: int, *, restricted: bool) -> bool:
        """Whether what is made is to be covered until somebody wants to see it."""
        return restricted and guild_id != DIRECT and self._servers.of(guild_id).content.spoiler

    def refusal(self, guild_id: int, request: ImageRequest) -> Sentence | None:
        """Why a request may not be ordered in a server, or outside of all of them (`DIRECT`)."""
        for place in (guild_id, EVERYWHERE):
            if hit := self.find(place, request.typed_prompt):
                return _refusal(place, hit, request)
            if request.added and (hit := self.find(place, request.prompt)):
                return say(
                    "`{word}`, a trigger word of the LoRA, is not allowed here. Choose another LoRA. "
                    "Nothing was made and nothing was charged.",
                    word=_shown(hit),
                )
        return None

    def find(self, place: int, text: str) -> Hit | None:
        """The first word or pattern in a text that a server, or the operator (`EVERYWHERE`), has blocked."""
        compiled = self._of(place)
        if compiled is None:
            return None
        several = readings(text)
        return next(filter(None, map(compiled.words.find, several)), None) or compiled.patterns.find(several)

    def _of(self, place: int) -> _Compiled | None:
        rules = self._servers.of(place).content
        if not _blocks(rules):
            self._compiled.pop(place, None)
            return None
        return self._made(place) or self._compiled.setdefault(place, _compile(place, rules))

    def _made(self, place: int) -> _Compiled | None:
        """What was made of the rules that are in force; what was made of others is never used."""
        rules = self._servers.of(place).content
        for made in (self._compiled.pop(place, None), self._coming.get(place)):
            if made is not None and made.is_of(rules):
                self._compiled[place] = made
                return made
        return None


def _blocks(rules: ContentRules) -> bool:
    return bool(rules.words or rules.patterns)


def _compile(place: int, rules: ContentRules) -> _Compiled:
    good = [each for each in rules.patterns if pattern_fault(each) is None]
    if len(good) < len(rules.patterns):  # they were good when they were added: RE2 has changed since then
        _log.error("blocked patterns cannot be used any more", guild=place, patterns=len(rules.patterns) - len(good))
    return _Compiled(
        words_of=rules.words,
        patterns_of=rules.patterns,
        words=WordList(rules.words),
        patterns=PatternList(good),
    )


def _refusal(place: int, hit: Hit, request: ImageRequest) -> Sentence:
    word = _shown(hit)
    if place == EVERYWHERE:
        return say(
            "This bot does not allow `{word}` in a prompt. Take it out and try again. "
            "Nothing was made and nothing was charged.",
            word=word,
        )
    if request.preset is not None:
        return say(
            "This server does not allow `{word}` in a prompt, nor in a preset. Take it out, or leave the preset out, "
            "and try again. Nothing was made and nothing was charged.",
            word=word,
        )
    return say(
        "This server does not allow `{word}` in a prompt. Take it out and try again. "
        "Nothing was made and nothing was charged.",
        word=word,
    )


def _shown(hit: Hit) -> str:
    """What was typed, on one line, and so that it stays within its backticks."""
    text = " ".join(hit.typed.replace("`", " ").split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
