"""What posted images say about how they were made: from a job to the texts, and into copies of its images."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from jobs.catalog import Catalog, Model
from jobs.model import Job
from jobs.parameters import Integer, Number, Option
from jobs.shelf import Shelf
from jobs.world import about
from media.metadata.inscribe import Inscription, inscribe
from media.metadata.pieces import Broken
from media.metadata.recipe import Adapter, Recipe, Tool

_log = structlog.get_logger(__name__)

SETTINGS: Final = (
    Option.SIZE,
    Option.COUNT,
    Option.FORMAT,
    Option.EXPAND_PROMPT,
    Option.SPEED,
    Option.SAFETY,
)
"""Choices that are written by the names of their options."""

_SHARE: Final = 8  # of what a message may hold, at most one part in so many goes into texts
_FOLDER: Final = "labelled"


class Labels:
    """Writes into copies: what is stored stays what the image service sent.

    Its user, or the server it was asked for in, may not want it: that counts when it is posted. Who asked is never
    written.
    """

    def __init__(self, catalog: Catalog, shelf: Shelf) -> None:
        self._catalog = catalog
        self._shelf = shelf

    def room(self, job: Job, numbers: Sequence[int], limit: int) -> int | None:
        """Bytes that the texts of these images take at most; None: they get none.

        That is where nobody wants them, and where they would take much of what a message may hold (`limit` bytes).
        """
        if not self._shelf.writes_metadata(user_id=job.order.user_id, guild_id=job.order.guild_id):
            return None
        taken = sum(self._texts(job, number).room for number in numbers)
        return taken if taken <= limit // _SHARE else None

    def write(self, job: Job, number: int, image: Path, folder: Path) -> Path:
        """A copy of the image with this number, from 1 on, that says how it was made. Blocking.

        One that cannot be written into is posted as it is: the image matters more than its label.

        Raises:
            OSError: a file cannot be read or written.
        """
        place = folder / _FOLDER
        place.mkdir(exist_ok=True)
        try:
            inscribe(image, place / image.name, self._texts(job, number))
        except Broken as error:
            _log.warning("an image could not be labelled", detail=str(error), image=number, **about(job))
            return image
        return place / image.name

    def clear(self, folder: Path) -> None:
        """Remove the copies in a job's folder; harmless when there are none. Blocking."""
        shutil.rmtree(folder / _FOLDER, ignore_errors=True)

    def _texts(self, job: Job, number: int) -> Inscription:
        return Inscription.of(recipe_of(job, number, self._catalog.get(job.request.model)))


def recipe_of(job: Job, number: int, model: Model | None) -> Recipe:
    """How the image with this number, from 1 on, was made.

    Of a link to a LoRA only what names it is told: its query may hold a key.
    """
    request, image = job.request, job.images[number - 1]
    steps, guidance = _default(Option.STEPS, model), _default(Option.GUIDANCE, model)
    return Recipe(
        tool=Tool.FLUXCORD,
        prompt=request.prompt,
        model=request.model,
        title=model.title if model is not None else "",
        seed=request.seed,
        steps=int(steps) if request.steps is None and steps is not None else request.steps,
        guidance=guidance if request.guidance is None else request.guidance,
        width=image.width,
        height=image.height,
        adapters=tuple(Adapter(source=_without_key(lora.path), scale=lora.scale) for lora in request.loras),
        settings={
            option.value: value
            for option in SETTINGS
            if isinstance(value := request.value(option), str | int | float | bool)
        },
        job=job.id,
        image=number,
        made_at=job.completed_at,
    )


def _default(option: Option, model: Model | None) -> int | float | None:
    """What the image service takes when nothing is sent; None: it does not say."""
    parameter = model.find(option) if model is not None else None
    kind = parameter.kind if parameter is not None else None
    return kind.default if isinstance(kind, Integer | Number) else None


def _without_key(source: str) -> str:
    return source.partition("?")[0].partition("#")[0]
