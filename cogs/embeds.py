"""What each message about a job or a quota says: pure functions from the domain's values to embeds."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.options import size_title
from cogs.words import about_seconds, bar, capital, images, plain, quoted, seconds, shortened, when, which_images
from jobs.catalog import Model
from jobs.model import Job, Usage
from jobs.outcomes import OverQuota
from jobs.parameters import Integer, Number, Option
from jobs.progress import Progress
from jobs.request import Lora, dimensions
from jobs.status import Status
from jobs.validation import Fault

WORKING: Final = discord.Colour(0x5865F2)
DONE: Final = discord.Colour(0x57F287)
REFUSED: Final = discord.Colour(0xFEE75C)
FAILED: Final = discord.Colour(0xED4245)

PROMPT_SHOWN: Final = 500  # characters of the prompt in a result; the whole of a longer one is attached
_PROMPT_GLIMPSE: Final = 200  # characters of the prompt while it is being made
_LORA_SHOWN: Final = 120
_SAME_MOMENT: Final = 5 * 60_000  # ms; moments closer than this read the same


def progress_embed(progress: Progress) -> discord.Embed:
    """Queued, sent, generating: what is happening and how long it will take."""
    job = progress.job
    expected = about_seconds(progress.expected_in)
    match job.status:
        case Status.QUEUED:
            place = "You are next" if progress.ahead == 0 else f"{progress.ahead} ahead of you"
            ready = f"ready in {expected}" if progress.expected_in else "what is being made takes longer than usual"
            if progress.outage:
                title = "Trying again soon"
                text = (
                    "The image service has trouble right now. Your place is kept; "
                    "if this lasts longer than ten minutes, your quota comes back."
                )
            elif job.unknown_creates:
                title, text = "Trying again soon", "The image service's answer did not reach the bot. Trying once more."
            elif job.attempts:
                title, text = "Trying again soon", "The image service is busy; your place and your quota are kept."
            else:
                title, text = "Queued", f"{place} · {ready}"
        case Status.UNCONFIRMED:
            title = "Waiting for an answer"
            limit = f" for up to {about_seconds(progress.search)}" if progress.search else ""
            text = (
                "The image service's answer did not reach the bot. "
                f"Looking for your image there{limit}; it costs your quota only once."
            )
        case Status.CANCELLING:
            title, text = "Cancelling", "Telling the image service to stop. Your images come back to your quota then."
        case _:
            title = "Generating"
            text = f"{bar(progress.share)}  {seconds(progress.elapsed)}"
            if progress.expected_in:
                text += f" of {about_seconds(progress.typical)} · ready in {expected}"
            else:
                text += " · taking longer than usual"
            if job.unknown_creates:
                text += "\n-# An answer of the image service did not reach the bot; this is one more try."
    embed = discord.Embed(title=title, description=text, colour=WORKING)
    embed.add_field(name="Prompt", value=quoted(job.request.prompt, _PROMPT_GLIMPSE), inline=False)
    return _marked(embed, job)


def result_embed(job: Job, model: Model | None, usage: Usage, *, note: str = "") -> discord.Embed:
    """The facts under a result; `note` says what had to be done to the files so that Discord takes them."""
    request = job.request
    prompt = quoted(request.prompt, PROMPT_SHOWN)
    if needs_prompt_file(job):
        prompt += "\n-# The whole prompt is attached."
    embed = discord.Embed(description=prompt + (f"\n-# {note}" if note else ""), colour=DONE)
    embed.add_field(name="Model", value=model.title if model else plain(request.model))
    embed.add_field(name="Size", value=_size(job, model))
    embed.add_field(name="Seed", value=f"`{request.seed}`")
    embed.add_field(name="Steps", value=_chosen_or_default(request.steps, Option.STEPS, model))
    embed.add_field(name="Guidance", value=_chosen_or_default(request.guidance, Option.GUIDANCE, model))
    embed.add_field(name="Time", value=seconds((job.completed_at or job.created_at) - job.created_at))
    if request.loras:
        name = "LoRA" if len(request.loras) == 1 else "LoRAs"
        embed.add_field(name=name, value="\n".join(_lora(lora) for lora in request.loras), inline=False)
    others = _other_choices(job)
    if others:
        embed.add_field(name="Options", value=" · ".join(others), inline=False)
    used = len(job.images) or request.images
    embed.add_field(name="Quota", value=f"{images(used)} used · {quota_line(usage)}", inline=False)
    return _marked(embed, job)


def more_images_embed(job: Job, numbers: Sequence[int], *, of: int, note: str = "") -> discord.Embed:
    """Under the images that did not fit into the first message of a result."""
    text = capital(which_images(numbers, of=of)) + (f"\n-# {note}" if note else "")
    return discord.Embed(description=text, colour=DONE).set_footer(text=f"Job {job.id}")


def failure_embed(job: Job, usage: Usage) -> discord.Embed:
    """Failed or cancelled: why, that it cost nothing, and what to do."""
    refunded = f"{images(job.request.images)} given back to your quota · {quota_line(usage)}"
    if job.status is Status.CANCELLED:
        embed = discord.Embed(title="Cancelled", colour=REFUSED)
    else:
        text = job.failure.user_message if job.failure else "Something went wrong. Please try again."
        embed = discord.Embed(title="No image this time", description=text, colour=FAILED)
    if job.request.prompt:  # the retention may have removed it
        embed.add_field(name="Prompt", value=quoted(job.request.prompt, _PROMPT_GLIMPSE), inline=False)
    embed.add_field(name="Quota", value=refunded, inline=False)
    return _marked(embed, job)


def faults_embed(faults: Sequence[Fault]) -> discord.Embed:
    """Everything that is wrong with a command, at once."""
    lines = "\n".join(f"• {shortened(_safe(fault.sentence), 400)}" for fault in faults)
    title = "One thing to change" if len(faults) == 1 else f"{len(faults)} things to change"
    embed = discord.Embed(title=title, description=shortened(lines, 4000), colour=REFUSED)
    return embed.set_footer(text="Nothing was made and nothing was charged.")


def over_quota_embed(refusal: OverQuota) -> discord.Embed:
    """More images than are left: how many are, and when the order would fit."""
    usage = refusal.usage
    if refusal.enough_at is None:
        advice = f"The most in any 24 hours here is {images(usage.allowance)}: ask for fewer."
    elif usage.left:
        advice = f"Ask for at most {images(usage.left)} now, or for {refusal.asked} {when(refusal.enough_at)}."
    else:
        advice = f"{capital(images(refusal.asked))} will fit again {when(refusal.enough_at)}."
    text = f"You asked for {images(refusal.asked)} and have {usage.left} of {usage.allowance} left.\n{advice}"
    title = "Not enough quota left" if usage.left else "Your quota is used up for now"
    embed = discord.Embed(title=title, description=text, colour=REFUSED)
    return embed.set_footer(text="Nothing was made and nothing was charged. /quota shows where you stand.")


def quota_embed(usage: Usage) -> discord.Embed:
    """One's own use."""
    share = usage.used / max(1, usage.allowance)
    lines = [f"{bar(share)}  **{usage.used}** of **{usage.allowance}** images used in the last 24 hours"]
    if usage.resets_at is not None and usage.full_reset_at is not None:
        lines.append(f"Images come back 24 hours after they were made: the next {when(usage.resets_at)}.")
        if usage.full_reset_at - usage.resets_at > _SAME_MOMENT:
            lines.append(f"All of them will be back {when(usage.full_reset_at)}.")
    else:
        lines.append("Nothing used: all of them are yours. Start with `/imagine`.")
    embed = discord.Embed(title=f"{capital(images(usage.left))} left", description="\n".join(lines), colour=WORKING)
    return embed.set_footer(text="Failed and cancelled images are given back.")


