import asyncio
import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sandbox.fault_kinds import FaultKind

PATH = "/aimlapi/v1/images/generations"


@pytest.mark.parametrize(("kind", "format_name"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
async def test_the_answer_is_the_result(world: Any, kind: str, format_name: str) -> None:
    """Links to images of the asked size and kind, and the tokens used."""
    answer = await world.generate(image_size={"width": 544, "height": 512}, output_format=kind, num_images=2)
    assert answer.status == 200
    assert answer.body["meta"] == {"usage": {"tokens_used": 88_200}}
    assert len(answer.body["data"]) == 2
    for entry in answer.body["data"]:
        assert entry["b64_json"] is None
        image = await world.image(entry["url"])
        assert (image.size, image.format) == ((544, 512), format_name)


async def test_every_started_megapixel_is_billed(world: Any) -> None:
    """44,100 tokens for the vendor's example of 1472 x 512; double above a million pixels."""
    one = await world.generate(image_size={"width": 1472, "height": 512})
    assert one.body["meta"]["usage"]["tokens_used"] == 44_100
    two = await world.generate(image_size={"width": 1024, "height": 1024})
    assert two.body["meta"]["usage"]["tokens_used"] == 88_200
    generations = await world.read("aimlapi/generations", "generations")
    assert [each["paid_micro_usd"] for each in generations] == [22_050, 44_100]


async def test_other_answers_that_the_vendor_gives(world: Any) -> None:
    """base64 instead of links, credits instead of tokens, no usage, the shape of other FLUX models."""
    await world.turn("aimlapi", answer="b64_json", usage="credits_used")
    answer = await world.generate()
    assert answer.body["meta"]["usage"] == {"credits_used": 44_100}
    (entry,) = answer.body["data"]
    assert entry["url"] is None
    assert Image.open(BytesIO(base64.b64decode(entry["b64_json"]))).size == (512, 512)
    await world.turn("aimlapi", usage="none")
    assert "meta" not in (await world.generate()).body
    await world.turn("aimlapi", answer_shape="images")
    body = (await world.generate(seed=9)).body
    assert (body["seed"], body["prompt"], body["has_nsfw_concepts"]) == (9, "a cat", [False])
    assert body["images"][0] | {"url": ""} == {
        "url": "",
        "width": 512,
        "height": 512,
        "content_type": "image/png",
    }


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"prompt": ""}, ["prompt"]),
        ({"prompt": "x" * 4001}, ["prompt"]),
        ({"image_size": {"width": 480, "height": 512}}, ["image_size", "width"]),
        ({"image_size": {"width": 513, "height": 512}}, ["image_size", "width"]),
        ({"image_size": {"width": 512, "height": 2080}}, ["image_size", "height"]),
        ({"image_size": "huge"}, ["image_size"]),
        ({"image_size": 7}, ["image_size"]),
        ({"output_format": "gif"}, ["output_format"]),
        ({"num_images": 0}, ["num_images"]),
        ({"num_images": 1.5}, ["num_images"]),
        ({"seed": 0}, ["seed"]),
        ({"guidance_scale": 20.5}, ["guidance_scale"]),
        ({"num_inference_steps": 3}, ["num_inference_steps"]),
        ({"acceleration": "warp"}, ["acceleration"]),
        ({"loras": [{"path": "a/b"}] * 4}, ["loras"]),
        ({"loras": [{"path": "a/b", "scale": 4.1}]}, ["loras", 0, "scale"]),
        ({"loras": [{"path": "ftp://a/b"}]}, ["loras", 0, "path"]),
        ({"steps": 5}, ["steps"]),
    ],
)
async def test_a_body_out_of_bounds_is_refused(world: Any, fields: Any, path: list[object]) -> None:
    """400 with the fields at fault, in either error shape; nothing is paid."""
    refused = await world.generate(**fields)
    assert (refused.status, refused.body["message"]) == (400, "Body validation error!")
    assert [each["path"] for each in refused.body["error"]["data"]["issues"]] == [path]
    await world.turn("aimlapi", error_shape="flat")
    refused = await world.generate(**fields)
    assert refused.body["statusCode"] == 400
    assert [each["path"] for each in refused.body["errors"]] == [path]
    assert refused.body["requestId"] == refused.headers["X-Request-Id"]
    assert await world.read("aimlapi/generations", "generations") == []


