import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from jobs.catalog import FLUX_LORA, Provider
from jobs.errors import (
    ContentRefused,
    GenerationFailed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Rejected,
    Temporary,
    Unauthorised,
    UnknownOutcome,
)
from jobs.model import Job
from jobs.outcomes import Accepted, Finished, ImageLink, StillRunning, WebhookNews
from jobs.ports import ImageApi
from jobs.request import Lora
from providers.eachlabs import EachLabs
from providers.keys import key_fingerprint

Vendor = Any  # its type lives in conftest.py, which cannot be imported
MakeJob = Callable[..., Job]

KEY = "sk-test-0123456789abcdef"
PROMPT = "a lighthouse in a storm, painted by somebody who hates the sea"
HOOK = "https://bot.example/webhooks/eachlabs/0123456789abcdefghij/webhook-token-31337"
CREATED = {"status": "success", "message": "Prediction created successfully", "predictionID": "p-1"}
A, B = "https://cdn.example/a.png", "https://cdn.example/b.png"


def test_it_is_an_image_api(eachlabs: EachLabs) -> None:
    """It holds what the domain asks of it."""
    api: ImageApi = eachlabs
    assert (api.provider, api.key_ids) == (Provider.EACHLABS, (key_fingerprint(KEY),))


@pytest.mark.parametrize("url", ["", "api.eachlabs.ai/v1", "ftp://api.eachlabs.ai", "https://", "https://h:port"])
async def test_a_base_url_that_is_none_is_refused(http: httpx.AsyncClient, url: str) -> None:
    """At the start, not at the first job."""
    with pytest.raises(ValueError, match="base URL"):
        EachLabs(http, base_url=url, keys=[KEY])


# ── create ───────────────────────────────────────────────────────────────────


