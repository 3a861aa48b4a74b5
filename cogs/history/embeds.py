"""What `/history` and the reminders say: pure functions from jobs to embeds."""

from collections.abc import Mapping, Sequence
from typing import Final

import discord

from cogs.embeds import DONE, REFUSED, WORKING
from cogs.words import plain, quoted, shortened, when
from jobs.catalog import Catalog
from jobs.history import MOST_LOOKED_AT, Entry, Page, Wish
from jobs.model import Job
from jobs.sentence import Sentence, say, say_count
from jobs.status import Status
from words.speech import Words

_PROMPT_GLIMPSE: Final = 160  # characters; five of them fit into a message beside everything else
_PROMPT_OPENED: Final = 2_000
_REASON: Final = 240
_LINKS: Final = "https://discord.com/channels"


def page_embeds(
    page: Page, wish: Wish, catalog: Catalog, words: Words, *, pictures: Mapping[str, str], gone: frozenset[str]
) -> list[discord.Embed]:
    """A page of results, numbered, each with its picture's link by its job's id; `gone` are those without any."""
    told = [words(sentence) for sentence in _told(page, wish, catalog)]
    embeds = [discord.Embed(title=words(say("Your images")), description="\n".join(told) or None, colour=WORKING)]
    for number, entry in enumerate(page.entries, start=1):
        text = f"**{number}.** {_line(entry, catalog, words, gone=entry.job.id in gone)}{_glimpse(entry.job)}"
        embed = discord.Embed(description=text, colour=REFUSED if is_kept(entry.job) else DONE)
        embeds.append(embed.set_thumbnail(url=pictures.get(entry.job.id)))
    return embeds


def opened_embed(
    entry: Entry, catalog: Catalog, words: Words, *, gone: bool = False, problem: Sentence | None = None
) -> discord.Embed:
    """One result, as large as it gets; `problem` says what to do where there is no picture of it."""
    job = entry.job
    prompt = quoted(job.request.typed_prompt, _PROMPT_OPENED) or words(say("The prompt is no longer kept."))
    text = f"{prompt}\n\n{_line(entry, catalog, words, gone=gone)}"
    if problem is not None:
        text += f"\n\n{words(problem)}"
    colour = REFUSED if gone or problem is not None else DONE
    return discord.Embed(description=text, colour=colour).set_footer(text=words(say("Job {id}", id=job.id)))


def reposted_embed(job: Job, words: Words) -> discord.Embed:
    """Under images that were posted once more, for everybody."""
    prompt = quoted(job.request.typed_prompt, _PROMPT_OPENED)
    again = words(say("Posted again for {user}.", user=f"<@{job.order.user_id}>"))
    text = f"{prompt}\n-# {again}" if prompt else again
    return discord.Embed(description=text, colour=DONE).set_footer(text=words(say("Job {id}", id=job.id)))


def told_embed(sentence: Sentence, words: Words) -> discord.Embed:
    """One sentence of ours."""
    return discord.Embed(description=words(sentence), colour=REFUSED)


def reminder_embed(jobs: Sequence[Job], words: Words) -> discord.Embed:
    """How jobs ended whose user could not be told in time."""
    title = say("How an earlier one ended") if len(jobs) == 1 else say("How earlier ones ended")
    text = "\n".join(f"• {when(job.created_at)} · {words(_ended(job, words))}{_glimpse(job)}" for job in jobs)
    return discord.Embed(title=words(title), description=text, colour=REFUSED)


def is_kept(job: Job) -> bool:
    """Whether its images wait for their user."""
    return job.status is Status.UNDELIVERED and job.removed_at is None


def _told(page: Page, wish: Wish, catalog: Catalog) -> list[Sentence]:
    """What is shown, and what to do where that is nothing."""
    told = []
    if wish.text:
        told.append(say("With these words in the prompt: {words}", words=f"**{plain(wish.text)}**"))
    if wish.model is not None:
        told.append(say("Made by {model}", model=f"**{_title(wish.model, catalog)}**"))
    if wish.favourites:
        told.append(say("Favourites only"))
    if any(is_kept(entry.job) for entry in page.entries):
        told.append(say("What is kept could not be posted, neither here nor to you directly. Press Show to see it."))
    if page.is_cut:
        looked = say_count("{count} image", "{count} images", MOST_LOOKED_AT)
        told.append(say("I looked through {images} of yours. Turn over to look through more of them.", images=looked))
    elif not page.entries:
        told.append(_nothing(page, wish))
    return told


def _nothing(page: Page, wish: Wish) -> Sentence:
    if wish.searches:
        return say("None of your images here fits. Try other words, or `/history` alone to see all of them.")
    if page.newer is not None:
        return say("There is nothing older.")
    if wish.favourites:
        return say("You have no favourites here. Open an image in `/history` and press Favourite.")
    return say("Nothing of yours here yet. Start with `/imagine`.")


def _line(entry: Entry, catalog: Catalog, words: Words, *, gone: bool) -> str:
    job = entry.job
    state = words(_lost(job) if gone else _state(job))
    count = words(say_count("{count} image", "{count} images", len(job.images) or job.request.images))
    star = "⭐ " if entry.is_favourite else ""
    return f"{star}{state} · {_title(job.request.model, catalog)} · {count} · {when(job.created_at)}"


def _lost(job: Job) -> Sentence:
    return say("No longer kept") if job.stays_stored else say("Its message was deleted")


def _state(job: Job) -> Sentence:
    """Where a result is; an ephemeral message has no link."""
    posted = job.posted
    if is_kept(job):
        return say("**Kept for you**")
    if posted is None or job.kept_because is not None:
        return say("Shown to you")
    if posted.channel_id != job.order.channel_id:
        return say("[Sent to you directly]({link})", link=f"{_LINKS}/@me/{posted.channel_id}/{posted.message_id}")
    if job.order.private:
        return say("Shown to you")
    server = job.order.guild_id or "@me"
    return say("[Posted]({link})", link=f"{_LINKS}/{server}/{posted.channel_id}/{posted.message_id}")


def _ended(job: Job, words: Words) -> Sentence:
    match job.status:
        case Status.UNDELIVERED if is_kept(job):
            return say_count(
                "An image of yours is kept, since it could be posted nowhere: `/history` shows it.",
                "{count} images of yours are kept, since they could be posted nowhere: `/history` shows them.",
                len(job.images),
            )
        case Status.UNDELIVERED:
            return say("Images of yours could be posted nowhere and are no longer kept.")
        case Status.CANCELLED:
            return say("Cancelled, and given back to your quota.")
        case _ if job.failure is not None:
            why = shortened(words(job.failure.user_message), _REASON)
            return say("No image this time: {why} It was given back to your quota.", why=why)
        case _:
            return say("No image this time. It was given back to your quota. Please try again.")


def _title(key: str, catalog: Catalog) -> str:
    model = catalog.get(key)
    return model.title if model is not None else plain(key)


def _glimpse(job: Job) -> str:
    """The beginning of the prompt on a line of its own; nothing where the retention has removed it."""
    prompt = quoted(" ".join(job.request.typed_prompt.split()), _PROMPT_GLIMPSE)
    return f"\n-# {prompt}" if prompt else ""
