"""What the menu of a message offers under Apps: Image settings, Make again, Report image."""

import re
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.delivery.marks import job_shown_in
from cogs.place import ANY_CONTEXT, ANY_INSTALL
from cogs.results.details import show_details
from cogs.results.finding import NOT_MINE, Finder, refuse
from cogs.results.repeats import Repeats
from cogs.results.reporting import Reporting
from jobs.catalog import Catalog

_LINK: Final = re.compile(r"https://discord\.com/channels/(?:\d+|@me)/\d+/(\d{15,19})\b")


class Menus(commands.Cog):
    """The same as the buttons, for messages that have none (any more) too."""

    def __init__(
        self, bot: commands.AutoShardedBot, catalog: Catalog, finder: Finder, repeats: Repeats, reporting: Reporting
    ) -> None:
        self._bot = bot
        self._catalog = catalog
        self._finder = finder
        self._repeats = repeats
        self._reporting = reporting
        names = {
            locale_str("Image settings"): self.settings,
            locale_str("Make again"): self.again,
            locale_str("Report image"): self.report,
        }
        self._menus = [
            app_commands.ContextMenu(
                name=name,
                callback=callback,
                allowed_contexts=ANY_CONTEXT,
                allowed_installs=ANY_INSTALL,
            )
            for name, callback in names.items()
        ]

    async def cog_load(self) -> None:
        """Register them; they are sent to Discord when the tree is synced."""
        for menu in self._menus:
            self._bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Offer them no more."""
        for menu in self._menus:
            self._bot.tree.remove_command(menu.name, type=menu.type)

    async def settings(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Details."""
        reference = _reference(interaction, message)
        if reference is None:
            await refuse(interaction, NOT_MINE)
        else:
            await show_details(interaction, reference, self._finder, self._catalog)

    async def again(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Again."""
        reference = _reference(interaction, message)
        if reference is None:
            await refuse(interaction, NOT_MINE)
        else:
            await self._repeats.again(interaction, reference, message)

    async def report(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Report."""
        reference = _reference(interaction, message)
        if reference is None:
            await refuse(interaction, NOT_MINE)
        else:
            await self._reporting.ask(interaction, reference)


def _reference(interaction: discord.Interaction[Any], message: discord.Message) -> str | None:
    """The job by the message's marks, else the message itself; None where it is not the bot's own."""
    own = interaction.client.user
    if own is None or message.author.id != own.id:
        return None
    if (job_id := job_shown_in(message)) is not None:
        return job_id
    link = _LINK.search(message.content)  # a message that only says where the result is
    return link[1] if link is not None else str(message.id)
