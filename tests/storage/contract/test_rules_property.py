"""Whatever the rules and whatever people do: no window, grant or cap is overdrawn, and each refusal says why."""

import asyncio
import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import example, given, settings

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Order, Posted, StoredImage
from jobs.outcomes import Admission, Admitted, OverCap, OverQuota, Period, Scope
from jobs.quota import Bounds
from jobs.sentence import verbatim
from jobs.servers.allowance import Allowance
from jobs.servers.money import first_day
from jobs.servers.people_records import Grant
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps, Window
from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.postgres import Server
from tests.storage.support import execute

MakeOrderOf = Callable[[int, int, int], Order]
START = 1_795_262_400_000  # 2026-11-21T12:00:00Z
DAY = 86_400_000
PRICE = 1_000  # micro-dollars an image
USERS = (1, 2)
GUILD = 1
PICTURE = StoredImage(name="1.png", format="png", width=8, height=8, size=80)
NOTED = Change(guild_id=GUILD, actor_id=9, action="quota.grant")


@dataclass(frozen=True)
class _Rules:
    limits: dict[Window, int]
    server: Caps
    bot: Caps


@dataclass
class _Made:
    """A reservation, and what is left of it."""

    user: int
    at: int
    images: int
    granted: int
    cost: int
    job_id: str
    open: bool = True


@dataclass
class _Granted:
    images: int
    expires_at: int
    used: int = 0


@dataclass
class _Model:
    """The rules in a few lines of Python, and the clock."""

    rules: _Rules
    at: int = START
    made: list[_Made] = field(default_factory=list)
    grants: dict[int, _Granted] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)

    def now(self) -> int:
        """UTC milliseconds."""
        return self.at

    def used(self, user: int, window: Window, *, at: int | None = None) -> int:
        """Images that count in the window."""
        since = max(self.since.get(user, 0), (at or self.at) - window.value)
        return sum(each.images - each.granted for each in self.made if each.user == user and each.at > since)

    def granted(self, user: int, *, at: int | None = None) -> int:
        """Images left of the grant."""
        grant = self.grants.get(user)
        return grant.images - grant.used if grant is not None and grant.expires_at > (at or self.at) else 0

    def short(self, user: int, asked: int, *, at: int | None = None) -> int:
        """Images that the windows have no room for."""
        over = (self.used(user, window, at=at) + asked - limit for window, limit in self.rules.limits.items())
        return min(asked, max([0, *over]))

    def fits_at(self, user: int, asked: int) -> int | None:
        """The first moment at which the windows, or a grant that lasts till then, have room."""
        moments = sorted(
            each.at + window.value
            for each in self.made
            for window in self.rules.limits
            if each.user == user and each.at + window.value > self.at
        )
        fitting = (at for at in moments if self.short(user, asked, at=at) <= self.granted(user, at=at))
        return next(fitting, None)

    def spent(self, period: Period) -> int:
        """Micro-dollars of the day or the month."""
        first = first_day(period, self.at) * DAY
        return sum(each.cost for each in self.made if each.at >= first)

    def over_cap(self, cost: int) -> tuple[Scope, Period] | None:
        """The first cap that has no room."""
        for scope, caps in ((Scope.SERVER, self.rules.server), (Scope.BOT, self.rules.bot)):
            for period, cap in ((Period.DAY, caps.day), (Period.MONTH, caps.month)):
                if cap is not None and self.spent(period) + cost > cap:
                    return scope, period
        return None

    def bounds(self, user: int) -> Bounds:
        """What an order has to keep within."""
        allowance = Allowance(limits=self.rules.limits, since=self.since.get(user, 0))
        return Bounds(allowance=allowance, server=self.rules.server, bot=self.rules.bot)


