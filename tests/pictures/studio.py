"""Plays what members do and keeps pictures of what they see."""

import asyncio
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image

from sandbox.client import Channel, Guild, Interaction, Message, SandboxClient, User
from sandbox.render import theme
from sandbox.render.message import render_conversation
from sandbox.render.modal import render_modal
from tests.e2e.support import PATIENCE, Bot, eventually, is_settled, shows_images
from tests.pictures.stable import Stable

Fits = Callable[[Message], bool]
WIDTH: Final = 930  # pixels: three quarters of what the renderer draws, legible on any screen
FORM_WIDTH: Final = 600  # the same share of a form, which is narrower
LARGEST: Final = 100_000  # bytes of a picture
_COLOURS: Final = (256, 128, 64, 48, 32)
_SPARK: Final = ((235, 69, 158), (88, 72, 232))  # between these is the bot's avatar
_SIGNS: Final = (theme.BLURPLE, theme.LINK, theme.GREEN, theme.YELLOW, theme.RED, theme.WHITE, (186, 142, 96))


@dataclass(kw_only=True)
class Studio:
    """A server with the bot in it; `pictures` gathers what was kept, in bytes by name."""

    world: SandboxClient
    bot: Bot
    folder: Path
    stable: Stable
    garden: Guild
    art: Channel
    mara: User
    ben: User
    olga: User
    ada: User
    otto: User
    pictures: dict[str, int] = field(default_factory=dict)

    async def use(
        self,
        name: str,
        options: Mapping[str, object] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        fits: Fits = is_settled,
    ) -> Message:
        """Run a command; its answer once it fits."""
        who, where = user or self.mara, channel or self.art
        return await self.answer(await self.world.command(who, where, name, options), who, where, fits)

    async def imagine(self, user: User | None = None, channel: Channel | None = None, **options: object) -> Message:
        """Run /imagine; the message once it shows images."""
        return await self.use("imagine", {"size": "square", **options}, user=user, channel=channel, fits=shows_images)

    async def press(
        self, message: Message, label: str, *, user: User | None = None, fits: Fits = is_settled
    ) -> Message:
        """Press a button; the answer once it fits, or the message itself where that was changed."""
        who = user or self.mara
        press = await self.world.press(who, message, label=label)
        return await self.answer(press, who, await self._place(message), fits)

    async def report(self, user: User, message: Message, reason: str) -> None:
        """Report an image with the form under its flag."""
        form = await self.world.wait_for_interaction(
            await self.world.press(user, message, label="Report"), lambda now: now.modal is not None, PATIENCE
        )
        (part,) = (form.modal or {})["components"]
        sent = await self.world.submit_modal(user, form, {part["component"]["custom_id"]: reason})
        await self.answer(sent, user, await self._place(message), is_settled)

    async def answer(self, to: Interaction, user: User, channel: Channel, fits: Fits) -> Message:
        """What is said to a command or a press."""
        return await self.world.wait_for_message(
            channel, user, lambda seen: seen.interaction_id == to.id and fits(seen), PATIENCE
        )

    async def until(self, *statuses: str, jobs: int) -> None:
        """Wait until there are so many jobs and all of them are in one of these states."""

        async def are_there() -> bool | None:
            found = [job["status"] in statuses for job in await self.bot.jobs()]
            return (len(found) == jobs and all(found)) or None

        await eventually(are_there)

    async def _place(self, message: Message) -> Channel:
        return next(each for each in await self.world.channels() if each.id == message.channel_id)

    async def keep(self, name: str, *messages: Message, keep_times: bool = False) -> None:
        """Keep a picture of messages, as they are now, under one another; `keep_times` as in `Stable.message`.

        Raises:
            ValueError: it cannot be made small enough.
        """
        known = await self._known()
        drawable = []
        for each in messages:
            message = await self.world.message(each)
            files: dict[str, bytes] = {}
            for file in message.attachments:
                data = await self.world.download(file)
                files |= {self.stable.file(file.id): data, self.stable.url(file.url): data}
            for url in linked(message):
                files[self.stable.url(url)] = await self.world.download(url)
            drawable.append((self.stable.message(message, known, keep_times=keep_times), files))
        await self._save(name, await asyncio.to_thread(lambda: _small(render_conversation(drawable), WIDTH)))

    async def keep_form(self, name: str, user: User, message: Message, label: str) -> Interaction:
        """Press a button that shows a form, and keep a picture of it; the interaction, to send the form with."""
        press = await self.world.press(user, message, label=label)
        return await self.keep_modal(name, press)

    async def keep_modal(self, name: str, asked: Interaction) -> Interaction:
        """Keep a picture of the form that an interaction shows."""
        shown = await self.world.wait_for_interaction(asked, lambda now: now.modal is not None, PATIENCE)
        modal = self.stable.modal(shown.modal or {}, await self._known())
        await self._save(name, await asyncio.to_thread(lambda: _small(render_modal(modal), FORM_WIDTH)))
        return shown

    async def _save(self, name: str, data: bytes) -> None:
        await asyncio.to_thread((self.folder / f"{name}.png").write_bytes, data)
        self.pictures[name] = len(data)

    async def _known(self) -> Mapping[str, object]:
        """What a client knows beside the message: the names of people, roles and channels."""
        roles = [role for guild in await self.world.guilds() for role in guild.roles]
        return {
            "_known_users": [{"id": str(each.id), "username": each.name} for each in await self.world.users()],
            "_known_roles": [{"id": str(each.id), "name": each.name} for each in roles],
            "_known_channels": [{"id": str(each.id), "name": each.name} for each in await self.world.channels()],
        }


def linked(message: Message) -> list[str]:
    """The addresses of pictures of other messages that a message's embeds show."""
    own = {file.url for file in message.attachments}
    parts = [embed.get(name) or {} for embed in message.embeds for name in ("image", "thumbnail")]
    return [part["url"] for part in parts if "/cdn/" in part.get("url", "") and part["url"] not in own]


def _palette(picture: Image.Image, colours: int) -> Image.Image:
    """The picture's own colours, and those of Discord's signs, which are too small to be chosen by themselves."""
    signs = [*_SIGNS, *(theme.blend(_SPARK[0], _SPARK[1], step / 7) for step in range(8))]
    chosen = picture.quantize(max(colours - len(signs), 8), method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*chosen, *(level for sign in signs for level in sign)])
    return palette


def _small(png: bytes, width: int) -> bytes:
    """A picture for a page: smaller, with as many colours as its bytes allow."""
    with Image.open(io.BytesIO(png)) as drawn:
        height = round(drawn.height * width / drawn.width)
        picture = drawn.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    for colours in _COLOURS:
        out = io.BytesIO()
        reduced = picture.quantize(palette=_palette(picture, colours), dither=Image.Dither.NONE)
        reduced.save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise ValueError(f"it takes more than {LARGEST} bytes")
