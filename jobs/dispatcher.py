"""Takes queued jobs to their API as soon as the limits of a key allow: the limits are a query, not a memory."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jobs.breaker import ACCOUNT_SENTENCES, Outage, Trouble
from jobs.catalog import Provider
from jobs.completion import Completion
from jobs.ending import Ending
from jobs.model import Failure
from jobs.sentence import say
from jobs.submission import Submission
from jobs.timing import OUTAGE_LONGEST
from jobs.world import World

_LONGEST_SLEEP: Final = 30.0  # seconds; a look for what no signal told of
_ROUND: Final = 0.02  # seconds from one round's begin to the next, at least
_UNLIMITED: Final = 1_000_000_000
_AT_ONCE: Final = 50  # jobs read with one query


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one API key may do."""

    concurrency: int  # jobs at the API at once
    creates_per_minute: int | None = None  # None: the vendor states none


class Dispatcher:
    """The loop that claims and submits, and ends what an outage keeps waiting in vain."""

    def __init__(
        self,
        world: World,
        submission: Submission,
        completion: Completion,
        ending: Ending,
        limits: Mapping[Provider, Limits],
    ) -> None:
        self._world = world
        self._submission = submission
        self._completion = completion
        self._ending = ending
        self._limits = limits

    async def run(self) -> None:
        """Claim for ever: after every signal, and when time alone lets a claim succeed."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._claim_all()
            for provider in self._world.apis:
                await self._end_hopeless(provider)
            seconds, has_work = await self._pause()
            await self._world.claim_due.wait(seconds=seconds, has_work=has_work)
            # A burst of orders would otherwise ask as often, and keep the database from admitting them.
            await asyncio.sleep(max(0.0, began + _ROUND - loop.time()))

    async def _claim_all(self) -> None:
        for provider, key_id, limits in self._keys():
            while self._world.breakers.allows(key_id):
                claiming = asyncio.ensure_future(self._claim(provider, key_id, limits))
                try:
                    more = await asyncio.shield(claiming)
                except asyncio.CancelledError:
                    await claiming  # a claim that is committed is sent, also at the moment of a stop
                    raise
                if not more:
                    break

    async def _claim(self, provider: Provider, key_id: str, limits: Limits) -> bool:
        job = await self._world.store.claim(
            provider=provider,
            key_id=key_id,
            concurrency=limits.concurrency,
            per_minute=limits.creates_per_minute or _UNLIMITED,
            over=self._completion.busy,
        )
        if job is None:
            return False
        self._world.breakers.sending(key_id, job.id)
        self._world.tasks.spawn(f"submit {job.id}", self._submission.submit(job))
        return True

    async def _end_hopeless(self, provider: Provider) -> None:
        """Fail what waits for an API that refuses every key, or that has had trouble for too long."""
        world = self._world
        while (outage := world.breakers.outage(provider)) is not None and outage.resting:
            now = world.clock.now()
            if not outage.hopeless and now - outage.since <= OUTAGE_LONGEST:
                return  # nothing has waited so long while no key could be used
            before = now if outage.hopeless else now - OUTAGE_LONGEST
            waiting = await world.store.queued(provider=provider, created_before=before, limit=_AT_ONCE)
            for job in waiting:
                await self._ending.fail(job, _failure(outage))
            if len(waiting) < _AT_ONCE:
                return

    async def _pause(self) -> tuple[float, bool]:
        """Seconds until a claim may succeed although nothing happens, and whether one is wanted if a slot is free."""
        world = self._world
        now = world.clock.now()
        moments, has_work = [world.breakers.next_probe_at()], False
        for provider, key_id, limits in self._keys():
            if not world.breakers.allows(key_id):
                has_work = True  # nobody has looked
                continue
            claim = await world.store.next_claim(
                provider=provider,
                key_id=key_id,
                concurrency=limits.concurrency,
                per_minute=limits.creates_per_minute or _UNLIMITED,
                over=self._completion.busy,
            )
            moments.append(claim.at)
            has_work = has_work or claim.is_wanted
        pauses = [max(0.0, (at - now) / 1000) for at in moments if at is not None]
        return min([*pauses, _LONGEST_SLEEP]), has_work

    def _keys(self) -> list[tuple[Provider, str, Limits]]:
        return [
            (provider, key_id, self._limits[provider])
            for provider, api in self._world.apis.items()
            for key_id in api.key_ids
        ]


def _failure(outage: Outage) -> Failure:
    match outage.trouble:
        case Trouble.ACCOUNT:
            detail = "not sent: every API key is refused"
            return Failure(reason=outage.reason, user_message=ACCOUNT_SENTENCES[outage.reason], detail=detail)
        case Trouble.SERVICE:
            message = say("The image service has had trouble for more than ten minutes. Please try again later.")
            return Failure(reason=outage.reason, user_message=message, detail="not sent: the outage lasts too long")
