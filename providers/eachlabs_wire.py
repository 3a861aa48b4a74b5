"""each::labs' predictions on the wire: what is sent, and what comes back in whichever shape. Pure, no I/O.

Sources: https://docs.eachlabs.ai (predictions, webhooks, errors) and the vendor's OpenAPI file.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from jobs.catalog import Model
from jobs.doubts import Kinship
from jobs.errors import GenerationFailed, ProviderError, UnknownOutcome
from jobs.model import Job
from jobs.outcomes import Accepted, Created, Execution, Finished, RemoteImage
from jobs.request import body_fields
from providers.answers import Answer, error_text, json_object
from providers.costs import micro_usd
from providers.failures import describe, stated_failure, stated_refusal
from providers.images import read_images
from providers.scrub import Scrubber

_ID: Final = re.compile(r"[A-Za-z0-9][\w.:-]{0,199}", re.ASCII)  # becomes part of a path
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,30}")
_DAY: Final = 86_400  # seconds
_LOGS_LONGEST: Final = 300  # characters, from the end: what went wrong stands last
_ID_FIELDS: Final = ("predictionID", "exec_id", "prediction_id", "id")


class State(enum.Enum):
    """What a vendor's status means."""

    RUNNING = enum.auto()
    SUCCEEDED = enum.auto()
    FAILED = enum.auto()
    UNKNOWN = enum.auto()  # a word that no page names


_STATES: Final[Mapping[str, State]] = {
    "created": State.RUNNING,
    "starting": State.RUNNING,
    "processing": State.RUNNING,
    "queued": State.RUNNING,
    "running": State.RUNNING,
    "success": State.SUCCEEDED,
    "succeeded": State.SUCCEEDED,
    "completed": State.SUCCEEDED,
    "error": State.FAILED,
    "failed": State.FAILED,
    "cancelled": State.FAILED,
    "canceled": State.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a poll's answer or a webhook's body says."""

    id: str | None
    word: str  # the status as the vendor wrote it, or `unreadable` where it is no short word
    state: State
    images: tuple[RemoteImage, ...]
    cost: int | None  # micro-dollars
    duration: int | None  # ms that the vendor worked on it
    error: str  # for people; not scrubbed yet
    logs: str  # their end; not scrubbed yet

    def finished(self) -> Finished:
        """The images, which must be there."""
        return Finished(images=self.images, cost=self.cost, duration=self.duration, prediction_id=self.id)

    def failure(self, scrub: Scrubber) -> ProviderError:
        """The error that this prediction ended with."""
        return stated_failure(self.error, logs=self.logs, scrub=scrub, what=f"prediction {self.word}")


def create_body(job: Job, model: Model, *, webhook_url: str | None) -> dict[str, Any]:
    """The create request: only what was chosen, and a webhook only where one can arrive."""
    body: dict[str, Any] = {"model": model.slug, "input": body_fields(job.request, model)}
    if model.version is not None:
        body["version"] = model.version
    if webhook_url is not None:
        body |= {"webhook_url": webhook_url, "webhook_secret": job.webhook_secret}
    return body


def read_created(answer: Answer, *, scrub: Scrubber) -> Created:
    """What a 2xx answer to the create says.

    Raises:
        UnknownOutcome: it cannot be understood, and the prediction may exist.
        ProviderError: it states an error.
    """
    value = json_object(answer.body)
    if value is None:
        raise UnknownOutcome(f"{describe(answer, scrub=scrub)}, an answer that is no JSON object")
    prediction = read_prediction(value)
    if prediction.id is None:
        if prediction.state is State.FAILED:
            # No prediction and a stated error: it was refused, whatever the status line says.
            raise stated_refusal(answer, scrub=scrub)
        raise UnknownOutcome(f"{describe(answer, scrub=scrub)}, an answer without a prediction's id")
    if prediction.images and prediction.state is State.SUCCEEDED:
        return prediction.finished()
    return Accepted(prediction_id=prediction.id)


def read_prediction(value: Mapping[str, Any]) -> Prediction:
    """Read a poll's answer or a webhook's body; never raises."""
    status, metrics, logs = value.get("status"), value.get("metrics"), value.get("logs")
    word = status.strip() if isinstance(status, str) else ""
    word = word if _WORD.fullmatch(word) else "unreadable"
    return Prediction(
        id=next((found for name in _ID_FIELDS if (found := _identifier(value.get(name)))), None),
        word=word,
        state=_STATES.get(word.lower(), State.UNKNOWN),
        images=read_images(value.get("output")),
        cost=micro_usd(metrics.get("cost")) if isinstance(metrics, dict) else None,
        duration=_milliseconds(metrics.get("predict_time")) if isinstance(metrics, dict) else None,
        error=_error(value),
        logs=logs.strip()[-_LOGS_LONGEST:] if isinstance(logs, str) else "",
    )


def read_executions(value: Mapping[str, Any], *, slug: str, ahead: int) -> tuple[int, list[Execution]]:
    """One page of `GET /executions`: its number of rows, and those of this model that can be read.

    `ahead` is by how many ms the vendor's clock is ahead of ours. Never raises.
    """
    rows = value.get("executions")
    if not isinstance(rows, list):
        return 0, []
    found = []
    for row in rows:
        if not isinstance(row, dict) or row.get("model") not in {None, slug}:
            continue
        name, created_at = _identifier(row.get("id")), _moment(row.get("created_at"))
        if name is not None and created_at is not None:
            found.append(Execution(id=name, created_at=created_at - ahead))
    return len(rows), found


def read_kinship(value: Mapping[str, Any], job: Job, model: Model) -> Kinship:
    """What a poll's answer tells about what a prediction was made of; never raises.

    Its `input` is what the create sent, perhaps with defaults added; prompt and seed are always sent.
    """
    told, sent = value.get("input"), body_fields(job.request, model)
    if not isinstance(told, dict):
        return Kinship.UNTOLD
    same = [told[name] == sent.get(name) for name in ("prompt", "seed") if told.get(name) is not None]
    if not all(same):
        return Kinship.FOREIGN
    return Kinship.OURS if len(same) == 2 else Kinship.UNTOLD  # noqa: PLR2004 - both of them


def rfc3339(moment: int) -> str:
    """UTC ms as the API takes times."""
    return datetime.fromtimestamp(moment / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def nothing_made(prediction: Prediction) -> ProviderError:
    """The error of a prediction that succeeded without an image."""
    return GenerationFailed(f"prediction {prediction.word} without any image in its output")


def _moment(value: object) -> int | None:
    """An RFC 3339 time as UTC ms; one without an offset is taken for UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None else int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _milliseconds(seconds: object) -> int | None:
    """A positive number of seconds below a day, else None: nothing is learnt from a slip of the vendor's."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < _DAY:
        return None
    return int(1000 * seconds)


def _identifier(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _error(value: Mapping[str, Any]) -> str:
    """The text of a failure: in message, details or error, else in the output."""
    output = value.get("output")
    entries = output if isinstance(output, list) else [output]
    inside = (
        str(text)
        for entry in entries
        if isinstance(entry, dict)
        for name in ("error_message", "error", "message")
        if isinstance(text := entry.get(name), str)
    )
    return next((text for text in (error_text(value), *inside) if text.strip()), "")
