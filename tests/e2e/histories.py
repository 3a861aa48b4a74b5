"""What the tests of `/history` share: how it is asked for and read, and much history at once."""

from typing import Any

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.support import PATIENCE, Bot, description, eventually, title


async def answer(world: SandboxClient, channel: Channel, user: User, sent: Interaction, text: str = "") -> Message:
    """What a user sees as the answer to what they did, once it says this."""
    return await world.wait_for_message(
        channel,
        user,
        lambda seen: seen.interaction_id == sent.id and not seen.loading and text in title(seen) + description(seen),
        PATIENCE,
    )


async def history(world: SandboxClient, channel: Channel, user: User, **options: Any) -> Message:
    """What `/history` shows."""
    return await answer(world, channel, user, await world.command(user, channel, "history", options))


async def turned(world: SandboxClient, user: User, shown: Message, label: str) -> Message:
    """The same message once it has been turned over."""
    edits = (await world.message(shown)).edits
    pressed = await world.press(user, await world.message(shown), label=label)
    await world.wait_for_interaction(pressed)
    channel = next(each for each in await world.channels() if each.id == shown.channel_id)
    return await world.wait_for_message(
        channel, user, lambda seen: seen.id == shown.id and seen.edits > edits, PATIENCE
    )


async def opened(world: SandboxClient, channel: Channel, user: User, shown: Message, number: int = 1) -> Message:
    """A result of a history, opened."""
    return await answer(world, channel, user, await world.press(user, shown, label=f"Open {number}"))


def entries(message: Message) -> list[tuple[str, str]]:
    """What a history says of each result: the first line, and the second one, which is its prompt."""
    lines = [str(embed["description"]).split("\n") for embed in message.embeds[1:]]
    return [(line[0], line[1] if len(line) > 1 else "") for line in lines]


def prompts(message: Message) -> list[str]:
    """The prompts of a history's results."""
    return [glimpse.removeprefix("-# ") for _, glimpse in entries(message)]


def pictures(message: Message) -> list[str | None]:
    """The link to the picture of each result."""
    return [embed.get("thumbnail", {}).get("url") for embed in message.embeds[1:]]


def labels(message: Message) -> list[str | None]:
    """What its buttons say."""
    return [button.label for button in message.buttons]


async def all_delivered(bot: Bot) -> None:
    """Until the database knows what everybody sees already."""

    async def look() -> bool | None:
        return all(job["status"] == "delivered" for job in await bot.jobs()) or None

    await eventually(look)


async def repeat(bot: Bot, times: int) -> None:
    """Let the only job have happened so many times before: `fox 1` is the oldest of them."""
    [job] = await bot.jobs()
    changed = {
        "id": "printf('0%019d', i)",
        "interaction_id": "i",
        "request": "replace(request, 'a fox', 'fox ' || i)",
        "prediction_id": "NULL",
        "created_at": "created_at - 1000000 + i",
    }
    names = ", ".join(job)
    values = ", ".join(changed.get(name, name) for name in job)
    await bot.sql(
        f"WITH RECURSIVE counter(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < {times}) "  # noqa: S608
        f"INSERT INTO jobs ({names}) SELECT {values} FROM jobs CROSS JOIN counter"
    )
