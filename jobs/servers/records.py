"""What servers' rules need of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.servers.rules import ServerRules


@dataclass(frozen=True, kw_only=True)
class Change:
    """An entry of the audit log: who changed what, from what, to what."""

    guild_id: int  # or `EVERYWHERE`
    actor_id: int  # the user; 0: the operator on the command line
    action: str  # e.g. `quota.set`, `ban`, `config.import`
    target: str = ""  # a user's id, a role's, a name: whatever was acted on
    before: str = ""  # as text or JSON; empty: nothing
    after: str = ""
    at: int = 0  # UTC ms; set by the store
    id: str = ""  # set by the store; sorts by the moment


class ServerRecords(Protocol):
    """Where rules outlive a restart; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def server_rules(self) -> Mapping[int, ServerRules]:
        """Those of every server that has decided something, and the operator's under `EVERYWHERE`."""
        ...

    async def save_server_rules(self, guild_id: int, rules: ServerRules, changes: Sequence[Change]) -> None:
        """Keep them in the place of the former ones, and what was changed, in one transaction.

        What waits of the server is held where the rules say that it is paused, and released where they do not.
        """
        ...

    async def remove_server_rules(self, guild_id: int) -> None:
        """Forget a server's rules."""
        ...

    async def note_changes(self, changes: Sequence[Change]) -> None:
        """Keep entries of the audit log that stand by themselves."""
        ...


class AuditRecords(Protocol):
    """The audit log as its channels and its readers need it; raises `jobs.ports.StoreUnavailable`."""

    async def changes(self, guild_id: int, *, before: str | None = None, limit: int) -> Sequence[Change]:
        """A server's entries, the newest first; `before`: only those before the entry of this id."""
        ...

    async def untold_servers(self) -> Sequence[int]:
        """Those that have entries which their audit channel was not told of, or need not be told of."""
        ...

    async def untold_changes(self, guild_id: int, *, limit: int) -> Sequence[Change]:
        """A server's entries of these, the oldest first."""
        ...

    async def mark_changes_told(self, ids: Sequence[str]) -> None:
        """Nobody has to be told of these entries any more."""
        ...

    async def count_untold_changes(self, guild_id: int) -> int:
        """How many of the server's entries its audit channel was not told of."""
        ...
