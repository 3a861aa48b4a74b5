"""What scenes are played with: members act, what they see is printed, and pictures of it are kept."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from sandbox.play.follow import Fits, follow
from sandbox.play.transcript import Transcript

LONGEST_SCENE: Final = 30.0  # seconds
Options = Mapping[str, str | int | float | bool]


class Stage:
    """Keeps the pictures in `folder`, numbered as they come, and the images that messages show in `folder`/images."""

    def __init__(self, world: SandboxClient, transcript: Transcript, folder: Path) -> None:
        self.world = world
        self.transcript = transcript
        self._folder = folder
        self._pictures = 0

    async def command(
        self, user: User, channel: Channel, command: str, options: Options, name: str, done: Fits
    ) -> Message:
        """Type a command; the message that answers it, once it fits."""
        typed = "  ".join(f"{key}: {value}" for key, value in options.items())
        self.transcript.line(user.name, f"/{command}  {typed}".rstrip())
        interaction = await self.world.command(user, channel, command, options)
        return await self._follow(interaction, user, channel, name, done)

    async def press(self, user: User, channel: Channel, message: Message, label: str, name: str, done: Fits) -> Message:
        """Press a button; the message that answers it, once it fits."""
        self.transcript.line(user.name, f"presses ({label})")
        interaction = await self.world.press(user, message, label=label)
        return await self._follow(interaction, user, channel, name, done)

    async def choose(self, user: User, message: Message, select: str, *values: str | int) -> Message:
        """Choose in the select whose id ends so; the message once that has changed it."""
        found = next(each for each in message.selects if each.custom_id.endswith(select))
        self.transcript.line(user.name, f"chooses {await self._names(values)} ({found.placeholder or 'page'})")
        await self.world.select(user, message, found.custom_id, values)
        seen = message
        async with asyncio.timeout(LONGEST_SCENE):
            while seen.edits == message.edits:
                after = await self.world.cursor()
                seen = await self.world.message(message)
                if seen.edits == message.edits:
                    await self.world.events(after, timeout_s=5.0)
        return seen

    async def fill_in(self, user: User, channel: Channel, message: Message, label: str, text: str, done: Fits) -> None:
        """Press a button that shows a form of one text, send it with this text, and read the answer."""
        self.transcript.line(user.name, f"presses ({label}) and writes: {text}")
        pressed = await self.world.press(user, message, label=label)
        form = await self.world.wait_for_interaction(pressed, lambda now: now.modal is not None, LONGEST_SCENE)
        (part,) = (form.modal or {})["components"]
        sent = await self.world.submit_modal(user, form, {part["component"]["custom_id"]: text})
        await self._follow(sent, user, channel, None, done)

    async def see(self, user: User, channel: Channel, name: str, done: Fits) -> Message:
        """Read what is posted in a channel; the first message there that fits."""
        message = await self.world.wait_for_message(channel, user, done, LONGEST_SCENE)
        self.transcript.message(message)
        await self.keep(message, name)
        return message

    async def keep(self, message: Message, name: str) -> None:
        """Save a picture of a message, and the images that it shows."""
        self._pictures += 1
        path = self._folder / f"{self._pictures}-{name}.png"
        await asyncio.to_thread(path.write_bytes, await self.world.picture(message))
        images = [file for file in message.attachments if file.width]
        for file in images:
            data = await self.world.download(file)
            await asyncio.to_thread((self._folder / "images" / file.filename).write_bytes, data)
        self.transcript.line("(saved)", f"{path}" + (", the images beside it" if images else ""))

    async def _follow(
        self, interaction: Interaction, user: User, channel: Channel, name: str | None, done: Fits
    ) -> Message:
        message = await follow(
            self.world,
            self.transcript,
            interaction,
            user=user,
            channel=channel,
            done=done,
            seconds=LONGEST_SCENE,
        )
        if name is not None:
            await self.keep(message, name)
        return message

    async def _names(self, values: Sequence[str | int]) -> str:
        channels = {each.id: f"#{each.name}" for each in await self.world.channels()}
        return ", ".join(channels.get(value, str(value)) if isinstance(value, int) else value for value in values)
