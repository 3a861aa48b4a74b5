"""What is kept of a person, and its deletion: words go, numbers stay under a pseudonym."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from jobs.model import Job
from jobs.request import ImageRequest
from storage.part import Part, Undone, write
from storage.rows import Row, job_from

_ENTRIES: Final = 500  # of the audit log, read at once
_TEXTS: Final = ("options", "models", "triggers")  # columns that hold JSON


class Privacy(Part):
    """The store's part that implements `jobs.privacy.records.PrivacyRecords`."""

    async def former_members(self) -> Sequence[tuple[int, str]]:
        """Every pseudonym in use, and the id of the key that it was made with."""
        async with self._engine.reading() as connection:
            return [(row["id"], row["key_id"]) async for row in self._sql.former_members(connection)]

    @write
    async def note_deletion(self, connection: Any, user_id: int) -> None:
        """A person wants to be forgotten; harmless when that is noted already."""
        await self._sql.note_deletion(connection, user_id=user_id, now=self._clock.now())

    async def deletions(self) -> Sequence[int]:
        """Whoever waits for it, in the order in which they asked."""
        async with self._engine.reading() as connection:
            rows = [row async for row in self._sql.deletions(connection)]
        return [row["user_id"] for row in sorted(rows, key=lambda row: row["asked_at"])]

    async def unfinished_of(self, user_id: int) -> Sequence[Job]:
        """The person's unfinished jobs in all servers, oldest first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.unfinished_of(connection, user_id=user_id)]

    @write
    async def begin_forgetting(self, connection: Any, user_id: int, pseudonym: int, *, key_id: str) -> None:
        """The pseudonym is in use from now on; it takes the person's part in what jobs refer to."""
        await self._sql.lock_user(connection, user_id=user_id, now=self._clock.now())
        await self._sql.lock_user(connection, user_id=pseudonym, now=self._clock.now())
        await self._sql.add_former_member(connection, id=pseudonym, key_id=key_id)

    async def job_ids_of(self, user_id: int) -> Sequence[str]:
        """Ids of the person's jobs in all servers, newest first."""
        async with self._engine.reading() as connection:
            found = [row["job_id"] async for row in self._sql.charged_jobs_of(connection, user_id=user_id)]
        return sorted(found, reverse=True)

    @write
    async def forget_jobs(self, connection: Any, user_id: int, pseudonym: int, job_ids: Sequence[str]) -> None:
        """Take the words of these jobs away, and the person's name from them; of an unfinished one nothing."""
        now = self._clock.now()
        for job_id in sorted(job_ids):  # as everybody who locks several: otherwise two could wait for each other
            row = await self._sql.job_to_forget(connection, id=job_id, user_id=user_id)
            if row is None:
                continue
            request = ImageRequest.from_json(row["request"]).without_words().to_json()
            await self._sql.forget_job(connection, id=job_id, request=request, pseudonym=pseudonym, now=now)
            await self._sql.forget_charges(connection, job_id=job_id, pseudonym=pseudonym)
            await self._sql.remove_posts(connection, job_id=job_id)
            await self._sql.remove_report_words(connection, job_id=job_id)

    @write
    async def forget_audit(
        self, connection: Any, user_id: int, pseudonym: int, *, after: str, limit: int
    ) -> str | None:
        """Replace the person in at most `limit` entries of the audit log after this id; returns the last one's id."""
        rows = [row async for row in self._sql.audit_after(connection, id=after, most=limit)]
        replaced = _replacing(user_id, pseudonym)
        for row in rows:
            texts = {name: replaced(row[name]) for name in ("target", "old_value", "new_value")}
            actor_id = pseudonym if row["actor_id"] == user_id else row["actor_id"]
            if actor_id != row["actor_id"] or any(row[name] != text for name, text in texts.items()):
                await self._sql.rewrite_change(connection, id=row["id"], actor_id=actor_id, **texts)
        return rows[-1]["id"] if rows else None

    @write
    async def forget_presets(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """Their presets and defaults go; those that they saved for a server lose their name."""
        await self._sql.forget_presets(connection, user_id=user_id)
        await self._sql.forget_defaults(connection, user_id=user_id)
        await self._sql.rename_saver(connection, user_id=user_id, pseudonym=pseudonym)

    @write
    async def rename_author(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """What they added to libraries stays, without their name."""
        await self._sql.rename_author(connection, user_id=user_id, pseudonym=pseudonym)

    @write
    async def forget_person(self, connection: Any, user_id: int, pseudonym: int) -> bool:
        """The rest; False where a job of theirs is left, which came meanwhile: then nothing has changed."""
        await self._sql.lock_user(connection, user_id=user_id, now=self._clock.now())
        if [row async for row in self._sql.charged_jobs_of(connection, user_id=user_id)]:
            raise Undone(False)
        who = {"user_id": user_id, "pseudonym": pseudonym}
        await self._sql.forget_favourites(connection, user_id=user_id)
        await self._sql.forget_repeated_reports(connection, **who)
        await self._sql.forget_reports(connection, **who)
        await self._sql.forget_verdicts(connection, **who)
        await self._rename_bans(connection, user_id, pseudonym)
        await self._rename_resets(connection, user_id, pseudonym)
        await self._rename_grants(connection, user_id, pseudonym)
        await self._sql.rename_banner(connection, **who)
        await self._sql.rename_granter(connection, **who)
        await self._sql.forget_places(connection, user_id=user_id)
        await self._sql.forget_user(connection, user_id=user_id)
        await self._sql.end_deletion(connection, user_id=user_id)
        return True

    @write
    async def adopt(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """A former member is here again: what was granted to them is theirs again."""
        await self._sql.lock_user(connection, user_id=user_id, now=self._clock.now())
        await self._rename_grants(connection, pseudonym, user_id)

    async def charges_of(self, job_id: str) -> Sequence[Mapping[str, Any]]:
        """A job's rows in the ledger, as they were written."""
        async with self._engine.reading() as connection:
            rows = [_plain(row) async for row in self._sql.kept_charges(connection, job_id=job_id)]
        return sorted(rows, key=lambda row: row["kind"] != "reserve")

    async def kept_of(self, user_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Everything that is kept of a person beside their jobs, as rows by the name of what they are."""
        sql = self._sql
        queries = {
            "presets": sql.kept_presets,
            "defaults": sql.kept_defaults,
            "favourites": sql.kept_favourites,
            "reports": sql.kept_reports,
            "library_entries": sql.kept_loras,
            "bans": sql.kept_bans,
            "grants": sql.kept_grants,
            "quota_resets": sql.kept_resets,
        }
        async with self._engine.reading() as connection:
            kept = {
                name: [_plain(row) async for row in query(connection, user_id=user_id)]
                for name, query in queries.items()
            }
        return kept | {"changes": await self._changes_of(user_id)}

    async def _changes_of(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """What they have changed as an admin, and what was changed that concerns them; not who else was concerned."""
        found: list[Mapping[str, Any]] = []
        after = ""
        while True:
            async with self._engine.reading() as connection:
                rows = [row async for row in self._sql.audit_after(connection, id=after, most=_ENTRIES)]
            if not rows:
                return found
            after = rows[-1]["id"]
            for row in rows:
                change = {name: row[name] for name in ("guild_id", "at", "action")}
                if row["target"] == str(user_id):
                    found.append(change | {"before": row["old_value"], "after": row["new_value"]})
                elif row["actor_id"] == user_id:
                    found.append(change)

    async def _rename_bans(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """Of two bans in one server the longer one stays."""
        who = {"user_id": user_id, "pseudonym": pseudonym}
        for own, former in await self._twice(self._sql.bans_of_person(connection, **who), user_id):
            ends = {row["user_id"]: row["expires_at"] for row in (own, former)}
            shorter = user_id if ends[pseudonym] is None else pseudonym
            if None not in ends.values():
                shorter = min(ends, key=lambda each: ends[each])
            await self._sql.drop_ban(connection, guild_id=own["guild_id"], user_id=shorter)
        await self._sql.rename_bans(connection, **who)

    async def _rename_resets(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """Of two resets in one server the later one counts."""
        who = {"user_id": user_id, "pseudonym": pseudonym}
        for own, former in await self._twice(self._sql.resets_of_person(connection, **who), user_id):
            earlier = min(own, former, key=lambda row: row["since"])
            await self._sql.drop_reset(connection, guild_id=own["guild_id"], user_id=earlier["user_id"])
        await self._sql.rename_resets(connection, **who)

    async def _rename_grants(self, connection: Any, user_id: int, pseudonym: int) -> None:
        """Two grants in one server become one; of one that has expired or is used up nothing remains."""
        who, now = {"user_id": user_id, "pseudonym": pseudonym}, self._clock.now()
        for own, former in await self._twice(self._sql.grants_of_person(connection, **who), user_id):
            place = {"guild_id": own["guild_id"]}
            if not _gives(own, now):
                await self._sql.drop_grant(connection, **place, user_id=user_id)
                continue
            if _gives(former, now):
                more = {"images": former["images"], "used": former["used"]}
                expires_at = max(own["expires_at"], former["expires_at"])
                await self._sql.add_to_grant(connection, **place, user_id=user_id, **more, expires_at=expires_at)
            await self._sql.drop_grant(connection, **place, user_id=pseudonym)
        await self._sql.rename_grants(connection, **who)

    @staticmethod
    async def _twice(rows: Any, user_id: int) -> Sequence[tuple[Row, Row]]:
        """Where both ids have a row in one server: the person's own, and the other one."""
        of_both = [row async for row in rows]
        others = {row["guild_id"]: row for row in of_both if row["user_id"] != user_id}
        own = [row for row in of_both if row["user_id"] == user_id and row["guild_id"] in others]
        return [(row, others[row["guild_id"]]) for row in own]


def _replacing(user_id: int, pseudonym: int) -> Callable[[str], str]:
    """Replaces the id wherever it stands by itself, and not as a part of a longer number."""
    pattern = re.compile(rf"(?<![\d-]){user_id}(?!\d)")
    return lambda text: pattern.sub(str(pseudonym), text)


def _gives(grant: Row, now: int) -> bool:
    gives: bool = grant["expires_at"] > now and grant["used"] < grant["images"]
    return gives


def _plain(row: Any) -> Mapping[str, Any]:
    """A row as JSON can hold it."""
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - neither driver's rows iterate over their names
    return {name: json.loads(value) if name in _TEXTS else value for name, value in values.items()}
