"""Every setting of a server's rules by a name that people read: the file, the audit log and what changed follow it."""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jobs.sentence import Sentence, say
from jobs.servers.rules import ServerRules, Windows


class Kind(enum.Enum):
    """What a setting holds; None, or nothing in a list, is what nobody has decided."""

    IMAGES = enum.auto()  # a number of them
    COUNT = enum.auto()  # images of one command
    SIDE = enum.auto()  # pixels
    DAYS = enum.auto()
    MONEY = enum.auto()  # micro-dollars
    FLAG = enum.auto()
    WHO = enum.auto()
    MODELS = enum.auto()  # a set of keys of the catalogue
    CHANNEL = enum.auto()  # one that can be written to
    CHANNELS = enum.auto()  # a set of ids
    ROLES = enum.auto()  # a set of ids
    USERS = enum.auto()  # a set of ids
    WORDS = enum.auto()  # a tuple; told nowhere but in the file
    PATTERNS = enum.auto()  # the same


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One of them: `key` in `section`."""

    section: str
    key: str
    kind: Kind
    of: Callable[[ServerRules], Any]
    hint: Sentence

    @property
    def name(self) -> str:
        """`quota.day`."""
        return f"{self.section}.{self.key}"


WINDOWS: Final = ("hour", "day", "month")
ROLE_SECTION: Final = "quota.roles"  # has a section in it for each role

_IN_AN_HOUR: Final = say("images a member may make within an hour")
_IN_A_DAY: Final = say("images within 24 hours; undecided: what the bot's operator has set")
_IN_A_MONTH: Final = say("images within 30 days")

SETTINGS: Final = (
    Setting(section="quota", key="hour", kind=Kind.IMAGES, of=lambda rules: rules.quota.windows.hour, hint=_IN_AN_HOUR),
    Setting(section="quota", key="day", kind=Kind.IMAGES, of=lambda rules: rules.quota.windows.day, hint=_IN_A_DAY),
    Setting(
        section="quota", key="month", kind=Kind.IMAGES, of=lambda rules: rules.quota.windows.month, hint=_IN_A_MONTH
    ),
    Setting(
        section="quota",
        key="exempt_roles",
        kind=Kind.ROLES,
        of=lambda rules: rules.quota.exempt_roles,
        hint=say("roles whose members no window binds"),
    ),
    Setting(
        section="quota",
        key="exempt_users",
        kind=Kind.USERS,
        of=lambda rules: rules.quota.exempt_users,
        hint=say("members whom no window binds"),
    ),
    Setting(
        section="caps",
        key="day",
        kind=Kind.MONEY,
        of=lambda rules: rules.caps.day,
        hint=say("US dollars that may be spent here in a calendar day, UTC"),
    ),
    Setting(
        section="caps",
        key="month",
        kind=Kind.MONEY,
        of=lambda rules: rules.caps.month,
        hint=say("US dollars in a calendar month, UTC"),
    ),
    Setting(
        section="places",
        key="allowed",
        kind=Kind.CHANNELS,
        of=lambda rules: rules.places.allowed,
        hint=say("channels and categories where images are made; undecided: everywhere"),
    ),
    Setting(
        section="places",
        key="denied",
        kind=Kind.CHANNELS,
        of=lambda rules: rules.places.denied,
        hint=say("where none are made; this goes before what is allowed"),
    ),
    Setting(
        section="make",
        key="models",
        kind=Kind.MODELS,
        of=lambda rules: rules.make.models,
        hint=say("models that may be used; undecided: all of them"),
    ),
    Setting(
        section="make",
        key="largest_count",
        kind=Kind.COUNT,
        of=lambda rules: rules.make.largest_count,
        hint=say("images of one command, at most"),
    ),
    Setting(
        section="make",
        key="largest_side",
        kind=Kind.SIDE,
        of=lambda rules: rules.make.largest_side,
        hint=say("pixels of the longer side, at most"),
    ),
    Setting(
        section="make",
        key="private",
        kind=Kind.FLAG,
        of=lambda rules: rules.make.private,
        hint=say("whether members may have answers that they alone see"),
    ),
    Setting(
        section="library",
        key="approval",
        kind=Kind.FLAG,
        of=lambda rules: rules.library.approval,
        hint=say("whether LoRAs that members add wait for a moderator"),
    ),
    Setting(
        section="library",
        key="raw_sources",
        kind=Kind.WHO,
        of=lambda rules: rules.library.raw_sources,
        hint=say("who may use LoRAs by their links: everyone, moderators or nobody"),
    ),
    Setting(
        section="library",
        key="approvers",
        kind=Kind.ROLES,
        of=lambda rules: rules.library.approvers,
        hint=say("roles that approve LoRAs beside the moderators"),
    ),
    Setting(
        section="content",
        key="unsafe",
        kind=Kind.FLAG,
        of=lambda rules: rules.content.unsafe,
        hint=say("whether the safety checker may be switched off in age-restricted channels"),
    ),
    Setting(
        section="content",
        key="spoiler",
        kind=Kind.FLAG,
        of=lambda rules: rules.content.spoiler,
        hint=say("whether results in age-restricted channels are covered"),
    ),
    Setting(
        section="content",
        key="words",
        kind=Kind.WORDS,
        of=lambda rules: rules.content.words,
        hint=say("words that a prompt must not hold"),
    ),
    Setting(
        section="content",
        key="patterns",
        kind=Kind.PATTERNS,
        of=lambda rules: rules.content.patterns,
        hint=say("regular expressions (RE2) that a prompt must not match"),
    ),
    Setting(
        section="channels",
        key="reports",
        kind=Kind.CHANNEL,
        of=lambda rules: rules.channels.reports,
        hint=say("where moderators are told of reported images"),
    ),
    Setting(
        section="channels",
        key="audit",
        kind=Kind.CHANNEL,
        of=lambda rules: rules.channels.audit,
        hint=say("where every change of these rules is told"),
    ),
    Setting(
        section="channels",
        key="warnings",
        kind=Kind.CHANNEL,
        of=lambda rules: rules.channels.warnings,
        hint=say("where it is told how much of a cap is spent"),
    ),
    Setting(
        section="retention",
        key="days",
        kind=Kind.DAYS,
        of=lambda rules: rules.retention_days,
        hint=say("days that prompts of finished images are kept; undecided: what the bot's operator has set"),
    ),
)


def settings_of(rules: ServerRules) -> Iterator[tuple[str, Kind, Any]]:
    """Name, kind and value of every setting; of the roles those of which something is said."""
    for setting in SETTINGS:
        yield setting.name, setting.kind, setting.of(rules)
    for role_id, windows in sorted(rules.quota.roles.items()):
        for key, value in windows_of(windows):
            if value is not None:
                yield f"{ROLE_SECTION}.{role_id}.{key}", Kind.IMAGES, value


def windows_of(windows: Windows) -> Iterator[tuple[str, int | None]]:
    """`hour`, `day` and `month`, and what they say."""
    yield from zip(WINDOWS, (windows.hour, windows.day, windows.month), strict=True)
