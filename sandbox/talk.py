"""`python -m sandbox.talk URL NAME "/imagine prompt: a fox"`: be a member of a running sandbox, from a shell.

`"a label"` presses the newest button of that label, `"a select = this, that"` chooses in the newest select with that
placeholder; `--fill FIELD=VALUE` fills in the form that opens. People, roles and channels are called by their names.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from sandbox.client import SandboxClient, SandboxError
from sandbox.play.acting import LONGEST, Actor
from sandbox.play.transcript import Transcript


async def _talk(options: argparse.Namespace) -> None:
    async with SandboxClient(options.url) as world:
        user, channel = await world.user(options.name), await world.channel(options.channel)
        transcript = Transcript()
        transcript.line(user.name, options.text)
        message = await Actor(world, transcript, user, channel, _form(options.fill)).act(options.text)
        if options.picture is not None and message is not None:
            await asyncio.to_thread(options.picture.write_bytes, await world.picture(message))
            transcript.line("(saved)", str(options.picture))


def _form(fields: Sequence[str] | None) -> dict[str, str] | None:
    if fields is None:
        return None
    if wrong := [each for each in fields if "=" not in each]:
        raise SandboxError(f"{wrong[0]!r} fills in nothing; write FIELD=VALUE")
    return {name: value for name, _, value in (each.partition("=") for each in fields)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one thing and print what comes of it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.talk", description=__doc__)
    parser.add_argument("url", help="the sandbox's address")
    parser.add_argument("name", help="who acts: Mara, Ben, Olga (a moderator) or Ada (an administrator)")
    parser.add_argument("text", help="a command, the label of a button, or SELECT = VALUE, VALUE")
    parser.add_argument("--channel", default="art", help="where (default: %(default)s)")
    parser.add_argument("--fill", action="append", metavar="FIELD=VALUE", help="for each field of the form that opens")
    parser.add_argument("--picture", type=Path, help="save the answer here, as Discord would show it (PNG)")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_talk(options))
    except TimeoutError:
        sys.stderr.write(f"nothing came within {LONGEST:.0f} s\n")
        return 1
    except aiohttp.ClientError as error:
        sys.stderr.write(f"no sandbox answers at {options.url}: {error}\n")
        return 1
    except (SandboxError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
