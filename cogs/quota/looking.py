"""`/admin quota show` and `list`: read from memory and from the store, shown to the admin alone."""

from typing import Any

import discord
import structlog

from cogs.admin.rights import NOT_AN_ADMIN, is_admin
from cogs.admin.writing import STORE_TROUBLE
from cogs.embeds import sentence_embed
from cogs.place import guild_of
from cogs.quota.listing import Listed, list_page
from cogs.quota.member import Standing, member_embed
from cogs.quota.replying import Said
from cogs.results.finding import refuse
from jobs.ports import StoreUnavailable
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)


class Looking:
    """Looks at the server where it is typed or pressed."""

    def __init__(self, servers: Servers, people: People, service: JobService) -> None:
        self._servers = servers
        self._people = people
        self._service = service

    async def show(
        self, interaction: discord.Interaction[Any], words: Words, user: discord.Member | discord.User
    ) -> Said:
        """What binds somebody, and why."""
        guild_id = guild_of(interaction)
        member = user if isinstance(user, discord.Member) else None
        roles = () if member is None else tuple(role.id for role in member.roles if not role.is_default())
        standing = Standing(
            user_id=user.id,
            roles=roles,
            is_member=member is not None,
            quota=self._servers.of(guild_id).quota,
            day=self._service.images_per_day,
            usage=await self._service.usage(guild_id=guild_id, user_id=user.id, roles=roles),
            since=self._people.since(guild_id, user.id),
            grant=await self._people.grant(guild_id=guild_id, user_id=user.id),
            ban=self._people.ban(guild_id, user.id),
        )
        return member_embed(standing, words)

    async def list(self, interaction: discord.Interaction[Any]) -> None:
        """Everything that is decided, from the first page on."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_page(interaction, 0)

    async def turn(self, interaction: discord.Interaction[Any], number: str) -> None:
        """Another page, in place, as it is now."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        await interaction.response.defer()
        await self._show_page(interaction, int(number))

    async def _show_page(self, interaction: discord.Interaction[Any], number: int) -> None:
        guild_id, words = guild_of(interaction), Words(interaction.locale.value)
        try:
            grants = await self._people.grants_of(guild_id)
        except StoreUnavailable as error:
            _log.info("the list of a quota could not be read", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE, words))
            return
        listed = Listed(
            quota=self._servers.of(guild_id).quota,
            day=self._service.images_per_day,
            grants=grants,
            bans=self._people.bans_of(guild_id),
        )
        embed, view = list_page(listed, number, words)
        await interaction.edit_original_response(embed=embed, view=view)
