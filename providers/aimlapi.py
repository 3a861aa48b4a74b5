"""The adapter to AI/ML API: one synchronous call, whose answer is the result."""

import asyncio
import functools
import json
from collections.abc import Iterable
from typing import Final

import httpx

from jobs.catalog import Model, Provider
from jobs.doubts import Kinship, Window
from jobs.errors import Unauthorised, UnknownOutcome
from jobs.model import Job
from jobs.outcomes import Created, KeepsNoList, Listing, Polled, WebhookNews
from providers import aimlapi_wire as wire
from providers.calls import Request, api_base, send
from providers.failures import Call
from providers.keys import keys_by_fingerprint
from providers.scrub import Scrubber

_ANSWER_LONGEST: Final = 128 * 1024 * 1024  # bytes; four large PNGs as base64 are some 80 MB


class AimlApi:
    """`jobs.ports.ImageApi` for AI/ML API. `http` stays its opener's to close.

    Raises:
        ValueError: no key, a key that cannot be sent, or a base URL that is none.
    """

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str, keys: Iterable[str], answer_timeout: float = 180.0
    ) -> None:
        """`answer_timeout` is the wait for each next byte in seconds: the first comes when the images exist."""
        self._http = http
        self._base = api_base(base_url)
        self._keys = keys_by_fingerprint(keys)
        self._answer_timeout = answer_timeout

    @property
    def provider(self) -> Provider:
        """Which API this is."""
        return Provider.AIMLAPI

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys' fingerprints, in the order configured."""
        return tuple(self._keys)

    async def create(self, job: Job, model: Model, *, webhook_url: str | None) -> Created:  # noqa: ARG002 - the API has none
        """Send the request once and wait for its images; a webhook is never asked for.

        Raises:
            ProviderError: as `providers.failures` says.
        """
        key = self._keys.get(job.key_id or "")
        if key is None:
            raise Unauthorised("the job's key is not configured (any more)")
        scrub = Scrubber(secrets=self._keys.values(), prompt=job.request.prompt)
        request = Request(
            call=Call.CREATE,
            method="POST",
            url=f"{self._base}/images/generations",
            headers={
                "Authorization": f"Bearer {key}",
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
            content=json.dumps(wire.create_body(job, model)).encode(),
            scrub=scrub,
            timeout=self._answer_timeout,
        )
        answer = await send(self._http, request, longest=_ANSWER_LONGEST)
        return await asyncio.to_thread(functools.partial(wire.read_generated, answer, scrub=scrub))

    async def poll(self, job: Job) -> Polled:
        """There is nothing to ask: what the answer to the create did not say, this API never says.

        Raises:
            UnknownOutcome: always.
        """
        raise UnknownOutcome(f"{self.provider} keeps nothing that could be asked about job {job.id}")

    async def executions(self, job: Job, model: Model, window: Window) -> Listing:  # noqa: ARG002 - there is no list
        """The API keeps none."""
        return KeepsNoList()

    async def kinship(self, job: Job, model: Model, execution_id: str) -> Kinship:  # noqa: ARG002 - as for `poll`
        """There is nothing to ask."""
        return Kinship.UNTOLD

    async def cancel(self, job: Job) -> None:
        """The API knows no cancelling; what it is making, it finishes."""

    def read_webhook(self, job: Job, body: bytes) -> WebhookNews:  # noqa: ARG002 - the API sends none
        """Nothing is understood: the API sends no webhooks."""
        return WebhookNews()
