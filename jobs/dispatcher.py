"""Takes queued jobs to their API as soon as the limits of a key allow: the limits are a query, not a memory."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jobs.catalog import Provider
from jobs.submission import Submission
from jobs.world import World

_LONGEST_SLEEP: Final = 30.0  # seconds; a look for what no signal told of
_UNLIMITED: Final = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one API key may do."""

    concurrency: int  # jobs at the API at once
    creates_per_minute: int | None = None  # None: the vendor states none


class Dispatcher:
    """The loop that claims and submits."""

    def __init__(self, world: World, submission: Submission, limits: Mapping[Provider, Limits]) -> None:
        self._world = world
        self._submission = submission
        self._limits = limits

    async def run(self) -> None:
        """Claim for ever: after every signal, and when time alone lets a claim succeed."""
        while True:
            await self._claim_all()
            await self._world.slot_freed.wait(seconds=await self._pause())

    async def _claim_all(self) -> None:
        for provider, key_id, limits in self._keys():
            more = True
            while more:
                claiming = asyncio.ensure_future(self._claim(provider, key_id, limits))
                try:
                    more = await asyncio.shield(claiming)
                except asyncio.CancelledError:
                    await claiming  # a claim that is committed is sent, also at the moment of a stop
                    raise

    async def _claim(self, provider: Provider, key_id: str, limits: Limits) -> bool:
        job = await self._world.store.claim(
            provider=provider,
            key_id=key_id,
            concurrency=limits.concurrency,
            per_minute=limits.creates_per_minute or _UNLIMITED,
        )
        if job is None:
            return False
        self._world.tasks.spawn(f"submit {job.id}", self._submission.submit(job))
        return True

    async def _pause(self) -> float:
        """Seconds until a claim may succeed although nothing else happens."""
        now = self._world.clock.now()
        moments = [
            await self._world.store.next_claim_at(
                provider=provider, key_id=key_id, per_minute=limits.creates_per_minute or _UNLIMITED
            )
            for provider, key_id, limits in self._keys()
        ]
        pauses = [max(0.0, (at - now) / 1000) for at in moments if at is not None]
        return min([*pauses, _LONGEST_SLEEP])

    def _keys(self) -> list[tuple[Provider, str, Limits]]:
        return [
            (provider, key_id, self._limits[provider])
            for provider, api in self._world.apis.items()
            for key_id in api.key_ids
            if self._world.resting.is_awake(key_id)
        ]