async def test_a_prompt_alone_is_sent_with_its_seed_and_nothing_else(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """The vendor's defaults are never restated."""
    vendor.say(200, CREATED)
    assert await eachlabs.create(make_job(), FLUX_LORA, webhook_url=None) == Accepted(prediction_id="p-1")
    (heard,) = vendor.heard
    assert (heard.method, heard.path) == ("POST", "/v1/prediction/")
    assert heard.headers["X-API-Key"] == KEY
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.json == {"model": "bfl-flux-lora", "version": "0.0.1", "input": {"prompt": PROMPT, "seed": 42}}


async def test_every_option_reaches_the_api_under_its_name_and_type(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """Arrays and objects as JSON, and the webhook's secret beside its URL."""
    vendor.say(201, CREATED)
    job = make_job(
        size="portrait_16_9",
        count=4,
        steps=50,
        guidance=0.5,
        loras=(Lora(path="https://h.example/l.safetensors", scale=0.0),),
        format="png",
        safety=False,
    )
    await eachlabs.create(job, FLUX_LORA, webhook_url=HOOK)
    assert vendor.heard[0].json == {
        "model": "bfl-flux-lora",
        "version": "0.0.1",
        "input": {
            "prompt": PROMPT,
            "image_size": "portrait_16_9",
            "num_inference_steps": 50,
            "seed": 42,
            "loras": [{"path": "https://h.example/l.safetensors", "scale": 0.0}],
            "guidance_scale": 0.5,
            "num_images": 4,
            "enable_safety_checker": False,
            "output_format": "png",
        },
        "webhook_url": HOOK,
        "webhook_secret": "webhook-secret-4711",
    }


async def test_the_jobs_own_key_is_used(http: httpx.AsyncClient, vendor: Vendor, make_job: MakeJob) -> None:
    """Limits belong to a key, so the dispatcher chooses."""
    vendor.say(200, CREATED)
    api = EachLabs(http, base_url=f"{vendor.url}/v1/", keys=["first", "second"])
    await api.create(make_job(key_id=key_fingerprint("second")), FLUX_LORA, webhook_url=None)
    assert vendor.heard[0].headers["X-API-Key"] == "second"
    assert vendor.heard[0].path == "/v1/prediction/"


@pytest.mark.parametrize("key_id", [None, "000000000000"])
async def test_a_create_with_a_key_that_is_not_configured_is_not_sent(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, key_id: str | None
) -> None:
    """Another key has other limits."""
    with pytest.raises(Unauthorised):
        await eachlabs.create(make_job(key_id=key_id), FLUX_LORA, webhook_url=None)
    assert vendor.heard == []


@pytest.mark.parametrize(
    ("body", "created"),
    [
        ({"predictionID": "p-1"}, Accepted(prediction_id="p-1")),
        ({"id": "p-1", "status": "starting"}, Accepted(prediction_id="p-1")),
        ({"predictionID": "p-1", "status": "error", "message": "x"}, Accepted(prediction_id="p-1")),
        (
            {"predictionID": "p-1", "status": "success", "output": A, "metrics": {"cost": 0.035}},
            Finished(images=(ImageLink(url=A),), cost=35_000, prediction_id="p-1"),
        ),
    ],
)
async def test_whatever_names_the_prediction_is_accepted(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, body: object, created: object
) -> None:
    """It exists, so it is followed."""
    vendor.say(200, body)
    assert await eachlabs.create(make_job(), FLUX_LORA, webhook_url=None) == created


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", UnknownOutcome),
        (b"<html>ok</html>", UnknownOutcome),
        ([], UnknownOutcome),
        ({}, UnknownOutcome),
        ({"status": "success", "predictionID": ""}, UnknownOutcome),
        ({"status": "success", "predictionID": "../cancel"}, UnknownOutcome),
        ({"status": "success", "predictionID": ".."}, UnknownOutcome),
        (b" " * (1024 * 1024 + 1), UnknownOutcome),
        ({"status": "error", "message": "bad seed"}, Rejected),
        ({"status": "error", "message": "content policy violation"}, ContentRefused),
    ],
)
async def test_a_2xx_that_names_no_prediction_leaves_doubt_unless_it_states_an_error(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, body: object, expected: type[ProviderError]
) -> None:
    """It may exist and cost."""
    vendor.say(200, body)
    with pytest.raises(ProviderError) as caught:
        await eachlabs.create(make_job(), FLUX_LORA, webhook_url=None)
    assert type(caught.value) is expected
    assert "HTTP 200" in caught.value.detail
    assert len(vendor.heard) == 1


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"status": "error", "message": "invalid input"}, Rejected),
        (401, {"status": "error", "message": "bad key"}, Unauthorised),
        (402, {"error": "insufficient balance"}, OutOfCredit),
        (404, {"error": "model not found"}, Rejected),
        (429, {"error": "concurrency"}, RateLimited),
        (500, {"error": "oops"}, Temporary),
        (502, b"<html>", UnknownOutcome),
    ],
)
async def test_a_refused_create_is_sent_once_and_told(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, status: int, body: object, expected: type[ProviderError]
) -> None:
    """Never repeated by itself; the table of all answers is in test_failures.py."""
    vendor.say(status, body, X_Request_Id="req-7")
    with pytest.raises(ProviderError) as caught:
        await eachlabs.create(make_job(), FLUX_LORA, webhook_url=None)
    assert type(caught.value) is expected
    assert "req-7" in caught.value.detail
    assert len(vendor.heard) == 1


async def test_an_echo_of_the_request_reaches_no_detail(eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob) -> None:
    """A vendor that quotes us quotes prompt, key, token and secret."""
    body = {"message": f"bad request with {KEY}: {PROMPT}", "details": {"url": HOOK, "s": "webhook-secret-4711"}}
    vendor.say(400, body)
    with pytest.raises(Rejected) as caught:
        await eachlabs.create(make_job(), FLUX_LORA, webhook_url=HOOK)
    for text in (caught.value.detail, str(caught.value.user_message)):
        for secret in (KEY, "lighthouse", "31337", "4711"):
            assert secret not in text


# ── poll ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["created", "starting", "processing", "Processing"])
async def test_a_prediction_that_is_not_finished_is_still_running(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, status: str
) -> None:
    """The vendor's three words for it."""
    vendor.say(200, {"id": "p-1", "status": status, "output": None, "metrics": {}})
    assert await eachlabs.poll(make_job(prediction_id="p-1")) == StillRunning()
    assert (vendor.heard[0].method, vendor.heard[0].path) == ("GET", "/v1/prediction/p-1")
    assert vendor.heard[0].headers["X-API-Key"] == KEY


