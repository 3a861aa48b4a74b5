"""What a member named by id in an option or a select, gathered as the `resolved` of an interaction's data."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sandbox.discord import component_rules, permissions
from sandbox.discord.message_objects import attachment_json
from sandbox.discord.model import Attachment, Channel, Json
from sandbox.discord.serialise import channel_json, member_json, role_json, user_json
from sandbox.discord.world import World


@dataclass(kw_only=True)
class Resolver:
    """Finds things of the place that a member is in; each method returns the id, None for what is not there."""

    world: World
    channel: Channel
    user_id: int
    resolved: Json = field(default_factory=dict)

    def user(self, given: object) -> str | None:
        """Name an account; a member of the server comes with what they may do here."""
        user = self.world.users.get(as_id(given))
        if user is None:
            return None
        key = str(user.id)
        self.resolved.setdefault("users", {})[key] = user_json(user)
        guild = self.world.guilds.get(self.channel.guild_id or 0)
        if guild is not None and user.id in guild.members:
            member = member_json(self.world, guild.members[user.id], with_user=False)
            member["permissions"] = str(permissions.in_channel(guild, self.channel, user.id))
            self.resolved.setdefault("members", {})[key] = member
        return key

    def role(self, given: object) -> str | None:
        """Name a role of this server, @everyone too."""
        guild = self.world.guilds.get(self.channel.guild_id or 0)
        role = guild.roles.get(as_id(given)) if guild else None
        if role is None:
            return None
        self.resolved.setdefault("roles", {})[str(role.id)] = role_json(role)
        return str(role.id)

    def mentionable(self, given: object) -> str | None:
        """Name an account or a role."""
        return self.role(given) or self.user(given)

    def place(self, given: object, types: Collection[int] | None) -> str | None:
        """Name a channel of this server that the member sees, of one of these types.

        Source of its fields: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-resolved-data-structure
        """
        channel = self.world.channels.get(as_id(given))
        if channel is None or channel.guild_id != self.channel.guild_id or (types and channel.kind not in types):
            return None
        allowed = self.world.permissions(channel, self.user_id)
        if not allowed & permissions.Permission.VIEW_CHANNEL:
            return None
        written = {**channel_json(self.world, channel), "permissions": str(allowed)}
        self.resolved.setdefault("channels", {})[str(channel.id)] = written
        return str(channel.id)

    def file(self, file: Attachment) -> str:
        """Keep an uploaded file and name it."""
        self.world.option_files[file.id] = file
        written = attachment_json(self.world, self.channel.id, file, ephemeral=True)
        self.resolved.setdefault("attachments", {})[str(file.id)] = written
        return str(file.id)

    def selected(self, select: Json, given: object) -> str | None:
        """Name what was chosen in a select of users, roles, either, or channels."""
        match select["type"]:
            case component_rules.USER_SELECT:
                return self.user(given)
            case component_rules.ROLE_SELECT:
                return self.role(given)
            case component_rules.MENTIONABLE_SELECT:
                return self.mentionable(given)
            case _:
                return self.place(given, select.get("channel_types"))


def as_id(given: object) -> int:
    """Return an id given as a number or as text; 0 for anything else."""
    return int(given) if isinstance(given, int | str) and str(given).isdigit() else 0
