"""`/admin quota …`, `/admin ban` and `/admin unban`: each command hands over to the part that does it."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.admin.group import AdminCog, AdminGroup
from cogs.quota.bans import REASON_LONGEST, Bans
from cogs.quota.grants import EXPIRES, Grants
from cogs.quota.listing import PAGE, PAGE_PATTERN
from cogs.quota.looking import Looking
from cogs.quota.replying import reply
from cogs.quota.rules import Rules
from cogs.results.buttons import dynamic_button
from jobs.servers.rules import Window
from jobs.servers.typed import MOST_IMAGES

_WHO = locale_str("Which member")
_LIMIT = Range[str, 1, 10]
_TIME = Range[str, 1, 20]


class QuotaAdmin(AdminCog):
    """What admins allow whom."""

    quota = AdminGroup(name="quota", description=locale_str("How many images members may make"))

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        admin: AdminGroup,
        *,
        rules: Rules,
        grants: Grants,
        bans: Bans,
        looking: Looking,
    ) -> None:
        super().__init__(admin)
        self._bot = bot
        self._rules, self._grants, self._bans, self._looking = rules, grants, bans, looking
        self._buttons = (dynamic_button(PAGE, looking.turn, reference=PAGE_PATTERN),)

    async def cog_load(self) -> None:
        """Answer presses from now on, those under old messages too."""
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    @quota.command(name="show", description=locale_str("What binds a member and why, and what is left"))
    @app_commands.describe(member=locale_str("Which member; yourself when left out"))
    async def show(
        self, interaction: discord.Interaction[Any], member: discord.User | discord.Member | None = None
    ) -> None:
        """Show where a member stands."""
        user = member or interaction.user
        await reply(interaction, lambda words: self._looking.show(interaction, words, user))

    @quota.command(name="list", description=locale_str("All limits, exemptions, grants and bans of this server"))
    async def list(self, interaction: discord.Interaction[Any]) -> None:
        """Show the first page."""
        await self._looking.list(interaction)

    @quota.command(name="set", description=locale_str("How many images everybody, or a role, may make"))
    @app_commands.describe(
        hour=locale_str("Images in any hour: a number, 0 for no images at all, none for no limit"),
        day=locale_str("Images in any 24 hours: a number, 0 for no images at all, none for the bot's own setting"),
        month=locale_str("Images in any 30 days: a number, 0 for no images at all, none for no limit"),
        role=locale_str("For this role, where it gives more; for everybody when left out"),
    )
    async def set(
        self,
        interaction: discord.Interaction[Any],
        hour: _LIMIT | None = None,
        day: _LIMIT | None = None,
        month: _LIMIT | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Set the limits of some windows."""
        typed = {Window.HOUR: hour, Window.DAY: day, Window.MONTH: month}
        await reply(interaction, lambda words: self._rules.set(interaction, words, typed, role))

    @quota.command(name="grant", description=locale_str("Give a member images beside the limits, once"))
    @app_commands.describe(
        member=_WHO,
        images=locale_str("How many more; 0 takes back what is left"),
        expires=locale_str("12h, 7d, 2w or 2026-12-01, at most 366 days; 30d when left out"),
    )
    async def grant(
        self,
        interaction: discord.Interaction[Any],
        member: discord.User | discord.Member,
        images: Range[int, 0, MOST_IMAGES],
        expires: _TIME = EXPIRES,
    ) -> None:
        """Grant images."""
        await reply(interaction, lambda words: self._grants.grant(interaction, words, member, images, expires))

    @quota.command(name="reset", description=locale_str("Let nothing count that a member has made so far"))
    @app_commands.describe(member=_WHO)
    async def reset(self, interaction: discord.Interaction[Any], member: discord.User | discord.Member) -> None:
        """Reset what is used."""
        await reply(interaction, lambda words: self._grants.reset(interaction, words, member))

    @quota.command(name="exempt", description=locale_str("Let no limit count for a member or a role"))
    @app_commands.describe(who=locale_str("Which member or role"))
    async def exempt(
        self, interaction: discord.Interaction[Any], who: discord.Member | discord.User | discord.Role
    ) -> None:
        """Exempt them."""
        await reply(interaction, lambda words: self._rules.exempt(interaction, words, who, exempt=True))

    @quota.command(name="unexempt", description=locale_str("Let the limits count for a member or a role again"))
    @app_commands.describe(who=locale_str("Which member or role"))
    async def unexempt(
        self, interaction: discord.Interaction[Any], who: discord.Member | discord.User | discord.Role
    ) -> None:
        """Exempt them no longer."""
        await reply(interaction, lambda words: self._rules.exempt(interaction, words, who, exempt=False))

    @app_commands.command(name="ban", description=locale_str("Let somebody order no images in this server"))
    @app_commands.describe(
        member=locale_str("Whom; also somebody who has left"),
        reason=locale_str("They read it"),
        until=locale_str("For how long: 12h, 7d, 2w or 2026-12-01; until somebody lifts it when left out"),
        cancel_waiting=locale_str("Cancel what waits of theirs (the default); what is being made is finished"),
    )
    @app_commands.rename(until="for")
    async def ban(
        self,
        interaction: discord.Interaction[Any],
        member: discord.User | discord.Member,
        reason: Range[str, 1, REASON_LONGEST],
        until: _TIME | None = None,
        cancel_waiting: bool = True,
    ) -> None:
        """Ban them."""
        await reply(
            interaction,
            lambda words: self._bans.ban(
                interaction, words, member, reason=reason, until=until, cancel_waiting=cancel_waiting
            ),
        )

    @app_commands.command(name="unban", description=locale_str("Let somebody order images here again"))
    @app_commands.describe(member=locale_str("Whom; also somebody who has left"))
    async def unban(self, interaction: discord.Interaction[Any], member: discord.User | discord.Member) -> None:
        """Lift a ban."""
        await reply(interaction, lambda words: self._bans.unban(interaction, words, member))
