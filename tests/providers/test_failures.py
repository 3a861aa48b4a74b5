import json
from typing import Any

import pytest

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
from providers.answers import Answer
from providers.failures import Call, failure, stated_failure
from providers.scrub import Scrubber

PROMPT = "an inappropriate nsfw lighthouse by the sea"
SCRUB = Scrubber(secrets=["sk-secret-key-1"], prompt=PROMPT)

REFUSED = "The image service refused these options"
CHANGE = "Change them and try again."
OLD = {"status": "error", "message": "it broke", "details": "more"}  # each::labs, the promised shape
NEW = {"error": "it broke", "details": None}  # each::labs, the OpenAPI file
NEST = {"statusCode": 0, "message": "it broke", "requestId": "r1", "path": "/v1", "timestamp": "2026"}  # AI/ML API
KIND = {  # AI/ML API, the other shape
    "status": 403,
    "message": "You have run out of credits",
    "requestId": "r1",
    "error": {"name": "ForbiddenException", "message": "x", "data": {"kind": "err_insufficent_credits"}},
}
HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
BARE = {"message": "Endpoint request timed out"}  # what gateways answer, in JSON but not the vendor's
FIELDS = {"message": "Body validation error!", "error": {"issues": [{"path": ["num_images"], "message": "too big"}]}}


def answer(status: int, body: Any, retry_after: float | None = None) -> Answer:
    """An answer as it came."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, body=data, retry_after=retry_after, request_id="req-1")


@pytest.mark.parametrize(
    ("status", "body", "retry_after", "create", "read"),
    [
        (400, OLD, None, Rejected, Rejected),
        (400, NEST, None, Rejected, Rejected),
        (400, FIELDS, None, Rejected, Rejected),
        (400, b"", None, Rejected, Rejected),
        (404, OLD, None, Rejected, GenerationFailed),
        (405, HTML, None, Rejected, Rejected),
        (409, NEW, None, Rejected, Rejected),
        (413, HTML, None, Rejected, Rejected),
        (422, NEW, None, Rejected, Rejected),
        (400, {"error": "insufficient balance"}, None, Rejected, Rejected),  # a LoRA's name may say anything
        (400, {"error": "flagged by content moderation"}, None, ContentRefused, ContentRefused),
        (422, {"message": "NSFW content detected"}, None, ContentRefused, ContentRefused),
        (403, {"error": "Your prompt violates our content policy"}, None, ContentRefused, ContentRefused),
        (400, {"error": "x", "error_classification": "content_moderation"}, None, ContentRefused, ContentRefused),
        (400, {"error": "enable_safety_checker must be a boolean"}, None, Rejected, Rejected),
        (400, {"error": f"cannot parse: {PROMPT}"}, None, Rejected, Rejected),  # the prompt's words are not theirs
        (401, OLD, None, Unauthorised, Unauthorised),
        (401, b"", None, Unauthorised, Unauthorised),
        (403, NEW, None, Unauthorised, Unauthorised),
        (403, HTML, None, Unauthorised, Unauthorised),
        (402, NEW, None, OutOfCredit, OutOfCredit),
        (402, b"", None, OutOfCredit, OutOfCredit),
        (403, KIND, None, OutOfCredit, OutOfCredit),
        (403, {"error": "insufficient balance"}, None, OutOfCredit, OutOfCredit),
        (429, KIND, 1.0, OutOfCredit, OutOfCredit),  # waiting would not help
        (429, OLD, 7.0, RateLimited, RateLimited),
        (429, HTML, None, RateLimited, RateLimited),
        (408, NEW, None, UnknownOutcome, Temporary),
        (500, OLD, None, Temporary, Temporary),
        (500, NEW, None, Temporary, Temporary),
        (500, NEST, None, Temporary, Temporary),
        (502, NEW, None, Temporary, Temporary),
        (503, OLD, None, Temporary, Temporary),
        (503, HTML, 5.0, Temporary, Temporary),
        (503, HTML, None, UnknownOutcome, Temporary),
        (500, HTML, None, UnknownOutcome, Temporary),
        (500, b"", None, UnknownOutcome, Temporary),
        (500, b'"error"', None, UnknownOutcome, Temporary),
        (500, b'{"error": "cut o', None, UnknownOutcome, Temporary),
        (502, HTML, None, UnknownOutcome, Temporary),
        (502, HTML, 5.0, UnknownOutcome, Temporary),
        (504, HTML, None, UnknownOutcome, Temporary),
        (504, BARE, None, UnknownOutcome, Temporary),
        (301, b"", None, Rejected, Temporary),
        (307, b"", None, Rejected, Temporary),
        (303, b"", None, UnknownOutcome, Temporary),
    ],
)
def test_each_answer_is_one_error_of_the_tree(
    status: int,
    body: Any,
    retry_after: float | None,
    create: type[ProviderError],
    read: type[ProviderError],
) -> None:
    """The same answer may mean something else to a create, which can have cost money."""
    for call, expected in ((Call.CREATE, create), (Call.READ, read)):
        error = failure(answer(status, body, retry_after), call=call, scrub=SCRUB)
        assert type(error) is expected
        assert f"HTTP {status}" in error.detail
        assert "req-1" in error.detail
        if isinstance(error, (RateLimited, Temporary)):
            assert error.retry_after == retry_after


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (OLD, f"{REFUSED}: it broke: more. {CHANGE}"),
        (NEW, f"{REFUSED}: it broke. {CHANGE}"),
        (
            FIELDS,
            f"{REFUSED}: Body validation error!: num_images: too big. {CHANGE}",
        ),
        ({"error": "Bad seed!"}, f"{REFUSED}: Bad seed! {CHANGE}"),
        (
            {"error": "LoRA https://h.example/a.safetensors?token=abc not found"},
            f"{REFUSED}: LoRA https://h.example/a.safetensors not found. {CHANGE}",
        ),
        (HTML, str(Rejected.default_message)),
    ],
)
def test_a_rejection_tells_the_member_what_the_vendor_says(body: Any, sentence: str) -> None:
    """It is the only one who knows what was wrong."""
    assert str(failure(answer(400, body), call=Call.CREATE, scrub=SCRUB).user_message) == sentence


def test_a_long_text_is_shortened_for_the_member_and_for_the_log() -> None:
    """300 characters for the log, a sentence for the member."""
    error = failure(answer(400, {"error": "long " * 1000}), call=Call.CREATE, scrub=SCRUB)
    assert len(str(error.user_message)) < 290
    assert len(error.detail) < 340


@pytest.mark.parametrize(
    "text",
    [
        "prediction 0f9c2a44-1b2c-4d5e-8f90-0123456789ab: out of memory",
        "out of memory (request id: 0F9C2A44-1B2C-4D5E-8F90-0123456789AB)",
        "0f9c2a44-1b2c-4d5e-8f90-0123456789ab, out of memory",
    ],
)
def test_a_vendors_own_name_of_the_job_is_for_the_log_only(text: str) -> None:
    """It says nothing to a member."""
    error = stated_failure(text, scrub=SCRUB, what="prediction failed")
    opening = "The image service could not make this image: out of memory"
    assert str(error.user_message) == f"{opening}. Try again, or change the prompt or the LoRA."
    assert "0123456789ab" in error.detail.lower()


def test_neither_key_nor_prompt_is_told_when_the_vendor_echoes_them() -> None:
    """Not in the text, not in the request's id."""
    body = {"error": f"key sk-secret-key-1 sent {PROMPT!r}", "details": {"input": {"prompt": PROMPT.upper()}}}
    raw = Answer(status=400, body=json.dumps(body).encode(), request_id="sk-secret-key-1")
    error = failure(raw, call=Call.CREATE, scrub=SCRUB)
    for text in (error.detail, str(error.user_message), repr(error)):
        assert "sk-secret" not in text
        assert "lighthouse" not in text.lower()


