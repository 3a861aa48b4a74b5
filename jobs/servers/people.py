"""Bans, quota resets and grants: what a ban or a reset says is held in memory, a grant is read where it is shown."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from jobs.ports import Clock
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.servers.noted import ban_text, grant_text, moment_text
from jobs.servers.people_records import Ban, Grant, PeopleRecords, Person
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE

Tell = Callable[[Change], None]


class People:
    """Load it once at the start. Whatever writes raises `jobs.ports.StoreUnavailable`; nothing changes then.

    `tell` passes on each entry of the audit log that is kept already.
    """

    def __init__(self, records: PeopleRecords, clock: Clock, tell: Tell, pseudonyms: Pseudonyms) -> None:
        self._records: Final = records
        self._clock: Final = clock
        self._tell: Final = tell
        self._pseudonyms: Final = pseudonyms
        self._bans: dict[Person, Ban] = {}
        self._since: dict[Person, int] = {}
        self._writing = asyncio.Lock()  # memory and database change together

    async def load(self) -> None:
        """Read everything; harmless when it is done again."""
        async with self._writing:
            bans, since = await self._records.bans(), await self._records.quota_resets()
            self._bans = {(ban.guild_id, ban.user_id): ban for ban in bans}
            self._since = dict(since)

    # ── bans ─────────────────────────────────────────────────────────────────

    def ban(self, guild_id: int, user_id: int) -> Ban | None:
        """What forbids the user to order there now: the operator's ban goes before the server's."""
        return self.ban_of(EVERYWHERE, user_id) or self.ban_of(guild_id, user_id)

    def ban_of(self, guild_id: int, user_id: int) -> Ban | None:
        """The server's own ban, as long as it holds; with `EVERYWHERE` the operator's.

        It may be of the time before the user's data were deleted, and of their pseudonym then.
        """
        bans = (self._bans.get((guild_id, each)) for each in self._pseudonyms.ids_of(user_id))
        return next((ban for ban in bans if ban is not None and ban.holds(self._clock.now())), None)

    def bans_of(self, guild_id: int) -> Sequence[Ban]:
        """The server's own bans that hold, the newest first; with `EVERYWHERE` the operator's."""
        now = self._clock.now()
        here = [ban for ban in self._bans.values() if ban.guild_id == guild_id and ban.holds(now)]
        return sorted(here, key=lambda ban: ban.at, reverse=True)

    async def set_ban(self, *, guild_id: int, user_id: int, reason: str, by: int, expires_at: int | None = None) -> Ban:
        """Ban a user, in the place of a former ban. `guild_id` may be `EVERYWHERE`; `by` 0 is the operator."""
        async with self._writing:
            former = self.ban_of(guild_id, user_id)
            now, whose = self._clock.now(), user_id if former is None else former.user_id
            ban = Ban(guild_id=guild_id, user_id=whose, reason=reason, by=by, at=now, expires_at=expires_at)
            change = _change("ban", ban, by=by, before=ban_text(former), after=ban_text(ban))
            await self._records.save_ban(ban, change)
            self._bans[guild_id, whose] = ban
        self._tell(change)
        return ban

    async def lift_ban(self, *, guild_id: int, user_id: int, by: int) -> Ban | None:
        """Lift the server's own ban, or the operator's; returns what was lifted, None where there was nothing."""
        async with self._writing:
            former = self.ban_of(guild_id, user_id)
            if former is None:
                return None
            change = _change("unban", former, by=by, before=ban_text(former))
            await self._records.remove_ban(guild_id=guild_id, user_id=former.user_id, change=change)
            self._bans.pop((guild_id, former.user_id), None)
        self._tell(change)
        return former

    # ── quota ────────────────────────────────────────────────────────────────

    def since(self, guild_id: int, user_id: int) -> int:
        """What was charged before this moment (UTC ms) counts in no window of the user's; 0: everything counts."""
        return self._since.get((guild_id, user_id), 0)

    async def reset_quota(self, *, guild_id: int, user_id: int, by: int) -> None:
        """Give the user all images of all windows back; grants stay as they are."""
        async with self._writing:
            key, now = (guild_id, user_id), self._clock.now()
            change = Change(
                guild_id=guild_id,
                actor_id=by,
                action="quota.reset",
                target=f"{user_id}",
                before=moment_text(self._since[key]) if key in self._since else "",
                after=moment_text(now),
            )
            await self._records.save_quota_reset(guild_id=guild_id, user_id=user_id, since=now, change=change)
            self._since[key] = now
        self._tell(change)

    async def grant(self, *, guild_id: int, user_id: int) -> Grant | None:
        """The user's grant there that has not expired, with what is used of it now."""
        return await self._records.user_grant(guild_id=guild_id, user_id=user_id)

    async def grants_of(self, guild_id: int) -> Sequence[Grant]:
        """The server's grants of which something is left, those that expire first before the others."""
        return sorted(await self._records.server_grants(guild_id=guild_id), key=lambda grant: grant.expires_at)

    async def add_grant(self, *, guild_id: int, user_id: int, images: int, expires_at: int, by: int) -> Grant:
        """Grant images beside the windows; what is left of a former grant is added to, and the later expiry counts."""
        noted: list[Change] = []
        new = Grant(user_id=user_id, images=images, used=0, expires_at=expires_at, by=by, at=self._clock.now())
        entry = _granted(noted, guild_id=guild_id, user_id=user_id, by=by)
        grant = await self._records.add_grant(new, guild_id=guild_id, granted=entry)
        self._tell(noted[-1])
        return grant

    async def take_grant_back(self, *, guild_id: int, user_id: int, by: int) -> bool:
        """Take back what is left of a grant; False where nothing is."""
        noted: list[Change] = []
        entry = _granted(noted, guild_id=guild_id, user_id=user_id, by=by)
        taken = await self._records.remove_grant(guild_id=guild_id, user_id=user_id, granted=entry)
        if taken:
            self._tell(noted[-1])
        return taken


def _change(action: str, ban: Ban, *, by: int, before: str = "", after: str = "") -> Change:
    target = f"{ban.user_id}"
    return Change(guild_id=ban.guild_id, actor_id=by, action=action, target=target, before=before, after=after)


def _granted(
    noted: list[Change], *, guild_id: int, user_id: int, by: int
) -> Callable[[Grant | None, Grant | None], Change]:
    """Makes the entry within the store's transaction, where both states are known; a repeated one makes it again."""

    def entry(before: Grant | None, after: Grant | None) -> Change:
        change = Change(
            guild_id=guild_id,
            actor_id=by,
            action="quota.grant",
            target=f"{user_id}",
            before=grant_text(before),
            after=grant_text(after),
        )
        noted.append(change)
        return change

    return entry
