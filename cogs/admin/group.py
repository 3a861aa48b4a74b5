"""The group `/admin`, made once and handed to each cog that has commands in it.

    class Quota(AdminCog):
        quota = AdminGroup(name="quota", description=locale_str("How many images members may make"))

        @quota.command(name="show", description=locale_str("What binds a member"))  # /admin quota show
        async def show(self, interaction): ...

        @app_commands.command(name="ban", description=locale_str("…"))  # /admin ban
        async def ban(self, interaction): ...

        def __init__(self, admin: AdminGroup, …) -> None:
            super().__init__(admin)

`add_cog` does with it what it does with every cog, listeners among it; the commands are offered below `/admin` alone.
Where an admin's name is typed Discord does not ask `interaction_check`: an autocomplete that shows what is not for
everybody asks `is_admin` itself, as buttons and forms do.
"""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.admin.rights import NOT_AN_ADMIN, is_admin
from cogs.failures import Refused
from cogs.place import SERVER_CONTEXT, SERVER_INSTALL


class AdminGroup(app_commands.Group):
    """`/admin`, or a group within it; each command of it asks first whether whoever typed it is an admin here."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Called by discord.py before a command of this very group.

        Raises:
            Refused: they are not; Discord hides these commands from members, but a server can be set to show them.
        """
        if not is_admin(interaction):
            raise Refused(NOT_AN_ADMIN)
        return True

    def add_command(
        self, command: "app_commands.Command[Any, ..., Any] | app_commands.Group", /, *, override: bool = False
    ) -> None:
        """Add a command or a group that checks as this one does: discord.py asks the innermost group alone."""
        if isinstance(command, app_commands.Group) and not isinstance(command, AdminGroup):
            raise TypeError(f"the group {command.name!r} asks nobody whether they are an admin")
        super().add_command(command, override=override)


class AdminCog(commands.Cog):
    """A cog whose commands and groups are part of `/admin`."""

    def __init__(self, admin: AdminGroup) -> None:
        for command in self.get_app_commands():
            admin.add_command(command)
        self.__cog_app_commands__ = []  # otherwise discord.py would offer each of them beside the group


def make_admin_group() -> AdminGroup:
    """`/admin`, without commands yet."""
    return AdminGroup(
        name="admin",
        description=locale_str("Set this bot up for this server"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
        allowed_contexts=SERVER_CONTEXT,
        allowed_installs=SERVER_INSTALL,
    )