async def test_a_status_that_no_page_names_counts_as_running_and_is_logged_once(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """A new word of the vendor's must lose no job, and must not flood the log."""
    job = make_job(prediction_id="p-1")
    with capture_logs() as logs:
        for word in ("warming_up", "warming_up", "cooling"):
            vendor.script.clear()
            vendor.say(200, {"id": "p-1", "status": word})
            assert await eachlabs.poll(job) == StillRunning()
    assert [entry["status"] for entry in logs] == ["warming_up", "cooling"]


@pytest.mark.parametrize(
    ("output", "links"),
    [
        (A, [A]),
        ([A, B], [A, B]),
        ({"url": A}, [A]),
        ({"images": [{"url": A}, {"url": B}]}, [A, B]),
        ([{"url": A}], [A]),
    ],
)
async def test_a_success_gives_its_images_and_its_cost(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, output: object, links: list[str]
) -> None:
    """In each shape of output; the cost is whole micro-dollars."""
    vendor.say(200, {"predictionID": "p-1", "status": "success", "output": output, "metrics": {"cost": 0.0350004}})
    images = tuple(ImageLink(url=link) for link in links)
    assert await eachlabs.poll(make_job(prediction_id="p-1")) == Finished(
        images=images, cost=35_000, prediction_id="p-1"
    )


@pytest.mark.parametrize("output", [None, "", [], {}, [None], {"images": []}])
async def test_a_success_without_an_image_is_a_failure(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, output: object
) -> None:
    """Waiting longer would not bring one."""
    vendor.say(200, {"id": "p-1", "status": "success", "output": output})
    with pytest.raises(GenerationFailed):
        await eachlabs.poll(make_job(prediction_id="p-1"))


@pytest.mark.parametrize("status", ["error", "failed", "cancelled"])
@pytest.mark.parametrize(
    "body",
    [
        {"message": "out of memory"},
        {"details": "out of memory"},
        {"message": "", "logs": "loading\nout of memory"},
        {"output": {"error_message": "out of memory"}},
        {"error": "out of memory"},
    ],
)
async def test_a_failures_text_is_found_wherever_it_stands(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, status: str, body: dict[str, object]
) -> None:
    """For the log always; logs are not for members."""
    vendor.say(200, {"id": "p-1", "status": status} | body)
    with pytest.raises(GenerationFailed) as caught:
        await eachlabs.poll(make_job(prediction_id="p-1"))
    assert caught.value.detail.startswith(f"prediction {status}: ")
    assert caught.value.detail.endswith("out of memory")
    assert ("out of memory" in str(caught.value.user_message)) is ("logs" not in body)


async def test_a_failure_for_content_says_so(eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob) -> None:
    """The member then knows that another prompt helps."""
    vendor.say(200, {"id": "p-1", "status": "error", "message": f"NSFW content in: {PROMPT}"})
    with pytest.raises(ContentRefused) as caught:
        await eachlabs.poll(make_job(prediction_id="p-1"))
    assert "lighthouse" not in caught.value.detail


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {"error": "oops"}), (502, b"<html>"), (503, b""), (429, {"error": "slow"}), (200, b"<html>"), (302, b"")],
)
async def test_a_poll_is_repeated_until_it_succeeds(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, status: int, body: object
) -> None:
    """Reading costs nothing."""
    vendor.say(status, body)
    vendor.say(status, body)
    vendor.say(200, {"id": "p-1", "status": "processing"})
    assert await eachlabs.poll(make_job(prediction_id="p-1")) == StillRunning()
    assert len(vendor.heard) == 3


async def test_a_poll_gives_up_after_some_attempts(eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob) -> None:
    """The watcher comes again later."""
    vendor.say(500, {"error": "oops"})
    with pytest.raises(Temporary):
        await eachlabs.poll(make_job(prediction_id="p-1"))
    assert len(vendor.heard) == 3


