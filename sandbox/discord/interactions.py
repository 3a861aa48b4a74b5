"""The life of an interaction: sent to the bot, acknowledged in time or not, its token alive or not."""

import secrets

from sandbox.discord.context import Discord
from sandbox.discord.errors import invalid_webhook_token, unknown_webhook
from sandbox.discord.installs import Owners
from sandbox.discord.message_objects import interaction_json
from sandbox.discord.model import (
    Channel,
    Interaction,
    InteractionKind,
    InteractionState,
    Json,
    Message,
    User,
)

NO_ANSWER = "The application did not respond"


def send(
    discord: Discord,
    kind: InteractionKind,
    user: User,
    channel: Channel,
    data: Json,
    *,
    owners: Owners,
    source: Message | None = None,
    triggered_by: Interaction | None = None,
) -> Interaction:
    """Dispatch a new interaction to the bot and watch its deadlines."""
    world, now = discord.world, discord.world.clock.now_ms()
    interaction = Interaction(
        id=world.new_id(),
        token=secrets.token_urlsafe(96),
        kind=kind,
        user_id=user.id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        data=data,
        created_ms=now,
        acknowledge_by_ms=now + round(world.settings.ack_seconds * 1000),
        expires_ms=now + round(world.settings.token_lifetime_seconds * 1000),
        attachment_size_limit=world.settings.attachment_size_limit,
        owners=owners,
        source_message_id=source.id if source else None,
        triggered_by=triggered_by.id if triggered_by else None,
    )
    world.interactions[interaction.id] = interaction
    world.interactions_by_token[interaction.token] = interaction
    payload = interaction_json(world, interaction)
    world.events.emit("interaction_sent", interaction_id=str(interaction.id), type=int(kind), user_id=str(user.id))
    discord.sessions.dispatch("INTERACTION_CREATE", payload, guild_id=channel.guild_id)
    discord.tasks.spawn(_watch(discord, interaction))
    return interaction


async def _watch(discord: Discord, interaction: Interaction) -> None:
    """Mark the interaction failed when it is not acknowledged, or stays "thinking" until its token dies."""
    await discord.world.clock.sleep_until(interaction.acknowledge_by_ms)
    expire_unacknowledged(discord, interaction)
    if interaction.state is InteractionState.FAILED:
        return
    await discord.world.clock.sleep_until(interaction.expires_ms)
    original = discord.world.messages.get(interaction.original_message_id or 0)
    if original is not None and original.loading and not original.deleted:
        _fail(discord, interaction)


def expire_unacknowledged(discord: Discord, interaction: Interaction) -> None:
    """Fail an interaction whose time to be acknowledged is over.

    Called by the watch and by whoever looks at it, so that it does not matter which task runs first.
    """
    overdue = discord.world.clock.now_ms() >= interaction.acknowledge_by_ms
    if overdue and interaction.state is InteractionState.PENDING:
        _fail(discord, interaction)


def _fail(discord: Discord, interaction: Interaction) -> None:
    interaction.state = InteractionState.FAILED
    interaction.failure = NO_ANSWER
    discord.world.events.emit("interaction_failed", interaction_id=str(interaction.id), reason=NO_ANSWER)


def acknowledge(discord: Discord, interaction: Interaction, *, callback_type: int, state: InteractionState) -> None:
    """Note the first answer."""
    interaction.callback_type, interaction.state = callback_type, state
    interaction.acknowledged_ms = discord.world.clock.now_ms()
    discord.world.events.emit(
        "interaction_acknowledged",
        interaction_id=str(interaction.id),
        callback_type=callback_type,
        ephemeral=interaction.ephemeral,
        after_ms=interaction.acknowledged_ms - interaction.created_ms,
    )


def by_webhook(discord: Discord, application_id: int, token: str) -> Interaction:
    """Return the interaction that a webhook route's token belongs to.

    Raises:
        ApiError: 50027 for a token that is unknown or too old, 10015 for one not acknowledged.
    """
    world = discord.world
    if application_id != world.application_id:
        raise unknown_webhook()
    interaction = world.interactions_by_token.get(token)
    if interaction is None or world.clock.now_ms() >= interaction.expires_ms:
        raise invalid_webhook_token()
    if interaction.acknowledged_ms is None:
        raise unknown_webhook()
    return interaction
