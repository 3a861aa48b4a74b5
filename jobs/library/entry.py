"""An entry of a library: what is known of a LoRA, and what may be typed for it."""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jobs.bounds import in_words
from jobs.catalog import MODELS, Model
from jobs.lora import is_public_https_url, is_repository
from jobs.parameters import Loras, Option
from jobs.presets import name_key
from jobs.sentence import Sentence, say

NAME_LONGEST: Final = 50  # characters
TRIGGERS_MOST: Final = 10
TRIGGER_LONGEST: Final = 100  # characters
TRIGGERS_LONGEST: Final = 300  # characters of them all, as they are typed
_SEPARATOR: Final = re.compile(r"[,\n]")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What people say about a LoRA."""

    name: str  # 1 to 50 characters without a slash, so that it is no source
    source: str  # an https URL, or `owner/repo`
    models: tuple[str, ...] = ()  # the catalogue's keys; none: every model that takes such a source
    triggers: tuple[str, ...] = ()  # words that the prompt should hold
    scale: float | None = None  # taken when nobody chooses one; None: the vendor decides
    age_restricted: bool = False  # offered and accepted in age-restricted channels only

    @property
    def key(self) -> str:
        """By which names are the same."""
        return name_key(self.name)

    @property
    def fingerprint(self) -> str:
        """8 characters that are others when anything is changed."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]

    def suits(self, model: Model) -> bool:
        """Whether this model can be given the LoRA."""
        kind = loras_of(model)
        if kind is None or (is_repository(self.source) and not kind.repositories):
            return False
        return not self.models or model.key in self.models


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A LoRA in a server's library."""

    id: str  # 20 characters, lower-case letters and digits
    guild_id: int
    facts: Facts
    approved: bool  # False: it waits for a moderator
    has_preview: bool = False
    added_by: int  # a user's id
    added_at: int  # UTC ms


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody has typed for an entry, unread."""

    name: str
    source: str
    models: str = ""  # keys or titles, separated by commas; nothing: every model that takes the source
    triggers: str = ""  # separated by commas or lines
    scale: str = ""  # a number, with a point or a comma
    age_restricted: bool = False


def loras_of(model: Model) -> Loras | None:
    """What a model says about LoRAs; None where it takes none."""
    parameter = model.find(Option.LORA)
    return parameter.kind if parameter is not None and isinstance(parameter.kind, Loras) else None


def read_facts(typed: Typed, models: Sequence[Model] = MODELS) -> Facts | tuple[Sentence, ...]:
    """The facts, or everything that is wrong with what was typed, each as one sentence."""
    reading = _Reading([model for model in models if loras_of(model) is not None])
    facts = Facts(
        name=reading.name(typed.name),
        source=reading.source(typed.source),
        models=reading.models(typed.models),
        triggers=reading.triggers(typed.triggers),
        scale=reading.scale(typed.scale),
        age_restricted=typed.age_restricted,
    )
    if not reading.faults:
        reading.check_models(facts)
    return tuple(reading.faults) or facts


class _Reading:
    def __init__(self, known: Sequence[Model]) -> None:
        self._known = known
        self.faults: list[Sentence] = []

    def name(self, typed: str) -> str:
        name = " ".join(typed.split())
        if not name:
            self.faults.append(say("The name is empty: give the LoRA a name."))
        elif len(name) > NAME_LONGEST:
            self.faults.append(
                say(
                    "The name has {length} characters, and {most} is the most: choose a shorter one.",
                    length=len(name),
                    most=NAME_LONGEST,
                )
            )
        elif not name.isprintable():
            self.faults.append(say("The name holds characters that cannot be seen: leave them out."))
        elif "/" in name:
            self.faults.append(say("A name has no `/`, so that it cannot be taken for a link: leave it out."))
        return name

    def source(self, typed: str) -> str:
        source = typed.strip()
        if not source.isprintable() or (not is_public_https_url(source) and not is_repository(source)):
            self.faults.append(
                say("The source is nothing to load: give a public https:// link without a password, or owner/repo.")
            )
        return source

    def models(self, typed: str) -> tuple[str, ...]:
        by_word = {word.casefold(): model for model in self._known for word in (model.key, model.title)}
        found: list[str] = []
        for word in (part.strip() for part in _SEPARATOR.split(typed)):
            if not word:
                continue
            model = by_word.get(word.casefold())
            if model is None:
                self.faults.append(
                    say(
                        "“{word}” is no model that takes LoRAs: choose among {models}, or leave it empty for all.",
                        word=word[:TRIGGER_LONGEST],
                        models=", ".join(model.key for model in self._known),
                    )
                )
            elif model.key not in found:
                found.append(model.key)
        return tuple(found)

    def triggers(self, typed: str) -> tuple[str, ...]:
        several: dict[str, str] = {}
        for word in (" ".join(part.split()) for part in _SEPARATOR.split(typed)):
            if word:
                several.setdefault(name_key(word), word)
        triggers = tuple(several.values())
        if len(triggers) > TRIGGERS_MOST:
            self.faults.append(
                say(
                    "There are {count} trigger words, and {most} is the most: keep the important ones.",
                    count=len(triggers),
                    most=TRIGGERS_MOST,
                )
            )
        if sum(map(len, triggers)) > TRIGGERS_LONGEST or any(len(word) > TRIGGER_LONGEST for word in triggers):
            self.faults.append(
                say(
                    "The trigger words are too long: {most} characters for one, {all} for all of them.",
                    most=TRIGGER_LONGEST,
                    all=TRIGGERS_LONGEST,
                )
            )
        if not all(word.isprintable() for word in triggers):
            self.faults.append(say("The trigger words hold characters that cannot be seen: leave them out."))
        if any(brace in word for word in triggers for brace in "{}"):
            self.faults.append(
                say("The trigger words hold braces, which mark alternatives in prompts: leave them out.")
            )
        return triggers

    def scale(self, typed: str) -> float | None:
        text = typed.strip()
        if not text:
            return None
        try:
            scale = float(text.replace(",", "."))
        except ValueError:
            scale = math.nan
        if not math.isfinite(scale):
            self.faults.append(say("The scale is no number: give one like 0.8, or leave it empty."))
        return scale

    def check_models(self, facts: Facts) -> None:
        """What each thing alone does not show: whether source and scale are right for the models."""
        named = [model for model in self._known if model.key in facts.models]
        for model in named:
            if not facts.suits(model):
                self.faults.append(say("{model} takes no owner/repo: give an https:// link.", model=model.title))
        for model in self._known:
            kind = loras_of(model)
            if facts.scale is None or kind is None or not facts.suits(model):
                continue
            low, high = kind.scale.minimum, kind.scale.maximum
            if (low is not None and facts.scale < low) or (high is not None and facts.scale > high):
                self.faults.append(
                    say(
                        "The scale {scale} is out of bounds for {model}: choose {bounds}.",
                        scale=facts.scale,
                        model=model.title,
                        bounds=in_words(kind.scale),
                    )
                )
