"""One server's library, in memory: its entries by name, by source and by what is being typed."""

from collections.abc import Callable, Sequence

from jobs.library.entry import Entry
from jobs.library.finding import Index, Match
from jobs.presets import name_key

ENTRIES_MOST = 5_000  # of a server
OF_A_MEMBER = 200  # entries that one member may add who is no moderator


class Library:
    """The entries of one server; `jobs.library.libraries` keeps it in step with the database."""

    def __init__(self) -> None:
        self._by_id: dict[str, Entry] = {}
        self._by_key: dict[str, Entry] = {}
        self._by_source: dict[str, dict[str, Entry]] = {}
        self._by_name: list[Entry] | None = None  # sorted when asked for
        self._index = Index()

    def __len__(self) -> int:
        """How many entries there are, waiting ones too."""
        return len(self._by_id)

    def put(self, entry: Entry) -> None:
        """Take an entry in, or in the place of its former self."""
        former = self._by_id.get(entry.id)
        if former is not None:
            self.drop(former)
        self._by_id[entry.id] = self._by_key[entry.facts.key] = entry
        self._by_source.setdefault(entry.facts.source, {})[entry.id] = entry
        self._by_name = None
        self._index.put(entry)

    def drop(self, entry: Entry) -> None:
        """Leave an entry out from now on."""
        del self._by_id[entry.id], self._by_key[entry.facts.key]
        same = self._by_source[entry.facts.source]
        del same[entry.id]
        if not same:
            del self._by_source[entry.facts.source]
        self._by_name = None
        self._index.drop(entry)

    def get(self, entry_id: str) -> Entry | None:
        """The entry with that id."""
        return self._by_id.get(entry_id)

    def find(self, name: str) -> Entry | None:
        """The entry of that name, in whatever case."""
        return self._by_key.get(name_key(" ".join(name.split())))

    def of_source(self, source: str) -> Sequence[Entry]:
        """Every entry of that source: it may be there under several names."""
        return list(self._by_source.get(source, {}).values())

    def entries(self) -> Sequence[Entry]:
        """All of them by name, waiting ones too."""
        if self._by_name is None:
            self._by_name = sorted(self._by_id.values(), key=lambda entry: entry.facts.key)
        return self._by_name

    def waiting(self) -> Sequence[Entry]:
        """Those that wait for a moderator, the longest wait first."""
        return sorted((entry for entry in self._by_id.values() if not entry.approved), key=lambda each: each.added_at)

    def added_by(self, user_id: int) -> int:
        """How many entries somebody has added."""
        return sum(entry.added_by == user_id for entry in self._by_id.values())

    def suggest(self, typed: str, *, most: int, place: Callable[[Entry], int | None]) -> Sequence[Entry]:
        """Those that fit what is being typed: see `jobs.library.finding.Index.search`."""
        return self._index.search(typed, most=most, place=place)

    def holding(self, text: str) -> Sequence[Entry]:
        """Those whose name or trigger words hold a text, the best match first, waiting ones too."""
        return self._index.search(text, most=ENTRIES_MOST, place=lambda _entry: 0, worst=Match.TRIGGER_HOLDS)
