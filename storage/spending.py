"""What is spent: the ledger's sums by day, changed with it, and the caps that an order has to keep within."""

from collections.abc import Iterator
from typing import Any

from jobs.outcomes import OverCap, Period, Scope
from jobs.quota import NO_CAPS, Bounds
from jobs.servers.money import cap_of, day_of, first_day, resets_at
from jobs.servers.rules import EVERYWHERE, Caps
from storage.part import Undone


async def spend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int, bounds: Bounds) -> None:
    """Add what an order of that moment (UTC ms) is taken to cost, in micro-dollars, to its day's sums.

    Nobody else changes these sums until the commit. Raises `Undone` where that is more than a cap allows.
    """
    for scope, guild, caps in _scopes(guild_id, bounds):
        await sql.add_spend(connection, guild_id=guild, day=day_of(at), amount=amount)
        await _require_room(sql, connection, scope=scope, guild_id=guild, caps=caps, at=at, asked=amount)


async def respend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int) -> None:
    """Correct these sums: an order of that moment (UTC ms) costs so many micro-dollars more than was taken, or less."""
    if amount:
        await sql.add_spend(connection, guild_id=guild_id, day=day_of(at), amount=amount)
        await sql.add_spend(connection, guild_id=EVERYWHERE, day=day_of(at), amount=amount)


async def require_room_for_another(
    sql: Any, connection: Any, *, guild_id: int, at: int, now: int, amount: int, bounds: Bounds
) -> None:
    """Whether an order of that moment (UTC ms) keeps within the caps with one more create, of so many micro-dollars.

    That a create of it was given up is written already, and so counted. Raises `Undone` where there is no room.
    """
    for scope, guild, caps in _scopes(guild_id, bounds):
        if caps == NO_CAPS:
            continue
        for day in sorted({day_of(at), day_of(now)}):  # no order is let in meanwhile: it would not see what is written
            await sql.add_spend(connection, guild_id=guild, day=day, amount=0)
        await _require_room(sql, connection, scope=scope, guild_id=guild, caps=caps, at=at, asked=amount)


def _scopes(guild_id: int, bounds: Bounds) -> Iterator[tuple[Scope, int, Caps]]:
    """The server first: whoever locks both sums takes them in this order."""
    yield Scope.SERVER, guild_id, bounds.server
    yield Scope.BOT, EVERYWHERE, bounds.bot


async def _require_room(
    sql: Any, connection: Any, *, scope: Scope, guild_id: int, caps: Caps, at: int, asked: int
) -> None:
    for period in Period:
        cap = cap_of(caps, period)
        if cap is None:
            continue
        total = await sql.spent_between(connection, guild_id=guild_id, first=first_day(period, at), last=day_of(at))
        if total > cap:
            ends = resets_at(period, at)
            raise Undone(OverCap(scope=scope, period=period, cap=cap, spent=total - asked, asked=asked, resets_at=ends))
