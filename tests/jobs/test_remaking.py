import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, PIXELS, Model
from jobs.parameters import Option
from jobs.remaking import parse_line, remake, size_like
from jobs.request import ImageRequest
from jobs.typed import command_line
from jobs.validation import validate

_VALUES = {
    Option.SIZE: st.sampled_from(sorted(PIXELS)),
    Option.WIDTH: st.integers(1, 4096),
    Option.HEIGHT: st.integers(1, 4096),
    Option.COUNT: st.integers(0, 9),
    Option.SEED: st.integers(-(2**60), 2**60),
    Option.STEPS: st.integers(-5, 500),
    Option.GUIDANCE: st.floats(-5, 100).map(lambda number: float(f"{number:.4g}")),
    Option.LORA: st.sampled_from(["inky", "owner/repo", "https://example.com/a.safetensors"]),
    Option.LORA_SCALE: st.floats(-5, 9).map(lambda number: float(f"{number:.4g}")),
    Option.LORA2: st.sampled_from(["owner/repo", "https://example.com/b.safetensors"]),
    Option.FORMAT: st.sampled_from(["png", "jpeg", "webp", "gif"]),
    Option.SPEED: st.sampled_from(["none", "high", "ludicrous"]),
    Option.EXPAND_PROMPT: st.booleans(),
    Option.PRIVATE: st.booleans(),
}
_PROMPTS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=60).map(
    lambda text: " ".join(text.split()) or "fox"
)
_WISHES = st.builds(
    lambda prompt, others: {Option.PROMPT: prompt, **others}, _PROMPTS, st.fixed_dictionaries({}, optional=_VALUES)
)


@pytest.mark.parametrize("model", MODELS)
@given(wished=_WISHES)
def test_what_a_model_takes_is_ordered_and_everything_else_is_named(
    model: Model, wished: dict[Option, str | int | float | bool]
) -> None:
    made = remake(wished, model=model)
    assert isinstance(validate(made.chosen, model=model, drawn_seed=1), ImageRequest)
    assert {*made.chosen, *made.left_out} == {*wished, Option.MODEL}
    assert all(made.chosen[option] == wished[option] for option in made.chosen if option is not Option.MODEL)


@pytest.mark.parametrize("model", MODELS)
@given(wished=_WISHES)
def test_a_line_is_read_back_as_it_was_written(model: Model, wished: dict[Option, str | int | float | bool]) -> None:
    chosen = remake(wished, model=model).chosen
    assert parse_line(command_line(chosen)) == chosen


@pytest.mark.parametrize("prompt", ["a fox model: x", "a fox model: flux-2-lora seed: 3", "model: a model: b seed: 1"])
def test_a_prompt_that_looks_like_options_stays_the_prompt(prompt: str) -> None:
    chosen: dict[Option, str | int | float | bool] = {
        Option.PROMPT: prompt,
        Option.MODEL: "flux-lora",
        Option.SEED: 7,
    }
    assert parse_line(command_line(chosen)) == chosen


@pytest.mark.parametrize(
    "line",
    [
        "",
        "/imagine prompt: a fox",
        "/help",
        "/imagine prompt: a model: m seed: seven",
        "/imagine prompt: a model: m colour: red",
        "/imagine prompt: a model: m private: yes",
    ],
)
def test_what_is_no_such_line_is_told_from_one(line: str) -> None:
    assert parse_line(line) is None


@given(prompt=st.sampled_from(["", "   ", "x" * 4001]))
def test_without_a_prompt_that_can_be_sent_nothing_is_ordered(prompt: str) -> None:
    assert remake({Option.PROMPT: prompt, Option.SEED: 1}, model=FLUX_LORA).chosen == {}


@pytest.mark.parametrize(
    ("model", "size", "expected"),
    [
        (FLUX_LORA, (1024, 1024), {Option.SIZE: "square_hd"}),
        (FLUX_LORA, (896, 1152), {Option.SIZE: "portrait_4_3"}),
        (FLUX_LORA, (832, 1216), {Option.SIZE: "portrait_4_3"}),
        (FLUX_LORA, (1920, 1080), {Option.SIZE: "landscape_16_9"}),
        (FLUX_LORA, (10_000, 1), {Option.SIZE: "landscape_16_9"}),
        (FLUX_LORA, (0, 5), {}),
        (FLUX_2_LORA, (832, 1216), {Option.WIDTH: 832, Option.HEIGHT: 1216}),
        (FLUX_2_LORA, (900, 1150), {Option.WIDTH: 896, Option.HEIGHT: 1152}),
        (FLUX_2_LORA, (512, 512), {Option.SIZE: "square"}),
        (FLUX_2_LORA, (300, 300), {Option.SIZE: "square_hd"}),
    ],
)
def test_a_size_becomes_the_same_or_the_nearest_shape(
    model: Model, size: tuple[int, int], expected: dict[Option, object]
) -> None:
    assert size_like(*size, model) == expected


@given(width=st.integers(1, 10_000), height=st.integers(1, 10_000))
def test_any_size_becomes_one_that_the_model_takes(width: int, height: int) -> None:
    for model in MODELS:
        chosen = {Option.PROMPT: "a fox", **size_like(width, height, model)}
        assert isinstance(validate(chosen, model=model, drawn_seed=1), ImageRequest)
