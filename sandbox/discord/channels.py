"""The channel message routes: post, list, read, edit, delete, with the bot's permissions checked."""

from sandbox.discord import posting
from sandbox.discord.app import Answer, Call, Endpoint
from sandbox.discord.drafts import Draft, read_draft
from sandbox.discord.errors import (
    FormErrors,
    cannot_message_user,
    missing_access,
    missing_permissions,
    no_text_channel,
    not_the_author,
    unknown_message,
)
from sandbox.discord.message_objects import message_json
from sandbox.discord.model import Channel, ChannelKind, Json, Message
from sandbox.discord.permissions import Permission, to_send
from sandbox.discord.world import World

LIST_DEFAULT, LIST_MOST = 50, 100


def _seen_channel(call: Call) -> tuple[Channel, int]:
    """Return the channel and the bot's permissions there; 50001 when it does not see it."""
    world = call.discord.world
    channel = world.bot_channel(call.id("channel_id"))
    allowed = world.permissions(channel, world.bot.id)
    if not allowed & Permission.VIEW_CHANNEL:
        raise missing_access()
    return channel, allowed


def _message(call: Call, channel: Channel) -> Message:
    message = call.discord.world.messages.get(call.id("message_id"))
    if message is None or message.channel_id != channel.id or message.deleted or message.ephemeral:
        raise unknown_message()
    return message


def _read(world: World, message: Message) -> Json:
    """Write a message as the bot may read it: of others in servers not what they wrote, without the privileged intent.

    Source: https://discord.com/developers/docs/events/gateway#message-content-intent
    """
    data = message_json(world, message)
    own = message.author_id == world.bot.id or world.bot.id in message.mention_ids
    if message.guild_id is None or own or world.settings.privileged_intents:
        return data
    return {**data, "content": "", "embeds": [], "attachments": [], "components": []}


def _check_may_post(world: World, channel: Channel, allowed: int, payload: Json, draft: Draft) -> None:
    if channel.kind is ChannelKind.DM and channel.recipient_id is not None:
        recipient = world.users[channel.recipient_id]
        shared = any({world.bot.id, recipient.id} <= guild.members.keys() for guild in world.guilds.values())
        if not recipient.accepts_dms or not (shared or recipient.installed):
            raise cannot_message_user()
    needed = int(to_send(channel))
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if draft.attachments:
        needed |= Permission.ATTACH_FILES
    if payload.get("message_reference"):
        needed |= Permission.READ_MESSAGE_HISTORY
    if needed & ~allowed:
        raise missing_permissions()


async def _create(call: Call) -> Answer:
    discord, world = call.discord, call.discord.world
    channel, allowed = _seen_channel(call)
    if channel.kind is ChannelKind.CATEGORY:
        raise no_text_channel()
    payload = call.body.object()
    draft = read_draft(payload, call.body, size_limit=world.settings.attachment_size_limit, new_id=world.new_id)
    _check_may_post(world, channel, allowed, payload, draft)
    reference_id = _reference(world, channel, payload)
    if payload.get("enforce_nonce") and (earlier := _same_nonce(world, channel, draft)) is not None:
        return Answer(body=message_json(world, earlier))
    origin = posting.Origin(channel=channel, author=world.bot, reference_id=reference_id)
    return Answer(body=message_json(world, posting.create(discord, origin, draft)))


