"""Every server's library, held in memory and written through: nothing that is read here asks the database."""

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from jobs.ids import new_job_id
from jobs.library.entry import Entry, Facts
from jobs.library.library import ENTRIES_MOST, OF_A_MEMBER, Library
from jobs.library.records import LibraryRecords
from jobs.ports import Clock
from jobs.servers.binding import library_rules
from jobs.servers.servers import Servers

AT_ONCE: Final = 200  # entries that are prepared before others have their turn: thousands take a while


class Refusal(enum.Enum):
    """Why something was not written."""

    NAME_TAKEN = enum.auto()
    FULL = enum.auto()  # the server has as many entries as there may be
    MEMBER_FULL = enum.auto()  # the member has added as many as one may
    GONE = enum.auto()  # somebody else has removed it meanwhile, or changed it


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who writes."""

    user_id: int
    is_moderator: bool
    approves: bool = False  # without being a moderator: by a role that the server has named

    @property
    def may_approve(self) -> bool:
        """Whether what they write waits for nobody."""
        return self.is_moderator or self.approves


class Libraries:
    """Load it once at the start, before anything is asked."""

    def __init__(self, records: LibraryRecords, clock: Clock, servers: Servers) -> None:
        self._records = records
        self._clock = clock
        self._servers = servers
        self._libraries: dict[int, Library] = {}
        self._writing = asyncio.Lock()  # what is checked still holds when it is written

    async def load(self) -> None:
        """Read everything."""
        await self._take(await self._records.library_entries())

    def of(self, guild_id: int | None) -> Library:
        """The library of a server; an empty one where there is none, as in direct messages."""
        return self._libraries.get(guild_id or 0) or Library()

    async def add(
        self, guild_id: int, facts: Facts, author: Author, *, preview: bytes | None = None
    ) -> Entry | Refusal:
        """Take an entry in. It waits for a moderator where the server says so and the author is none."""
        async with self._writing:
            library = self._mine(guild_id)
            if library.find(facts.name) is not None:
                return Refusal.NAME_TAKEN
            if len(library) >= ENTRIES_MOST:
                return Refusal.FULL
            if not author.is_moderator and library.added_by(author.user_id) >= OF_A_MEMBER:
                return Refusal.MEMBER_FULL
            return await self._keep(self._new(guild_id, facts, author), preview)

    async def change(
        self, entry: Entry, facts: Facts, author: Author, *, preview: bytes | None = None
    ) -> Entry | Refusal:
        """Change an entry. What a moderator has approved is approved again when somebody else changes it."""
        async with self._writing:
            library = self._mine(entry.guild_id)
            now = library.get(entry.id)
            if now is None:
                return Refusal.GONE
            same_name = library.find(facts.name)
            if same_name is not None and same_name.id != now.id:
                return Refusal.NAME_TAKEN
            approved = now.approved and (author.may_approve or not self._approval(entry.guild_id))
            return await self._keep(replace(now, facts=facts, approved=approved), preview)

    async def approve(self, entry: Entry) -> Entry | Refusal:
        """Let everybody use an entry as it was seen; without effect on one that is approved."""
        async with self._writing:
            now = self._mine(entry.guild_id).get(entry.id)
            if now is None or now.facts != entry.facts:
                return Refusal.GONE
            return now if now.approved else await self._keep(replace(now, approved=True), None)

    async def remove(self, entry: Entry) -> None:
        """Forget an entry; harmless when it is gone already."""
        async with self._writing:
            await self._records.remove_entry(entry)
            library = self._mine(entry.guild_id)
            if (now := library.get(entry.id)) is not None:
                library.drop(now)

    async def bring(self, guild_id: int, several: Sequence[Facts], author: Author) -> Refusal | None:
        """Take in a moderator's many, all or none; one of a name that is there takes its place. Names differ."""
        async with self._writing:
            library = self._mine(guild_id)
            entries: list[Entry] = []
            for number, facts in enumerate(several, start=1):
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
                there = library.find(facts.name)
                new = self._new(guild_id, facts, author)
                entries.append(new if there is None else replace(there, facts=facts, approved=True))
            if len(library) + sum(library.get(entry.id) is None for entry in entries) > ENTRIES_MOST:
                return Refusal.FULL
            await self._records.save_entries(entries)
            await self._take(entries)
            return None

    async def rename(self, user_id: int, pseudonym: int) -> None:
        """Let what this user has added stay without their name."""
        async with self._writing:
            await self._records.rename_author(user_id, pseudonym)
            there = [entry for library in self._libraries.values() for entry in library.entries()]
            await self._take([replace(each, added_by=pseudonym) for each in there if each.added_by == user_id])

    async def drop_server(self, guild_id: int) -> None:
        """Forget a server's library; the bot is not there any more."""
        async with self._writing:
            more = True
            while more:
                more = bool(await self._records.remove_entries(guild_id, limit=AT_ONCE))
            self._libraries.pop(guild_id, None)

    async def preview(self, entry: Entry) -> bytes | None:
        """The picture of an entry, from the database."""
        return await self._records.preview(entry.id) if entry.has_preview else None

    def _approval(self, guild_id: int) -> bool:
        return library_rules(self._servers, guild_id).approval

    def _mine(self, guild_id: int) -> Library:
        return self._libraries.setdefault(guild_id, Library())

    def _new(self, guild_id: int, facts: Facts, author: Author) -> Entry:
        now = self._clock.now()
        return Entry(
            id=new_job_id(now),
            guild_id=guild_id,
            facts=facts,
            approved=author.may_approve or not self._approval(guild_id),
            added_by=author.user_id,
            added_at=now,
        )

    async def _take(self, entries: Sequence[Entry]) -> None:
        for number, entry in enumerate(entries, start=1):
            self._mine(entry.guild_id).put(entry)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _keep(self, entry: Entry, preview: bytes | None) -> Entry:
        if preview is None:
            await self._records.save_entries([entry])
        else:
            entry = replace(entry, has_preview=True)
            await self._records.save_preview(entry, preview)
        self._mine(entry.guild_id).put(entry)
        return entry
