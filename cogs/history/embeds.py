"""What `/history` and the reminders say: pure functions from jobs to embeds."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.embeds import REFUSED, WORKING
from cogs.words import images, quoted, shortened, when
from jobs.catalog import Catalog
from jobs.model import Job
from jobs.status import Status

_PROMPT_GLIMPSE: Final = 80  # characters
_REASON: Final = 240  # characters
_REASON_GLIMPSE: Final = 120  # characters; ten such lines have to fit into one embed
_STATES: Final = {
    Status.QUEUED: "Waiting in the queue",
    Status.SUBMITTING: "Being made",
    Status.UNCONFIRMED: "Waiting for an answer",
    Status.RUNNING: "Being made",
    Status.DELIVERING: "Being posted",
    Status.CANCELLING: "Being cancelled",
    Status.CANCELLED: "Cancelled, given back",
    Status.FAILED: "Failed, given back",
}
_LINKS: Final = "https://discord.com/channels"


def history_embed(jobs: Sequence[Job], catalog: Catalog) -> discord.Embed:
    """A user's last jobs, numbered, with how each stands and where it can be seen."""
    if not jobs:
        text = "Nothing of yours in this server yet. Start with `/imagine`."
        return discord.Embed(title="Your images", description=text, colour=WORKING)
    lines = [_line(number, job, catalog) for number, job in enumerate(jobs, start=1)]
    embed = discord.Embed(title="Your last images here", description="\n".join(lines), colour=WORKING)
    if any(is_kept(job) for job in jobs):
        text = "What is kept could not be posted, neither here nor to you directly. Press Show to see it now."
        embed.set_footer(text=text)
    return embed


def reminder_embed(jobs: Sequence[Job]) -> discord.Embed:
    """How jobs ended whose user could not be told in time."""
    title = "How an earlier one ended" if len(jobs) == 1 else "How earlier ones ended"
    return discord.Embed(title=title, description="\n".join(_ended(job) for job in jobs), colour=REFUSED)


def is_kept(job: Job) -> bool:
    """Whether its images wait for their user."""
    return job.status is Status.UNDELIVERED and job.removed_at is None


def _line(number: int, job: Job, catalog: Catalog) -> str:
    model = catalog.get(job.request.model)
    title = model.title if model is not None else job.request.model
    count = images(len(job.images) or job.request.images)
    return f"**{number}.** {_state(job)} · {title} · {count} · {when(job.created_at)}{_why(job)}{_glimpse(job)}"


def _state(job: Job) -> str:
    match job.status:
        case Status.DELIVERED:
            return _where(job)
        case Status.UNDELIVERED:
            return "**Kept for you**" if is_kept(job) else "Not posted, and no longer kept"
        case status:
            return _STATES[status]


def _why(job: Job) -> str:
    """Why there is no image: who reads it here is told of it nowhere else any more."""
    if job.failure is None:
        return ""
    return f" · {shortened(' '.join(job.failure.user_message.split()), _REASON_GLIMPSE)}"


def _where(job: Job) -> str:
    """Where a delivered result is; an ephemeral message has no link."""
    posted = job.posted
    if posted is None or job.kept_because is not None:
        return "Shown to you"
    if posted.channel_id != job.order.channel_id:
        return f"[Sent to you directly]({_LINKS}/@me/{posted.channel_id}/{posted.message_id})"
    if job.order.private:
        return "Shown to you"
    return f"[Posted]({_LINKS}/{job.order.guild_id}/{posted.channel_id}/{posted.message_id})"


def _ended(job: Job) -> str:
    match job.status:
        case Status.UNDELIVERED if is_kept(job):
            one = len(job.images) == 1
            what = "An image of yours is" if one else f"{images(len(job.images))} of yours are"
            they, them = ("it", "it") if one else ("they", "them")
            text = f"{what} kept, since {they} could be posted nowhere: `/history` shows {them}."
        case Status.UNDELIVERED:
            text = "Images of yours could be posted nowhere and are no longer kept."
        case Status.CANCELLED:
            text = "Cancelled, and given back to your quota."
        case _:
            why = job.failure.user_message if job.failure is not None else "Please try again."
            text = f"No image this time: {shortened(why, _REASON)} It was given back to your quota."
    return f"• {when(job.created_at)} · {text}{_glimpse(job)}"


def _glimpse(job: Job) -> str:
    """The beginning of the prompt on a line of its own; nothing where the retention has removed it."""
    prompt = quoted(" ".join(job.request.prompt.split()), _PROMPT_GLIMPSE)
    return f"\n-# {prompt}" if prompt else ""
