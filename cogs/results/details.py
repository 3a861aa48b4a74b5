"""Details: everything about a job, and the line that asks for it once more; from pure functions to an answer."""

import io
from dataclasses import dataclass
from typing import Any, Final

import discord

from cogs.embeds import WORKING
from cogs.results.finding import Finder, said
from cogs.results.rights import is_owner
from cogs.words import person, plain, quoted, seconds
from jobs.catalog import Catalog
from jobs.model import Job
from jobs.parameters import LORA_OPTIONS, Option
from jobs.request import dimensions
from jobs.sentence import say
from jobs.status import Status
from jobs.typed import command_line, options_of
from words.speech import Words

_LINE_LONGEST: Final = 3_800  # characters of the command line in an embed; a longer one is attached
_SOURCE_SHOWN: Final = 300  # characters; three of them fit into a field
_LORA_SOURCES: Final = frozenset(source for source, _scale in LORA_OPTIONS)
_OUTCOMES: Final = {
    Status.DELIVERED: say("Made and shown"),
    Status.UNDELIVERED: say("Made and kept"),
    Status.DELIVERING: say("Made, being posted"),
    Status.CANCELLING: say("Being cancelled"),
    Status.CANCELLED: say("Cancelled, and given back to the quota"),
    Status.FAILED: say("Failed, and given back to the quota"),
}
_UNDER_WAY: Final = say("Being made")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What there is to show; `line`, where it is given, is to be attached as a file."""

    embed: discord.Embed
    line: str | None = None


def details(job: Job, catalog: Catalog, words: Words, *, whole: bool) -> Details:
    """Everything about a job.

    `whole`: for its user; without it links to LoRAs come without their queries, which often hold a download key.
    """
    embed = discord.Embed(title=words(say("Image settings")), colour=WORKING)
    _add_settings(embed, job, catalog, words)
    if job.removed_at is None:
        _add_loras(embed, job, words, whole=whole)
    _add_course(embed, job, words)
    embed.set_footer(text=words(say("Job {id}", id=job.id)))
    if job.removed_at is not None:
        embed.description = words(say("The prompt and the LoRAs are not kept any more: only these numbers are."))
        return Details(embed=embed)
    line = _line(job, whole=whole)
    if len(line) > _LINE_LONGEST or "```" in line:
        embed.description = words(say("The whole command is attached: paste it to make the same image again."))
        return Details(embed=embed, line=line)
    hint = words(say("Paste this to make the same image again:"))
    embed.description = f"{hint}\n```\n{line}\n```"
    return Details(embed=embed)


async def show_details(interaction: discord.Interaction[Any], reference: str, finder: Finder, catalog: Catalog) -> None:
    """Answer with the details of the job that a reference names, to whoever asks alone."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await finder.find(interaction, reference)
    if not isinstance(found, Job):
        await interaction.edit_original_response(embed=said(interaction, found))
        return
    shown = details(found, catalog, Words(interaction.locale.value), whole=is_owner(interaction, found))
    files = [] if shown.line is None else [_file(found, shown.line)]
    await interaction.edit_original_response(embed=shown.embed, attachments=files)


def _file(job: Job, line: str) -> discord.File:
    return discord.File(io.BytesIO(line.encode()), filename=f"fluxcord-{job.id}-command.txt")


def _line(job: Job, *, whole: bool) -> str:
    chosen = options_of(job.request)
    if job.order.private:
        chosen[Option.PRIVATE] = True
    if not whole:
        chosen |= {option: _without_key(str(chosen[option])) for option in _LORA_SOURCES & chosen.keys()}
    return command_line(chosen)


def _without_key(source: str) -> str:
    return source.partition("?")[0]


def _add_settings(embed: discord.Embed, job: Job, catalog: Catalog, words: Words) -> None:
    request, model = job.request, catalog.get(job.request.model)
    embed.add_field(name=words(say("Model")), value=model.title if model is not None else plain(request.model))
    if job.images:
        width, height = job.images[0].width, job.images[0].height
    elif model is not None:
        width, height = dimensions(request, model)
    else:
        width, height = request.width or 0, request.height or 0
    if width and height:
        embed.add_field(name=words(say("Size")), value=f"{width} × {height}")
    embed.add_field(name=words(say("Seed")), value=f"`{request.seed}`")
    by_default = words(say("default"))
    embed.add_field(name=words(say("Images")), value=f"{len(job.images) or request.images}")
    embed.add_field(name=words(say("Steps")), value=by_default if request.steps is None else f"{request.steps}")
    guidance = by_default if request.guidance is None else words.number(request.guidance)
    embed.add_field(name=words(say("Guidance")), value=guidance)
    others = [
        f"{option} {value}"
        for option in (Option.FORMAT, Option.EXPAND_PROMPT, Option.SPEED, Option.SAFETY)
        if (value := request.value(option)) is not None
    ]
    if others:
        embed.add_field(name=words(say("Options")), value=" · ".join(others), inline=False)


def _add_loras(embed: discord.Embed, job: Job, words: Words, *, whole: bool) -> None:
    lines = []
    for lora in job.request.loras:
        # A library's link is not the key of whoever asked for the image.
        source = quoted(lora.path if whole and lora.name is None else _without_key(lora.path), _SOURCE_SHOWN)
        named = source if lora.name is None else f"**{plain(lora.name)}** · {source}"
        lines.append(named if lora.scale is None else f"{named} × {lora.scale:g}")
    if lines:
        embed.add_field(name=words(say("LoRA sources")), value="\n".join(lines), inline=False)


def _add_course(embed: discord.Embed, job: Job, words: Words) -> None:
    """How it went, how long it took, what it cost."""
    lines = [words(_OUTCOMES.get(job.status, _UNDER_WAY))]
    if job.failure is not None and job.removed_at is None:
        lines.append(words(job.failure.user_message))
    lines.append(words(say("Asked for by {user}, {moment}", user=person(job.order.user_id), moment=_moment(job))))
    if job.submitted_at is not None:
        lines.append(words(say("Waited {time} in the queue", time=seconds(max(0, job.submitted_at - job.created_at)))))
        if job.completed_at is not None:
            lines.append(words(say("Made in {time}", time=seconds(max(0, job.completed_at - job.submitted_at)))))
    embed.add_field(name=words(say("What happened")), value="\n".join(lines), inline=False)
    if job.cost is not None:
        embed.add_field(name=words(say("Cost")), value=dollars(job.cost))
    elif job.images:
        embed.add_field(name=words(say("Cost")), value=words(say("about {price}", price=dollars(job.estimated_cost))))


def _moment(job: Job) -> str:
    return f"<t:{job.created_at // 1000}:f>"


def dollars(micro_usd: int) -> str:
    """`$0.035`, exact to the last digit."""
    return "$" + f"{micro_usd // 1_000_000}.{micro_usd % 1_000_000:06d}".rstrip("0").rstrip(".")
