"""The operator's socket: its own user's alone, replaced when a killed process has left one, gone at the end."""

import socket
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from jobs.operator.console import Refusal
from jobs.ports import StoreUnavailable
from jobs.sentence import say
from web.admin import NAME, AdminSocket, build_admin_app


async def run(command: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    match command:
        case "refused":
            raise Refusal(say("There is no job {job}.", job="x"))
        case "away":
            raise StoreUnavailable("it is locked")
        case _:
            return {"command": command, **values}


async def ask(folder: Path, command: str, values: Mapping[str, Any]) -> tuple[int, Any]:
    transport = httpx.AsyncHTTPTransport(uds=str(folder / NAME))
    async with httpx.AsyncClient(transport=transport) as http:
        answer = await http.post(f"http://bot/{command}", json=dict(values))
    return answer.status_code, answer.json()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("cap", (HTTPStatus.OK, {"command": "cap", "day": "5"})),
        ("refused", (HTTPStatus.CONFLICT, {"error": "There is no job x."})),
        ("away", (HTTPStatus.SERVICE_UNAVAILABLE, {"error": "The database cannot be used: it is locked"})),
    ],
)
async def test_each_answer_is_json(tmp_path: Path, command: str, answer: tuple[int, Any]) -> None:
    async with AdminSocket(build_admin_app(run), tmp_path):
        assert await ask(tmp_path, command, {"day": "5"}) == answer
        assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == []


async def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / NAME))
    async with AdminSocket(build_admin_app(run), tmp_path):
        assert (await ask(tmp_path, "cap", {}))[0] == HTTPStatus.OK


async def test_a_successors_socket_is_left_alone(tmp_path: Path) -> None:
    """Once the lock is lost another process may have its own there."""
    async with AdminSocket(build_admin_app(run), tmp_path):
        successor = AdminSocket(build_admin_app(run), tmp_path)
        await successor.__aenter__()
    assert (await ask(tmp_path, "cap", {}))[0] == HTTPStatus.OK
    await successor.__aexit__(None, None, None)
    assert names(tmp_path) == []


async def test_a_path_that_is_too_long_is_told_and_nothing_else_happens(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with capture_logs() as log:
        async with AdminSocket(build_admin_app(run), folder):
            assert names(folder) == []
    assert [entry["log_level"] for entry in log] == ["warning"]
