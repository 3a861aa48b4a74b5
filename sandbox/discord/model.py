"""What the stand-in keeps: users, guilds, channels, messages and interactions, as plain records."""

import enum
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class ChannelKind(enum.IntEnum):
    """The channel types that the stand-in has."""

    TEXT = 0
    DM = 1
    GROUP_DM = 3
    CATEGORY = 4
    PUBLIC_THREAD = 11


class MessageFlag(enum.IntFlag):
    """The message flags that mean something here."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlag(0)


class MessageKind(enum.IntEnum):
    """The message types that the stand-in makes."""

    DEFAULT = 0
    REPLY = 19
    COMMAND = 20
    MENU_COMMAND = 23


class InteractionKind(enum.IntEnum):
    """The interaction types that members cause."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class InteractionState(enum.StrEnum):
    """Where an interaction stands, seen by the member who caused it."""

    PENDING = "pending"  # not acknowledged yet
    DEFERRED = "deferred"  # acknowledged; a "thinking" message, or an update still to come
    ANSWERED = "answered"  # a message, an update, choices or a modal is there
    FAILED = "failed"  # "The application did not respond"
    DELETED = "deleted"  # the answer was deleted


@dataclass(kw_only=True)
class User:
    """An account; `name` is what the control API finds it by."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    installed: bool = False  # took the application along, wherever they are


@dataclass(kw_only=True)
class Role:
    """A role of a guild; the one whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: int
    position: int = 0
    managed: bool = False


@dataclass(kw_only=True)
class Member:
    """A user's membership in one guild."""

    user_id: int
    role_ids: list[int]
    joined_at_ms: int


@dataclass(kw_only=True)
class Overwrite:
    """What a channel allows or denies to one role or, `for_member`, to one member."""

    id: int
    for_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(kw_only=True)
class ThreadState:
    """What only a thread has; `archived` and `locked` are independent of one another."""

    owner_id: int
    created_ms: int
    archived_ms: int  # when `archived` changed last
    archived: bool = False
    locked: bool = False


@dataclass(kw_only=True)
class Channel:
    """A text channel of a guild, a thread in one (`parent`), or the bot's direct messages with `recipient_id`.

    With a `party` it is a conversation between these, in which the bot is not. A category holds text channels
    and gives them nothing: Discord's client copies its overwrites into them.
    """

    id: int
    kind: ChannelKind
    name: str
    guild_id: int | None = None
    recipient_id: int | None = None
    party: frozenset[int] = frozenset()
    nsfw: bool = False
    position: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    last_message_id: int | None = None
    parent: "Channel | None" = None
    category_id: int | None = None
    thread: ThreadState | None = None

    @property
    def place(self) -> "Channel":
        """The channel whose permissions and age restriction count here: a thread's is its parent."""
        return self.parent or self


@dataclass(kw_only=True)
class Guild:
    """A server; the bot is in it when its user is among `members`; `unavailable`: Discord has an outage there."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    system_channel_id: int | None = None
    unavailable: bool = False


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """An uploaded file; `in_embed`: an embed shows it, so Discord does not list it with the message."""

    id: int
    filename: str
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    description: str | None = None
    in_embed: bool = False


@dataclass(kw_only=True)
class Message:
    """A message; `viewer_id` is the only one who sees an ephemeral one."""

    id: int
    channel_id: int
    guild_id: int | None
    author_id: int
    kind: MessageKind
    created_ms: int
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: MessageFlag = NO_FLAGS
    mention_ids: list[int] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pinged_ids: list[int] = field(default_factory=list)
    nonce: str | int | None = None
    interaction_id: int | None = None
    reference_id: int | None = None
    viewer_id: int | None = None
    edited_ms: int | None = None
    edits: int = 0
    attached_ms: int | None = None  # when it first showed a file
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether only `viewer_id` sees it."""
        return MessageFlag.EPHEMERAL in self.flags

    @property
    def loading(self) -> bool:
        """Whether it is still the "thinking" of a deferred answer."""
        return MessageFlag.LOADING in self.flags


@dataclass(kw_only=True)
class Interaction:
    """Something a member did that the bot must answer; times are the sandbox's milliseconds."""

    id: int
    token: str
    kind: InteractionKind
    user_id: int
    channel_id: int
    guild_id: int | None
    data: Json
    created_ms: int
    acknowledge_by_ms: int
    expires_ms: int
    attachment_size_limit: int
    owners: dict[str, str]  # `authorizing_integration_owners`: see `installs`
    source_message_id: int | None = None
    triggered_by: int | None = None  # a modal submit's: the interaction that showed the modal
    state: InteractionState = InteractionState.PENDING
    callback_type: int | None = None
    acknowledged_ms: int | None = None
    ephemeral: bool = False
    original_message_id: int | None = None
    follow_up_ids: list[int] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    failure: str | None = None
