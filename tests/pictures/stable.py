"""The same message from one run to the next: ids, times and jobs are given others by the order of their coming."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.client import Channel, Guild, Message, User

Json = dict[str, Any]
NOON: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_SNOWFLAKE: Final = re.compile(r"(?<!\d)\d{18,20}(?!\d)")
_JOB: Final = re.compile(r"(?<![0-9a-z])1[0-9a-z]{19}(?![0-9a-z])")
_UNIX: Final = re.compile(r"<t:(\d+)")
_HOST: Final = re.compile(r"127\.0\.0\.1:\d+")
_TOOK: Final = re.compile(r"(?<![\d.,])\d([.,])\d(?= s\b)")  # what the sandbox took, which no API is as fast as
_FIRST_ID: Final = 1_000_000_000_000_000_000
_MINUTE: Final = 60


class Stable:
    """Rewrites message objects; `known` are the people and places that every run has, in their order."""

    def __init__(self, known: Sequence[User | Channel | Guild]) -> None:
        self._ids: dict[str, str] = {}
        self._jobs: dict[str, str] = {}
        self._pictures = 0
        for each in known:
            self._id(str(each.id))

    def message(self, message: Message, known: Mapping[str, object], *, keep_times: bool = False) -> Json:
        """A message object as the renderer takes it; `known` are the names that a client knows.

        `keep_times`: the durations in it are a scene's own, not those of this run.
        """
        began = datetime.fromisoformat(message.raw["edited_timestamp"] or message.raw["timestamp"])
        self._pictures += 1
        at = NOON + timedelta(minutes=self._pictures)
        shown = {name: value for name, value in message.raw.items() if name != "nonce"}  # drawn by lot, and not seen
        shown["attachments"] = [_even(each) for each in message.raw["attachments"]]
        text = json.dumps({**shown, **known})
        text = _UNIX.sub(lambda found: f"<t:{_moved(int(found[1]), began, at)}", text)
        text = text if keep_times else _TOOK.sub(lambda found: f"8{found[1]}4", text)
        text = _JOB.sub(lambda found: self._job(found[0]), text)
        text = _SNOWFLAKE.sub(lambda found: self._id(found[0]), text)
        made: Json = json.loads(_HOST.sub("127.0.0.1:8900", text))
        made["timestamp"] = at.isoformat()
        made["edited_timestamp"] = None
        return made

    def modal(self, modal: Mapping[str, object], known: Mapping[str, object]) -> Json:
        """A form as the renderer takes it."""
        made: Json = json.loads(_SNOWFLAKE.sub(lambda found: self._id(found[0]), json.dumps({**modal, **known})))
        return made

    def url(self, url: str) -> str:
        """The address of a file as the rewritten message has it."""
        moved = _JOB.sub(lambda found: self._job(found[0]), url)
        return _HOST.sub("127.0.0.1:8900", _SNOWFLAKE.sub(lambda found: self._id(found[0]), moved))

    def file(self, number: int) -> str:
        """The id of a file as the rewritten message has it."""
        return self._id(str(number))

    def _id(self, found: str) -> str:
        return self._ids.setdefault(found, str(_FIRST_ID + len(self._ids)))

    def _job(self, found: str) -> str:
        return self._jobs.setdefault(found, f"1m7z8w{len(self._jobs):02}b4tct2r6rjnd"[:20].ljust(20, "x"))


def _even(attachment: Mapping[str, Any]) -> Json:
    """A file whose size does not tell how long the ids in it are; pictures show no size."""
    return {**attachment, "size": math.ceil(attachment["size"] / 1024) * 1024}


def _moved(unix: int, began: datetime, at: datetime) -> int:
    """A moment as far from the picture's as it was from the message's, in whole minutes."""
    minutes = (unix - began.timestamp()) / _MINUTE
    return int(at.timestamp()) + (round(minutes) if minutes > 0 else math.floor(minutes)) * _MINUTE
