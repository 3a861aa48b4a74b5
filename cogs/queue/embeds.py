"""What `/queue` and the bound of the queue say: pure functions from the domain's values to embeds."""

from typing import Final, assert_never

import discord

from cogs.embeds import REFUSED, WORKING
from cogs.words import about_seconds, images, quoted
from jobs.catalog import Catalog
from jobs.outcomes import TooManyWaiting
from jobs.progress import Progress
from jobs.sentence import Sentence, say, say_count
from jobs.status import Status
from jobs.waiting import QueuePage
from words.speech import Words

_PROMPT_GLIMPSE: Final = 100  # characters
_LATE: Final = say("taking longer than usual")
_LATE_AHEAD: Final = say("what is being made takes longer than usual")


def queue_embed(page: QueuePage, catalog: Catalog, words: Words) -> discord.Embed:
    """One's own unfinished jobs, numbered: what happens with each, and when it is expected."""
    if not page.jobs:
        text = say("Nothing of yours is waiting or being made here. Start with `/imagine`.")
        return discord.Embed(title=words(say("Your queue here")), description=words(text), colour=WORKING)
    lines = [_line(number, job, catalog, words) for number, job in enumerate(page.jobs, start=page.first)]
    embed = discord.Embed(title=words(say("Your queue here")), description="\n".join(lines), colour=WORKING)
    back = words(say("Cancelled images come back to your quota."))
    if page.pages > 1:
        where = words(say("Page {number} of {pages}", number=page.number + 1, pages=page.pages))
        return embed.set_footer(text=f"{where} · {back}")
    return embed.set_footer(text=back)


def too_many_waiting_embed(refusal: TooManyWaiting, words: Words) -> discord.Embed:
    """More jobs than may wait: how many do, how many may, and what to do."""
    if refusal.waiting:
        have = say_count(
            "**{count}** job of yours is waiting here, and at most **{most}** may wait at once.",
            "**{count}** jobs of yours are waiting here, and at most **{most}** may wait at once.",
            refusal.waiting,
            most=refusal.most,
        )
    else:
        have = say(
            "You asked for **{asked}** jobs at once, and at most **{most}** may wait.",
            asked=refusal.asked,
            most=refusal.most,
        )
    if refusal.asked > refusal.most:
        advice = say("Ask for fewer alternatives.")
    else:
        advice = say("Wait for one to be made, or cancel one: `/queue` shows them.")
    embed = discord.Embed(
        title=words(say("Too many are waiting")), description=f"{words(have)}\n{words(advice)}", colour=REFUSED
    )
    return embed.set_footer(text=words(say("Nothing was made and nothing was charged.")))


def _line(number: int, progress: Progress, catalog: Catalog, words: Words) -> str:
    request = progress.job.request
    model = catalog.get(request.model)
    facts = [
        *(words(sentence) for sentence in standing(progress)),
        words(images(request.images)),
        model.title if model is not None else request.model,
    ]
    glimpse = quoted(" ".join(request.prompt.split()), _PROMPT_GLIMPSE)
    return f"**{number}.** {' · '.join(facts)}" + (f"\n-# {glimpse}" if glimpse else "")


def standing(progress: Progress) -> tuple[Sentence, ...]:
    """What happens with an unfinished job, and when its images are expected."""
    match progress.job.status:
        case Status.QUEUED if progress.pause is not None:
            happens = say("**Paused** in this server: its place is kept")
        case Status.QUEUED if progress.outage:
            happens = say("**Waiting**: the image service has trouble, its place is kept")
        case Status.QUEUED if progress.ahead == 0:
            return say("**Next in the queue**"), _expected(progress, late=_LATE_AHEAD)
        case Status.QUEUED:
            return say("**Waiting**: {count} ahead", count=progress.ahead), _expected(progress, late=_LATE_AHEAD)
        case Status.SUBMITTING | Status.RUNNING:
            return say("**Being made**"), _expected(progress, late=_LATE)
        case Status.UNCONFIRMED:
            happens = say("**Waiting for an answer** of the image service")
        case Status.CANCELLING:
            happens = say("**Being cancelled**")
        case Status.DELIVERING:
            happens = say("**Being posted**")
        case Status.DELIVERED | Status.UNDELIVERED | Status.CANCELLED | Status.FAILED:
            happens = say("**Over**")
        case _:
            assert_never(progress.job.status)
    return (happens,)


def _expected(progress: Progress, *, late: Sentence) -> Sentence:
    if progress.expected_in:
        return say("ready in {time}", time=about_seconds(progress.expected_in))
    return late
