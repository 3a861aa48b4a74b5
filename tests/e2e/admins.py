"""What the tests of admins share: commands in one channel, and what they are answered with."""

from dataclasses import dataclass
from typing import Any

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.presses import Hands
from tests.e2e.support import description


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Commands typed in one channel."""

    world: SandboxClient
    channel: Channel

    async def __call__(self, user: User, command: str, /, **options: Any) -> Message:
        """The answer."""
        sent = await self.world.command(user, self.channel, command, options)
        return await Hands(self.world, self.channel).answer(sent, user)

    async def says(self, user: User, command: str, /, **options: Any) -> str:
        """What the answer says, to whoever typed it alone."""
        answer = await self(user, command, **options)
        assert answer.ephemeral
        return description(answer)
