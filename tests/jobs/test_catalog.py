"""The catalogue says what the vendors' pages say."""

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, PIXELS, Catalog, PerImage, PerMegapixel, Provider
from jobs.parameters import Integer, Loras, Number, OneOf, Option, Size, Text, Toggle
from jobs.request import ImageRequest, estimate_cost


def kinds(model: object) -> dict[str, object]:
    return {parameter.field: parameter.kind for parameter in model.parameters}  # type: ignore[attr-defined]


def test_the_eachlabs_model_is_as_its_page_says() -> None:
    assert (FLUX_LORA.slug, FLUX_LORA.version, FLUX_LORA.typical_ms) == ("bfl-flux-lora", "0.0.1", 20_000)
    assert kinds(FLUX_LORA) == {
        "prompt": Text(longest=4000),
        "image_size": Size(presets=tuple(PIXELS), default="landscape_4_3"),
        "num_inference_steps": Integer(minimum=1, maximum=50, default=28),
        "seed": Integer(),
        "loras": Loras(most=1, scale=Number(), repositories=False, neutral_scale=1.0),
        "guidance_scale": Number(minimum=0, maximum=35, default=3.5),
        "num_images": Integer(minimum=1, maximum=4, default=1),
        "enable_safety_checker": Toggle(default=True),
        "output_format": OneOf(values=("jpeg", "png"), default="jpeg"),
    }


def test_the_aimlapi_model_is_as_its_page_says() -> None:
    assert (FLUX_2_LORA.slug, FLUX_2_LORA.synchronous) == ("blackforestlabs/flux-2-lora", True)
    assert kinds(FLUX_2_LORA) == {
        "prompt": Text(longest=4000),
        "image_size": Size(
            presets=tuple(PIXELS), default="landscape_4_3", side=Integer(minimum=512, maximum=2048, multiple_of=32)
        ),
        "output_format": OneOf(values=("jpeg", "png", "webp"), default="png"),
        "enable_prompt_expansion": Toggle(default=True),
        "num_images": Integer(minimum=1, maximum=4, default=1),
        "seed": Integer(minimum=1),
        "guidance_scale": Number(minimum=0, maximum=20),
        "num_inference_steps": Integer(minimum=4, maximum=50),
        "acceleration": OneOf(values=("none", "regular", "high"), default="regular"),
        "enable_safety_checker": Toggle(default=True),
        "loras": Loras(most=3, scale=Number(minimum=0, maximum=4), repositories=True),
    }


def test_prices_are_micro_dollars_an_image_or_a_started_megapixel() -> None:
    one = ImageRequest(model="flux-lora", prompt="p", seed=1)
    assert estimate_cost(one, FLUX_LORA) == 35_000
    four = ImageRequest(model="flux-lora", prompt="p", seed=1, count=4)
    assert estimate_cost(four, FLUX_LORA) == 140_000
    example = ImageRequest(model="flux-2-lora", prompt="p", seed=1, width=1472, height=512)
    assert estimate_cost(example, FLUX_2_LORA) == 22_050
    large = ImageRequest(model="flux-2-lora", prompt="p", seed=1, width=2048, height=2048, count=2)
    assert estimate_cost(large, FLUX_2_LORA) == 2 * 4 * 22_050


def test_only_models_whose_api_has_a_key_are_offered() -> None:
    catalog = Catalog(offered=[Provider.AIMLAPI])
    assert [model.key for model in catalog.models] == ["flux-2-lora"]
    assert catalog.default is catalog.get("flux-2-lora")
    assert catalog.get("flux-lora") is None


def test_without_any_key_there_is_no_catalogue() -> None:
    with pytest.raises(ValueError, match="at least one API needs a key"):
        Catalog(offered=[])


def test_a_price_can_be_replaced() -> None:
    catalog = Catalog(offered=list(Provider), prices={"flux-2-lora": PerMegapixel(micro_usd=1)})
    model = catalog.get("flux-2-lora")
    assert model is not None
    assert model.price == PerMegapixel(micro_usd=1)
    assert catalog.models[0].price == PerImage(micro_usd=35_000)


def test_every_model_has_each_option_once() -> None:
    for model in MODELS:
        options = [parameter.option for parameter in model.parameters]
        assert len(options) == len(set(options))
        assert Option.PROMPT in options
