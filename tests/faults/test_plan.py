"""Of the whole plan only what is asked for is played."""

import pytest

from tests.faults.cases import Case
from tests.faults.databases import ENGINES, POSTGRESQL, SQLITE
from tests.faults.keeper import ASKED
from tests.faults.plan import asked_for, random_kills, rehearsals
from tests.faults.points import Kill
from tests.faults.scenes import SCENES
from tests.faults.stage import Mode

ALL = rehearsals(SQLITE)
SEND = "after 1 Discord.POST /channels/{channel_id}/messages[No image this time]"


@pytest.mark.parametrize(
    ("only", "scenes", "modes"),
    [
        ("late failure", {"late failure"}, {Mode.POLL, Mode.WEBHOOK, Mode.SYNCHRONOUS}),
        ("^late / poll", {"late"}, {Mode.POLL}),
        (f"^late / webhook / {POSTGRESQL}: {SEND}", {"late"}, {Mode.WEBHOOK}),
        ("mark_delivered", set(SCENES), set(Mode)),
        (POSTGRESQL, set(SCENES), set(Mode)),
        ("", set(SCENES), set(Mode)),
    ],
)
def test_no_scene_is_rehearsed_but_those_that_are_named(only: str, scenes: set[str], modes: set[Mode]) -> None:
    played = asked_for(ALL, only, ENGINES)
    assert {case.scene for case in played} == scenes
    assert {case.mode for case in played} <= modes
    assert {case.engine for case in played} == {SQLITE}


@pytest.mark.parametrize(
    "case",
    [
        ALL[0],
        *random_kills([POSTGRESQL], seeds=2),
        Case(scene="late", mode=Mode.POLL, engine=SQLITE, deaths=(ASKED, Kill.read(SEND), Kill.read("before 2 A.b s"))),
    ],
    ids=str,
)
def test_a_case_can_be_played_again_as_it_was_printed(case: Case) -> None:
    assert Case.read(str(case)) == case


@pytest.mark.parametrize(
    "text", ["late", "late / poll: no kill", "late / poll / sqlite: now", "late / x / sqlite: no kill"]
)
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Case.read(text)
