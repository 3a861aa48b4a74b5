"""A user's own results, page by page: from a place in the history onwards, however long it is."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from jobs.model import Job
from jobs.records import Glimpse, Series, Whose
from jobs.store import Store

PAGE: Final = 5  # results
MOST_LOOKED_AT: Final = 2_000  # results that one page looks through, some hundredths of a second
_BATCH: Final = 200  # of these at once
_NEWEST: Final = "z" * 21  # after every job's id
_OLDEST: Final = ""


class Way(enum.Enum):
    """Where to turn over to."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which results are wanted: all of them, unless something is said."""

    text: str = ""  # each of its words stands somewhere in the prompt; upper and lower case are the same
    model: str | None = None  # the catalogue's key
    favourites: bool = False  # only these

    @property
    def series(self) -> Sequence[Series]:
        """What the history goes along, newest first: what waits for its user comes before everything else."""
        return (Series.FAVOURITES,) if self.favourites else (Series.KEPT, Series.SHOWN)

    @property
    def searches(self) -> bool:
        """Whether results are looked through for those that fit."""
        return self.model is not None or bool(self.text.split())


@dataclass(frozen=True, kw_only=True)
class Place:
    """Between two results of a series: beside the job of this id, or where it was."""

    series: Series
    job_id: str  # at most 21 characters


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A result in a history."""

    job: Job
    is_favourite: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """At most five results, and where it goes on from here."""

    entries: Sequence[Entry]
    older: Place | None  # None: there are no older ones
    newer: Place | None
    is_cut: bool = False  # 2,000 results were looked through; more of them may fit further on


@dataclass(kw_only=True)
class _Found:
    glimpses: list[tuple[Series, Glimpse]] = field(default_factory=list)
    rest: Place | None = None  # from where on there is more
    is_cut: bool = False


class Pages:
    """Reads a history; everything raises `jobs.ports.StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, whose: Whose, wish: Wish, place: Place | None = None, way: Way = Way.OLDER) -> Page:
        """The results next to a place, in the one direction or the other; without a place the newest ones."""
        found = await self._look(whose, wish, place, way)
        if way is Way.NEWER and found.rest is None:
            return await self.page(whose, wish)  # the first page is always a full one
        ends = [Place(series=series, job_id=glimpse.job_id) for series, glimpse in found.glimpses]
        entries = [entry for _, glimpse in found.glimpses if (entry := await self.entry(glimpse.job_id)) is not None]
        if way is Way.OLDER:
            back = ends[0] if ends else place and Place(series=place.series, job_id=place.job_id[:-1])
            newer = None if place is None else back
            return Page(entries=entries, older=found.rest, newer=newer, is_cut=found.is_cut)
        on = ends[0] if ends else place and Place(series=place.series, job_id=place.job_id + "z")
        return Page(entries=entries[::-1], older=on, newer=found.rest, is_cut=found.is_cut)

    async def _look(self, whose: Whose, wish: Wish, place: Place | None, way: Way) -> _Found:
        """As many results as a page has, the nearest to the place first."""
        older = way is Way.OLDER
        read = self._store.results_before if older else self._store.results_after
        series_there = wish.series if older else wish.series[::-1]
        start = series_there.index(place.series) if place is not None and place.series in series_there else 0
        found, looked_at, words = _Found(), 0, wish.text.casefold().split()
        for series in series_there[start:]:
            at = _NEWEST if older else _OLDEST
            if place is not None and series is place.series:
                at = place.job_id
            limit = _BATCH if wish.searches else PAGE + 1
            while batch := await read(whose, series, at, limit=limit):
                for glimpse in batch:
                    if _fits(glimpse, wish, words):
                        if len(found.glimpses) == PAGE:
                            last, there = found.glimpses[-1]
                            found.rest = Place(series=last, job_id=there.job_id)
                            return found
                        found.glimpses.append((series, glimpse))
                    looked_at, at = looked_at + 1, glimpse.job_id
                    if looked_at == MOST_LOOKED_AT:
                        found.rest, found.is_cut = Place(series=series, job_id=at), True
                        return found
                if len(batch) < limit:
                    break
        return found

    async def entry(self, job_id: str) -> Entry | None:
        """One result, with its mark; None where there is no such job."""
        job = await self._store.get(job_id)
        if job is None:
            return None
        return Entry(job=job, is_favourite=await self._store.is_favourite(job))


def _fits(glimpse: Glimpse, wish: Wish, words: Sequence[str]) -> bool:
    if wish.model not in {None, glimpse.model}:
        return False
    prompt = glimpse.prompt.casefold() if words else ""
    return all(word in prompt for word in words)
