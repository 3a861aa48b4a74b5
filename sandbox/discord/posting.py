"""Making, changing and deleting messages: the record, the gateway's events and the log's, in one place."""

from dataclasses import dataclass

from sandbox.discord import threads
from sandbox.discord.context import Discord
from sandbox.discord.drafts import Draft, Mentions
from sandbox.discord.errors import empty_message
from sandbox.discord.message_objects import message_json
from sandbox.discord.model import (
    NO_FLAGS,
    Channel,
    ChannelKind,
    Interaction,
    Json,
    Message,
    MessageFlag,
    MessageKind,
    User,
)
from sandbox.discord.permissions import Permission
from sandbox.discord.serialise import member_json
from sandbox.discord.sessions import Intents

_ASKED_FOR = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS
_KEPT_ON_EDIT = MessageFlag.EPHEMERAL | MessageFlag.LOADING


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a new message comes from and what it is."""

    channel: Channel
    author: User
    kind: MessageKind = MessageKind.DEFAULT
    flags: MessageFlag = NO_FLAGS
    interaction: Interaction | None = None
    reference_id: int | None = None


def create(discord: Discord, origin: Origin, draft: Draft) -> Message:
    """Post a message; it notifies those whom it mentions, unless it is ephemeral, loading or silent.

    Raises:
        ApiError: 50006, there is nothing in it and it is not a deferred answer's "thinking"; or the thread is locked.
    """
    world, interaction, channel = discord.world, origin.interaction, origin.channel
    flags = origin.flags | draft.flags & _ASKED_FOR
    if MessageFlag.EPHEMERAL not in flags:
        threads.check_may_send(world, channel, origin.author.id)
    loading = MessageFlag.LOADING in flags
    if not (loading or draft.content or draft.embeds or draft.attachments or draft.components):
        raise empty_message()
    message = Message(
        id=world.new_id(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author_id=origin.author.id,
        kind=origin.kind,
        created_ms=world.clock.now_ms(),
        flags=flags,
        nonce=draft.nonce,
        interaction_id=interaction.id if interaction else None,
        reference_id=origin.reference_id,
        viewer_id=interaction.user_id if interaction and MessageFlag.EPHEMERAL in flags else None,
    )
    _fill(discord, message, draft)
    if not flags & (MessageFlag.EPHEMERAL | MessageFlag.LOADING | MessageFlag.SUPPRESS_NOTIFICATIONS):
        message.pinged_ids = list(message.mention_ids)
    world.messages[message.id] = message
    channel.last_message_id = message.id
    if not message.ephemeral:
        threads.open_again(discord, channel)
    _dispatch(discord, "MESSAGE_CREATE", message)
    world.events.emit("message_created", **_told(message))
    return message


def edit(discord: Discord, message: Message, draft: Draft) -> Message:
    """Change a message; a "thinking" one becomes real by it. Nobody is notified.

    Raises:
        ApiError: 50006, nothing would be left in it; or its thread is archived or locked.
    """
    if not message.ephemeral:
        world = discord.world
        threads.check_may_edit(world, world.channels[message.channel_id], message.author_id)
    before = (message.content, message.embeds, message.components, message.attachments)
    _fill(discord, message, draft)
    if not (message.content or message.embeds or message.attachments or message.components):
        message.content, message.embeds, message.components, message.attachments = before
        raise empty_message()
    message.flags = message.flags & _KEPT_ON_EDIT | draft.flags & MessageFlag.SUPPRESS_EMBEDS
    if message.loading:
        message.flags &= ~MessageFlag.LOADING
    else:
        message.edited_ms = discord.world.clock.now_ms()
    message.edits += 1
    _dispatch(discord, "MESSAGE_UPDATE", message)
    discord.world.events.emit("message_edited", **_told(message))
    return message


def delete(discord: Discord, message: Message, *, by: User) -> None:
    """Delete a message; the record stays for the control API.

    Raises:
        ApiError: its thread is locked; in one that is only archived messages are deleted as ever.
    """
    if not message.ephemeral:
        world = discord.world
        threads.check_may_send(world, world.channels[message.channel_id], by.id)
    message.deleted = True
    data: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
    if message.guild_id is not None:
        data["guild_id"] = str(message.guild_id)
    if not message.ephemeral:
        discord.sessions.dispatch("MESSAGE_DELETE", data, guild_id=message.guild_id, intent=_message_intent(message))
    discord.world.events.emit("message_deleted", **_told(message), by=str(by.id))


def _fill(discord: Discord, message: Message, draft: Draft) -> None:
    if draft.content is not None:
        message.content = draft.content
        _mention(discord, message, draft.mentions)
    if draft.embeds is not None:
        message.embeds = draft.embeds
    if draft.components is not None:
        message.components = draft.components
    message.attachments = draft.attachments
    if message.attachments and message.attached_ms is None:
        message.attached_ms = discord.world.clock.now_ms()


def _mention(discord: Discord, message: Message, mentions: Mentions) -> None:
    world = discord.world
    message.mention_ids = [user_id for user_id in mentions.user_ids if user_id in world.users]
    guild = world.guilds.get(message.guild_id or 0)
    message.mention_role_ids = [role_id for role_id in mentions.role_ids if guild and role_id in guild.roles]
    channel = world.channels[message.channel_id]
    may = world.permissions(channel, message.author_id) & Permission.MENTION_EVERYONE
    message.mention_everyone = mentions.everyone and channel.kind is not ChannelKind.DM and bool(may)


def _message_intent(message: Message) -> int:
    return Intents.DIRECT_MESSAGES if message.guild_id is None else Intents.GUILD_MESSAGES


def _dispatch(discord: Discord, kind: str, message: Message) -> None:
    """Tell the bot; of others' guild messages it gets the content only with the privileged intent."""
    world = discord.world
    if message.ephemeral:  # Discord does not promise an event for these, so nothing may rely on one
        return
    channel = world.channels[message.channel_id]
    if not world.permissions(channel, world.bot.id) & Permission.VIEW_CHANNEL:
        return
    data = message_json(world, message)
    guild = world.guilds.get(message.guild_id or 0)
    if guild is not None:
        data["guild_id"] = str(guild.id)
        if (member := guild.members.get(message.author_id)) is not None:
            data["member"] = member_json(world, member, with_user=False)
    readable = guild is None or message.author_id == world.bot.id or world.bot.id in message.mention_ids
    discord.sessions.dispatch(
        kind,
        data,
        guild_id=message.guild_id,
        intent=_message_intent(message),
        without_content=None
        if readable
        else {**data, "content": "", "embeds": [], "attachments": [], "components": []},
    )


def _told(message: Message) -> dict[str, object]:
    """Return what the event log says about a message."""
    return {
        "message_id": str(message.id),
        "channel_id": str(message.channel_id),
        "author_id": str(message.author_id),
        "interaction_id": None if message.interaction_id is None else str(message.interaction_id),
        "ephemeral": message.ephemeral,
        "loading": message.loading,
        "edits": message.edits,
        "files": len(message.attachments),
    }
