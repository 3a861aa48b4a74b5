"""From names typed for `lora`, `lora2` and `lora3` to what is sent: source, scale and trigger words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from jobs.bounds import listed
from jobs.catalog import Model
from jobs.library.entry import Entry, Facts, loras_of
from jobs.library.library import Library
from jobs.library.triggers import missing_from, with_words
from jobs.lora import is_public_https_url, is_repository
from jobs.parameters import LORA_OPTIONS, Option, Text
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say, verbatim
from jobs.validation import Chosen, Fault

_SHOWN: Final = 100  # characters of what was typed, in a sentence


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What was chosen, in the image API's words, ready to be validated."""

    chosen: Chosen
    names: tuple[str | None, ...] = ()  # of the LoRAs' entries, in the order of the options; None: not of the library
    added: tuple[str, ...] = ()  # trigger words at the prompt's end that nobody typed
    faults: tuple[Fault, ...] = ()  # the options that they are about are not in `chosen` any more

    def complete(self, request: ImageRequest) -> ImageRequest:
        """The request that was made of `chosen`, with what is known of it here."""
        named = zip(request.loras, self.names, strict=True)
        return replace(request, loras=tuple(replace(lora, name=name) for lora, name in named), added=self.added)


def resolve(
    chosen: Chosen,
    *,
    model: Model,
    library: Library,
    models: Sequence[Model],
    restricted: bool,
    raw_sources: bool,
) -> Resolved:
    """Look the names up in a server's library.

    A source that an entry has counts as that entry, so that nobody goes around its age restriction by typing it. What
    is right or wrong for whatever reason of its own is left for `validate`. `models` are those on offer, `restricted`
    says whether the channel is age-restricted, `raw_sources` whether links and owner/repo may be used.
    """
    look = _Look(model, library, models, restricted=restricted, raw_sources=raw_sources)
    left = dict(chosen)
    names: list[str | None] = []
    facts: list[Facts] = []
    faults: list[Fault] = []
    kind = loras_of(model)
    for number, (source, scale) in enumerate(LORA_OPTIONS, start=1):
        typed = chosen.get(source)
        if typed is None:
            continue
        if kind is None or number > kind.most:  # too many: said by `validate`
            names.append(None)
            continue
        found = look.up(str(typed).strip(), source)
        match found:
            case Sentence():
                faults.append(Fault(option=source, sentence=found))
                left.pop(source)
                left.pop(scale, None)
            case Entry():
                names.append(found.facts.name)
                facts.append(found.facts)
                left[source] = found.facts.source
                if scale not in chosen and found.facts.scale is not None:
                    left[scale] = found.facts.scale
            case None:
                names.append(None)
    prompt = str(chosen.get(Option.PROMPT, "")).strip()
    added = missing_from(prompt, [word for each in facts for word in each.triggers]) if prompt else ()
    if added:
        left[Option.PROMPT] = with_words(prompt, added)
        faults += _too_long(prompt, str(left[Option.PROMPT]), model)
    if any(fault.option is Option.PROMPT for fault in faults):
        left[Option.PROMPT] = prompt
    return Resolved(chosen=left, names=tuple(names), added=added, faults=tuple(faults))


def why_not_again(request: ImageRequest, *, library: Library, restricted: bool, raw_sources: bool) -> Sentence | None:
    """What speaks against the LoRAs of a former request today: the server's rules may have changed."""
    for lora in request.loras:
        approved = [entry for entry in library.of_source(lora.path) if entry.approved]
        if not approved and not raw_sources:
            name = verbatim(lora.name or lora.path.partition("?")[0][:_SHOWN])
            return say(
                "**{name}** is not in this server's library, and you may use no others here: see `/lora list`.",
                name=name,
            )
        if approved and not restricted and all(entry.facts.age_restricted for entry in approved):
            return _restricted(approved[0])
    return None


class _Look:
    def __init__(
        self, model: Model, library: Library, models: Sequence[Model], *, restricted: bool, raw_sources: bool
    ) -> None:
        self._model = model
        self._library = library
        self._models = models
        self._restricted = restricted
        self._raw_sources = raw_sources

    def up(self, typed: str, option: Option) -> Entry | Sentence | None:
        """The entry that is meant, or why there is none to take; None: a source of its own."""
        entry = self._library.find(typed)
        if entry is None:
            same = [each for each in self._library.of_source(typed) if each.approved]
            # Of several names for one source, the one that may be used here.
            entry = min(same, key=lambda each: each.facts.age_restricted and not self._restricted, default=None)
        if entry is not None:
            return self._why_not(entry) or entry
        if not is_public_https_url(typed) and not is_repository(typed):
            if "/" in typed:
                return None  # a source gone wrong: said by `validate`
            return self._unknown(typed, option)
        if not self._raw_sources:
            return say(
                "`{option}` takes only LoRAs of this server's library: choose one that it suggests while you type, "
                "or see `/lora list`.",
                option=option.value,
            )
        return None

    def _unknown(self, typed: str, option: Option) -> Sentence:
        name = verbatim(typed[:_SHOWN])
        if self._raw_sources:
            return say(
                "There is no LoRA “{name}” in this server's library: choose one that `{option}` suggests while you "
                "type, or give a link to its weights.",
                name=name,
                option=option.value,
            )
        return say(
            "There is no LoRA “{name}” in this server's library: choose one that `{option}` suggests while you type, "
            "or see `/lora list`.",
            name=name,
            option=option.value,
        )

    def _why_not(self, entry: Entry) -> Sentence | None:
        name = verbatim(entry.facts.name)
        if not entry.approved:
            return say("**{name}** waits for a moderator's approval: choose another LoRA meanwhile.", name=name)
        if entry.facts.age_restricted and not self._restricted:
            return _restricted(entry)
        if entry.facts.suits(self._model):
            return None
        others = [model.title for model in self._models if entry.facts.suits(model)]
        if not others:
            return say("**{name}** is for a model that is not on offer here: choose another LoRA.", name=name)
        return say(
            "**{name}** is not made for {model}: choose {others} with `model`, or another LoRA.",
            name=name,
            model=self._model.title,
            others=listed(others),
        )


def _restricted(entry: Entry) -> Sentence:
    return say(
        "**{name}** is for age-restricted channels: go to one, or choose another LoRA.", name=verbatim(entry.facts.name)
    )


def _too_long(typed: str, whole: str, model: Model) -> list[Fault]:
    """Where the trigger words alone are too much: `validate` counts what was typed."""
    parameter = model.find(Option.PROMPT)
    longest = parameter.kind.longest if parameter is not None and isinstance(parameter.kind, Text) else len(whole)
    if len(typed) > longest or len(whole) <= longest:
        return []
    sentence = say(
        "With the trigger words of its LoRAs the prompt has {length} characters, and {longest} is the most: "
        "shorten it by {surplus}.",
        length=len(whole),
        longest=longest,
        surplus=len(whole) - longest,
    )
    return [Fault(option=Option.PROMPT, sentence=sentence)]
