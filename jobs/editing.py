"""The form under Edit: a request as five texts, and back, or everything that is wrong with them at once."""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from jobs.catalog import PIXELS, PROMPT_LONGEST, Model
from jobs.library.triggers import missing_from, with_words
from jobs.parameters import Option, Size
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.validation import Chosen, Fault, Faults, validate


class Field(enum.StrEnum):
    """What can be typed; the value names the form's input."""

    PROMPT = "prompt"
    SIZE = "size"
    COUNT = "count"
    SEED = "seed"
    STRENGTH = "strength"  # steps and guidance, `28 / 3.5`


LONGEST: Final[Mapping[Field, int]] = {
    Field.PROMPT: PROMPT_LONGEST,
    Field.SIZE: 40,
    Field.COUNT: 10,
    Field.SEED: 20,
    Field.STRENGTH: 30,
}
"""Characters."""

Typed = Mapping[Field, str]

_WHOLE: Final = re.compile(r"[+-]?\d{1,20}")
_DECIMAL: Final = re.compile(r"[+-]?(\d{1,20}([.,]\d{0,20})?|[.,]\d{1,20})")
_SIDES: Final = re.compile(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", re.IGNORECASE)


def typed(request: ImageRequest) -> dict[Field, str]:
    """What the form shows at first: what was chosen; empty where nobody chose."""
    width, height = request.width, request.height
    if request.size is not None and request.size in PIXELS:
        width, height = PIXELS[request.size]
    size = f"{width} x {height}" if width is not None and height is not None else request.size or ""
    steps = "" if request.steps is None else f"{request.steps}"
    guidance = "" if request.guidance is None else f"{request.guidance:.12g}"
    return {
        Field.PROMPT: request.typed_prompt,
        Field.SIZE: size,
        Field.COUNT: "" if request.count is None else f"{request.count}",
        Field.SEED: f"{request.seed}",
        Field.STRENGTH: f"{steps} / {guidance}".strip() if guidance else steps,
    }


def read_form(texts: Typed, *, model: Model, drawn_seed: int) -> ImageRequest | Faults:
    """What was typed, as far as the form goes, or every fault of it; `drawn_seed` is taken where no seed was typed."""
    chosen: dict[Option, str | int | float | bool] = {Option.PROMPT: texts.get(Field.PROMPT, "")}
    faults: list[Fault] = []
    for option, text in _texts(texts):
        value = _number(option, text)
        if value is None:
            faults.append(Fault(option=option, sentence=_not_a_number(option, text)))
        else:
            chosen[option] = value
    sized = _size(texts.get(Field.SIZE, "").strip(), model)
    if isinstance(sized, Fault):
        faults.append(sized)
    else:
        chosen |= sized
    return validate(chosen, model=model, drawn_seed=drawn_seed, faults=faults)


def merged(request: ImageRequest, form: ImageRequest) -> ImageRequest:
    """The request with what the form says; what the form does not show stays, the LoRAs' trigger words too."""
    added = missing_from(form.prompt, request.added)
    if len(with_words(form.prompt, added)) > PROMPT_LONGEST:
        added = ()  # no model would take it
    return replace(
        request,
        prompt=with_words(form.prompt, added),
        added=added,
        size=form.size,
        width=form.width,
        height=form.height,
        count=form.count,
        seed=form.seed,
        steps=form.steps,
        guidance=form.guidance,
    )


def _texts(texts: Typed) -> Iterator[tuple[Option, str]]:
    """Each number that was typed."""
    steps, _, guidance = texts.get(Field.STRENGTH, "").partition("/")
    for option, text in (
        (Option.COUNT, texts.get(Field.COUNT, "")),
        (Option.SEED, texts.get(Field.SEED, "")),
        (Option.STEPS, steps),
        (Option.GUIDANCE, guidance),
    ):
        if text.strip():
            yield option, text.strip()


def _number(option: Option, text: str) -> int | float | None:
    if option is Option.GUIDANCE:
        return float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
    return int(text) if _WHOLE.fullmatch(text) else None


def _not_a_number(option: Option, text: str) -> Sentence:
    match option:
        case Option.STEPS:
            return say(
                "`steps` “{typed}” is no whole number: type steps and guidance like `28 / 3.5`, or leave them empty.",
                typed=text,
            )
        case Option.GUIDANCE:
            return say(
                "`guidance` “{typed}” is no number: type steps and guidance like `28 / 3.5`, or leave them empty.",
                typed=text,
            )
        case _:
            return say(
                "`{option}` “{typed}” is no whole number: type digits only, or leave it empty.",
                option=option.value,
                typed=text,
            )


def _size(text: str, model: Model) -> Chosen | Fault:
    """Pixels, or the name of a preset in whatever spelling."""
    parameter = model.find(Option.SIZE)
    kind = parameter.kind if parameter is not None else None
    presets = kind.presets if isinstance(kind, Size) else ()
    if not text:
        return {}
    if sides := _SIDES.fullmatch(text):
        pixels = int(sides[1]), int(sides[2])
        for preset in presets:
            if PIXELS[preset] == pixels:
                return {Option.SIZE: preset}
        if isinstance(kind, Size) and kind.side is not None:
            return {Option.WIDTH: pixels[0], Option.HEIGHT: pixels[1]}
    for preset in presets:
        if _letters(text) in _names(preset):
            return {Option.SIZE: preset}
    known = ", ".join(f"{PIXELS[preset][0]} x {PIXELS[preset][1]}" for preset in presets)
    return Fault(
        option=Option.SIZE,
        sentence=say(
            "`size` “{typed}” is no size of {model}: type one of {sizes}.", typed=text, model=model.title, sizes=known
        ),
    )


def _names(preset: str) -> frozenset[str]:
    """`portrait_4_3` is what people call Portrait 3:4."""
    name = _letters(preset)
    turned = re.sub(r"(\d+)_(\d+)$", r"\2_\1", preset)
    return frozenset({name, _letters(turned)})


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
