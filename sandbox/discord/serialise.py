"""People and places as the JSON objects of Discord's HTTP API and gateway."""

from datetime import UTC, datetime

from sandbox.discord.model import Channel, ChannelKind, Guild, Json, Member, Role, ThreadState, User
from sandbox.discord.permissions import Permission, in_channel
from sandbox.discord.world import World


def timestamp(at_ms: int) -> str:
    """Write a time as Discord does: ISO 8601 in UTC with an offset."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="microseconds")


def user_json(user: User) -> Json:
    """Write a user object."""
    return {
        "id": str(user.id),
        "username": user.name.lower(),
        "global_name": None if user.bot else user.name,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
        "bot": user.bot,
    }


def own_user_json(user: User) -> Json:
    """Write the bot's user object as it gets it itself."""
    return {
        **user_json(user),
        "mfa_enabled": False,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def member_json(world: World, member: Member, *, with_user: bool = True) -> Json:
    """Write a member object; without the user as in message events."""
    data: Json = {
        "roles": [str(role_id) for role_id in member.role_ids],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": timestamp(member.joined_at_ms),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    if with_user:
        data["user"] = user_json(world.users[member.user_id])
    return data


def role_json(role: Role) -> Json:
    """Write a role object."""
    return {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_json(world: World, channel: Channel) -> Json:
    """Write a channel object of any type."""
    if channel.thread is not None:
        return _thread_json(world, channel, channel.thread)
    data: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "last_message_id": None if channel.last_message_id is None else str(channel.last_message_id),
        "flags": 0,
    }
    if channel.guild_id is None:
        recipients = [user_id for user_id in (channel.recipient_id, *sorted(channel.party)) if user_id is not None]
        data["recipients"] = [user_json(world.users[user_id]) for user_id in recipients]
        if channel.kind is ChannelKind.GROUP_DM:
            data |= {"name": channel.name or None, "icon": None, "owner_id": str(min(channel.party))}
        return data
    return {
        **data,
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "position": channel.position,
        "topic": None,
        "nsfw": channel.nsfw,
        "parent_id": None if channel.category_id is None else str(channel.category_id),
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {
                "id": str(each.id),
                "type": int(each.for_member),
                "allow": str(each.allow),
                "deny": str(each.deny),
            }
            for each in channel.overwrites.values()
        ],
    }


def _thread_json(world: World, channel: Channel, state: ThreadState) -> Json:
    messages = [each for each in world.messages.values() if each.channel_id == channel.id and not each.ephemeral]
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "guild_id": str(channel.guild_id),
        "parent_id": str(channel.place.id),
        "owner_id": str(state.owner_id),
        "name": channel.name,
        "last_message_id": None if channel.last_message_id is None else str(channel.last_message_id),
        "rate_limit_per_user": 0,
        "flags": 0,
        "message_count": sum(not each.deleted for each in messages),
        "member_count": len({state.owner_id, *(each.author_id for each in messages)}),
        "total_message_sent": len(messages),
        "thread_metadata": {
            "archived": state.archived,
            "archive_timestamp": timestamp(state.archived_ms),
            "auto_archive_duration": 4320,
            "locked": state.locked,
            "create_timestamp": timestamp(state.created_ms),
        },
    }


def guild_json(guild: Guild) -> Json:
    """Write a guild object as GET /guilds/{id} answers it."""
    nothing: tuple[str, ...] = (
        "icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id",
        "afk_channel_id", "widget_channel_id", "vanity_url_code", "rules_channel_id",
        "safety_alerts_channel_id", "public_updates_channel_id", "max_presences", "incidents_data",
        "premium_progress_bar_enabled_user_updated_at",
    )  # fmt: skip
    zero: tuple[str, ...] = (
        "system_channel_flags", "verification_level", "default_message_notifications", "mfa_level",
        "explicit_content_filter", "premium_tier", "premium_subscription_count", "nsfw_level",
    )  # fmt: skip
    return {
        **dict.fromkeys(nothing),
        **dict.fromkeys(zero, 0),
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "preferred_locale": guild.locale,
        "system_channel_id": None if guild.system_channel_id is None else str(guild.system_channel_id),
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_json(role) for role in guild.roles.values()],
    }


def guild_create_json(world: World, guild: Guild) -> Json:
    """Write a guild as GUILD_CREATE carries it: of the members only the bot, as without GUILD_MEMBERS."""
    own = guild.members[world.bot.id]
    empty = (
        "presences", "voice_states", "stage_instances", "guild_scheduled_events",
        "soundboard_sounds",
    )  # fmt: skip
    return {
        **guild_json(guild),
        **{name: [] for name in empty},
        "joined_at": timestamp(own.joined_at_ms),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(world, own)],
        "channels": [channel_json(world, channel) for channel in world.guild_channels(guild)],
        "threads": [
            channel_json(world, each)
            for each in world.threads_in(guild)
            if each.thread is not None
            and not each.thread.archived
            and in_channel(guild, each, world.bot.id) & Permission.VIEW_CHANNEL
        ],
    }
