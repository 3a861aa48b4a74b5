"""What the sandbox's client returns, as frozen records."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sandbox.events import Event

__all__ = [
    "Channel",
    "Choice",
    "Event",
    "Guild",
    "Interaction",
    "InteractionState",
    "RecordedRequest",
    "Refused",
    "Role",
    "SandboxError",
    "User",
]
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
    installed: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(**{**data, "id": int(data["id"])})


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A text channel; with `parent_id` a thread in one; with `recipient_id` the bot's direct messages with that user.

    With none of these and no `guild_id` it is a conversation in which the bot is not.
    A thread is `nsfw` when its channel is; only a thread is ever `archived` or `locked`.
    """

    id: int
    name: str
    guild_id: int | None
    recipient_id: int | None
    nsfw: bool
    category_id: int | None
    parent_id: int | None
    archived: bool
    locked: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(
            id=int(data["id"]),
            name=data["name"],
            guild_id=read_id(data["guild_id"]),
            recipient_id=read_id(data["recipient_id"]),
            nsfw=data["nsfw"],
            category_id=read_id(data["category_id"]),
            parent_id=read_id(data["parent_id"]),
            archived=data["archived"],
            locked=data["locked"],
        )


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role of a server; @everyone has the server's id. `permissions` are Discord's bits."""

    id: int
    name: str
    permissions: int

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(id=int(data["id"]), name=data["name"], permissions=int(data["permissions"]))


@dataclass(frozen=True, kw_only=True)
class Guild:
    """A server; `unavailable` while Discord has an outage there."""

    id: int
    name: str
    owner_id: int
    locale: str
    member_ids: tuple[int, ...]
    roles: tuple[Role, ...]
    unavailable: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(
            id=int(data["id"]),
            name=data["name"],
            owner_id=int(data["owner_id"]),
            locale=data["locale"],
            member_ids=read_ids(data["member_ids"]),
            roles=tuple(Role.read(each) for each in data["roles"]),
            unavailable=data["unavailable"],
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One completion that the bot offered."""

    name: str
    value: str | int | float


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
                "original_message_id": read_id(data["original_message_id"]),
                "follow_up_ids": read_ids(data["follow_up_ids"]),
                "choices": None
                if choices is None
                else tuple(Choice(name=each["name"], value=each["value"]) for each in choices),
            }
        )


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """A request that the bot made to Discord; `operation` is None for a route that does not exist.

    `status` is None when the connection was dropped; `fault`: the answer, or its loss, was scripted.
    """

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
    fault: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        return cls(**{**data, "files": tuple(data["files"])})


def read_id(text: str | None) -> int | None:
    """Read an id that may be absent."""
    return None if text is None else int(text)


def read_ids(texts: list[str]) -> tuple[int, ...]:
    """Read a list of ids."""
    return tuple(int(text) for text in texts)
