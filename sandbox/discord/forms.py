"""A modal, filled in and sent by the member who sees it."""

from collections.abc import Mapping, Sequence

from sandbox.discord import interactions
from sandbox.discord.component_rules import LABEL, SELECTS, fields_of
from sandbox.discord.context import Discord
from sandbox.discord.errors import Refusal
from sandbox.discord.modal_rules import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    INPUT_VALUE,
    RADIO_GROUP,
)
from sandbox.discord.model import Interaction, InteractionKind, Json, User
from sandbox.discord.options import read_file
from sandbox.discord.resolving import Resolver
from sandbox.discord.selects import offered, selected, shown


async def submit_modal(
    discord: Discord, user: User, shown_by: Interaction, values: Mapping[str, object]
) -> Interaction:
    """Fill in the modal that an interaction showed and send it; fields left out keep what they showed.

    A text takes a text; a select, a file upload or a group of checkboxes one value or a list; a checkbox a bool.
    """
    modal, world = shown_by.modal, discord.world
    if modal is None or shown_by.user_id != user.id:
        raise Refusal(f"no modal is open for {user.name}")
    fields = [field for part in modal["components"] for field in fields_of(part)]
    if unknown := values.keys() - {field["custom_id"] for field in fields}:
        raise Refusal(f"the modal has no field {', '.join(sorted(unknown))}")
    channel = world.channels[shown_by.channel_id]
    found = Resolver(world=world, channel=channel, user_id=user.id)
    parts: list[Json] = []
    for number, part in enumerate(modal["components"], start=1):
        filled = [{"id": number, **await _filled(field, values, found)} for field in fields_of(part)]
        if part["type"] == LABEL:
            parts.append({"type": LABEL, "id": number, "component": filled[0]})
        elif filled:
            parts.append({"type": part["type"], "id": number, "components": filled})
    data: Json = {"custom_id": modal["custom_id"], "components": parts}
    if found.resolved:
        data["resolved"] = found.resolved
    return interactions.send(
        discord,
        InteractionKind.MODAL_SUBMIT,
        user,
        channel,
        data,
        owners=shown_by.owners,
        source=world.messages.get(shown_by.source_message_id or 0),
        triggered_by=shown_by,
    )


async def _filled(field: Json, values: Mapping[str, object], found: Resolver) -> Json:
    kind, name = field["type"], field["custom_id"]
    filled: Json = {"type": kind, "custom_id": name}
    if kind == CHECKBOX:
        return {**filled, "value": bool(values.get(name, field.get("default") or False))}
    if kind not in SELECTS | {FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP}:
        return {**filled, "value": _text(field, values.get(name, field.get("value") or ""))}
    given = _listed(values[name]) if name in values else shown(field)
    needed = field.get("required", True)
    if needed and not given:
        raise Refusal(f"{name} is required")
    if kind == RADIO_GROUP:
        if len(given) > 1:
            raise Refusal(f"{name} takes one of its options")
        return {**filled, "value": next(iter(offered(field, given)), None)}
    if kind == FILE_UPLOAD:
        return {**filled, "values": await _uploaded(field, given, found)}
    if kind == CHECKBOX_GROUP:
        return {**filled, "values": offered(field, given)}
    return {**filled, "values": selected(field, given, found, least=None if given else 0)}


def _text(field: Json, text: object) -> str:
    name = field["custom_id"]
    if not isinstance(text, str):
        raise Refusal(f"{name} takes a text, not {text!r}")
    if not text and field.get("required", True):
        raise Refusal(f"{name} is required")
    least, most = field.get("min_length") or 0, field.get("max_length") or INPUT_VALUE
    if text and not least <= len(text) <= most:
        raise Refusal(f"{name} must have {least} to {most} characters, not {len(text)}")
    return text


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


async def _uploaded(field: Json, given: Sequence[object], found: Resolver) -> list[str]:
    files = [file for file in [await read_file(found.world, each) for each in given] if file is not None]
    if len(files) < len(given) or len(files) > (field.get("max_values") or 1):
        raise Refusal(f"{field['custom_id']} does not take these files")
    return [found.file(file) for file in files]
