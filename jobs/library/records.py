"""What libraries need of the database."""

from collections.abc import Sequence
from typing import Protocol

from jobs.library.entry import Entry


class LibraryRecords(Protocol):
    """Where entries outlive a restart; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def library_entries(self) -> Sequence[Entry]:
        """All of them, of every server."""
        ...

    async def save_entries(self, entries: Sequence[Entry]) -> None:
        """Keep these, each in the place of one with the same id; all or none. Previews stay as they are."""
        ...

    async def remove_entry(self, entry: Entry) -> None:
        """Forget an entry and its preview; harmless when it is gone already."""
        ...

    async def rename_author(self, user_id: int, pseudonym: int) -> None:
        """Replace whoever added entries, everywhere."""
        ...

    async def remove_entries(self, guild_id: int, *, limit: int) -> int:
        """Forget at most `limit` of a server's entries and their previews; returns how many it were."""
        ...

    async def save_preview(self, entry: Entry, picture: bytes) -> None:
        """Keep the entry, and the picture that shows what it does."""
        ...

    async def preview(self, entry_id: str) -> bytes | None:
        """That picture, as a file's bytes."""
        ...
