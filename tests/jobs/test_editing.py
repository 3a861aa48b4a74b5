"""The form under Edit: what it shows, what it takes, and everything that is wrong with it at once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, PRESETS, Model
from jobs.editing import LONGEST, Field, merged, read_form, typed
from jobs.parameters import Option
from jobs.request import ImageRequest, Lora
from jobs.validation import Faults

BASE = ImageRequest(
    model="flux-2-lora",
    prompt="a fox",
    seed=7,
    size="landscape_4_3",
    count=2,
    steps=28,
    guidance=3.5,
    loras=(Lora(path="owner/repo", scale=0.5),),
    format="webp",
    speed="high",
)


def form(*, of: ImageRequest = BASE, **texts: str) -> dict[Field, str]:
    return typed(of) | {Field(name): text for name, text in texts.items()}


def read(texts: dict[Field, str], model: Model = FLUX_2_LORA) -> ImageRequest:
    request = read_form(texts, model=model, drawn_seed=99)
    assert isinstance(request, ImageRequest), request
    return request


def faults(texts: dict[Field, str], model: Model = FLUX_2_LORA) -> list[tuple[Option, str]]:
    found = read_form(texts, model=model, drawn_seed=99)
    assert isinstance(found, Faults)
    return [(fault.option, str(fault.sentence)) for fault in found.faults]


def test_the_form_shows_what_was_chosen_and_leaves_the_rest_empty() -> None:
    assert typed(BASE) == {
        Field.PROMPT: "a fox",
        Field.SIZE: "1024 x 768",
        Field.COUNT: "2",
        Field.SEED: "7",
        Field.STRENGTH: "28 / 3.5",
    }
    bare = ImageRequest(model="flux-lora", prompt="a fox", seed=7)
    assert typed(bare) == {
        Field.PROMPT: "a fox",
        Field.SIZE: "",
        Field.COUNT: "",
        Field.SEED: "7",
        Field.STRENGTH: "",
    }
    assert typed(replace(bare, steps=30))[Field.STRENGTH] == "30"
    assert typed(replace(bare, guidance=2.0))[Field.STRENGTH] == "/ 2"
    assert typed(replace(bare, width=640, height=512))[Field.SIZE] == "640 x 512"


requests = st.builds(
    ImageRequest,
    model=st.just("flux-2-lora"),
    prompt=st.text(min_size=1, max_size=200).map(str.strip).filter(bool),
    seed=st.integers(1, 2**53 - 1),
    size=st.none() | st.sampled_from(PRESETS),
    count=st.none() | st.integers(1, 4),
    steps=st.none() | st.integers(4, 50),
    guidance=st.none() | st.integers(0, 200).map(lambda tenths: tenths / 10),
    format=st.none() | st.sampled_from(["png", "webp"]),
)


@given(requests)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(request: ImageRequest) -> None:
    texts = typed(request)
    assert all(len(text) <= LONGEST[field] for field, text in texts.items())
    assert merged(request, read(dict(texts))) == request


def test_what_the_form_does_not_show_stays_and_what_is_emptied_goes() -> None:
    request = merged(BASE, read(form(prompt=" a wolf ", size="", count="", seed="", strength="")))
    assert request == ImageRequest(
        model="flux-2-lora",
        prompt="a wolf",
        seed=99,
        loras=BASE.loras,
        format="webp",
        speed="high",
    )


def test_words_that_were_added_for_a_lora_are_not_shown_and_added_again_where_they_are_missing() -> None:
    base = replace(BASE, prompt="a fox, inkwash, bold lines", added=("inkwash", "bold lines"))
    assert typed(base)[Field.PROMPT] == "a fox"
    assert merged(base, read(typed(base))) == base
    request = merged(base, read(form(of=base, prompt="an inkwash wolf")))
    assert (request.prompt, request.added) == ("an inkwash wolf, bold lines", ("bold lines",))
    longest = "x" * LONGEST[Field.PROMPT]
    request = merged(base, read(form(of=base, prompt=longest)))
    assert (request.prompt, request.added) == (longest, ())


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512x512", {"size": "square"}),
        ("576 × 1024", {"size": "portrait_16_9"}),
        ("640*512", {"width": 640, "height": 512}),
        ("Portrait 3:4", {"size": "portrait_4_3"}),
        ("portrait_4_3", {"size": "portrait_4_3"}),
        ("LANDSCAPE 16:9", {"size": "landscape_16_9"}),
        ("Square HD", {"size": "square_hd"}),
    ],
)
def test_a_size_may_be_pixels_or_a_name_in_whatever_spelling(text: str, size: dict[str, Any]) -> None:
    request = read(form(size=text))
    assert {name: getattr(request, name) for name in size} == size


def test_numbers_are_taken_as_people_write_them() -> None:
    request = read(form(count=" 3 ", seed="+5", strength="30/ 2,5"))
    assert (request.count, request.seed, request.steps, request.guidance) == (3, 5, 30, 2.5)
    request = read(form(strength="/4"))
    assert (request.steps, request.guidance) == (None, 4.0)


def test_every_fault_is_told_at_once_and_in_the_order_of_the_options() -> None:
    found = faults(form(prompt="  ", size="huge", count="many", seed="x", strength="3.5 / much"))
    assert [option for option, _ in found] == [
        Option.PROMPT,
        Option.SIZE,
        Option.COUNT,
        Option.SEED,
        Option.STEPS,
        Option.GUIDANCE,
    ]
    told = dict(found)
    assert told[Option.SIZE].startswith("`size` “huge” is no size of FLUX.2 LoRA: type one of 1024 x 1024, ")
    assert told[Option.COUNT] == "`count` “many” is no whole number: type digits only, or leave it empty."
    assert "like `28 / 3.5`" in told[Option.STEPS]
    assert "“much” is no number" in told[Option.GUIDANCE]


def test_bounds_are_those_of_the_model() -> None:
    assert [option for option, _ in faults(form(count="5", strength="3 / 21"))] == [
        Option.COUNT,
        Option.STEPS,
        Option.GUIDANCE,
    ]
    [(option, sentence)] = faults(form(size="640x512"), FLUX_LORA)
    assert option is Option.SIZE
    assert "512 x 512" in sentence


@given(st.dictionaries(st.sampled_from(Field), st.text(max_size=40)))
def test_whatever_is_typed_ends_in_a_request_or_in_faults(texts: dict[Field, str]) -> None:
    assert isinstance(read_form(texts, model=FLUX_2_LORA, drawn_seed=1), ImageRequest | Faults)
