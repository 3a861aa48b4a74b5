import base64
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from jobs.catalog import FLUX_2_LORA, Provider
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
from jobs.outcomes import Finished, ImageData, ImageLink, RemoteImage, WebhookNews
from jobs.ports import ImageApi
from jobs.request import Lora
from providers.aimlapi import AimlApi
from providers.keys import key_fingerprint

Vendor = Any  # its type lives in conftest.py, which cannot be imported
MakeJob = Callable[..., Job]

KEY = "sk-test-0123456789abcdef"
PROMPT = "a lighthouse in a storm, painted by somebody who hates the sea"
A, B = "https://cdn.example/a.png", "https://cdn.example/b.png"


def picture() -> bytes:
    """A real PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


PNG = picture()
BASE64 = base64.b64encode(PNG).decode()


@pytest.fixture
def aimlapi(vendor: Vendor, http: httpx.AsyncClient) -> AimlApi:
    """The adapter, pointed at the vendor."""
    return AimlApi(http, base_url=f"{vendor.url}/v1", keys=[KEY])


@pytest.fixture
def job(make_job: MakeJob) -> Job:
    """A job with only a prompt."""
    return make_job(provider=Provider.AIMLAPI)


def test_it_is_an_image_api(aimlapi: AimlApi) -> None:
    """It holds what the domain asks of it."""
    api: ImageApi = aimlapi
    assert (api.provider, api.key_ids) == (Provider.AIMLAPI, (key_fingerprint(KEY),))


async def test_a_prompt_alone_is_sent_with_its_seed_and_nothing_else(
    aimlapi: AimlApi, vendor: Vendor, job: Job
) -> None:
    """The vendor's defaults are never restated, and no webhook is asked for."""
    vendor.say(200, {"data": [{"url": A, "b64_json": None}]})
    await aimlapi.create(job, FLUX_2_LORA, webhook_url="https://bot.example/hook")
    (heard,) = vendor.heard
    assert (heard.method, heard.path) == ("POST", "/v1/images/generations")
    assert heard.headers["Authorization"] == f"Bearer {KEY}"
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.json == {"model": "blackforestlabs/flux-2-lora", "prompt": PROMPT, "seed": 42}


async def test_every_option_reaches_the_api_under_its_name_and_type(
    aimlapi: AimlApi, vendor: Vendor, make_job: MakeJob
) -> None:
    """A size of one's own is an object."""
    vendor.say(200, {"data": [{"url": A}]})
    job = make_job(
        provider=Provider.AIMLAPI,
        prompt='quotes " and \\ and ünïcode 🎨',
        width=1472,
        height=512,
        count=2,
        steps=4,
        guidance=20.0,
        loras=(Lora(path="owner/repo"), Lora(path="https://h.example/l", scale=4.0)),
        format="webp",
        expand_prompt=False,
        speed="high",
        safety=True,
    )
    await aimlapi.create(job, FLUX_2_LORA, webhook_url=None)
    assert vendor.heard[0].json == {
        "model": "blackforestlabs/flux-2-lora",
        "prompt": 'quotes " and \\ and ünïcode 🎨',
        "image_size": {"width": 1472, "height": 512},
        "output_format": "webp",
        "enable_prompt_expansion": False,
        "num_images": 2,
        "seed": 42,
        "guidance_scale": 20.0,
        "num_inference_steps": 4,
        "acceleration": "high",
        "enable_safety_checker": True,
        "loras": [{"path": "owner/repo"}, {"path": "https://h.example/l", "scale": 4.0}],
    }


