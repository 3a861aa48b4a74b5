"""From names to what is sent: an entry's source, scale and trigger words, by the rules of the place."""

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, Model
from jobs.library.entry import Entry, Facts
from jobs.library.library import Library
from jobs.library.resolving import Resolved, resolve, why_not_again
from jobs.parameters import Option
from jobs.request import ImageRequest, Lora
from jobs.validation import Chosen, validate

LINK = "https://example.com/x.safetensors"
FOX: Chosen = {Option.PROMPT: "a fox"}


def library_of(*several: Facts, approved: bool = True) -> Library:
    library = Library()
    for number, facts in enumerate(several):
        library.put(Entry(id=str(number), guild_id=1, facts=facts, approved=approved, added_by=7, added_at=number))
    return library


def look_up(
    chosen: Chosen,
    library: Library,
    *,
    model: Model = FLUX_2_LORA,
    restricted: bool = False,
    raw_sources: bool = True,
) -> Resolved:
    return resolve(
        {**FOX, **chosen},
        model=model,
        library=library,
        models=MODELS,
        restricted=restricted,
        raw_sources=raw_sources,
    )


def faults(resolved: Resolved) -> list[tuple[Option, str]]:
    return [(fault.option, str(fault.sentence)) for fault in resolved.faults]


GRAIN = Facts(name="Grain", source="o/grain", triggers=("ohwx",), scale=0.8)


def test_a_name_becomes_source_scale_and_trigger_words_of_a_valid_request() -> None:
    resolved = look_up({Option.LORA2: " grain ", Option.LORA3: LINK}, library_of(GRAIN))
    request = validate(resolved.chosen, model=FLUX_2_LORA, drawn_seed=1, faults=resolved.faults)
    assert isinstance(request, ImageRequest)
    assert resolved.complete(request) == ImageRequest(
        model="flux-2-lora",
        prompt="a fox, ohwx",
        seed=1,
        loras=(Lora(path="o/grain", scale=0.8, name="Grain"), Lora(path=LINK)),
        added=("ohwx",),
    )


def test_what_holds_no_lora_is_left_as_it_is() -> None:
    resolved = look_up({Option.STEPS: 9}, library_of(GRAIN))
    assert (resolved.chosen, resolved.added, resolved.faults) == ({**FOX, Option.STEPS: 9}, (), ())


def test_a_scale_that_was_chosen_stays() -> None:
    resolved = look_up({Option.LORA: "Grain", Option.LORA_SCALE: 0}, library_of(GRAIN))
    assert resolved.chosen[Option.LORA_SCALE] == 0


def test_an_empty_prompt_gets_no_trigger_words_so_that_it_is_refused() -> None:
    resolved = resolve(
        {Option.PROMPT: "  ", Option.LORA: "Grain"}, model=FLUX_2_LORA, library=library_of(GRAIN), models=MODELS,
        restricted=False, raw_sources=True,
    )  # fmt: skip
    assert resolved.chosen[Option.PROMPT] == "  "


def test_trigger_words_that_make_the_prompt_too_long_are_told_apart_from_a_prompt_that_is() -> None:
    library = library_of(GRAIN)
    fits = look_up({Option.PROMPT: "x" * 3_994, Option.LORA: "Grain"}, library)
    assert fits.faults == ()
    assert len(str(fits.chosen[Option.PROMPT])) == 4_000
    too_long = look_up({Option.PROMPT: "x" * 3_995, Option.LORA: "Grain"}, library)
    [(option, sentence)] = faults(too_long)
    assert option is Option.PROMPT
    assert "trigger words of its LoRAs the prompt has 4,001 characters" in sentence
    assert "shorten it by 1." in sentence
    assert too_long.chosen[Option.PROMPT] == "x" * 3_995


@pytest.mark.parametrize(
    ("facts", "approved", "model", "part"),
    [
        (GRAIN, False, FLUX_2_LORA, "waits for a moderator"),
        (GRAIN, True, FLUX_LORA, "not made for FLUX.1 LoRA: choose FLUX.2 LoRA"),
        (Facts(name="Grain", source=LINK, models=("gone",)), True, FLUX_LORA, "not on offer here"),
        (Facts(name="Grain", source="o/r", age_restricted=True), True, FLUX_2_LORA, "age-restricted channels"),
    ],
)
def test_an_entry_that_cannot_be_used_here_is_refused_and_its_options_taken_out(
    *, facts: Facts, approved: bool, model: Model, part: str
) -> None:
    resolved = look_up({Option.LORA: "Grain", Option.LORA_SCALE: 1}, library_of(facts, approved=approved), model=model)
    [(option, sentence)] = faults(resolved)
    assert option is Option.LORA
    assert part in sentence
    assert resolved.chosen == FOX


@pytest.mark.parametrize(("raw_sources", "refused"), [(True, 0), (False, 2)])
def test_raw_sources_are_taken_where_the_server_takes_them(*, raw_sources: bool, refused: int) -> None:
    chosen = {Option.LORA: LINK, Option.LORA2: "o/other", Option.LORA3: "o/grain"}
    resolved = look_up(chosen, library_of(GRAIN), raw_sources=raw_sources)
    assert len(resolved.faults) == refused
    assert resolved.names[-1] == "Grain"


def test_of_several_names_for_one_source_the_one_counts_that_may_be_used_here() -> None:
    dark = Facts(name="Dark", source="o/r", age_restricted=True)
    library = library_of(dark, Facts(name="Light", source="o/r"))
    assert look_up({Option.LORA: "o/r"}, library).names == ("Light",)


def test_a_waiting_entry_keeps_nobody_from_typing_its_source() -> None:
    resolved = look_up({Option.LORA: "o/grain"}, library_of(GRAIN, approved=False))
    assert (resolved.names, resolved.faults) == ((None,), ())


def test_sources_gone_wrong_and_too_many_loras_are_left_to_the_validation() -> None:
    library = library_of(GRAIN)
    chosen = {Option.LORA: "http://example.com/x", Option.LORA2: "Grain"}
    resolved = look_up(chosen, library, model=FLUX_LORA)
    assert resolved.faults == ()
    assert resolved.chosen == {**FOX, **chosen}


def asked(path: str, name: str | None = None) -> ImageRequest:
    return ImageRequest(model="flux-2-lora", prompt="a fox", seed=1, loras=(Lora(path=path, name=name),))


def again(request: ImageRequest, library: Library, *, restricted: bool = False, raw_sources: bool = False) -> str:
    return str(why_not_again(request, library=library, restricted=restricted, raw_sources=raw_sources) or "")


def test_again_obeys_the_rules_of_today() -> None:
    dark = library_of(Facts(name="Dark", source="o/r", age_restricted=True))
    assert again(asked("o/r"), dark, restricted=True) == ""
    assert "age-restricted" in again(asked("o/r"), dark)
    closed = library_of(GRAIN)
    assert again(asked("o/grain"), closed) == ""
    gone = again(asked(f"{LINK}?key=secret"), closed)
    assert LINK in gone
    assert "secret" not in gone
    assert "**Ink**" in again(asked("o/ink", "Ink"), closed)
    assert again(asked("o/ink"), library_of(), raw_sources=True) == ""
