import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from jobs.errors import ProviderError, RateLimited, Rejected, Temporary, UnknownOutcome
from providers.answers import Answer
from providers.calls import Patience, Request, repeat, send
from providers.failures import Call
from providers.scrub import Scrubber

Vendor = Any  # its type lives in conftest.py, which cannot be imported
Ask = Callable[..., Any]

BOTH = pytest.mark.parametrize(("call", "doubt"), [(Call.CREATE, UnknownOutcome), (Call.READ, Temporary)])


@pytest.fixture
def ask(vendor: Vendor, http: httpx.AsyncClient) -> Ask:
    """Send one call to the vendor."""

    async def call(kind: Call = Call.CREATE, *, url: str = "", wait: float = 5.0, longest: int = 100) -> Answer:
        return await send(http, _request(url or f"{vendor.url}/v1/thing", kind, wait=wait), longest=longest)

    return call


def _request(url: str, call: Call, *, wait: float) -> Request:
    return Request(
        call=call,
        method="POST",
        url=url,
        headers={"X-API-Key": "k"},
        scrub=Scrubber(secrets=["secret-key"]),
        timeout=wait,
        content=b'{"a": 1}',
    )


@pytest.fixture
async def refusing() -> str:
    """A URL where nobody listens."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return f"http://127.0.0.1:{port}/"


async def test_an_answer_comes_with_what_else_matters(ask: Ask, vendor: Vendor) -> None:
    """Status, body, pause, the request's name and the vendor's clock."""
    vendor.say(201, b"ok", Retry_After="3", X_Request_Id="r-1", Date="Sat, 21 Nov 2026 10:00:00 GMT")
    date = 1_795_255_200_000
    assert await ask() == Answer(status=201, body=b"ok", retry_after=3.0, request_id="r-1", date=date)


@pytest.mark.parametrize("call", list(Call))
async def test_a_refused_connection_has_created_nothing(ask: Ask, refusing: str, call: Call) -> None:
    """So that it can be sent again."""
    with pytest.raises(Temporary, match="ConnectError"):
        await ask(call, url=refusing)


async def test_waiting_in_vain_for_a_free_connection_has_created_nothing(vendor: Vendor) -> None:
    """The client's own pool was full; nothing was sent."""
    vendor.hang()
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=1)) as http:
        first = asyncio.create_task(http.get(vendor.url))
        await vendor.arrived.wait()
        with pytest.raises(Temporary, match="PoolTimeout"):
            await send(http, _request(vendor.url, Call.CREATE, wait=0.05), longest=100)
        first.cancel()
    assert len(vendor.heard) == 1


@BOTH
async def test_a_connection_that_breaks_after_the_request_leaves_doubt(
    ask: Ask, vendor: Vendor, call: Call, doubt: type[ProviderError]
) -> None:
    """It may have been carried out."""
    vendor.drop()
    with pytest.raises(ProviderError) as caught:
        await ask(call)
    assert type(caught.value) is doubt
    assert len(vendor.heard) == 1


@BOTH
async def test_an_answer_that_breaks_off_leaves_doubt(
    ask: Ask, vendor: Vendor, call: Call, doubt: type[ProviderError]
) -> None:
    """Half an answer says nothing."""
    vendor.cut(b'{"half', stated=50)
    with pytest.raises(ProviderError) as caught:
        await ask(call)
    assert type(caught.value) is doubt


@BOTH
@pytest.mark.parametrize("after", [None, b"{"])
async def test_an_answer_that_does_not_come_leaves_doubt(
    ask: Ask, vendor: Vendor, call: Call, doubt: type[ProviderError], after: bytes | None
) -> None:
    """Whether the first byte is missing or the last."""
    vendor.hang(after=after)
    with pytest.raises(ProviderError, match="ReadTimeout") as caught:
        await ask(call, wait=0.05)
    assert type(caught.value) is doubt


async def test_an_answer_that_is_too_long_counts_as_unreadable(ask: Ask, vendor: Vendor) -> None:
    """Memory is ours to keep."""
    vendor.say(200, b"x" * 101)
    assert (await ask(longest=100)).body == b""


