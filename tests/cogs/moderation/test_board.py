"""Whom a report is told to, and what a start takes up again."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from cogs.moderation.board import DAY, ReportBoard
from jobs.model import DIRECT
from jobs.reports import Report
from jobs.servers.rules import Channels, ServerRules
from tests.support import make_job

WITH, WITHOUT = 1, 2
NOW = 100 * DAY


class Records:
    """Untold reports, as a database would give them."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports

    async def untold_reports(self, *, since: int) -> Sequence[Report]:
        return [each for each in self.reports if each.reported_at > since]


class Operator:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def reported(self, report: Report) -> None:
        self.told.append(report.job_id)


def report(number: int, guild_id: int, *, age: int = 0) -> Report:
    return Report(
        job_id=f"{number:020}", user_id=8, guild_id=guild_id, channel_id=3, message_id=4, reason="x",
        reported_at=NOW - age,
    )  # fmt: skip


def board_of(operator: Operator, reports: Sequence[Report] = ()) -> ReportBoard:
    rules = {WITH: ServerRules(channels=Channels(reports=9))}
    fakes: dict[str, Any] = {
        "client": None,
        "records": Records(reports),
        "service": SimpleNamespace(archive=None, get=make_job),
        "servers": SimpleNamespace(of=lambda guild_id: rules.get(guild_id, ServerRules())),
        "people": None,
        "clock": SimpleNamespace(now=lambda: NOW),
        "operator": operator,
    }
    return ReportBoard(**cast("Any", fakes))


def test_moderators_are_told_where_they_have_a_channel_and_the_operator_elsewhere() -> None:
    operator = Operator()
    board = board_of(operator)
    for number, guild_id in enumerate((WITH, WITHOUT, DIRECT)):
        board.reported(report(number, guild_id))
    assert list(board._due) == [f"{0:020}"]
    assert operator.told == [f"{1:020}", f"{2:020}"]


async def test_a_start_takes_up_a_day_for_the_operator_and_a_week_for_moderators() -> None:
    operator = Operator()
    untold = [report(number, WITH, age=number * DAY + 1) for number in range(9)]
    untold += [report(10 + number, WITHOUT, age=number * DAY + 1) for number in range(9)]
    board = board_of(operator, untold)
    await board.load()
    assert list(board._due) == [f"{number:020}" for number in range(7)]
    assert operator.told == [f"{10:020}"]


async def test_one_image_is_due_once_however_often_it_is_reported() -> None:
    board = board_of(Operator())
    for _ in range(5):
        board.reported(report(1, WITH))
    assert len(board._due) == 1
