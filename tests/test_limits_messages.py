"""Discord's limits on messages, one by one: the sandbox takes what just fits and refuses one more."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient

Json = dict[str, Any]
INVALID_FORM: Final = (400, 50035)
TOO_LARGE: Final = (413, 40005)
TAKEN: Final = (200, None)


def embed(**more: object) -> Json:
    """A message of one embed."""
    return {"embeds": [{"title": "x", **more}]}


def row(*components: Json) -> Json:
    """A message of one row of components."""
    return {"content": "x", "components": [{"type": 1, "components": list(components)}]}


def button(**more: object) -> Json:
    """A message of one button."""
    return row({"type": 2, "style": 1, "label": "x", "custom_id": "x", **more})


def select(**more: object) -> Json:
    """A message of one select."""
    return row({"type": 3, "custom_id": "x", "options": options(1), **more})


def option(**more: object) -> Json:
    """A message of one select with one option."""
    return select(options=[{"label": "x", "value": "x", **more}])


def options(count: int) -> list[Json]:
    """So many different ones."""
    return [{"label": f"{number}", "value": f"{number}"} for number in range(count)]


def buttons(count: int) -> list[Json]:
    """So many different ones."""
    return [{"type": 2, "style": 1, "label": "x", "custom_id": f"{number}"} for number in range(count)]


def fields(count: int) -> list[Json]:
    """So many of an embed."""
    return [{"name": "n", "value": "v"} for _ in range(count)]


def total(count: int) -> Json:
    """Two embeds that hold so many characters together, none of which is too long by itself."""
    return {"embeds": [{"description": "x" * 4000}, {"description": "x" * (count - 4000)}]}


LIMITS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "content": (2000, lambda n: {"content": "x" * n}),
    "nonce": (25, lambda n: {"content": "x", "nonce": "x" * n}),
    "embeds": (10, lambda n: {"embeds": [{"title": "x"}] * n}),
    "characters of all embeds": (6000, total),
    "embed title": (256, lambda n: embed(title="x" * n)),
    "embed description": (4096, lambda n: embed(description="x" * n)),
    "embed footer": (2048, lambda n: embed(footer={"text": "x" * n})),
    "embed author": (256, lambda n: embed(author={"name": "x" * n})),
    "embed fields": (25, lambda n: embed(fields=fields(n))),
    "field name": (256, lambda n: embed(fields=[{"name": "x" * n, "value": "v"}])),
    "field value": (1024, lambda n: embed(fields=[{"name": "n", "value": "x" * n}])),
    "embed link": (2048, lambda n: embed(url="https://example.com/".ljust(n, "x"))),
    "rows": (5, lambda n: {"content": "x", "components": [{"type": 1, "components": [each]} for each in buttons(n)]}),
    "buttons in a row": (5, lambda n: row(*buttons(n))),
    "custom id": (100, lambda n: button(custom_id="x" * n)),
    "button label": (80, lambda n: button(label="x" * n)),
    "button link": (512, lambda n: row({"type": 2, "style": 5, "label": "x", "url": "https://x.io/".ljust(n, "x")})),
    "select custom id": (100, lambda n: select(custom_id="x" * n)),
    "select options": (25, lambda n: select(options=options(n))),
    "select placeholder": (150, lambda n: select(placeholder="x" * n)),
    "select choices": (25, lambda n: select(options=options(25), max_values=n)),
    "option label": (100, lambda n: option(label="x" * n)),
    "option value": (100, lambda n: option(value="x" * n)),
    "option description": (100, lambda n: option(description="x" * n)),
    "mentions": (100, lambda n: {"content": "x", "allowed_mentions": {"users": [f"{each}" for each in range(n)]}}),
}
LEAST: dict[str, Json] = {
    "nothing in it": {},
    "a field without a value": embed(fields=[{"name": "n", "value": ""}]),
    "a row without components": row(),
    "an empty custom id": button(custom_id=""),
    "a button without a label": button(label=""),
    "a select without options": select(options=[]),
    "two of one custom id": row(*buttons(1), *buttons(1)),
    "two of one value": select(options=options(1) * 2),
    "a select beside a button": row(*buttons(1), {"type": 3, "custom_id": "s", "options": options(1)}),
}


class Sender:
    """Posts to a channel as the bot."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url

    async def __call__(self, body: Json) -> tuple[int, int | None]:
        """The answer's status and Discord's code."""
        async with self._http.post(self._url, json=body) as answer:
            return answer.status, (await answer.json()).get("code")

    async def files(self, *sizes: int, text: str = "") -> tuple[int, int | None]:
        """The same with files of so many bytes."""
        form = aiohttp.FormData()
        told = [{"id": number, "description": text} for number in range(len(sizes))]
        form.add_field("payload_json", aiohttp.JsonPayload({"attachments": told}), content_type="application/json")
        for number, size in enumerate(sizes):
            form.add_field(f"files[{number}]", bytes(size), filename=f"{number}.bin")
        async with self._http.post(self._url, data=form) as answer:
            return answer.status, (await answer.json()).get("code")


@pytest.fixture
async def send(sandbox: Sandbox, art: Channel) -> AsyncIterator[Sender]:
    """Posts to the channel."""
    async with aiohttp.ClientSession(headers={"Authorization": "Bot sandbox-token"}) as http:
        yield Sender(http, f"{sandbox.discord_api_url}/channels/{art.id}/messages")


@pytest.mark.parametrize("name", LIMITS)
async def test_a_message_takes_what_just_fits_and_no_more(name: str, send: Sender) -> None:
    most, make = LIMITS[name]
    assert await send(make(most)) == TAKEN
    assert await send(make(most + 1)) == INVALID_FORM


@pytest.mark.parametrize("name", LEAST)
async def test_a_message_takes_no_less_than_it_needs(name: str, send: Sender) -> None:
    status, code = await send(LEAST[name])
    assert (status, code in {50035, 50006}) == (400, True)


async def test_a_message_takes_ten_files_their_descriptions_and_the_stated_size(
    send: Sender, world: SandboxClient
) -> None:
    assert await send.files(*[1] * 10) == TAKEN
    assert await send.files(*[1] * 11) == INVALID_FORM
    assert await send.files(1, text="x" * 1024) == TAKEN
    assert await send.files(1, text="x" * 1025) == INVALID_FORM
    await world.set_discord(attachment_size_limit=1000)
    assert await send.files(500, 500) == TAKEN
    assert await send.files(500, 501) == TOO_LARGE
