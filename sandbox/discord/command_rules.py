"""Discord's rules for application commands.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from sandbox.discord.errors import ApiError, FormErrors
from sandbox.discord.model import Json
from sandbox.discord.shapes import COMMANDS, check_shape

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
OPTION_TYPES = range(1, 12)
OPTIONS, CHOICES, DESCRIPTION, CHOICE_TEXT, COMMAND_SIZE = 25, 25, 100, 100, 8000
MOST: Final = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}  # commands of a kind, in a server and globally
STRING_MOST, INTEGER_BOUND = 6000, 2**53
# Word characters of any script, hyphen and apostrophe; letters with a lower case must be lower case.
_NAME = re.compile(r"[\w'-]{1,32}")
MENU_NAME = 32  # characters; a menu's entry may have spaces and capitals
_INSTALLS, _CONTEXTS = frozenset({0, 1}), frozenset({0, 1, 2})
LOCALES = frozenset({
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN",
    "zh-TW",
})  # fmt: skip
Path = Sequence[str | int]
_DEEPEST = 3


def check_commands(payload: object) -> list[Json]:
    """Return the commands of a bulk overwrite.

    Raises:
        ApiError: 400; 30032 when there are too many, else 50035 with every field at fault.
    """
    errors = FormErrors()
    check_shape(payload, COMMANDS, errors)
    errors.check()
    commands: list[Json] = payload if isinstance(payload, list) else []
    kinds = Counter(command.get("type") or SLASH for command in commands)
    for kind, most in MOST.items():
        if kinds[kind] > most:
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({most})")
    seen: set[tuple[object, object]] = set()
    for index, command in enumerate(commands):
        key = (command.get("type", 1), command.get("name"))
        if key in seen:
            errors.add(
                [index, "name"],
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            )
        seen.add(key)
        _check_command(command, (index,), errors)
    errors.check()
    return commands


def _check_command(command: Json, at: Path, errors: FormErrors) -> None:
    kind = command.get("type") or SLASH
    if kind not in MOST:
        errors.choice([*at, "type"], tuple(MOST))
    elif kind == SLASH:
        _check_named(command, at, errors)
        check_options(command.get("options"), [*at, "options"], errors, depth=0)
        if sum(sizes(command)) > COMMAND_SIZE:
            errors.add(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    else:
        _check_menu(command, at, errors)
    for field, known in (("integration_types", _INSTALLS), ("contexts", _CONTEXTS)):
        given = command.get(field)
        if given is not None and (not given or not known.issuperset(given) or len(set(given)) < len(given)):
            errors.choice([*at, field], tuple(sorted(known)))
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        errors.wrong_type([*at, "default_member_permissions"], "permissions")


def _check_menu(command: Json, at: Path, errors: FormErrors) -> None:
    """Check an entry of a user's or a message's menu: a name and nothing else."""
    for where, name in (([*at, "name"], command.get("name")), *_translations(command, "name", at, errors)):
        if not _is_text(name, MENU_NAME) or name != (name or "").strip():
            errors.add(where, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if command.get("description") or command.get("description_localizations"):
        errors.add([*at, "description"], "APPLICATION_COMMAND_INVALID_DESCRIPTION", "A menu's entry has no description")
    if command.get("options"):
        errors.add([*at, "options"], "APPLICATION_COMMAND_INVALID_OPTIONS", "A menu's entry has no options")


def _check_named(thing: Json, at: Path, errors: FormErrors) -> None:
    """Check a command's or option's name and description, and their translations."""
    name = thing.get("name")
    if not _is_name(name):
        errors.add([*at, "name"], "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not _is_text(thing.get("description"), DESCRIPTION):
        errors.bad_length([*at, "description"], 1, DESCRIPTION)
    for field in ("name", "description"):
        for where, text in _translations(thing, field, at, errors):
            if field == "name" and not _is_name(text):
                errors.add(where, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
            elif not _is_text(text, DESCRIPTION):
                errors.bad_length(where, 1, DESCRIPTION)


def _translations(thing: Json, field: str, at: Path, errors: FormErrors) -> Iterator[tuple[Path, str]]:
    """Yield the translations with where each stands; a locale that Discord does not have is noted."""
    for locale, text in (thing.get(f"{field}_localizations") or {}).items():
        where = [*at, f"{field}_localizations", locale]
        if locale in LOCALES:
            yield where, text
        else:
            errors.choice(where, tuple(sorted(LOCALES)))


def _is_name(name: str | None) -> bool:
    return name is not None and _NAME.fullmatch(name) is not None and name == name.lower()


def _is_text(text: str | None, most: int) -> bool:
    return 1 <= len(text or "") <= most


def check_options(options: Sequence[Json] | None, at: Path, errors: FormErrors, *, depth: int) -> None:
    """Check a command's, group's or subcommand's options; `depth` counts the groups above."""
    if options is None:
        return
    if len(options) > OPTIONS:
        errors.bad_length(at, 0, OPTIONS)
        return
    seen: set[object] = set()
    optional_came = False
    nested = {option.get("type") in {SUBCOMMAND, GROUP} for option in options}
    for index, option in enumerate(options):
        here = [*at, index]
        if option.get("name") in seen:
            errors.add([*here, "name"], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        seen.add(option.get("name"))
        if option.get("required") and optional_came:
            errors.add(
                here,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_came = optional_came or not option.get("required")
        if len(nested) > 1:
            errors.add(
                [*here, "type"],
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "Sub-command and sub-command group option types are mutually exclusive to all other types",
            )
        _check_option(option, here, errors, depth=depth)


def _check_option(option: Json, at: Path, errors: FormErrors, *, depth: int) -> None:
    kind = option.get("type")
    _check_named(option, at, errors)
    if kind not in OPTION_TYPES or (kind == GROUP and depth > 0) or (kind == SUBCOMMAND and depth > 1):
        errors.choice([*at, "type"], tuple(OPTION_TYPES))
    elif kind in {SUBCOMMAND, GROUP}:
        below = depth + 1 if kind == GROUP else 2
        check_options(option.get("options"), [*at, "options"], errors, depth=below)
    else:
        _check_bounds(option, at, errors)
        _check_choices(option, at, errors)


def _check_bounds(option: Json, at: Path, errors: FormErrors) -> None:
    kind = option.get("type")
    for least, most, kinds, bounds in (
        ("min_value", "max_value", {INTEGER, NUMBER}, (-INTEGER_BOUND, INTEGER_BOUND)),
        ("min_length", "max_length", {STRING}, (0, STRING_MOST)),
    ):
        low, high = option.get(least), option.get(most)
        for name, value in ((least, low), (most, high)):
            if value is None:
                continue
            whole = isinstance(value, int) or (kind == NUMBER and isinstance(value, float))
            if kind not in kinds or isinstance(value, bool) or not whole or not bounds[0] <= value <= bounds[1]:
                errors.add([*at, name], "NUMBER_TYPE_MAX", f"{name} does not fit this option.")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            errors.add([*at, least], "NUMBER_TYPE_MAX", f"{least} must not exceed {most}.")


def _check_choices(option: Json, at: Path, errors: FormErrors) -> None:
    choices, kind = option.get("choices"), option.get("type")
    if not choices:
        return
    expected: dict[object, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}
    if option.get("autocomplete") or kind not in expected:
        errors.add([*at, "choices"], "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "No choices fit here.")
        return
    if len(choices) > CHOICES:
        errors.bad_length([*at, "choices"], 0, CHOICES)
        return
    seen: set[object] = set()
    for index, choice in enumerate(choices):
        here = [*at, "choices", index]
        if not _is_text(choice.get("name"), CHOICE_TEXT):
            errors.bad_length([*here, "name"], 1, CHOICE_TEXT)
        value = choice.get("value")
        if not isinstance(value, expected[kind]) or (isinstance(value, str) and len(value) > CHOICE_TEXT):
            errors.wrong_type([*here, "value"], "choice value")
        for where, text in _translations(choice, "name", here, errors):
            if not _is_text(text, CHOICE_TEXT):
                errors.bad_length(where, 1, CHOICE_TEXT)
        if choice.get("name") in seen:
            errors.add(here, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", "Choice name already exists")
        seen.add(choice.get("name"))


def sizes(thing: Json, *, depth: int = 0) -> Iterator[int]:
    """Yield what counts towards a command's 8000 characters; of translations the longest one counts.

    `depth` is 0 for the command itself, which has no choices, and at most 3: an option of a subcommand of a group.
    """
    for field in ("name", "description"):
        texts = [thing.get(field), *(thing.get(f"{field}_localizations") or {}).values()]
        yield max(len(text or "") for text in texts)
    for choice in (thing.get("choices") or []) if depth else []:
        names = [choice.get("name"), *(choice.get("name_localizations") or {}).values()]
        yield max(len(name or "") for name in names)
        yield len(str(choice.get("value")))
    for option in (thing.get("options") or []) if depth < _DEEPEST else []:
        yield from sizes(option, depth=depth + 1)
