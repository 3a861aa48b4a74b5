import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from sandbox.fault_kinds import FaultKind


@dataclass(kw_only=True)
class Receiver:
    """Where webhooks go: what came, and what to answer."""

    url: str = ""
    status: int = 200
    came: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give a server that takes webhooks."""
    receiver = Receiver()

    async def take(request: web.Request) -> web.Response:
        receiver.came.append((await request.read(), dict(request.headers)))
        return web.Response(status=receiver.status)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def _create(world: Any, receiver: Receiver, **fields: object) -> str:
    created = await world.create(fields, webhook_url=receiver.url, webhook_secret="sesame")
    return str(created.body["predictionID"])


async def test_a_success_is_told_with_the_secret(world: Any, receiver: Receiver) -> None:
    """Once, with the body that the vendor documents."""
    one = await _create(world, receiver)
    await world.event("webhook_sent", prediction_id=one, status=200)
    ((body, headers),) = receiver.came
    told = json.loads(body)
    assert headers["X-Webhook-Secret"] == "sesame"
    assert (told["exec_id"], told["status"], told["error"]) == (one, "succeeded", "")
    assert told["output"] == (await world.poll(one))["output"]


@pytest.mark.parametrize("place", ["error", "output"])
async def test_a_failure_is_told_in_either_place(world: Any, receiver: Receiver, place: str) -> None:
    """The text is in `error`, or in `output[0].error` with `error` empty."""
    await world.turn("eachlabs", webhook_error_in=place)
    world.fault("eachlabs.result", FaultKind.ERROR, body="out of luck")
    one = await _create(world, receiver)
    await world.event("webhook_sent", prediction_id=one)
    told = json.loads(receiver.came[0][0])
    assert told["status"] == "failed"
    assert (told["error"], told["output"]) == (
        ("out of luck", "") if place == "error" else ("", [{"error": "out of luck"}])
    )


async def test_an_unwilling_receiver_is_tried_three_times(world: Any, receiver: Receiver) -> None:
    """Then never again."""
    receiver.status = 500
    one = await _create(world, receiver)
    await world.event("webhook_sent", times=3, prediction_id=one)
    two = await _create(world, receiver, prompt="another")
    await world.event("webhook_sent", times=3, prediction_id=two)
    assert len(receiver.came) == 6
    attempts = await world.read("eachlabs/webhooks", "webhooks")
    assert [each["status"] for each in attempts] == [500] * 6


async def test_attempts_are_a_gap_apart_by_the_clock(world: Any, receiver: Receiver) -> None:
    """Ten seconds unless set; moving the clock moves them."""
    await world.turn("eachlabs", webhook_retry_gap_s=3600)
    receiver.status = 500
    one = await _create(world, receiver)
    await world.event("webhook_sent", prediction_id=one)
    receiver.status = 204
    assert len(receiver.came) == 1
    world.clock.advance(3600)
    await world.event("webhook_sent", prediction_id=one, status=204)
    first, second = await world.read("eachlabs/webhooks", "webhooks")
    assert second["at_ms"] - first["at_ms"] >= 3_600_000


async def test_an_unreachable_receiver_is_noted(world: Any) -> None:
    """A refused connection counts as an attempt with status 0."""
    created = await world.create({}, webhook_url="http://127.0.0.1:9/hook")
    await world.event("webhook_sent", times=3, prediction_id=created.body["predictionID"], status=0)
    (first, *_) = await world.read("eachlabs/webhooks", "webhooks")
    assert "Connect" in first["problem"]


async def test_a_cancelled_prediction_tells_nobody(world: Any, receiver: Receiver) -> None:
    """Nor does any when webhooks are off, or by a fault."""
    world.fault("eachlabs.result", FaultKind.CANCELLED)
    cancelled = await _create(world, receiver)
    await world.event("prediction_ended", prediction_id=cancelled)
    world.fault("eachlabs.webhook", FaultKind.NOT_SENT)
    unsent = await _create(world, receiver)
    await world.event("prediction_ended", prediction_id=unsent)
    await world.turn("eachlabs", webhooks=False)
    off = await _create(world, receiver)
    await world.event("prediction_ended", prediction_id=off)
    await world.turn("eachlabs", webhooks=True)
    sent = await _create(world, receiver)
    await world.event("webhook_sent", prediction_id=sent)
    assert len(receiver.came) == 1


async def test_webhooks_can_come_twice_wrong_or_as_garbage(world: Any, receiver: Receiver) -> None:
    """Each fault strikes the one whose prompt it names."""
    world.fault("eachlabs.webhook", FaultKind.TWICE, match="double")
    world.fault("eachlabs.webhook", FaultKind.WRONG_SECRET, match="wrong")
    world.fault("eachlabs.webhook", FaultKind.GARBAGE_BODY, match="garbage")
    double = await _create(world, receiver, prompt="double")
    await world.event("webhook_sent", times=2, prediction_id=double)
    assert receiver.came[0][0] == receiver.came[1][0]
    wrong = await _create(world, receiver, prompt="wrong")
    await world.event("webhook_sent", prediction_id=wrong)
    assert receiver.came[2][1]["X-Webhook-Secret"] != "sesame"
    garbage = await _create(world, receiver, prompt="garbage")
    await world.event("webhook_sent", prediction_id=garbage)
    with pytest.raises(ValueError, match=r"."):
        json.loads(receiver.came[3][0])


async def test_a_webhook_can_come_before_the_create_is_answered(world: Any, receiver: Receiver) -> None:
    """The receiver has it when the client still waits for the id."""
    await world.turn("eachlabs", duration_s=1000)
    world.fault("eachlabs.webhook", FaultKind.EARLY)
    one = await _create(world, receiver)
    assert json.loads(receiver.came[0][0])["exec_id"] == one


async def test_a_late_webhook_waits_for_the_clock(world: Any, receiver: Receiver) -> None:
    """It comes `delay_s` after the end."""
    world.fault("eachlabs.webhook", FaultKind.LATE, delay_s=600)
    one = await _create(world, receiver)
    await world.event("prediction_ended", prediction_id=one)
    assert receiver.came == []
    world.clock.advance(600)
    await world.event("webhook_sent", prediction_id=one, status=200)
