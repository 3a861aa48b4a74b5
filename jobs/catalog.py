"""The image models that can be chosen: every parameter, bound, default, price and typical time, as data.

Options, validation, help texts and requests derive from this. A new model is a new entry here, a new API
is an adapter in `providers/` beside it. Sources: the vendors' model pages, as noted at each entry.
"""

import dataclasses
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from jobs.parameters import Integer, Loras, Number, OneOf, Option, Parameter, Size, Text, Toggle
from jobs.sentence import Sentence, say

PIXELS: Final[Mapping[str, tuple[int, int]]] = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
"""Width and height in pixels of each preset, the same at both vendors."""

PRESETS: Final = tuple(PIXELS)
PROMPT_LONGEST: Final = 4000  # characters; AI/ML API's bound, kept for every model so that a prompt can be moved
MEGAPIXEL: Final = 1024 * 1024


class Provider(enum.StrEnum):
    """The APIs that there is an adapter for; the value is what the database holds."""

    EACHLABS = "eachlabs"
    AIMLAPI = "aimlapi"


@dataclass(frozen=True, kw_only=True)
class PerImage:
    """A fixed price an image."""

    micro_usd: int

    def estimate(self, *, images: int, pixels: int) -> int:  # noqa: ARG002 - one shape for every price
        """The price of a job in micro-dollars."""
        return images * self.micro_usd


@dataclass(frozen=True, kw_only=True)
class PerMegapixel:
    """A price for each started megapixel of each image."""

    micro_usd: int

    def estimate(self, *, images: int, pixels: int) -> int:
        """The price of a job in micro-dollars, `pixels` being those of one image."""
        return images * -(-pixels // MEGAPIXEL) * self.micro_usd


Price = PerImage | PerMegapixel


@dataclass(frozen=True, kw_only=True)
class Model:
    """One image model of one API."""

    key: str  # what the option `model` and the database hold; never changes
    title: str  # what people read
    summary: Sentence  # one line for the help
    provider: Provider
    slug: str  # the vendor's name for it
    version: str | None  # the vendor's version, where its API takes one
    synchronous: bool  # True: the answer to the create is the result
    price: Price
    typical_ms: int  # how long one job takes, to start from; learnt from then on
    parameters: tuple[Parameter, ...]

    def find(self, option: Option) -> Parameter | None:
        """The parameter that an option sets, or None where this model lacks it."""
        return next((parameter for parameter in self.parameters if parameter.option is option), None)


FLUX_LORA: Final = Model(
    key="flux-lora",
    title="FLUX.1 LoRA",
    summary=say("Fast and flat-priced; one LoRA by https link."),
    # https://www.eachlabs.ai/ai-models/bfl-flux-lora
    provider=Provider.EACHLABS,
    slug="bfl-flux-lora",
    version="0.0.1",
    synchronous=False,
    price=PerImage(micro_usd=35_000),
    typical_ms=20_000,
    parameters=(
        Parameter(option=Option.PROMPT, field="prompt", kind=Text(longest=PROMPT_LONGEST)),
        Parameter(option=Option.SIZE, field="image_size", kind=Size(presets=PRESETS, default="landscape_4_3")),
        Parameter(option=Option.STEPS, field="num_inference_steps", kind=Integer(minimum=1, maximum=50, default=28)),
        Parameter(option=Option.SEED, field="seed", kind=Integer()),
        Parameter(
            option=Option.LORA, field="loras", kind=Loras(most=1, scale=Number(), repositories=False, neutral_scale=1.0)
        ),
        Parameter(option=Option.GUIDANCE, field="guidance_scale", kind=Number(minimum=0, maximum=35, default=3.5)),
        Parameter(option=Option.COUNT, field="num_images", kind=Integer(minimum=1, maximum=4, default=1)),
        Parameter(option=Option.SAFETY, field="enable_safety_checker", kind=Toggle(default=True)),
        Parameter(option=Option.FORMAT, field="output_format", kind=OneOf(values=("jpeg", "png"), default="jpeg")),
    ),
)

FLUX_2_LORA: Final = Model(
    key="flux-2-lora",
    title="FLUX.2 LoRA",
    summary=say("Up to three LoRAs, sizes of your own, prompt expansion."),
    # https://docs.aimlapi.com/api-references/image-models/flux/flux-2-lora
    provider=Provider.AIMLAPI,
    slug="blackforestlabs/flux-2-lora",
    version=None,
    synchronous=True,
    price=PerMegapixel(micro_usd=22_050),  # the page's example: 44,100 tokens at 2,000,000 to the dollar
    typical_ms=20_000,
    parameters=(
        Parameter(option=Option.PROMPT, field="prompt", kind=Text(longest=PROMPT_LONGEST)),
        Parameter(
            option=Option.SIZE,
            field="image_size",
            kind=Size(
                presets=PRESETS,
                default="landscape_4_3",
                side=Integer(minimum=512, maximum=2048, multiple_of=32),
            ),
        ),
        Parameter(
            option=Option.FORMAT,
            field="output_format",
            kind=OneOf(values=("jpeg", "png", "webp"), default="png"),
        ),
        Parameter(option=Option.EXPAND_PROMPT, field="enable_prompt_expansion", kind=Toggle(default=True)),
        Parameter(option=Option.COUNT, field="num_images", kind=Integer(minimum=1, maximum=4, default=1)),
        Parameter(option=Option.SEED, field="seed", kind=Integer(minimum=1)),
        Parameter(option=Option.GUIDANCE, field="guidance_scale", kind=Number(minimum=0, maximum=20)),
        Parameter(option=Option.STEPS, field="num_inference_steps", kind=Integer(minimum=4, maximum=50)),
        Parameter(
            option=Option.SPEED,
            field="acceleration",
            kind=OneOf(values=("none", "regular", "high"), default="regular"),
        ),
        Parameter(option=Option.SAFETY, field="enable_safety_checker", kind=Toggle(default=True)),
        Parameter(
            option=Option.LORA,
            field="loras",
            kind=Loras(most=3, scale=Number(minimum=0, maximum=4), repositories=True),
        ),
    ),
)

MODELS: Final = (FLUX_LORA, FLUX_2_LORA)


class Catalog:
    """The models that this installation offers: those whose API has a key. The first is the default."""

    def __init__(
        self,
        *,
        offered: Iterable[Provider],
        models: Iterable[Model] = MODELS,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        """`prices` replaces, by model key, the catalogue's own."""
        providers = frozenset(offered)
        self._models = {
            model.key: dataclasses.replace(model, price=(prices or {}).get(model.key, model.price))
            for model in models
            if model.provider in providers
        }
        if not self._models:
            raise ValueError("no model is offered: at least one API needs a key")

    @property
    def models(self) -> tuple[Model, ...]:
        """Every model on offer, the default first."""
        return tuple(self._models.values())

    @property
    def default(self) -> Model:
        """The model of those who choose none."""
        return self.models[0]

    def get(self, key: str) -> Model | None:
        """The model of that key, or None where it is not on offer (any more)."""
        return self._models.get(key)
