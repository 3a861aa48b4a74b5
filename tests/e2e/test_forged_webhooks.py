"""Webhooks that no image API has sent: they change nothing, cost little, and the job goes its way."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import jobs.timing
from sandbox.client import SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, eventually, get, shows_images, title

Json = dict[str, Any]
ONE_MIB = 1024 * 1024


@asynccontextmanager
async def held(bot: Bot, imagine: Imagine, world: SandboxClient) -> AsyncIterator[Json]:
    """A running job whose images are let go at the end, and which then must be delivered once, as if nothing were."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: title(seen) == "Generating")
    yield await bot.wait_for_job("running")
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    assert shows_images(await world.message(message))
    books = await world.ledger()
    assert len(books.creates) == 1
    assert len([post for post in books.posts if post.attached_ms is not None]) == 1
    assert await bot.images_charged() == 1


def path(job: Json, *, job_id: str | None = None, token: str | None = None) -> str:
    return f"/webhooks/eachlabs/{job_id or job['id']}/{token or job['webhook_token']}"


def success(prediction_id: str, url: str) -> bytes:
    return json.dumps({"exec_id": prediction_id, "status": "succeeded", "output": url, "error": ""}).encode()


def failure(prediction_id: str) -> bytes:
    return json.dumps({"exec_id": prediction_id, "status": "failed", "output": "", "error": "forged"}).encode()


async def post(bot: Bot, where: str, body: Any, headers: Mapping[str, str] | None = None) -> int:
    async with aiohttp.ClientSession() as http, http.post(bot.url + where, data=body, headers=headers) as answer:
        return answer.status


def polls(requests: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in requests if each["method"] == "GET" and "/prediction/" in each["path"]]


