import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from sandbox.client import SandboxClient, SandboxError
from sandbox.fault_kinds import FaultKind
from sandbox.faults import Fault, Faults

World = tuple[str, list[str]]
Serve = Callable[[Faults], AbstractAsyncContextManager[World]]


def with_thing() -> Faults:
    """Faults for the one target that `serve` has."""
    faults = Faults()
    faults.register("thing")
    return faults


class _Watched(Faults):
    def __init__(self) -> None:
        super().__init__()
        self.register("thing")
        self.taken = asyncio.Event()

    def take(self, target: str, text: str = "", kinds: frozenset[FaultKind] | None = None) -> Fault | None:
        if fault := super().take(target, text, kinds):
            self.taken.set()
        return fault


@asynccontextmanager
async def _serve(faults: Faults) -> AsyncIterator[World]:
    effects: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        if fault := await faults.apply("thing", request):
            return fault
        effects.append((await request.read()).decode())
        answer = web.json_response({"done": "yes" * 100})
        return await faults.after("thing", request, answer) or answer

    app = web.Application()
    app.router.add_route("*", "/thing", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/thing", effects
    finally:
        faults.clear()
        await runner.cleanup()


@pytest.fixture
def serve() -> Serve:
    """Give a server with one route that has an effect and can go wrong."""
    return _serve


async def _ask(url: str, body: str = "x") -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=body.encode(), allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], (await answer.read()).decode(errors="replace")


async def test_without_a_fault_all_goes_on_as_usual(serve: Serve) -> None:
    """Nothing scripted, nothing changed."""
    async with serve(with_thing()) as (url, effects):
        status, kind, _ = await _ask(url)
    assert (status, kind, effects) == (200, "application/json; charset=utf-8", ["x"])


async def test_a_fault_happens_as_often_as_scripted_and_nothing_is_done_meanwhile(serve: Serve) -> None:
    """`times` counts down, and a fault before the effect prevents it."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.STATUS, status=503, times=2, body='{"a": 1}'))
    async with serve(faults) as (url, effects):
        first = await _ask(url)
        assert [fault.times for fault in faults.pending()] == [1]
        second = await _ask(url)
        assert first == second == (503, "application/json", '{"a": 1}')
        assert effects == []
        assert (await _ask(url))[0] == 200


async def test_a_gateway_page_is_html(serve: Serve) -> None:
    """A gateway answers in HTML, not in the API's JSON."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.HTML, status=504))
    async with serve(faults) as (url, _):
        status, kind, body = await _ask(url)
    assert (status, kind) == (504, "text/html")
    assert "504 Gateway Timeout" in body


async def test_a_redirect_carries_its_location(serve: Serve) -> None:
    """The Location is the scripted one."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.REDIRECT, headers={"Location": "/elsewhere"}))
    async with (
        serve(faults) as (url, _),
        aiohttp.ClientSession() as http,
        http.post(url, allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (307, "/elsewhere")


async def test_garbage_is_no_json(serve: Serve) -> None:
    """Bytes under a JSON content type that no decoder takes."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.GARBAGE))
    async with serve(faults) as (url, _), aiohttp.ClientSession() as http, http.get(url) as answer:
        with pytest.raises(ValueError, match="codec"):
            await answer.json()


async def test_a_disconnect_comes_before_the_effect(serve: Serve) -> None:
    """The client sees a closed connection, the server did nothing."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.DISCONNECT))
    async with serve(faults) as (url, effects):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _ask(url)
    assert effects == []


async def test_a_lost_answer_comes_after_the_effect(serve: Serve) -> None:
    """The effect is there although its answer is not, or is a gateway's."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.LOST_ANSWER))
    faults.add(Fault(target="thing", kind=FaultKind.LOST_ANSWER, status=502))
    async with serve(faults) as (url, effects):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _ask(url)
        assert effects == ["x"]
        assert (await _ask(url))[:2] == (502, "text/html")
        assert effects == ["x", "x"]


async def test_a_truncated_answer_ends_early(serve: Serve) -> None:
    """Content-Length promises more than comes."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.TRUNCATED))
    async with serve(faults) as (url, effects):
        with pytest.raises(aiohttp.ClientPayloadError):
            await _ask(url)
    assert effects == ["x"]


async def test_an_endless_answer_goes_on_until_its_client_has_enough(serve: Serve) -> None:
    """The true answer comes first; who reads on gets more than it could hold."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.ENDLESS))
    async with serve(faults) as (url, effects):
        async with aiohttp.ClientSession() as http, http.post(url, data=b"x") as answer:
            assert answer.content_length is None
            assert (await answer.content.readexactly(3_000_000)).startswith(b'{"done": "yes')
        assert effects == ["x"]


async def test_a_body_that_is_no_text_is_answered_as_it_is(serve: Serve) -> None:
    """Pictures too can be scripted."""
    faults = with_thing()
    headers = {"Content-Type": "image/gif"}
    faults.add(Fault(target="thing", kind=FaultKind.STATUS, status=200, headers=headers, body_base64="R0lGODlh/w=="))
    async with serve(faults) as (url, _), aiohttp.ClientSession() as http, http.get(url) as answer:
        assert (answer.content_type, await answer.read()) == ("image/gif", b"GIF89a\xff")


def test_a_fault_of_a_target_that_nobody_serves_is_refused() -> None:
    """A misspelt target would never strike, and a test with it would show nothing."""
    faults = with_thing()
    with pytest.raises(ValueError, match=r"'things'; there are eachlabs\.result, eachlabs\.webhook, thing"):
        faults.add(Fault(target="things", kind=FaultKind.STATUS))
    assert faults.pending() == ()


