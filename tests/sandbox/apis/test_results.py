from typing import Any

import pytest

from sandbox.fault_kinds import FaultKind


async def test_result_links_expire_and_can_go_wrong(world: Any) -> None:
    """After their time they answer 403; faults cut them short or replace them."""
    ended = await world.ended((await world.create()).body["predictionID"])
    path = ended["output"].removeprefix(world.url)
    whole = await world.ask("GET", path)
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert int(whole.headers["Content-Length"]) == len(whole.body)
    world.fault("results.image", FaultKind.TRUNCATED)
    with pytest.raises(Exception, match="payload"):
        await world.ask("GET", path)
    world.fault("results.image", FaultKind.GARBAGE, headers={"Content-Type": "image/jpeg"})
    assert (await world.ask("GET", path)).body[:2] != b"\xff\xd8"
    world.clock.advance(3601)
    assert (await world.ask("GET", path)).status == 403
    assert (await world.ask("GET", "/results/none.png")).status == 404


async def test_a_settings_mistake_is_named(world: Any) -> None:
    """An unknown setting, a wrong type or a wrong choice changes nothing."""
    for wrong in ({"speed": 1}, {"hold": 1}, {"output_shape": "round"}, {"duration_s": -1}, [1]):
        assert (await world.ask("PATCH", "/sandbox/eachlabs/settings", json=wrong)).status == 400
    settings = (await world.ask("GET", "/sandbox/eachlabs/settings")).body
    assert (settings["output_shape"], settings["hold"]) == ("auto", False)
