"""The operator's commands: each takes plain values and gives back plain values, which JSON can hold.

Every change is an entry of the audit log with actor 0, under the id that stands for the whole bot.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from jobs.breaker import Breakers
from jobs.catalog import Catalog
from jobs.content.editing import list_of_patterns_fault, words_fault
from jobs.ids import is_job_id
from jobs.model import Job
from jobs.operator.answers import ban_answer, job_answer, key_answer
from jobs.operator.records import OperatorRecords, Wanted
from jobs.ports import Clock
from jobs.sentence import Sentence, say
from jobs.servers.money import caps_text, parse_cap, usd
from jobs.servers.people import People
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps, Pause, ServerRules
from jobs.servers.servers import Servers
from jobs.servers.typed import read_moment
from jobs.status import FINISHED, Status

Answer = dict[str, Any]
Cancel = Callable[[Job], Awaitable[bool]]
Troubles = Callable[[], Mapping[str, str | None]]
OPERATOR: Final = 0
MOST_JOBS: Final = 1_000
REASON_LONGEST: Final = 500  # characters
_MINUTE: Final = 60_000  # ms


class Refusal(Exception):
    """It cannot be done; `str()` is one sentence that says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))


class Console:
    """Raises `Refusal`, and `jobs.ports.StoreUnavailable` where the database cannot be used."""

    def __init__(
        self,
        records: OperatorRecords,
        servers: Servers,
        people: People,
        catalog: Catalog,
        clock: Clock,
        *,
        cancel: Cancel | None = None,
        breakers: Breakers | None = None,
        troubles: Troubles = dict,
    ) -> None:
        """`cancel` and `breakers` are those of the running bot; None: it does not run, and this is all there is.

        `troubles` tells of what the running bot writes to why it cannot be used; None: it can.
        """
        self._records = records
        self._servers = servers
        self._people = people
        self._catalog = catalog
        self._clock = clock
        self._cancel = cancel
        self._breakers = breakers
        self._troubles = troubles

    async def run(self, command: str, values: Mapping[str, Any]) -> Answer:
        """Run a command by its name."""
        commands: Mapping[str, Callable[..., Awaitable[Answer]]] = {
            "ban": self.ban,
            "unban": self.unban,
            "bans": self.bans,
            "cap": self.cap,
            "words": self.words,
            "keys": self.keys,
            "jobs": self.jobs,
            "cancel": self.cancel,
            "drain": self.drain,
            "resume": self.resume,
            "state": self.state,
        }
        if command not in commands:
            raise Refusal(say("There is no command {name}.", name=command))
        return {**await commands[command](**values), "bot_running": self._cancel is not None}

    # ── people ───────────────────────────────────────────────────────────────

    async def ban(self, *, user: int, reason: str = "", until: str | None = None) -> Answer:
        """Ban a user from the whole bot; `until` as `jobs.servers.typed.read_moment` reads it."""
        expires_at = None if until is None else read_moment(until, option="--for", now=self._clock.now())
        if isinstance(expires_at, Sentence):
            raise Refusal(expires_at)
        if len(reason) > REASON_LONGEST:
            raise Refusal(say("The reason has more than {most} characters.", most=REASON_LONGEST))
        ban = await self._people.set_ban(
            guild_id=EVERYWHERE, user_id=user, reason=reason, by=OPERATOR, expires_at=expires_at
        )
        return {"ban": ban_answer(ban)}

    async def unban(self, *, user: int) -> Answer:
        """Lift it; a server's own ban stays."""
        lifted = await self._people.lift_ban(guild_id=EVERYWHERE, user_id=user, by=OPERATOR)
        if lifted is None:
            raise Refusal(say("User {user} is not banned from the whole bot.", user=str(user)))
        return {"lifted": ban_answer(lifted)}

    async def bans(self) -> Answer:
        """Those of the operator that hold."""
        return {"bans": [ban_answer(ban) for ban in self._people.bans_of(EVERYWHERE)]}

    # ── rules of the whole bot ───────────────────────────────────────────────

    async def cap(self, *, day: str | None = None, month: str | None = None) -> Answer:
        """Set the bot's spending caps, those that are given; and say what they are."""
        changes = {name: _amount(name, text) for name, text in (("day", day), ("month", month)) if text is not None}
        rules = self._servers.everywhere
        if changes:
            rules = await self._change(
                "caps.set",
                lambda now: replace(now, caps=replace(now.caps, **changes)),
                lambda now: caps_text(now.caps),
            )
        return {"caps": _caps_answer(rules.caps)}

    async def words(self, *, words: Sequence[str] | None = None, patterns: Sequence[str] | None = None) -> Answer:
        """Put these in the place of the words and patterns that are refused everywhere; and say what they are."""
        content = self._servers.everywhere.content
        if words is not None and patterns is not None:
            fault = await asyncio.to_thread(_fault, words, patterns)  # some ten milliseconds for hundreds of words
            if fault is not None:
                raise Refusal(fault)
            new = replace(content, words=tuple(words), patterns=tuple(patterns))
            rules = await self._change(
                "content.words",
                lambda now: replace(now, content=new),
                lambda now: f"{len(now.content.words)} words, {len(now.content.patterns)} patterns",
            )
            content = rules.content
        return {"words": list(content.words), "patterns": list(content.patterns)}

    async def drain(self) -> Answer:
        """Take no more orders; what waits and runs goes on."""
        pause = Pause(by=OPERATOR, at=self._clock.now())
        await self._change(
            "pause", lambda now: now if now.pause is not None else replace(now, pause=pause), lambda _: ""
        )
        return await self.state()

    async def resume(self) -> Answer:
        """Take orders again."""
        await self._change("resume", lambda now: replace(now, pause=None), lambda _: "")
        return await self.state()

    async def state(self) -> Answer:
        """Whether orders are taken, how many jobs there are in each unfinished state, and what is in trouble."""
        counts = await self._records.count_by_status()
        return {
            "draining": self._servers.everywhere.pause is not None,
            "unfinished": sum(counts.values()),
            "by_status": {status.value: count for status, count in counts.items()},
            "troubles": dict(self._troubles()),
        }

    # ── jobs and keys ────────────────────────────────────────────────────────

    async def keys(self) -> Answer:
        """How each API key does. Its fingerprint tells keys apart, and nothing of the key."""
        if self._breakers is None:
            raise Refusal(say("The bot is not running: how its keys do is known to it alone. Start it and ask again."))
        now = self._clock.now()
        keys = []
        for circuit in self._breakers.circuits:
            use = await self._records.key_use(
                provider=circuit.provider.value, key_id=circuit.key_id, since=now - _MINUTE
            )
            keys.append(key_answer(circuit, use, now=now))
        return {"keys": keys}

    async def jobs(
        self, *, status: str | None = None, server: int | None = None, user: int | None = None, limit: int = 20
    ) -> Answer:
        """The newest jobs; of one state, server or user where one is given."""
        if status is not None and status not in set(Status):
            names = ", ".join(Status)
            raise Refusal(say("There is no status {status}; these are: {names}.", status=status, names=names))
        if not 1 <= limit <= MOST_JOBS:
            raise Refusal(say("--limit takes a number from 1 to {most}.", most=MOST_JOBS))
        wanted = Wanted(status=None if status is None else Status(status), guild_id=server, user_id=user, most=limit)
        return {"jobs": [job_answer(job) for job in await self._records.listed_jobs(wanted)]}

    async def cancel(self, *, job: str) -> Answer:
        """Begin to stop a job; without the bot it is stopped at its next start."""
        found = await self._records.get(job) if is_job_id(job) else None
        if found is None:
            raise Refusal(say("There is no job {job}.", job=job))
        if found.status in FINISHED:
            raise Refusal(say("Job {job} has ended already: {status}.", job=job, status=found.status.value))
        if found.status is not Status.CANCELLING and not await self._stop(found):
            raise Refusal(
                say("Job {job} is {status}: it can no longer be stopped, and ends soon.", job=job, status=found.status)
            )
        await self._servers.note(
            Change(guild_id=EVERYWHERE, actor_id=OPERATOR, action="job.cancel", target=job, before=found.status.value)
        )
        now = await self._records.get(job) or found
        return {"job": job_answer(now)}

    async def _stop(self, job: Job) -> bool:
        if self._cancel is not None:
            return await self._cancel(job)
        model = self._catalog.get(job.request.model)
        sent_too = model is None or not model.synchronous
        return await self._records.mark_cancelling(job.id, sent_too=sent_too) is not None

    async def _change(
        self,
        action: str,
        change: Callable[[ServerRules], ServerRules],
        shown: Callable[[ServerRules], str],
    ) -> ServerRules:
        def entry(now: ServerRules) -> Change:
            return Change(
                guild_id=EVERYWHERE, actor_id=OPERATOR, action=action, before=shown(now), after=shown(change(now))
            )

        return await self._servers.change(EVERYWHERE, change, entry=entry)


def _amount(name: str, text: str) -> int | None:
    amount = parse_cap(text)
    if isinstance(amount, Sentence):
        raise Refusal(say("--{name}: {fault}", name=name, fault=amount))
    return amount


def _caps_answer(caps: Caps) -> Answer:
    return {
        "day_micro_usd": caps.day,
        "month_micro_usd": caps.month,
        "day": None if caps.day is None else usd(caps.day),
        "month": None if caps.month is None else usd(caps.month),
    }


def _fault(words: Sequence[str], patterns: Sequence[str]) -> Sentence | None:
    return words_fault(words) or list_of_patterns_fault(patterns)
