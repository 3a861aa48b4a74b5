"""AI/ML API's image generation on the wire: what is sent, and what comes back in whichever shape. Pure, no I/O.

Sources: https://docs.aimlapi.com (flux-2-lora, errors) and the vendor's OpenAPI file.
"""

from collections.abc import Mapping
from typing import Any

from jobs.catalog import Model
from jobs.errors import ContentRefused, GenerationFailed, UnknownOutcome
from jobs.model import Job
from jobs.outcomes import Finished
from jobs.request import body_fields
from providers.answers import Answer, json_object, vendor_error
from providers.costs import micro_usd_of_tokens
from providers.failures import describe, stated_refusal
from providers.images import read_images
from providers.scrub import Scrubber


def create_body(job: Job, model: Model) -> dict[str, Any]:
    """The request: only what was chosen."""
    return {"model": model.slug, **body_fields(job.request, model)}


def read_generated(answer: Answer, *, scrub: Scrubber) -> Finished:
    """What a 2xx answer says. Decodes base64 of some megabytes: call it in a thread.

    The flags in `has_nsfw_concepts` inform: an image that came is kept; where none came they say why.

    Raises:
        UnknownOutcome: it cannot be understood, and the images may exist.
        ProviderError: it states an error, or that it has no image.
    """
    value = json_object(answer.body)
    if value is None:
        raise UnknownOutcome(f"{describe(answer, scrub=scrub)}, an answer that is no JSON object")
    images = read_images(value.get("data")) or read_images(value.get("images"))
    if images:
        return Finished(images=images, cost=_cost(value))
    flags = value.get("has_nsfw_concepts")
    if flags is True or (isinstance(flags, list) and True in flags):
        detail = f"{describe(answer, scrub=scrub)}, no image, has_nsfw_concepts set"
        raise ContentRefused(detail, user_message=ContentRefused.held_back)
    if (error := vendor_error(answer.body)) is not None and error.own:
        raise stated_refusal(answer, scrub=scrub)
    raise GenerationFailed(f"{describe(answer, scrub=scrub)}, an answer without any image")


def _cost(value: Mapping[str, Any]) -> int | None:
    meta = value.get("meta")
    usage = meta.get("usage") if isinstance(meta, dict) else None
    if not isinstance(usage, dict):
        return None
    amounts = (micro_usd_of_tokens(usage.get(name)) for name in ("tokens_used", "credits_used"))
    return next((amount for amount in amounts if amount is not None), None)
