"""What a member asked for, after validation: only what was chosen, never a vendor's default."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Self

from jobs.catalog import PIXELS, Model
from jobs.parameters import Loras, Option, Size


@dataclass(frozen=True, kw_only=True)
class Lora:
    """One LoRA adapter: where its weights are and how strongly they count."""

    path: str  # an https URL, or `owner/repo` where the model understands it
    scale: float | None = None  # None: the vendor decides
    name: str | None = None  # of the entry of the server's library that it was taken from


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """A valid request; None means that nobody chose, so that nothing is sent. The seed is always known."""

    model: str  # the catalogue's key
    prompt: str  # as it is sent
    seed: int
    size: str | None = None
    width: int | None = None  # pixels; width and height come together and replace `size`
    height: int | None = None
    count: int | None = None
    steps: int | None = None
    guidance: float | None = None
    loras: tuple[Lora, ...] = ()
    added: tuple[str, ...] = ()  # trigger words of LoRAs, which the prompt ends with and nobody typed
    format: str | None = None
    expand_prompt: bool | None = None
    speed: str | None = None
    safety: bool | None = None
    preset: str | None = None  # the name of the one that was used, to be shown
    left_out: tuple[str, ...] = ()  # options of that preset that did not count

    @property
    def images(self) -> int:
        """How many images this makes; one where nobody chose, as both vendors do."""
        return self.count or 1

    @property
    def typed_prompt(self) -> str:
        """The prompt without the trigger words that were added to it."""
        return self.prompt.removesuffix(", " + ", ".join(self.added)) if self.added else self.prompt

    def value(self, option: Option) -> object:
        """What was chosen for the parameter that this option sets, or None; see `Parameter.option`."""
        if option is Option.LORA:
            return self.loras or None
        return getattr(self, option.value)

    def with_seed(self, seed: int) -> Self:
        """The same with another seed."""
        return replace(self, seed=seed)

    def without_words(self) -> Self:
        """The same without what a member has written; not to be sent any more."""
        return replace(self, prompt="", loras=(), added=(), preset=None)

    def to_json(self) -> str:
        """The chosen values as a JSON object, for the database."""
        chosen = {name: value for name, value in vars(self).items() if value is not None and value != ()}
        if self.loras:
            chosen["loras"] = [asdict(lora) for lora in self.loras]
        return json.dumps(chosen)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`; fields that this version no longer knows are left out."""
        data: dict[str, Any] = json.loads(text)
        data["loras"] = tuple(Lora(**lora) for lora in data.get("loras", ()))
        data["left_out"] = tuple(data.get("left_out", ()))
        data["added"] = tuple(data.get("added", ()))
        return cls(**{key: value for key, value in data.items() if key in _FIELDS})


_FIELDS: Final = frozenset(field.name for field in fields(ImageRequest))


def dimensions(request: ImageRequest, model: Model) -> tuple[int, int]:
    """Width and height in pixels of the images to come."""
    if request.width is not None and request.height is not None:
        return request.width, request.height
    parameter = model.find(Option.SIZE)
    default = parameter.kind.default if parameter and isinstance(parameter.kind, Size) else "square_hd"
    return PIXELS[request.size or default]


def estimate_cost(request: ImageRequest, model: Model) -> int:
    """What the request will cost, in micro-dollars, by the catalogue's price."""
    width, height = dimensions(request, model)
    return model.price.estimate(images=request.images, pixels=width * height)


def body_fields(request: ImageRequest, model: Model) -> dict[str, Any]:
    """The chosen values under the vendor's names, as JSON values: what an adapter puts into its create request."""
    body: dict[str, Any] = {}
    for parameter in model.parameters:
        match parameter.kind:
            case Size() if request.width is not None:
                body[parameter.field] = {"width": request.width, "height": request.height}
            case Loras() if request.loras:
                body[parameter.field] = [
                    {"path": lora.path} | ({} if lora.scale is None else {"scale": lora.scale})
                    for lora in request.loras
                ]
            case _:
                value = request.value(parameter.option)
                if value is not None:
                    body[parameter.field] = value
    return body
