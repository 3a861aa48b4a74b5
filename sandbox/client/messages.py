"""Messages as the sandbox's client returns them."""

from dataclasses import dataclass
from typing import Self

from sandbox.client.types import Json, read_id, read_ids

_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_BUTTON = 2
_SELECTS = frozenset({3, 5, 6, 7, 8})


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
class Select:
    """A select of a message: `offered` are its texts by value (none where it offers people, roles or channels).

    `chosen` are the values that it shows as chosen: ids, where it offers people, roles or channels.
    """

    custom_id: str
    kind: int
    placeholder: str
    offered: Json
    chosen: tuple[str, ...]
    disabled: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from Discord's own object."""
        options = data.get("options") or ()
        chosen = [option["value"] for option in options if option.get("default")]
        return cls(
            custom_id=data["custom_id"],
            kind=data["type"],
            placeholder=data.get("placeholder") or "",
            offered={option["value"]: option["label"] for option in options},
            chosen=(*chosen, *(str(each["id"]) for each in data.get("default_values") or ())),
            disabled=data.get("disabled", False),
        )


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

    @property
    def selects(self) -> tuple[Select, ...]:
        """The selects, row by row."""
        inside = [each for row in self.components for each in row["components"]]
        return tuple(Select.read(each) for each in inside if each["type"] in _SELECTS)

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
            pinged_ids=read_ids(data["pinged_ids"]),
            edits=data["edits"],
            deleted=data["deleted"],
            ephemeral=bool(raw["flags"] & _EPHEMERAL),
            loading=bool(raw["flags"] & _LOADING),
            interaction_id=read_id(data["interaction_id"]),
            viewer_id=read_id(data["viewer_id"]),
            raw=raw,
        )
