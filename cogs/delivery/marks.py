"""By what a message can be told to be a certain part of a job: the names of its files, its buttons, what it answers."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import discord

from cogs.results.buttons import CANCEL, DELETE
from jobs.ids import is_job_id
from jobs.model import Job

READY: Final = "ready"
FAILURE: Final = "failure"
RESPONSE: Final = "response"  # a private one that shows a result
_COVERED: Final = "SPOILER_"  # https://discord.com/developers/docs/resources/message#attachment-object
_FILE: Final = re.compile(rf"(?:{_COVERED})?fluxcord-([0-9a-z]{{20}})-(\d+)\.\w+")
_IMAGES: Final = re.compile(r"images (\d+)-(\d+)")
_WORDS: Final = re.compile(r"[0-9a-z]+")
_EPOCH: Final = 1_420_070_400_000  # UTC ms; https://discord.com/developers/docs/reference#snowflakes
_TIME_SHIFT: Final = 22  # bits of a snowflake below its time


def file_name(job: Job, number: int, suffix: str) -> str:
    """What the image with this number, from 1 on, is called in Discord, which covers it where the name says so."""
    return f"{_COVERED if job.order.spoiler else ''}fluxcord-{job.id}-{number}{suffix}"


def image_of(file: str, job: Job) -> int | None:
    """The number of the job's image that a file of this name holds; None: it holds none."""
    match = _FILE.fullmatch(file)
    return int(match[2]) if match and match[1] == job.id else None


def images_part(numbers: Sequence[int]) -> str:
    """The name of a message that shows these images, which follow one another: `images 1-2`."""
    return f"images {numbers[0]}-{numbers[-1]}"


def numbers_of(part: str) -> Sequence[int]:
    """The images that a part of this name shows; none where it is no part of a result."""
    match = _IMAGES.fullmatch(part)
    return range(int(match[1]), int(match[2]) + 1) if match else ()


def shown_in(message: discord.Message, job: Job) -> Sequence[int]:
    """The numbers of the job's images that a message shows."""
    found = (image_of(attachment.filename, job) for attachment in message.attachments)
    return sorted(number for number in found if number is not None)


def tells_the_end(message: discord.Message, job: Job) -> bool:
    """Whether it says that the job has failed or was cancelled: no images, and buttons for what has ended."""
    ids = set(_custom_ids(message))
    return DELETE + job.id in ids and CANCEL + job.id not in ids and not shown_in(message, job)


def is_part(message: discord.Message, job: Job, part: str) -> bool:
    """Whether a message, sent by the bot itself, is this part of the job and not the response to its interaction."""
    if message.id == job.order.reply.message_id:
        return False
    if numbers := numbers_of(part):
        return shown_in(message, job) == list(numbers)
    match part:
        case "failure":
            return tells_the_end(message, job)
        case "ready":
            answered = message.reference.message_id if message.reference is not None else None
            result = job.order.reply.message_id
            return result is not None and (answered == result or message.content.endswith(f"/{result}"))
        case _:
            return False


def job_shown_in(message: discord.Message) -> str | None:
    """The id of the one job that a message of ours is about; None: of none, or of several.

    Its buttons, files and footers tell: what members write stands in none of these.
    """
    texts = [*_custom_ids(message), *(attachment.filename for attachment in message.attachments)]
    texts += [embed.footer.text or "" for embed in message.embeds]
    found = {word for text in texts for word in _WORDS.findall(text) if is_job_id(word)}
    return found.pop() if len(found) == 1 else None


def just_before(job: Job, moment: int, *, margin: int) -> int:
    """A snowflake that is surely older than a message which we began to send at `moment` (UTC ms by our clock).

    How far Discord's clock is from ours shows in the interaction's own snowflake, which was made a little before the
    job was written down; `margin` (ms) is for whatever both clocks have drifted since.
    """
    skew = (job.order.interaction_id >> _TIME_SHIFT) + _EPOCH - job.created_at
    return max(0, moment + skew - margin - _EPOCH) << _TIME_SHIFT


def _custom_ids(message: discord.Message) -> Iterable[str]:
    for row in message.components:
        if isinstance(row, discord.ActionRow):
            yield from (child.custom_id for child in row.children if child.custom_id is not None)
