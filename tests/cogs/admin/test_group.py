"""The group `/admin` and what is added to it."""

from typing import Any, cast

import discord
import pytest
from discord import app_commands

from cogs.admin.group import AdminCog, AdminGroup, make_admin_group
from cogs.admin.rights import NOT_AN_ADMIN
from cogs.failures import Refused


class Feature(AdminCog):
    inner = AdminGroup(name="inner", description="x")

    def __init__(self, admin: AdminGroup) -> None:
        super().__init__(admin)
        self.ran: list[str] = []

    @inner.command(name="deep", description="x")
    async def deep(self, interaction: discord.Interaction[Any]) -> None:
        self.ran.append(interaction.command.qualified_name if interaction.command else "")

    @app_commands.command(name="flat", description="x")
    async def flat(self, interaction: discord.Interaction[Any]) -> None:
        self.ran.append(interaction.command.qualified_name if interaction.command else "")


class Interaction:
    """As much of one as a command and the check look at."""

    def __init__(self, command: Any, *, manage_guild: bool) -> None:
        self.command = command
        self.command_failed = False
        self.guild_id = 2
        self.permissions = discord.Permissions(manage_guild=manage_guild)

    def is_guild_integration(self) -> bool:
        return True


async def run(command: Any, *, manage_guild: bool) -> None:
    interaction = cast("discord.Interaction[Any]", Interaction(command, manage_guild=manage_guild))
    await command._invoke_with_namespace(interaction, app_commands.Namespace.__new__(app_commands.Namespace))


async def test_commands_of_a_cog_stand_below_admin_alone() -> None:
    admin = make_admin_group()
    feature = Feature(admin)
    names = {command.qualified_name for command in admin.walk_commands()}
    assert names == {"admin inner", "admin inner deep", "admin flat"}
    assert feature.get_app_commands() == []


@pytest.mark.parametrize("name", ["inner deep", "flat"])
async def test_a_command_runs_for_an_admin_and_for_nobody_else(name: str) -> None:
    admin = make_admin_group()
    feature = Feature(admin)
    command = next(each for each in admin.walk_commands() if each.qualified_name == f"admin {name}")
    with pytest.raises(Refused) as refused:
        await run(command, manage_guild=False)
    assert refused.value.sentence == NOT_AN_ADMIN
    assert feature.ran == []
    await run(command, manage_guild=True)
    assert feature.ran == [f"admin {name}"]


async def test_a_group_that_does_not_check_is_not_taken() -> None:
    with pytest.raises(TypeError, match="asks nobody"):
        make_admin_group().add_command(app_commands.Group(name="open", description="x"))


async def test_discord_hides_it_from_members_and_offers_it_in_servers_alone() -> None:
    admin = make_admin_group()
    assert admin.default_permissions == discord.Permissions(manage_guild=True)
    assert admin.guild_only
    assert admin.allowed_contexts is not None
    assert not admin.allowed_contexts.dm_channel
    assert not admin.allowed_contexts.private_channel
    assert admin.allowed_installs is not None
    assert not admin.allowed_installs.user
