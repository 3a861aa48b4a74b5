"""The adapter to each::labs: create, then poll or webhook."""

import functools
import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

import httpx
import structlog

from jobs.catalog import Model, Provider
from jobs.errors import GenerationFailed, ProviderError, Rejected, Temporary, Unauthorised, UnknownOutcome
from jobs.model import Job
from jobs.outcomes import Created, Finished, Polled, StillRunning, WebhookNews
from providers import eachlabs_wire as wire
from providers.answers import Answer, json_object
from providers.calls import Patience, Request, api_base, repeat, send
from providers.failures import Call
from providers.keys import keys_by_fingerprint
from providers.scrub import Scrubber

_log = structlog.get_logger(__name__)

_ANSWER_LONGEST: Final = 1024 * 1024  # bytes; predictions are links and a few lines
_UNKNOWN_WORDS_MOST: Final = 50  # statuses remembered as logged; a vendor that makes up more is logged no more


class EachLabs:
    """`jobs.ports.ImageApi` for each::labs. `http` stays its opener's to close.

    Raises:
        ValueError: no key, a key that cannot be sent, or a base URL that is none.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        keys: Iterable[str],
        create_timeout: float = 30.0,
        read_timeout: float = 15.0,
        patience: Patience | None = None,
    ) -> None:
        """Times in seconds, each the wait for the next byte of an answer; `patience` is how reads are repeated."""
        self._http = http
        self._base = api_base(base_url)
        self._keys = keys_by_fingerprint(keys)
        self._create_timeout, self._read_timeout = create_timeout, read_timeout
        self._patience = patience or Patience()
        self._logged_words: set[str] = set()

    @property
    def provider(self) -> Provider:
        """Which API this is."""
        return Provider.EACHLABS

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys' fingerprints, in the order configured."""
        return tuple(self._keys)

    async def create(self, job: Job, model: Model, *, webhook_url: str | None) -> Created:
        """Send the create once.

        Raises:
            ProviderError: as `providers.failures` says.
        """
        key = self._keys.get(job.key_id or "")
        if key is None:
            raise Unauthorised("the job's key is not configured (any more)")
        scrub = self._scrubber(job)
        body = wire.create_body(job, model, webhook_url=webhook_url)
        request = Request(
            call=Call.CREATE,
            method="POST",
            url=f"{self._base}/prediction/",
            headers=_headers(key) | {"Content-Type": "application/json"},
            content=json.dumps(body).encode(),
            scrub=scrub,
            timeout=self._create_timeout,
        )
        return wire.read_created(await send(self._http, request, longest=_ANSWER_LONGEST), scrub=scrub)

    async def poll(self, job: Job) -> Polled:
        """Ask how the prediction is doing, a few times where the answer does not come.

        Raises:
            ProviderError: the prediction failed, or as `providers.failures` says of reads.
        """
        scrub = self._scrubber(job)
        request = self._about(job, method="GET", scrub=scrub)
        prediction = await repeat(functools.partial(self._look, request), self._patience)
        match prediction.state:
            case wire.State.RUNNING:
                return StillRunning()
            case wire.State.UNKNOWN:
                self._log_unknown(prediction.word)
                return StillRunning()
            case wire.State.SUCCEEDED if prediction.images:
                return prediction.finished()
            case wire.State.SUCCEEDED:
                raise wire.nothing_made(prediction)
            case wire.State.FAILED:
                raise prediction.failure(scrub)

    async def cancel(self, job: Job) -> None:
        """Ask to stop the prediction; a refusal means that it is too late, which is fine.

        Raises:
            ProviderError: the API cannot be reached, or refuses the key.
        """
        request = self._about(job, method="POST", scrub=self._scrubber(job), suffix="/cancel")
        try:
            await repeat(lambda: send(self._http, request, longest=_ANSWER_LONGEST), self._patience)
        except (Rejected, GenerationFailed) as refusal:
            _log.info("prediction cannot be cancelled", job=job.id, detail=refusal.detail)

    def read_webhook(self, job: Job, body: bytes) -> WebhookNews:
        """What a webhook's body says: see `jobs.ports.ImageApi`."""
        value = json_object(body)
        if value is None:
            return WebhookNews()
        prediction = wire.read_prediction(value)
        result: Finished | ProviderError | None = None
        if prediction.state is wire.State.FAILED:
            result = prediction.failure(self._scrubber(job))
        elif prediction.state is wire.State.SUCCEEDED and prediction.images:
            result = prediction.finished()
        return WebhookNews(prediction_id=prediction.id, result=result)

    async def _look(self, request: Request) -> wire.Prediction:
        answer = await send(self._http, request, longest=_ANSWER_LONGEST)
        value = json_object(answer.body)
        if value is None:
            raise Temporary(_unreadable(answer))
        return wire.read_prediction(value)

    def _about(self, job: Job, *, method: str, scrub: Scrubber, suffix: str = "") -> Request:
        if job.prediction_id is None:
            raise UnknownOutcome("no prediction's id is known to ask about")
        # A key that has been replaced since most likely was followed by one of the same account.
        key = self._keys.get(job.key_id or "") or next(iter(self._keys.values()))
        return Request(
            call=Call.READ,
            method=method,
            url=f"{self._base}/prediction/{quote(job.prediction_id, safe='')}{suffix}",
            headers=_headers(key),
            scrub=scrub,
            timeout=self._read_timeout,
        )

    def _scrubber(self, job: Job) -> Scrubber:
        secrets = (*self._keys.values(), job.webhook_token, job.webhook_secret)
        return Scrubber(secrets=secrets, prompt=job.request.prompt)

    def _log_unknown(self, word: str) -> None:
        if word not in self._logged_words and len(self._logged_words) < _UNKNOWN_WORDS_MOST:
            self._logged_words.add(word)
            _log.warning("prediction has a status that no page names", status=word)


def _headers(key: str) -> dict[str, str]:
    return {"X-API-Key": key, "Accept": "application/json"}


def _unreadable(answer: Answer) -> str:
    return f"HTTP {answer.status}, an answer that is no JSON object"
