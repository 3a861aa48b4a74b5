"""What both image APIs were asked to make and would bill: for tests that count what was paid twice."""

from urllib.parse import urlsplit

from sandbox.apis.generations import Generation, Generations
from sandbox.apis.models import AIMLAPI_TOKENS_PER_USD
from sandbox.apis.predictions import Prediction, Predictions

Json = dict[str, object]


def creates(predictions: Predictions, generations: Generations, now_ms: int) -> list[Json]:
    """Return every create that an API accepted, answered or not, oldest first.

    One that failed, was refused for its content or was cancelled is among them and cost nothing in the end.
    """
    found = [(each.created_ms, _prediction(each, now_ms)) for each in predictions.all()]
    found += [(each.began_ms, _generation(each)) for each in generations.all()]
    return [entry for _, entry in sorted(found, key=lambda timed: timed[0])]


def _prediction(prediction: Prediction, now_ms: int) -> Json:
    return {
        "api": "eachlabs",
        "key": prediction.key,
        "id": prediction.id,
        "at_ms": prediction.created_ms,
        "images": prediction.order.count,
        "prompt": prediction.order.prompt,
        "status": prediction.status(now_ms),
        "paid_micro_usd": prediction.cost_micro_usd,
        "webhook_url": prediction.webhook_url,
        "job_id": _job_in(prediction.webhook_url),
    }


def _generation(generation: Generation) -> Json:
    return {
        "api": "aimlapi",
        "key": generation.key,
        "id": generation.id,
        "at_ms": generation.began_ms,
        "images": generation.order.count,
        "prompt": generation.order.prompt,
        "status": generation.status,
        "paid_micro_usd": generation.paid_tokens * 1_000_000 // AIMLAPI_TOKENS_PER_USD,
        "webhook_url": None,
        "job_id": None,
    }


def _job_in(webhook_url: str | None) -> str | None:
    """Return the last step but one of the URL's path: the bot names its job there, before the token."""
    steps = urlsplit(webhook_url or "").path.rsplit("/", 2)
    return steps[1] if len(steps) > 2 and steps[1] else None  # noqa: PLR2004 - three parts, the middle one is the job
