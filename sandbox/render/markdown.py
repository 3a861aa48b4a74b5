"""Discord's markdown as runs of styled text: as much of it as messages of bots use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Final

_DEEPEST: Final = 6
_INLINE: Final = re.compile(
    r"\\(?P<escaped>[^a-zA-Z0-9\s])"
    r"|(?P<ticks>`{1,2})(?P<code>[^`\n][^`]*?)(?P=ticks)"
    r"|\*\*\*(?P<both>[^*]+)\*\*\*"
    r"|\*\*(?P<bold>(?:[^*\\]|\\.|\*(?!\*))+)\*\*"
    r"|__(?P<underlined>(?:[^_\\]|\\.|_(?!_))+)__"
    r"|~~(?P<struck>[^~]+)~~"
    r"|\|\|(?P<hidden>[^|]+)\|\|"
    r"|\*(?P<italic>(?!\s)(?:[^*\\]|\\.)+)\*"
    r"|(?<!\w)_(?P<slanted>(?:[^_\\]|\\.)+)_(?!\w)"
    r"|<t:(?P<unix>-?\d{1,13})(?::(?P<style>[tTdDfFR]))?>"
    r"|<(?P<sigil>@!?|@&|\#)(?P<id>\d{1,20})>"
    r"|</(?P<command>[^:>\n]{1,100}):\d{1,20}>"
    r"|<a?:(?P<emoji>\w{1,32}):\d{1,20}>"
    r"|\[(?P<label>[^\]\n]+)\]\(<?(?P<target>https?://[^\s)>]+)>?\)"
    r"|https://discord\.com/channels/\d+/(?P<jump>\d+)/\d+"
    r"|<?(?P<url>https?://[^\s<>]+)>?",
    re.DOTALL,
)
_FENCE: Final = re.compile(r"```(?:[\w+-]*\n)?(?P<code>.+?)\n?```", re.DOTALL)


class Look(Enum):
    """What a run is drawn as, beside its weight and slant."""

    PLAIN = "plain"
    CODE = "code"
    LINK = "link"
    MENTION = "mention"
    TIME = "time"
    HIDDEN = "hidden"
    NOTE = "note"  # what the client adds, small and muted


@dataclass(frozen=True, kw_only=True)
class Run:
    """Text of one style; it may hold line breaks."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    look: Look = Look.PLAIN


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Lines of runs; `level` 1 to 3 is a heading, `small` is subtext, `quoted` has a bar at its left."""

    runs: tuple[Run, ...]
    level: int = 0
    small: bool = False
    quoted: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeBlock:
    """Text between fences."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Names:
    """What mentions resolve to (by id, with their sign) and the time that relative times are seen from."""

    now: datetime
    mentioned: Mapping[str, str] = field(default_factory=dict)


def parse(text: str, names: Names) -> list[Paragraph | CodeBlock]:
    """Split a message's or an embed's text into paragraphs and code blocks."""
    found: list[Paragraph | CodeBlock] = []
    end = 0
    for fence in _FENCE.finditer(text):
        found += _paragraphs(text[end : fence.start()].removesuffix("\n"), names)
        found.append(CodeBlock(text=fence["code"]))
        end = fence.end()
    rest = text[end:]
    return found + _paragraphs(rest.removeprefix("\n") if end else rest, names)


def inline(text: str, names: Names, style: Run | None = None, depth: int = 0) -> list[Run]:
    """Split one paragraph's text into runs, each with at least the given style."""
    style = style or Run(text="")
    runs: list[Run] = []
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            runs.append(replace(style, text=text[end : match.start()]))
        runs += _styled(match, names, style, depth)
        end = match.end()
    if end < len(text):
        runs.append(replace(style, text=text[end:]))
    return runs


