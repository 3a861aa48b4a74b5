"""Tells how much of a cap is spent: the server in its channel for warnings, else its owner; the operator in theirs."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import discord
import structlog

from cogs.delivery.trouble import TooLarge, WayClosed, translated
from cogs.embeds import FAILED, REFUSED
from cogs.words import when
from jobs.outcomes import Period
from jobs.ports import Clock, DeliveryDelayed
from jobs.sentence import Sentence, say
from jobs.servers.budget import FULL
from jobs.servers.money import resets_at, usd
from jobs.servers.rules import EVERYWHERE
from jobs.servers.servers import Servers
from jobs.servers.spending import SpendWarning
from words.speech import Words

_log = structlog.get_logger(__name__)
_Way = Callable[[], Awaitable[discord.abc.Messageable]]


class CapWarnings:
    """What is spent is nobody's business but the admins': it is posted in no other channel, the system's neither."""

    def __init__(
        self, client: discord.Client, servers: Servers, clock: Clock, *, operator_channel_id: int | None
    ) -> None:
        self._client = client
        self._servers = servers
        self._clock = clock
        self._operator_channel_id = operator_channel_id

    async def tell(self, warning: SpendWarning, spent: int) -> bool:
        """Tell it by the first way that is open; False: Discord has trouble, and it is to be tried again."""
        await self._client.wait_until_ready()  # before that nobody knows the servers
        facts = {"guild": warning.guild_id, "period": warning.name, "percent": warning.percent}
        whole_bot = warning.guild_id == EVERYWHERE
        guild = self._operators_guild() if whole_bot else self._client.get_guild(warning.guild_id)
        words = Words("en-US" if guild is None else guild.preferred_locale.value)
        embed = warning_embed(warning, spent, words, now=self._clock.now())
        if guild is not None and not whole_bot:
            embed.set_footer(text=guild.name)
        for way in self._operators_ways() if whole_bot else self._ways(guild):
            try:
                with translated():
                    await (await way()).send(embed=embed, nonce=_nonce(warning))
            except DeliveryDelayed as error:
                _log.warning("a spending cap could not be told of yet", cause=str(error), **facts)
                return False
            except (WayClosed, TooLarge) as error:
                _log.info("one way to tell of a spending cap is closed", cause=str(error), **facts)
            else:
                _log.info("a spending cap is told of", **facts)
                return True
        _log.warning("nobody could be told of a spending cap", **facts)
        return True

    def _ways(self, guild: discord.Guild | None) -> Iterator[_Way]:
        if guild is None:
            return
        channel_id = self._servers.of(guild.id).channels.warnings
        channel = guild.get_channel_or_thread(channel_id) if channel_id is not None else None
        if isinstance(channel, discord.abc.Messageable):
            yield partial(_found, channel)
        if guild.owner_id is not None:
            yield partial(self._client.create_dm, discord.Object(guild.owner_id))

    def _operators_ways(self) -> Iterator[_Way]:
        if self._operator_channel_id is not None:
            yield partial(_found, self._client.get_partial_messageable(self._operator_channel_id))

    def _operators_guild(self) -> discord.Guild | None:
        channel = None if self._operator_channel_id is None else self._client.get_channel(self._operator_channel_id)
        return channel.guild if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None


async def _found(channel: discord.abc.Messageable) -> discord.abc.Messageable:
    return channel


def warning_embed(warning: SpendWarning, spent: int, words: Words, *, now: int) -> discord.Embed:
    """What is spent, what that means, and what can be done."""
    is_full = warning.percent == FULL
    values = {"spent": usd(spent), "cap": usd(warning.cap), "when": when(resets_at(warning.period, now))}
    if is_full:
        text = say(
            "{spent} of {cap} is spent, and nothing more fits: orders are refused until the cap starts again {when}.",
            **values,
        )
    else:
        text = say(
            "{spent} of {cap} is spent. Orders that would go over it are refused; it starts again {when}.", **values
        )
    hint = (
        say("This is the cap of the whole bot. `python bot.py admin cap` changes it.")
        if warning.guild_id == EVERYWHERE
        else say("`/admin costs` shows what it went to, `/admin caps` changes the cap.")
    )
    return discord.Embed(
        title=words(_title(warning.period, is_full=is_full)),
        description=f"{words(text)}\n{words(hint)}",
        colour=FAILED if is_full else REFUSED,
    )


def _title(period: Period, *, is_full: bool) -> Sentence:
    match period, is_full:
        case Period.DAY, True:
            return say("Today's spending cap is used up")
        case Period.DAY, False:
            return say("80 % of today's spending cap is used")
        case Period.MONTH, True:
            return say("This month's spending cap is used up")
        case _:
            return say("80 % of this month's spending cap is used")


def _nonce(warning: SpendWarning) -> str:
    """The same for the same warning, of at most 25 characters: Discord knows a repetition within minutes by it."""
    what = f"{warning.guild_id} {warning.name} {warning.percent} {warning.cap}"
    return hashlib.sha256(what.encode()).hexdigest()[:24]
