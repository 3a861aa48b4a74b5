"""The image APIs misbehave: each row of the table ends as it says, is charged accordingly and told in plain words."""

import asyncio
import functools
import json
import re

import pytest

import jobs.completion
import jobs.lost
import jobs.timing
import jobs.watcher
import parts
import providers.download
from providers.aimlapi import AimlApi
from providers.calls import Patience
from providers.eachlabs import EachLabs
from sandbox import Sandbox
from sandbox.client import Message, SandboxClient
from tests.e2e.conftest import Imagine
from tests.e2e.provider_faults import CASES, FLUX_1, FLUX_2, POLL_IS_LATE, Case
from tests.e2e.support import Bot, description, eventually, fields, free_port, is_settled, shows_images, title, whole

JARGON = re.compile(
    r"\b[45]\d\d\b|https?:|json|http|null|none|exception|traceback|api|predict|webhook|token|127\.", re.IGNORECASE
)
CHANGE_HELPS = {"content_refused", "rejected"}
OPERATORS = {"unauthorised", "out_of_credit"}


@pytest.fixture(autouse=True)
def hurry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds or minutes takes tenths of a second, and four megabytes are too many.

    Where nothing hangs no time-out is met, however slow the machine.
    """
    case = getattr(request.node, "callspec", None) and request.node.callspec.params.get("case")
    hangs = case is not None and any(what["kind"] in {"hang", "endless"} for _, what in case.faults)
    seconds = 1.5 if hangs else 30.0
    monkeypatch.setattr(jobs.timing, "RETRY_FIRST", 200)
    monkeypatch.setattr(jobs.timing, "UNLEARNT_FIRST", 500)
    monkeypatch.setattr(jobs.lost, "LOST_PAUSE", 200)
    monkeypatch.setattr(jobs.completion, "_REFETCH", 0.2)
    monkeypatch.setattr(jobs.watcher, "_TROUBLE_PAUSE", 200)
    monkeypatch.setattr(jobs.watcher, "_KEY_PAUSE", 200)
    patience = Patience(attempts=2, first_wait=0.05)
    each = functools.partial(EachLabs, create_timeout=seconds, read_timeout=seconds, patience=patience)
    monkeypatch.setattr(parts, "EachLabs", each)
    monkeypatch.setattr(parts, "AimlApi", functools.partial(AimlApi, answer_timeout=seconds))
    monkeypatch.setattr(jobs.completion, "_PATIENCE", 2_000)
    monkeypatch.setattr(providers.download, "Patience", lambda: patience)
    caps = functools.partial(providers.download.Caps, seconds=seconds, size=4 * 1024 * 1024)
    monkeypatch.setattr(providers.download, "Caps", caps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_what_an_image_api_does_wrong(case: Case, bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    for target, what in case.faults:
        await world.add_fault(target, **what)
    await bot.start(webhooks=case.webhooks, lost_create_grace_seconds=1, **case.bot)
    if case.overdue:
        working = await imagine(model=case.model, until=lambda seen: seen.edits > 0)
        await bot.wait_for_job("running")
        await bot.sql("UPDATE jobs SET submitted_at = submitted_at - ?", POLL_IS_LATE)
        told = await until_settled(world, working)
    else:
        told = await imagine(model=case.model, until=is_settled)
    await assert_outcome(case, told, bot, world)


async def until_settled(world: SandboxClient, message: Message) -> Message:
    async def look() -> Message | None:
        now = await world.message(message)
        return now if is_settled(now) else None

    return await eventually(look)


async def assert_outcome(case: Case, told: Message, bot: Bot, world: SandboxClient) -> None:
    job = await bot.wait_for_job("failed" if case.told else "delivered")
    assert job["unknown_creates"] == case.unknown
    books = await world.ledger()
    assert len(books.creates) == case.creates
    api = "eachlabs" if case.model == FLUX_1 else "aimlapi"
    paths = [str(request["path"]) for request in await world.image_requests(api)]
    made = [path for path in paths if path.rstrip("/").endswith(("/prediction", "/images/generations"))]
    assert len(made) == (case.creates if case.sent is None else case.sent)
    assert (await bot.sql("SELECT COUNT(*) AS attempts FROM attempts"))[0]["attempts"] == len(made)
    assert await bot.images_charged() == (0 if case.told else 1)
    assert any(path.endswith("/cancel") for path in paths) == case.cancelled
    assert len([post for post in books.posts if post.attached_ms is not None]) == (0 if case.told else 1)
    if case.told is None:
        assert shows_images(told)
        return
    assert title(told) == "No image this time"
    assert description(told).startswith(case.told)
    assert not JARGON.search(description(told)), description(told)
    assert "1 image given back to your quota · 20 of 20 left" in fields(told)["Quota"]
    again = [] if job["failure_reason"] in CHANGE_HELPS | OPERATORS else ["Try again"]
    edit = [] if job["failure_reason"] in OPERATORS else ["Edit"]
    assert [button.label for button in told.buttons] == [*again, *edit, "Delete"]
    assert "sandbox-" not in whole(told) + json.dumps(bot.log, default=str)


@pytest.mark.parametrize("model", [FLUX_1, FLUX_2])
async def test_an_api_that_refuses_connections_is_waited_for(
    model: str, bot: Bot, imagine: Imagine, sandbox: Sandbox, world: SandboxClient
) -> None:
    """Nothing can have been created there."""
    port = free_port()
    host = f"http://127.0.0.1:{port}"
    await bot.start(eachlabs_api_url=f"{host}/eachlabs/v1", aimlapi_api_url=f"{host}/aimlapi/v1")
    waiting = await imagine(model=model, until=lambda seen: title(seen) == "Trying again soon")
    async with await asyncio.start_server(functools.partial(forward, sandbox.port), "127.0.0.1", port):
        job = await bot.wait_for_job("delivered")
    assert job["unknown_creates"] == 0
    assert shows_images(await world.message(waiting))
    assert len((await world.ledger()).creates) == 1
    assert await bot.images_charged() == 1


async def forward(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let a client through to another port."""
    there, out = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(copied(reader, out), copied(there, writer))


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