def test_the_request_id_is_found_in_the_body_too() -> None:
    """AI/ML API states it there."""
    raw = Answer(status=500, body=json.dumps(NEST).encode())
    assert "request r1" in failure(raw, call=Call.CREATE, scrub=SCRUB).detail


def test_what_its_checker_holds_back_is_told_apart_from_what_was_never_made() -> None:
    """The one is an image, the other a prompt."""
    held_back = stated_failure("Potential NSFW content was detected", scrub=SCRUB, what="prediction failed")
    refused = stated_failure("the prompt violates our content policy", scrub=SCRUB, what="prediction failed")
    assert (held_back.user_message, refused.user_message) == (ContentRefused.held_back, ContentRefused.default_message)


@pytest.mark.parametrize(
    ("text", "logs", "expected"),
    [
        ("out of memory", "", GenerationFailed),
        ("", "Traceback: out of memory", GenerationFailed),
        ("", "", GenerationFailed),
        ("Potential NSFW content was detected", "", ContentRefused),
        ("", "blocked by the safety system", ContentRefused),
        (f"failed on {PROMPT}", "", GenerationFailed),
    ],
)
def test_a_failed_prediction_is_told_apart_from_a_refused_one(
    text: str, logs: str, expected: type[ProviderError]
) -> None:
    """Another prompt helps only against a refusal."""
    error = stated_failure(text, logs=logs, scrub=SCRUB, what="prediction failed")
    assert type(error) is expected
    assert error.detail.startswith("prediction failed")
    assert "Traceback" not in str(error.user_message)
