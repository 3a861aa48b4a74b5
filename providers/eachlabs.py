"""The adapter to each::labs: create, then poll or webhook."""

import dataclasses
import functools
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import structlog

from jobs.catalog import Model, Provider
from jobs.doubts import Kinship, Window
from jobs.errors import GenerationFailed, ProviderError, Rejected, Temporary, Unauthorised, UnknownOutcome
from jobs.model import Job
from jobs.outcomes import Created, Execution, Finished, Listed, Polled, StillRunning, WebhookNews
from providers import eachlabs_wire as wire
from providers.answers import Answer, json_object
from providers.calls import Patience, Request, api_base, repeat, send
from providers.failures import Call
from providers.keys import keys_by_fingerprint
from providers.scrub import Scrubber

_log = structlog.get_logger(__name__)

_ANSWER_LONGEST: Final = 1024 * 1024  # bytes; predictions are links and a few lines
_PAGE: Final = 100  # executions; the most that the API gives at once
_PAGES_MOST: Final = 20
_CLOCKS_MOST: Final = 3600 * 1000  # ms; clocks that differ by more are not believed
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
        self._ahead: int | None = None  # ms that the vendor's clock is ahead of ours, once an answer has told
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
        return wire.read_created(await self._send(request), scrub=scrub)

    async def poll(self, job: Job) -> Polled:
        """Ask how the prediction is doing, a few times where the answer does not come.

        Raises:
            ProviderError: the prediction failed, or as `providers.failures` says of reads.
        """
        scrub = self._scrubber(job)
        request = self._about(job, method="GET")
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

    async def executions(self, job: Job, model: Model, window: Window) -> Listed:
        """The account's predictions of a model that were made within the window, by whichever of its keys.

        `GET /executions`: a page with fewer rows than asked for is the last one. The window is put into the vendor's
        time by the `Date` of its last answer.

        Raises:
            ProviderError: as `providers.failures` says of reads; `Temporary` also where the list does not end.
        """
        if self._ahead is None:
            await self._page(job, {"model": model.slug, "limit": 1})  # for its `Date`
        ahead = self._ahead or 0
        query: dict[str, str | int] = {
            "model": model.slug,
            "from": wire.rfc3339(window.since + ahead),
            "to": wire.rfc3339(window.until + ahead),
            "limit": _PAGE,
        }
        found: dict[str, Execution] = {}
        for number in range(_PAGES_MOST):
            page = await self._page(job, query | {"offset": number * _PAGE})
            rows, executions = wire.read_executions(page, slug=model.slug, ahead=ahead)
            found |= {execution.id: execution for execution in executions}
            if rows < _PAGE:
                return Listed(executions=tuple(found.values()))
        raise Temporary("the list of executions does not end")

    async def kinship(self, job: Job, model: Model, execution_id: str) -> Kinship:
        """Whether a prediction was made of this job's prompt and seed.

        Raises:
            ProviderError: as `providers.failures` says of reads.
        """
        request = self._about(dataclasses.replace(job, prediction_id=execution_id), method="GET")
        value = await repeat(functools.partial(self._read, request), self._patience)
        return wire.read_kinship(value, job, model)

    async def cancel(self, job: Job) -> None:
        """Ask to stop the prediction; a refusal means that it is too late, which is fine.

        Raises:
            ProviderError: the API cannot be reached, or refuses the key.
        """
        request = self._about(job, method="POST", suffix="/cancel")
        try:
            await repeat(lambda: self._send(request), self._patience)
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
        return wire.read_prediction(await self._read(request))

    async def _read(self, request: Request) -> dict[str, Any]:
        answer = await self._send(request)
        value = json_object(answer.body)
        if value is None:
            raise Temporary(_unreadable(answer))
        return value

    async def _send(self, request: Request) -> Answer:
        answer = await send(self._http, request, longest=_ANSWER_LONGEST)
        if answer.date is not None:
            ahead = answer.date + 500 - time.time_ns() // 1_000_000  # the header is cut to whole seconds
            self._ahead = ahead if abs(ahead) <= _CLOCKS_MOST else 0
        return answer

    def _about(self, job: Job, *, method: str, suffix: str = "") -> Request:
        if job.prediction_id is None:
            raise UnknownOutcome("no prediction's id is known to ask about")
        return self._reading(job, method=method, path=f"prediction/{quote(job.prediction_id, safe='')}{suffix}")

    async def _page(self, job: Job, query: Mapping[str, str | int]) -> dict[str, Any]:
        request = self._reading(job, method="GET", path=f"executions?{urlencode(query)}")
        return await repeat(functools.partial(self._read, request), self._patience)

    def _reading(self, job: Job, *, method: str, path: str) -> Request:
        # A key that has been replaced since most likely was followed by one of the same account.
        key = self._keys.get(job.key_id or "") or next(iter(self._keys.values()))
        return Request(
            call=Call.READ,
            method=method,
            url=f"{self._base}/{path}",
            headers=_headers(key),
            scrub=self._scrubber(job),
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
