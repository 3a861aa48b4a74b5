"""Discord's limits on commands, modals and suggestions, one by one: what just fits is taken, one more is refused."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User

Json = dict[str, Any]
SHOWN, TAKEN, INVALID_FORM, TOO_MANY = (204, None), (200, None), (400, 50035), (400, 30032)
SLASH, USER_ENTRY, MESSAGE_ENTRY = 1, 2, 3
SUGGEST, SHOW_MODAL = 8, 9
COMMAND: Final[Json] = {"name": "make", "description": "Make", "type": SLASH}
TYPED: Final[Json] = {"name": "model", "description": "Which", "type": 3, "autocomplete": True}


def command(**more: object) -> list[Json]:
    """One command."""
    return [{**COMMAND, **more}]


def with_option(**more: object) -> list[Json]:
    """A command with one option."""
    return command(options=[{"name": "x", "description": "x", "type": 3, **more}])


def several(count: int, **more: object) -> list[Json]:
    """So many commands or options that differ in their names."""
    return [{**COMMAND, **more, "name": f"x{number}"} for number in range(count)]


def of_size(count: int) -> list[Json]:
    """A command whose names, descriptions and choices have so many characters together."""
    choices = [{"name": f"{number:02}".ljust(100, "x"), "value": "v" * 100} for number in range(24)]
    options = [{"name": "a", "description": "x", "type": 3, "choices": choices}]
    options.append({"name": "b", "description": "x", "type": 3, "choices": choices[:14]})
    left = count - len("make") - len("Make") - 2 * len("ax") - 38 * 200
    more = [{"name": f"o{number}", "description": "d" * 98, "type": 3} for number in range(left // 100)]
    rest = left - 100 * len(more) - len("r")
    more.append({"name": "r", "description": "d" * rest, "type": 3})
    return command(options=[*options, *more])


COMMANDS: dict[str, tuple[int, Callable[[int], list[Json]]]] = {
    "name": (32, lambda n: command(name="x" * n)),
    "description": (100, lambda n: command(description="x" * n)),
    "translated name": (32, lambda n: command(name_localizations={"de": "x" * n})),
    "translated description": (100, lambda n: command(description_localizations={"ja": "x" * n})),
    "options": (25, lambda n: command(options=several(n, type=3))),
    "subcommands": (25, lambda n: command(options=several(n, type=1))),
    "options of a subcommand": (25, lambda n: with_option(type=1, options=several(n, type=3))),
    "option name": (32, lambda n: with_option(name="x" * n)),
    "option description": (100, lambda n: with_option(description="x" * n)),
    "choices": (25, lambda n: with_option(choices=[{"name": f"{each}", "value": "v"} for each in range(n)])),
    "choice name": (100, lambda n: with_option(choices=[{"name": "x" * n, "value": "v"}])),
    "choice value": (100, lambda n: with_option(choices=[{"name": "x", "value": "v" * n}])),
    "translated choice": (
        100,
        lambda n: with_option(choices=[{"name": "x", "value": "v", "name_localizations": {"fr": "x" * n}}]),
    ),
    "least length": (6000, lambda n: with_option(min_length=n)),
    "greatest length": (6000, lambda n: with_option(max_length=n)),
    "greatest number": (2**53, lambda n: with_option(type=4, max_value=n)),
    "characters of a command": (8000, of_size),
    "name of an entry": (32, lambda n: [{"name": "X" * n, "type": MESSAGE_ENTRY}]),
    "translated name of an entry": (
        32,
        lambda n: [{"name": "X", "type": USER_ENTRY, "name_localizations": {"pt-BR": "X" * n}}],
    ),
}
NUMBERS: dict[str, tuple[int, int]] = {"slash": (SLASH, 100), "user": (USER_ENTRY, 15), "message": (MESSAGE_ENTRY, 15)}


def modal(**more: object) -> Json:
    """A modal of one input."""
    return {"title": "x", "custom_id": "x", "components": inputs(1), **more}


def inputs(count: int, **more: object) -> list[Json]:
    """So many inputs, each in a row of its own."""
    each = {"type": 4, "style": 1, "label": "x", **more}
    return [{"type": 1, "components": [{"custom_id": f"{number}", **each}]} for number in range(count)]


def label(**more: object) -> Json:
    """A modal of one input in a label."""
    inside = {"type": 4, "style": 1, "custom_id": "x"}
    return modal(components=[{"type": 18, "label": "x", "component": inside, **more}])


MODALS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "title": (45, lambda n: modal(title="x" * n)),
    "custom id": (100, lambda n: modal(custom_id="x" * n)),
    "inputs": (5, lambda n: modal(components=inputs(n))),
    "input's custom id": (100, lambda n: modal(components=inputs(1, custom_id="x" * n))),
    "input's label": (45, lambda n: modal(components=inputs(1, label="x" * n))),
    "placeholder": (100, lambda n: modal(components=inputs(1, placeholder="x" * n))),
    "value": (4000, lambda n: modal(components=inputs(1, value="x" * n))),
    "greatest length": (4000, lambda n: modal(components=inputs(1, max_length=n))),
    "label": (45, lambda n: label(label="x" * n)),
    "label's description": (100, lambda n: label(description="x" * n)),
}
CHOICES: dict[str, tuple[int, Callable[[int], list[Json]]]] = {
    "suggestions": (25, lambda n: [{"name": f"{each}", "value": "v"} for each in range(n)]),
    "name": (100, lambda n: [{"name": "x" * n, "value": "v"}]),
    "value": (100, lambda n: [{"name": "x", "value": "v" * n}]),
}


class Application:
    """Registers commands and answers interactions as the bot, as it is told."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, socket: aiohttp.ClientWebSocketResponse, own: int
    ) -> None:
        self._http, self._url, self._socket, self._id = http, url, socket, own

    async def register(self, commands: list[Json]) -> tuple[int, int | None]:
        """The answer's status and Discord's code."""
        async with self._http.put(f"{self._url}/applications/{self._id}/commands", json=commands) as answer:
            told = await answer.json()
            return answer.status, told.get("code") if isinstance(told, dict) else None

    async def answer(self, kind: int, data: Json) -> tuple[int, int | None]:
        """The same for the first answer to the next interaction."""
        while (frame := await self._socket.receive_json())["t"] != "INTERACTION_CREATE":
            pass
        path = f"{self._url}/interactions/{frame['d']['id']}/{frame['d']['token']}/callback"
        async with self._http.post(path, json={"type": kind, "data": data}) as answer:
            return answer.status, (await answer.json()).get("code") if answer.status != SHOWN[0] else None


