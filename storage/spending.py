"""What is spent: the ledger's sums by day, changed with it, and the caps that an order has to keep within."""

from typing import Any

from jobs.outcomes import OverCap, Period, Scope, Spent
from jobs.quota import Bounds
from jobs.servers.money import day_of, first_day, resets_at
from jobs.servers.rules import EVERYWHERE
from storage.part import Undone


async def spend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int, bounds: Bounds) -> Spent:
    """Add micro-dollars (negative: give back) to the day of that moment (UTC ms), and say what is spent with them.

    Nobody else changes these sums until the commit.
    """
    day = day_of(at)
    server_day = await sql.add_spend(connection, guild_id=guild_id, day=day, amount=amount)
    bot_day = await sql.add_spend(connection, guild_id=EVERYWHERE, day=day, amount=amount)
    return Spent(
        server_day=server_day,
        server_month=None if bounds.server.month is None else await _month(sql, connection, guild_id, at),
        bot_day=bot_day,
        bot_month=None if bounds.bot.month is None else await _month(sql, connection, EVERYWHERE, at),
    )


async def respend(sql: Any, connection: Any, *, guild_id: int, at: int, amount: int) -> None:
    """The same where nobody asks what is spent then: an order of that moment costs more or less than was taken."""
    if amount:
        await sql.add_spend(connection, guild_id=guild_id, day=day_of(at), amount=amount)
        await sql.add_spend(connection, guild_id=EVERYWHERE, day=day_of(at), amount=amount)


def require_within(bounds: Bounds, spent: Spent, *, asked: int, now: int) -> None:
    """Raise `Undone` where an order of `asked` micro-dollars, which are in `spent`, is more than a cap allows."""
    for scope, period, cap, total in (
        (Scope.SERVER, Period.DAY, bounds.server.day, spent.server_day),
        (Scope.SERVER, Period.MONTH, bounds.server.month, spent.server_month),
        (Scope.BOT, Period.DAY, bounds.bot.day, spent.bot_day),
        (Scope.BOT, Period.MONTH, bounds.bot.month, spent.bot_month),
    ):
        if cap is not None and total is not None and total > cap:
            raise Undone(
                OverCap(
                    scope=scope,
                    period=period,
                    cap=cap,
                    spent=total - asked,
                    asked=asked,
                    resets_at=resets_at(period, now),
                )
            )


async def _month(sql: Any, connection: Any, guild_id: int, at: int) -> int:
    first, last = first_day(Period.MONTH, at), day_of(at)
    total: int = await sql.spent_between(connection, guild_id=guild_id, first=first, last=last)
    return total
