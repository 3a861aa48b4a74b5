from itertools import pairwise
from typing import Any

import pytest


async def test_each_prediction_takes_a_time_of_its_own_between_two_bounds(world: Any) -> None:
    await world.turn("eachlabs", duration_s=0.05, duration_most_s=0.3)
    for _ in range(4):
        await world.ended((await world.create()).body["predictionID"])
    took = [each["ended_ms"] - each["created_ms"] for each in await world.read("eachlabs/predictions", "predictions")]
    assert all(each >= 50 for each in took)
    assert all(abs(one - other) > 1 for one, other in pairwise(took))
    # The same in each run: bench/ compares two programs over the same durations.
    assert took[0] == pytest.approx(50 + 250 * 0.8444, abs=60)


async def test_large_results_are_noise_of_about_the_size_that_was_asked_for(world: Any) -> None:
    await world.turn("results", noise_bytes=300_000)
    ended = await world.ended((await world.create({"num_images": 2})).body["predictionID"])
    for link in ended["output"]:
        path = link.removeprefix(world.url)
        assert len((await world.ask("GET", path)).body) == pytest.approx(300_000, rel=0.02)
        assert (await world.image(link)).format == "PNG"