async def test_every_target_is_listed_with_its_kinds_and_a_misspelt_one_is_refused(world: SandboxClient) -> None:
    """What can go wrong can be asked for, and a typing error is told at once."""
    targets = await world.fault_targets()
    named = {"discord.create_message", "discord.gateway", "eachlabs.create", "eachlabs.list", "aimlapi.generate"}
    assert named | {"results.image", "eachlabs.webhook", "eachlabs.result"} <= targets.keys()
    assert {"status", "hang"} <= set(targets["discord.callback"])
    assert set(targets["eachlabs.webhook"]) == {
        "not_sent", "late", "twice", "wrong_secret", "garbage_body", "early"
    }  # fmt: skip
    with pytest.raises(SandboxError, match=r"400 .*discord\.create_mesage.*discord\.create_message"):
        await world.add_fault("discord.create_mesage", "status")
    assert await world.faults() == []


async def test_match_looks_into_path_and_body(serve: Serve) -> None:
    """Only the requests that hold the text are struck."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.STATUS, match="pear"))
    async with serve(faults) as (url, effects):
        assert (await _ask(url, "an apple"))[0] == 200
        assert (await _ask(url, "a pear"))[0] == 500
        faults.add(Fault(target="thing", kind=FaultKind.STATUS, match="q=plum"))
        assert (await _ask(url + "?q=plum"))[0] == 500
    assert effects == ["an apple"]


async def test_a_multipart_body_is_left_to_its_handler(serve: Serve) -> None:
    """Looking for `match` must not eat a body that can be read only once."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.STATUS, match="never there"))
    form = aiohttp.FormData()
    form.add_field("file", b"bytes", filename="a.bin")
    async with serve(faults) as (url, effects), aiohttp.ClientSession() as http:
        async with http.post(url, data=form) as answer:
            assert answer.status == 200
        assert "bytes" in effects[0]


async def test_a_slow_answer_waits_and_clear_ends_the_wait(serve: Serve) -> None:
    """A slow answer is the usual one, later."""
    faults = _Watched()
    faults.add(Fault(target="thing", kind=FaultKind.SLOW, delay_s=60))
    async with serve(faults) as (url, effects):
        asking = asyncio.ensure_future(_ask(url))
        await faults.taken.wait()
        assert not asking.done()
        assert effects == []
        faults.clear()
        assert (await asking)[0] == 200


async def test_a_hang_ends_when_its_time_is_over(serve: Serve) -> None:
    """After `delay_s` the connection drops."""
    faults = with_thing()
    faults.add(Fault(target="thing", kind=FaultKind.HANG, delay_s=0.02))
    async with serve(faults) as (url, effects):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _ask(url)
    assert effects == []


async def test_a_hang_without_a_time_ends_with_clear_or_with_its_client(serve: Serve) -> None:
    """Neither a stopped server nor a gone client leaves a handler behind."""
    faults = _Watched()
    faults.add(Fault(target="thing", kind=FaultKind.HANG, times=2))
    async with serve(faults) as (url, effects):
        leaving = asyncio.ensure_future(_ask(url, "leaves"))
        await faults.taken.wait()
        leaving.cancel()
        faults.taken.clear()
        staying = asyncio.ensure_future(_ask(url, "stays"))
        await faults.taken.wait()
        assert (await _ask(url, "meanwhile"))[0] == 200
        assert not staying.done()
        faults.clear()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await staying
    assert effects == ["meanwhile"]


def test_a_fault_reads_back_from_its_json() -> None:
    """`to_json` and `from_json` are inverse."""
    fault = Fault(
        target="eachlabs.webhook",
        kind=FaultKind.LATE,
        times=3,
        headers={"A": "b"},
        delay_s=1.5,
        match="cat",
        body="x",
        status=200,
    )
    assert Fault.from_json(fault.to_json()) == fault


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"target": "thing"}, "is not a valid FaultKind"),
        ({"target": "thing", "kind": "late"}, "has no fault"),
        ({"target": "eachlabs.webhook", "kind": "html"}, "has no fault"),
        ({"target": "eachlabs.result", "kind": "late"}, "has no fault"),
        ({"target": "thing", "kind": "status", "times": 0}, "at least 1"),
        ({"target": "thing", "kind": "status", "times": "two"}, "times cannot be"),
        ({"target": "thing", "kind": "status", "status": True}, "status cannot be"),
        ({"target": "thing", "kind": "status", "delay_s": -1}, "at least 0"),
        ({"target": "thing", "kind": "redirect"}, "Location"),
        ({"target": "thing", "kind": "status", "headers": "A: b"}, "headers is an object"),
        ({"target": "thing", "kind": "status", "colour": "red"}, "has no colour"),
        ({"target": "thing", "kind": "status", "body_base64": "*"}, "base64"),
        ({"target": "thing", "kind": "status", "body": "a", "body_base64": "YQ=="}, "stands in"),
        ({"target": "eachlabs.result", "kind": "failed", "body_base64": "YQ=="}, "stands in"),
    ],
)
def test_a_wrong_fault_is_refused_with_its_reason(data: dict[str, object], text: str) -> None:
    """Each mistake in a script is named instead of ignored."""
    with pytest.raises(ValueError, match=text):
        Fault.from_json(data)


def test_taking_uses_faults_up_in_their_order() -> None:
    """The first fitting fault is taken, others wait for their match."""
    faults = with_thing()
    faults.add(Fault(target="eachlabs.result", kind=FaultKind.NSFW, match="one"))
    faults.add(Fault(target="eachlabs.result", kind=FaultKind.CANCELLED))
    taken = [faults.take("eachlabs.result", text) for text in ("two", "one", "two")]
    assert [fault and fault.kind for fault in taken] == [FaultKind.CANCELLED, FaultKind.NSFW, None]
