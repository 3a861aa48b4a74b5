"""Who is an admin, who a moderator."""

from typing import Any, cast

import discord
import pytest

from cogs.admin.rights import is_admin, is_moderator


class Interaction:
    """As much of one as the rules look at."""

    def __init__(self, permissions: discord.Permissions, *, guild_id: int | None = 2, installed: bool = True) -> None:
        self.permissions = permissions
        self.guild_id = guild_id
        self._installed = installed

    def is_guild_integration(self) -> bool:
        return self._installed


MEMBER = discord.Permissions(send_messages=True)
MODERATOR = discord.Permissions(manage_messages=True)
MANAGER = discord.Permissions(manage_guild=True)
ADMINISTRATOR = discord.Permissions(administrator=True)


@pytest.mark.parametrize(
    ("who", "admin", "moderator"),
    [
        (Interaction(MEMBER), False, False),
        (Interaction(MODERATOR), False, True),
        (Interaction(MANAGER), True, True),
        (Interaction(ADMINISTRATOR), True, True),
        (Interaction(MANAGER, guild_id=None), False, False),
        (Interaction(ADMINISTRATOR, installed=False), False, False),
        (Interaction(MODERATOR, installed=False), False, False),
    ],
)
def test_who_is_what(who: Interaction, admin: bool, moderator: bool) -> None:
    interaction = cast("discord.Interaction[Any]", who)
    assert (is_admin(interaction), is_moderator(interaction)) == (admin, moderator)
