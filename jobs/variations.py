"""Variations of a result: the same with other seeds, as many as there is room for."""

from dataclasses import replace
from typing import Final

from jobs.catalog import Model
from jobs.model import Job
from jobs.parameters import Integer, Option
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say_count

WANTED: Final = 4  # images
SOURCE: Final = "variations:"  # what the source of such an order begins with


def variations(request: ImageRequest, model: Model, *, seed: int) -> ImageRequest:
    """Four images, or as many as the model makes at once; the API derives the seed of each from this one."""
    most = most_variations(model)
    return replace(request, seed=seed, count=None if most == 1 else most)


def with_images(request: ImageRequest, most: int) -> ImageRequest | None:
    """The same with at most so many images; None where there is room for none."""
    if most < 1:
        return None
    return request if request.images <= most else replace(request, count=most)


def shortfall(job: Job, model: Model | None) -> Sentence | None:
    """That these variations are fewer than four, and why; None for whatever else.

    `model`: as the catalogue has it. What else stood in the way when they were ordered is kept nowhere: the quota, or
    the largest count of the server or of the whole bot.
    """
    images = job.request.images
    if job.order.source is None or not job.order.source.startswith(SOURCE) or images >= WANTED:
        return None
    if model is not None and images >= most_variations(model):
        return say_count(
            "{count} variation: this model makes no more at once.",
            "{count} variations: this model makes no more at once.",
            images,
        )
    return say_count(
        "{count} variation: the quota or the rules here left no room for more.",
        "{count} variations: the quota or the rules here left no room for more.",
        images,
    )


def most_variations(model: Model) -> int:
    """How many of the four the model makes at once; of one as a server's rules leave it, may make there."""
    parameter = model.find(Option.COUNT)
    kind = parameter.kind if parameter is not None else None
    if not isinstance(kind, Integer):
        return 1
    return WANTED if kind.maximum is None else min(WANTED, kind.maximum)
