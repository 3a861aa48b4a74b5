"""`python -m sandbox.talk URL NAME "/imagine prompt: a fox"`: be a member of a running sandbox, from a shell.

Without a slash the text is the label of a button: it is pressed on the newest message that has it.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiohttp

from sandbox.client import Channel, Interaction, SandboxClient, SandboxError, User
from sandbox.play.follow import follow, is_settled
from sandbox.play.transcript import Transcript

_OPTION: Final = re.compile(r"(?:^|\s)([a-z0-9_]+):\s*")
_LONGEST: Final = 600.0  # seconds


def parse(text: str) -> tuple[str, dict[str, str | int | float | bool]]:
    """`/imagine prompt: a fox count: 2` as the command's name and its options, typed as they look."""
    name, _, rest = text.removeprefix("/").partition(" ")
    parts = _OPTION.split(rest.strip())[1:]
    return name, {option: _typed(value.strip()) for option, value in zip(parts[::2], parts[1::2], strict=True)}


def _typed(value: str) -> str | int | float | bool:
    if value in {"True", "False"}:
        return value == "True"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


async def _act(world: SandboxClient, user: User, channel: Channel, text: str) -> Interaction:
    if text.startswith("/"):
        return await world.command(user, channel, *parse(text))
    for message in reversed(await world.messages(channel, user)):
        if any(button.label == text for button in message.buttons):
            return await world.press(user, message, label=text)
    raise SandboxError(f"no message in #{channel.name} has a button {text!r}")


async def _talk(options: argparse.Namespace) -> None:
    async with SandboxClient(options.url) as world:
        user, channel = await world.user(options.name), await world.channel(options.channel)
        transcript = Transcript()
        transcript.line(user.name, options.text)
        interaction = await _act(world, user, channel, options.text)
        message = await follow(
            world, transcript, interaction, user=user, channel=channel, done=is_settled, seconds=_LONGEST
        )
        if options.picture is not None:
            await asyncio.to_thread(options.picture.write_bytes, await world.picture(message))
            transcript.line("(saved)", str(options.picture))


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
    except (aiohttp.ClientError, OSError) as error:
        sys.stderr.write(f"no sandbox answers at {options.url}: {error}\n")
        return 1
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
