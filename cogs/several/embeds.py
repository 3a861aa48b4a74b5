"""What is asked before several jobs are made, and how they are summed up: pure functions to embeds."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.embeds import DONE, REFUSED, WORKING
from cogs.quota.standing import quota_line
from cogs.words import images, quoted, shortened
from jobs.alternatives import differing
from jobs.model import Job, Usage
from jobs.queue import Batch
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say, say_count
from jobs.status import FINISHED, Status
from words.speech import Words

_GLIMPSE: Final = 150  # characters of a prompt; ten such lines fit into one embed
_REASON: Final = 150  # characters
_LINKS: Final = "https://discord.com/channels"
_STATES: Final = {
    Status.QUEUED: say("Waiting"),
    Status.SUBMITTING: say("Being made"),
    Status.UNCONFIRMED: say("Waiting for an answer"),
    Status.RUNNING: say("Being made"),
    Status.DELIVERING: say("Being posted"),
    Status.UNDELIVERED: say("**Kept for you**: `/history` shows it"),
    Status.CANCELLING: say("Being cancelled"),
    Status.CANCELLED: say("Cancelled"),
}


def ask_embed(requests: Sequence[ImageRequest], usage: Usage, words: Words) -> discord.Embed:
    """The prompts, what they need of the quota, and what is left of it."""
    asked = sum(request.images for request in requests)
    lines = [f"**{number}.** {quoted(_flat(each.prompt), _GLIMPSE)}" for number, each in enumerate(requests, start=1)]
    fits = usage.fits(asked)
    embed = discord.Embed(
        title=words(say_count("Make {count} image?", "Make {count} images?", asked)),
        description="\n".join(lines),
        colour=WORKING if fits else REFUSED,
    )
    each = requests[0].images
    if each > 1:
        needs = say(
            "{prompts} prompts of {images} each need **{asked}** of your quota.",
            prompts=len(requests),
            images=images(each),
            asked=images(asked),
        )
    else:
        needs = say("They need **{asked}** of your quota.", asked=images(asked))
    text = f"{words(needs)}\n{quota_line(usage, words)}"
    if not fits:
        text += f"\n{words(_too_many(asked, usage))}"
    embed.add_field(name=words(say("Quota")), value=text, inline=False)
    return embed.set_footer(text=words(say("Nothing is made or charged until you press Make.")))


def _too_many(asked: int, usage: Usage) -> Sentence:
    if any(asked > window.allowance + usage.granted for window in usage.windows):
        return say("That is more than you may make here in 24 hours: leave some alternatives out.")
    return say("That is more than you have left: leave some alternatives out, or try again once images have come back.")


def begun_embed(requests: Sequence[ImageRequest], words: Words) -> discord.Embed:
    """What stands where the summary will be while the order is placed, and for ever if that is cut off."""
    told = differing([request.prompt for request in requests])
    title = words(say("One moment"))
    lines = "\n".join(f"**{number}.** {quoted(mark, _GLIMPSE)}" for number, mark in enumerate(told, start=1))
    embed = discord.Embed(title=title, description=lines, colour=WORKING)
    return embed.set_footer(text=words(say("If this does not change, nothing was made: type /imagine again.")))


def summary_embed(batch: Batch, words: Words) -> discord.Embed:
    """How many are ready, and how each one stands: with a link where it can be seen, or why there is none."""
    jobs = batch.jobs
    ready = sum(job.status in {Status.DELIVERED, Status.UNDELIVERED} for job in jobs)
    told = zip(jobs, differing([job.request.prompt for job in jobs]), strict=True)
    lines = [_line(number, _standing(job, words), mark, words) for number, (job, mark) in enumerate(told, start=1)]
    embed = discord.Embed(
        title=words(say("{ready} of {total} ready", ready=ready, total=len(jobs))),
        description="\n".join(lines),
        colour=WORKING,
    )
    embed.add_field(name=words(say("For")), value=f"<@{jobs[0].order.user_id}>", inline=False)
    if not has_ended(batch):
        return embed.set_footer(text=words(say("/queue shows and cancels what is still waiting.")))
    embed.colour = DONE if ready else REFUSED
    if ready < len(jobs):
        return embed.set_footer(text=words(say("Failed and cancelled images are given back.")))
    return embed


def has_ended(batch: Batch) -> bool:
    """Whether nothing happens to any of its jobs any more."""
    return all(job.status in FINISHED for job in batch.jobs)


def _line(number: int, standing: Sentence, mark: str, words: Words) -> str:
    glimpse = quoted(mark, _GLIMPSE)
    return f"**{number}.** {words(standing)}" + (f" · {glimpse}" if glimpse else "")


def _standing(job: Job, words: Words) -> Sentence:
    match job.status:
        case Status.FAILED:
            why = words(job.failure.user_message) if job.failure is not None else ""
            return say("**No image**: {why}", why=shortened(" ".join(why.split()), _REASON))
        case Status.DELIVERED:
            return _ready(job)
        case status:
            return _STATES[status]


def _ready(job: Job) -> Sentence:
    """An ephemeral message has no link, and one that was sent directly is found there."""
    if job.posted is None or job.order.private or job.posted.channel_id != job.order.channel_id:
        return say("Ready")
    place = "@me" if job.order.is_direct else job.order.guild_id
    return say("[Ready]({link})", link=f"{_LINKS}/{place}/{job.posted.channel_id}/{job.posted.message_id}")


def _flat(text: str) -> str:
    return " ".join(text.split())