caps = st.builds(
    Caps,
    day=st.none() | st.integers(5, 40).map(lambda images: images * PRICE),
    month=st.none() | st.integers(5, 90).map(lambda images: images * PRICE),
)
all_rules = st.builds(
    _Rules, limits=st.dictionaries(st.sampled_from(Window), st.integers(0, 5)), server=caps, bot=st.just(Caps()) | caps
)
users = st.sampled_from(USERS)
orders = st.tuples(st.just("order"), users, st.integers(1, 5), st.integers(1, 3))
grants = st.tuples(st.just("grant"), users, st.integers(1, 6), st.sampled_from([1_000, DAY // 2, 40 * DAY]))
resets = st.tuples(st.just("reset"), users, st.just(0), st.just(0))
ends = st.tuples(
    st.sampled_from(["deliver", "fail", "cancel"]), st.integers(0, 3), st.integers(0, 3), st.integers(0, 9_000)
)
waits = st.tuples(
    st.just("wait"),
    st.sampled_from([1, 1_000, Window.HOUR.value // 2, Window.HOUR.value, DAY // 2, DAY, 12 * DAY, 31 * DAY]),
    st.just(0),
    st.just(0),
)
histories = st.lists(st.one_of(orders, orders, orders, grants, resets, ends, waits), max_size=25)


# A grant pays for a part of an order, gets back what was not made, and is used again.
PAID_BY_A_GRANT = (
    _Rules({Window.DAY: 1}, Caps(), Caps()),
    [
        ("grant", 1, 4, DAY),
        ("order", 1, 3, 1),
        ("fail", 0, 0, 0),
        ("order", 1, 4, 1),
        ("deliver", 0, 2, 0),
        ("order", 1, 1, 2),
        ("deliver", 0, 0, 0),
    ],
)


@settings(max_examples=35, deadline=None, derandomize=True)
@example(rules=PAID_BY_A_GRANT[0], history=PAID_BY_A_GRANT[1])
@given(rules=all_rules, history=histories)
def test_every_rule_holds_at_once(
    make_order_of: MakeOrderOf, rules: _Rules, history: list[tuple[str, int, int, int]]
) -> None:
    """Admission agrees with a model of a few lines, whatever is combined."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(_Model(rules), history, make_order_of, Path(folder) / "bot.db"))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(rules=all_rules, history=histories)
def test_the_same_on_a_server(
    make_order_of: MakeOrderOf, postgres_server: Server, rules: _Rules, history: list[tuple[str, int, int, int]]
) -> None:
    """With fewer histories, since a database on a server is not made in no time."""

    async def play() -> None:
        async with postgres_server.database() as address:
            await _play(_Model(rules), history, make_order_of, address)

    asyncio.run(play())


async def _play(
    model: _Model, history: list[tuple[str, int, int, int]], make_order_of: MakeOrderOf, address: DatabaseAddress
) -> None:
    interactions = itertools.count(1)
    async with open_store(address, model) as store:
        for what, first, second, third in history:
            match what:
                case "wait":
                    model.at += first
                case "order":
                    placed = (make_order_of(next(interactions), first, second) for _ in range(third))
                    await _order_at_once(store, model, list(placed))
                case "grant":
                    await _grant(store, model, user=first, images=second, lasts=third)
                case "reset":
                    model.since[first] = model.at
                case _:
                    still_open = [each for each in model.made if each.open]
                    if still_open:
                        made = still_open[first % len(still_open)]
                        await _end(store, model, what, made, delivered=second, cost=third if third % 2 else None)
            await _compare(store, model)


async def _order_at_once(store: SqlStore, model: _Model, placed: list[Order]) -> None:
    """All of one user and of one size, so that it is no matter which of them comes first."""
    user, asked = placed[0].user_id, placed[0].request.images
    cost = asked * PRICE
    answers = await asyncio.gather(
        *(
            store.admit(each, provider=Provider.EACHLABS, estimated_cost=cost, bounds=model.bounds(user))
            for each in placed
        )
    )
    for answer in _admitted_first(answers):
        short = model.short(user, asked)
        if short > model.granted(user):
            assert isinstance(answer, OverQuota)
            assert answer.enough_at == model.fits_at(user, asked)
        elif (over := model.over_cap(cost)) is not None:
            assert isinstance(answer, OverCap)
            assert (answer.scope, answer.period) == over
            assert answer.spent == model.spent(answer.period)
        else:
            assert isinstance(answer, Admitted)
            model.made.append(
                _Made(user=user, at=model.at, images=asked, granted=short, cost=cost, job_id=answer.job.id)
            )
            if short:
                model.grants[user].used += short


def _admitted_first(answers: list[Admission]) -> Iterator[Admission]:
    yield from (each for each in answers if isinstance(each, Admitted))
    yield from (each for each in answers if not isinstance(each, Admitted))


async def _grant(store: SqlStore, model: _Model, *, user: int, images: int, lasts: int) -> None:
    """In place of one that has expired; a user has one in these histories."""
    former = model.grants.get(user)
    if former is not None and former.expires_at > model.at:
        return
    if any(each.open and each.granted for each in model.made if each.user == user):
        return  # what such a one gives back belongs to the former grant: told apart by its moment, not modelled here
    expires_at = model.at + lasts
    grant = Grant(user_id=user, images=images, used=0, expires_at=expires_at, by=9, at=model.at)
    await store.add_grant(grant, guild_id=GUILD, granted=lambda _before, _after: NOTED)
    model.grants[user] = _Granted(images=images, expires_at=expires_at)


async def _end(store: SqlStore, model: _Model, how: str, made: _Made, *, delivered: int, cost: int | None) -> None:
    """End the job, twice, as a duplicate message would."""
    estimate = made.cost
    for _ in range(2):
        if how == "deliver":
            while (job := await store.get(made.job_id)) is not None and job.status == "queued":
                await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=10**6, per_minute=10**6)
            await store.mark_delivering(made.job_id, images=[PICTURE] * delivered, cost=cost, prediction_id=None)
            await store.mark_delivered(made.job_id, posted=Posted(channel_id=1, message_id=1))
        elif how == "fail":
            failure = Failure(reason=Reason.DEADLINE, user_message=verbatim("Late."), detail="late")
            await store.mark_failed(made.job_id, failure)
        else:
            await store.mark_cancelling(made.job_id, sent_too=True)
            await store.mark_cancelled(made.job_id)
    came = min(delivered, made.images) if how == "deliver" else 0
    given_back = min(made.granted, made.images - came)
    made.open, made.images, made.granted = False, came, made.granted - given_back
    made.cost = 0 if how != "deliver" else cost if cost is not None else estimate if delivered else 0
    if given_back:
        model.grants[made.user].used -= given_back


async def _compare(store: SqlStore, model: _Model) -> None:
    for user in USERS:
        usage = await store.usage(guild_id=GUILD, user_id=user, allowance=model.bounds(user).allowance)
        assert {window.window: window.used for window in usage.windows} == {
            window: model.used(user, window) for window in model.rules.limits
        }
        assert usage.granted == model.granted(user)
    rows = await execute(store._engine, "SELECT guild_id, day, amount FROM spend")
    days = {each.at // DAY for each in model.made}
    sums = {day: sum(each.cost for each in model.made if each.at // DAY == day) for day in days}
    assert {(guild, day): amount for guild, day, amount in rows} == {
        (guild, day): amount for day, amount in sums.items() for guild in (GUILD, EVERYWHERE)
    }
