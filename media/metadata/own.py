"""Our own JSON about a picture; docs/metadata.md describes it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from media.metadata.recipe import Adapter, Recipe, Setting, Tool
from media.metadata.values import load, mapping, number, text, whole

VERSION: Final = 1
_MOST: Final = 50  # entries of a list


def write(recipe: Recipe) -> str:
    """One line of ASCII, without what is not said."""
    made = None if recipe.made_at is None else datetime.fromtimestamp(recipe.made_at // 1000, UTC)
    data: dict[str, Any] = {
        "version": VERSION,
        "job": recipe.job,
        "image": recipe.image,
        "made": made.strftime("%Y-%m-%dT%H:%M:%SZ") if made is not None else None,
        "model": recipe.model,
        "title": recipe.title,
        "prompt": recipe.prompt,
        "seed": recipe.seed,
        "width": recipe.width,
        "height": recipe.height,
        "steps": recipe.steps,
        "guidance": recipe.guidance,
        "loras": [{"source": each.source, "scale": each.scale} for each in recipe.adapters],
        "options": dict(recipe.settings),
    }
    return json.dumps({name: value for name, value in data.items() if value not in (None, "", [], {})})


def parse(written: str) -> Recipe | None:
    """What it says; None where it is not ours, or of a version whose meaning nobody here knows."""
    data = load(written)
    if whole(data.get("version")) != VERSION:
        return None
    return Recipe(
        tool=Tool.FLUXCORD,
        prompt=text(data.get("prompt")),
        model=text(data.get("model")),
        title=text(data.get("title")),
        seed=whole(data.get("seed")),
        steps=whole(data.get("steps")),
        guidance=number(data.get("guidance")),
        width=whole(data.get("width")),
        height=whole(data.get("height")),
        adapters=tuple(_adapters(data.get("loras"))),
        settings=dict(_settings(data.get("options"))),
        job=text(data.get("job")),
        image=whole(data.get("image")),
        made_at=_moment(text(data.get("made"))),
    )


def _adapters(value: object) -> Iterator[Adapter]:
    for each in value[:_MOST] if isinstance(value, list) else ():
        if source := text(mapping(each).get("source")):
            yield Adapter(source=source, scale=number(mapping(each).get("scale")))


def _settings(value: object) -> Iterator[tuple[str, Setting]]:
    for name, setting in list(mapping(value).items())[:_MOST]:
        if isinstance(setting, str | int | float | bool):
            yield name, setting


def _moment(written: str) -> int | None:
    try:
        return int(datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
