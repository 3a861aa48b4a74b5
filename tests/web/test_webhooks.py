import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from structlog.testing import capture_logs

JOB, FINISHED, WITHOUT = ("0" * 19 + digit for digit in "123")
TOKEN = "t" * 43
PATH = f"/webhooks/eachlabs/{JOB}/{TOKEN}"
LIMIT = 1024 * 1024
MISSHAPEN = (
    f"/webhooks/other/{JOB}/{TOKEN}",
    f"/webhooks/aimlapi/{JOB}/{TOKEN}",  # it sends none
    f"/webhooks/eachlabs/{JOB}/wrong",
    f"/webhooks/eachlabs/{JOB}/{TOKEN}2",
    f"/webhooks/eachlabs/{JOB}/{TOKEN[:-1]}",
    f"/webhooks/eachlabs/{JOB}/{'%FF' * 43}",
    f"/webhooks/eachlabs/{JOB}/{TOKEN[:-1]}%0A",
    f"/webhooks/eachlabs/{JOB}2/{TOKEN}",
    f"/webhooks/eachlabs/{JOB[:-1]}U/{TOKEN}",
    f"/webhooks/eachlabs/..%2F..%2Fetc/{TOKEN}",
)

# What the fixtures give; their types live in conftest.py, which cannot be imported.
Site = Any
Serving = Callable[..., AbstractAsyncContextManager[Site]]


def counted(site: Site, outcome: str) -> bool:
    """Whether exactly one call ended so."""
    return f'fluxcord_webhooks_total{{outcome="{outcome}"}} 1.0' in site.metrics.text().decode()


async def test_a_webhook_with_the_jobs_token_is_handed_on_as_it_came(site: Site) -> None:
    """The body is not looked at here, and the answer has none."""
    answer = await site.http.post(PATH, content=b'{"exec_id": "p1"}')
    assert (answer.status_code, answer.content) == (204, b"")
    assert site.receiver.arrived == [(JOB, b'{"exec_id": "p1"}')]
    assert counted(site, "accepted")


@pytest.mark.parametrize("body", [b"", b"\xff\x00 no JSON", b"{" * 1000, b"x" * LIMIT])
async def test_any_body_up_to_the_cap_is_handed_on(site: Site, body: bytes) -> None:
    """Whether it makes sense is the domain's to say."""
    assert (await site.http.post(PATH, content=body)).status_code == 204
    assert site.receiver.arrived == [(JOB, body)]


async def test_a_duplicate_is_handed_on_again(site: Site) -> None:
    """The vendor repeats itself; whoever takes it copes."""
    for _ in range(2):
        assert (await site.http.post(PATH, content=b"{}")).status_code == 204
    assert len(site.receiver.arrived) == 2


async def test_the_right_secret_is_accepted(site: Site) -> None:
    """The header confirms what the URL has proven."""
    answer = await site.http.post(PATH, headers={"X-Webhook-Secret": "sécret".encode()}, content=b"{}")
    assert answer.status_code == 204


@pytest.mark.parametrize("secret", [b"wrong", b"", b"s\xc3\xa9cret2", b"\xff\xfe"])
async def test_a_wrong_secret_is_refused(site: Site, secret: bytes) -> None:
    """An absent header is fine, a wrong one is not."""
    answer = await site.http.post(PATH, headers={"X-Webhook-Secret": secret}, content=b"{}")
    assert answer.status_code == 403
    assert site.receiver.arrived == []
    assert counted(site, "wrong_secret")


@pytest.mark.parametrize(
    "path",
    [
        f"/webhooks/eachlabs/{JOB}/{'u' * 43}",
        f"/webhooks/eachlabs/{'0' * 20}/{TOKEN}",
        f"/webhooks/eachlabs/{WITHOUT}/{TOKEN}",  # a job that has no webhook
        f"/webhooks/eachlabs/{FINISHED}/{'u' * 43}",
        *MISSHAPEN,
    ],
)
async def test_a_wrong_token_and_an_unknown_job_look_the_same(site: Site, path: str) -> None:
    """Whoever guesses learns nothing."""
    answer = await site.http.post(path, headers={"X-Webhook-Secret": "wrong"}, content=b"{}")
    assert (answer.status_code, answer.content) == (404, b"")
    assert site.receiver.arrived == []
    assert counted(site, "unknown")


@pytest.mark.parametrize("path", [f"/webhooks/eachlabs/{WITHOUT}/", f"/webhooks/eachlabs//{TOKEN}", *MISSHAPEN])
async def test_what_can_be_no_webhook_never_reaches_the_database(site: Site, path: str) -> None:
    """The form of the path is enough to know."""
    assert (await site.http.post(path, content=b"{}")).status_code == 404
    assert site.receiver.asked == []


async def test_a_proven_report_of_a_finished_job_costs_one_read_and_is_not_read(site: Site) -> None:
    """Nor sent again: the vendor is told that all is well."""
    head = f"POST /webhooks/eachlabs/{FINISHED}/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    assert (await site.raw(head.encode())).startswith(b"HTTP/1.1 204 ")
    assert site.receiver.asked == [("eachlabs", FINISHED)]
    assert site.receiver.arrived == []
    assert counted(site, "late")


