"""A request as the options that ask for it again."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA
from jobs.parameters import Option
from jobs.request import ImageRequest, Lora
from jobs.typed import command_line, options_of
from jobs.validation import validate

WHOLE = ImageRequest(
    model="flux-2-lora",
    prompt="a fox\n in the snow",
    seed=7,
    width=640,
    height=512,
    count=2,
    steps=30,
    guidance=2.5,
    loras=(Lora(path="owner/repo"), Lora(path="https://example.com/x.safetensors", scale=2.0)),
    format="webp",
    expand_prompt=False,
    speed="high",
    safety=True,
)


def test_the_line_types_every_option_that_was_chosen_in_one_line() -> None:
    assert command_line(options_of(WHOLE)) == (
        "/imagine prompt: a fox in the snow model: flux-2-lora width: 640 height: 512 count: 2 seed: 7 steps: 30 "
        "guidance: 2.5 lora: owner/repo lora2: https://example.com/x.safetensors lora2_scale: 2 format: webp "
        "expand_prompt: False speed: high safety: True"
    )


def test_what_nobody_chose_is_not_typed() -> None:
    bare = ImageRequest(model="flux-lora", prompt="a fox", seed=7)
    assert options_of(bare) == {Option.PROMPT: "a fox", Option.MODEL: "flux-lora", Option.SEED: 7}


@given(
    st.builds(
        ImageRequest,
        model=st.just("flux-2-lora"),
        prompt=st.text(min_size=1, max_size=50).map(str.strip).filter(bool),
        seed=st.integers(1, 2**53 - 1),
        size=st.none() | st.sampled_from(["square", "landscape_16_9"]),
        count=st.none() | st.integers(1, 4),
        guidance=st.none() | st.floats(0, 20),
        loras=st.lists(st.builds(Lora, path=st.just("owner/repo"), scale=st.none() | st.floats(0, 4)), max_size=3).map(
            tuple
        ),
        expand_prompt=st.none() | st.booleans(),
    )
)
def test_the_options_ask_for_the_very_same(request: ImageRequest) -> None:
    assert validate(options_of(request), model=FLUX_2_LORA, drawn_seed=1) == request
