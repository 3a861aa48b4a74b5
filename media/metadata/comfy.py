"""ComfyUI's graphs: from the sampler back along its links to the prompt, the model and the numbers."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from media.metadata.recipe import Adapter, Recipe, Tool
from media.metadata.values import load, mapping, number, text, whole

Graph: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Nodes by their names: `{"class_type": …, "inputs": {name: a value, or a link [node, output]}}`."""

_MOST: Final = 5_000  # nodes
_POSITIVE: Final = ("positive", "guider", "conditioning")
_WORDS: Final = ("text", "t5xxl", "clip_l", "prompt", "string", "value", "text_g", "text_l")
_MODELS: Final = ("ckpt_name", "unet_name", "model_name")
# What the widgets of a saved workflow set, in their order; None: nothing that is read here.
_WIDGETS: Final[Mapping[str, tuple[str | None, ...]]] = {
    "KSampler": ("seed", None, "steps", "cfg", "sampler_name"),
    "KSamplerAdvanced": (None, "noise_seed", None, "steps", "cfg", "sampler_name"),
    "RandomNoise": ("noise_seed",),
    "BasicScheduler": (None, "steps"),
    "KSamplerSelect": ("sampler_name",),
    "FluxGuidance": ("guidance",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "EmptyLatentImage": ("width", "height"),
    "EmptySD3LatentImage": ("width", "height"),
}


def parse_prompt(written: str) -> Recipe | None:
    """What the graph that was run says (`prompt`)."""
    nodes = list(load(written).items())[:_MOST]
    return _read({name: node for name, node in nodes if isinstance(node, dict) and "class_type" in node})


def parse_workflow(written: str) -> Recipe | None:
    """What the graph of the editor says (`workflow`), as far as its nodes are known ones."""
    data = load(written)
    nodes, links = data.get("nodes"), data.get("links")
    if not isinstance(nodes, list) or not isinstance(links, list):
        return None
    origins = {str(link[0]): str(link[1]) for link in links[: 4 * _MOST] if isinstance(link, list) and len(link) > 1}
    graph: dict[str, Mapping[str, Any]] = {}
    for node in map(mapping, nodes[:_MOST]):
        inputs: dict[str, Any] = {}
        kind, values, sockets = text(node.get("type")), node.get("widgets_values"), node.get("inputs")
        if isinstance(values, list):
            named = zip(_WIDGETS.get(kind, ()), values, strict=False)
            inputs |= {name: value for name, value in named if name is not None}
        for socket in map(mapping, sockets[:_MOST] if isinstance(sockets, list) else ()):
            if (origin := origins.get(str(socket.get("link")))) is not None:
                inputs[text(socket.get("name"))] = [origin, 0]
        graph[str(node.get("id"))] = {"class_type": kind, "inputs": inputs}
    return _read(graph)


def _read(graph: Graph) -> Recipe | None:
    sampler = next((name for name, node in graph.items() if _is_sampler(node)), None)
    if sampler is None:
        return None
    before = list(_upstream(graph, [sampler], avoid="negative"))
    sizes = [(whole(node.get("width")), whole(node.get("height"))) for node in before]
    width, height = next((pair for pair in sizes if None not in pair), (None, None))
    cfg = _first(before, ("guidance", "cfg"))
    return Recipe(
        tool=Tool.COMFYUI,
        prompt=_words(graph, sampler, _POSITIVE),
        negative=_words(graph, sampler, ("negative",)),
        model=text(_first(before, _MODELS)),
        seed=whole(_first(before, ("seed", "noise_seed"))),
        steps=whole(_first(before, ("steps",))),
        guidance=number(cfg),
        sampler=text(_first(before, ("sampler_name",))),
        width=width,
        height=height,
        adapters=tuple(
            Adapter(source=text(node["lora_name"]), scale=number(node.get("strength_model")))
            for node in before
            if text(node.get("lora_name"))
        ),
    )


def _is_sampler(node: Mapping[str, Any]) -> bool:
    inputs = mapping(node.get("inputs"))
    return any(_link(inputs.get(name)) for name in ("positive", "guider")) and "latent_image" in inputs


def _words(graph: Graph, sampler: str, sockets: tuple[str, ...]) -> str:
    """The first text that conditions the sampler through one of these sockets."""
    inputs = mapping(graph[sampler].get("inputs"))
    starts = [origin for name in sockets if (origin := _link(inputs.get(name)))]
    for node in _upstream(graph, starts, avoid="model" if sockets == _POSITIVE else ""):
        for name in _WORDS:
            if found := text(node.get(name)):
                return found
    return ""


def _upstream(graph: Graph, starts: list[str], *, avoid: str) -> Iterator[Mapping[str, Any]]:
    """The inputs of these nodes and of all that lead to them, the nearest first, not through the socket to avoid."""
    seen, waiting = set(starts), deque(starts)
    while waiting:
        inputs = mapping(graph.get(waiting.popleft(), {}).get("inputs"))
        yield inputs
        for name, value in inputs.items():
            origin = _link(value)
            if origin and origin not in seen and name != avoid:
                seen.add(origin)
                waiting.append(origin)


def _first(nodes: list[Mapping[str, Any]], names: tuple[str, ...]) -> object:
    """The nearest value under the first of these names that has any; a link is none."""
    for name in names:
        for node in nodes:
            if name in node and not isinstance(node[name], list):
                return node[name]
    return None


def _link(value: object) -> str:
    """The node that a link comes from."""
    return str(value[0]) if isinstance(value, list) and len(value) == 2 else ""  # noqa: PLR2004 - node and output