async def test_while_others_about_the_same_job_are_read_the_vendor_is_asked_to_come_again(site: Site) -> None:
    """It is neither lost nor kept."""
    site.receiver.takes = False
    assert (await site.http.post(PATH, content=b"{}")).status_code == 503
    assert counted(site, "too_many")


async def test_those_who_guess_keep_the_database_no_busier_than_a_few_can(site: Site) -> None:
    """Hundreds at once ask it eight at a time."""
    path, site.receiver.gate = f"/webhooks/eachlabs/{JOB}/{'u' * 43}", asyncio.Event()
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(site.http.post(path, content=b"{}")) for _ in range(50)]
        while len(site.receiver.asked) < 8:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        await asyncio.wait(sent, timeout=0.2)
        assert len(site.receiver.asked) == 8
        site.receiver.gate.set()
    assert {answer.result().status_code for answer in sent} == {404}
    assert len(site.receiver.asked) == 50


async def test_the_token_is_compared_before_the_body_is_read(site: Site) -> None:
    """A stranger is refused although his body never comes."""
    path = f"/webhooks/eachlabs/{JOB}/{'u' * 43}"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    assert (await site.raw(head.encode())).startswith(b"HTTP/1.1 404 ")


async def test_a_body_that_states_too_much_is_refused_unread(site: Site) -> None:
    """Its length is enough to know."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n\r\n"
    assert (await site.raw(head.encode())).startswith(b"HTTP/1.1 413 ")
    assert counted(site, "too_large")


async def test_a_body_that_grows_too_long_is_refused_while_it_comes(site: Site) -> None:
    """A chunked body states no length."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert (await site.raw(head + chunk * 16 + b"1\r\nx\r\n")).startswith(b"HTTP/1.1 413 ")
    assert site.receiver.arrived == []


async def test_a_body_that_does_not_come_is_not_waited_for(serving: Serving) -> None:
    """A held connection costs the sender, not us."""
    async with serving(body_seconds=0.05) as site:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
        assert (await site.raw(head.encode())).startswith(b"HTTP/1.1 408 ")
        assert counted(site, "timed_out")
        assert site.receiver.arrived == []


async def test_no_more_than_sixteen_bodies_are_read_at_once(site: Site) -> None:
    """They would be held in memory; who comes later waits until one is through, or gone."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
    async with asyncio.TaskGroup() as group:
        slow = [group.create_task(site.raw(head.encode())) for _ in range(16)]
        while len(site.receiver.asked) < 16:  # noqa: ASYNC110 - the server tells nobody whom it reads
            await asyncio.sleep(0.01)
        late = group.create_task(site.http.post(PATH, content=b"{}"))
        done, _ = await asyncio.wait({late}, timeout=0.2)
        assert not done
        for each in slow:
            each.cancel()
        assert (await late).status_code == 204
    assert site.receiver.arrived == [(JOB, b"{}")]


async def test_a_sender_that_goes_away_half_way_leaves_nothing_behind(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a body is no body, and no fault of ours."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
    with capture_logs() as logs:
        await site.raw(head.encode(), end=True)
    assert site.receiver.arrived == []
    assert counted(site, "broken_off")
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_while_the_database_is_away_the_vendor_is_asked_to_come_again(site: Site) -> None:
    """The vendor tries three times."""
    site.receiver.error = site.unavailable
    assert (await site.http.post(PATH, content=b"{}")).status_code == 503
    assert counted(site, "unavailable")


async def test_other_methods_are_refused(site: Site) -> None:
    """A webhook is posted."""
    assert (await site.http.get(PATH)).status_code == 405


async def test_no_log_ever_holds_the_token_or_the_secret(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Not when all is well, not when a request is malformed, and not when the domain breaks."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        await site.http.post(PATH, headers={"X-Webhook-Secret": "wrong-s3cret"}, content=b"{}")
        await site.http.post(PATH, content=b"{}")
        await site.raw(f"POST {PATH} HTTP/one\r\n\r\n".encode())
        await site.raw(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{TOKEN}\r\n".encode())
        site.receiver.error = RuntimeError("broken")
        assert (await site.http.post(PATH, content=b"{}")).status_code == 500
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "asyncio"))]
    text = repr(logs) + "\n".join(logging.Formatter().format(record) for record in ours)
    assert TOKEN not in text
    assert "s3cret" not in text
    assert "/webhooks/{provider}/{job}/{token}" in text, "the fault is told by the route's pattern"
    assert [entry["job"] for entry in logs if entry["event"] == "webhook"] == [JOB, JOB]


async def test_what_a_stranger_writes_in_place_of_a_job_is_not_logged(site: Site) -> None:
    """He may have put a token there."""
    with capture_logs() as logs:
        await site.http.post(f"/webhooks/eachlabs/{TOKEN}/x", content=b"{}")
    assert logs == [{"event": "webhook", "outcome": "unknown", "log_level": "debug"}]


async def test_the_answer_does_not_wait_for_other_senders(site: Site) -> None:
    """A slow body holds up nobody else."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(site.raw(head.encode()))
        assert (await site.http.post(PATH, content=b"{}")).status_code == 204
        slow.cancel()
