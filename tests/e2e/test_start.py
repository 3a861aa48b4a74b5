"""What keeps the bot from starting is told in one line that names it; exit code 2, no traceback."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import SandboxClient
from settings import env_example
from tests.e2e.processes import ROOT, BotProcess
from tests.e2e.support import PATIENCE

FAULTS = [
    ({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN is missing. "),
    ({"DISCORD_TOKEN": "Bot abc"}, "DISCORD_TOKEN holds white space"),
    ({"DISCORD_TOKEN": "not-the-token"}, "Discord refused DISCORD_TOKEN"),
    ({"EACHLABS_API_KEY": "", "AIMLAPI_API_KEY": ""}, "EACHLABS_API_KEY or AIMLAPI_API_KEY is missing"),
    ({"EACHLABS_API_KEY": "schlüssel"}, "EACHLABS_API_KEY"),
    ({"AIMLAPI_API_URL": "example.com"}, "AIMLAPI_API_URL is no http(s) address"),
    ({"DISCORD_API_URL": "http://127.0.0.1:1"}, "DISCORD_API_URL"),
    ({"TRUSTED_RESULT_HOSTS": "http://example.com/x"}, "TRUSTED_RESULT_HOSTS"),
    ({"HTTP_PORT": "99999"}, "HTTP_PORT is wrong"),
    ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL is no address of an SQLite file or a PostgreSQL database"),
    ({"DATABASE_URL": "sqlite:////proc/none/bot.db"}, "The database cannot be used"),
    (
        {"DATABASE_URL": "postgresql://bot:a-pass-word@127.0.0.1:1/bot"},
        "The database cannot be used: the PostgreSQL database bot at 127.0.0.1:1 cannot be reached",
    ),
]
"""What is set, and how the line begins."""


async def refusal(process: BotProcess, **overrides: str) -> str:
    """What a process that must not start says; its log before the last line may tell what it did until then."""
    try:
        await process.launch(**overrides)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 2, process.log()
    finally:
        await process.close()
    log = process.log()
    assert "Traceback" not in log
    assert log.endswith("\n")
    return log.splitlines()[-1]


@pytest.mark.parametrize(("overrides", "beginning"), FAULTS)
async def test_a_wrong_setting_ends_the_start_with_one_line_that_names_it(
    overrides: dict[str, str], beginning: str, sandbox: Sandbox, world: SandboxClient, tmp_path: Path
) -> None:
    process = BotProcess(sandbox, world, tmp_path)
    line = await refusal(process, **overrides)
    assert beginning in line
    assert "a-pass-word" not in process.log()
    for value in overrides.values():
        if "TOKEN" in overrides or "KEY" in "".join(overrides):
            assert not value or value not in process.log()


async def test_an_address_that_is_not_discords_is_named(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> None:
    line = await refusal(BotProcess(sandbox, world, tmp_path), DISCORD_API_URL=f"{sandbox.url}/nowhere")
    assert "DISCORD_API_URL" in line


async def test_a_development_server_without_the_bot_is_named(
    sandbox: Sandbox, world: SandboxClient, tmp_path: Path
) -> None:
    line = await refusal(BotProcess(sandbox, world, tmp_path), DEV_GUILD_ID="4711")
    assert line.startswith("DEV_GUILD_ID")


async def test_a_port_that_is_taken_is_named(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> None:
    taken = str(sandbox.port)
    line = await refusal(BotProcess(sandbox, world, tmp_path), HTTP_PORT=taken)
    assert line.startswith("HTTP_HOST and HTTP_PORT: cannot listen on 127.0.0.1:" + taken)


async def test_a_database_from_the_future_is_left_alone(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> None:
    def prepare() -> bytes:
        database = sqlite3.connect(tmp_path / "bot.db")
        database.execute(
            "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, checksum TEXT, applied_at BIGINT)"
        )
        database.execute("INSERT INTO schema_migrations VALUES (9999, 'later', 'x', 0)")
        database.commit()
        database.close()
        return (tmp_path / "bot.db").read_bytes()

    await asyncio.to_thread(prepare)
    line = await refusal(BotProcess(sandbox, world, tmp_path))
    assert "schema version 9999" in line
    assert "start a newer program" in line
    database = sqlite3.connect(tmp_path / "bot.db")
    assert [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")] == [
        "schema_migrations"
    ]
    database.close()


async def test_a_file_that_is_no_database_is_named(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"holiday pictures" * 100)
    line = await refusal(BotProcess(sandbox, world, tmp_path))
    assert line.startswith("The database cannot be used:")
    assert "is no SQLite database" in line


def test_the_example_of_settings_is_what_the_program_describes() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()
