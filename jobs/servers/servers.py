"""Every server's rules, held in memory and written through: nothing that is read here asks the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from jobs.ports import Clock
from jobs.servers.records import Change, ServerRecords
from jobs.servers.rules import EVERYWHERE, UNDECIDED, ServerRules

Told = Callable[[Change], None]
"""Passes an entry on to the server's audit channel; returns at once."""

Prepare = Callable[[int, ServerRules], Awaitable[None]]
"""Makes what has to be made of a server's rules before they are in force; they may come into force or not."""


class Servers:
    """Load it once at the start. Whatever writes raises `jobs.ports.StoreUnavailable`; nothing changes then."""

    def __init__(self, records: ServerRecords, clock: Clock) -> None:
        self._records: Final = records
        self._clock: Final = clock
        self._rules: dict[int, ServerRules] = {}
        self._writing = asyncio.Lock()  # what a change was made from must not change before it is written
        self.told: list[Told] = []  # whoever wants to know of changes
        self.preparing: list[Prepare] = []  # whoever has to do something before them

    async def load(self) -> None:
        """Read everything."""
        self._rules = dict(await self._records.server_rules())

    def of(self, guild_id: int) -> ServerRules:
        """A server's rules."""
        return self._rules.get(guild_id, UNDECIDED)

    @property
    def decided(self) -> Mapping[int, ServerRules]:
        """The rules of every server that has decided something, and the operator's under `EVERYWHERE`."""
        return MappingProxyType(self._rules)

    @property
    def everywhere(self) -> ServerRules:
        """What the operator has decided for the whole bot."""
        return self.of(EVERYWHERE)

    async def change(
        self, guild_id: int, change: Callable[[ServerRules], ServerRules], *, entry: Callable[[ServerRules], Change]
    ) -> ServerRules:
        """Change a server's rules, and note it; where nothing changes nothing is noted.

        `change` makes the new rules of the present ones; `entry`, called with the present ones, what is noted.
        """
        async with self._writing:
            now = self.of(guild_id)
            changed = change(now)
            if changed == now:
                return now
            for prepare in self.preparing:
                await prepare(guild_id, changed)
            noted = entry(now)
            await self._records.save_server_rules(guild_id, changed, [noted])
            self._rules[guild_id] = changed
        self.tell(noted)
        return changed

    async def drop(self, guild_id: int) -> None:
        """Forget a server's rules; the bot is not there any more."""
        async with self._writing:
            await self._records.save_server_rules(guild_id, UNDECIDED, [])  # what a pause holds goes on
            await self._records.remove_server_rules(guild_id)
            self._rules.pop(guild_id, None)

    async def rename(self, user_id: int, pseudonym: int) -> None:
        """Let what is decided of this user hold for their pseudonym instead."""
        async with self._writing:
            for guild_id, rules in list(self._rules.items()):
                renamed = _renamed(rules, user_id, pseudonym)
                if renamed != rules:
                    await self._records.save_server_rules(guild_id, renamed, [])
                    self._rules[guild_id] = renamed

    async def note(self, change: Change) -> None:
        """Keep and tell of a change that is none of the rules: a ban, a grant, a removed image."""
        await self._records.note_changes([change])
        self.tell(change)

    def tell(self, change: Change) -> None:
        """Pass on an entry that is kept already."""
        for told in self.told:
            told(change)


def _renamed(rules: ServerRules, user_id: int, pseudonym: int) -> ServerRules:
    exempt = rules.quota.exempt_users
    if user_id in exempt:
        rules = replace(rules, quota=replace(rules.quota, exempt_users=exempt - {user_id} | {pseudonym}))
    if rules.pause is not None and rules.pause.by == user_id:
        rules = replace(rules, pause=replace(rules.pause, by=pseudonym))
    return rules