async def test_bounds_themselves_are_good(world: Any) -> None:
    """The largest of everything is accepted and kept as it came."""
    fields = {
        "prompt": "x" * 4000,
        "guidance_scale": 20,
        "num_inference_steps": 50,
        "seed": 1,
        "acceleration": "none",
        "enable_prompt_expansion": False,
        "enable_safety_checker": False,
        "loras": [{"path": "owner/repo", "scale": 4}, {"path": "https://a.b/c"}, {"path": "o.n/r-2"}],
    }
    assert (await world.generate(**fields)).status == 200
    (generation,) = await world.read("aimlapi/generations", "generations")
    assert fields.items() <= generation["body"].items()
    (request,) = await world.read("aimlapi/requests", "requests")
    assert request["headers"]["Authorization"] == "Bearer sandbox-aimlapi-key-1"


async def test_wrong_keys_models_and_bodies(world: Any) -> None:
    """401, 404 and 400."""
    body = {"model": "blackforestlabs/flux-2-lora", "prompt": "x"}
    assert (await world.ask("POST", PATH, json=body)).status == 401
    assert (await world.ask("POST", PATH, json=body, headers={"Authorization": "Bearer x"})).status == 401
    assert (await world.ask("POST", PATH, json=body, headers={"X-API-Key": "sandbox-aimlapi-key"})).status == 401
    assert (await world.generate(model="other")).status == 404
    good = {"Authorization": "Bearer sandbox-aimlapi-key"}
    for broken in (b"{", b"[]"):
        assert (await world.ask("POST", PATH, data=broken, headers=good)).status == 400


async def test_credits_run_out(world: Any) -> None:
    """403 with the vendor's own spelling of the kind."""
    await world.turn("aimlapi", balance_tokens=50_000)
    assert (await world.generate()).status == 200
    refused = await world.generate()
    assert refused.status == 403
    assert refused.body["error"]["data"]["kind"] == "err_insufficent_credits"


async def test_content_is_refused_with_the_checker_on(world: Any) -> None:
    """400, or has_nsfw_concepts in the other shape; nothing is paid."""
    refused = await world.generate(prompt="a forbidden-fruit")
    assert refused.status == 400
    assert "content policy" in refused.body["message"]
    assert (await world.generate(prompt="a forbidden-fruit", enable_safety_checker=False)).status == 200
    await world.turn("aimlapi", answer_shape="images", refused_word="cat")
    flagged = await world.generate()
    assert (flagged.status, flagged.body["has_nsfw_concepts"]) == (200, [True])
    paid = [each["paid_tokens"] for each in await world.read("aimlapi/generations", "generations")]
    assert paid == [0, 44_100, 0]


async def test_an_answer_waits_and_too_many_at_once_are_refused(world: Any) -> None:
    """The request stays open until the images exist."""
    await world.turn("aimlapi", hold=True, concurrency=1)
    working = asyncio.ensure_future(world.generate())
    await world.event("generation_started")
    refused = await world.generate()
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert not working.done()
    await world.turn("aimlapi", hold=False)
    assert (await working).status == 200
    use = (await world.read("aimlapi/stats", "keys"))["sandbox-aimlapi-key-1"]
    assert (use["max_in_flight"], use["in_flight"], use["refused"]) == (1, 0, 1)


async def test_a_lost_answer_is_paid_for(world: Any) -> None:
    """The fault that an honest client must not answer with a second create."""
    world.fault("aimlapi.generate", FaultKind.LOST_ANSWER)
    with pytest.raises(Exception, match="disconnected"):
        await world.generate()
    (generation,) = await world.read("aimlapi/generations", "generations")
    assert (generation["status"], generation["paid_tokens"]) == ("answered", 44_100)


async def test_a_client_that_leaves_has_paid_all_the_same(world: Any) -> None:
    """Nobody hears the answer, the vendor bills it."""
    await world.turn("aimlapi", hold=True)
    leaving = asyncio.ensure_future(world.generate())
    await world.event("generation_started")
    leaving.cancel()
    await world.turn("aimlapi", hold=False)
    await world.event("generation_ended", status="answered")


async def test_one_held_request_is_answered_when_it_is_let_go(world: Any) -> None:
    """The others stay held."""
    await world.turn("aimlapi", hold=True)
    asked = [asyncio.ensure_future(world.generate(prompt=prompt)) for prompt in ("first", "second")]
    await world.event("generation_started", times=2)
    (let_go,) = [
        each["id"]
        for each in await world.read("aimlapi/generations", "generations")
        if each["body"]["prompt"] == "second"
    ]
    assert (await world.ask("POST", f"/sandbox/aimlapi/generations/{let_go}/finish")).status == 200
    assert (await asked[1]).status == 200
    assert not asked[0].done()
    assert (await world.ask("POST", "/sandbox/aimlapi/generations/nothing/finish")).status == 404
    await world.turn("aimlapi", hold=False)
    assert (await asked[0]).status == 200
