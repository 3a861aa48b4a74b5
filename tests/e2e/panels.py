"""An admin before `/admin setup`, for tests."""

from collections.abc import Mapping
from typing import Any, Self

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.support import PATIENCE, fields, title


class Panel:
    """A panel, and the hands of whoever has it before them."""

    def __init__(self, world: SandboxClient, channel: Channel, user: User, message: Message) -> None:
        self._world, self._channel, self._user = world, channel, user
        self.message = message

    @classmethod
    async def opened(cls, world: SandboxClient, channel: Channel, user: User) -> Self:
        """What `/admin setup` answers."""
        sent = await world.command(user, channel, "admin setup")
        shown = await world.wait_for_message(channel, user, lambda seen: seen.interaction_id == sent.id, PATIENCE)
        assert shown.ephemeral
        return cls(world, channel, user, shown)

    def id_of(self, what: str) -> str:
        """The id of a select or a button on the page that is shown."""
        [custom_id] = [
            each["custom_id"]
            for row in self.message.components
            for each in row["components"]
            if each["custom_id"].endswith(f":{what}")
        ]
        return str(custom_id)

    def component(self, what: str) -> Mapping[str, Any]:
        """The same, whole."""
        custom_id = self.id_of(what)
        return next(
            each for row in self.message.components for each in row["components"] if each["custom_id"] == custom_id
        )

    async def page(self, name: str) -> None:
        """Go to another page."""
        await self.choose("page", name)

    async def choose(self, what: str, *values: str | int) -> None:
        """Choose in a select; returns when the panel shows it."""
        await self._changed(await self._world.select(self._user, self.message, self.id_of(what), values))

    async def press(self, what: str) -> None:
        """Press a button; returns when the panel shows what came of it."""
        await self._changed(await self._world.press(self._user, self.message, self.id_of(what)))

    async def submit(self, what: str, **typed: str) -> Interaction:
        """Fill in the form that a button opens."""
        opened = await self._world.press(self._user, self.message, self.id_of(what))
        shown = await self._world.wait_for_interaction(opened, lambda now: now.modal is not None, PATIENCE)
        return await self._world.submit_modal(self._user, shown, typed)

    async def fill_in(self, what: str, **typed: str) -> None:
        """The same with what is taken; returns when the panel shows it."""
        await self._changed(await self.submit(what, **typed))

    async def _changed(self, sent: Interaction) -> None:
        edits = self.message.edits
        self.message = await self._world.wait_for_message(
            self._channel, self._user, lambda seen: seen.id == self.message.id and seen.edits > edits, PATIENCE
        )
        await self._world.wait_for_interaction(sent, timeout_s=PATIENCE)

    @property
    def title(self) -> str:
        """Of the page that is shown."""
        return title(self.message)

    @property
    def text(self) -> str:
        """What the page says beside its fields."""
        return str(self.message.embeds[0].get("description", ""))

    @property
    def fields(self) -> dict[str, str]:
        """What the page shows."""
        return fields(self.message)
