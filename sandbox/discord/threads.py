"""Archived and locked threads: what may still be done there, and what opens them again.

Sources: https://docs.discord.com/developers/topics/threads, and for interactions the issues 5517, 6884 and 7707 of
https://github.com/discord/discord-api-docs. No page says what becomes of ephemeral answers in a closed thread: here
they go through, since only their one reader's client shows them.
"""

from sandbox.discord.context import Discord
from sandbox.discord.errors import thread_archived, thread_locked
from sandbox.discord.model import Channel
from sandbox.discord.permissions import Permission
from sandbox.discord.serialise import channel_json
from sandbox.discord.sessions import Intents
from sandbox.discord.world import World


def check_may_send(world: World, channel: Channel, author_id: int) -> None:
    """Let new messages into any thread that is not locked.

    Raises:
        ApiError: it is, and the author may not manage threads (403; 50083 when it is archived too, else 160005).
    """
    state = channel.thread
    if state is not None and state.locked and not _manages(world, channel, author_id):
        raise thread_archived(403) if state.archived else thread_locked()


def check_may_edit(world: World, channel: Channel, author_id: int) -> None:
    """Let messages be edited in active threads only.

    Raises:
        ApiError: 400 with 50083, it is archived; or as `check_may_send` says.
    """
    check_may_send(world, channel, author_id)
    if channel.thread is not None and channel.thread.archived:
        raise thread_archived(400)


def open_again(discord: Discord, channel: Channel) -> None:
    """Unarchive a thread in which somebody has just written."""
    if channel.thread is not None and channel.thread.archived:
        set_state(discord, channel, archived=False)


def set_state(discord: Discord, channel: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
    """Archive or lock a thread, or undo it, and tell the bot.

    Raises:
        ValueError: it is no thread.
    """
    state = channel.thread
    if state is None:
        raise ValueError("only a thread can be archived or locked")
    if archived is not None and archived is not state.archived:
        state.archived, state.archived_ms = archived, discord.world.clock.now_ms()
    if locked is not None:
        state.locked = locked
    tell(discord, "THREAD_UPDATE", channel)
    discord.world.events.emit(
        "thread_changed", channel_id=str(channel.id), archived=state.archived, locked=state.locked
    )


def tell(discord: Discord, kind: str, channel: Channel, **more: bool) -> None:
    """Send the bot an event about a thread that it sees."""
    world = discord.world
    if channel.guild_id is None or not world.permissions(channel, world.bot.id) & Permission.VIEW_CHANNEL:
        return
    data = {**channel_json(world, channel), **more}
    if kind == "THREAD_DELETE":
        data = {name: data[name] for name in ("id", "guild_id", "parent_id", "type")}
    discord.sessions.dispatch(kind, data, guild_id=channel.guild_id, intent=Intents.GUILDS)


def _manages(world: World, channel: Channel, user_id: int) -> bool:
    return bool(world.permissions(channel, user_id) & Permission.MANAGE_THREADS)
