"""What InvokeAI and NovelAI write: a JSON object each."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from media.metadata.recipe import Adapter, Recipe, Tool
from media.metadata.values import load, mapping, number, text, whole

_MOST: Final = 50  # LoRAs


def parse_invoke(written: str) -> Recipe | None:
    """InvokeAI's `invokeai_metadata`."""
    data = load(written)
    if "positive_prompt" not in data:
        return None
    model = mapping(data.get("model"))
    return Recipe(
        tool=Tool.INVOKEAI,
        prompt=text(data["positive_prompt"]),
        negative=text(data.get("negative_prompt")),
        model=text(model.get("name")) or text(model.get("model_name")),
        seed=whole(data.get("seed")),
        steps=whole(data.get("steps")),
        guidance=number(data.get("guidance", data.get("cfg_scale"))),
        sampler=text(data.get("scheduler")),
        width=whole(data.get("width")),
        height=whole(data.get("height")),
        adapters=tuple(_invoke_adapters(data.get("loras"))),
    )


def parse_novel(written: str, *, model: str) -> Recipe | None:
    """NovelAI's `Comment`; the model stands in a text of its own, `Source`."""
    data = load(written)
    caption = mapping(mapping(data.get("v4_prompt")).get("caption"))
    prompt = text(data.get("prompt")) or text(caption.get("base_caption"))
    if not prompt or not ({"uc", "sampler", "scale"} & data.keys()):
        return None
    return Recipe(
        tool=Tool.NOVELAI,
        prompt=prompt,
        negative=text(data.get("uc")),
        model=model.strip(),
        seed=whole(data.get("seed")),
        steps=whole(data.get("steps")),
        guidance=number(data.get("scale")),
        sampler=text(data.get("sampler")),
        width=whole(data.get("width")),
        height=whole(data.get("height")),
    )


def _invoke_adapters(value: object) -> Iterator[Adapter]:
    for each in map(mapping, value[:_MOST] if isinstance(value, list) else ()):
        named: Mapping[str, Any] = mapping(each.get("model")) or mapping(each.get("lora"))
        if name := text(named.get("name")) or text(named.get("model_name")):
            yield Adapter(source=name, scale=number(each.get("weight")))
