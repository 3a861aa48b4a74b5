"""The form under Edit: an entry as five texts, and the texts as they stand in a message when they were wrong."""

from collections.abc import Mapping
from typing import Final

import discord
from discord import ui

from cogs.embeds import WORKING
from cogs.forms import text_input
from jobs.library.entry import NAME_LONGEST, TRIGGERS_LONGEST, Entry, Facts, Typed
from jobs.lora import URL_LONGEST
from jobs.sentence import say
from words.speech import Words

FORM: Final = "fluxcord:loraform:"
_NAME, _SOURCE, _MODELS, _TRIGGERS, _SCALE = "name", "source", "models", "triggers", "scale"
_MODELS_LONGEST: Final = 200  # characters
_SCALE_LONGEST: Final = 20
_EMPTY: Final = "\u200b"  # Discord takes no empty field: https://discord.com/developers/docs/resources/message


def texts_of(facts: Facts) -> Typed:
    """An entry as it would be typed."""
    return Typed(
        name=facts.name,
        source=facts.source,
        models=", ".join(facts.models),
        triggers=", ".join(facts.triggers),
        scale="" if facts.scale is None else f"{facts.scale:g}",
        age_restricted=facts.age_restricted,
    )


def edit_form(entry: Entry, typed: Typed, words: Words) -> ui.Modal:
    """The form, filled in."""
    form = ui.Modal(title=words(say("Edit a LoRA"))[:45], custom_id=FORM + entry.id, timeout=None)
    inputs = (
        text_input(words(say("Name")), _NAME, value=typed.name, longest=NAME_LONGEST, required=True),
        text_input(
            words(say("Source")),
            _SOURCE,
            value=typed.source,
            hint=words(say("An https:// link to the weights, or owner/repo")),
            longest=URL_LONGEST,
            required=True,
            long=True,
        ),
        text_input(
            words(say("Models")),
            _MODELS,
            value=typed.models,
            hint=words(say("Separated by commas; empty: every model that takes it")),
            longest=_MODELS_LONGEST,
        ),
        text_input(
            words(say("Trigger words")),
            _TRIGGERS,
            value=typed.triggers,
            hint=words(say("Separated by commas; added to prompts that lack them")),
            longest=2 * TRIGGERS_LONGEST,
        ),
        text_input(
            words(say("Scale")),
            _SCALE,
            value=typed.scale,
            hint=words(say("How strongly it counts where nobody says so, like 0.8")),
            longest=_SCALE_LONGEST,
        ),
    )
    for each in inputs:
        form.add_item(each)
    return form


def typed_in_form(texts: Mapping[str, str], *, age_restricted: bool) -> Typed:
    """What came back; the form does not show the age restriction."""
    return Typed(
        name=texts.get(_NAME, ""),
        source=texts.get(_SOURCE, ""),
        models=texts.get(_MODELS, ""),
        triggers=texts.get(_TRIGGERS, ""),
        scale=texts.get(_SCALE, ""),
        age_restricted=age_restricted,
    )


def typed_embed(typed: Typed, words: Words) -> discord.Embed:
    """What was typed, so that nothing of it is lost."""
    embed = discord.Embed(title=words(say("What you typed")), description=typed.source or None, colour=WORKING)
    for name, value in (
        (say("Name"), typed.name),
        (say("Models"), typed.models),
        (say("Trigger words"), typed.triggers),
        (say("Scale"), typed.scale),
    ):
        embed.add_field(name=words(name), value=value or _EMPTY, inline=False)
    return embed


def typed_in_message(message: discord.Message, *, age_restricted: bool) -> Typed:
    """The inverse of `typed_embed`, of a message that ends with it."""
    embed = message.embeds[-1]
    values = ["" if field.value == _EMPTY else field.value or "" for field in embed.fields]
    name, models, triggers, scale = values
    return Typed(
        name=name,
        source=embed.description or "",
        models=models,
        triggers=triggers,
        scale=scale,
        age_restricted=age_restricted,
    )
