"""What the operator is told of what the bot writes to: once when its trouble lasts, once when it has gone. Pure."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, assert_never

from jobs.sentence import Sentence, say

LASTS: Final = 10_000  # ms; trouble that is over by then is told to nobody
SETTLED: Final = 60_000  # ms; trouble that comes back within that was not over
APART: Final = 15 * 60_000  # ms at least between two messages that one and the same place is in trouble


class Place(Enum):
    """What is written to."""

    DATABASE = auto()
    DATA_DIR = auto()


@dataclass(kw_only=True)
class _Spell:
    began: int
    cause: str | None  # as it is now; None: it has been well since then
    since: int
    told: bool = False


class TroubleDigest:
    """Gathers how they do; `due` hands out what is to be said now. Times are UTC ms."""

    def __init__(self) -> None:
        self._spells: dict[Place, _Spell] = {}
        self._told_at: dict[Place, int] = {}

    def changed(self, place: Place, cause: str | None, *, now: int) -> None:
        """It cannot be used, and why; None: it can."""
        spell = self._spells.get(place)
        if spell is not None:
            spell.cause, spell.since = cause, now
        elif cause is not None:
            self._spells[place] = _Spell(began=now, cause=cause, since=now)

    def due(self, now: int, *, at_the_end: bool = False) -> list[Sentence]:
        """What is to be said now, each handed out once; `at_the_end`: what is well now has settled."""
        said: list[Sentence] = []
        for place, spell in list(self._spells.items()):
            at = self._moment(place, spell)
            if at is None or (now < at and not (at_the_end and spell.cause is None)):
                continue
            if spell.cause is not None:
                spell.told, self._told_at[place] = True, now
                said.append(_begins(place, spell.cause))
                continue
            del self._spells[place]
            if spell.told:
                said.append(_ends(place))
        return said

    def next_at(self) -> int | None:
        """When there will be something to look at if nothing else happens; None: never."""
        moments = [self._moment(place, spell) for place, spell in self._spells.items()]
        return min((at for at in moments if at is not None), default=None)

    def _moment(self, place: Place, spell: _Spell) -> int | None:
        if spell.cause is None:
            return spell.since + SETTLED
        if spell.told:
            return None
        lasts = spell.began + LASTS
        return max(lasts, self._told_at[place] + APART) if place in self._told_at else lasts


def _begins(place: Place, cause: str) -> Sentence:
    match place:
        case Place.DATABASE:
            return say(
                "**Trouble with the bot's database**: {cause}. "
                "Nobody can order and jobs wait; all goes on by itself once this is mended.",
                cause=cause,
            )
        case Place.DATA_DIR:
            return say(
                "**Trouble with the bot's `DATA_DIR`**: {cause}. "
                "Results wait for it, and those that wait too long are refunded; all goes on by itself once this is "
                "mended.",
                cause=cause,
            )
        case _:
            assert_never(place)


def _ends(place: Place) -> Sentence:
    match place:
        case Place.DATABASE:
            return say("**The bot's database** can be used again.")
        case Place.DATA_DIR:
            return say("**The bot's `DATA_DIR`** can be written again.")
        case _:
            assert_never(place)
