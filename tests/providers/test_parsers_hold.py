"""Whatever JSON a vendor answers, nothing but a ProviderError comes out of the parsers."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from jobs.errors import ProviderError
from jobs.outcomes import Accepted, Finished
from providers import aimlapi_wire, eachlabs_wire
from providers.answers import Answer
from providers.failures import Call, failure
from providers.scrub import Scrubber

KEY, PROMPT = "sk-test-0123456789abcdef", "a lighthouse in a storm"
SCRUB = Scrubber(secrets=[KEY], prompt=PROMPT)

WORDS = st.sampled_from(["success", "succeeded", "error", "failed", "processing", "cancelled", KEY, PROMPT, "nsfw"])
LINKS = st.sampled_from(["https://cdn.example/a", "data:image/png;base64,AAAA", "AAAA", "http://[", "p-1", "\ud800"])
NAMES = st.sampled_from(
    [
        *("status", "message", "details", "error", "errors", "issues", "data", "kind", "code", "name", "path", "field"),
        *("predictionID", "exec_id", "id", "output", "url", "images", "image", "b64_json", "metrics", "cost", "logs"),
        *("meta", "usage", "tokens_used", "credits_used", "has_nsfw_concepts", "requestId", "error_message"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS | LINKS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=20,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=10)
BODIES = (OBJECTS | VALUES).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=100)


def checked(error: ProviderError) -> None:
    """A detail and a sentence that can be logged, stored and shown."""
    for text in (error.detail, str(error.user_message)):
        assert text.encode().decode().isprintable()
        assert len(text) < 500
        assert KEY not in text
        assert PROMPT not in text


@given(BODIES)
def test_each_labs_answers_to_a_create(body: bytes) -> None:
    """Accepted with an id that fits into a path, finished with images, or an error."""
    try:
        created = eachlabs_wire.read_created(Answer(status=200, body=body), scrub=SCRUB)
    except ProviderError as error:
        checked(error)
    else:
        assert created.images if isinstance(created, Finished) else created.prediction_id
        if isinstance(created, Accepted):
            assert "/" not in created.prediction_id


@given(OBJECTS)
def test_each_labs_predictions(value: dict[str, object]) -> None:
    """Reading one never raises, and its failure can always be told."""
    prediction = eachlabs_wire.read_prediction(value)
    assert prediction.cost is None or prediction.cost >= 0
    checked(prediction.failure(SCRUB))


@given(BODIES)
def test_aiml_apis_answers(body: bytes) -> None:
    """Images, or an error."""
    with contextlib.suppress(ProviderError):
        finished = aimlapi_wire.read_generated(Answer(status=200, body=body), scrub=SCRUB)
        assert finished.images
        assert finished.cost is None or finished.cost >= 0


@given(st.integers(300, 599), BODIES, st.none() | st.text(max_size=100), st.sampled_from(Call))
def test_error_answers(status: int, body: bytes, request_id: str | None, call: Call) -> None:
    """Each is an error of the tree."""
    checked(failure(Answer(status=status, body=body, request_id=request_id), call=call, scrub=SCRUB))
