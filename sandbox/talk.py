"""`python -m sandbox.talk URL NAME "/imagine prompt: a fox"`: be a member of a running sandbox, from a shell.

Without a slash the text is the label of a button: it is pressed on the newest message that has it.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aiohttp

from sandbox.client import Channel, Message, SandboxClient, SandboxError, User
from sandbox.play.follow import follow, is_settled
from sandbox.play.transcript import Transcript

_LONGEST: Final = 600.0  # seconds


def parse(text: str, kinds: Mapping[str, int]) -> dict[str, str | int | float | bool]:
    """The options of `/imagine prompt: a fox count: 2`; `kinds` are the command's options with Discord's type numbers.

    Raises:
        SandboxError: a value is not of its option's type.
    """
    names = "|".join(re.escape(name) for name in sorted(kinds, key=len, reverse=True))
    parts = re.split(rf"(?:^|\s)({names}):\s*", text.strip()) if kinds else [text]
    if parts[0].strip():
        raise SandboxError(f"{parts[0].strip()!r} belongs to no option; write NAME: VALUE, with {', '.join(kinds)}")
    return {
        name: _typed(name, value.strip(), kinds[name]) for name, value in zip(parts[1::2], parts[2::2], strict=True)
    }


def _typed(name: str, value: str, kind: int) -> str | int | float | bool:
    try:
        match kind:
            case 4:
                return int(value)
            case 5:
                return {"true": True, "false": False}[value.lower()]
            case 10:
                return float(value)
            case _:
                return value
    except (ValueError, KeyError):
        raise SandboxError(f"{name}: {value!r} is not of this option's type") from None


async def _talk(options: argparse.Namespace) -> None:
    async with SandboxClient(options.url) as world:
        user, channel = await world.user(options.name), await world.channel(options.channel)
        transcript = Transcript()
        transcript.line(user.name, options.text)
        if options.text.startswith("/"):
            message = await _command(world, user, channel, options.text, transcript)
        else:
            message = await _press(world, user, channel, options.text, transcript)
        if options.picture is not None and message is not None:
            await asyncio.to_thread(options.picture.write_bytes, await world.picture(message))
            transcript.line("(saved)", str(options.picture))


async def _command(
    world: SandboxClient, user: User, channel: Channel, text: str, transcript: Transcript
) -> Message | None:
    name, _, rest = text.removeprefix("/").partition(" ")
    known = {str(command["name"]): command for command in await world.commands()}
    if name not in known:
        raise SandboxError(f"there is no /{name}; there are {', '.join(f'/{other}' for other in sorted(known))}")
    kinds = {str(option["name"]): int(option["type"]) for option in known[name].get("options", [])}
    interaction = await world.command(user, channel, name, parse(rest, kinds))
    return await follow(world, transcript, interaction, user=user, channel=channel, done=is_settled, seconds=_LONGEST)


async def _press(
    world: SandboxClient, user: User, channel: Channel, label: str, transcript: Transcript
) -> Message | None:
    """Press the newest button of that label; what follows is a new message, or a change of the one it stands on."""
    pressed = await _with_button(world, user, channel, label)
    interaction = await world.press(user, pressed, label=label)
    async with asyncio.timeout(_LONGEST):
        while True:
            after = await world.cursor()
            seen = {message.id: message for message in await world.messages(channel, user)}
            answers = [message for message in seen.values() if message.interaction_id == interaction.id]
            for message in answers:
                transcript.message(message)
                if is_settled(message):
                    return message
            if pressed.id not in seen:
                transcript.line("(Discord)", "the message is gone")
                return None
            if not answers and seen[pressed.id].edits > pressed.edits:
                transcript.message(seen[pressed.id])
                return seen[pressed.id]
            await world.events(after, timeout_s=5.0)


async def _with_button(world: SandboxClient, user: User, channel: Channel, label: str) -> Message:
    for message in reversed(await world.messages(channel, user)):
        if any(button.label == label and not button.disabled for button in message.buttons):
            return message
    raise SandboxError(f"no message in #{channel.name} has a button {label!r} that can be pressed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one thing and print what comes of it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.talk", description=__doc__)
    parser.add_argument("url", help="the sandbox's address")
    parser.add_argument("name", help="who acts: Mara, Ben, Olga (a moderator) or Ada (an administrator)")
    parser.add_argument("text", help="a command, or the label of a button")
    parser.add_argument("--channel", default="art", help="where (default: %(default)s)")
    parser.add_argument("--picture", type=Path, help="save the answer here, as Discord would show it (PNG)")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_talk(options))
    except TimeoutError:
        sys.stderr.write(f"nothing came within {_LONGEST:.0f} s\n")
        return 1
    except (aiohttp.ClientError, OSError) as error:
        sys.stderr.write(f"no sandbox answers at {options.url}: {error}\n")
        return 1
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
