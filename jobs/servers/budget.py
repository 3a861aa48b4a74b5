"""How much of each cap is spent: at 80 % and once nothing more fits, whoever has set the cap is warned, once each.

What is spent is followed in memory as an upper bound, and the database is asked only where that comes near a warning. A
warning is claimed in the database before it is told, so that no two tell it, and noted once it is told, so that a start
tells what the last process did not come to tell. A higher cap can be warned of anew.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from jobs.breaker import Circuit
from jobs.catalog import Catalog, Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.outcomes import Period
from jobs.ports import Clock
from jobs.servers.binding import make_rules
from jobs.servers.money import Spend, cap_of, day_of, name_of
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps
from jobs.servers.servers import Servers
from jobs.servers.spending import SpendWarning, WarningRecords
from jobs.signal import Signal
from jobs.status import FINISHED, Status
from jobs.world import persist

EARLY: Final = 80  # percent of a cap
FULL: Final = 100
AGAIN: Final = 60.0  # seconds until what could not be told is tried again

Tell = Callable[[SpendWarning, int], Awaitable[bool]]
"""Tells it, with the micro-dollars spent; False: it is to be tried again. Where nobody can be told that is the end."""


@dataclass(kw_only=True)
class _Known:
    """Of one server, or of the whole bot."""

    day: int  # that it is about
    spend: Spend = field(default_factory=Spend)  # at most
    is_read: bool = False
    claimed: dict[tuple[Period, int], int] = field(default_factory=dict)  # the cap that each warning was claimed for


class Budget:
    """An observer of jobs, and the loop that warns."""

    def __init__(
        self, records: WarningRecords, servers: Servers, catalog: Catalog, clock: Clock, *, tell: Tell
    ) -> None:
        self._records: Final = records
        self._servers: Final = servers
        self._clock: Final = clock
        self._tell: Final = tell
        self._prices: Final = {model.key: model.price.estimate(images=1, pixels=1) for model in catalog.models}
        self._known: dict[int, _Known] = {}
        self._due: set[int] = set()
        self._untold: list[SpendWarning] = []
        self._signal = Signal()

    # ── what happens ─────────────────────────────────────────────────────────

    def admitted(self, job: Job) -> None:
        """Its estimate is spent."""
        self._spent(job.order.guild_id, job.estimated_cost)

    def changed(self, job: Job, previous: Status) -> None:
        """Once it has ended it may have cost more than its estimate.

        Creates that were given up count once more: their news may have got lost, and a bound may be too high.
        """
        if job.status in FINISHED and previous is not Status.UNDELIVERED:
            more = max(0, (job.cost or 0) - job.estimated_cost) + job.unknown_creates * job.estimated_cost
            self._spent(job.order.guild_id, more)

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """Of no interest here."""

    def create_given_up(self, job: Job) -> None:
        """It may have been paid."""
        self._spent(job.order.guild_id, job.estimated_cost)

    def circuit_changed(self, circuit: Circuit) -> None:
        """Of no interest here."""

    def rules_changed(self, change: Change) -> None:
        """A cap may be another one; to be appended to `Servers.told`."""
        self._spent(change.guild_id, 0)

    def _spent(self, guild_id: int, amount: int) -> None:
        for whose in {guild_id, EVERYWHERE}:
            if self._servers.of(whose).caps != Caps():
                known = self._followed(whose)
                known.spend = Spend(day=known.spend.day + amount, month=known.spend.month + amount)
                if self._needs_a_look(whose, known):
                    self._due.add(whose)
                    self._signal.wake()

    def _followed(self, guild_id: int) -> _Known:
        today = day_of(self._clock.now())
        known = self._known.get(guild_id)
        if known is None or known.day != today:
            known = self._known[guild_id] = _Known(day=today)
        return known

    def _needs_a_look(self, guild_id: int, known: _Known) -> bool:
        return not known.is_read or any(
            known.claimed.get((warning.period, warning.percent), -1) < warning.cap
            for warnings in self._reached(guild_id, known.spend)
            for warning in warnings
        )

    def _reached(self, guild_id: int, spend: Spend) -> Iterator[list[SpendWarning]]:
        """For each period what is to be told where so much is spent, in ascending order."""
        caps, now = self._servers.of(guild_id).caps, self._clock.now()
        allowed = make_rules(self._servers, guild_id).models
        least = min((price for key, price in self._prices.items() if allowed is None or key in allowed), default=0)
        for period in Period:
            cap, spent = cap_of(caps, period), spend.of(period)
            if cap and spent:  # that nothing at all may be spent is no news to whoever said so
                # An order that would pass the cap is refused, so what is spent comes near it and seldom to it.
                is_full = spent + least > cap
                is_early = 100 * spent >= EARLY * cap
                yield [
                    SpendWarning(guild_id=guild_id, period=period, name=name_of(period, now), percent=percent, cap=cap)
                    for percent in ((EARLY, FULL) if is_full else (EARLY,) if is_early else ())
                ]

    # ── the loop ─────────────────────────────────────────────────────────────

    async def load(self) -> None:
        """Take up what the last process did not come to tell, and look at every cap: it may be full since then."""
        self._untold = list(await self._records.untold_warnings(at=self._clock.now()))
        self._due |= {guild_id for guild_id, rules in self._servers.decided.items() if rules.caps != Caps()}

    async def run(self) -> None:
        """Look at what has come near a warning, and tell what is due."""
        while True:
            while self._due:
                guild_id = next(iter(self._due))
                await self._look(guild_id)
            await self._tell_all()
            await self._signal.wait(seconds=AGAIN if self._untold else None)

    async def _look(self, guild_id: int) -> None:
        now = self._clock.now()
        # What is spent while the database is asked is added to what it says.
        known = self._known[guild_id] = _Known(day=day_of(now))
        spend = await self._records.spend(guild_id, at=now)
        known.is_read = True
        known.spend = Spend(day=known.spend.day + spend.day, month=known.spend.month + spend.month)
        for warnings in self._reached(guild_id, spend):
            if warnings:
                claimed = await self._records.claim_warnings(warnings)
                known.claimed |= {(each.period, each.percent): each.cap for each in warnings}
                if warnings[-1] in claimed:
                    self._untold.append(warnings[-1])
        self._due.discard(guild_id)
        if self._needs_a_look(guild_id, known):
            self._due.add(guild_id)

    async def _tell_all(self) -> None:
        for warning in list(self._untold):
            now = self._clock.now()
            if warning.name == name_of(warning.period, now):
                spend = await self._records.spend(warning.guild_id, at=now)
                if not await self._tell(warning, spend.of(warning.period)):
                    continue
            await persist(partial(self._records.mark_warning_told, warning))
            self._untold.remove(warning)
