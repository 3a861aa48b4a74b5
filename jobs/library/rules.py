"""What a server has decided about its library."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A server's own; without a decision the library is open."""

    approval: bool = False  # what members add waits for a moderator
    raw_sources: bool = True  # `/imagine` takes links and owner/repo beside the library's names


OPEN = Rules()
"""Of a server that has decided nothing."""
