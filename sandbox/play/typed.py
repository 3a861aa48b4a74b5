"""What somebody types in a shell as a command with its options, as the control API takes it."""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sandbox.client import Channel, SandboxClient, SandboxError

_SUBCOMMAND: Final = frozenset({1, 2})  # Discord's option types: a subcommand, a group of them
USER, CHANNEL, ROLE, MENTIONABLE, FILE = 6, 7, 8, 9, 11
Kinds = Mapping[str, int]


def read_command(text: str, known: Sequence[Mapping[str, Any]]) -> tuple[str, str, Kinds]:
    """Split `admin quota show member: Mara` into the command, its options' text, and their types.

    Raises:
        SandboxError: nothing of that name is offered, or it needs one of its subcommands.
    """
    words: list[str] = text.split()
    level: Mapping[str, Any] = {"options": [{**each, "type": 1} for each in known]}
    taken = 0
    while below := {str(each["name"]): each for each in level.get("options", []) if each["type"] in _SUBCOMMAND}:
        said, offered = " ".join(words[: taken + 1]), ", ".join(sorted(below))
        if taken == len(words):
            raise SandboxError(f"/{said} needs one of {offered} after it")
        if words[taken] not in below:
            raise SandboxError(f"there is no /{said}; there are {offered}")
        level = below[words[taken]]
        taken += 1
    rest = re.sub(rf"^\s*(?:\S+\s*){{{taken}}}", "", text)
    return " ".join(words[:taken]), rest, {str(each["name"]): int(each["type"]) for each in level.get("options", [])}


def parse(text: str, kinds: Kinds) -> dict[str, str | int | float | bool]:
    """The options of `prompt: a fox count: 2`; `kinds` are the command's options with Discord's type numbers.

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


async def resolve(
    world: SandboxClient, channel: Channel, options: Mapping[str, Any], kinds: Kinds
) -> dict[str, object]:
    """Put ids for the names of people, roles and channels, and a file's bytes for its path."""
    return {name: await find(world, channel, value, kinds[name]) for name, value in options.items()}


async def find(world: SandboxClient, channel: Channel, value: Any, kind: int) -> object:
    """The id of a member, role or channel of this server that is called so, a file's content, or the value itself.

    Raises:
        SandboxError: nothing of that kind is called so.
    """
    if kind == FILE:
        path = Path(value)
        return {
            "filename": path.name,
            "content_base64": base64.b64encode(await asyncio.to_thread(path.read_bytes)).decode(),
        }
    if kind not in {USER, CHANNEL, ROLE, MENTIONABLE}:
        return value
    name, found = str(value).removeprefix("@").removeprefix("#"), dict[str, int]()
    if kind == CHANNEL:
        found |= {each.name: each.id for each in await world.channels() if each.guild_id == channel.guild_id}
    if kind in {ROLE, MENTIONABLE}:
        guilds = [guild for guild in await world.guilds() if guild.id == channel.guild_id]
        found |= {role.name.removeprefix("@"): role.id for guild in guilds for role in guild.roles}
    if kind in {USER, MENTIONABLE}:
        found |= {user.name: user.id for user in await world.users()}
    if name not in found and not name.isdigit():
        raise SandboxError(f"nothing is called {name!r}; there are {', '.join(found)}")
    return found.get(name, name)
