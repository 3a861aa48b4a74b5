"""A request as the options of `/imagine` that ask for it once more, and as the line that types them."""

from collections.abc import Mapping

from jobs.parameters import LORA_OPTIONS, Option
from jobs.request import ImageRequest

_PLAIN = (
    Option.SIZE,
    Option.WIDTH,
    Option.HEIGHT,
    Option.COUNT,
    Option.STEPS,
    Option.GUIDANCE,
    Option.FORMAT,
    Option.EXPAND_PROMPT,
    Option.SPEED,
    Option.SAFETY,
)


def options_of(request: ImageRequest) -> dict[Option, str | int | float | bool]:
    """What somebody would have to choose to get this request, seed included; in the order of the command's options."""
    chosen: dict[Option, str | int | float | bool] = {
        Option.PROMPT: request.prompt,
        Option.MODEL: request.model,
        Option.SEED: request.seed,
    }
    for option in _PLAIN:
        value = getattr(request, option.value)
        if value is not None:
            chosen[option] = value
    for (source, scale), lora in zip(LORA_OPTIONS, request.loras, strict=False):
        chosen[source] = lora.name or lora.path
        if lora.scale is not None:
            chosen[scale] = lora.scale
    return {option: chosen[option] for option in Option if option in chosen}


def command_line(chosen: Mapping[Option, str | int | float | bool]) -> str:
    """`/imagine prompt: a fox seed: 7`: one line, which Discord reads as the command when it is pasted."""
    return " ".join(["/imagine", *(f"{option}: {_text(value)}" for option, value in chosen.items())])


def _text(value: str | float | bool) -> str:
    match value:
        case bool():
            return str(value)
        case float():
            return f"{value:.12g}"
        case _:
            return " ".join(str(value).split())  # an option holds one line
