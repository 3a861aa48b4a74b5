"""Receives image APIs' webhooks: authentic first, then read, answered at once, processed later."""

import asyncio
import hmac
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from jobs.ids import is_job_id, is_secret
from jobs.ports import StoreUnavailable
from web.metrics import Metrics, WebhookOutcome
from web.ports import WebhookReceiver

PATH: Final = "/webhooks/{provider}/{job}/{token}"
BODY_LONGEST: Final = 1024 * 1024  # bytes
BODY_SECONDS: Final = 10.0  # the vendor waits 30 s for our answer
_BODIES_MOST: Final = 16  # read at once; with `BODY_LONGEST` the memory that they take
_LOOKUPS_MOST: Final = 8  # reads of the database at once; whoever guesses waits behind others who do

_log = structlog.get_logger(__name__)

_STATUSES: Final = {
    WebhookOutcome.ACCEPTED: HTTPStatus.NO_CONTENT,
    WebhookOutcome.LATE: HTTPStatus.NO_CONTENT,  # so that it is not sent again
    # The same for an unknown job and a wrong token: whoever guesses learns nothing.
    WebhookOutcome.UNKNOWN: HTTPStatus.NOT_FOUND,
    WebhookOutcome.WRONG_SECRET: HTTPStatus.FORBIDDEN,
    WebhookOutcome.TOO_MANY: HTTPStatus.SERVICE_UNAVAILABLE,  # the vendor sends it again, when there is room
    WebhookOutcome.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WebhookOutcome.TIMED_OUT: HTTPStatus.REQUEST_TIMEOUT,
    WebhookOutcome.BROKEN_OFF: HTTPStatus.BAD_REQUEST,  # nobody is there to read it
    WebhookOutcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,  # the vendor then sends it once more
}


class Webhooks:
    """The handler of `PATH`: what costs little is looked at first.

    The form of the id and of the token, then the token itself against the database, then the body. The token is in no
    log. Whoever holds none costs a line of metrics, or one read; nobody is told which jobs there are.
    """

    def __init__(
        self, receiver: WebhookReceiver, metrics: Metrics, *, providers: Collection[str], body_seconds: float
    ) -> None:
        self._receiver, self._metrics = receiver, metrics
        self._providers = frozenset(providers)
        self._body_seconds = body_seconds
        self._lookups, self._bodies = asyncio.Semaphore(_LOOKUPS_MOST), asyncio.Semaphore(_BODIES_MOST)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call."""
        provider, job_id, token = (request.match_info[name] for name in ("provider", "job", "token"))
        formed = provider in self._providers and is_job_id(job_id) and is_secret(token)
        outcome = await self._take(request, provider, job_id, token) if formed else WebhookOutcome.UNKNOWN
        self._metrics.webhook(outcome)
        match outcome:
            case WebhookOutcome.UNKNOWN:  # anybody may send these, by the thousand, with anything in place of a job
                _log.debug("webhook", outcome=outcome.value)
            case WebhookOutcome.LATE | WebhookOutcome.TOO_MANY:
                _log.debug("webhook", outcome=outcome.value, provider=provider, job=job_id)
            case _:
                _log.info("webhook", outcome=outcome.value, provider=provider, job=job_id)
        response = web.Response(status=_STATUSES[outcome])
        if outcome is not WebhookOutcome.ACCEPTED:
            response.force_close()  # what is left of the body is not worth reading
        return response

    async def _take(self, request: web.Request, provider: str, job_id: str, token: str) -> WebhookOutcome:
        try:
            async with self._lookups:
                key = await self._receiver.webhook_key(provider, job_id)
        except StoreUnavailable:
            return WebhookOutcome.UNAVAILABLE
        if key is None or not _same(token, key.token):
            return WebhookOutcome.UNKNOWN
        stated = request.headers.get("X-Webhook-Secret")
        if stated is not None and not _same(stated, key.secret):
            return WebhookOutcome.WRONG_SECRET
        return await self._read(request, job_id) if key.awaited else WebhookOutcome.LATE

    async def _read(self, request: web.Request, job_id: str) -> WebhookOutcome:
        try:
            async with asyncio.timeout(self._body_seconds), self._bodies:
                body = await _body(request)
        except TimeoutError:
            return WebhookOutcome.TIMED_OUT
        except ConnectionError:
            return WebhookOutcome.BROKEN_OFF
        if body is None:
            return WebhookOutcome.TOO_LARGE
        taken = self._receiver.webhook_arrived(job_id, body)
        return WebhookOutcome.ACCEPTED if taken else WebhookOutcome.TOO_MANY


def _same(stated: str, expected: str) -> bool:
    return hmac.compare_digest(stated.encode(errors="surrogateescape"), expected.encode())


async def _body(request: web.Request) -> bytes | None:
    """The body, or None as soon as it is known to be too long."""
    if (request.content_length or 0) > BODY_LONGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LONGEST:
            return None
    return bytes(body)