def _reference(world: World, channel: Channel, payload: Json) -> int | None:
    reference = payload.get("message_reference")
    if reference is None:
        return None
    message = world.messages.get(int(reference.get("message_id") or 0))
    if message is not None and message.channel_id == channel.id and not message.deleted:
        return message.id
    if reference.get("fail_if_not_exists", True):
        errors = FormErrors()
        errors.add(["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        errors.check()
    return None


def _same_nonce(world: World, channel: Channel, draft: Draft) -> Message | None:
    """Return the bot's message of the last minutes that has this nonce, if there is one."""
    if draft.nonce is None:
        return None
    since_ms = world.clock.now_ms() - world.settings.nonce_seconds * 1000
    for message in reversed(world.messages.values()):
        if message.created_ms < since_ms:
            return None
        same = message.channel_id == channel.id and message.author_id == world.bot.id
        if same and message.nonce is not None and str(message.nonce) == str(draft.nonce):
            return message
    return None


async def _list(call: Call) -> Answer:
    world = call.discord.world
    channel, allowed = _seen_channel(call)
    limit, (mark, at) = _list_query(call)
    if not allowed & Permission.READ_MESSAGE_HISTORY:
        return Answer(body=[])
    newest_first = sorted(
        (
            message
            for message in world.messages.values()
            if message.channel_id == channel.id and not message.deleted and not message.ephemeral
        ),
        key=lambda message: message.id,
        reverse=True,
    )
    older = [message for message in newest_first if message.id < at]
    newer = [message for message in newest_first if message.id > at]
    match mark:
        case "before":
            chosen = older[:limit]
        case "after":
            chosen = newer[-limit:]
        case "around":
            middle = [message for message in newest_first if message.id == at]
            half = limit // 2
            chosen = newer[-half:] + middle + older[:half]
        case _:
            chosen = newest_first[:limit]
    return Answer(body=[_read(world, message) for message in chosen])


def _list_query(call: Call) -> tuple[int, tuple[str, int]]:
    query, errors = call.request.query, FormErrors()
    given = [(name, query[name]) for name in ("around", "before", "after") if name in query]
    limit = query.get("limit", str(LIST_DEFAULT))
    if not limit.isdigit() or not 1 <= int(limit) <= LIST_MOST:
        errors.add(["limit"], "NUMBER_TYPE_MAX", f"int value should be between 1 and {LIST_MOST}.")
    for name, value in given:
        if not value.isdigit():
            errors.add([name], "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    errors.check()
    return int(limit), (given[0][0], int(given[0][1])) if given else ("", 0)


async def _get(call: Call) -> Answer:
    channel, allowed = _seen_channel(call)
    if not allowed & Permission.READ_MESSAGE_HISTORY:
        raise missing_permissions()
    return Answer(body=_read(call.discord.world, _message(call, channel)))


async def _edit(call: Call) -> Answer:
    discord, world = call.discord, call.discord.world
    channel, _ = _seen_channel(call)
    message = _message(call, channel)
    if message.author_id != world.bot.id:
        raise not_the_author()
    draft = read_draft(
        call.body.object(),
        call.body,
        size_limit=world.settings.attachment_size_limit,
        new_id=world.new_id,
        existing=message,
    )
    return Answer(body=message_json(world, posting.edit(discord, message, draft)))


async def _delete(call: Call) -> Answer:
    world = call.discord.world
    channel, allowed = _seen_channel(call)
    message = _message(call, channel)
    if message.author_id != world.bot.id and not allowed & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    posting.delete(call.discord, message, by=world.bot)
    return Answer(status=204)


async def _typing(call: Call) -> Answer:
    channel, allowed = _seen_channel(call)
    if not allowed & to_send(channel):
        raise missing_permissions()
    return Answer(status=204)


_BASE = "/channels/{channel_id}/messages"
ENDPOINTS = [
    Endpoint(method="POST", path=_BASE, operation="create_message", handler=_create),
    Endpoint(method="GET", path=_BASE, operation="list_messages", handler=_list),
    Endpoint(method="GET", path=_BASE + "/{message_id}", operation="get_message", handler=_get),
    Endpoint(method="PATCH", path=_BASE + "/{message_id}", operation="edit_message", handler=_edit),
    Endpoint(method="DELETE", path=_BASE + "/{message_id}", operation="delete_message", handler=_delete),
    Endpoint(method="POST", path="/channels/{channel_id}/typing", operation="typing", handler=_typing),
]
