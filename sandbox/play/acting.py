"""A member at a shell: types commands, presses, chooses and fills in forms, and reads what comes of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from sandbox.client import Channel, Interaction, Message, SandboxClient, SandboxError, User
from sandbox.play.follow import follow, is_settled
from sandbox.play.transcript import Transcript
from sandbox.play.typed import find, parse, read_command, resolve

LONGEST: Final = 600.0  # seconds


class Actor:
    """Acts as one member in one channel; `form` is what they fill into a form that opens, by the ids of its fields."""

    def __init__(
        self,
        world: SandboxClient,
        transcript: Transcript,
        user: User,
        channel: Channel,
        form: Mapping[str, str] | None = None,
    ) -> None:
        self._world, self._transcript = world, transcript
        self._user, self._channel, self._form = user, channel, form

    async def act(self, text: str) -> Message | None:
        """Do what a text says: `/command ...`, `a select = this, that`, or the label of a button.

        Raises:
            SandboxError: nothing of that name is there, or Discord would not let this member.
            TimeoutError: nothing came of it within `LONGEST`.
        """
        async with asyncio.timeout(LONGEST):
            if text.startswith("/"):
                return await self._command(text.removeprefix("/"))
            name, chosen, values = text.partition(" = ")
            if chosen:
                return await self._choose(name, [each.strip() for each in values.split(",") if each.strip()])
            pressed = await self._newest(lambda message: any(_is(button, text) for button in message.buttons), text)
            return await self._outcome(await self._world.press(self._user, pressed, label=text), pressed)

    async def _command(self, text: str) -> Message | None:
        world, channel = self._world, self._channel
        name, rest, kinds = read_command(text, await world.commands())
        options = await resolve(world, channel, parse(rest, kinds), kinds)
        return await self._outcome(await world.command(self._user, channel, name, options), None)

    async def _choose(self, name: str, values: list[str]) -> Message | None:
        """Choose in the newest select of that placeholder or id."""
        found = await self._newest(
            lambda message: any(name in {each.placeholder, each.custom_id} for each in message.selects), name
        )
        select = next(each for each in found.selects if name in {each.placeholder, each.custom_id})
        kind = {5: 6, 6: 8, 7: 9, 8: 7}.get(select.kind, 3)  # the option type that takes the same
        ids = [str(await find(self._world, self._channel, value, kind)) for value in values]
        return await self._outcome(await self._world.select(self._user, found, select.custom_id, ids), found)

    async def _newest(self, fits: Callable[[Message], bool], name: str) -> Message:
        for message in reversed(await self._world.messages(self._channel, self._user)):
            if fits(message):
                return message
        raise SandboxError(f"no message in #{self._channel.name} has a {name!r} that can be used")

    async def _outcome(self, interaction: Interaction, source: Message | None) -> Message | None:
        """What it brings: a new message, a change of the one it stands on, or a form, which is filled in and sent."""
        world, transcript = self._world, self._transcript
        done = await world.wait_for_interaction(interaction, timeout_s=LONGEST)
        if done.modal is not None:
            transcript.modal(done)
            if self._form is None:
                return None
            return await self._outcome(await world.submit_modal(self._user, done, self._form), source)
        if source is None:
            user, channel = self._user, self._channel
            return await follow(world, transcript, done, user=user, channel=channel, done=is_settled, seconds=LONGEST)
        return await self._changed(interaction, source)

    async def _changed(self, interaction: Interaction, source: Message) -> Message | None:
        while True:
            after = await self._world.cursor()
            seen = {message.id: message for message in await self._world.messages(self._channel, self._user)}
            answers = [message for message in seen.values() if message.interaction_id == interaction.id]
            for message in answers:
                self._transcript.message(message)
                if is_settled(message):
                    return message
            if source.id not in seen:
                self._transcript.line("(Discord)", "the message is gone")
                return None
            if not answers and seen[source.id].edits > source.edits:
                self._transcript.message(seen[source.id])
                return seen[source.id]
            await self._world.events(after, timeout_s=5.0)


def _is(button: object, label: str) -> bool:
    return getattr(button, "label", None) == label and not getattr(button, "disabled", False)
