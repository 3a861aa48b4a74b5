"""Every request of a long visit is one that Discord and both vendors describe."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sandbox.client import Channel, RecordedRequest, SandboxClient, User
from tests.e2e.scenario import Visit
from tests.e2e.support import Bot

SPECS = Path(__file__).parents[2].parent / "shared" / "specs"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"the APIs' own descriptions are not at {SPECS}")
MULTIPART, JSON = "multipart/form-data", "application/json"
PROVEN = {
    "get_own_user", "get_bot_gateway", "sync_commands", "callback", "edit_followup", "edit_original",
    "delete_original", "create_followup", "create_message", "edit_message", "open_dm",
}  # fmt: skip
"""What the visit is known to make the bot do; without these it would prove little."""


@lru_cache
def description(name: str) -> Mapping[str, Any]:
    """An API's description."""
    found: dict[str, Any] = json.loads((SPECS / f"{name}.openapi.json").read_text(encoding="utf-8"))
    if name == "discord":
        # The description has ids as texts; Discord has always taken numbers too, and discord.py writes them so.
        schemas = found["components"]["schemas"]
        schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    return found


def problems(schema: Mapping[str, Any], components: Mapping[str, Any], body: object) -> Iterator[str]:
    """What is wrong with a body."""
    whole = {**schema, "components": components}
    for error in jsonschema.Draft202012Validator(whole).iter_errors(body):
        yield f"{'/'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:300]}"


def routes_of(spec: Mapping[str, Any], path: str) -> list[str]:
    """The path templates that fit, the most literal one first: `@original` goes before `{message_id}`."""
    fitting = [
        template
        for template in spec["paths"]
        if re.fullmatch(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template)), path)
    ]
    return sorted(fitting, key=lambda template: template.count("{"))


def discord_problems(request: RecordedRequest) -> Iterator[str]:
    """How a request differs from what Discord describes."""
    spec = description("discord")
    routes = routes_of(spec, request.path)
    if not routes or request.method.lower() not in spec["paths"][routes[0]]:
        yield "no such route"
        return
    operation = spec["paths"][routes[0]][request.method.lower()]
    parameters = [*spec["paths"][routes[0]].get("parameters", ()), *operation.get("parameters", ())]
    known = {parameter["name"] for parameter in parameters if parameter.get("in") == "query"}
    yield from (f"no such query parameter: {name}" for name in request.query.keys() - known)
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        if request.payload is not None:
            yield "a body where there is none"
        return
    kind = MULTIPART if request.content_type.startswith(MULTIPART) else JSON
    if kind not in content:
        yield f"a body of {kind}"
        return
    body = request.payload
    if kind == MULTIPART and isinstance(body, dict):  # there the files stand beside the values of payload_json
        body = body | {file["field"]: "binary" for file in request.files}
    yield from problems(content[kind]["schema"], spec["components"], body)


@pytest.fixture
async def visited(bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User, olga: User) -> SandboxClient:
    """The world after a long visit."""
    await bot.start(webhooks=True)
    await Visit(world, art, mara, ben, olga).use_everything()
    await bot.stop()
    return world


def test_the_validation_itself_sees_what_is_wrong() -> None:
    good = RecordedRequest(
        index=1, method="POST", path="/channels/1/messages", query={}, content_type=JSON, operation="create_message",
        payload={"content": "x"}, files=(), status=200, error_code=None, started_ms=0, finished_ms=1, fault=False,
    )  # fmt: skip
    fields = vars(good)
    assert list(discord_problems(good)) == []
    for change in (
        {"path": "/channels/1/massages"},
        {"method": "PUT"},
        {"payload": {"content": 5}},
        {"payload": {"content": "x" * 5000}},
        {"payload": {"embeds": [{"title": "x" * 300}]}},
        {"query": {"wait": "true"}},
    ):
        assert list(discord_problems(RecordedRequest(**{**fields, **change}))), change


async def test_every_request_of_a_long_visit_is_as_the_apis_describe_it(visited: SandboxClient) -> None:
    requests = await visited.requests()
    assert {request.operation for request in requests} >= PROVEN
    found = {
        f"{request.method} {request.operation}: {problem}"
        for request in requests
        for problem in discord_problems(request)
    }
    assert sorted(found) == []
    refused = {
        (request.operation, request.status, request.error_code)
        for request in requests
        if not request.fault and request.status is not None and request.status >= 400
    }
    # Only what the visit provokes: the tokens whose quarter of an hour is over.
    assert refused <= {("edit_followup", 401, 50027)}

    eachlabs, aimlapi = description("eachlabs"), description("aimlapi-flux-2-lora")
    create = eachlabs["paths"]["/v1/prediction"]["post"]["requestBody"]["content"][JSON]["schema"]
    generate = aimlapi["paths"]["/v1/images/generations"]["post"]["requestBody"]["content"][JSON]["schema"]
    sent = 0
    for request in await visited.image_requests("eachlabs"):
        path = request["path"].removeprefix("/eachlabs").rstrip("/")
        (route,) = routes_of(eachlabs, path)[:1]
        assert request["method"].lower() in eachlabs["paths"][route], request
        if route == "/v1/prediction":
            assert list(problems(create, eachlabs["components"], request["body"])) == []
            sent += 1
    for request in await visited.image_requests("aimlapi"):
        assert list(problems({**generate, "additionalProperties": False}, {}, request["body"])) == []
        sent += 1
    assert sent >= 15
