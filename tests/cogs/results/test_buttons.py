"""Ids that last."""

import pytest

from cogs.results.buttons import (
    AGAIN,
    CANCEL,
    DELETE,
    SHOW,
    dynamic_button,
    failure_buttons,
    progress_buttons,
    result_buttons,
    show_buttons,
)

JOB = "0123456789abcdefghjk"


async def press(_interaction: object, _job_id: str) -> None:
    raise AssertionError("not called")


async def test_ids_are_short_and_each_is_known_by_exactly_one_class() -> None:
    classes = [dynamic_button(prefix, press) for prefix in (AGAIN, DELETE, CANCEL, SHOW)]
    for view in (result_buttons(JOB), failure_buttons(JOB), progress_buttons(JOB), show_buttons([(1, JOB)])):
        for button in view.children:
            custom_id = button.custom_id  # type: ignore[attr-defined]
            assert len(custom_id) <= 100
            matches = [each.__discord_ui_compiled_template__.fullmatch(custom_id) for each in classes]
            assert [match["job"] for match in matches if match] == [JOB]


@pytest.mark.parametrize("custom_id", ["fluxcord:again:", f"fluxcord:again:{JOB}x", f"other:again:{JOB}", "again"])
def test_other_ids_are_nobodys(custom_id: str) -> None:
    classes = [dynamic_button(prefix, press) for prefix in (AGAIN, DELETE, CANCEL, SHOW)]
    assert not any(each.__discord_ui_compiled_template__.fullmatch(custom_id) for each in classes)
