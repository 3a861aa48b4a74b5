"""An interaction's webhook routes: its original response and its follow-ups, for as long as the token lives."""

from sandbox.discord import posting
from sandbox.discord.app import Answer, Call, Endpoint
from sandbox.discord.drafts import read_draft
from sandbox.discord.errors import too_many_follow_ups, unknown_message
from sandbox.discord.installs import FOLLOW_UPS, is_abroad, must_be_ephemeral
from sandbox.discord.interactions import by_webhook
from sandbox.discord.message_objects import message_json
from sandbox.discord.model import (
    Interaction,
    InteractionState,
    Message,
    MessageFlag,
    MessageKind,
)

_BASE = "/webhooks/{application_id}/{token}"


def _interaction(call: Call) -> Interaction:
    return by_webhook(call.discord, call.id("application_id"), call.text("token"))


def _named(call: Call, interaction: Interaction) -> Message:
    """Return the message that the path names, if it is one of this interaction's and still there."""
    world, ours = call.discord.world, {interaction.original_message_id, *interaction.follow_up_ids}
    original = call.text("message_id") == "@original"
    message_id = interaction.original_message_id if original else call.id("message_id")
    message = world.messages.get(message_id or 0)
    if message is None or message_id not in ours or message.deleted:
        raise unknown_message()
    world.existing_channel(message.channel_id)
    return message


async def _follow_up(call: Call) -> Answer:
    discord, world, interaction = call.discord, call.discord.world, _interaction(call)
    payload = call.body.object()
    thinking = world.messages.get(interaction.original_message_id or 0)
    if thinking is not None and thinking.loading and not thinking.deleted:
        # The first follow-up after a deferral becomes the deferred answer, with its ephemerality:
        # https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message
        return _edited(call, interaction, thinking)
    if is_abroad(interaction) and len(interaction.follow_up_ids) >= FOLLOW_UPS:
        raise too_many_follow_ups()
    draft = read_draft(payload, call.body, size_limit=interaction.attachment_size_limit, new_id=world.new_id)
    flags = draft.flags & MessageFlag.EPHEMERAL
    origin = posting.Origin(
        channel=world.existing_channel(interaction.channel_id),
        author=world.bot,
        kind=MessageKind.REPLY if thinking else MessageKind.DEFAULT,
        flags=flags | MessageFlag.EPHEMERAL if must_be_ephemeral(world, interaction) else flags,
        interaction=interaction,
        reference_id=thinking.id if thinking else None,
    )
    message = posting.create(discord, origin, draft)
    interaction.follow_up_ids.append(message.id)
    if interaction.state is InteractionState.DEFERRED:  # an update was deferred; this is what came of it
        interaction.state = InteractionState.ANSWERED
    return Answer(body=message_json(world, message))


async def _get(call: Call) -> Answer:
    return Answer(body=message_json(call.discord.world, _named(call, _interaction(call))))


async def _edit(call: Call) -> Answer:
    interaction = _interaction(call)
    return _edited(call, interaction, _named(call, interaction))


def _edited(call: Call, interaction: Interaction, message: Message) -> Answer:
    draft = read_draft(
        call.body.object(),
        call.body,
        size_limit=interaction.attachment_size_limit,
        new_id=call.discord.world.new_id,
        existing=message,
    )
    posting.edit(call.discord, message, draft)
    if message.id == interaction.original_message_id:
        interaction.state = InteractionState.ANSWERED
    return Answer(body=message_json(call.discord.world, message))


async def _delete(call: Call) -> Answer:
    interaction = _interaction(call)
    message = _named(call, interaction)
    posting.delete(call.discord, message, by=call.discord.world.bot)
    if message.id == interaction.original_message_id:
        interaction.state = InteractionState.DELETED
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(method="POST", path=_BASE, operation="create_followup", handler=_follow_up, needs_token=False)
] + [
    Endpoint(
        method=method,
        path=f"{_BASE}/messages/{place}",
        operation=f"{verb}_{what}",
        handler=handler,
        needs_token=False,
    )
    for place, what in (("{message_id:@original}", "original"), ("{message_id}", "followup"))
    for method, verb, handler in (("GET", "get", _get), ("PATCH", "edit", _edit), ("DELETE", "delete", _delete))
]
