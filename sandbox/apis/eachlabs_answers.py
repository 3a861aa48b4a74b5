"""The bodies that each::labs answers and sends, in every shape that its documents show."""

from datetime import UTC, datetime

from sandbox.apis.models import EACHLABS_INPUT, EACHLABS_SLUG
from sandbox.apis.predictions import Prediction, Status
from sandbox.apis.settings import EachlabsSettings

Json = dict[str, object]


def error(settings: EachlabsSettings, status: int, message: str, details: list[str] | None = None) -> Json:
    """Write an error in the shape that the settings ask for."""
    if settings.error_shape == "error":
        return {"status": status, "error": message, "details": details}
    return {"status": "error", "message": message, "details": "; ".join(details or ())}


def poll(prediction: Prediction, settings: EachlabsSettings, now_ms: int, base: str) -> Json:
    """Write a prediction as `GET /prediction/{id}` answers it; `base` is the API's URL."""
    status, text = prediction.status(now_ms), prediction.error
    url = f"{base}/prediction/{prediction.id}"
    body: Json = {
        "id": prediction.id,
        "predictionID": prediction.id,
        "status": status,
        "input": prediction.body["input"],
        "output": output(prediction, settings),
        "logs": None,
        "metrics": {"predict_time": _seconds(prediction), "cost": prediction.cost_micro_usd / 1_000_000},
        "urls": {"cancel": f"{url}/cancel", "get": url},
    }
    if text:
        match settings.error_text_in:
            case "details":
                body |= {"message": "", "details": text}
            case "logs":
                body |= {"logs": f"Loading the model\nTraceback: {text}"}
            case "output":
                body |= {"output": {"error_message": text}}
            case _:
                body |= {"message": text, "details": f"prediction {prediction.id}: {text}"}
    return body


def output(prediction: Prediction, settings: EachlabsSettings) -> object:
    """Return the output in the shape that the settings ask for; None while there is none."""
    urls = prediction.urls
    if not urls:
        return None
    match settings.output_shape:
        case "string":
            return urls[0]
        case "list":
            return urls
        case "object":
            return {"url": urls[0]}
        case "images":
            return {"images": [{"url": url} for url in urls]}
        case _:
            return urls[0] if prediction.order.count == 1 else urls


def webhook(prediction: Prediction, settings: EachlabsSettings) -> Json:
    """Write what is posted to the `webhook_url` of an ended prediction."""
    body: Json = {
        "exec_id": prediction.id,
        "status": "succeeded" if prediction.ended is Status.SUCCESS else "failed",
        "output": output(prediction, settings) or "",
        "error": prediction.error,
    }
    if prediction.error and settings.webhook_error_in == "output":
        body |= {"output": [{"error": prediction.error}], "error": ""}
    return body


def execution(prediction: Prediction, now_ms: int) -> Json:
    """Write a prediction as one row of `GET /executions`; its input is not told."""
    return {
        "id": prediction.id,
        "model": prediction.body["model"],
        "requested_model": None,
        "status": prediction.status(now_ms),
        "workflow_id": None,
        "workflow_execution_id": None,
        "execution_cost": prediction.cost_micro_usd / 1_000_000,
        "run_time": _seconds(prediction),
        "created_at": _time(prediction.created_ms),
        "started_at": _time(prediction.created_ms),
        "completed_at": None if prediction.ended_ms is None else _time(prediction.ended_ms),
        "output": prediction.urls[0] if prediction.urls else None,
    }


def model() -> Json:
    """Write the model as `GET /model` answers it."""
    return {
        "title": "FLUX LoRA",
        "slug": EACHLABS_SLUG,
        "version": "0.0.1",
        "output_type": "array",
        "request_schema": dict(EACHLABS_INPUT),
    }


def control(prediction: Prediction, now_ms: int) -> Json:
    """Write all there is to know about a prediction, for the control API."""
    return {
        "id": prediction.id,
        "key": prediction.key,
        "status": prediction.status(now_ms),
        "body": dict(prediction.body),
        "input": prediction.body["input"],
        "created_ms": prediction.created_ms,
        "ended_ms": prediction.ended_ms,
        "urls": prediction.urls,
        "error": prediction.error,
        "paid_micro_usd": prediction.cost_micro_usd,
    }


def _seconds(prediction: Prediction) -> float:
    return 0.0 if prediction.ended_ms is None else (prediction.ended_ms - prediction.created_ms) / 1000


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
