"""What a member is told to expect: it follows images and steps, and what was really seen."""

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, Catalog, Provider
from jobs.estimates import Estimates
from jobs.forecast import Forecasts
from jobs.queue import Took
from jobs.request import ImageRequest

CATALOG = Catalog(offered=list(Provider), models=MODELS)


def made(model: str = FLUX_LORA.key, **chosen: int) -> ImageRequest:
    return ImageRequest(model=model, prompt="a fox", seed=1, **chosen)  # type: ignore[arg-type]  # numbers only


def learnt(*seen: tuple[ImageRequest, int]) -> Forecasts:
    forecasts = Forecasts(CATALOG, Estimates(CATALOG))
    for request, duration in seen:
        forecasts.learn(request, duration)
    return forecasts


@pytest.mark.parametrize(
    ("request_", "ms"),
    [
        (made(), 20_000),
        (made(count=4), 80_000),
        (made(steps=14), 10_000),
        (made(count=2, steps=28), 40_000),
        (made(FLUX_2_LORA.key, steps=14), 10_000),
    ],
)
def test_before_anything_is_learnt_the_catalogue_is_taken_in_proportion(request_: ImageRequest, ms: int) -> None:
    assert learnt().expected(request_) == ms


def test_what_had_as_many_images_and_steps_is_believed_first() -> None:
    forecasts = learnt(*[(made(), 5_000)] * 3, (made(count=4), 7_000), (made(count=4), 8_000), (made(count=4), 9_000))
    assert forecasts.expected(made()) == 5_000
    assert forecasts.expected(made(count=4)) == 8_000
    assert forecasts.expected(made(steps=28)) == 5_000  # as many as the model takes by itself


def test_what_was_never_seen_is_told_in_proportion_to_what_was() -> None:
    forecasts = learnt(*[(made(), 5_000)] * 3)
    assert forecasts.expected(made(count=2)) == 10_000
    assert forecasts.expected(made(steps=14)) == 2_500
    assert forecasts.expected(made(FLUX_2_LORA.key)) == FLUX_2_LORA.typical_ms


def test_what_waited_for_something_else_teaches_nothing() -> None:
    forecasts = learnt(*[(made(), 5_000)] * 3, *[(made(), 10 * FLUX_LORA.typical_ms + 1)] * 9)
    assert forecasts.expected(made()) == 5_000


def test_only_the_last_ones_count() -> None:
    forecasts = learnt(*[(made(), 5_000)] * 20, *[(made(), 9_000)] * 11)
    assert forecasts.expected(made()) == 9_000


def test_a_model_that_is_not_on_offer_any_more_is_told_as_any() -> None:
    assert learnt((made("gone"), 1)).expected(made("gone")) == Estimates(CATALOG).typical("gone")


async def test_a_start_takes_what_the_database_remembers() -> None:
    class Remembering:
        async def recently_made(self, model: str, *, limit: int) -> list[Took]:
            newest_first = [9_000] * 11 + [5_000] * 9
            return [Took(request=made(model), duration=duration) for duration in newest_first[:limit]]

    forecasts = Forecasts(CATALOG, Estimates(CATALOG))
    await forecasts.load(Remembering())
    for _ in range(9):
        forecasts.learn(made(), 1_000)
    assert forecasts.expected(made()) == 9_000  # of the old ones the oldest are forgotten first
