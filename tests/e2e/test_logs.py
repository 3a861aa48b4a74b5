"""A long visit's log tells everything that an operator needs and nothing that nobody should read."""

import asyncio
import json
import re
import signal
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.processes import BotProcess
from tests.e2e.scenario import Visit
from tests.e2e.support import sql


async def secrets_of(world: SandboxClient, database: Path) -> dict[str, str]:
    """Everything that must be in no log, by what it is."""
    found = {
        "the bot's token": "sandbox-token",
        "each::labs' key": "sandbox-eachlabs-key",
        "AI/ML API's key": "sandbox-aimlapi-key",
        "a LoRA's query": "zeppelin-secret",
    }
    columns = ("reply_token", "webhook_token", "webhook_secret")
    for row in await sql(database, f"SELECT id, {', '.join(columns)} FROM jobs"):  # noqa: S608 - our own names
        found |= {f"{column} of {row['id']}": row[column] for column in columns}
    for request in await world.requests():
        token = re.search(r"/(?:interactions|webhooks)/\d+/([^/]{40,})", request.path)
        if token is not None:
            found[f"the token of {request.operation} {request.index}"] = token[1]
    return found


@pytest.mark.parametrize("form", ["console", "json"])
async def test_no_token_no_key_and_no_prompt_is_in_the_log(
    form: str,
    sandbox: Sandbox,
    world: SandboxClient,
    tmp_path: Path,
    art: Channel,
    mara: User,
    ben: User,
    olga: User,
) -> None:
    process = BotProcess(sandbox, world, tmp_path)
    try:
        await process.start(LOG_LEVEL="DEBUG", LOG_FORMAT=form)
        await Visit(world, art, mara, ben, olga).use_everything()
        assert await process.signal(signal.SIGTERM) == 0
    finally:
        await process.close()
    log = await asyncio.to_thread(process.log)
    assert "Traceback" not in log
    secrets = await secrets_of(world, tmp_path / "bot.db")
    assert len(secrets) > 50
    assert [name for name, secret in secrets.items() if secret in log] == []
    for word in ("zebra", "zeppelin", "zanzibar"):
        assert word not in log.lower()
    if form == "json":
        entries = [json.loads(line) for line in log.splitlines()]
        about_jobs = [entry for entry in entries if "job" in entry]
        assert {entry["event"] for entry in about_jobs} >= {"accepted", "delivered", "cancelled", "the job has failed"}
        ours = [entry for entry in about_jobs if entry["logger"] != "web.webhooks"]  # that knows but what a URL says
        assert [entry for entry in ours if not entry.keys() >= {"user", "guild"}] == []
        assert all(entry.keys() >= {"event", "level", "logger", "timestamp"} for entry in entries)
