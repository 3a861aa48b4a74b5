"""The JSON types of what a bot sends, checked before any rule looks at the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.discord.errors import FormErrors

Path = Sequence[str | int]


@dataclass(frozen=True)
class Each:
    """An object whose values are all of one shape."""

    shape: "Shape"


@dataclass(frozen=True)
class Id:
    """A snowflake: digits, as text or as a number."""


# A type, several types, an object with known fields (others are let through), or a list of one shape in [].
Shape = type | tuple[type, ...] | Each | Id | Mapping[str, "Shape"] | list["Shape"]

NUMBER: Final = (int, float)
_PICTURE: Final[Shape] = {"url": str}
_EMBED: Final[Shape] = {
    "title": str,
    "description": str,
    "url": str,
    "color": int,
    "timestamp": str,
    "footer": {"text": str, "icon_url": str},
    "author": {"name": str, "url": str, "icon_url": str},
    "image": _PICTURE,
    "thumbnail": _PICTURE,
    "fields": [{"name": str, "value": str, "inline": bool}],
}
_FIELD: Final[dict[str, Shape]] = {
    "type": int,
    "id": int,
    "custom_id": str,
    "style": int,
    "label": str,
    "url": str,
    "disabled": bool,
    "placeholder": str,
    "required": bool,
    "value": str,
    "min_values": int,
    "max_values": int,
    "min_length": int,
    "max_length": int,
    "options": [{"label": str, "value": str, "description": str, "default": bool}],
    "default_values": [{"id": Id(), "type": str}],
    "channel_types": [int],
    "default": bool,
}
_PART: Final[Shape] = {
    "type": int,
    "id": int,
    "label": str,
    "description": str,
    "components": [_FIELD],
    "component": _FIELD,
}
MESSAGE: Final[Shape] = {
    "content": str,
    "embeds": [_EMBED],
    "components": [_PART],
    "attachments": [{"id": Id(), "filename": str, "description": str}],
    "flags": int,
    "nonce": (str, int),
    "enforce_nonce": bool,
    "tts": bool,
    "allowed_mentions": {"parse": [str], "users": [Id()], "roles": [Id()], "replied_user": bool},
    "message_reference": {"message_id": Id(), "channel_id": Id(), "fail_if_not_exists": bool},
}
MODAL: Final[Shape] = {"title": str, "custom_id": str, "components": [_PART]}
CHOICES: Final[Shape] = {"choices": [{"name": str, "value": (str, int, float)}]}
CALLBACK: Final[Shape] = {"type": int, "data": {}}


def _option(inside: Shape | None) -> Shape:
    shape: dict[str, Shape] = {
        "type": int,
        "name": str,
        "description": str,
        "name_localizations": Each(str),
        "description_localizations": Each(str),
        "required": bool,
        "autocomplete": bool,
        "min_value": NUMBER,
        "max_value": NUMBER,
        "min_length": int,
        "max_length": int,
        "channel_types": [int],
        "choices": [{"name": str, "value": (str, int, float), "name_localizations": Each(str)}],
    }
    return shape if inside is None else {**shape, "options": [inside]}


COMMANDS: Final[Shape] = [
    {
        "type": int,
        "name": str,
        "description": str,
        "name_localizations": Each(str),
        "description_localizations": Each(str),
        "default_member_permissions": (str, int),
        "contexts": [int],
        "integration_types": [int],
        "nsfw": bool,
        "options": [_option(_option(_option(None)))],
    }
]


def check_shape(value: object, shape: Shape, errors: FormErrors, at: Path = ()) -> None:
    """Note where `value` is not of the shape; null is right for any field, but for no item of a list."""
    match shape:
        case list():
            _check_list(value, shape[0], errors, at)
        case Id():
            if isinstance(value, bool) or not (str(value).isascii() and str(value).isdigit()):
                errors.wrong_type(at, "snowflake")
        case Each() | Mapping():
            _check_object(value, shape, errors, at)
        case _:
            wrong_bool = isinstance(value, bool) and shape is not bool
            if wrong_bool or not isinstance(value, shape):
                errors.wrong_type(at, "value")


def _check_list(value: object, shape: Shape, errors: FormErrors, at: Path) -> None:
    if not isinstance(value, list):
        errors.wrong_type(at, "array")
        return
    for index, item in enumerate(value):
        check_shape(item, shape, errors, [*at, index])


def _check_object(value: object, shape: Each | Mapping[str, Shape], errors: FormErrors, at: Path) -> None:
    if not isinstance(value, dict):
        errors.wrong_type(at, "object")
        return
    for name, item in value.items():
        inner = shape.shape if isinstance(shape, Each) else shape.get(name)
        if inner is not None and item is not None:
            check_shape(item, inner, errors, [*at, name])
