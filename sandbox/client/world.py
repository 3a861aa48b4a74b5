"""The client's part that plays the admins and the fates: accounts, channels, who may what, how Discord behaves."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sandbox.client.http import ControlSession
from sandbox.client.types import Channel, Guild, RecordedRequest, Role, SandboxError, User


class Places(ControlSession):
    """Looks at the world and changes it."""

    async def users(self) -> list[User]:
        """Return all accounts, the bot's too."""
        return [User.read(each) for each in (await self._call("GET", "world"))["users"]]

    async def user(self, name: str) -> User:
        """Return an account by its name; SandboxError when there is none."""
        return _named(await self.users(), name)

    async def bot(self) -> User:
        """Return the bot's account."""
        return next(user for user in await self.users() if user.bot)

    async def guilds(self) -> list[Guild]:
        """Return all servers."""
        return [Guild.read(each) for each in (await self._call("GET", "world"))["guilds"]]

    async def guild(self, name: str = "Pixel Garden") -> Guild:
        """Return a server by its name; SandboxError when there is none."""
        return _named(await self.guilds(), name)

    async def channels(self, guild: Guild | None = None) -> list[Channel]:
        """Return all channels, or those of one server."""
        found = [Channel.read(each) for each in (await self._call("GET", "world"))["channels"]]
        return [each for each in found if guild is None or each.guild_id == guild.id]

    async def channel(self, name: str, guild: Guild | None = None) -> Channel:
        """Return a text channel or thread by its name; SandboxError when there is none."""
        return _named(await self.channels(guild), name)

    async def commands(self) -> list[Mapping[str, Any]]:
        """Return the registered commands, global and of every server, as Discord keeps them."""
        return list((await self._call("GET", "world"))["commands"])

    async def dm(self, user: User) -> Channel:
        """Return the channel of the bot's direct messages with a user, opened if need be."""
        return Channel.read(await self._call("POST", f"users/{user.id}/dm"))

    async def conversation(self, *users: User) -> Channel:
        """Make a conversation between people, in which the bot is not."""
        return Channel.read(await self._call("POST", "conversations", {"user_ids": [str(user.id) for user in users]}))

    async def set_installed(self, user: User, *, installed: bool = True) -> User:
        """Let a user take the application along wherever they go, or remove it again."""
        return User.read(await self._call("PATCH", f"users/{user.id}", {"installed": installed}))

    async def add_channel(
        self, guild: Guild, name: str, *, nsfw: bool = False, category: Channel | None = None
    ) -> Channel:
        """Make a text channel, if need be in a category."""
        body = {
            "guild_id": str(guild.id),
            "name": name,
            "nsfw": nsfw,
            "category_id": None if category is None else str(category.id),
        }
        return Channel.read(await self._call("POST", "channels", body))

    async def add_category(self, guild: Guild, name: str) -> Channel:
        """Make a category, which `add_channel` can put channels into."""
        body = {"guild_id": str(guild.id), "name": name, "is_category": True}
        return Channel.read(await self._call("POST", "channels", body))

    async def set_nsfw(self, channel: Channel, *, nsfw: bool) -> Channel:
        """Mark a channel age-restricted, or not."""
        return Channel.read(await self._call("PATCH", f"channels/{channel.id}", {"nsfw": nsfw}))

    async def add_thread(self, channel: Channel, name: str, owner: User) -> Channel:
        """Make a public thread in a text channel."""
        body = {"name": name, "user_id": str(owner.id)}
        return Channel.read(await self._call("POST", f"channels/{channel.id}/threads", body))

    async def set_thread(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> Channel:
        """Archive or lock a thread, or undo it; what is left out stays as it is."""
        given = {"archived": archived, "locked": locked}
        body = {name: value for name, value in given.items() if value is not None}
        return Channel.read(await self._call("PATCH", f"channels/{thread.id}", body))

    async def remove_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads, or one thread."""
        await self._call("DELETE", f"channels/{channel.id}")

    async def set_permissions(
        self,
        channel: Channel,
        *,
        deny: Sequence[str] = (),
        allow: Sequence[str] = (),
        user: User | None = None,
        role: Role | None = None,
    ) -> int:
        """Overwrite what the bot (or `user`, or `role`) may do in a channel; returns the bits of the bot (or `user`).

        Names are Discord's ("send_messages"); two empty lists take the overwrite back.
        """
        body: dict[str, object] = {"deny": list(deny), "allow": list(allow)}
        if role is not None:
            body["role_id"] = str(role.id)
        if user is not None:
            body["user_id"] = str(user.id)
        return int((await self._call("PUT", f"channels/{channel.id}/permissions", body))["permissions"])

    async def add_user(self, name: str, *, locale: str = "en-US") -> User:
        """Make an account; it is in no server yet."""
        return User.read(await self._call("POST", "users", {"name": name, "locale": locale}))

    async def set_locale(self, user: User, locale: str) -> User:
        """Set the language of a user's client."""
        return User.read(await self._call("PATCH", f"users/{user.id}", {"locale": locale}))

    async def set_accepts_dms(self, user: User, *, accepts: bool) -> User:
        """Let a user take direct messages from the bot, or not."""
        return User.read(await self._call("PATCH", f"users/{user.id}", {"accepts_dms": accepts}))

    async def set_discord(self, **settings: float | bool) -> Mapping[str, Any]:
        """Change how Discord behaves; returns all its settings.

        ack_seconds (3), token_lifetime_seconds (900), attachment_size_limit (bytes, 10 MiB), latency_ms (0),
        nonce_seconds (300), heartbeat_interval_ms (41250), privileged_intents (False), shards (1),
        commands_for_everybody (False: members get only the commands that their permissions fit).
        """
        found: Mapping[str, Any] = await self._call("PATCH", "settings", settings)
        return found

    async def advance_clock(self, seconds: float) -> int:
        """Let time pass at once; returns the sandbox's time in milliseconds."""
        return int((await self._call("POST", "clock/advance", {"seconds": seconds}))["now_ms"])

    async def requests(self, api: str = "discord", after: int = 0) -> list[RecordedRequest]:
        """Return the requests that the bot made to Discord, those whose index is greater than `after`."""
        found = await self._call("GET", f"requests/{api}", query={"after": str(after)})
        return [RecordedRequest.read(each) for each in found["requests"]]


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)


def _named(found: Sequence[_Named], name: str) -> _Named:
    for each in found:
        if each.name == name:
            return each
    raise SandboxError(f"nothing is called {name!r}; there are {', '.join(each.name for each in found)}")
