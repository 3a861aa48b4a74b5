"""A server that has just invited the bot, and an admin who has read nothing but what the bot says."""

import re
import time

from sandbox.client import Channel, Message, SandboxClient, User
from sandbox.play.typed import parse, read_command
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, shows_images, title, whole

TWO_MINUTES = 120.0


class Newcomer:
    """Types only commands that somebody has told them, and counts them."""

    def __init__(self, world: SandboxClient, user: User, channel: Channel) -> None:
        self._world, self._user, self._channel = world, user, channel
        self.steps = 0

    async def types(self, told: str) -> Message:
        """What the bot answers to a command, typed as it was told."""
        self.steps += 1
        name, rest, kinds = read_command(told.removeprefix("/"), await self._world.commands())
        sent = await self._world.command(self._user, self._channel, name, parse(rest, kinds))
        return await self._world.wait_for_message(
            self._channel,
            self._user,
            lambda seen: (
                seen.interaction_id == sent.id and (shows_images(seen) or title(seen) in {"Ready", "Almost ready"})
            ),
            PATIENCE,
        )


def commands_in(text: str) -> list[str]:
    """What is printed as something to type."""
    return re.findall(r"`(/[^`]+)`", text)


async def test_from_invite_to_first_image_takes_two_commands_that_the_bot_itself_tells(
    bot: Bot, world: SandboxClient
) -> None:
    nora = await world.add_user("Nora")
    owls = await world.add_guild("Night Owls", nora, with_bot=False)
    hall = await world.add_channel(owls, "hall")
    await world.set_system_channel(owls, hall)
    await bot.start()

    async def knows_its_servers() -> bool | None:
        return any(entry["event"] == "ready" for entry in bot.log) or None

    await eventually(knows_its_servers)
    began = time.monotonic()
    await world.join(owls, await world.bot())
    greeting = await world.wait_for_message(hall, nora, lambda seen: bool(seen.embeds), PATIENCE)
    newcomer = Newcomer(world, nora, hall)
    (panel_command,) = [each for each in commands_in(description(greeting)) if each.startswith("/admin")]
    panel = await newcomer.types(panel_command)
    assert title(panel) == "Ready"
    (first,) = commands_in(fields(panel)["Try it"])
    assert shows_images(await newcomer.types(first))
    assert newcomer.steps == 2
    assert time.monotonic() - began < TWO_MINUTES


async def test_help_leads_admins_to_their_commands_and_nobody_else(
    bot: Bot, world: SandboxClient, art: Channel, ada: User, mara: User
) -> None:
    await bot.start()

    async def read(user: User) -> str:
        sent = await world.command(user, art, "help")
        return whole(await world.wait_for_message(art, user, lambda seen: seen.interaction_id == sent.id, PATIENCE))

    assert "/admin setup" in await read(ada)
    assert "/admin" not in await read(mara)