@pytest.mark.parametrize(
    ("body", "images", "cost"),
    [
        (
            {"data": [{"url": A, "b64_json": None}], "meta": {"usage": {"tokens_used": 44_100}}},
            (ImageLink(url=A),),
            22_050,
        ),
        (
            {"data": [{"url": A}, {"url": B}], "meta": {"usage": {"credits_used": 3}}},
            (ImageLink(url=A), ImageLink(url=B)),
            2,
        ),
        ({"data": [{"b64_json": BASE64}]}, (ImageData(data=PNG),), None),
        ({"data": [{"url": None, "b64_json": BASE64}, {"url": A}]}, (ImageData(data=PNG), ImageLink(url=A)), None),
        ({"data": [{"url": A}], "meta": None}, (ImageLink(url=A),), None),
        ({"data": [{"url": A}], "meta": {"usage": {"tokens_used": None}}}, (ImageLink(url=A),), None),
        (
            {"images": [{"url": A, "width": 8, "height": 8}], "seed": 1, "has_nsfw_concepts": [False], "prompt": "x"},
            (ImageLink(url=A),),
            None,
        ),
        ({"data": None, "images": [{"url": A}]}, (ImageLink(url=A),), None),
        (
            {"images": [{"url": A}, {"url": B}], "has_nsfw_concepts": [True, False]},
            (ImageLink(url=A), ImageLink(url=B)),
            None,
        ),
    ],
)
async def test_the_answer_is_the_result(
    aimlapi: AimlApi, vendor: Vendor, job: Job, body: object, images: tuple[RemoteImage, ...], cost: int | None
) -> None:
    """In each of its shapes; the cost is whole micro-dollars."""
    vendor.say(200, body)
    assert await aimlapi.create(job, FLUX_2_LORA, webhook_url=None) == Finished(images=images, cost=cost)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", UnknownOutcome),
        (b"<html>", UnknownOutcome),
        (b'{"data": [{"url": "https://cdn', UnknownOutcome),
        ([], UnknownOutcome),
        ({}, GenerationFailed),
        ({"data": []}, GenerationFailed),
        ({"data": None}, GenerationFailed),
        ({"data": [{"url": "", "b64_json": None}]}, GenerationFailed),
        ({"images": [], "has_nsfw_concepts": [False]}, GenerationFailed),
        ({"images": [{"url": ""}], "has_nsfw_concepts": [True]}, ContentRefused),
        ({"images": [], "has_nsfw_concepts": True}, ContentRefused),
        ({"statusCode": 400, "message": "bad seed", "requestId": "r"}, Rejected),
        ({"error": {"message": "content policy", "data": {"kind": "x"}}}, ContentRefused),
    ],
)
async def test_a_2xx_without_an_image_is_told_apart(
    aimlapi: AimlApi, vendor: Vendor, job: Job, body: object, expected: type[ProviderError]
) -> None:
    """Only what cannot be read leaves doubt."""
    vendor.say(200, body)
    with pytest.raises(ProviderError) as caught:
        await aimlapi.create(job, FLUX_2_LORA, webhook_url=None)
    assert type(caught.value) is expected


NO_CREDIT = {
    "status": 403,
    "message": "You have run out of credits",
    "requestId": "r-1",
    "error": {"name": "Forbidden", "message": "no credits", "data": {"kind": "err_insufficent_credits"}},
}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"statusCode": 400, "message": "Body validation error!", "requestId": "r"}, Rejected),
        (401, {"statusCode": 401, "message": "Invalid key"}, Unauthorised),
        (403, {"statusCode": 403, "message": "Forbidden"}, Unauthorised),
        (403, NO_CREDIT, OutOfCredit),
        (404, {"statusCode": 404, "message": "Model not found"}, Rejected),
        (429, {"statusCode": 429, "message": "Too many"}, RateLimited),
        (500, {"statusCode": 500, "message": "Internal"}, Temporary),
        (524, b"<html>", UnknownOutcome),
    ],
)
async def test_a_refused_create_is_sent_once_and_told(
    aimlapi: AimlApi, vendor: Vendor, job: Job, status: int, body: object, expected: type[ProviderError]
) -> None:
    """Never repeated by itself; the table of all answers is in test_failures.py."""
    vendor.say(status, body)
    with pytest.raises(ProviderError) as caught:
        await aimlapi.create(job, FLUX_2_LORA, webhook_url=None)
    assert type(caught.value) is expected
    assert len(vendor.heard) == 1


async def test_a_create_with_a_key_that_is_not_configured_is_not_sent(
    aimlapi: AimlApi, vendor: Vendor, make_job: MakeJob
) -> None:
    """Another key has other limits."""
    with pytest.raises(Unauthorised):
        await aimlapi.create(make_job(key_id=None), FLUX_2_LORA, webhook_url=None)
    assert vendor.heard == []


async def test_an_answer_that_does_not_come_leaves_doubt(vendor: Vendor, http: httpx.AsyncClient, job: Job) -> None:
    """It may be made and paid all the same."""
    vendor.hang()
    api = AimlApi(http, base_url=vendor.url, keys=[KEY], answer_timeout=0.05)
    with pytest.raises(UnknownOutcome, match="ReadTimeout"):
        await api.create(job, FLUX_2_LORA, webhook_url=None)


async def test_there_is_nothing_to_poll_cancel_or_receive(aimlapi: AimlApi, vendor: Vendor, job: Job) -> None:
    """The API has one call."""
    with pytest.raises(UnknownOutcome):
        await aimlapi.poll(job)
    await aimlapi.cancel(job)
    assert aimlapi.read_webhook(job, b'{"exec_id": "p", "status": "succeeded"}') == WebhookNews()
    assert vendor.heard == []
