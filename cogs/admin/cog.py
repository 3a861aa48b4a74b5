"""`/admin`: the commands that concern the whole server; other cogs add theirs to the group."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.admin import carrying, looking_back
from cogs.admin.carrying import APPLY, DISCARD, Carrying
from cogs.admin.group import AdminCog, AdminGroup
from cogs.admin.looking_back import OLDER, LookingBack
from cogs.admin.pages import FORM, PICK, PRESS, REFERENCE
from cogs.admin.pausing import REASON_LONGEST, Pausing
from cogs.admin.setup import Setup
from cogs.admin.welcome import welcome
from cogs.forms import Forms
from cogs.results.buttons import dynamic_button
from cogs.settings.items import dynamic_select


class Administration(AdminCog):
    """Offers the group; each command, select, button and form is handed on to the part that does it."""

    config = AdminGroup(name="config", description=locale_str("This server's rules, at a glance and as a file"))

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        admin: AdminGroup,
        *,
        setup: Setup,
        pausing: Pausing,
        carrying: Carrying,
        looking_back: LookingBack,
    ) -> None:
        super().__init__(admin)
        self._bot = bot
        self._admin = admin
        self._setup = setup
        self._pausing = pausing
        self._carrying = carrying
        self._looking_back = looking_back
        self._forms = Forms({FORM: setup.submitted})
        self._items = _items(setup, carrying, looking_back)

    async def cog_load(self) -> None:
        """Offer the group, to which other cogs may still add, and answer what is below its messages."""
        self._bot.tree.add_command(self._admin)
        self._bot.add_dynamic_items(*self._items)

    async def cog_unload(self) -> None:
        """Do so no more."""
        self._bot.tree.remove_command(self._admin.name)
        self._bot.remove_dynamic_items(*self._items)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py with everything; the forms are answered here."""
        await self._forms.listen(interaction)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Called by discord.py when the bot was invited."""
        await welcome(guild)

    @app_commands.command(
        name="setup", description=locale_str("Set this bot up here: what is missing, how much, where and what")
    )
    async def setup(self, interaction: discord.Interaction[Any]) -> None:
        """Show the panel."""
        await self._setup.show(interaction)

    @app_commands.command(name="pause", description=locale_str("Let nobody order images here; what waits is kept"))
    @app_commands.describe(reason=locale_str("What members are told when they try"))
    async def pause(
        self, interaction: discord.Interaction[Any], reason: Range[str, 1, REASON_LONGEST] | None = None
    ) -> None:
        """Pause the server."""
        await self._pausing.pause(interaction, reason or "")

    @app_commands.command(name="resume", description=locale_str("Let images be made here again"))
    async def resume(self, interaction: discord.Interaction[Any]) -> None:
        """Resume it."""
        await self._pausing.resume(interaction)

    @app_commands.command(name="audit", description=locale_str("Who changed what here, and when"))
    async def audit(self, interaction: discord.Interaction[Any]) -> None:
        """Show the newest entries."""
        await self._looking_back.show(interaction)

    @config.command(name="show", description=locale_str("What holds in this server"))
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show every section."""
        await self._carrying.show(interaction)

    @config.command(name="export", description=locale_str("This server's rules as a file that you can change"))
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Give the file."""
        await self._carrying.export(interaction)

    @config.command(name="import", description=locale_str("Take rules in from a file; you are asked before it counts"))
    @app_commands.describe(file=locale_str("A file as /admin config export gives it"))
    async def bring(self, interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        """Read the file, and ask."""
        await self._carrying.bring(interaction, file)


def _items(
    setup: Setup, carried: Carrying, looked_back: LookingBack
) -> "tuple[type[discord.ui.DynamicItem[Any]], ...]":
    return (
        dynamic_select(PICK, setup.pick, reference=REFERENCE),
        dynamic_button(PRESS, setup.press, reference=REFERENCE),
        dynamic_button(APPLY, carried.apply, reference=carrying.REFERENCE),
        dynamic_button(DISCARD, carried.discard, reference=carrying.REFERENCE),
        dynamic_button(OLDER, looked_back.turn, reference=looking_back.REFERENCE),
    )
