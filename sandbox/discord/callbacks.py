"""The callback route: the first answer to an interaction."""

from dataclasses import replace

from sandbox.discord import posting
from sandbox.discord.app import Answer, Call, Endpoint
from sandbox.discord.drafts import Draft, read_draft
from sandbox.discord.errors import FormErrors, already_acknowledged, unknown_interaction
from sandbox.discord.installs import must_be_ephemeral
from sandbox.discord.interactions import acknowledge, expire_unacknowledged
from sandbox.discord.message_objects import message_json
from sandbox.discord.modal_rules import check_modal
from sandbox.discord.model import (
    Interaction,
    InteractionKind,
    InteractionState,
    Json,
    Message,
    MessageFlag,
    MessageKind,
)
from sandbox.discord.shapes import CALLBACK, CHOICES, MODAL, check_shape

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback-type
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, OFFER, SHOW_MODAL = 4, 5, 6, 7, 8, 9
MAX_CHOICES, CHOICE_TEXT = 25, 100
_FITTING = {
    InteractionKind.COMMAND: {MESSAGE, DEFERRED_MESSAGE, SHOW_MODAL},
    InteractionKind.COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, SHOW_MODAL},
    InteractionKind.AUTOCOMPLETE: {OFFER},
    InteractionKind.MODAL_SUBMIT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
}


async def _callback(call: Call) -> Answer:
    discord, world = call.discord, call.discord.world
    interaction = world.interactions.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.text("token"):
        raise unknown_interaction()
    expire_unacknowledged(discord, interaction)
    if interaction.state is InteractionState.FAILED and interaction.acknowledged_ms is None:
        raise unknown_interaction()
    if interaction.acknowledged_ms is not None:
        raise already_acknowledged()
    payload, errors = call.body.object(), FormErrors()
    check_shape(payload, CALLBACK, errors)
    errors.check()
    kind = _callback_type(interaction, payload)
    data = payload.get("data") or {}
    message: Message | None = None
    match kind:
        case 4 | 5:
            message = _answer(call, interaction, kind, data)
        case 6 | 7:
            message = _update(call, interaction, kind, data)
        case 8:
            _offer(call, interaction, data)
        case _:
            _show_modal(call, interaction, data)
    return _respond(call, interaction, kind, message)


def _callback_type(interaction: Interaction, payload: Json) -> int:
    kind, allowed = payload.get("type"), set(_FITTING[interaction.kind])
    if interaction.kind is InteractionKind.MODAL_SUBMIT and interaction.source_message_id is None:
        allowed -= {DEFERRED_UPDATE, UPDATE}  # a modal shown by a command has no message to update
    errors = FormErrors()
    if kind not in allowed:
        errors.choice(["type"], tuple(sorted(allowed)))
    errors.check()
    return int(kind or 0)


def _answer(call: Call, interaction: Interaction, kind: int, data: Json) -> Message:
    discord, world = call.discord, call.discord.world
    flags = MessageFlag(int(data.get("flags") or 0))
    if must_be_ephemeral(world, interaction):
        flags |= MessageFlag.EPHEMERAL
    origin = posting.Origin(
        channel=world.existing_channel(interaction.channel_id),
        author=world.bot,
        kind=_message_kind(interaction),
        flags=flags & MessageFlag.EPHEMERAL,
        interaction=interaction,
        reference_id=interaction.source_message_id,
    )
    if kind == MESSAGE:
        draft = read_draft(data, call.body, size_limit=interaction.attachment_size_limit, new_id=world.new_id)
        message, state = posting.create(discord, origin, draft), InteractionState.ANSWERED
    else:
        thinking = replace(origin, flags=origin.flags | MessageFlag.LOADING)
        message, state = posting.create(discord, thinking, Draft()), InteractionState.DEFERRED
    interaction.original_message_id, interaction.ephemeral = message.id, message.ephemeral
    acknowledge(discord, interaction, callback_type=kind, state=state)
    return message


def _message_kind(interaction: Interaction) -> MessageKind:
    if interaction.source_message_id is not None:
        return MessageKind.REPLY
    return MessageKind.MENU_COMMAND if "target_id" in interaction.data else MessageKind.COMMAND


def _update(call: Call, interaction: Interaction, kind: int, data: Json) -> Message:
    discord, world = call.discord, call.discord.world
    message = world.messages[interaction.source_message_id or 0]
    interaction.original_message_id, interaction.ephemeral = message.id, message.ephemeral
    if kind == UPDATE:
        draft = read_draft(
            data,
            call.body,
            size_limit=interaction.attachment_size_limit,
            new_id=world.new_id,
            existing=message,
        )
        posting.edit(discord, message, draft)
    state = InteractionState.ANSWERED if kind == UPDATE else InteractionState.DEFERRED
    acknowledge(discord, interaction, callback_type=kind, state=state)
    return message


def _offer(call: Call, interaction: Interaction, data: Json) -> None:
    errors = FormErrors()
    check_shape(data, CHOICES, errors, ["data"])
    errors.check()
    choices = data.get("choices") or []
    if len(choices) > MAX_CHOICES:
        errors.bad_length(["data", "choices"], 0, MAX_CHOICES)
    for index, choice in enumerate(choices):
        if not 1 <= len(choice.get("name") or "") <= CHOICE_TEXT:
            errors.bad_length(["data", "choices", index, "name"], 1, CHOICE_TEXT)
        if not 1 <= len(str(choice.get("value", ""))) <= CHOICE_TEXT:
            errors.bad_length(["data", "choices", index, "value"], 1, CHOICE_TEXT)
    errors.check()
    interaction.choices = choices
    acknowledge(call.discord, interaction, callback_type=OFFER, state=InteractionState.ANSWERED)


def _show_modal(call: Call, interaction: Interaction, data: Json) -> None:
    errors = FormErrors()
    check_shape(data, MODAL, errors, ["data"])
    errors.check()
    check_modal(data, errors)
    errors.check()
    interaction.modal = data
    acknowledge(call.discord, interaction, callback_type=SHOW_MODAL, state=InteractionState.ANSWERED)


def _respond(call: Call, interaction: Interaction, kind: int, message: Message | None) -> Answer:
    if not call.asks("with_response"):
        return Answer()
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    body: Json = {"interaction": about}
    if message is not None:
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
            "channel_id": str(message.channel_id),
        }
        if message.guild_id is not None:
            about["guild_id"] = str(message.guild_id)
        if kind in {MESSAGE, UPDATE}:
            body["resource"] = {"type": kind, "message": message_json(call.discord.world, message)}
    return Answer(body=body)


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/interactions/{interaction_id}/{token}/callback",
        operation="callback",
        handler=_callback,
        needs_token=False,
    )
]