def _styled(match: re.Match[str], names: Names, style: Run, depth: int) -> list[Run]:
    part = {name: value for name, value in match.groupdict().items() if value is not None}
    for name, change in (
        ("both", {"bold": True, "italic": True}),
        ("bold", {"bold": True}),
        ("italic", {"italic": True}),
        ("slanted", {"italic": True}),
        ("underlined", {"underlined": True}),
        ("struck", {"struck": True}),
        ("hidden", {"look": Look.HIDDEN}),
    ):
        if name in part:
            inner = replace(style, **change)
            if depth >= _DEEPEST:
                return [replace(inner, text=part[name])]
            return inline(part[name], names, inner, depth + 1)
    return [_atom(part, names, style)]


def _atom(part: Mapping[str, str], names: Names, style: Run) -> Run:
    text, look = part.get("url", ""), Look.LINK
    match part:
        case {"escaped": char}:
            text, look = char, style.look
        case {"code": code}:
            text, look = code, Look.CODE
        case {"unix": unix}:
            text, look = _moment(int(unix), part.get("style", "f"), names.now), Look.TIME
        case {"sigil": sigil, "id": number}:
            sign, kind = ("#", "channel") if sigil == "#" else ("@", "role" if sigil == "@&" else "unknown-user")
            text, look = sign + names.mentioned.get(sign + number, kind), Look.MENTION
        case {"jump": number}:
            text, look = f"#{names.mentioned.get(f'#{number}', 'channel')} > message", Look.MENTION
        case {"command": command}:
            text, look = "/" + command, Look.MENTION
        case {"emoji": emoji}:
            text, look = f":{emoji}:", style.look
        case {"label": label}:
            text = label
        case _:
            pass
    return replace(style, text=text, look=look)


def _paragraphs(text: str, names: Names) -> list[Paragraph | CodeBlock]:
    found: list[Paragraph | CodeBlock] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            found.append(Paragraph(runs=tuple(inline("\n".join(plain), names))))
            plain.clear()

    for line in text.split("\n"):
        special = re.match(
            r"(?P<level>#{1,3}) +(?=\S)|(?P<small>-# +)(?=\S)|(?P<quote>> )|(?P<item>[-*] +)(?=\S)", line
        )
        if special is None:
            plain.append(line)
        elif special["item"]:
            plain.append("• " + line[special.end() :])
        else:
            flush()
            runs = tuple(inline(line[special.end() :], names))
            level, small = len(special["level"] or ""), special["small"] is not None
            found.append(Paragraph(runs=runs, level=level, small=small, quoted=special["quote"] is not None))
    if plain != [""] or not found:
        flush()
    return [each for each in found if isinstance(each, CodeBlock) or each.runs]


def _moment(unix: int, style: str, now: datetime) -> str:
    try:
        at = datetime.fromtimestamp(unix, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return "Invalid Date"
    if style == "R":
        return _relative((at - now).total_seconds())
    return {
        "t": f"{at:%H:%M}",
        "T": f"{at:%H:%M:%S}",
        "d": f"{at:%d/%m/%Y}",
        "D": f"{at.day} {at:%B %Y}",
        "F": f"{at:%A}, {at.day} {at:%B %Y %H:%M}",
    }.get(style, f"{at.day} {at:%B %Y %H:%M}")


def _relative(seconds: float) -> str:
    size = abs(seconds)
    # Where each unit ends, and how many seconds one of it has.
    for limit, unit, name in (
        (45, 1, "second"),
        (45 * 60, 60, "minute"),
        (22 * 3600, 3600, "hour"),
        (26 * 86_400, 86_400, "day"),
        (320 * 86_400, 30.44 * 86_400, "month"),
        (float("inf"), 365.25 * 86_400, "year"),
    ):
        if size < limit:
            count = round(size / unit)
            if name == "second":
                words = "a few seconds"
            elif count <= 1:
                words = f"{'an' if name == 'hour' else 'a'} {name}"
            else:
                words = f"{count} {name}s"
            return f"in {words}" if seconds >= 0 else f"{words} ago"
    raise AssertionError(seconds)
