"""Variations: how many, and what is said of fewer."""

import dataclasses

from jobs.catalog import FLUX_LORA, Model
from jobs.parameters import Integer, Option, Parameter
from jobs.request import ImageRequest
from jobs.variations import shortfall, variations, with_images
from tests.support import make_job

REQUEST = ImageRequest(model="flux-lora", prompt="a fox", seed=7, steps=30, count=1)


def model_that_makes(most: int | None) -> Model:
    others = tuple(parameter for parameter in FLUX_LORA.parameters if parameter.option is not Option.COUNT)
    if most is None:
        return dataclasses.replace(FLUX_LORA, parameters=others)
    count = Parameter(option=Option.COUNT, field="num_images", kind=Integer(minimum=1, maximum=most))
    return dataclasses.replace(FLUX_LORA, parameters=(*others, count))


def test_they_are_the_same_with_another_seed_and_four() -> None:
    assert variations(REQUEST, FLUX_LORA, seed=9) == dataclasses.replace(REQUEST, seed=9, count=4)


def test_a_model_that_makes_fewer_at_once_makes_as_many_as_it_can() -> None:
    assert variations(REQUEST, model_that_makes(2), seed=9).count == 2
    assert variations(REQUEST, model_that_makes(6), seed=9).count == 4
    assert variations(REQUEST, model_that_makes(None), seed=9).count is None


def test_there_are_as_many_as_there_is_room_for() -> None:
    four = dataclasses.replace(REQUEST, count=4)
    assert with_images(four, 3) == dataclasses.replace(REQUEST, count=3)
    assert with_images(four, 9) == four
    assert with_images(four, 0) is None
    assert with_images(dataclasses.replace(REQUEST, count=None), 1) == dataclasses.replace(REQUEST, count=None)


def test_fewer_than_four_are_explained() -> None:
    job = make_job(count=2)
    pressed = dataclasses.replace(job, order=dataclasses.replace(job.order, source="variations:x:1"))
    assert str(shortfall(pressed, FLUX_LORA)) == "2 variations: the quota or the rules here left no room for more."
    assert str(shortfall(pressed, model_that_makes(2))) == "2 variations: this model makes no more at once."
    assert shortfall(job, FLUX_LORA) is None
    four = dataclasses.replace(pressed.order, request=dataclasses.replace(REQUEST, count=4))
    assert shortfall(dataclasses.replace(pressed, order=four), FLUX_LORA) is None
