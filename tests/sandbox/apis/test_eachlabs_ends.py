from typing import Any

import pytest

from sandbox.fault_kinds import FaultKind

KEY = {"X-API-Key": "sandbox-eachlabs-key"}


@pytest.mark.parametrize(
    ("place", "read"),
    [
        ("message", lambda body: body["message"]),
        ("details", lambda body: body["details"]),
        ("logs", lambda body: body["logs"]),
        ("output", lambda body: body["output"]["error_message"]),
    ],
)
async def test_a_failure_says_why_in_each_documented_place(world: Any, place: str, read: Any) -> None:
    """The text of a failed prediction, and no charge."""
    world.fault("eachlabs.result", FaultKind.FAILED, body="out of luck")
    await world.turn("eachlabs", error_text_in=place)
    ended = await world.ended((await world.create()).body["predictionID"])
    assert ended["status"] == "failed"
    assert "out of luck" in read(ended)
    assert ended["metrics"]["cost"] == 0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.ERROR, "error"),
        (FaultKind.NSFW, "error"),
        (FaultKind.CANCELLED, "cancelled"),
        (FaultKind.NO_OUTPUT, "success"),
    ],
)
async def test_a_result_can_go_wrong(world: Any, kind: FaultKind, status: str) -> None:
    """Each bad end has no output; only the matching prompt is struck."""
    world.fault("eachlabs.result", kind, match="unlucky")
    good = await world.create()
    bad = await world.create({"prompt": "unlucky"})
    ended = await world.ended(bad.body["predictionID"])
    assert (ended["status"], ended["output"]) == (status, None)
    assert (await world.ended(good.body["predictionID"]))["status"] == "success"


async def test_a_result_can_never_come_or_be_unknown(world: Any) -> None:
    """Neither ends; one can still be cancelled."""
    world.fault("eachlabs.result", FaultKind.NEVER_ENDS)
    world.fault("eachlabs.result", FaultKind.UNKNOWN_STATUS)
    never, unknown = await world.create(), await world.create()
    world.clock.advance(100_000)
    assert (await world.poll(never.body["predictionID"]))["status"] == "processing"
    assert (await world.poll(unknown.body["predictionID"]))["status"] == "hibernating"
    path = f"/eachlabs/v1/prediction/{never.body['predictionID']}/cancel"
    assert (await world.ask("POST", path, headers=KEY)).body["status"] == "cancelled"
    assert (await world.ended(never.body["predictionID"]))["status"] == "cancelled"


async def test_a_refused_word_ends_in_an_error_unless_the_checker_is_off(world: Any) -> None:
    """Content is judged only with the safety checker on."""
    refused = await world.create({"prompt": "a forbidden-fruit"})
    ended = await world.ended(refused.body["predictionID"])
    assert ended["status"] == "error"
    assert "safety" in ended["message"]
    let = await world.create({"prompt": "a forbidden-fruit", "enable_safety_checker": False})
    assert (await world.ended(let.body["predictionID"]))["status"] == "success"


async def test_cancel_is_free_but_only_best_effort(world: Any) -> None:
    """Cancelled while in flight; an ended one is not; a cancel may come to nothing."""
    await world.turn("eachlabs", hold=True)
    one, two = [(await world.create()).body["predictionID"] for _ in range(2)]
    assert (await world.ask("POST", f"/eachlabs/v1/prediction/{one}/cancel", headers=KEY)).status == 200
    ended = await world.ended(one)
    assert (ended["status"], ended["metrics"]["cost"]) == ("cancelled", 0)
    assert (await world.ask("POST", f"/eachlabs/v1/prediction/{one}/cancel", headers=KEY)).status == 400
    await world.turn("eachlabs", cancel_works=False)
    assert (await world.ask("POST", f"/eachlabs/v1/prediction/{two}/cancel", headers=KEY)).status == 200
    await world.turn("eachlabs", hold=False)
    assert (await world.ended(two))["status"] == "success"
