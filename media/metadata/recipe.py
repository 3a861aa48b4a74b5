"""How a picture was made, as far as it says so: what is written, and what is found, whichever program wrote it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

Setting: TypeAlias = str | int | float | bool
_NONE: Mapping[str, Setting] = MappingProxyType({})


class Tool(enum.StrEnum):
    """Whose form it has."""

    FLUXCORD = "fluxcord"
    AUTOMATIC1111 = "AUTOMATIC1111"  # Forge, SD.Next and Civitai write it too
    COMFYUI = "ComfyUI"
    INVOKEAI = "InvokeAI"
    NOVELAI = "NovelAI"


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A LoRA: by its source where that is known, else by the name that a program gave it."""

    source: str
    scale: float | None = None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What was asked for; None and empty texts stand for what is not said."""

    tool: Tool
    prompt: str = ""
    negative: str = ""
    model: str = ""
    title: str = ""  # ours: what people call the model
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: str = ""
    width: int | None = None  # pixels, as asked for
    height: int | None = None
    adapters: tuple[Adapter, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=lambda: _NONE)  # other choices, by their names
    job: str = ""  # ours: the job that made it
    image: int | None = None  # ours: which of its images, from 1 on
    made_at: int | None = None  # ours: UTC ms
