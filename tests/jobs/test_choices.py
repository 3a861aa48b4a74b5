"""Option typed > preset > personal default > server default > vendor default, which is not sent."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, Catalog, Provider
from jobs.choices import Merged, merge
from jobs.parameters import LORA_OPTIONS, Option
from jobs.presets import DEFAULT_OPTIONS, PRESET_OPTIONS, Owner, Preset
from jobs.request import ImageRequest
from jobs.validation import Chosen, validate

CATALOG = Catalog(offered=Provider)
URL, REPOSITORY = "https://example.com/a.safetensors", "owner/repo"
FOX = {Option.PROMPT: "a fox"}

# What fits both models, only one of them, or none.
VALUES: dict[Option, tuple[str | int | float | bool, ...]] = {
    Option.MODEL: (FLUX_LORA.key, FLUX_2_LORA.key, "gone"),
    Option.SIZE: ("square", "landscape_4_3", "round"),
    Option.WIDTH: (512, 700),
    Option.HEIGHT: (544, 9),
    Option.COUNT: (1, 4, 9),
    Option.SEED: (5, -5),
    Option.STEPS: (2, 20, 80),
    Option.GUIDANCE: (2.5, 30.0, -1.0),
    Option.LORA: (URL, REPOSITORY, "nothing"),
    Option.LORA_SCALE: (0.5, 9.0),
    Option.LORA2: (URL, REPOSITORY),
    Option.LORA2_SCALE: (0.5, 9.0),
    Option.LORA3: (URL,),
    Option.LORA3_SCALE: (1.5,),
    Option.FORMAT: ("png", "webp", "gif"),
    Option.EXPAND_PROMPT: (True, False),
    Option.SPEED: ("high", "warp"),
    Option.SAFETY: (True, False),
    Option.PRIVATE: (True, False),
}
SIZES = (Option.SIZE, Option.WIDTH, Option.HEIGHT)
TOGETHER: tuple[tuple[Option, ...], ...] = (SIZES, *LORA_OPTIONS)


def preset_of(options: Chosen, style: str = "") -> Preset:
    return Preset(owner=Owner.user(7), name="Noir", options=options, style=style, saved_by=7)


def merged(
    typed: Chosen,
    preset: Chosen | None = None,
    *defaults: Chosen,
    style: str = "",
    unsafe_allowed: bool = True,
    catalog: Catalog = CATALOG,
) -> Merged:
    held = None if preset is None else preset_of(preset, style)
    return merge({**FOX, **typed}, preset=held, defaults=defaults, catalog=catalog, unsafe_allowed=unsafe_allowed)


def layer(options: Sequence[Option]) -> st.SearchStrategy[Chosen]:
    """Any of these options with any of their values, none of them needed."""
    return st.fixed_dictionaries({}, optional={option: st.sampled_from(VALUES[option]) for option in options})


def fits(values: Chosen, model_key: str) -> bool:
    """By the rules of orders."""
    model = CATALOG.get(model_key)
    assert model is not None
    return isinstance(validate({**FOX, **values}, model=model, drawn_seed=1), ImageRequest)


TYPED, PRESETS = layer([option for option in VALUES if option is not Option.MODEL]), layer(PRESET_OPTIONS)
DEFAULTS = layer(DEFAULT_OPTIONS)
MODELS = st.sampled_from([None, FLUX_LORA.key, FLUX_2_LORA.key])


@given(typed=TYPED, model=MODELS, preset=st.none() | PRESETS, mine=DEFAULTS, servers=DEFAULTS)
def test_each_option_comes_from_the_first_that_has_a_fitting_one(
    typed: Chosen, model: str | None, preset: Chosen | None, mine: Chosen, servers: Chosen
) -> None:
    """Typed ones whether they fit or not; nothing is invented, and the vendor's own defaults are never sent."""
    typed = {**typed, **({Option.MODEL: model} if model else {})}
    result = merged(typed, preset, mine, servers)
    key = str(result.chosen[Option.MODEL])
    wishes = [layer[Option.MODEL] for layer in (typed, preset or {}, mine, servers) if Option.MODEL in layer]
    assert key == next((wish for wish in wishes if wish != "gone"), FLUX_LORA.key)
    alone = {*VALUES} - {*SIZES, *(option for pair in LORA_OPTIONS for option in pair), Option.MODEL}
    for option in alone:
        candidates = [
            layer[option]
            for layer in (preset or {}, mine, servers)
            if option in layer and fits({option: layer[option]}, key)
        ]
        expected = [typed[option]] if option in typed else candidates[:1]
        taken = [result.chosen[option]] if option in result.chosen else []
        assert taken == expected


@given(typed=TYPED, model=MODELS, preset=PRESETS, mine=DEFAULTS, servers=DEFAULTS)
def test_what_was_typed_stays_and_the_rest_makes_nothing_wrong(
    typed: Chosen, model: str | None, preset: Chosen, mine: Chosen, servers: Chosen
) -> None:
    """So every fault that is told is one of what was typed."""
    typed = {**typed, **({Option.MODEL: model} if model else {})}
    result = merged(typed, preset, mine, servers)
    assert typed.items() <= result.chosen.items()
    key = str(result.chosen[Option.MODEL])
    scales = {scale for source, scale in LORA_OPTIONS if source not in typed}  # go with a preset's LoRA, or with none
    if fits({option: value for option, value in typed.items() if option not in scales}, key):
        wrong = {option for option in scales if option in typed}
        assert wrong or fits(result.chosen, key)


