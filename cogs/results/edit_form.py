"""The form under Edit, and the message that keeps what was typed when it could not be taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import discord
from discord import ui

from cogs.embeds import WORKING
from cogs.forms import text_input
from cogs.results.buttons import JOB
from jobs.bounds import in_words
from jobs.catalog import PIXELS, Model
from jobs.editing import LONGEST, Field, Typed
from jobs.parameters import Integer, Number, Option, Size
from jobs.sentence import Sentence, say
from words.speech import Words

REFERENCE: Final = JOB + r":[op]:[a-z0-9.-]{1,40}"
"""The form of an `EditReference` in ids of buttons and forms."""
EDITED: Final = "fluxcord:edited:"
_OPEN, _CLOSE, _NOTHING = "```\n", "\n```", "-"
_SHORT: Final = (Field.SIZE, Field.COUNT, Field.SEED, Field.STRENGTH)
_LABELS: Final[Mapping[Field, Sentence]] = {
    Field.PROMPT: say("Prompt"),
    Field.SIZE: say("Size"),
    Field.COUNT: say("Images"),
    Field.SEED: say("Seed"),
    Field.STRENGTH: say("Steps / guidance"),
}


@dataclass(frozen=True, kw_only=True)
class EditReference:
    """What an edit is of: enough to check what is typed before anything is looked up."""

    job_id: str
    private: bool
    model: str

    def __str__(self) -> str:
        return f"{self.job_id}:{'p' if self.private else 'o'}:{self.model}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The inverse.

        Raises:
            ValueError: it is none.
        """
        if re.fullmatch(REFERENCE, text) is None:
            raise ValueError("not the reference of an edit")
        job_id, private, model = text.split(":")
        return cls(job_id=job_id, private=private == "p", model=model)


def edit_form(words: Words, reference: EditReference, texts: Typed, model: Model, *, nonce: int) -> ui.Modal:
    """The form, filled in; `nonce` makes each showing of it one order at most."""
    form = ui.Modal(title=words(say("Edit and make"))[:45], custom_id=f"{EDITED}{reference}:{nonce}", timeout=None)
    hints = _hints(words, model)
    for field in Field:
        form.add_item(
            text_input(
                words(_LABELS[field]),
                field.value,
                value=texts.get(field, "")[: LONGEST[field]],
                hint=hints.get(field, ""),
                longest=LONGEST[field],
                required=field is Field.PROMPT,
                long=field is Field.PROMPT,
            )
        )
    return form


def typed_embed(words: Words, texts: Typed) -> discord.Embed:
    """What was typed, for its author to read and for `typed_in` to read back: it is kept nowhere else."""
    embed = discord.Embed(
        title=words(say("What you typed")),
        description=f"{_OPEN}{texts.get(Field.PROMPT, '')}{_CLOSE}",
        colour=WORKING,
    )
    for field in _SHORT:
        embed.add_field(name=words(_LABELS[field]), value=texts.get(field, "").strip() or _NOTHING)
    return embed


def typed_in(message: discord.Message) -> Typed:
    """What `typed_embed` has put into a message; empty where the message holds none."""
    for embed in message.embeds:
        text = embed.description or ""
        if len(embed.fields) == len(_SHORT) and text.startswith(_OPEN) and text.endswith(_CLOSE):
            values = [(each.value or "") for each in embed.fields]
            short = {field: "" if value == _NOTHING else value for field, value in zip(_SHORT, values, strict=True)}
            return {Field.PROMPT: text.removeprefix(_OPEN).removesuffix(_CLOSE), **short}
    return {}


def _hints(words: Words, model: Model) -> dict[Field, str]:
    hints = {
        Field.SEED: words(say("The same seed gives the same image again; empty: a new one")),
        Field.STRENGTH: words(say("Like 28 / 3.5; empty: as the model likes")),
    }
    kind = _kind(model, Option.SIZE)
    if isinstance(kind, Size):
        sizes = ", ".join(f"{width} x {height}" for width, height in (PIXELS[preset] for preset in kind.presets))
        hints[Field.SIZE] = sizes
    count = _kind(model, Option.COUNT)
    if isinstance(count, Integer | Number):
        hints[Field.COUNT] = words(say("{range}; each counts towards your quota", range=in_words(count)))
    return hints


def _kind(model: Model, option: Option) -> Any:
    parameter = model.find(option)
    return parameter.kind if parameter is not None else None
