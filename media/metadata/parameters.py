"""AUTOMATIC1111's text: the prompt, then what not to show, then one line of settings. Nearly every tool reads it."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from media.metadata.recipe import Adapter, Recipe, Tool
from media.metadata.values import number, size, whole

NEGATIVE: Final = "Negative prompt:"
_STEPS: Final = "Steps:"
_FEWEST: Final = 3  # settings that make a line the line of settings
_LONGEST_LINE: Final = 64 * 1024  # characters
_NAME: Final = re.compile(r"[A-Za-z0-9][\w \-/]{0,60}")
_ADAPTER: Final = re.compile(r"<(?:lora|lyco):([^:<>]{1,200})(?::([^:<>]{0,20}))?[^<>]{0,60}>")
_UNSAFE: Final = re.compile(r"[:<>\s]+")
_SHOWN: Final = frozenset(
    {"steps", "cfg scale", "distilled cfg scale", "seed", "size", "model", "sampler", "lora hashes"}
)


def write(recipe: Recipe) -> str:
    """The text for a recipe. LoRAs stand behind the prompt as `<lora:name:scale>`, by the names of their files."""
    prompt = " ".join([recipe.prompt.strip(), *(_tag(adapter) for adapter in recipe.adapters)])
    lines = [prompt]
    if recipe.negative:
        lines.append(f"{NEGATIVE} {recipe.negative}")
    settings: dict[str, object] = {
        "Steps": recipe.steps,
        "Sampler": recipe.sampler or None,
        "CFG scale": None if recipe.guidance is None else f"{recipe.guidance:g}",
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}" if recipe.width and recipe.height else None,
        "Model": recipe.title or recipe.model or None,
        "Version": recipe.tool,
    }
    lines.append(", ".join(f"{name}: {_quoted(str(value))}" for name, value in settings.items() if value is not None))
    return "\n".join(lines)


def parse(text: str) -> Recipe | None:
    """What the text says; None where it has no line of settings."""
    lines = text.strip().splitlines()
    at = _settings_line(lines)
    if at is None:
        return None
    found = dict(_settings(lines[at]))
    settings = {name.lower(): value for name, value in found.items()}
    words = lines[:at]
    split = next((index for index, line in enumerate(words) if line.startswith(NEGATIVE)), len(words))
    prompt, negative = "\n".join(words[:split]), "\n".join(words[split:]).removeprefix(NEGATIVE)
    width, height = size(settings.get("size", ""))
    return Recipe(
        tool=Tool.AUTOMATIC1111,
        prompt=_ADAPTER.sub("", prompt).strip(),
        negative=_ADAPTER.sub("", negative).strip(),
        model=settings.get("model", ""),
        seed=whole(settings.get("seed")),
        steps=whole(settings.get("steps")),
        # Forge's name for FLUX's guidance; its `CFG scale` is 1 then.
        guidance=number(settings.get("distilled cfg scale", settings.get("cfg scale"))),
        sampler=settings.get("sampler", ""),
        width=width,
        height=height,
        adapters=tuple(_adapters(prompt)),
        settings={name: value for name, value in found.items() if name.lower() not in _SHOWN},
    )


def _tag(adapter: Adapter) -> str:
    scale = 1.0 if adapter.scale is None else adapter.scale
    return f"<lora:{adapter_name(adapter.source)}:{scale:g}>"


def adapter_name(source: str) -> str:
    """What other tools call a LoRA: its file's name without the ending, or a repository's name."""
    path = PurePosixPath(urlsplit(source).path) if "://" in source else PurePosixPath(source)
    name = path.stem if path.suffix in {".safetensors", ".ckpt", ".pt", ".bin"} else path.name
    return _UNSAFE.sub("_", name) or "lora"


def _adapters(prompt: str) -> Iterator[Adapter]:
    for match in _ADAPTER.finditer(prompt):
        yield Adapter(source=match[1].strip(), scale=number(match[2]))


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(mark in value for mark in ',:\n"') else value


def _settings_line(lines: Sequence[str]) -> int | None:
    """The last line that begins with the steps, or else the last one, if it has enough settings."""
    last = len(lines) - 1
    for at in range(last, -1, -1):
        if lines[at].lstrip().startswith(_STEPS):
            return at
    return last if last >= 0 and len(list(_settings(lines[last]))) >= _FEWEST else None


def _settings(line: str) -> Iterator[tuple[str, str]]:
    """Names and values. Read from left to right once: the line may be a hostile one, and long."""
    for part in _parts(line[:_LONGEST_LINE]):
        name, colon, value = part.partition(":")
        if colon and _NAME.fullmatch(name.strip()):
            yield name.strip(), _plain(value.strip())


def _parts(line: str) -> Iterator[str]:
    """What stands between commas that are in no quotes."""
    begin, in_quotes, at = 0, False, 0
    while at < len(line):
        match line[at]:
            case "\\" if in_quotes:
                at += 1
            case '"':
                in_quotes = not in_quotes
            case "," if not in_quotes:
                yield line[begin:at]
                begin = at + 1
            case _:
                pass
        at += 1
    yield line[begin:]


def _plain(value: str) -> str:
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    return value
