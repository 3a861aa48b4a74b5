"""The file of a server's rules read back: all of it, or everything that is wrong with it, by line."""

import functools
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from jobs.library.exchange import LineFault
from jobs.sentence import Sentence, say
from jobs.servers.exchange import Surroundings
from jobs.servers.exchange_values import SHOWN, Wrong, no_role, read_id, readers
from jobs.servers.rules import (
    UNDECIDED,
    Caps,
    Channels,
    ContentRules,
    LibraryRules,
    MakeRules,
    PlaceRules,
    QuotaRules,
    ServerRules,
    Windows,
)
from jobs.servers.schema import ROLE_SECTION, SETTINGS, WINDOWS, Setting
from jobs.servers.toml_lines import Path, line_of, lines_of

FILE_LONGEST: Final = 200_000  # bytes
_SECTIONS: Final = tuple(dict.fromkeys(setting.section for setting in SETTINGS))
_QUOTA, _ROLES = ROLE_SECTION.split(".")
_NO_FILE_OF_RULES: Final = say("This is no file of rules: begin with what `/admin config export` gives.")
_NAME: Final = r"""(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY: Final = re.compile(
    rf"(?:^|[{{,])[ \t]*+(?:\[{{1,2}}[ \t]*+)?+{_NAME}(?:\.[ \t]*+{_NAME}){{20}}", re.MULTILINE
)
"""Names set apart by dots: the parser's time grows with the square of their number, to minutes for the largest file."""
_WHERE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_config(data: bytes, around: Surroundings, now: ServerRules) -> ServerRules | tuple[LineFault, ...]:
    """The rules as they are to be, or everything that is wrong. Blocking: a second for the largest file.

    What the file does not speak of stays as it is `now`: whole sections, and a pause.
    """
    parsed = _parsed(data)
    if isinstance(parsed, LineFault):
        return (parsed,)
    text, tree = parsed
    reading = _Reading(tree, lines_of(text), around)
    values = reading.values()
    return tuple(sorted(reading.faults, key=lambda fault: fault.line)) or _rules(values, now)


def _parsed(data: bytes) -> tuple[str, Mapping[str, Any]] | LineFault:
    if len(data) > FILE_LONGEST:
        return LineFault(line=1, sentence=say("The file is too large: {most} bytes is the most.", most=FILE_LONGEST))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return LineFault(line=line, sentence=say("This is no UTF-8 text: save the file as UTF-8."))
    try:
        if (long := _LONG_KEY.search(text)) is not None:
            return LineFault(line=text.count("\n", 0, long.start()) + 1, sentence=_NO_FILE_OF_RULES)
        return text, tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where is not None and where[1] else text.rstrip("\n").count("\n") + 1
        cause = str(error)[: where.start()] if where is not None else str(error)
        return LineFault(line=line, sentence=say("This cannot be read: {cause}.", cause=cause[:200]))
    except (RecursionError, ValueError, ArithmeticError):  # brackets without end, numbers of thousands of digits
        return LineFault(line=1, sentence=_NO_FILE_OF_RULES)


class _Reading:
    def __init__(self, tree: Mapping[str, Any], lines: Mapping[Path, int], around: Surroundings) -> None:
        self._tree = tree
        self._lines = lines
        self._around = around
        self._readers = readers(around)
        self.faults: list[LineFault] = []

    def values(self) -> Mapping[str, Any]:
        """What is decided, by the settings' names, for each section that is there; and `quota.roles`."""
        values: dict[str, Any] = {}
        self._unknown((), self._tree, _SECTIONS)
        for section in _SECTIONS:
            if section in self._tree and (table := self._table((section,), self._tree[section])) is not None:
                settings = {setting.key: setting for setting in SETTINGS if setting.section == section}
                self._unknown((section,), table, [*settings, *([_ROLES] if section == _QUOTA else [])])
                values[section] = True
                for key, setting in settings.items():
                    values[setting.name] = self._value((section, key), table, setting)
                if section == _QUOTA:
                    values[ROLE_SECTION] = self._roles(table.get(_ROLES, {}))
        return values

    def _roles(self, found: object) -> Mapping[int, Windows]:
        roles = {}
        for key, value in (self._table((_QUOTA, _ROLES), found) or {}).items():
            path: Path = (_QUOTA, _ROLES, key)
            table = self._table(path, value)
            if table is None:
                continue
            self._unknown(path, table, WINDOWS)
            windows = {window: self._value((*path, window), table, _WINDOWS[window]) for window in WINDOWS}
            role_id = self._taken(path, functools.partial(read_id, key, self._around.roles, no_role))
            if role_id is not None and any(limit is not None for limit in windows.values()):
                roles[role_id] = Windows(**windows)
        return roles

    def _table(self, path: Path, found: object) -> Mapping[str, Any] | None:
        if isinstance(found, dict):
            return found
        self._fault(path, say("`{name}` is a section: write `[{name}]` on a line of its own.", name=_name(path)))
        return None

    def _unknown(self, path: Path, table: Mapping[str, Any], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                what = say(
                    "There is no `{name}`: leave it out. Known here: {known}.",
                    name=key[:SHOWN],
                    known=", ".join(known),
                )
                self._fault((*path, key), what)

    def _value(self, path: Path, table: Mapping[str, Any], setting: Setting) -> Any:
        """What the file says; where it says nothing, or what cannot be taken, what counts without a decision."""
        undecided = setting.of(UNDECIDED)
        if setting.key not in table:
            return undecided
        read, found = self._readers[setting.kind], table[setting.key]
        taken = self._taken(path, lambda: read(setting.key, found))
        return undecided if taken is None else taken

    def _taken(self, path: Path, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Wrong as wrong:
            for place, sentence in wrong.elements:
                self._fault((*path, place), sentence)
            if not wrong.elements:
                self._fault(path, wrong.sentence)
            return None

    def _fault(self, path: Path, sentence: Sentence) -> None:
        self.faults.append(LineFault(line=line_of(path, self._lines), sentence=sentence))


_WINDOWS: Final = {setting.key: setting for setting in SETTINGS if setting.section == _QUOTA and setting.key in WINDOWS}


def _rules(values: Mapping[str, Any], now: ServerRules) -> ServerRules:
    def section(name: str, make: Callable[..., Any], kept: Any) -> Any:
        if name not in values:
            return kept
        keys = [setting.key for setting in SETTINGS if setting.section == name]
        return make(**{key: values[f"{name}.{key}"] for key in keys})

    return replace(
        now,
        quota=section("quota", lambda **found: _quota(values[ROLE_SECTION], **found), now.quota),
        caps=section("caps", Caps, now.caps),
        content=section("content", ContentRules, now.content),
        places=section("places", PlaceRules, now.places),
        make=section("make", MakeRules, now.make),
        library=section("library", LibraryRules, now.library),
        channels=section("channels", Channels, now.channels),
        retention_days=section("retention", lambda days: days, now.retention_days),
    )


def _quota(
    roles: Mapping[int, Windows], *, hour: int | None, day: int | None, month: int | None, **rest: Any
) -> QuotaRules:
    return QuotaRules(windows=Windows(hour=hour, day=day, month=month), roles=roles, **rest)


def _name(path: Path) -> str:
    return ".".join(map(str, path))[:SHOWN]
