"""Follows what becomes of an interaction, message by message, as the member who caused it sees it."""

import asyncio
from collections.abc import Callable

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from sandbox.play.transcript import Transcript

Fits = Callable[[Message], bool]


async def follow(
    world: SandboxClient,
    transcript: Transcript,
    interaction: Interaction,
    *,
    user: User,
    channel: Channel,
    done: Fits,
    seconds: float,
) -> Message:
    """Print every change until a message of the interaction fits, and return that message.

    Raises:
        TimeoutError: none did within so many seconds.
    """
    acknowledged = False
    async with asyncio.timeout(seconds):
        while True:
            after = await world.cursor()
            if not acknowledged:
                now = await world.interaction(interaction)
                if now.failure is not None:
                    transcript.line("(Discord)", now.failure)
                if now.acknowledged_after_ms is not None:
                    transcript.line("(Discord)", f"acknowledged after {now.acknowledged_after_ms} ms")
                    acknowledged = True
            for message in await world.messages(channel, user):
                if message.interaction_id == interaction.id:
                    transcript.message(message)
                    if done(message):
                        return message
            await world.events(after, timeout_s=5.0)


def shows_pictures(message: Message) -> bool:
    """Whether a result is there."""
    return any(file.width for file in message.attachments)


def is_answered(message: Message) -> bool:
    """Whether the bot has said something."""
    return bool(message.embeds) and not message.loading


def is_settled(message: Message) -> bool:
    """Whether nothing more is to come: it is answered, and there is nothing to cancel."""
    return is_answered(message) and all(button.label != "Cancel" for button in message.buttons)
