"""Short ways to press what is under a result, and to fill in what comes of it."""

from collections.abc import Mapping
from typing import Any

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.support import PATIENCE, is_settled


class Hands:
    """Presses and types as members do, in one channel."""

    def __init__(self, world: SandboxClient, channel: Channel) -> None:
        self.world = world
        self.channel = channel

    async def press(self, user: User, message: Message, label: str) -> Message:
        """What a press is answered with, once it is no progress any more."""
        return await self.answer(await self.world.press(user, message, label=label), user)

    async def answer(self, interaction: Interaction, user: User) -> Message:
        """What an interaction is answered with: the last thing that its user sees of it."""
        return await self.world.wait_for_message(
            self.channel, user, lambda seen: seen.interaction_id == interaction.id and is_settled(seen), PATIENCE
        )

    async def open_form(self, user: User, message: Message, label: str) -> Interaction:
        """Press a button that shows a form, and wait until it is shown."""
        return await self.shown(await self.world.press(user, message, label=label))

    async def shown(self, interaction: Interaction) -> Interaction:
        """The interaction once it has shown its form."""
        return await self.world.wait_for_interaction(interaction, lambda now: now.modal is not None, PATIENCE)

    async def send_form(self, user: User, form: Interaction, texts: Mapping[str, str]) -> Message:
        """Fill it in and send it; fields left out keep what they show. Returns the answer."""
        return await self.answer(await self.world.submit_modal(user, form, texts), user)


def texts_of(form: Interaction) -> dict[str, str]:
    """What a form shows, by the ids of its inputs."""
    assert form.modal is not None
    inputs: list[dict[str, Any]] = [part["component"] for part in form.modal["components"]]
    return {each["custom_id"]: each.get("value") or "" for each in inputs}
