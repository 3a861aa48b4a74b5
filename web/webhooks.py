"""Receives image APIs' webhooks: authentic first, then read, answered at once, processed later."""

import asyncio
import hmac
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from jobs.ports import StoreUnavailable
from web.metrics import Metrics, WebhookOutcome
from web.ports import WebhookReceiver

PATH: Final = "/webhooks/{provider}/{job}/{token}"
BODY_LONGEST: Final = 1024 * 1024  # bytes
BODY_SECONDS: Final = 10.0  # the vendor waits 30 s for our answer

_log = structlog.get_logger(__name__)

_STATUSES: Final = {
    WebhookOutcome.ACCEPTED: HTTPStatus.NO_CONTENT,
    # The same for an unknown job and a wrong token: whoever guesses learns nothing.
    WebhookOutcome.UNKNOWN: HTTPStatus.NOT_FOUND,
    WebhookOutcome.WRONG_SECRET: HTTPStatus.FORBIDDEN,
    WebhookOutcome.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WebhookOutcome.TIMED_OUT: HTTPStatus.REQUEST_TIMEOUT,
    WebhookOutcome.BROKEN_OFF: HTTPStatus.BAD_REQUEST,  # nobody is there to read it
    WebhookOutcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,  # the vendor then sends it once more
}


class Webhooks:
    """The handler of `PATH`. The token is compared before a byte of the body is read, and never logged."""

    def __init__(
        self, receiver: WebhookReceiver, metrics: Metrics, *, providers: Collection[str], body_seconds: float
    ) -> None:
        self._receiver, self._metrics = receiver, metrics
        self._providers = frozenset(providers)
        self._body_seconds = body_seconds

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call."""
        provider, job_id = request.match_info["provider"], request.match_info["job"]
        known = provider in self._providers
        outcome = await self._take(request, provider, job_id) if known else WebhookOutcome.UNKNOWN
        self._metrics.webhook(outcome)
        if outcome in {WebhookOutcome.ACCEPTED, WebhookOutcome.WRONG_SECRET, WebhookOutcome.UNAVAILABLE}:
            _log.info("webhook", outcome=outcome.value, provider=provider, job=job_id)
        else:
            # Anybody may send these, and may write anything in place of a job.
            _log.info("webhook", outcome=outcome.value)
        response = web.Response(status=_STATUSES[outcome])
        if outcome is not WebhookOutcome.ACCEPTED:
            response.force_close()  # what is left of the body is not worth reading
        return response

    async def _take(self, request: web.Request, provider: str, job_id: str) -> WebhookOutcome:
        if (refusal := await self._refusal(request, provider, job_id)) is not None:
            return refusal
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await _read(request)
        except TimeoutError:
            return WebhookOutcome.TIMED_OUT
        except ConnectionError:
            return WebhookOutcome.BROKEN_OFF
        if body is None:
            return WebhookOutcome.TOO_LARGE
        self._receiver.webhook_arrived(job_id, body)
        return WebhookOutcome.ACCEPTED

    async def _refusal(self, request: web.Request, provider: str, job_id: str) -> WebhookOutcome | None:
        """Why the sender is not who may report on this job; None where it may."""
        try:
            secrets = await self._receiver.webhook_secrets(provider, job_id)
        except StoreUnavailable:
            return WebhookOutcome.UNAVAILABLE
        # The route takes no empty token, so that the empty one of a job without a webhook, or of none, fits nothing.
        token, secret = secrets or ("", "")
        if not _same(request.match_info["token"], token):
            return WebhookOutcome.UNKNOWN
        stated = request.headers.get("X-Webhook-Secret")
        if stated is not None and not _same(stated, secret):
            return WebhookOutcome.WRONG_SECRET
        return None


def _same(stated: str, expected: str) -> bool:
    return hmac.compare_digest(stated.encode(errors="surrogateescape"), expected.encode())


async def _read(request: web.Request) -> bytes | None:
    """The body, or None as soon as it is known to be too long."""
    if (request.content_length or 0) > BODY_LONGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LONGEST:
            return None
    return bytes(body)
