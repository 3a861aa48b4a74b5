"""What the tests of libraries share: one server's members at `/lora`, and what the image APIs were asked for."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.presses import Hands

GRAIN = "https://example.com/grain.safetensors"


def upload(data: bytes, filename: str) -> dict[str, str]:
    """A file as a command's option."""
    return {"filename": filename, "content_base64": base64.b64encode(data).decode()}


def picture(colour: str = "teal", *, side: int = 600) -> dict[str, str]:
    """A PNG as a command's option."""
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), colour).save(out, "PNG")
    return upload(out.getvalue(), "example.png")


@dataclass(frozen=True, kw_only=True)
class Lora:
    """`/lora` in one channel."""

    world: SandboxClient
    channel: Channel

    async def __call__(self, user: User, command: str, /, **options: Any) -> Message:
        """Run a subcommand; what it is answered with."""
        sent = await self.world.command(user, self.channel, f"lora {command}", options)
        return await Hands(self.world, self.channel).answer(sent, user)

    async def offered(self, user: User, typed: str = "", /, **options: Any) -> dict[str, str]:
        """What `/imagine lora:` offers: shown name and value."""
        chosen = {"prompt": "x", "lora": typed, **options}
        choices = await self.world.autocomplete(user, self.channel, "imagine", chosen, "lora")
        return {choice.name: str(choice.value) for choice in choices}

    async def suggested(self, user: User, command: str, typed: str = "") -> list[str]:
        """What a subcommand's `name` offers."""
        choices = await self.world.autocomplete(user, self.channel, f"lora {command}", {"name": typed}, "name")
        return [str(choice.value) for choice in choices]


async def creates(world: SandboxClient, api: str = "eachlabs") -> list[Mapping[str, Any]]:
    """What an API was asked to draw, oldest first."""
    sent = [request["body"] for request in await world.image_requests(api) if request["method"] == "POST"]
    return [body.get("input", body) for body in sent]
