"""`/admin caps` and `/admin costs`: what may be spent, and what was."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

from cogs.admin.group import AdminCog, AdminGroup
from cogs.admin.writing import written
from cogs.costs.embeds import SET, caps_embed, costs_embed, nothing_ordered
from cogs.costs.sheet import Sheet, make_sheet
from cogs.embeds import sentence_embed
from cogs.place import guild_of
from jobs.catalog import Catalog
from jobs.ports import Clock
from jobs.sentence import Sentence, say, say_count
from jobs.servers.costs import By, summary
from jobs.servers.money import DAY_MS, caps_text, date_of, day_of, parse_cap
from jobs.servers.records import Change
from jobs.servers.rules import ServerRules
from jobs.servers.servers import Servers
from jobs.servers.spending import SpendRecords
from words.speech import Words

DAYS: Final = 30  # shown where nothing is chosen
DAYS_MOST: Final = 366
_Amount = Range[str, 1, 30]
_BY: Final = [
    Choice(name=locale_str("by day"), value=By.DAY.value),
    Choice(name=locale_str("by user"), value=By.USER.value),
    Choice(name=locale_str("by model"), value=By.MODEL.value),
]


class Money(AdminCog):
    """Of the server where it is typed."""

    def __init__(
        self, admin: AdminGroup, servers: Servers, records: SpendRecords, catalog: Catalog, clock: Clock
    ) -> None:
        super().__init__(admin)
        self._servers = servers
        self._records = records
        self._catalog = catalog
        self._clock = clock

    @app_commands.command(
        name="caps", description=locale_str("How much may be spent here; without options, how much is")
    )
    @app_commands.describe(
        day=locale_str("US dollars in a day (UTC), like 10 or 2.50; none for no cap"),
        month=locale_str("US dollars in a month (UTC), like 200 or 49.90; none for no cap"),
    )
    async def caps(
        self, interaction: discord.Interaction[Any], day: _Amount | None = None, month: _Amount | None = None
    ) -> None:
        """Show the caps, or change those that are typed."""
        words = Words(interaction.locale.value)
        typed = {name: parse_cap(text) for name, text in (("day", day), ("month", month)) if text is not None}
        faults = {name: cap for name, cap in typed.items() if isinstance(cap, Sentence)}
        if faults:
            names, fault = ", ".join(f"`{name}`" for name in faults), next(iter(faults.values()))
            embed = sentence_embed(say("{options}: {fault}", options=names, fault=fault), words)
            embed.set_footer(text=words(say("Nothing was changed.")))
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not typed or await self._change(interaction, typed):
            await written(interaction, self._show_caps(interaction, words, note=SET if typed else None))

    async def _change(self, interaction: discord.Interaction[Any], typed: Mapping[str, Any]) -> bool:
        guild_id = guild_of(interaction)

        def changed(rules: ServerRules) -> ServerRules:
            return replace(rules, caps=replace(rules.caps, **typed))

        def entry(rules: ServerRules) -> Change:
            return Change(
                guild_id=guild_id,
                actor_id=interaction.user.id,
                action="caps.set",
                before=caps_text(rules.caps),
                after=caps_text(changed(rules).caps),
            )

        return await written(interaction, self._servers.change(guild_id, changed, entry=entry))

    async def _show_caps(self, interaction: discord.Interaction[Any], words: Words, *, note: Sentence | None) -> None:
        guild_id, now = guild_of(interaction), self._clock.now()
        rules = self._servers.of(guild_id)
        spend = await self._records.spend(guild_id, at=now)
        embed = caps_embed(rules.caps, spend, words, now=now, channel_id=rules.channels.warnings, note=note)
        await interaction.edit_original_response(embed=embed)

    @app_commands.command(
        name="costs", description=locale_str("What was spent here, on what; with a file of every job")
    )
    @app_commands.describe(
        days=locale_str("How many days back, today among them (UTC); 30 unless you say so"),
        by=locale_str("What the list shows; by day unless you say so"),
    )
    @app_commands.choices(by=_BY)
    async def costs(
        self, interaction: discord.Interaction[Any], days: Range[int, 1, DAYS_MOST] = DAYS, by: str = By.DAY.value
    ) -> None:
        """Show the sums, with a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await written(interaction, self._show_costs(interaction, days, By(by)))

    async def _show_costs(self, interaction: discord.Interaction[Any], days: int, by: By) -> None:
        words, guild_id, now = Words(interaction.locale.value), guild_of(interaction), self._clock.now()
        until = (day_of(now) + 1) * DAY_MS
        since = until - days * DAY_MS
        rows = await self._records.costs(guild_id, since=since, until=until)
        if not rows:
            await interaction.edit_original_response(embed=sentence_embed(nothing_ordered(days), words))
            return
        sheet = await make_sheet(self._records, guild_id, since=since, until=until, most=interaction.filesize_limit)
        embed = costs_embed(
            summary(rows, days=days, by=by),
            self._servers.of(guild_id).caps,
            await self._records.spend(guild_id, at=now),
            self._catalog,
            words,
            now=now,
            file=_whats_in(sheet),
        )
        name = f"costs-{date_of(day_of(since))}-to-{date_of(day_of(now))}.csv"
        await interaction.edit_original_response(
            embed=embed, attachments=[discord.File(io.BytesIO(sheet.data), filename=name)]
        )


def _whats_in(sheet: Sheet) -> Sentence:
    if sheet.is_whole:
        return say_count(
            "Days are UTC. The file has {count} order.",
            "Days are UTC. The file has all {count} orders.",
            sheet.jobs,
        )
    return say_count(
        "Days are UTC. The file has the newest order only: ask for fewer days.",
        "Days are UTC. The file has the newest {count} orders: ask for fewer days to have all of them.",
        sheet.jobs,
    )
