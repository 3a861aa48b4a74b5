"""The main job, played by members of a server: what `make demo` shows. Speaks to the sandbox alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from sandbox.play.follow import Fits, follow, is_answered, shows_pictures
from sandbox.play.transcript import Transcript

LONGEST_SCENE: Final = 30.0  # seconds
OVER_QUOTA: Final = "quota"
Options = Mapping[str, str | int | float | bool]


class Tour:
    """Plays scenes, prints them, and keeps the pictures of what was said in `folder`."""

    def __init__(self, world: SandboxClient, transcript: Transcript, folder: Path) -> None:
        self._world = world
        self._transcript = transcript
        self._folder = folder
        self._pictures = 0

    async def play(self, restart_with_webhooks: Callable[[], Awaitable[None]]) -> None:
        """Everything, in about half a minute. `restart_with_webhooks` stops the bot and starts it with a public URL.

        Raises:
            TimeoutError: the bot did not answer as it should.
        """
        world, say = self._world, self._transcript
        art = await world.channel("art")
        mara, ben = await world.user("Mara"), await world.user("Ben")
        await world.set_eachlabs(duration_s=4.0, webhooks=False)
        await world.set_aimlapi(duration_s=3.0)

        say.heading("1. Mara asks how it works")
        await self._scene(mara, art, "help", {}, "help", is_answered)

        say.heading("2. each::labs, found by polling: no webhook ever comes")
        first = await self._scene(
            mara,
            art,
            "imagine",
            {"prompt": "a lighthouse in a storm, oil painting", "model": "flux-lora", "count": 2, "seed": 20261},
            "polling",
            shows_pictures,
        )

        say.heading("3. AI/ML API, synchronous: the answer is the result")
        await self._scene(
            ben,
            art,
            "imagine",
            {
                "prompt": "a paper fox under paper stars",
                "model": "flux-2-lora",
                "width": 1472,
                "height": 512,
                "lora": "paper-craft/flux-paper",
                "lora_scale": 0.9,
                "steps": 24,
                "guidance": 4.5,
            },
            "synchronous",
            shows_pictures,
        )

        say.heading("4. The bot is stopped and started again, now with webhooks")
        await restart_with_webhooks()
        await world.set_eachlabs(webhooks=True)
        say.line("(restart)", "online again; Mara presses Again under her picture from before the restart")
        await self._press(mara, art, first, "Again", "webhook-again")

        say.heading("5. each::labs, by webhook, only for Ben's eyes")
        await self._scene(
            ben,
            art,
            "imagine",
            {
                "prompt": "a quiet harbour at dawn, watercolour",
                "model": "flux-lora",
                "private": True,
                "size": "square_hd",
            },
            "webhook-private",
            shows_pictures,
        )

        say.heading("6. A bad command: everything that is wrong, at once, and nothing is spent")
        await self._scene(
            mara,
            art,
            "imagine",
            {"prompt": "a castle", "model": "flux-lora", "width": 1000, "speed": "high", "lora": "http://10.0.0.7/x"},
            "bad-command",
            is_answered,
        )

        say.heading("7. Over the quota")
        await self._scene(
            mara, art, "imagine", {"prompt": "four more castles", "count": 4}, "over-quota", _mentions_quota
        )
        await self._scene(mara, art, "quota", {}, "quota", is_answered)

    async def _scene(
        self, user: User, channel: Channel, command: str, options: Options, name: str, done: Fits
    ) -> Message:
        typed = "  ".join(f"{key}: {value}" for key, value in options.items())
        self._transcript.line(user.name, f"/{command}  {typed}".rstrip())
        interaction = await self._world.command(user, channel, command, options)
        return await self._follow(interaction, user, channel, name, done)

    async def _press(self, user: User, channel: Channel, message: Message, label: str, name: str) -> Message:
        self._transcript.line(user.name, f"presses ({label})")
        interaction = await self._world.press(user, message, label=label)
        return await self._follow(interaction, user, channel, name, shows_pictures)

    async def _follow(self, interaction: Interaction, user: User, channel: Channel, name: str, done: Fits) -> Message:
        message = await follow(
            self._world,
            self._transcript,
            interaction,
            user=user,
            channel=channel,
            done=done,
            seconds=LONGEST_SCENE,
        )
        await self._keep(message, name)
        return message

    async def _keep(self, message: Message, name: str) -> None:
        self._pictures += 1
        png = await self._world.picture(message)
        path = self._folder / f"{self._pictures}-{name}.png"
        await asyncio.to_thread(path.write_bytes, png)
        for file in message.attachments:
            data = await self._world.download(file)
            await asyncio.to_thread((self._folder / "images" / file.filename).write_bytes, data)
        self._transcript.line("(saved)", f"{path}" + (", the images beside it" if message.attachments else ""))


def _mentions_quota(message: Message) -> bool:
    return any(OVER_QUOTA in embed.get("title", "").lower() for embed in message.embeds)
