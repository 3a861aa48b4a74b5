"""The pages of `/admin setup`, what is chosen and pressed on each, and the ids that say so after a restart too."""

import enum
from typing import Final

PICK: Final = "fluxcord:setup:pick:"
PRESS: Final = "fluxcord:setup:press:"
FORM: Final = "fluxcord:setup:form:"
REFERENCE: Final = r"[a-z_]{1,20}"


class Page(enum.StrEnum):
    """In the order of the select."""

    START = "start"
    QUOTA = "quota"
    MONEY = "money"
    WHERE = "where"
    WHAT = "what"
    CONTENT = "content"
    CHANNELS = "channels"


class Pick(enum.StrEnum):
    """A select; the value is part of its id."""

    PAGE = "page"
    ALLOWED = "allowed"
    DENIED = "denied"
    MODELS = "models"
    RAW_SOURCES = "raw_sources"
    APPROVERS = "approvers"
    REPORTS = "reports"
    AUDIT = "audit"
    WARNINGS = "warnings"


class Press(enum.StrEnum):
    """A button; the value is part of its id."""

    WINDOWS = "windows"  # opens a form
    CAPS = "caps"  # the same
    BOUNDS = "bounds"  # the same
    RETENTION = "retention"  # the same
    PRIVATE = "private"
    APPROVAL = "approval"
    UNSAFE = "unsafe"
    SPOILER = "spoiler"
    PAUSE = "pause"
    RESUME = "resume"
    AGAIN = "again"  # looks again


ON: Final = {
    Pick.ALLOWED: Page.WHERE,
    Pick.DENIED: Page.WHERE,
    Pick.MODELS: Page.WHAT,
    Pick.RAW_SOURCES: Page.WHAT,
    Pick.APPROVERS: Page.WHAT,
    Pick.REPORTS: Page.CHANNELS,
    Pick.AUDIT: Page.CHANNELS,
    Pick.WARNINGS: Page.CHANNELS,
    Press.WINDOWS: Page.QUOTA,
    Press.CAPS: Page.MONEY,
    Press.BOUNDS: Page.WHAT,
    Press.PRIVATE: Page.WHAT,
    Press.APPROVAL: Page.WHAT,
    Press.RETENTION: Page.CONTENT,
    Press.UNSAFE: Page.CONTENT,
    Press.SPOILER: Page.CONTENT,
    Press.PAUSE: Page.START,
    Press.RESUME: Page.START,
    Press.AGAIN: Page.START,
}
"""The page that each belongs to, shown again after it."""
