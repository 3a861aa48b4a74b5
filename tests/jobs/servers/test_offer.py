"""A server's catalogue: what its rules leave out is neither offered, taken nor sent by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, PIXELS, Catalog, Provider
from jobs.parameters import Option, Size
from jobs.request import ImageRequest, dimensions
from jobs.servers.offer import SIDE_LEAST, offer
from jobs.servers.rules import MakeRules
from jobs.validation import Chosen, Faults, validate

CATALOG = Catalog(offered=Provider)
FOX: Chosen = {Option.PROMPT: "a fox"}


def told(catalog: Catalog | None, model: str, **typed: str | int) -> list[str]:
    assert catalog is not None
    there = catalog.get(model)
    assert there is not None
    found = validate({**FOX, **{Option(name): value for name, value in typed.items()}}, model=there, drawn_seed=1)
    assert isinstance(found, Faults)
    return [str(fault.sentence) for fault in found.faults]


def test_without_rules_it_is_the_whole_catalogue() -> None:
    assert offer(CATALOG, MakeRules()) is CATALOG
    everything = offer(CATALOG, MakeRules(largest_count=4, largest_side=2048))
    assert everything is not None
    assert everything.models == MODELS


def test_only_models_that_are_allowed_are_on_offer_the_first_of_them_by_default() -> None:
    only = offer(CATALOG, MakeRules(models=frozenset({FLUX_2_LORA.key, "gone"})))
    assert only is not None
    assert only.models == (FLUX_2_LORA,)
    assert only.default == FLUX_2_LORA
    assert offer(CATALOG, MakeRules(models=frozenset({"gone"}))) is None


def test_what_is_larger_than_the_rules_is_refused_with_what_is_left() -> None:
    catalog = offer(CATALOG, MakeRules(largest_count=2, largest_side=1000))
    assert told(catalog, "flux-lora", count=3) == ["`count` 3 is out of bounds here: choose 1 to 2."]
    assert told(catalog, "flux-lora", size="square_hd") == [
        "'square_hd' is larger than what is made here: choose square."
    ]
    assert told(catalog, "flux-lora", size="round") == ["'round' is no size of FLUX.1 LoRA: choose square."]
    assert told(catalog, "flux-2-lora", width=1024, height=512) == [
        "`width` 1024 is out of bounds here: choose 512 to 992 in steps of 32."
    ]
    assert told(catalog, "flux-lora", steps=99) == ["`steps` 99 is out of bounds for FLUX.1 LoRA: choose 1 to 50."]


@given(st.integers(1, 3000), st.integers(1, 6), st.sampled_from(MODELS))
def test_whatever_passes_is_within_the_rules_also_where_nobody_chose_a_size(
    side: int, count: int, model: object
) -> None:
    catalog = offer(CATALOG, MakeRules(largest_count=count, largest_side=side))
    assert catalog is not None
    whole = next(each for each in MODELS if each is model)
    narrow = catalog.get(whole.key)
    assert narrow is not None
    sizes: list[Chosen] = [{}, *({Option.SIZE: size} for size in PIXELS), {Option.WIDTH: 1024, Option.HEIGHT: 512}]
    for typed in sizes:
        for images in (None, 1, 2, 4):
            chosen: Chosen = {**FOX, **typed, **({} if images is None else {Option.COUNT: images})}
            request = validate(chosen, model=narrow, drawn_seed=1)
            if isinstance(request, ImageRequest):
                assert max(dimensions(request, whole)) <= max(side, SIDE_LEAST)
                assert request.images <= count
    plain = validate(FOX, model=narrow, drawn_seed=1)
    assert isinstance(plain, ImageRequest)


@pytest.mark.parametrize(("side", "default"), [(2048, None), (1024, None), (1023, "square"), (512, "square")])
def test_the_default_is_sent_only_where_the_vendors_own_is_too_large(side: int, default: str | None) -> None:
    catalog = offer(CATALOG, MakeRules(largest_side=side))
    assert catalog is not None
    request = validate(FOX, model=catalog.models[0], drawn_seed=1)
    assert isinstance(request, ImageRequest)
    assert request.size == default


def test_every_model_makes_the_smallest_size_that_a_server_may_limit_to() -> None:
    for model in MODELS:
        parameter = model.find(Option.SIZE)
        assert parameter is not None
        assert isinstance(parameter.kind, Size)
        assert any(max(PIXELS[preset]) <= SIDE_LEAST for preset in parameter.kind.presets)


def test_a_model_that_takes_width_and_height_is_named_to_whoever_types_them_for_another() -> None:
    chosen = {**FOX, Option.WIDTH: 512, Option.HEIGHT: 512}
    found = validate(chosen, model=FLUX_LORA, drawn_seed=1, models=MODELS)
    assert isinstance(found, Faults)
    [fault] = found.faults
    assert str(fault.sentence) == (
        "`width` and `height` cannot be chosen with FLUX.1 LoRA: choose a `size` instead, or FLUX.2 LoRA with `model`, "
        "which takes them."
    )
