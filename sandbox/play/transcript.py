"""Prints a conversation as it unfolds: who typed what, what the bot answered, and after how many seconds."""

import re
import sys
import textwrap
import time
from collections.abc import Mapping
from typing import Any, Final, TextIO

from sandbox.client import Interaction, Message, Select

_WIDTH: Final = 110
_MARKDOWN: Final = re.compile(r"\\([*_~`|>#\[\]()\-.!])|\*\*|-# ")
_MENTION: Final = re.compile(r"(<[@#]&?\d+)>")
_RELATIVE: Final = re.compile(r"<t:(\d+):R>")


class Transcript:
    """Lines with the seconds since the start in front; a message is printed again only where it has changed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._names: Mapping[str, str] = {}
        self._start = time.monotonic()
        self._last: dict[int, list[str]] = {}

    def know(self, names: Mapping[str, str]) -> None:
        """Say from now on these names for mentions and links: texts by their beginning, as `<@1` and `<#2`."""
        self._names = names

    def heading(self, text: str) -> None:
        """A new scene."""
        self._write(f"\n── {text} {'─' * max(0, _WIDTH - len(text) - 4)}")

    def line(self, who: str, text: str) -> None:
        """Somebody says or does something."""
        first, *others = textwrap.wrap(text, _WIDTH - 24) or [""]
        self._write(f"{time.monotonic() - self._start:6.1f} s  {who:<12}{first}")
        for other in others:
            self._write(" " * 22 + other)

    def plain(self, text: str) -> None:
        """A line to be copied: never wrapped."""
        self._write(f"  {text}")

    def message(self, message: Message) -> None:
        """A message appeared or changed."""
        lines = [self._named(line) for line in _lines(message) if line]
        if self._last.get(message.id) == lines:
            return
        known = set(self._last.get(message.id, ()))
        self._last[message.id] = lines
        for number, line in enumerate(line for line in lines if line not in known):
            self.line(message.author_name if number == 0 else "", line)

    def modal(self, shown_by: Interaction) -> None:
        """A form opened."""
        for part in (shown_by.modal or {}).get("components", ()):
            for field in [part["component"]] if "component" in part else part.get("components", ()):
                label, value = part.get("label") or field.get("label"), field.get("value") or ""
                self.line("(form)", f"{label} [{field['custom_id']}]: {value}")

    def _named(self, line: str) -> str:
        return _MENTION.sub(lambda found: self._names.get(found[1], found[0]), line)

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def _lines(message: Message) -> list[str]:
    if message.loading:
        return ["is thinking ..."]
    lines = [_plain(message.content)]
    lines += [
        f"[{file.filename}  {file.width} x {file.height}, {file.size / 1024:.0f} KB]"
        if file.width
        else f"[{file.filename}, {file.size} bytes]"
        for file in message.attachments
    ]
    for embed in message.embeds:
        lines += _embed(embed)
    if message.buttons:
        lines.append("  ".join(f"({button.label})" for button in message.buttons))
    lines += [f"[{select.placeholder or select.custom_id}: {_chosen(select)} ▾]" for select in message.selects]
    if message.ephemeral:
        lines.append("Only the asker can see this.")
    return lines


def _chosen(select: Select) -> str:
    return ", ".join(str(select.offered.get(value, value)) for value in select.chosen) or "nothing chosen"


def _embed(embed: Mapping[str, Any]) -> list[str]:
    lines = [_plain(embed.get("title", "")).upper(), *map(_plain, embed.get("description", "").split("\n"))]
    fields = [f"{field['name']}: {_plain(field['value'])}" for field in embed.get("fields", ())]
    lines.append(" | ".join(fields))
    lines.append(_plain(embed.get("footer", {}).get("text", "")))
    return lines


def _plain(text: str) -> str:
    text = _RELATIVE.sub(lambda found: _relative(int(found[1])), text)
    return _MARKDOWN.sub(lambda found: found[1] or "", text).replace("\n", " / ")


def _relative(moment: int) -> str:
    seconds = moment - time.time()
    said = f"{abs(seconds):.0f} seconds"
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if abs(seconds) >= 2 * size:
            said = f"{round(abs(seconds) / size)} {unit}"
            break
    return f"in {said}" if seconds > 0 else f"{said} ago"
