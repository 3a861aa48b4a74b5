"""`/preset save`: the options of an image, those that are typed, or both, under a name."""

import re
from collections.abc import Callable, Coroutine, Sequence
from inspect import Parameter
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str

from cogs.embeds import faults_embed
from cogs.options import DESCRIPTIONS, model_title, parameters, with_signature
from cogs.presets.saving import Saving
from cogs.results.finding import refuse
from jobs.bounds import listed
from jobs.catalog import Catalog, Model
from jobs.choices import with_any_sources
from jobs.ids import is_job_id
from jobs.parameters import Option
from jobs.presets import NAME_LONGEST, PRESET_OPTIONS, STYLE_LONGEST
from jobs.sentence import say
from jobs.validation import Chosen, Fault, Faults, validate
from words.speech import Words

_LINK: Final = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(?:\d+|@me)/\d+/(?P<message>\d{1,19})/?")
_NOT_AN_IMAGE: Final = say(
    "That names no image: give the job's id, which stands under each result, or the link to the result's message."
)
_NOTHING: Final = say("There is nothing to save: name an `image`, or give at least one option or a `style`.")

_NO_MODEL: Final = say("No model may be used here right now: leave `model` out, or ask an admin of this server.")
_CHOICE: Final = 100  # characters of a choice, Discord's bound

_OWN: Final = {
    "name": locale_str("What to call it; up to 32 characters"),
    "image": locale_str("Take the options of this image: its job's id, or the link to its message"),
    "style": locale_str("Words added to each prompt, for example: oil painting, soft light"),
    "server": locale_str("Save it for everybody in this server; moderators only"),
    "replace": locale_str("Take the place of the preset that has this name"),
}


Allowed = Callable[[discord.Interaction[Any]], Catalog | None]
"""The models that may be used where something is typed; None where there is none."""


def save_command(saving: Saving, catalog: Catalog, allowed: Allowed) -> "app_commands.Command[Any, ..., None]":
    """The command, with every option that a preset may hold and a model on offer has.

    Of the models it suggests and takes those that are allowed where it is typed.
    """

    async def suggest(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[Any]]:
        words, wanted = Words(interaction.locale.value), current.strip().casefold()
        return [
            app_commands.Choice(name=words(model_title(model))[:_CHOICE], value=model.key)
            for model in _models(allowed(interaction))
            if wanted in f"{model.title} {model.key}".casefold()
        ]

    async def save(
        interaction: discord.Interaction[Any],
        name: str,
        image: str | None = None,
        style: str | None = None,
        server: bool | None = None,
        replace: bool | None = None,
        **typed: Any,
    ) -> None:
        options = {Option(option): value for option, value in typed.items() if value is not None}
        reference = None if image is None else _reference(image)
        if image is not None and reference is None:
            await refuse(interaction, _NOT_AN_IMAGE)
            return
        if image is None and not options and not (style or "").strip():
            await refuse(interaction, _NOTHING)
            return
        faults = _unknown(options, _models(allowed(interaction))) or _faults(options, catalog)
        if faults is not None:
            embed = faults_embed(faults.faults, Words(interaction.locale.value))
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await saving.save(
            interaction,
            name,
            style=style or "",
            reference=reference,
            options=options,
            for_server=bool(server),
            overwrite=bool(replace),
        )

    command = _command(save, catalog)
    command.autocomplete(Option.MODEL.value)(suggest)
    return command


def _command(
    save: Callable[..., Coroutine[Any, Any, None]], catalog: Catalog
) -> "app_commands.Command[Any, ..., None]":
    derived = [_suggested(each) for each in parameters(PRESET_OPTIONS, catalog)]
    with_signature(
        save,
        [
            Parameter("name", Parameter.KEYWORD_ONLY, annotation=Range[str, 1, NAME_LONGEST]),
            Parameter("image", Parameter.KEYWORD_ONLY, default=None, annotation=str | None),
            Parameter("style", Parameter.KEYWORD_ONLY, default=None, annotation=Range[str, 1, STYLE_LONGEST] | None),
            Parameter("server", Parameter.KEYWORD_ONLY, default=None, annotation=bool | None),
            Parameter("replace", Parameter.KEYWORD_ONLY, default=None, annotation=bool | None),
            *derived,
        ],
    )
    described = _OWN | {parameter.name: DESCRIPTIONS[Option(parameter.name)] for parameter in derived}
    return app_commands.Command(
        name="save",
        description=locale_str("Save options under a name, to use them with /imagine preset"),
        callback=app_commands.describe(**described)(save),
    )


def _suggested(option: Parameter) -> Parameter:
    """The model is suggested while it is typed: what Discord lists by itself is the same in every server."""
    return option.replace(annotation=Range[str, 1, _CHOICE] | None) if option.name == Option.MODEL.value else option


def _reference(image: str) -> str | None:
    """The job's id, or the id of the message that a link leads to."""
    text = image.strip()
    if is_job_id(text.lower()):
        return text.lower()
    link = _LINK.fullmatch(text)
    return link["message"] if link is not None else None


def _models(allowed: Catalog | None) -> Sequence[Model]:
    return allowed.models if allowed is not None else ()


def _unknown(options: Chosen, allowed: Sequence[Model]) -> Faults | None:
    """A model that is none of those that may be used here."""
    typed = options.get(Option.MODEL)
    if typed is None or any(model.key == typed for model in allowed):
        return None
    if not allowed:
        return Faults(faults=(Fault(option=Option.MODEL, sentence=_NO_MODEL),))
    models = listed([model.title for model in allowed])
    sentence = say("`model` may be {models} here: choose one that Discord shows while you type.", models=models)
    return Faults(faults=(Fault(option=Option.MODEL, sentence=sentence),))


def _faults(options: Chosen, catalog: Catalog) -> Faults | None:
    """What is wrong with the typed options for their model; without one, for whichever model takes the most of them."""
    typed = options.get(Option.MODEL)
    models = [model for model in catalog.models if typed in {None, model.key}]
    found = [validate({Option.PROMPT: "-", **with_any_sources(options)}, model=model, drawn_seed=1) for model in models]
    faults = [each for each in found if isinstance(each, Faults)]
    return min(faults, key=lambda each: len(each.faults)) if faults and len(faults) == len(found) else None