async def test_a_prediction_that_the_vendor_does_not_know_has_failed(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """And asking again would not change it."""
    vendor.say(404, {"error": "Prediction not found"})
    with pytest.raises(GenerationFailed):
        await eachlabs.poll(make_job(prediction_id="p-1"))
    assert len(vendor.heard) == 1


async def test_a_job_whose_key_was_replaced_is_still_asked_about(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """It has been paid for; the new key most likely is of the same account."""
    vendor.say(200, {"id": "p-1", "status": "processing"})
    assert await eachlabs.poll(make_job(prediction_id="p-1", key_id="000000000000")) == StillRunning()


async def test_a_job_without_a_prediction_cannot_be_asked_about(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """Its outcome stays unknown."""
    with pytest.raises(UnknownOutcome):
        await eachlabs.poll(make_job())
    assert vendor.heard == []


# ── cancel ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [200, 400, 404, 409])
async def test_cancelling_too_late_is_harmless(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob, status: int
) -> None:
    """The prediction has ended by itself then."""
    vendor.say(status, {"status": "cancelled", "message": "x", "predictionID": "p-1"})
    await eachlabs.cancel(make_job(prediction_id="p-1"))
    assert [(heard.method, heard.path) for heard in vendor.heard] == [("POST", "/v1/prediction/p-1/cancel")]


async def test_cancelling_is_repeated_while_the_api_has_trouble(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    """And then told."""
    vendor.say(503, b"")
    with pytest.raises(Temporary):
        await eachlabs.cancel(make_job(prediction_id="p-1"))
    assert len(vendor.heard) == 3


# ── webhook ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "understood"),
    [
        ({"exec_id": "p-1", "status": "succeeded", "output": A, "error": ""}, ("p-1", [A])),
        ({"exec_id": "p-1", "status": "succeeded", "output": [A, B], "error": ""}, ("p-1", [A, B])),
        ({"exec_id": "p-1", "status": "succeeded", "output": {"url": A}}, ("p-1", [A])),
        ({"exec_id": "p-1", "status": "succeeded", "output": {"images": [{"url": A}]}}, ("p-1", [A])),
        ({"exec_id": "p-1", "status": "succeeded", "output": [{"url": A}]}, ("p-1", [A])),
        ({"exec_id": "p-1", "status": "succeeded", "output": ""}, ("p-1", None)),
        ({"exec_id": "p-1", "status": "processing"}, ("p-1", None)),
        ({"exec_id": "p-1", "status": "new word", "output": A}, ("p-1", None)),
        ({"exec_id": "p-1"}, ("p-1", None)),
        ({"status": "succeeded", "output": A}, (None, [A])),
        ({"exec_id": 5, "status": None}, (None, None)),
        ({}, (None, None)),
        ([], (None, None)),
        (None, (None, None)),
    ],
)
def test_a_webhook_says_which_prediction_has_which_images(
    eachlabs: EachLabs, make_job: MakeJob, body: object, understood: tuple[str | None, list[str] | None]
) -> None:
    """What is not understood is polled for."""
    prediction_id, links = understood
    finished = links and Finished(images=tuple(ImageLink(url=link) for link in links), prediction_id=prediction_id)
    assert eachlabs.read_webhook(make_job(), json.dumps(body).encode()) == WebhookNews(
        prediction_id=prediction_id, result=finished or None
    )


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"exec_id=p-1&status=succeeded", b"[" * 100_000])
def test_garbage_is_not_understood(eachlabs: EachLabs, make_job: MakeJob, body: bytes) -> None:
    """And breaks nothing."""
    assert eachlabs.read_webhook(make_job(), body) == WebhookNews()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "out of memory", "output": ""}, GenerationFailed),
        ({"error": "", "output": [{"error": "out of memory"}]}, GenerationFailed),
        ({"error": ""}, GenerationFailed),
        ({"error": "NSFW content"}, ContentRefused),
        ({"error": "", "output": [{"error": "blocked by content moderation"}]}, ContentRefused),
    ],
)
def test_a_failure_by_webhook_is_told_without_the_prompt(
    eachlabs: EachLabs, make_job: MakeJob, body: dict[str, object], expected: type[ProviderError]
) -> None:
    """In `error` or in the output, as the vendor's pages have it."""
    body = {"exec_id": "p-1", "status": "failed"} | body
    news = eachlabs.read_webhook(make_job(prompt="out of memory"), json.dumps(body).encode())
    assert news.prediction_id == "p-1"
    assert type(news.result) is expected
    assert "memory" not in news.result.detail + str(news.result.user_message)
