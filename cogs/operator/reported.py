"""What the operator is told of reports: the first at once, what comes soon after it gathered. Pure."""

from collections.abc import Sequence
from typing import Final

from cogs.words import person, quoted
from jobs.reports import Report
from jobs.sentence import Sentence, say_count

GATHERED: Final = 60_000  # ms between two messages about reports
AT_ONCE: Final = 5  # reports in a message: it has to fit into Discord's 2,000 characters
_REASON: Final = 150  # characters
_LINKS: Final = "https://discord.com/channels"


class ReportDigest:
    """Gathers reports. Times are UTC ms."""

    def __init__(self) -> None:
        self._waiting: list[Report] = []
        self._told_at: int | None = None

    def add(self, report: Report) -> None:
        """There is one more."""
        self._waiting.append(report)

    def due(self, now: int, *, all_at_once: bool = False) -> Sequence[Sequence[Report]]:
        """What is to be told now, message by message, each report handed out once."""
        at = self.next_at()
        if at is None or (now < at and not all_at_once):
            return []
        waiting, self._waiting, self._told_at = self._waiting, [], now
        return [waiting[first : first + AT_ONCE] for first in range(0, len(waiting), AT_ONCE)]

    def next_at(self) -> int | None:
        """When there is something to tell; None: there is nothing."""
        if not self._waiting:
            return None
        return 0 if self._told_at is None else self._told_at + GATHERED


def text_of(reports: Sequence[Report]) -> Sentence:
    """One message: who finds what wrong with which image, and where it is."""
    return say_count(
        "**An image was reported.** Look at it, and delete it where it must go.\n{list}",
        "**{count} images were reported.** Look at them, and delete them where they must go.\n{list}",
        len(reports),
        list="\n".join(_line(each) for each in reports),
    )


def _line(report: Report) -> str:
    where = f" {_LINKS}/{report.guild_id}/{report.channel_id}/{report.message_id}" if report.message_id else ""
    reason = quoted(" ".join(report.reason.split()), _REASON)
    return f"• `{report.job_id}` {person(report.user_id)}: {reason}{where}"
