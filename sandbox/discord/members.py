"""What members do with the bot: run commands, press buttons, choose, write, delete."""

from collections.abc import Mapping, Sequence

from sandbox.discord import interactions, posting
from sandbox.discord.component_rules import BUTTON, LINK_STYLE, SELECTS, interactive
from sandbox.discord.context import Discord
from sandbox.discord.drafts import Draft, mentions_of
from sandbox.discord.errors import Refusal
from sandbox.discord.installs import is_there, of_message
from sandbox.discord.message_objects import message_json
from sandbox.discord.model import (
    Attachment,
    Channel,
    Interaction,
    InteractionKind,
    InteractionState,
    Json,
    Message,
    User,
)
from sandbox.discord.offers import check_may_use, find_command, find_menu_entry
from sandbox.discord.options import Invocation, read_invocation
from sandbox.discord.permissions import Permission, to_send
from sandbox.discord.resolving import Resolver
from sandbox.discord.selects import selected
from sandbox.discord.world import World


def sees(world: World, user: User, message: Message) -> bool:
    """Whether a message is there for a user."""
    channel = world.channels.get(message.channel_id)
    if message.deleted or channel is None or not world.permissions(channel, user.id) & Permission.VIEW_CHANNEL:
        return False
    return not message.ephemeral or message.viewer_id == user.id


async def use_command(
    discord: Discord,
    user: User,
    channel: Channel,
    line: str,
    given: Mapping[str, object],
    *,
    focused: str | None = None,
) -> Interaction:
    """Run a command ("imagine", "lora add"), or with `focused` ask for completions of that option."""
    world = discord.world
    _check_may_command(world, channel, user)
    name, *words = line.split()
    command = find_command(world, channel, name)
    owners = check_may_use(world, channel, command, user)
    found = Resolver(world=world, channel=channel, user_id=user.id)
    invocation = await read_invocation(found, command, words, given, focused=focused)
    kind = InteractionKind.COMMAND if focused is None else InteractionKind.AUTOCOMPLETE
    return interactions.send(discord, kind, user, channel, invocation.data(), owners=owners)


def use_message_command(discord: Discord, user: User, message: Message, name: str) -> Interaction:
    """Choose an application's entry in a message's menu; a client shows none for what is ephemeral."""
    world = discord.world
    channel = world.channels[message.channel_id]
    if not sees(world, user, message):
        raise Refusal(f"{user.name} does not see this message")
    _check_may_command(world, channel, user)
    if message.ephemeral:
        raise Refusal("the menu of an ephemeral message has no entries of applications")
    command = find_menu_entry(world, channel, name)
    owners = check_may_use(world, channel, command, user)
    resolved = {"messages": {str(message.id): message_json(world, message)}}
    data = Invocation(command=command, resolved=resolved, target_id=message.id).data()
    return interactions.send(discord, InteractionKind.COMMAND, user, channel, data, owners=owners)


def _check_may_command(world: World, channel: Channel, user: User) -> None:
    allowed = world.permissions(channel, user.id)
    if not allowed & Permission.VIEW_CHANNEL:
        raise Refusal(f"{user.name} does not see this channel")
    if not allowed & Permission.USE_APPLICATION_COMMANDS:
        raise Refusal(f"{user.name} may not use commands here")
    if channel.guild_id is not None and not (is_there(world, channel) or user.installed):
        raise Refusal("the bot is not in this server")


def _component(world: World, user: User, message: Message, custom_id: str | None, label: str | None) -> Json:
    if not sees(world, user, message):
        raise Refusal(f"{user.name} does not see this message")
    for component in interactive(message.components):
        if (custom_id is not None and component.get("custom_id") == custom_id) or (
            label is not None and component.get("label") == label
        ):
            if component.get("disabled"):
                raise Refusal(f"{custom_id or label} is disabled")
            return component
    raise Refusal(f"the message has no {custom_id or label}")


def press(
    discord: Discord, user: User, message: Message, *, custom_id: str | None = None, label: str | None = None
) -> Interaction:
    """Press a button, named by its custom id or its label."""
    button = _component(discord.world, user, message, custom_id, label)
    if button["type"] != BUTTON or button["style"] == LINK_STYLE:
        raise Refusal(f"{custom_id or label} is no button that tells the bot")
    data: Json = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button["id"]}
    return _act(discord, user, message, data)


def choose(discord: Discord, user: User, message: Message, custom_id: str, values: Sequence[object]) -> Interaction:
    """Choose in a select: by the options' values or labels, in other selects than of texts by id."""
    select = _component(discord.world, user, message, custom_id, None)
    if select["type"] not in SELECTS:
        raise Refusal(f"{custom_id} is no select")
    found = Resolver(world=discord.world, channel=discord.world.channels[message.channel_id], user_id=user.id)
    data: Json = {
        "component_type": select["type"],
        "custom_id": custom_id,
        "id": select["id"],
        "values": selected(select, values, found),
    }
    if found.resolved:
        data["resolved"] = found.resolved
    return _act(discord, user, message, data)


def _act(discord: Discord, user: User, message: Message, data: Json) -> Interaction:
    channel = discord.world.channels[message.channel_id]
    owners = of_message(discord.world, channel, message)
    return interactions.send(discord, InteractionKind.COMPONENT, user, channel, data, owners=owners, source=message)


def write(discord: Discord, user: User, channel: Channel, content: str, files: Sequence[Attachment] = ()) -> Message:
    """Post a member's own message."""
    allowed = discord.world.permissions(channel, user.id)
    locked = channel.thread is not None and channel.thread.locked and not allowed & Permission.MANAGE_THREADS
    if locked or not allowed & to_send(channel):
        raise Refusal(f"{user.name} may not write here")
    draft = Draft(content=content, attachments=list(files), mentions=mentions_of(content))
    return posting.create(discord, posting.Origin(channel=channel, author=user), draft)


def remove(discord: Discord, user: User, message: Message) -> None:
    """Delete a message as its author or a moderator, or dismiss an ephemeral one."""
    world = discord.world
    if not sees(world, user, message):
        raise Refusal(f"{user.name} does not see this message")
    allowed = world.permissions(world.channels[message.channel_id], user.id)
    own = user.id in {message.author_id, message.viewer_id}
    if not own and not (message.guild_id is not None and allowed & Permission.MANAGE_MESSAGES):
        raise Refusal(f"{user.name} may not delete this message")
    posting.delete(discord, message, by=user)
    for interaction in world.interactions.values():
        if interaction.original_message_id == message.id and interaction.callback_type in {4, 5}:
            interaction.state = InteractionState.DELETED
