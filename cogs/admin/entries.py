"""An entry of the audit log as people read it: who, what, on whom, from what to what, when."""

import re
from collections.abc import Mapping
from typing import Final

from cogs.words import quoted
from jobs.sentence import Sentence, say
from jobs.servers.records import Change
from words.speech import Words

AT_ONCE: Final = 4  # entries of one message: however long they are, they fit into an embed's description
_VALUE: Final = 270  # characters of a target, of what was, and of what is
_MENTION: Final = re.compile(r"\\<([#@])\u200b?(&?\d+)>", re.ASCII)  # as `quoted` has escaped it

_ACTIONS: Final[Mapping[str, Sentence]] = {
    "quota.set": say("changed a quota"),
    "quota.grant": say("changed a grant"),
    "quota.reset": say("reset a quota"),
    "quota.exempt": say("exempted from the quota"),
    "quota.unexempt": say("ended an exemption from the quota"),
    "ban": say("banned from making images"),
    "unban": say("lifted a ban"),
    "caps.set": say("changed the spending caps"),
    "content.words": say("changed the blocked words"),
    "content.set": say("changed what may be asked for"),
    "places.set": say("changed where images are made"),
    "make.set": say("changed what may be made"),
    "library.set": say("changed the rules of the LoRA library"),
    "channels.set": say("changed where admins are told"),
    "retention.set": say("changed how long prompts are kept"),
    "pause": say("paused the server"),
    "resume": say("resumed the server"),
    "config.import": say("imported rules from a file"),
    "image.remove": say("removed an image"),
    "report.dismiss": say("dismissed a report"),
}


def entry_line(change: Change, words: Words) -> str:
    """Two lines: what happened, and below it what was and what is."""
    what = words(_ACTIONS[change.action]) if change.action in _ACTIONS else f"`{quoted(change.action, 60)}`"
    line = f"<t:{change.at // 1000}:f> {_who(change.actor_id, words)}: **{what}**"
    if change.target:
        line += f" · {_target(change.target, words)}"
    if change.before or change.after:
        line += f"\n-# {_value(change.before, words)} → {_value(change.after, words)}"
    return line


def _who(user_id: int, words: Words) -> str:
    if user_id > 0:
        return f"<@{user_id}>"
    return words(say("the bot's operator")) if user_id == 0 else words(say("a former member"))


def _target(target: str, words: Words) -> str:
    """A member's id as a mention; whatever else was acted on as it was noted."""
    if target.removeprefix("-").isdecimal() and len(target) < 20:  # noqa: PLR2004 - a job's id has 20 characters
        return _who(int(target), words)
    return _shown(target)


def _value(text: str, words: Words) -> str:
    return _shown(text) if text else words(say("nothing"))


def _shown(text: str) -> str:
    """Escaped, but for mentions: entries are written with them, and nobody is notified."""
    return _MENTION.sub(r"<\1\2>", quoted(" ".join(text.split()), _VALUE))
