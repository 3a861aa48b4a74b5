"""What the control API can turn about the image APIs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Generic, TypeVar

_S = TypeVar("_S", "EachlabsSettings", "AimlapiSettings", "ResultSettings")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "output_shape": ("auto", "string", "list", "object", "images"),
    "error_shape": ("message", "error", "flat", "nested"),
    "error_text_in": ("message", "details", "logs", "output"),
    "webhook_error_in": ("error", "output"),
    "create_redirect": ("none", "to_slash", "to_bare"),
    "answer": ("url", "b64_json"),
    "answer_shape": ("data", "images"),
    "usage": ("tokens_used", "credits_used", "none"),
}


@dataclass(frozen=True, kw_only=True)
class EachlabsSettings:
    """How the stand-in of each::labs behaves."""

    duration_s: float = 2.0  # from the create to the end
    duration_most_s: float = (
        0.0  # longer than `duration_s`: each takes its own time between the two, the same in each run
    )
    hold: bool = False  # nothing ends by itself while true
    webhooks: bool = True  # false: none is ever sent, as one of the vendor's pages has it
    webhook_retry_gap_s: float = 10.0
    webhook_timeout_s: float = 30.0
    webhook_error_in: str = "error"  # a failure's text: in `error`, or in `output[0].error`
    concurrency: int = 10  # predictions in flight per key
    creates_per_minute: int = 100  # per key
    retry_after: bool = True  # whether a 429 says when to come back
    balance_usd: float = 100.0  # what was paid in; what was spent is counted apart
    output_shape: str = "auto"  # auto: a string for one image, else a list
    error_shape: str = "message"  # {"status", "message", "details"}, or "error": {"error", "details"}
    error_text_in: str = "message"  # where a failed prediction says why
    create_redirect: str = "none"  # to_slash: the bare path redirects to the one with a slash; to_bare: back
    create_redirect_status: int = 307
    appears_after_s: float = 0.0  # from the create until it is in the list of executions
    cancel_works: bool = True  # false: the cancel is accepted and the prediction ends as it would have
    refused_word: str = "forbidden-fruit"  # in a prompt with the safety checker on: refused for its content


@dataclass(frozen=True, kw_only=True)
class AimlapiSettings:
    """How the stand-in of the AI/ML API behaves."""

    duration_s: float = 2.0
    hold: bool = False  # nothing is answered while true
    concurrency: int = 10  # requests in work per key, more are refused with 429
    retry_after: bool = True
    balance_tokens: int = 200_000_000
    answer: str = "url"
    answer_shape: str = "data"  # "images": as other FLUX models of the vendor answer
    usage: str = "tokens_used"
    error_shape: str = "nested"
    refused_word: str = "forbidden-fruit"


@dataclass(frozen=True, kw_only=True)
class ResultSettings:
    """What results are and how long their links live."""

    expire_s: float = 3600.0
    noise_bytes: int = 0  # not 0: instead of a landscape, PNG noise of about so many bytes, quick to make


class Tunable(Generic[_S]):
    """Settings that change while the sandbox runs."""

    def __init__(self, value: _S) -> None:
        self.value: _S = value
        self._moved = asyncio.Event()

    def change(self, data: Mapping[str, object]) -> None:
        """Set what `data` names; ValueError names a setting or value that does not exist."""
        self.value = _changed(self.value, data)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def until(self, fits: Callable[[_S], bool]) -> None:
        """Wait until the settings are such."""
        while not fits(self.value):
            await self._moved.wait()

    def to_json(self) -> dict[str, object]:
        """Return the settings as the control API shows them."""
        return asdict(self.value)


def _changed(settings: _S, data: Mapping[str, object]) -> _S:
    """Return `settings` with what `data` says; ValueError names a setting or value that does not exist."""
    kinds = {each.name: type(each.default) for each in fields(settings)}
    new: dict[str, Any] = {}
    for name, value in data.items():
        if name not in kinds:
            raise ValueError(f"there is no setting {name}; there are {', '.join(kinds)}")
        if kinds[name] is float and isinstance(value, int) and not isinstance(value, bool):
            new[name] = float(value)
        elif type(value) is kinds[name]:
            new[name] = value
        else:
            raise ValueError(f"{name} is of type {kinds[name].__name__}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}")
        if isinstance(value, int | float) and value < 0:
            raise ValueError(f"{name} is not negative")
    return replace(settings, **new)