@given(typed=TYPED, model=MODELS, preset=PRESETS)
def test_what_a_preset_has_counts_is_typed_otherwise_or_is_named_as_left_out(
    typed: Chosen, model: str | None, preset: Chosen
) -> None:
    """Nothing of it vanishes silently."""
    typed = {**typed, **({Option.MODEL: model} if model else {})}
    result = merged(typed, preset)
    for option, value in preset.items():
        counts = result.chosen.get(option) == value
        together = next((group for group in TOGETHER if option in group), (option,))
        replaced = any(other in typed for other in together)
        orphan = any(option == scale and source not in preset for source, scale in LORA_OPTIONS)
        dropped = any(option == scale and source in result.left_out for source, scale in LORA_OPTIONS)
        assert counts or replaced or orphan or dropped or option in result.left_out, option
    assert not {*result.left_out} & {*typed}


def test_nothing_chosen_sends_nothing_but_the_first_models_key() -> None:
    assert merged({}) == Merged(chosen={**FOX, Option.MODEL: FLUX_LORA.key})


def test_a_default_that_the_model_lacks_gives_way_to_the_next_one() -> None:
    result = merged({}, None, {Option.FORMAT: "webp", Option.SPEED: "high"}, {Option.FORMAT: "png"})
    assert result == Merged(chosen={**FOX, Option.MODEL: FLUX_LORA.key, Option.FORMAT: "png"})


def test_a_presets_value_that_the_model_lacks_is_named_and_the_default_counts() -> None:
    preset: Chosen = {Option.FORMAT: "webp", Option.STEPS: 12}
    result = merged({Option.MODEL: FLUX_LORA.key}, preset, {Option.FORMAT: "png"})
    assert result.left_out == (Option.FORMAT,)
    assert result.chosen[Option.FORMAT] == "png"
    assert result.chosen[Option.STEPS] == 12


@pytest.mark.parametrize("typed", [{Option.SIZE: "square"}, {Option.WIDTH: 512, Option.HEIGHT: 544}])
def test_a_size_comes_whole_from_one_place(typed: Chosen) -> None:
    preset: Chosen = {Option.MODEL: FLUX_2_LORA.key, Option.WIDTH: 1024, Option.HEIGHT: 1056}
    result = merged(typed, preset, {Option.SIZE: "landscape_4_3"})
    assert {option: value for option, value in result.chosen.items() if option in SIZES} == typed
    assert result.left_out == ()


def test_a_typed_scale_goes_with_the_presets_lora_and_a_typed_lora_not_with_the_presets_scale() -> None:
    preset: Chosen = {Option.LORA: URL, Option.LORA_SCALE: 0.5}
    assert merged({Option.LORA_SCALE: 2.0}, preset).chosen[Option.LORA_SCALE] == 2.0
    assert merged({Option.LORA_SCALE: 2.0}, preset).chosen[Option.LORA] == URL
    own = merged({Option.LORA: f"{URL}?own"}, preset)
    assert own.chosen[Option.LORA] == f"{URL}?own"
    assert Option.LORA_SCALE not in own.chosen


def test_loras_beyond_what_the_model_takes_are_left_out_with_their_scales_untold() -> None:
    preset: Chosen = {Option.LORA: URL, Option.LORA2: URL, Option.LORA2_SCALE: 2.0}
    result = merged({Option.MODEL: FLUX_LORA.key}, preset)
    assert result.left_out == (Option.LORA2,)
    assert Option.LORA2_SCALE not in result.chosen


def test_a_preset_switches_the_safety_checker_off_only_where_that_is_allowed() -> None:
    preset: Chosen = {Option.SAFETY: False}
    assert merged({}, preset).chosen[Option.SAFETY] is False
    refused = merged({}, preset, unsafe_allowed=False)
    assert Option.SAFETY not in refused.chosen
    assert refused.left_out == (Option.SAFETY,)
    assert (
        merged({Option.SAFETY: False}, preset, unsafe_allowed=False).chosen[Option.SAFETY] is False
    )  # told as a fault


def test_a_style_follows_the_prompt() -> None:
    assert merged({}, {}, style="oil on canvas").chosen[Option.PROMPT] == "a fox, oil on canvas"
    assert merged({Option.PROMPT: "  "}, {}, style="oil on canvas").chosen[Option.PROMPT] == "  "  # told as a fault


def test_a_model_that_is_no_longer_on_offer_is_passed_over() -> None:
    only = Catalog(offered=[Provider.AIMLAPI])
    gone = {Option.MODEL: FLUX_LORA.key}
    result = merged({}, gone, gone, catalog=only)
    assert result.chosen[Option.MODEL] == FLUX_2_LORA.key
    assert result.left_out == (Option.MODEL,)
    typed = merged(gone, {Option.STEPS: 9}, catalog=only)  # told by whoever takes the order
    assert typed == Merged(chosen={**FOX, **gone})


def test_the_order_of_the_defaults_is_their_rank() -> None:
    assert merged({}, None, {Option.COUNT: 2}, {Option.COUNT: 3}).chosen[Option.COUNT] == 2
    assert merged({}, {Option.COUNT: 4}, {Option.COUNT: 2}).chosen[Option.COUNT] == 4
    assert merged({Option.COUNT: 1}, {Option.COUNT: 4}, {Option.COUNT: 2}).chosen[Option.COUNT] == 1


def test_a_presets_name_is_compared_without_case() -> None:
    assert preset_of({}).key == replace(preset_of({}), name="NOIR").key
