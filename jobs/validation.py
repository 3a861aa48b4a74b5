"""From what a member typed to a valid request, or every fault of it at once, in plain words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs import unfit
from jobs.bounds import in_words
from jobs.catalog import Model
from jobs.lora import is_public_https_url, is_repository
from jobs.parameters import LORA_OPTIONS, Integer, Loras, Number, OneOf, Option, Size, Text, Toggle
from jobs.request import ImageRequest, Lora
from jobs.sentence import Sentence, say, say_count

Chosen = Mapping[Option, str | int | float | bool]
_LORA_NAMES = frozenset(option for pair in LORA_OPTIONS for option in pair)
_OURS = frozenset({Option.MODEL, Option.PRIVATE, Option.ALTERNATIVES})  # no parameters of a model
_ELSEWHERE = _LORA_NAMES | _OURS | {Option.PROMPT, Option.SIZE, Option.WIDTH, Option.HEIGHT}
_SEED_LARGEST = 2**53 - 1  # Discord's integers are exact up to here


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: a sentence that says what, what is allowed, and so what to do."""

    option: Option
    sentence: Sentence


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Everything that is wrong with one command; nothing was created or charged."""

    faults: tuple[Fault, ...]


def validate(
    chosen: Chosen, *, model: Model, drawn_seed: int, faults: Sequence[Fault] = (), models: Sequence[Model] = ()
) -> ImageRequest | Faults:
    """Check what was chosen against one model; `drawn_seed` is taken when no seed was chosen.

    `faults` are those that the caller has found already: they are reported together with the ones found here.
    `models` are those on offer: one that takes what this one does not is named.
    """
    check = _Check(chosen, model, models)
    found = [*check.prompt(), *check.size(), *check.simple(), *check.loras(), *faults]
    if found:
        order = list(Option)
        return Faults(faults=tuple(sorted(found, key=lambda fault: order.index(fault.option))))
    chosen = check.sized()
    return ImageRequest(
        model=model.key,
        prompt=str(chosen[Option.PROMPT]).strip(),
        loras=tuple(check.chosen_loras()),
        seed=int(chosen.get(Option.SEED, drawn_seed)),
        **{  # type: ignore[arg-type]  # each value's type has been checked against its kind
            option.value: value
            for option, value in chosen.items()
            if option not in _LORA_NAMES | _OURS | {Option.PROMPT, Option.SEED}
        },
    )


class _Check:
    def __init__(self, chosen: Chosen, model: Model, models: Sequence[Model]) -> None:
        self._chosen = chosen
        self._model = model
        self._models = models

    def prompt(self) -> list[Fault]:
        text = str(self._chosen.get(Option.PROMPT, "")).strip()
        parameter = self._model.find(Option.PROMPT)
        if not text:
            sentence = say("The prompt is empty: describe the image in at least one word.")
        elif parameter and isinstance(parameter.kind, Text) and len(text) > parameter.kind.longest:
            longest = parameter.kind.longest
            sentence = say(
                "The prompt has {length} characters, and {longest} is the most: shorten it by {surplus}.",
                length=len(text),
                longest=longest,
                surplus=len(text) - longest,
            )
        else:
            return []
        return [Fault(option=Option.PROMPT, sentence=sentence)]

    def size(self) -> list[Fault]:
        size, width, height = (self._chosen.get(o) for o in (Option.SIZE, Option.WIDTH, Option.HEIGHT))
        parameter = self._model.find(Option.SIZE)
        kind = parameter.kind if parameter else None
        own = Option.WIDTH if width is not None else Option.HEIGHT
        faults: list[Fault] = []
        if not isinstance(kind, Size):
            typed = [o for o in (Option.SIZE, Option.WIDTH, Option.HEIGHT) if o in self._chosen]
            return [self._lacks(option) for option in typed]
        if size is not None and size not in kind.presets:
            faults.append(Fault(option=Option.SIZE, sentence=unfit.no_size(self._model, size, kind)))
        if width is None and height is None:
            return faults
        if kind.side is None:
            return [*faults, Fault(option=own, sentence=unfit.no_sides(self._model, self._models))]
        if size is not None:
            text = say("`size` and `width`/`height` exclude each other: leave out the one or the others.")
            faults.append(Fault(option=Option.SIZE, sentence=text))
        for option, value in ((Option.WIDTH, width), (Option.HEIGHT, height)):
            if value is None:
                text = say(
                    "`width` and `height` go together: add `{option}`, {bounds}.",
                    option=option.value,
                    bounds=in_words(kind.side),
                )
                faults.append(Fault(option=option, sentence=text))
            else:
                faults.extend(self._range(option, value, kind.side))
        return faults

    def sized(self) -> Chosen:
        """With the default size where it is not the vendor's own."""
        parameter = self._model.find(Option.SIZE)
        kind = parameter.kind if parameter else None
        if not isinstance(kind, Size) or not kind.limited or self._chosen.keys() & {Option.SIZE, Option.WIDTH}:
            return self._chosen
        return {**self._chosen, Option.SIZE: kind.default}

    def simple(self) -> list[Fault]:
        faults: list[Fault] = []
        for option, value in self._chosen.items():
            if option in _ELSEWHERE:
                continue
            parameter = self._model.find(option)
            match parameter.kind if parameter else None:
                case None:
                    faults.append(self._lacks(option))
                case Integer() | Number() as kind:
                    faults.extend(self._range(option, value, kind))
                case OneOf(values=values) if value not in values:
                    faults.append(self._unknown(option, value, values))
                case Toggle() if not isinstance(value, bool):
                    faults.append(self._unknown(option, value, ("True", "False")))
                case _:
                    pass
        return faults

    def loras(self) -> list[Fault]:
        parameter = self._model.find(Option.LORA)
        kind = parameter.kind if parameter else None
        faults: list[Fault] = []
        for number, (source_option, scale_option) in enumerate(LORA_OPTIONS, start=1):
            source, scale = self._chosen.get(source_option), self._chosen.get(scale_option)
            if source is None and scale is None:
                continue
            if not isinstance(kind, Loras):
                faults.append(self._lacks(source_option))
            elif number > kind.most:
                text = say_count(
                    "{model} takes at most one LoRA: leave out `{option}`.",
                    "{model} takes at most {count} LoRAs: leave out `{option}`.",
                    kind.most,
                    model=self._model.title,
                    option=source_option.value,
                )
                faults.append(Fault(option=source_option, sentence=text))
            else:
                faults.extend(self._lora(source_option, scale_option, kind))
        return faults

    def chosen_loras(self) -> list[Lora]:
        parameter = self._model.find(Option.LORA)
        neutral = parameter.kind.neutral_scale if parameter and isinstance(parameter.kind, Loras) else None
        loras: list[Lora] = []
        for source_option, scale_option in LORA_OPTIONS:
            source, scale = self._chosen.get(source_option), self._chosen.get(scale_option)
            if source is not None:
                loras.append(Lora(path=str(source).strip(), scale=neutral if scale is None else float(scale)))
        return loras

    def _lora(self, source_option: Option, scale_option: Option, kind: Loras) -> list[Fault]:
        source, scale = self._chosen.get(source_option), self._chosen.get(scale_option)
        faults: list[Fault] = []
        if source is None:
            alone = say(
                "`{scale}` needs a LoRA: add `{source}`, or leave the scale out.",
                scale=scale_option.value,
                source=source_option.value,
            )
            return [Fault(option=scale_option, sentence=alone)]
        text = str(source).strip()
        if not is_public_https_url(text) and not (kind.repositories and is_repository(text)):
            faults.append(Fault(option=source_option, sentence=unfit.unloadable(self._model, source_option, kind)))
        if scale is not None:
            faults.extend(self._range(scale_option, scale, kind.scale))
        return faults

    def _range(self, option: Option, value: object, kind: Integer | Number) -> list[Fault]:
        whole = isinstance(kind, Integer)
        good = (
            not isinstance(value, bool)
            and isinstance(value, int if whole else int | float)
            and math.isfinite(value)
            and (kind.minimum is None or value >= kind.minimum)
            and (kind.maximum is None or value <= kind.maximum)
            and (not isinstance(kind, Integer) or abs(value) <= _SEED_LARGEST)
            and (not isinstance(kind, Integer) or value % kind.multiple_of == 0)
        )
        return [] if good else [Fault(option=option, sentence=unfit.out_of_bounds(self._model, option, value, kind))]

    def _lacks(self, option: Option) -> Fault:
        return Fault(option=option, sentence=unfit.lacks(self._model, option))

    def _unknown(self, option: Option, value: object, values: Sequence[str]) -> Fault:
        return Fault(option=option, sentence=unfit.unknown(self._model, option, value, values))