@pytest.mark.parametrize(
    ("where", "status"),
    [
        (lambda job: path(job, token="x" * 43), 404),
        (lambda job: path(job, token=job["webhook_secret"]), 404),
        (lambda job: path(job, job_id="0" * 20), 404),
        (lambda job: path(job).replace("eachlabs", "aimlapi"), 404),
        (lambda job: path(job)[:-1], 404),
    ],
    ids=["wrong token", "its secret as token", "no such job", "another API", "a token cut short"],
)
async def test_who_does_not_know_the_token_changes_nothing(
    where: Callable[[Json], str], status: int, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    async with held(bot, imagine, world) as job:
        for body in (failure(job["prediction_id"]), success(job["prediction_id"], "https://example.com/x.png")):
            assert await post(bot, where(job), body) == status
        assert await bot.jobs() == [job]


async def test_a_wrong_secret_changes_nothing(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    async with held(bot, imagine, world) as job:
        forged = failure(job["prediction_id"])
        assert await post(bot, path(job), forged, {"X-Webhook-Secret": "guessed"}) == 403
        assert await bot.jobs() == [job]


@pytest.mark.parametrize(("form", "status"), [("stated", 413), ("chunked", 413), ("slow", None)])
async def test_a_body_that_is_too_long_or_never_comes_changes_nothing(
    form: str, status: int | None, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    async with held(bot, imagine, world) as job:
        host, port = bot.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {path(job)} HTTP/1.1\r\nHost: x\r\n"
        if form == "chunked":
            writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            for _ in range(32):
                writer.write(b"%x\r\n%b\r\n" % (ONE_MIB // 16, bytes(ONE_MIB // 16)))
        else:
            length = 2 * ONE_MIB if form == "stated" else 100
            writer.write(f"{head}Content-Length: {length}\r\n\r\n{{".encode())
        if status is not None:
            assert (await reader.readline()).split()[1] == str(status).encode()
        assert await bot.jobs() == [job]
    writer.close()  # the slow one has held up nobody


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe{no json",
        b"[]",
        b"{" * 1000,
        json.dumps({"exec_id": None, "status": ["succeeded"], "output": {"url": 7}}).encode(),
        b'{"status": "succeeded", "output": "https://example.com/x.png"}',
        b'{"exec_id": "PREDICTION", "status": "hibernating"}',
        b'{"exec_id": "PREDICTION", "status": "succeeded", "output": ""}',
    ],
    ids=["empty", "no text", "a list", "nested", "wrong types", "nameless", "a new status", "no output"],
)
async def test_a_proven_body_of_an_unknown_shape_leads_to_a_poll_at_once(
    body: bytes, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    """By itself the first look would be ten seconds away."""
    async with held(bot, imagine, world) as job:
        known = body.replace(b"PREDICTION", job["prediction_id"].encode())
        assert await post(bot, path(job), known) == 204

        async def looked() -> bool | None:
            return bool(polls(await world.image_requests("eachlabs"))) or None

        await eventually(looked, 5)


async def test_a_token_proves_nothing_about_another_job(
    bot: Bot, imagine: Imagine, world: SandboxClient, ben: User
) -> None:
    """Neither does another job's token fit, nor is another job's prediction taken with the right one."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await imagine(prompt="mine", until=lambda seen: title(seen) == "Generating")
    await imagine(user=ben, prompt="his", until=lambda seen: title(seen) == "Generating")
    mine = await bot.wait_for_job("running")
    his = await bot.wait_for_job("running", number=1)
    assert await post(bot, path(mine, token=his["webhook_token"]), failure(mine["prediction_id"])) == 404
    await world.set_eachlabs(webhooks=False)
    await world.finish_prediction(his["prediction_id"])

    async def finished() -> str | None:
        return next((each["urls"][0] for each in await world.predictions() if each["urls"]), None)

    url = await eventually(finished)
    for body in (success(his["prediction_id"], url), failure(his["prediction_id"])):
        assert await post(bot, path(mine), body) == 204
    await eventually(lambda: _looked_at(world, mine["prediction_id"]), 5)
    assert [job["status"] for job in await bot.jobs()] == ["running", "running"]
    assert await post(bot, path(his), success(his["prediction_id"], url)) == 204
    await bot.wait_for_job("delivered", number=1)
    assert (await bot.jobs())[0]["status"] == "running"


async def _looked_at(world: SandboxClient, prediction_id: str) -> bool | None:
    requests = polls(await world.image_requests("eachlabs"))
    return any(each["path"].endswith(prediction_id) for each in requests) or None


@pytest.mark.parametrize("url", ["http://10.0.0.1/x.png", "http://{web}/healthz", "https://169.254.169.254/latest"])
async def test_a_made_up_link_is_not_followed_to_where_we_may_not_go_and_fails_no_job(
    url: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    """Whoever has the token can name a link; what it may be is the downloader's to say, and the API's what counts."""
    async with held(bot, imagine, world) as job:
        own = bot.url.removeprefix("http://")
        assert await post(bot, path(job), success(job["prediction_id"], url.format(web=own))) == 204

        async def refused() -> bool | None:
            return any(entry["event"] == "the result could not be stored yet" for entry in bot.log) or None

        await eventually(refused)
        (now,) = await bot.jobs()
        assert (now["status"], now["failure_reason"]) == ("running", None)


async def test_thousands_of_forged_calls_write_nothing_and_hold_nobody_up(
    bot: Bot, imagine: Imagine, world: SandboxClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 over 50 connections while a job is on its way, of every kind that a stranger can send."""
    monkeypatch.setattr(jobs.timing, "UNLEARNT_FIRST", 60_000)  # so that no look of our own writes meanwhile
    async with held(bot, imagine, world) as job:
        kinds = [
            (path(job, token="x" * 43), {}),
            (path(job, job_id="0" * 20), {}),
            (path(job, job_id="admin"), {}),
            (path(job, token="%00" * 43), {}),
            (path(job), {"X-Webhook-Secret": "guessed"}),
        ]
        tasks = len(asyncio.all_tasks())
        with sqlite3.connect(tmp_path / "bot.db") as database:
            before = database.execute("PRAGMA data_version").fetchone()
            statuses = await flood(bot, [(*kind, b"{}") for kind in kinds], calls=2_000)
            assert database.execute("PRAGMA data_version").fetchone() == before
        database.close()
        assert set(statuses) == {403, 404}
        assert len(statuses) == 2_000
        assert len(asyncio.all_tasks()) <= tasks + 10
        assert len([entry for entry in bot.log if entry["log_level"] != "debug"]) < 500  # those with the right token
    assert (await get(f"{bot.url}/healthz"))[0] == 200


@pytest.mark.parametrize("form", ["garbage", "true"])
async def test_thousands_of_calls_with_a_leaked_token_are_a_trickle_for_the_job(
    form: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    """Whether they say nothing, or again and again what is true: few are read, the API is asked every two seconds."""
    async with held(bot, imagine, world) as job:
        await world.set_eachlabs(webhooks=False)
        await world.finish_prediction(job["prediction_id"])
        await world.wait_for_event("prediction_ended", PATIENCE)
        (prediction,) = await world.predictions()
        if form == "garbage":
            await world.add_fault("eachlabs.poll", "html", times=1000)
        body = b"?" if form == "garbage" else success(job["prediction_id"], prediction["urls"][0])
        loop = asyncio.get_running_loop()
        began, tasks = loop.time(), len(asyncio.all_tasks())
        statuses = await flood(bot, [(path(job), {}, body)], calls=1_000)
        assert set(statuses) <= {204, 503}
        assert len(asyncio.all_tasks()) <= tasks + 50
        asked = len(polls(await world.image_requests("eachlabs")))
        assert asked <= 4 * (2 + (loop.time() - began) / 2)  # one look is four requests where they go wrong
        await world.clear_faults()

        async def delivered() -> bool | None:
            await post(bot, path(job), body)
            return (await bot.jobs())[0]["status"] == "delivered" or None

        await eventually(delivered)


async def flood(bot: Bot, kinds: list[tuple[str, Mapping[str, str], bytes]], *, calls: int) -> list[int]:
    """Send so many calls over 50 connections, the kinds in turn; returns their statuses."""
    waiting = itertools.islice(itertools.cycle(kinds), calls)
    statuses: list[int] = []

    async def sender(http: aiohttp.ClientSession) -> None:
        for where, headers, body in waiting:
            async with http.post(bot.url + where, data=body, headers=headers) as answer:
                statuses.append(answer.status)

    connector = aiohttp.TCPConnector(limit=50)
    async with aiohttp.ClientSession(connector=connector) as http, asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(sender(http))
    return statuses
