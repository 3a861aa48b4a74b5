"""Ids that last."""

from typing import Any

import pytest

from cogs.results.buttons import (
    AGAIN,
    CANCEL,
    DELETE,
    DETAILS,
    EDIT,
    EDIT_AGAIN,
    REPORT,
    SAVE_PRESET,
    SHOW,
    VARIATIONS,
    dynamic_button,
    edit_again_button,
    failure_buttons,
    progress_buttons,
    result_buttons,
    show_buttons,
)
from cogs.results.edit_form import REFERENCE
from words.speech import Words

JOB = "0123456789abcdefghjk"
EDITED = f"{JOB}:o:flux-2-lora"
ENGLISH = Words("en-US")
OF_A_JOB = (AGAIN, VARIATIONS, EDIT, DETAILS, SAVE_PRESET, REPORT, DELETE, CANCEL, SHOW)


async def press(_interaction: object, _job_id: str) -> None:
    raise AssertionError("not called")


def classes() -> list[Any]:
    return [
        *(dynamic_button(prefix, press) for prefix in OF_A_JOB),
        dynamic_button(EDIT_AGAIN, press, reference=REFERENCE),
    ]


async def test_ids_are_short_and_each_is_known_by_exactly_one_class() -> None:
    for view, reference in (
        (result_buttons(JOB, ENGLISH), JOB),
        (failure_buttons(JOB, ENGLISH), JOB),
        (progress_buttons(JOB, ENGLISH), JOB),
        (show_buttons([(1, JOB)], ENGLISH), JOB),
        (edit_again_button(EDITED, ENGLISH), EDITED),
    ):
        for button in view.children:
            custom_id = button.custom_id  # type: ignore[attr-defined]
            assert len(custom_id) <= 100
            matches = [each.__discord_ui_compiled_template__.fullmatch(custom_id) for each in classes()]
            assert [match["of"] for match in matches if match] == [reference]


async def test_a_result_has_two_rows_of_buttons_at_most() -> None:
    rows = result_buttons(JOB, ENGLISH).to_components()
    assert [len(row["components"]) <= 5 for row in rows] in ([True], [True, True])


async def test_a_failure_offers_what_may_help() -> None:
    def labels(**helps: bool) -> list[str]:
        return [button.label for button in failure_buttons(JOB, ENGLISH, **helps).children]  # type: ignore[attr-defined]

    assert labels() == ["Try again", "Edit", "Delete"]
    assert labels(again=False) == ["Edit", "Delete"]
    assert labels(again=False, edit=False) == ["Delete"]


@pytest.mark.parametrize("custom_id", ["fluxcord:again:", f"fluxcord:again:{JOB}x", f"other:again:{JOB}", "again"])
def test_other_ids_are_nobodys(custom_id: str) -> None:
    assert not any(each.__discord_ui_compiled_template__.fullmatch(custom_id) for each in classes())
