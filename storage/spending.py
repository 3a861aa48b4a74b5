"""What is spent: the ledger's sums by day, changed with it, and the caps that an order has to keep within."""

from typing import Any

from jobs.outcomes import OverCap, Period, Scope
from jobs.quota import Bounds
from jobs.servers.money import cap_of, day_of, first_day, resets_at
from jobs.servers.rules import EVERYWHERE
from storage.part import Undone


async def spend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int, bounds: Bounds) -> None:
    """Add what an order of that moment (UTC ms) is taken to cost, in micro-dollars, to its day's sums.

    Nobody else changes these sums until the commit. Raises `Undone` where that is more than a cap allows.
    """
    for scope, guild, caps in ((Scope.SERVER, guild_id, bounds.server), (Scope.BOT, EVERYWHERE, bounds.bot)):
        total = await sql.add_spend(connection, guild_id=guild, day=day_of(at), amount=amount)
        for period in Period:
            cap = cap_of(caps, period)
            if cap is None:
                continue
            if period is Period.MONTH:
                first = first_day(period, at)
                total = await sql.spent_between(connection, guild_id=guild, first=first, last=day_of(at))
            if total > cap:
                ends = resets_at(period, at)
                raise Undone(
                    OverCap(scope=scope, period=period, cap=cap, spent=total - amount, asked=amount, resets_at=ends)
                )


async def respend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int) -> None:
    """Correct these sums: an order of that moment (UTC ms) costs so many micro-dollars more than was taken, or less."""
    if amount:
        await sql.add_spend(connection, guild_id=guild_id, day=day_of(at), amount=amount)
        await sql.add_spend(connection, guild_id=EVERYWHERE, day=day_of(at), amount=amount)
