"""What each message about a job says: pure functions from the domain's values to embeds."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.options import size_title
from cogs.quota.standing import quota_line
from cogs.words import plain, quoted, seconds, shortened, which_images
from jobs.alternatives import are_in
from jobs.catalog import Model
from jobs.model import Job, Usage
from jobs.parameters import Integer, Number, Option
from jobs.request import Lora, dimensions
from jobs.sentence import Sentence, say, say_count
from jobs.status import Status
from jobs.validation import Fault
from words.speech import Words

WORKING: Final = discord.Colour(0x5865F2)
DONE: Final = discord.Colour(0x57F287)
REFUSED: Final = discord.Colour(0xFEE75C)
FAILED: Final = discord.Colour(0xED4245)

PROMPT_SHOWN: Final = 500  # characters of the prompt in a result; the whole of a longer one is attached
PROMPT_GLIMPSE: Final = 200  # characters of the prompt where there is no result
_LORA_SHOWN: Final = 120
PROMPT: Final = say("Prompt")
_QUOTA: Final = say("Quota")


def result_embed(job: Job, model: Model | None, usage: Usage, words: Words, *, note: str = "") -> discord.Embed:
    """The facts under a result; `note` says what had to be done to the files so that Discord takes them."""
    request = job.request
    prompt = quoted(request.typed_prompt, PROMPT_SHOWN)
    if request.added:
        added = say("Added for the LoRA: {words}", words=quoted(", ".join(request.added), PROMPT_SHOWN))
        prompt += f"\n-# {words(added)}"
    if needs_prompt_file(job):
        prompt += f"\n-# {words(say('The whole prompt is attached.'))}"
    if job.order.source is None and are_in(request.typed_prompt):
        unused = say("One image was made of all these words. `alternatives: True` makes one of each.")
        prompt += f"\n-# {words(unused)}"
    embed = discord.Embed(description=prompt + (f"\n-# {note}" if note else ""), colour=DONE)
    embed.add_field(name=words(say("Model")), value=model.title if model else plain(request.model))
    embed.add_field(name=words(say("Size")), value=_size(job, model, words))
    embed.add_field(name=words(say("Seed")), value=f"`{request.seed}`")
    embed.add_field(name=words(say("Steps")), value=_chosen_or_default(request.steps, Option.STEPS, model, words))
    guidance = _chosen_or_default(request.guidance, Option.GUIDANCE, model, words)
    embed.add_field(name=words(say("Guidance")), value=guidance)
    embed.add_field(
        name=words(say("Time")), value=words(seconds((job.completed_at or job.created_at) - job.created_at))
    )
    if request.loras:
        name = say_count("LoRA", "LoRAs", len(request.loras))
        embed.add_field(name=words(name), value="\n".join(_lora(lora, words) for lora in request.loras), inline=False)
    others = _other_choices(job)
    if others:
        embed.add_field(name=words(say("Options")), value=" · ".join(others), inline=False)
    if request.preset is not None:
        embed.add_field(name=words(say("Preset")), value=_preset(request.preset, request.left_out, words), inline=False)
    used = say_count("{count} image used", "{count} images used", len(job.images) or request.images)
    embed.add_field(name=words(_QUOTA), value=f"{words(used)} · {quota_line(usage, words)}", inline=False)
    return marked(embed, job, words)


def more_images_embed(job: Job, numbers: Sequence[int], words: Words, *, of: int, note: str = "") -> discord.Embed:
    """Under the images that did not fit into the first message of a result."""
    text = words(which_images(numbers, of=of)) + (f"\n-# {note}" if note else "")
    return discord.Embed(description=text, colour=DONE).set_footer(text=words(_mark(job)))


def failure_embed(job: Job, usage: Usage, words: Words) -> discord.Embed:
    """Failed or cancelled: why, that it cost nothing, and what to do."""
    refunded = say_count(
        "{count} image given back to your quota", "{count} images given back to your quota", job.request.images
    )
    if job.status is Status.CANCELLED:
        embed = discord.Embed(title=words(say("Cancelled")), colour=REFUSED)
    else:
        text = job.failure.user_message if job.failure else say("Something went wrong. Please try again.")
        embed = discord.Embed(title=words(say("No image this time")), description=words(text), colour=FAILED)
    if job.request.prompt:  # the retention may have removed it
        embed.add_field(name=words(PROMPT), value=quoted(job.request.prompt, PROMPT_GLIMPSE), inline=False)
    embed.add_field(name=words(_QUOTA), value=f"{words(refunded)} · {quota_line(usage, words)}", inline=False)
    return marked(embed, job, words)


def faults_embed(faults: Sequence[Fault], words: Words) -> discord.Embed:
    """Everything that is wrong with a command, at once."""
    lines = "\n".join(f"• {shortened(_safe(words(fault.sentence)), 400)}" for fault in faults)
    title = say_count("One thing to change", "{count} things to change", len(faults))
    embed = discord.Embed(title=words(title), description=shortened(lines, 4000), colour=REFUSED)
    return embed.set_footer(text=words(say("Nothing was made and nothing was charged.")))


def sentence_embed(sentence: Sentence, words: Words, *, colour: discord.Colour = REFUSED) -> discord.Embed:
    """One sentence of ours."""
    return discord.Embed(description=words(sentence), colour=colour)


def needs_prompt_file(job: Job) -> bool:
    """Whether the prompt is too long to be shown whole."""
    return len(plain(job.request.prompt)) > PROMPT_SHOWN


def _mark(job: Job) -> Sentence:
    return say("Job {id}", id=job.id)


def marked(embed: discord.Embed, job: Job, words: Words) -> discord.Embed:
    """The job's mark: by it a message can be told to be this job's, whoever looks for it.

    Discord shows who used a command, but not who pressed a button: that is told here. Within an embed it pings nobody.
    """
    if job.order.source is not None:
        embed.add_field(name=words(say("For")), value=f"<@{job.order.user_id}>", inline=False)
    return embed.set_footer(text=words(_mark(job)))


def _size(job: Job, model: Model | None, words: Words) -> str:
    if job.images:
        return f"{job.images[0].width} × {job.images[0].height}"
    if model is None:
        return words(say("unknown"))
    if job.request.size is not None:
        return words(size_title(job.request.size))
    width, height = dimensions(job.request, model)
    return f"{width} × {height}"


def _chosen_or_default(value: float | None, option: Option, model: Model | None, words: Words) -> str:
    if value is not None:
        return words.number(value)
    parameter = model.find(option) if model else None
    if parameter is not None and isinstance(parameter.kind, Integer | Number) and parameter.kind.default is not None:
        return words(say("{value} (default)", value=parameter.kind.default))
    return words(say("default"))


def _lora(lora: Lora, words: Words) -> str:
    scale = "" if lora.scale is None else f" × {words.number(lora.scale)}"
    if lora.name is not None:
        return f"**{plain(lora.name)}**{scale}"
    # A link's query often holds a download key, and a result is public.
    return f"{quoted(lora.path.partition('?')[0], _LORA_SHOWN)}{scale}"


def _preset(name: str, left_out: Sequence[str], words: Words) -> str:
    shown = f"**{plain(name)}**"
    if not left_out:
        return shown
    options = ", ".join(f"`{option}`" for option in left_out)
    return words(
        say("{preset} without {options}: not for this model, or not allowed here", preset=shown, options=options)
    )


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
