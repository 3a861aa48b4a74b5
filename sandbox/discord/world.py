"""The world behind the stand-in: all records, their ids, and what is true at the start."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sandbox.clock import Clock
from sandbox.discord.errors import NoSuchThing, unknown_channel, unknown_guild, unknown_user
from sandbox.discord.model import (
    Attachment,
    Channel,
    ChannelKind,
    Guild,
    Interaction,
    Json,
    Member,
    Message,
    Role,
    ThreadState,
    User,
)
from sandbox.discord.permissions import ALL, EVERYONE, IN_DM, TALKING, Permission, in_channel
from sandbox.discord.settings import Settings
from sandbox.events import Events

DISCORD_EPOCH_MS = 1_420_070_400_000  # https://discord.com/developers/docs/reference#snowflakes
_Thing = TypeVar("_Thing")
_PAIR = 2  # with more it is a group
TOKEN = "sandbox-token"  # noqa: S105 - the token of a bot that exists only here


class SnowflakeMaker:
    """Makes ids that grow and carry real time.

    They follow the real clock even after the sandbox's was moved, because the bot under test reads an
    interaction's age from its id with a clock of its own.
    """

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        """Return the next id."""
        now = (time.time_ns() // 1_000_000 - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return self._last


@dataclass(kw_only=True)
class World:
    """All that exists; the records are changed in place by the modules of this package."""

    clock: Clock
    events: Events
    new_id: SnowflakeMaker = field(default_factory=SnowflakeMaker)
    settings: Settings = field(default_factory=Settings)
    base_url: str = ""
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    interactions: dict[int, Interaction] = field(default_factory=dict)
    interactions_by_token: dict[str, Interaction] = field(default_factory=dict)
    commands: dict[int | None, list[Json]] = field(default_factory=dict)  # by guild; None: global
    option_files: dict[int, Attachment] = field(default_factory=dict)  # uploaded as a command's option
    identifies: int = 0
    bot: User = field(init=False)

    def __post_init__(self) -> None:
        self.bot = self.add_user("fluxcord", bot=True)
        ada, olga = self.add_user("Ada"), self.add_user("Olga")
        mara, ben = self.add_user("Mara"), self.add_user("Ben")
        garden = self.add_guild("Pixel Garden", owner=self.add_user("Otto"))
        for user in (mara, ben):
            self.join(garden, user)
        self.join(garden, olga, permissions=int(Permission.MANAGE_MESSAGES))
        self.join(garden, ada, permissions=int(Permission.ADMINISTRATOR))
        self.add_channel(garden, "art")
        self.add_channel(garden, "art-after-dark", nsfw=True)

    @property
    def application_id(self) -> int:
        """The application's id, which is its bot's."""
        return self.bot.id

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US") -> User:
        """Make an account."""
        user = User(id=self.new_id(), name=name, bot=bot, locale=locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, owner: User, locale: str = "en-US", with_bot: bool = True) -> Guild:
        """Make a server with its owner in it, the bot too unless told otherwise, and no channel."""
        guild = Guild(id=self.new_id(), name=name, owner_id=owner.id, locale=locale)
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=int(EVERYONE))
        self.guilds[guild.id] = guild
        self.join(guild, owner)
        if with_bot:
            self.join(guild, self.bot, permissions=int(TALKING))
        return guild

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        nsfw: bool = False,
        kind: ChannelKind = ChannelKind.TEXT,
        category: Channel | None = None,
    ) -> Channel:
        """Make a text channel or a category."""
        position = sum(channel.guild_id == guild.id for channel in self.channels.values())
        channel = Channel(
            id=self.new_id(),
            kind=kind,
            name=name,
            guild_id=guild.id,
            nsfw=nsfw,
            position=position,
            category_id=None if category is None else category.id,
        )
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str, *, owner: User) -> Channel:
        """Make a public thread in a text channel."""
        now_ms = self.clock.now_ms()
        thread = Channel(
            id=self.new_id(),
            kind=ChannelKind.PUBLIC_THREAD,
            name=name,
            guild_id=parent.guild_id,
            parent=parent,
            thread=ThreadState(owner_id=owner.id, created_ms=now_ms, archived_ms=now_ms),
        )
        self.channels[thread.id] = thread
        return thread

    def add_role(self, guild: Guild, name: str, *, permissions: int = 0, managed: bool = False) -> Role:
        """Make a role above all others, which nobody has yet."""
        position = 1 + max(each.position for each in guild.roles.values())
        role = Role(id=self.new_id(), name=name, permissions=permissions & ALL, position=position, managed=managed)
        guild.roles[role.id] = role
        return role

    def join(self, guild: Guild, user: User, *, permissions: int = 0) -> Member:
        """Make the user a member, with a role of its own when it gets permissions beyond @everyone's."""
        role_ids = []
        if permissions:
            role_ids.append(self.add_role(guild, user.name, permissions=permissions, managed=user.bot).id)
        member = Member(user_id=user.id, role_ids=role_ids, joined_at_ms=self.clock.now_ms())
        guild.members[user.id] = member
        return member

    def dm_with(self, user: User) -> Channel | None:
        """Return the channel of the bot's direct messages with a user, if it was ever opened."""
        return next((each for each in self.channels.values() if each.recipient_id == user.id), None)

    def open_dm(self, user: User) -> Channel:
        """Return that channel, made when it is not there yet."""
        if channel := self.dm_with(user):
            return channel
        channel = Channel(id=self.new_id(), kind=ChannelKind.DM, name="", recipient_id=user.id)
        self.channels[channel.id] = channel
        self.events.emit("dm_opened", channel_id=str(channel.id), user_id=str(user.id))
        return channel

    def add_conversation(self, users: Sequence[User]) -> Channel:
        """Make a conversation of two or more people, in which the bot is not."""
        kind = ChannelKind.GROUP_DM if len(users) > _PAIR else ChannelKind.DM
        channel = Channel(id=self.new_id(), kind=kind, name="", party=frozenset(user.id for user in users))
        self.channels[channel.id] = channel
        return channel

    def guild_channels(self, guild: Guild) -> list[Channel]:
        """Return a guild's channels in their order, without threads."""
        found = (each for each in self.channels.values() if each.guild_id == guild.id and each.thread is None)
        return sorted(found, key=lambda channel: channel.position)

    def threads_in(self, place: Guild | Channel) -> list[Channel]:
        """Return the threads of a guild or of one channel, archived ones too, oldest first."""
        return [
            each
            for each in self.channels.values()
            if each.parent is not None and place.id in {each.guild_id, each.parent.id}
        ]

    def permissions(self, channel: Channel, user_id: int) -> int:
        """Return what a user may do in a channel; 0 when it is not there for them."""
        if channel.guild_id is None:
            people = channel.party or {self.bot.id, channel.recipient_id}
            return IN_DM if user_id in people else 0
        return in_channel(self.guilds[channel.guild_id], channel, user_id)

    def existing_channel(self, channel_id: int) -> Channel:
        """Return a channel that is there, whether the bot is or not, else Discord's 10003."""
        if channel_id not in self.channels:
            raise unknown_channel()
        return self.channels[channel_id]

    def bot_channel(self, channel_id: int) -> Channel:
        """Return a channel that exists for the bot, else Discord's 10003."""
        channel = self.existing_channel(channel_id)
        if channel.guild_id is not None and self.bot.id not in self.guilds[channel.guild_id].members:
            raise unknown_channel()
        return channel

    def bot_guild(self, guild_id: int) -> Guild:
        """Return a guild that the bot is in, else Discord's 10004."""
        guild = self.guilds.get(guild_id)
        if guild is None or self.bot.id not in guild.members:
            raise unknown_guild()
        return guild

    def user(self, user_id: int) -> User:
        """Return an account, else Discord's 10013."""
        if user_id not in self.users:
            raise unknown_user()
        return self.users[user_id]

    def channel(self, channel_id: int) -> Channel:
        """Return a channel for the control API."""
        return _existing(self.channels, channel_id, "channel")

    def message(self, message_id: int) -> Message:
        """Return a message for the control API, a deleted one too."""
        return _existing(self.messages, message_id, "message")


def _existing(things: Mapping[int, _Thing], thing_id: int, kind: str) -> _Thing:
    if thing_id not in things:
        raise NoSuchThing(f"there is no {kind} {thing_id}")
    return things[thing_id]