def sentence_embed(sentence: str, *, colour: discord.Colour = REFUSED) -> discord.Embed:
    """One sentence of ours."""
    return discord.Embed(description=sentence, colour=colour)


def quota_line(usage: Usage) -> str:
    """`15 of 20 left · next back in 3 hours`."""
    line = f"{usage.left} of {usage.allowance} left"
    return f"{line} · next back {when(usage.resets_at)}" if usage.resets_at is not None else line


def needs_prompt_file(job: Job) -> bool:
    """Whether the prompt is too long to be shown whole."""
    return len(plain(job.request.prompt)) > PROMPT_SHOWN


def _marked(embed: discord.Embed, job: Job) -> discord.Embed:
    """The job's mark: by it a message can be told to be this job's, whoever looks for it.

    Discord shows who used a command, but not who pressed a button: that is told here. Within an embed it pings nobody.
    """
    if job.order.source is not None:
        embed.add_field(name="For", value=f"<@{job.order.user_id}>", inline=False)
    return embed.set_footer(text=f"Job {job.id}")


def _size(job: Job, model: Model | None) -> str:
    if job.images:
        return f"{job.images[0].width} × {job.images[0].height}"
    if model is None:
        return "unknown"
    if job.request.size is not None:
        return size_title(job.request.size)
    width, height = dimensions(job.request, model)
    return f"{width} × {height}"


def _chosen_or_default(value: float | None, option: Option, model: Model | None) -> str:
    if value is not None:
        return f"{value:g}"
    parameter = model.find(option) if model else None
    if parameter is not None and isinstance(parameter.kind, Integer | Number) and parameter.kind.default is not None:
        return f"{parameter.kind.default:g} (default)"
    return "default"


def _lora(lora: Lora) -> str:
    scale = "" if lora.scale is None else f" × {lora.scale:g}"
    # A link's query often holds a download key, and a result is public.
    return f"{quoted(lora.path.partition('?')[0], _LORA_SHOWN)}{scale}"


def _other_choices(job: Job) -> list[str]:
    request = job.request
    chosen = {
        "format": request.format,
        "expand_prompt": request.expand_prompt,
        "speed": request.speed,
        "safety": request.safety,
    }
    return [f"{name} {value}" for name, value in chosen.items() if value is not None]


def _safe(sentence: str) -> str:
    # Our sentences hold back-ticks on purpose and, in quotation marks, what somebody typed.
    return discord.utils.escape_mentions(sentence)