@pytest.fixture
async def application(sandbox: Sandbox, world: SandboxClient) -> AsyncIterator[Application]:
    """Connected to the gateway."""
    headers = {"Authorization": "Bot sandbox-token"}
    gateway = f"ws://{sandbox.host_and_port}/gateway?v=10&encoding=json"
    async with aiohttp.ClientSession(headers=headers) as http, http.ws_connect(gateway) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "sandbox-token", "intents": 0, "properties": {}}})
        await world.wait_until_ready()
        yield Application(http, sandbox.discord_api_url, socket, (await world.bot()).id)


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_takes_what_just_fits_and_no_more(name: str, application: Application) -> None:
    most, make = COMMANDS[name]
    assert await application.register(make(most)) == TAKEN
    assert await application.register(make(most + 1)) == INVALID_FORM


@pytest.mark.parametrize("name", NUMBERS)
async def test_there_are_so_many_commands_of_a_kind(name: str, application: Application) -> None:
    kind, most = NUMBERS[name]
    listed = several(most + 1, type=kind, description="x" if kind == SLASH else "")
    assert await application.register(listed[:most]) == TAKEN
    assert await application.register(listed) == TOO_MANY


@pytest.mark.parametrize("name", MODALS)
async def test_a_modal_takes_what_just_fits_and_no_more(
    name: str, application: Application, world: SandboxClient, art: Channel, mara: User
) -> None:
    most, make = MODALS[name]
    assert await application.register(command()) == TAKEN
    for data, expected in ((make(most), SHOWN), (make(most + 1), INVALID_FORM)):
        await world.command(mara, art, "make")
        assert await application.answer(SHOW_MODAL, data) == expected


@pytest.mark.parametrize("name", CHOICES)
async def test_suggestions_take_what_just_fits_and_no_more(
    name: str, application: Application, world: SandboxClient, art: Channel, mara: User
) -> None:
    most, make = CHOICES[name]
    assert await application.register(command(options=[TYPED])) == TAKEN
    for choices, expected in ((make(most), SHOWN), (make(most + 1), INVALID_FORM)):
        await world.type_option(mara, art, "make", {"model": "f"}, "model")
        assert await application.answer(SUGGEST, {"choices": choices}) == expected
