"""What the sandbox's client returns, as frozen records."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sandbox.events import Event

__all__ = [
    "Attachment",
    "Button",
    "Channel",
    "Choice",
    "Event",
    "Guild",
    "Interaction",
    "InteractionState",
    "Message",
    "RecordedRequest",
    "Refused",
    "SandboxError",
    "User",
]
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_BUTTON = 2
Json = Mapping[str, Any]


class SandboxError(Exception):
    """The control API would not do what was asked: nothing of that name, or a faulty value."""


class Refused(SandboxError):
    """A Discord client would not let this member do this; the text says why."""


class InteractionState(enum.StrEnum):
    """Where an interaction stands, seen by the member who caused it."""

    PENDING = "pending"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class User:
    """An account."""

    id: int
    name: str
    bot: bool
    locale: str
    accepts_dms: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(**{**data, "id": int(data["id"])})


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A text channel, or with `recipient_id` the bot's direct messages with that user."""

    id: int
    name: str
    guild_id: int | None
    recipient_id: int | None
    nsfw: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(
            id=int(data["id"]),
            name=data["name"],
            guild_id=_id(data["guild_id"]),
            recipient_id=_id(data["recipient_id"]),
            nsfw=data["nsfw"],
        )


@dataclass(frozen=True, kw_only=True)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    locale: str
    member_ids: tuple[int, ...]

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(
            id=int(data["id"]),
            name=data["name"],
            owner_id=int(data["owner_id"]),
            locale=data["locale"],
            member_ids=_ids(data["member_ids"]),
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One completion that the bot offered."""

    name: str
    value: str | int | float


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file of a message; `in_embed`: shown by an embed, so Discord does not list it with the message."""

    id: int
    filename: str
    size: int
    url: str
    content_type: str
    width: int | None
    height: int | None
    description: str | None
    in_embed: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(
            id=int(data["id"]),
            filename=data["filename"],
            size=data["size"],
            url=data["url"],
            content_type=data["content_type"],
            width=data.get("width"),
            height=data.get("height"),
            description=data.get("description"),
            in_embed=data["in_embed"],
        )


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button of a message; `custom_id` is None for a link, `label` for one that shows an emoji alone."""

    custom_id: str | None
    label: str | None
    style: int
    disabled: bool


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message; `attachments` holds those that embeds show too, `raw` is Discord's own object.

    `edits` counts the edits, the first of a deferred answer included; `pinged_ids` are those notified.
    """

    id: int
    channel_id: int
    author_id: int
    author_name: str
    content: str
    embeds: tuple[Json, ...]
    attachments: tuple[Attachment, ...]
    components: tuple[Json, ...]
    mention_ids: tuple[int, ...]
    pinged_ids: tuple[int, ...]
    edits: int
    deleted: bool
    ephemeral: bool
    loading: bool
    interaction_id: int | None
    viewer_id: int | None
    raw: Json

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons, row by row."""
        return tuple(
            Button(
                custom_id=each.get("custom_id"),
                label=each.get("label"),
                style=each["style"],
                disabled=each.get("disabled", False),
            )
            for row in self.components
            for each in row["components"]
            if each["type"] == _BUTTON
        )

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        raw = data["message"]
        return cls(
            id=int(raw["id"]),
            channel_id=int(raw["channel_id"]),
            author_id=int(raw["author"]["id"]),
            author_name=data["author_name"],
            content=raw["content"],
            embeds=tuple(raw["embeds"]),
            attachments=tuple(Attachment.read(each) for each in data["files"]),
            components=tuple(raw["components"]),
            mention_ids=tuple(int(user["id"]) for user in raw["mentions"]),
            pinged_ids=_ids(data["pinged_ids"]),
            edits=data["edits"],
            deleted=data["deleted"],
            ephemeral=bool(raw["flags"] & _EPHEMERAL),
            loading=bool(raw["flags"] & _LOADING),
            interaction_id=_id(data["interaction_id"]),
            viewer_id=_id(data["viewer_id"]),
            raw=raw,
        )


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """What a member did and how far the bot has answered it; `callback_type` is Discord's number."""

    id: int
    kind: int
    user_id: int
    channel_id: int
    state: InteractionState
    ephemeral: bool
    callback_type: int | None
    acknowledged_after_ms: int | None
    original_message_id: int | None
    follow_up_ids: tuple[int, ...]
    modal: Json | None
    choices: tuple[Choice, ...] | None
    failure: str | None

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        choices = data["choices"]
        return cls(
            **{
                **data,
                "id": int(data["id"]),
                "user_id": int(data["user_id"]),
                "channel_id": int(data["channel_id"]),
                "state": InteractionState(data["state"]),
                "original_message_id": _id(data["original_message_id"]),
                "follow_up_ids": _ids(data["follow_up_ids"]),
                "choices": None
                if choices is None
                else tuple(Choice(name=each["name"], value=each["value"]) for each in choices),
            }
        )


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """A request that the bot made to Discord; `operation` is None for a route that does not exist."""

    index: int
    method: str
    path: str
    query: Mapping[str, str]
    content_type: str
    operation: str | None
    payload: Any
    files: tuple[Json, ...]
    status: int | None
    error_code: int | None
    started_ms: int
    finished_ms: int | None

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(**{**data, "files": tuple(data["files"])})


def _id(text: str | None) -> int | None:
    return None if text is None else int(text)


def _ids(texts: list[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts)
