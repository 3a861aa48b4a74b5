"""A slash command's options, checked and sent as a Discord client does before the bot hears of it."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.discord.body import make_upload
from sandbox.discord.command_rules import (
    GROUP,
    INTEGER,
    INTEGER_BOUND,
    NUMBER,
    STRING,
    STRING_MOST,
    SUBCOMMAND,
)
from sandbox.discord.errors import Refusal
from sandbox.discord.model import Attachment, Json
from sandbox.discord.resolving import Resolver
from sandbox.discord.world import World

BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT = 5, 6, 7, 8, 9, 11


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What a member typed, as the `data` of an interaction."""

    command: Json
    options: list[Json] = field(default_factory=list)
    resolved: Json = field(default_factory=dict)
    target_id: int | None = None  # the message whose menu it was

    def data(self) -> Json:
        """Write it."""
        data: Json = {key: self.command[key] for key in ("id", "name", "type")}
        if self.target_id is None:
            data["options"] = self.options
        else:
            data["target_id"] = str(self.target_id)
        if self.resolved:
            data["resolved"] = self.resolved
        if "guild_id" in self.command:
            data["guild_id"] = self.command["guild_id"]
        return data


@dataclass(kw_only=True)
class _Reader:
    """Turns given values into option objects; `found` gathers what they refer to."""

    found: Resolver

    async def read(self, option: Json, given: object, *, focused: bool) -> Json:
        sent: Json = {"name": option["name"], "type": option["type"]}
        if focused:  # what was typed so far, whatever it will become
            return {**sent, "value": str(given), "focused": True}
        if option["type"] == ATTACHMENT:
            return {**sent, "value": await self._attachment(option, given)}
        return {**sent, "value": self._value(option, given)}

    def _value(self, option: Json, given: object) -> object:
        kind = option["type"]
        readers: Mapping[int, Callable[[Json, object], object]] = {
            STRING: _string,
            INTEGER: _number,
            NUMBER: _number,
            BOOLEAN: _boolean,
            USER: self._user,
            CHANNEL: self._channel,
            ROLE: self._role,
            MENTIONABLE: self._mentionable,
        }
        choices = option.get("choices")
        if not choices:
            return readers[kind](option, given)
        for choice in choices:
            if given == choice["value"] or given == choice["name"]:
                return choice["value"]
        names = ", ".join(str(choice["name"]) for choice in choices)
        raise Refusal(f"{option['name']} is one of {names}, not {given!r}")

    def _user(self, option: Json, given: object) -> str:
        return self.found.user(given) or _no(option, "a user", given)

    def _role(self, option: Json, given: object) -> str:
        return self.found.role(given) or _no(option, "a role", given)

    def _mentionable(self, option: Json, given: object) -> str:
        return self.found.mentionable(given) or _no(option, "a user or role", given)

    def _channel(self, option: Json, given: object) -> str:
        return self.found.place(given, option.get("channel_types")) or _no(option, "a channel that fits", given)

    async def _attachment(self, option: Json, given: object) -> str:
        file = await read_file(self.found.world, given)
        return _no(option, "a file", given) if file is None else self.found.file(file)


async def read_file(world: World, given: object) -> Attachment | None:
    """Return what a member uploads; None where it is no file."""
    match given:
        case {"filename": str(filename), "content_base64": str(content)}:
            upload = await make_upload("file", filename, None, base64.b64decode(content, validate=True))
        case _:
            return None
    if len(upload.data) > world.settings.attachment_size_limit:
        raise Refusal("Your files are too powerful")
    return Attachment(
        id=world.new_id(),
        filename=upload.filename,
        content_type=upload.content_type,
        data=upload.data,
        width=upload.width,
        height=upload.height,
    )


def _no(option: Json, expected: str, given: object) -> str:
    raise Refusal(f"{option['name']} must be {expected}, not {given!r}")


def _string(option: Json, given: object) -> object:
    if not isinstance(given, str):
        return _no(option, "a text", given)
    least, most = option.get("min_length") or 0, option.get("max_length") or STRING_MOST
    if not least <= len(given) <= most:
        raise Refusal(f"{option['name']} must have {least} to {most} characters, not {len(given)}")
    return given


def _number(option: Json, given: object) -> object:
    whole = option["type"] == INTEGER
    fits = isinstance(given, int) if whole else isinstance(given, int | float)
    if not fits or isinstance(given, bool) or not isinstance(given, int | float):
        return _no(option, "a whole number" if whole else "a number", given)
    least, most = option.get("min_value", -INTEGER_BOUND), option.get("max_value", INTEGER_BOUND)
    if not least <= given <= most:
        raise Refusal(f"{option['name']} must be between {least} and {most}, not {given}")
    return given


def _boolean(option: Json, given: object) -> object:
    return given if isinstance(given, bool) else _no(option, "true or false", given)


async def read_invocation(
    found: Resolver,
    command: Json,
    words: Sequence[str],
    given: Mapping[str, object],
    *,
    focused: str | None = None,
) -> Invocation:
    """Check what a member filled in; `words` names the subcommand, `focused` the option being completed.

    Raises:
        Refusal: an unknown or missing option, or a value that Discord's client would not send.
    """
    level, above = _level(command, words)
    known: dict[str, Json] = {option["name"]: option for option in level.get("options") or []}
    if any(option["type"] in {SUBCOMMAND, GROUP} for option in known.values()):
        raise Refusal(f"/{command['name']} needs one of its subcommands: {', '.join(known)}")
    if unknown := given.keys() - known.keys():
        raise Refusal(f"/{' '.join([command['name'], *words])} has no option {', '.join(sorted(unknown))}")
    if focused is not None and not known.get(focused, {}).get("autocomplete"):
        raise Refusal(f"{focused} is not an option with autocomplete")
    reader, options = _Reader(found=found), []
    for name, option in known.items():
        if name in given:
            options.append(await reader.read(option, given[name], focused=name == focused))
        elif option.get("required") and focused is None:
            raise Refusal(f"{name} is required")
    for step in reversed(above):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return Invocation(command=command, options=options, resolved=found.resolved)


def _level(command: Json, words: Sequence[str]) -> tuple[Json, list[Json]]:
    """Return what holds the options (the command or a subcommand), and the way to it."""
    level, above = command, list[Json]()
    for word in words:
        below = [each for each in level.get("options") or [] if each["type"] in {SUBCOMMAND, GROUP}]
        level = next((each for each in below if each["name"] == word), {})
        if not level:
            raise Refusal(f"/{command['name']} has no subcommand {word}")
        above.append(level)
    return level, above
