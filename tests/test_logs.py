"""What may stand in a log, and what may not."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import stamina
import structlog

from logs import Redactor, configure_logging

TOKEN = "discord-token-0123456789"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; logging is as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("jobs", "httpx", "aiosqlite", "httpcore")}
    yield io.StringIO()
    root.handlers = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["console", "json"])
def test_known_secrets_are_masked_wherever_they_come_from(stream: io.StringIO, form: str) -> None:
    configure_logging(level="DEBUG", form=form, secrets=[TOKEN], stream=stream)
    structlog.get_logger("jobs.test").info("event", header=f"Bot {TOKEN}")
    logging.getLogger("discord.http").warning("request with %s failed", TOKEN)
    try:
        raise RuntimeError(TOKEN)
    except RuntimeError:
        structlog.get_logger("jobs.test").exception("failed")
    text = stream.getvalue()
    assert TOKEN not in text
    assert text.count("***") >= 3
    assert "RuntimeError" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "POST https://discord.com/api/v10/webhooks/123456/aW50ZXJhY3Rpb246/messages/9",
            "POST https://discord.com/api/v10/webhooks/123456/***/messages/9",
        ),
        ("POST /interactions/123456/aW50ZXJhY3Rpb246/callback", "POST /interactions/123456/***/callback"),
        (
            "POST /webhooks/eachlabs/0123456789abcdefghjk/S3cr3t-T0ken",
            "POST /webhooks/eachlabs/0123456789abcdefghjk/***",
        ),
        ("GET /channels/123456/messages/7890", "GET /channels/123456/messages/7890"),
    ],
)
def test_tokens_in_addresses_are_masked(line: str, expected: str) -> None:
    assert Redactor([])(line) == expected


def test_json_lines_carry_the_ids_that_were_bound(stream: io.StringIO) -> None:
    configure_logging(level="INFO", form="json", stream=stream)
    structlog.get_logger("jobs.test").info("delivered", job="j", user=1, guild=2)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["job"], line["user"], line["guild"]) == ("delivered", "j", 1, 2)
    assert (line["level"], line["logger"]) == ("info", "jobs.test")


def test_libraries_that_log_prompts_and_addresses_are_quiet_at_any_level(stream: io.StringIO) -> None:
    configure_logging(level="DEBUG", form="console", stream=stream)
    logging.getLogger("aiosqlite").debug("executing insert 'a secret prompt'")
    logging.getLogger("httpx").info("HTTP Request: GET https://cdn.example/signed")
    logging.getLogger("discord.gateway").debug("payload")
    structlog.get_logger("jobs.test").debug("ours")
    assert "ours" in stream.getvalue()
    for word in ("secret prompt", "signed", "payload"):
        assert word not in stream.getvalue()


def test_tracebacks_show_no_local_variables(stream: io.StringIO) -> None:
    configure_logging(level="INFO", form="console", stream=stream)
    prompt = "a prompt that nobody should read"
    try:
        raise ValueError(len(prompt))
    except ValueError:
        structlog.get_logger("jobs.test").exception("failed")
    assert prompt not in stream.getvalue()


def test_a_lost_connection_is_told_in_one_line(stream: io.StringIO) -> None:
    configure_logging(level="INFO", form="console", stream=stream)
    try:
        raise ConnectionError("gone")
    except ConnectionError:
        logging.getLogger("discord.shard").exception("Attempting a reconnect in %.2fs", 1.5)
    assert "Attempting a reconnect in 1.50s (ConnectionError)" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_ids_in_json_are_text_so_that_no_reader_rounds_them(stream: io.StringIO) -> None:
    configure_logging(level="INFO", form="json", stream=stream)
    structlog.get_logger("jobs.test").info("delivered", user=1573629521112858627, images=2)
    line = json.loads(stream.getvalue())
    assert (line["user"], line["images"]) == ("1573629521112858627", 2)


async def test_a_read_that_is_tried_again_logs_nothing_by_itself(stream: io.StringIO) -> None:
    """A line of the library's would name no job; whoever asked tells what came of it."""
    hooks = stamina.instrumentation.get_on_retry_hooks()
    configure_logging(level="DEBUG", form="json", stream=stream)
    tries = 0
    try:
        async for attempt in stamina.retry_context(on=OSError, attempts=2, wait_initial=0, wait_jitter=0):
            with attempt:
                tries += 1
                if tries == 1:
                    raise OSError
    finally:
        stamina.instrumentation.set_on_retry_hooks(hooks)
    assert tries == 2
    assert stream.getvalue() == ""
