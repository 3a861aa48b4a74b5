"""What messages about presets say."""

from collections.abc import Sequence
from typing import Final

import discord
from discord import ui

from cogs.chosen import listed_options
from cogs.embeds import DONE, WORKING
from cogs.words import plain, quoted
from jobs.catalog import Catalog
from jobs.presets import STYLE_LONGEST, OwnerKind, Preset
from jobs.sentence import Sentence, say, say_count
from words.speech import Words

PAGE: Final = "fluxcord:presets:"
ON_A_PAGE: Final = 12  # twelve of the longest names and glimpses fit into an embed
_GLIMPSE: Final = 150  # characters of a preset's options in the list


def preset_embed(preset: Preset, words: Words, catalog: Catalog, *, notes: Sequence[Sentence] = ()) -> discord.Embed:
    """All of one preset, and how to use it."""
    usage = say("Type `/imagine` and choose `preset: {name}`.", name=preset.name.replace("`", "'"))
    lines = [words(_whose(preset)), "", *listed_options(preset.options, words, catalog)]
    if not preset.options:
        lines.append(words(say("No options: everything else counts as usual.")))
    embed = discord.Embed(title=plain(preset.name), description="\n".join(lines), colour=DONE)
    if preset.style:
        name = words(say("Added to the prompt"))
        embed.add_field(name=name, value=quoted(preset.style, 2 * STYLE_LONGEST), inline=False)
    text = "\n".join([words(usage), *(f"-# {words(note)}" for note in notes)])
    embed.add_field(name=words(say("How to use it")), value=text, inline=False)
    return embed


def list_embed(
    presets: Sequence[Preset], words: Words, catalog: Catalog, *, page: int
) -> tuple[discord.Embed, "ui.View | None"]:
    """One page of the presets that can be used here, counted from 0, with buttons where there are more."""
    pages = max(1, -(-len(presets) // ON_A_PAGE))
    page = min(max(0, page), pages - 1)
    title = words(say_count("{count} preset", "{count} presets", len(presets)))
    if not presets:
        text = say(
            "There is none yet. Press **Save preset** under a result, or type `/preset save` with the options you like."
        )
        return discord.Embed(title=words(say("No presets yet")), description=words(text), colour=WORKING), None
    blocks: list[str] = []
    before: OwnerKind | None = None
    for preset in presets[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]:
        if preset.owner.kind is not before:
            before = preset.owner.kind
            blocks.append(words(say("__Yours__") if before is OwnerKind.USER else say("__This server's__")))
        glimpse = _glimpse(preset, words, catalog)
        blocks.append(f"**{plain(preset.name)}**" + (f"\n-# {glimpse}" if glimpse else ""))
    embed = discord.Embed(title=title, description="\n".join(blocks), colour=WORKING)
    hint = words(say("Use one with /imagine and its option preset. /preset show tells all of one."))
    if pages == 1:
        return embed.set_footer(text=hint), None
    place = words(say("Page {page} of {pages}", page=page + 1, pages=pages))
    return embed.set_footer(text=f"{place} · {hint}"), _page_buttons(page, pages, words)


def _glimpse(preset: Preset, words: Words, catalog: Catalog) -> str:
    """As many of the options as fit, whole ones."""
    parts = [*listed_options(preset.options, words, catalog), *([quoted(preset.style, 60)] if preset.style else [])]
    taken: list[str] = []
    for part in parts:
        if len(" · ".join([*taken, part])) > _GLIMPSE:
            return " · ".join([*taken, "…"])
        taken.append(part)
    return " · ".join(taken)


def _page_buttons(page: int, pages: int, words: Words) -> ui.View:
    view = ui.View(timeout=None)
    for label, there in ((say("Previous"), page - 1), (say("Next"), page + 1)):
        button: ui.Button[ui.View] = ui.Button(
            label=words(label), custom_id=f"{PAGE}{max(there, -1)}", disabled=not 0 <= there < pages
        )
        view.add_item(button)
    view.stop()  # the buttons are answered by their ids
    return view


def _whose(preset: Preset) -> Sentence:
    if preset.owner.kind is OwnerKind.USER:
        return say("Yours: it follows you into every server.")
    return say("This server's: everybody here can use it.")
