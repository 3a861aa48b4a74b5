"""Being a member from a shell."""

import io

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.client import SandboxClient, SandboxError
from sandbox.play.transcript import Transcript
from sandbox.play.typed import parse
from sandbox.talk import main

KINDS = {"prompt": 3, "count": 4, "guidance": 10, "private": 5, "seed": 4, "lora": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("prompt: a fox: red, ratio 16:9", {"prompt": "a fox: red, ratio 16:9"}),
        ("prompt: 2024", {"prompt": "2024"}),
        (
            "prompt: a fox count: 2 guidance: 3.5 private: True seed: -4 lora: https://e.example/x",
            {
                "prompt": "a fox",
                "count": 2,
                "guidance": 3.5,
                "private": True,
                "seed": -4,
                "lora": "https://e.example/x",
            },
        ),
    ],
)
def test_options_are_read_as_they_look_in_discord(text: str, expected: dict[str, object]) -> None:
    assert parse(text, KINDS) == expected


@pytest.mark.parametrize("text", ["a fox", "prompt: x count: two", "prompt: x private: maybe"])
def test_what_discord_would_not_take_is_explained(text: str) -> None:
    with pytest.raises(SandboxError):
        parse(text, KINDS)


def test_without_a_sandbox_it_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:1", "Mara", "/help"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("no sandbox answers at http://127.0.0.1:1")
    assert error.count("\n") == 1


async def test_a_message_is_printed_again_only_where_it_has_changed() -> None:
    out = io.StringIO()
    transcript = Transcript(out)
    async with Sandbox.start() as sandbox, SandboxClient(sandbox.url) as world:
        mara, art = await world.user("Mara"), await world.channel("art")
        message = await world.say(mara, art, "hello **you**")
        transcript.message(message)
        transcript.message(message)
    assert out.getvalue().count("hello you") == 1
    assert "Mara" in out.getvalue()


async def test_the_control_api_lists_itself() -> None:
    async with (
        Sandbox.start() as sandbox,
        aiohttp.ClientSession() as http,
        http.get(f"{sandbox.url}/sandbox") as answer,
    ):
        text = await answer.text()
    assert "POST   /sandbox/interactions/command" in text
    assert "GET    /sandbox/eachlabs/predictions" in text
