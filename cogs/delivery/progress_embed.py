"""What a job says while it waits and is being made: a pure function from its progress to an embed."""

import discord

from cogs.embeds import PROMPT, PROMPT_GLIMPSE, WORKING, marked
from cogs.words import about_seconds, bar, plain, quoted, seconds
from jobs.progress import Progress
from jobs.sentence import Sentence, say, verbatim
from jobs.servers.rules import Pause
from jobs.status import Status
from words.speech import Words


def progress_embed(progress: Progress, words: Words) -> discord.Embed:
    """Queued, sent, generating: what is happening and how long it will take."""
    job = progress.job
    match job.status:
        case Status.QUEUED:
            title, text = _queued(progress, words)
        case Status.UNCONFIRMED:
            title = say("Waiting for an answer")
            if progress.search:
                text = say(
                    "The image service's answer did not reach the bot. "
                    "Looking for your image there for up to {time}; it costs your quota only once.",
                    time=about_seconds(progress.search),
                )
            else:
                text = say(
                    "The image service's answer did not reach the bot. "
                    "Looking for your image there; it costs your quota only once."
                )
        case Status.CANCELLING:
            title = say("Cancelling")
            text = say("Telling the image service to stop. Your images come back to your quota then.")
        case _:
            title, text = say("Generating"), _generating(progress, words)
    embed = discord.Embed(title=words(title), description=words(text), colour=WORKING)
    embed.add_field(name=words(PROMPT), value=quoted(job.request.prompt, PROMPT_GLIMPSE), inline=False)
    return marked(embed, job, words)


def _queued(progress: Progress, words: Words) -> tuple[Sentence, Sentence]:
    """Title and text of a job that waits to be sent."""
    if progress.pause is not None:
        return say("Paused"), _paused(progress.pause)
    if progress.outage:
        return say("Trying again soon"), say(
            "The image service has trouble right now. Your place is kept; "
            "if this lasts longer than ten minutes, your quota comes back."
        )
    if progress.job.unknown_creates:
        return say("Trying again soon"), say("The image service's answer did not reach the bot. Trying once more.")
    if progress.job.attempts:
        return say("Trying again soon"), say("The image service is busy; your place and your quota are kept.")
    place = say("You are next") if progress.ahead == 0 else say("{count} ahead of you", count=progress.ahead)
    if progress.expected_in:
        ready = say("ready in {time}", time=about_seconds(progress.expected_in))
    else:
        ready = say("what is being made takes longer than usual")
    return say("Queued"), verbatim(f"{words(place)} · {words(ready)}")


def _paused(pause: Pause) -> Sentence:
    if not pause.reason:
        return say(
            "An admin has paused making images in this server. Your place and your quota are kept: "
            "it goes on when the pause is over."
        )
    return say(
        "An admin has paused making images in this server: {reason}\n"
        "Your place and your quota are kept: it goes on when the pause is over.",
        reason=plain(pause.reason),
    )


def _generating(progress: Progress, words: Words) -> Sentence:
    """How far a job is that is being made."""
    elapsed = seconds(progress.elapsed)
    if progress.expected_in:
        text = say(
            "{elapsed} of {typical} · ready in {expected}",
            elapsed=elapsed,
            typical=about_seconds(progress.typical),
            expected=about_seconds(progress.expected_in),
        )
    else:
        text = say("{elapsed} · taking longer than usual", elapsed=elapsed)
    lines = [f"{bar(progress.share)}  {words(text)}"]
    if progress.job.unknown_creates:
        again = say("An answer of the image service did not reach the bot; this is one more try.")
        lines.append(f"-# {words(again)}")
    return verbatim("\n".join(lines))
