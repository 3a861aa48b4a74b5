"""What is accepted, what is refused, and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, Model
from jobs.parameters import LORA_OPTIONS, Option
from jobs.request import ImageRequest, Lora, body_fields
from jobs.sentence import verbatim
from jobs.validation import Chosen, Fault, Faults, validate

URL = "https://example.com/style.safetensors"


def check(model: Model, **chosen: str | float | bool) -> ImageRequest | Faults:
    typed: Chosen = {Option.PROMPT: "a fox", **{Option(name): value for name, value in chosen.items()}}
    return validate(typed, model=model, drawn_seed=42)


def sentences(outcome: ImageRequest | Faults) -> list[str]:
    assert isinstance(outcome, Faults)
    return [str(fault.sentence) for fault in outcome.faults]


def test_a_prompt_alone_is_enough_and_sends_nothing_but_it_and_the_drawn_seed(model: Model) -> None:
    request = check(model)
    assert isinstance(request, ImageRequest)
    assert body_fields(request, model) == {"prompt": "a fox", "seed": 42}


def test_everything_that_flux_1_takes_reaches_the_vendor_by_its_own_names() -> None:
    request = check(
        FLUX_LORA,
        size="square_hd", count=3, seed=9, steps=12, guidance=7.5, lora=URL, lora_scale=0.8, format="png", safety=False,
    )  # fmt: skip
    assert isinstance(request, ImageRequest)
    assert body_fields(request, FLUX_LORA) == {
        "prompt": "a fox",
        "image_size": "square_hd",
        "num_images": 3,
        "seed": 9,
        "num_inference_steps": 12,
        "guidance_scale": 7.5,
        "loras": [{"path": URL, "scale": 0.8}],
        "output_format": "png",
        "enable_safety_checker": False,
    }


def test_everything_that_flux_2_takes_reaches_the_vendor_by_its_own_names() -> None:
    request = check(
        FLUX_2_LORA,
        width=1472, height=512, count=4, seed=1, steps=50, guidance=20.0, lora="owner/repo", lora2=URL, lora2_scale=4.0,
        lora3="o/r", lora3_scale=0.0, format="webp", expand_prompt=False, speed="none", safety=True,
    )  # fmt: skip
    assert isinstance(request, ImageRequest)
    assert body_fields(request, FLUX_2_LORA) == {
        "prompt": "a fox",
        "image_size": {"width": 1472, "height": 512},
        "num_images": 4,
        "seed": 1,
        "num_inference_steps": 50,
        "guidance_scale": 20.0,
        "loras": [{"path": "owner/repo"}, {"path": URL, "scale": 4.0}, {"path": "o/r", "scale": 0.0}],
        "output_format": "webp",
        "enable_prompt_expansion": False,
        "acceleration": "none",
        "enable_safety_checker": True,
    }


@pytest.mark.parametrize(
    ("model", "chosen", "expected"),
    [
        (FLUX_LORA, {"prompt": "   "}, "The prompt is empty: describe the image in at least one word."),
        (FLUX_LORA, {"prompt": "x" * 4001}, "The prompt has 4,001 characters, and 4,000 is the most: shorten it by 1."),
        (FLUX_LORA, {"steps": 51}, "`steps` 51 is out of bounds for FLUX.1 LoRA: choose 1 to 50."),
        (FLUX_2_LORA, {"steps": 3}, "`steps` 3 is out of bounds for FLUX.2 LoRA: choose 4 to 50."),
        (FLUX_LORA, {"guidance": 35.5}, "`guidance` 35.5 is out of bounds for FLUX.1 LoRA: choose 0 to 35."),
        (FLUX_2_LORA, {"guidance": 20.5}, "`guidance` 20.5 is out of bounds for FLUX.2 LoRA: choose 0 to 20."),
        (FLUX_2_LORA, {"guidance": float("nan")}, "`guidance` nan is out of bounds for FLUX.2 LoRA: choose 0 to 20."),
        (FLUX_LORA, {"count": 5}, "`count` 5 is out of bounds for FLUX.1 LoRA: choose 1 to 4."),
        (FLUX_2_LORA, {"seed": 0}, "`seed` 0 is out of bounds for FLUX.2 LoRA: choose at least 1."),
        (FLUX_LORA, {"format": "webp"}, "`format` 'webp' is unknown to FLUX.1 LoRA: choose jpeg or png."),
        (FLUX_LORA, {"speed": "high"}, "FLUX.1 LoRA has no `speed`: leave it out."),
        (FLUX_LORA, {"expand_prompt": True}, "FLUX.1 LoRA has no `expand_prompt`: leave it out."),
        (
            FLUX_LORA,
            {"width": 1024, "height": 1024},
            "`width` and `height` cannot be chosen with FLUX.1 LoRA: choose a `size` instead.",
        ),
        (FLUX_2_LORA, {"width": 1024}, "`width` and `height` go together: add `height`, 512 to 2048 in steps of 32."),
        (
            FLUX_2_LORA,
            {"width": 1000, "height": 512},
            "`width` 1000 is out of bounds for FLUX.2 LoRA: choose 512 to 2048 in steps of 32.",
        ),
        (
            FLUX_2_LORA,
            {"size": "square", "width": 512, "height": 512},
            "`size` and `width`/`height` exclude each other: leave out the one or the others.",
        ),
        (
            FLUX_LORA,
            {"lora": "owner/repo"},
            "`lora` is nothing to load for FLUX.1 LoRA: give a public https:// link without a password.",
        ),
        (
            FLUX_2_LORA,
            {"lora": "http://example.com/x"},
            "`lora` is nothing to load for FLUX.2 LoRA: give a public https:// link without a password, or owner/repo.",
        ),
        (FLUX_LORA, {"lora": URL, "lora2": URL}, "FLUX.1 LoRA takes at most one LoRA: leave out `lora2`."),
        (FLUX_2_LORA, {"lora_scale": 1.0}, "`lora_scale` needs a LoRA: add `lora`, or leave the scale out."),
        (
            FLUX_2_LORA,
            {"lora": URL, "lora_scale": 4.5},
            "`lora_scale` 4.5 is out of bounds for FLUX.2 LoRA: choose 0 to 4.",
        ),
        (FLUX_2_LORA, {"size": "huge"}, None),
    ],
)
def test_each_fault_is_one_sentence_with_what_is_allowed(
    model: Model, chosen: dict[str, str | float | bool], expected: str | None
) -> None:
    found = sentences(check(model, **chosen))
    if expected is not None:
        assert found == [expected]
    else:
        assert len(found) == 1


def test_all_faults_are_told_at_once_in_the_order_of_the_options() -> None:
    outcome = check(FLUX_LORA, prompt="", width=10, count=9, steps=0, speed="high", lora="ftp://x", lora2=URL)
    assert isinstance(outcome, Faults)
    assert [fault.option for fault in outcome.faults] == [
        Option.PROMPT, Option.WIDTH, Option.COUNT, Option.STEPS, Option.LORA, Option.LORA2, Option.SPEED,
    ]  # fmt: skip


def test_faults_that_the_caller_found_are_told_with_the_others() -> None:
    given_fault = Fault(option=Option.SAFETY, sentence=verbatim("not here"))
    outcome = validate({Option.PROMPT: ""}, model=FLUX_LORA, drawn_seed=1, faults=[given_fault])
    assert sentences(outcome) == ["The prompt is empty: describe the image in at least one word.", "not here"]


def test_a_lora_without_a_scale_gets_the_neutral_one_only_where_the_api_may_need_it() -> None:
    one, two = check(FLUX_LORA, lora=URL), check(FLUX_2_LORA, lora=URL)
    assert isinstance(one, ImageRequest)
    assert isinstance(two, ImageRequest)
    assert body_fields(one, FLUX_LORA)["loras"] == [{"path": URL, "scale": 1.0}]
    assert body_fields(two, FLUX_2_LORA)["loras"] == [{"path": URL}]


def test_a_lora_may_stand_in_any_of_the_options() -> None:
    request = check(FLUX_2_LORA, lora3="o/r", lora3_scale=2.0)
    assert isinstance(request, ImageRequest)
    assert request.loras == (Lora(path="o/r", scale=2.0),)


values = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.text(max_size=20), st.just(URL), st.sampled_from(["png", "square"])
)


@given(st.sampled_from(MODELS), st.dictionaries(st.sampled_from(Option), values))
def test_whatever_is_typed_is_either_valid_for_the_vendor_or_explained(model: Model, chosen: Chosen) -> None:
    outcome = validate(chosen, model=model, drawn_seed=1)
    if isinstance(outcome, Faults):
        assert outcome.faults
        assert all(str(fault.sentence).endswith(".") for fault in outcome.faults)
        return
    assert ImageRequest.from_json(outcome.to_json()) == outcome
    body = body_fields(outcome, model)
    assert set(body) <= {parameter.field for parameter in model.parameters}
    assert body["prompt"]
    typed_loras = [pair for pair in LORA_OPTIONS if pair[0] in chosen]
    assert len(body.get("loras", [])) == len(typed_loras)
