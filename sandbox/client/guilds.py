"""The client's part that plays a server's owner: servers, their members and roles."""

from collections.abc import Sequence

from sandbox.client.http import ControlSession
from sandbox.client.types import Channel, Guild, Role, User


class Guilds(ControlSession):
    """Makes servers and changes who is in them and what they are there."""

    async def add_guild(self, name: str, owner: User, *, locale: str = "en-US", with_bot: bool = True) -> Guild:
        """Make a server with its owner in it, the bot too unless told otherwise; it has no channel yet."""
        body = {"name": name, "owner_id": str(owner.id), "locale": locale, "with_bot": with_bot}
        return Guild.read(await self._call("POST", "guilds", body))

    async def remove_guild(self, guild: Guild) -> None:
        """Delete a server with all its channels."""
        await self._call("DELETE", f"guilds/{guild.id}")

    async def set_available(self, guild: Guild, *, available: bool) -> Guild:
        """Let Discord have an outage of one server, or end it; the bot is in it all the while."""
        return Guild.read(await self._call("PATCH", f"guilds/{guild.id}", {"unavailable": not available}))

    async def set_system_channel(self, guild: Guild, channel: Channel | None) -> Guild:
        """Choose where Discord itself posts in a server."""
        body = {"system_channel_id": None if channel is None else str(channel.id)}
        return Guild.read(await self._call("PATCH", f"guilds/{guild.id}", body))

    async def join(self, guild: Guild, user: User, permissions: Sequence[str] = ()) -> None:
        """Make a user, or the bot again, a member; permissions are those beyond everybody's."""
        await self._call("PUT", f"guilds/{guild.id}/members/{user.id}", {"permissions": list(permissions)})

    async def kick(self, guild: Guild, user: User) -> None:
        """Remove a user, or the bot, from a server."""
        await self._call("DELETE", f"guilds/{guild.id}/members/{user.id}")

    async def add_role(self, guild: Guild, name: str, permissions: Sequence[str] = ()) -> Role:
        """Make a role that nobody has yet; names of permissions are Discord's ("manage_messages")."""
        body = {"name": name, "permissions": list(permissions)}
        return Role.read(await self._call("POST", f"guilds/{guild.id}/roles", body))

    async def set_role(self, guild: Guild, role: Role, permissions: Sequence[str]) -> Role:
        """Set what a role allows in the whole server."""
        body = {"permissions": list(permissions)}
        return Role.read(await self._call("PATCH", f"guilds/{guild.id}/roles/{role.id}", body))

    async def remove_role(self, guild: Guild, role: Role) -> None:
        """Delete a role; whoever had it has it no more."""
        await self._call("DELETE", f"guilds/{guild.id}/roles/{role.id}")

    async def give_role(self, guild: Guild, user: User, role: Role) -> None:
        """Give a member a role: the next interaction carries it."""
        await self._call("PUT", f"guilds/{guild.id}/members/{user.id}/roles/{role.id}")

    async def take_role(self, guild: Guild, user: User, role: Role) -> None:
        """Take a role from a member."""
        await self._call("DELETE", f"guilds/{guild.id}/members/{user.id}/roles/{role.id}")
