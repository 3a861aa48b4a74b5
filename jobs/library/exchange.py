"""A library as a file: a JSON array with an object an entry, each on a line of its own when we write it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jobs.library.entry import Facts, Typed, read_facts
from jobs.library.library import ENTRIES_MOST
from jobs.sentence import Sentence, say, verbatim

FILE_LONGEST: Final = 1_000_000  # bytes
_SPACE: Final = " \t\r\n"
_SHOWN: Final = 100  # characters of what a file holds, in a fault
_TEXTS: Final = ("name", "source")
_LISTS: Final = ("models", "triggers")
_FIELDS: Final = (*_TEXTS, *_LISTS, "scale", "age_restricted")


@dataclass(frozen=True, kw_only=True)
class LineFault:
    """One thing that is wrong with a file."""

    line: int  # from 1 on
    sentence: Sentence


def write_files(several: Iterable[Facts], *, longest: int = FILE_LONGEST) -> Sequence[bytes]:
    """Files of at most `longest` bytes, each of which can be taken in; one without entries where there are none."""
    files: list[bytes] = []
    lines: list[bytes] = []
    size = 0
    for facts in several:
        line = json.dumps(_fields(facts), ensure_ascii=False).encode()
        if lines and size + len(line) + len(b",\n") + len(b"[\n\n]\n") > longest:
            files.append(_file(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line) + len(b",\n")
    return [*files, _file(lines)]


def read_file(data: bytes) -> Sequence[Facts] | tuple[LineFault, ...]:
    """The entries, or everything that is wrong with the file. Blocking: a second for the largest file."""
    if len(data) > FILE_LONGEST:
        sentence = say(
            "The file has {size} bytes, and {most} is the most: split it.", size=len(data), most=FILE_LONGEST
        )
        return (LineFault(line=1, sentence=sentence),)
    reading = _Reading()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (LineFault(line=line, sentence=say("This is no UTF-8 text: save the file as UTF-8.")),)
    try:
        for number, (line, value) in enumerate(_values(text), start=1):
            if number > ENTRIES_MOST:
                sentence = say("A library has at most {most} entries: leave the rest out.", most=ENTRIES_MOST)
                reading.faults.append(LineFault(line=line, sentence=sentence))
                break
            reading.take(line, value)
    except _NoJson as error:
        reading.faults.append(LineFault(line=error.line, sentence=error.sentence))
    return tuple(reading.faults) or reading.found


class _NoJson(Exception):
    def __init__(self, line: int, sentence: Sentence) -> None:
        super().__init__(line)
        self.line = line
        self.sentence = sentence


class _Reading:
    def __init__(self) -> None:
        self.found: list[Facts] = []
        self.faults: list[LineFault] = []
        self._lines: dict[str, int] = {}  # of names

    def take(self, line: int, value: object) -> None:
        facts = read_facts(typed) if isinstance(typed := _typed(value), Typed) else typed
        if not isinstance(facts, Facts):
            self.faults += [LineFault(line=line, sentence=sentence) for sentence in facts]
            return
        if (before := self._lines.get(facts.key)) is not None:
            sentence = say(
                "**{name}** stands in line {line} too: a name is there once.", name=verbatim(facts.name), line=before
            )
            self.faults.append(LineFault(line=line, sentence=sentence))
            return
        self._lines[facts.key] = line
        self.found.append(facts)


def _values(text: str) -> Iterator[tuple[int, object]]:
    """What the array holds, each with the line where it begins.

    Raises:
        _NoJson: here the text stops to be an array of JSON values.
    """
    decoder = json.JSONDecoder()
    at, line, counted = _skip(text, 0), 1, 0
    if text[at : at + 1] != "[":
        raise _NoJson(1, say("This is no library: it begins with `[`, as the file that `/lora export` gives."))
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _NoJson(error.lineno, say("This is no JSON: {cause}.", cause=error.msg)) from error
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
            raise _NoJson(line, say("This is no entry of a library.")) from error
        yield line, value
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            line += text.count("\n", counted, at)
            raise _NoJson(line, say("This is no JSON: here a comma or `]` is missing."))
    end = _skip(text, at + 1)
    if end != len(text):
        raise _NoJson(text.count("\n", 0, end) + 1, say("The library ends before this: remove what follows the `]`."))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _typed(value: object) -> Typed | tuple[Sentence, ...]:
    """An entry as it would be typed, so that a file has no rules of its own."""
    if not isinstance(value, dict):
        return (say("This is no entry: it is an object in braces, with `name` and `source`."),)
    unknown = [str(field)[:_SHOWN] for field in value if field not in _FIELDS]
    wrong = [field for field in _FIELDS if field in value and not _is_right(field, value[field])]
    faults = [say("`{field}` is unknown: leave it out.", field=field) for field in unknown]
    faults += [say("`{field}` is of the wrong kind: see what `/lora export` gives.", field=field) for field in wrong]
    faults += [say("`{field}` is missing: add it.", field=field) for field in _TEXTS if field not in value]
    if faults:
        return tuple(faults)
    scale = value.get("scale")
    return Typed(
        name=value["name"],
        source=value["source"],
        models=",".join(value.get("models", ())),
        triggers=",".join(value.get("triggers", ())),
        scale="" if scale is None else f"{scale}",
        age_restricted=value.get("age_restricted", False),
    )


def _is_right(field: str, value: object) -> bool:
    if field in _TEXTS:
        return isinstance(value, str)
    if field in _LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if field == "scale":
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    return isinstance(value, bool)


def _fields(facts: Facts) -> Mapping[str, Any]:
    fields: dict[str, Any] = {"name": facts.name, "source": facts.source}
    if facts.models:
        fields["models"] = list(facts.models)
    if facts.triggers:
        fields["triggers"] = list(facts.triggers)
    if facts.scale is not None:
        fields["scale"] = facts.scale
    if facts.age_restricted:
        fields["age_restricted"] = True
    return fields


def _file(lines: Sequence[bytes]) -> bytes:
    return b"[\n" + b",\n".join(lines) + b"\n]\n" if lines else b"[]\n"
