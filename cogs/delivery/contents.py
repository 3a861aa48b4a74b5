"""What the messages of a result hold: the images as large as they may be, and a word on what had to be done to them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from cogs.delivery.labels import Labels
from cogs.delivery.marks import file_name, images_part
from cogs.delivery.posting import Content
from cogs.delivery.trouble import TooLarge
from cogs.embeds import more_images_embed, needs_prompt_file, result_embed
from cogs.results.buttons import result_buttons
from cogs.words import which_images
from jobs.catalog import Catalog
from jobs.model import Job, Posted, Usage
from jobs.sentence import Sentence, say
from jobs.variations import shortfall
from jobs.world import about
from media import fit
from media.fit import Change, Fitted
from words.speech import Words

_log = structlog.get_logger(__name__)

Fit = Callable[[Sequence[Path], int], list[list[Fitted]]]
"""Blocking: messages of pictures of at most so many bytes each; raises `media.fit.TooLarge` when none can be made."""

FITTED_AT_ONCE: Final = 1  # results; four large pictures are 100 MB and more while they are encoded again
_SMALLEST: Final = 2 * fit.MARGIN  # bytes; a message that is refused although it is smaller is not refused for its size
_LONGEST_LINK: Final = 500  # characters; four of them fit into an embed beside the prompt
_ESCAPES: Final = {character: f"%{ord(character):02X}" for character in "()<> "}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a result: images that follow one another, by their numbers from 1 on."""

    numbers: Sequence[int]
    content: Content
    is_whole: bool  # it shows all images of the result

    @property
    def part(self) -> str:
        """Its name among the posts of the job."""
        return images_part(self.numbers)


class Contents:
    """Makes messages of a stored result."""

    def __init__(self, catalog: Catalog, fit: Fit, labels: Labels) -> None:
        self._catalog = catalog
        self._fit = fit
        self._labels = labels
        self._fitting = asyncio.Semaphore(FITTED_AT_ONCE)

    async def show_all(
        self,
        job: Job,
        paths: Sequence[Path],
        usage: Usage,
        *,
        shown: Mapping[int, Posted],
        limit: int,
        show: Callable[[Message], Awaitable[Posted]],
    ) -> Mapping[int, Posted]:
        """Show every image that is not shown already; returns where each of them is.

        Where Discord refuses a message for its size although it has at most `limit` bytes, the rest is made smaller.

        Raises:
            TooLarge: it refuses what is as small as no limit can mean.
            OSError: a file cannot be read or written; FileNotFoundError: the result is gone.
            Exception: whatever `show` raises.
        """
        places = dict(shown)
        try:
            while missing := [number for number in range(1, len(paths) + 1) if number not in places]:
                try:
                    for message in await self.messages(job, paths, usage, numbers=missing, limit=limit):
                        places |= dict.fromkeys(message.numbers, await show(message))
                except TooLarge:
                    _log.warning("the result is too large for this channel", limit_bytes=limit, **about(job))
                    limit //= 2
                    if limit < _SMALLEST:
                        raise
        finally:
            await asyncio.to_thread(self._labels.clear, paths[0].parent)
        return places

    async def messages(
        self, job: Job, paths: Sequence[Path], usage: Usage, *, numbers: Sequence[int], limit: int
    ) -> Sequence[Message]:
        """The messages that show these images, of at most `limit` bytes each; the one with image 1 tells the facts.

        Raises:
            TooLarge: the limit leaves no room for any picture.
            OSError: a file cannot be read or written; FileNotFoundError: the result is gone.
        """
        prompt = job.request.prompt.encode() if needs_prompt_file(job) else b""
        room = self._labels.room(job, numbers, limit)
        chosen = [paths[number - 1] for number in numbers]
        try:
            async with self._fitting:
                ready = await asyncio.to_thread(self._prepare, job, numbers, chosen, limit - len(prompt), room)
        except fit.TooLarge as error:
            raise TooLarge(str(error)) from error
        made: list[Message] = []
        words = Words(job.order.locale)
        left = list(numbers)
        for pictures in ready:
            shown, left = left[: len(pictures)], left[len(pictures) :]
            is_whole = len(shown) == len(paths)
            notes = _notes(job, dict(zip(shown, pictures, strict=True)), is_whole=is_whole)
            fewer = shortfall(job, self._catalog.get(job.request.model)) if 1 in shown else None
            notes = notes if fewer is None else [fewer, *notes]
            note = "\n-# ".join(words(sentence) for sentence in notes)
            files: list[tuple[str, Path | bytes]] = []
            for number, picture in zip(shown, pictures, strict=True):
                files.append((file_name(job, number, picture.path.suffix), picture.path))
            if 1 not in shown:
                embed = more_images_embed(job, shown, words, of=len(paths), note=note)
                content = Content(embed=embed, files=files)
            else:
                if prompt:
                    files.append((f"fluxcord-{job.id}-prompt.txt", prompt))
                embed = result_embed(job, self._catalog.get(job.request.model), usage, words, note=note)
                content = Content(embed=embed, view=result_buttons(job.id, words), files=files)
            made.append(Message(numbers=shown, content=content, is_whole=is_whole))
        return made

    def _prepare(
        self, job: Job, numbers: Sequence[int], paths: Sequence[Path], limit: int, room: int | None
    ) -> list[list[Fitted]]:
        """The pictures, message by message, as they are posted. Blocking, and all of it in one visit to a thread."""
        fitted = self._fit(paths, limit - (room or 0))
        if room is None:
            return fitted
        number = iter(numbers)
        folder = paths[0].parent
        return [
            [replace(each, path=self._labels.write(job, next(number), each.path, folder)) for each in pictures]
            for pictures in fitted
        ]


def _notes(job: Job, pictures: dict[int, Fitted], *, is_whole: bool) -> list[Sentence]:
    notes: list[Sentence] = []
    if 1 in pictures:
        if not is_whole:
            here = which_images(list(pictures), of=len(job.images))
            notes.append(say("Too large for one message: the rest is below. {images} here.", images=here))
        if missing := job.request.images - len(job.images):
            notes.append(
                say(
                    "{missing} of {total} could not be fetched: given back to your quota.",
                    missing=missing,
                    total=job.request.images,
                )
            )
    if any(picture.change is Change.ENCODED for picture in pictures.values()):
        notes.append(say("Re-encoded so that this channel takes it."))
    notes.extend(_shrunk(job, number) for number, picture in pictures.items() if picture.change is Change.SHRUNK)
    return notes


def _shrunk(job: Job, number: int) -> Sentence:
    link = "".join(_ESCAPES.get(character, character) for character in job.images[number - 1].url or "")
    if len(job.images) == 1:
        text = say("This image is shown smaller than it was made, since this channel takes no file of its size.")
    else:
        text = say(
            "Image {number} is shown smaller than it was made, since this channel takes no file of its size.",
            number=number,
        )
    if not link or len(link) > _LONGEST_LINK:
        return text
    return say("{text} [Save the original]({link}) soon: its link expires.", text=text, link=link)
