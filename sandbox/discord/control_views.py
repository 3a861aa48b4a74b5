"""What the control API tells about the world: everything, as nobody on Discord sees it."""

from dataclasses import asdict

from sandbox.discord.message_objects import files_json, message_json
from sandbox.discord.model import Channel, Guild, Interaction, Json, Message, Role, User
from sandbox.discord.world import World


def user_view(user: User) -> Json:
    """Write a user."""
    return {
        "id": str(user.id),
        "name": user.name,
        "bot": user.bot,
        "locale": user.locale,
        "accepts_dms": user.accepts_dms,
        "installed": user.installed,
    }


def channel_view(channel: Channel) -> Json:
    """Write a channel."""
    return {
        "id": str(channel.id),
        "name": channel.name,
        "guild_id": _text(channel.guild_id),
        "recipient_id": _text(channel.recipient_id),
        "nsfw": channel.place.nsfw,
        "category_id": _text(channel.category_id),
        "parent_id": _text(channel.parent.id if channel.parent else None),
        "archived": channel.thread is not None and channel.thread.archived,
        "locked": channel.thread is not None and channel.thread.locked,
    }


def guild_view(guild: Guild) -> Json:
    """Write a guild."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "locale": guild.locale,
        "member_ids": [str(user_id) for user_id in guild.members],
        "roles": [role_view(role) for role in guild.roles.values()],
        "unavailable": guild.unavailable,
    }


def role_view(role: Role) -> Json:
    """Write a role."""
    return {"id": str(role.id), "name": role.name, "permissions": str(role.permissions)}


def message_view(world: World, message: Message) -> Json:
    """Write a message: Discord's own object, and what only the sandbox knows."""
    return {
        "message": message_json(world, message),
        "files": [
            {**written, "in_embed": each.in_embed}
            for each, written in zip(message.attachments, files_json(world, message), strict=True)
        ],
        "author_name": world.users[message.author_id].name,
        "interaction_id": _text(message.interaction_id),
        "viewer_id": _text(message.viewer_id),
        "pinged_ids": [str(user_id) for user_id in message.pinged_ids],
        "edits": message.edits,
        "deleted": message.deleted,
    }


def post_view(message: Message) -> Json:
    """Write a message of the bot's as the ledger lists it; `files` are the names of all files it shows now."""
    return {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "interaction_id": _text(message.interaction_id),
        "at_ms": message.created_ms,
        "attached_ms": message.attached_ms,
        "files": [each.filename for each in message.attachments],
        "nonce": None if message.nonce is None else str(message.nonce),
        "ephemeral": message.ephemeral,
        "loading": message.loading,
        "edits": message.edits,
        "deleted": message.deleted,
    }


def interaction_view(interaction: Interaction) -> Json:
    """Write an interaction without its token."""
    acknowledged = interaction.acknowledged_ms
    return {
        "id": str(interaction.id),
        "kind": int(interaction.kind),
        "user_id": str(interaction.user_id),
        "channel_id": str(interaction.channel_id),
        "state": interaction.state.value,
        "ephemeral": interaction.ephemeral,
        "callback_type": interaction.callback_type,
        "acknowledged_after_ms": None if acknowledged is None else acknowledged - interaction.created_ms,
        "original_message_id": _text(interaction.original_message_id),
        "follow_up_ids": [str(message_id) for message_id in interaction.follow_up_ids],
        "modal": interaction.modal,
        "choices": interaction.choices,
        "failure": interaction.failure,
    }


def world_view(world: World) -> Json:
    """Write who and what is there."""
    return {
        "users": [user_view(user) for user in world.users.values()],
        "guilds": [guild_view(guild) for guild in world.guilds.values()],
        "channels": [channel_view(channel) for channel in world.channels.values()],
        "settings": asdict(world.settings),
        "commands": [command for commands in world.commands.values() for command in commands],
        "now_ms": world.clock.now_ms(),
        "last_event": world.events.last,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
