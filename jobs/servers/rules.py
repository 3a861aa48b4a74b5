"""What may be decided for a server, and what counts where nothing is."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

EVERYWHERE: Final = -1
"""The `guild_id` of what the operator decides for the whole bot, beside every server's own rules."""


class Who(enum.StrEnum):
    """Who may do something; the value is what is written down."""

    EVERYONE = "everyone"
    MODERATORS = "moderators"  # Manage Messages, Manage Server or Administrator
    NOBODY = "nobody"


class Window(enum.Enum):
    """A rolling window in which images are counted; the value is its length in milliseconds."""

    HOUR = 3_600_000
    DAY = 86_400_000
    MONTH = 30 * 86_400_000


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Images a member may make in each window; None: nothing is said of it."""

    hour: int | None = None
    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, kw_only=True)
class QuotaRules:
    """How many images whom. Of what several of a member's roles say, the most counts, for each window by itself."""

    windows: Windows = field(default_factory=Windows)  # everybody's; no day said: the operator's setting
    roles: Mapping[int, Windows] = field(default_factory=dict)  # by the role's id
    exempt_roles: frozenset[int] = frozenset()  # no window binds whoever has one of them
    exempt_users: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Micro-dollars that may be spent in a calendar day and month, UTC; None: no cap. 0: nothing may be spent."""

    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, kw_only=True)
class ContentRules:
    """What may be asked for, and how results are shown."""

    unsafe: bool = False  # the safety checker may be switched off in age-restricted channels
    spoiler: bool = False  # results in age-restricted channels are covered until somebody wants to see them
    words: tuple[str, ...] = ()  # refused in a prompt, however they are spaced, accented or disguised
    patterns: tuple[str, ...] = ()  # regular expressions (RE2's), refused in a prompt


@dataclass(frozen=True, kw_only=True)
class PlaceRules:
    """Channels; what is said of one holds for its threads, what is said of a category for all of its channels."""

    allowed: frozenset[int] = frozenset()  # none: everywhere
    denied: frozenset[int] = frozenset()  # goes before `allowed`


@dataclass(frozen=True, kw_only=True)
class MakeRules:
    """What may be ordered."""

    models: frozenset[str] | None = None  # keys of the catalogue; None: every model on offer
    largest_count: int | None = None  # images of one command
    largest_side: int | None = None  # pixels of the longer side
    private: bool = True  # whether answers may be for one's own eyes


@dataclass(frozen=True, kw_only=True)
class LibraryRules:
    """The LoRA library."""

    approval: bool = False  # what members add waits for a moderator
    raw_sources: Who = Who.EVERYONE  # who takes links and owner/repo beside the library's names
    approvers: frozenset[int] = frozenset()  # roles that may approve, beside moderators


@dataclass(frozen=True, kw_only=True)
class Channels:
    """Where a server's admins are told; None: nowhere."""

    reports: int | None = None  # what members report
    audit: int | None = None  # each change of these rules, bans, grants
    warnings: int | None = None  # how much of a cap is spent


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Nothing is ordered until somebody resumes; what waits is kept and sent afterwards."""

    by: int  # the user
    at: int  # UTC ms
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ServerRules:
    """All of it; without a decision everything is open, within the operator's limits."""

    quota: QuotaRules = field(default_factory=QuotaRules)
    caps: Caps = field(default_factory=Caps)
    content: ContentRules = field(default_factory=ContentRules)
    places: PlaceRules = field(default_factory=PlaceRules)
    make: MakeRules = field(default_factory=MakeRules)
    library: LibraryRules = field(default_factory=LibraryRules)
    channels: Channels = field(default_factory=Channels)
    retention_days: int | None = None  # None: the operator's setting
    pause: Pause | None = None


UNDECIDED: Final = ServerRules()