async def test_an_answer_whose_compression_is_broken_leaves_doubt(ask: Ask, vendor: Vendor) -> None:
    """No error of the HTTP library gets out."""
    vendor.say(200, b"this is no gzip", Content_Encoding="gzip")
    with pytest.raises(UnknownOutcome):
        await ask()


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_within_the_origin_keeps_method_and_body(ask: Ask, vendor: Vendor, status: int) -> None:
    """The create path is written with and without its slash."""
    vendor.say(status, b"", Location="/v1/thing/")
    vendor.say(200, b"ok")
    assert (await ask()).body == b"ok"
    assert [(heard.method, heard.path, heard.body) for heard in vendor.heard] == [
        ("POST", "/v1/thing", b'{"a": 1}'),
        ("POST", "/v1/thing/", b'{"a": 1}'),
    ]
    assert vendor.heard[1].headers["X-API-Key"] == "k"


@pytest.mark.parametrize("status", [307, 308])
async def test_a_second_redirect_is_refused(ask: Ask, vendor: Vendor, status: int) -> None:
    """Once is a slash, twice is a loop."""
    vendor.say(status, b"", Location="/v1/thing/")
    with pytest.raises(Rejected):
        await ask()
    assert len(vendor.heard) == 2


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (307, "http://localhost:{port}/v1/thing/"),
        (308, "https://127.0.0.1:{port}/v1/thing/"),
        (307, "http://127.0.0.1:1/v1/thing/"),
        (307, "//evil.example/v1/thing/"),
        (307, "http://[x/"),
        (301, "/v1/thing/"),
        (302, "/v1/thing/"),
        (307, None),
    ],
)
async def test_any_other_redirect_is_refused_and_the_key_goes_nowhere(
    ask: Ask, vendor: Vendor, status: int, location: str | None
) -> None:
    """Another host, port or scheme is another origin; 301 and 302 would lose the body."""
    headers = {} if location is None else {"Location": location.format(port=vendor.url.rpartition(":")[2])}
    vendor.say(status, b"", **headers)
    with pytest.raises(Rejected) as caught:
        await ask()
    assert "operator" in str(caught.value.user_message)
    assert len(vendor.heard) == 1


# ── repeating reads ──────────────────────────────────────────────────────────


class Reads:
    """Raises what it was given, one after the other, then returns."""

    def __init__(self, *errors: ProviderError) -> None:
        self.errors = list(errors)
        self.times: list[float] = []

    async def __call__(self) -> str:
        """Read once."""
        self.times.append(time.monotonic())
        if self.errors:
            raise self.errors.pop(0)
        return "read"


@pytest.fixture
def patient(patience: Patience) -> Callable[[Reads], Any]:
    """Repeat with the tests' patience."""
    return lambda reads: repeat(reads, patience)


async def test_the_pause_that_the_vendor_asks_for_is_kept(patient: Callable[[Reads], Any]) -> None:
    """Neither shorter nor much longer."""
    reads = Reads(RateLimited("busy", retry_after=0.2))
    assert await patient(reads) == "read"
    assert 0.2 <= reads.times[1] - reads.times[0] < 2


async def test_a_pause_beyond_our_patience_is_handed_on(patient: Callable[[Reads], Any]) -> None:
    """Whoever schedules the next look waits that long."""
    reads = Reads(RateLimited("busy", retry_after=60))
    with pytest.raises(RateLimited) as caught:
        await patient(reads)
    assert caught.value.retry_after == 60
    assert len(reads.times) == 1


async def test_what_waiting_cannot_cure_is_not_repeated(patient: Callable[[Reads], Any]) -> None:
    """Nor is what has an unknown outcome."""
    for error in (Rejected("no"), UnknownOutcome("hm")):
        reads = Reads(error)
        with pytest.raises(type(error)):
            await patient(reads)
        assert len(reads.times) == 1


async def test_attempts_are_bounded(patient: Callable[[Reads], Any]) -> None:
    """The last error is told."""
    reads = Reads(*(Temporary(str(number)) for number in range(9)))
    with pytest.raises(Temporary, match="2"):
        await patient(reads)
    assert len(reads.times) == 3
