"""What is looked at, by whom; and the short texts that the picture and the words beside it share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cogs.words import seconds
from jobs.catalog import Catalog
from jobs.sentence import Sentence, say
from jobs.stats import Figures
from words.speech import Words

_MINUTE: Final = 60  # seconds
_HOUR: Final = 3_600


@dataclass(frozen=True, kw_only=True)
class View:
    """Figures as somebody may see them."""

    figures: Figures
    name: str  # the server's or the member's, as they wrote it
    own: bool  # one's own figures, not the server's
    cost: bool  # what it cost is for admins alone
    names: Mapping[int, str]  # of the users among the figures those whose names are known
    catalog: Catalog

    def model(self, key: str) -> str:
        """What a model is called; its key where it is no longer on offer."""
        model = self.catalog.get(key)
        return key if model is None else model.title


def period(figures: Figures, words: Words) -> str:
    """`Oct 23 to Nov 21, 2026, UTC`."""
    first, last = figures.days[0].date, figures.days[-1].date
    until = words.date(last, year=True)
    if first == last:
        return words(say("{day}, UTC", day=until))
    return words(say("{first} to {last}, UTC", first=words.date(first, year=first.year != last.year), last=until))


def duration(milliseconds: int) -> Sentence:
    """`0.8 s`, `12 s`, `2 min`, `1 h 5 min`."""
    whole = round(milliseconds / 1000)
    if whole < _MINUTE:
        return seconds(milliseconds)
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        if not rest:
            return say("{minutes} min", minutes=minutes)
        return say("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(round(whole / _MINUTE), _HOUR // _MINUTE)
    return say("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else say("{hours} h", hours=hours)
