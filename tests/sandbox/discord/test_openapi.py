"""The stand-in's answers, held against Discord's own description of its HTTP API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, Interaction, SandboxClient, User

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "discord.openapi.json"
pytestmark = pytest.mark.skipif(not SPEC.exists(), reason=f"Discord's description is not at {SPEC}")
COMMAND = {
    "name": "make",
    "description": "Make",
    "type": 1,
    "options": [
        {"name": "prompt", "description": "What", "type": 3, "required": True, "max_length": 4000},
        {"name": "count", "description": "How many", "type": 4, "min_value": 1, "max_value": 4},
    ],
}
MESSAGE = {
    "content": "hello",
    "embeds": [{"title": "A", "fields": [{"name": "n", "value": "v", "inline": True}], "color": 255}],
    "components": [
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 1, "label": "Again", "custom_id": "again"},
                {"type": 2, "style": 5, "label": "Link", "url": "https://example.org"},
            ],
        }
    ],
}


class Caller:
    """Calls a route of the description and validates what comes back."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession, spec: Mapping[str, Any]) -> None:
        self._sandbox, self._http, self._spec = sandbox, http, spec
        self.problems: list[str] = []

    async def __call__(self, method: str, route: str, body: object = None, /, **values: object) -> Any:
        path = route.format(**values) if values else route
        async with self._http.request(method, f"{self._sandbox.discord_api_url}{path}", json=body) as answer:
            text = await answer.text()
            responses = self._spec["paths"][route.partition("?")[0]][method.lower()]["responses"]
            described = responses.get(str(answer.status))
            if described is None:
                self.problems.append(f"{method} {route}: {answer.status} {text}")
                return None
            if "content" not in described:
                assert text == ""
                return None
            data = json.loads(text)
            schema = {**described["content"]["application/json"]["schema"], "components": self._spec["components"]}
            validator = jsonschema.Draft202012Validator(schema)
            self.problems += [
                f"{method} {route}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                for error in validator.iter_errors(data)
            ]
            return data


@pytest.fixture(scope="module")
def spec() -> Mapping[str, Any]:
    """Discord's description, read once."""
    found: Mapping[str, Any] = json.loads(SPEC.read_text())
    return found


async def test_answers_are_as_discord_describes_them(
    spec: Mapping[str, Any], sandbox: Sandbox, world: SandboxClient, mara: User, art: Channel
) -> None:
    bot, guild = await world.bot(), await world.guild()
    async with aiohttp.ClientSession(headers={"Authorization": "Bot sandbox-token"}) as http:
        call = Caller(sandbox, http, spec)
        await call("GET", "/users/@me")
        await call("GET", "/users/{user_id}", user_id=mara.id)
        await call("GET", "/applications/@me")
        await call("GET", "/oauth2/applications/@me")
        await call("GET", "/gateway")
        await call("GET", "/gateway/bot")
        await call("GET", "/guilds/{guild_id}", guild_id=guild.id)
        await call("GET", "/guilds/{guild_id}/channels", guild_id=guild.id)
        await call("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild.id, user_id=mara.id)
        await call("GET", "/channels/{channel_id}", channel_id=art.id)
        await call("POST", "/users/@me/channels", {"recipient_id": str(mara.id)})
        commands = "/applications/{application_id}/commands"
        await call("PUT", commands, [COMMAND], application_id=bot.id)
        await call("GET", commands, application_id=bot.id)
        in_guild = "/applications/{application_id}/guilds/{guild_id}/commands"
        await call("PUT", in_guild, [COMMAND], application_id=bot.id, guild_id=guild.id)
        posted = await call("POST", "/channels/{channel_id}/messages", MESSAGE, channel_id=art.id)
        one = "/channels/{channel_id}/messages/{message_id}"
        where = {"channel_id": art.id, "message_id": posted["id"]}
        await call("PATCH", one, {"content": "mended"}, **where)
        await call("GET", one, **where)
        await call("GET", "/channels/{channel_id}/messages", channel_id=art.id)
        await call("DELETE", one, **where)
        thread = await world.add_thread(art, "foxes", mara)
        await call("POST", "/channels/{channel_id}/messages", MESSAGE, channel_id=thread.id)
        await call("GET", "/channels/{channel_id}", channel_id=thread.id)
        await _answer_interactions(call, sandbox, world, mara, art)
        assert call.problems == []


async def _token(interaction: Interaction, socket: aiohttp.ClientWebSocketResponse) -> str:
    while True:
        frame = await socket.receive_json()
        if frame["t"] == "INTERACTION_CREATE" and frame["d"]["id"] == str(interaction.id):
            return str(frame["d"]["token"])


async def _answer_interactions(call: Caller, sandbox: Sandbox, world: SandboxClient, mara: User, art: Channel) -> None:
    """Answer a command in each way and use its webhook."""
    bot = await world.bot()
    callback = "/interactions/{interaction_id}/{interaction_token}/callback"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"ws://{sandbox.host_and_port}/gateway?v=10&encoding=json") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "sandbox-token", "intents": 0, "properties": {}}})
        await world.wait_until_ready()
        for kind, data in ((4, MESSAGE), (5, {"flags": 64})):
            sent = await world.command(mara, art, "make", {"prompt": "cat"})
            token = await _token(sent, socket)
            at = {"interaction_id": sent.id, "interaction_token": token}
            body = {"type": kind, "data": data}
            await call("POST", f"{callback}?with_response=true", body, **at)
            hook = {"webhook_id": bot.id, "webhook_token": token}
            original = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
            await call("GET", original, **hook)
            await call("PATCH", original, {"content": "done"}, **hook)
            follow_up = await call("POST", "/webhooks/{webhook_id}/{webhook_token}", MESSAGE, **hook)
            one = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
            await call("GET", one, **hook, message_id=follow_up["id"])
            await call("DELETE", one, **hook, message_id=follow_up["id"])
            await call("DELETE", original, **hook)
