import asyncio
from typing import Any

import pytest

from sandbox.fault_kinds import FaultKind

KEY = {"X-API-Key": "sandbox-eachlabs-key"}


async def test_a_prediction_passes_through_its_statuses_to_a_real_image(world: Any) -> None:
    """Created, starting, processing by the clock; then a picture of the asked size and kind."""
    await world.turn("eachlabs", duration_s=1000)
    created = await world.create({"output_format": "png", "seed": 7})
    assert created.status == 200
    assert created.body["status"] == "success"
    assert created.headers["X-Request-Id"]
    one = created.body["predictionID"]
    seen = [(await world.poll(one))["status"]]
    for seconds in (150, 500):
        world.clock.advance(seconds)
        seen.append((await world.poll(one))["status"])
    assert seen == ["created", "starting", "processing"]
    world.clock.advance(400)
    ended = await world.ended(one)
    assert ended["status"] == "success"
    assert ended["predictionID"] == one
    assert ended["metrics"] == {"predict_time": pytest.approx(1050, abs=20), "cost": 0.035}
    image = await world.image(ended["output"])
    assert (image.size, image.format) == ((512, 512), "PNG")


@pytest.mark.parametrize(
    ("preset", "size"),
    [
        ("square_hd", (1024, 1024)),
        ("square", (512, 512)),
        ("portrait_4_3", (768, 1024)),
        ("portrait_16_9", (576, 1024)),
        ("landscape_4_3", (1024, 768)),
        ("landscape_16_9", (1024, 576)),
    ],
)
async def test_a_preset_has_its_size(world: Any, preset: str, size: tuple[int, int]) -> None:
    """The six presets in pixels, as jpeg when nothing else is asked."""
    created = await world.create({"image_size": preset})
    image = await world.image((await world.ended(created.body["predictionID"]))["output"])
    assert (image.size, image.format) == (size, "JPEG")


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ("string", lambda output: [output]),
        ("list", lambda output: output),
        ("object", lambda output: [output["url"]]),
        ("images", lambda output: [each["url"] for each in output["images"]]),
    ],
)
async def test_the_output_comes_in_each_documented_shape(world: Any, shape: str, read: Any) -> None:
    """A string, a list, an object with url, an object with images."""
    await world.turn("eachlabs", output_shape=shape)
    created = await world.create()
    (url,) = read((await world.ended(created.body["predictionID"]))["output"])
    await world.image(url)


async def test_several_images_are_a_list_and_differ(world: Any) -> None:
    """By default the shape follows the number of images."""
    created = await world.create({"num_images": 2})
    ended = await world.ended(created.body["predictionID"])
    first, second = [await world.image(url) for url in ended["output"]]
    assert first.tobytes() != second.tobytes()
    assert ended["metrics"]["cost"] == 0.07


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": 5}, "prompt: must be of type string"),
        ({"image_size": {"width": 512, "height": 512}}, "image_size"),
        ({"image_size": "huge"}, "image_size: must be one of square_hd"),
        ({"num_inference_steps": 51}, "num_inference_steps: must be at most 50"),
        ({"num_inference_steps": True}, "num_inference_steps: must be of type integer"),
        ({"seed": 1.5}, "seed"),
        ({"guidance_scale": -0.1}, "guidance_scale: must be at least 0"),
        ({"guidance_scale": "3"}, "guidance_scale"),
        ({"num_images": 5}, "num_images: must be at most 4"),
        ({"output_format": "webp"}, "output_format: must be one of jpeg, png"),
        ({"enable_safety_checker": "true"}, "enable_safety_checker"),
        ({"loras": []}, "loras: must have exactly 1"),
        ({"loras": '[{"path": "https://a.b/c", "scale": 1}]'}, "loras: must be of type array"),
        ({"loras": [{"path": "https://a.b/c"}]}, "loras.0.scale: is required"),
        ({"loras": [{"path": "http://a.b/c", "scale": 1}]}, "public https URL"),
        ({"loras": [{"path": "https://localhost/c", "scale": 1}]}, "public https URL"),
        ({"loras": [{"path": "https://192.168.0.1/c", "scale": 1}]}, "public https URL"),
        ({"loras": [{"path": "data:abc", "scale": 1}]}, "public https URL"),
        ({"loras": [{"path": "https://a.b/c", "scale": 1}] * 2}, "exactly 1"),
        ({"speed": "high"}, "speed: is not a known field"),
    ],
)
async def test_an_input_out_of_bounds_is_refused(world: Any, fields: dict[str, object], says: str) -> None:
    """400 names the field at fault, and nothing is created."""
    refused = await world.create(fields)
    assert refused.status == 400
    assert refused.body["status"] == "error"
    assert says in refused.body["details"]
    assert await world.read("eachlabs/predictions", "predictions") == []


async def test_good_inputs_are_accepted_and_kept_as_they_came(world: Any) -> None:
    """The control API shows the exact body, the headers and what was paid."""
    fields = {"loras": [{"path": "https://a.b/c.safetensors", "scale": 1}], "guidance_scale": 35, "seed": -3}
    created = await world.create(fields)
    await world.ended(created.body["predictionID"])
    (prediction,) = await world.read("eachlabs/predictions", "predictions")
    assert prediction["input"] == {"prompt": "a cat", "image_size": "square", **fields}
    assert prediction["paid_micro_usd"] == 35_000
    request = (await world.read("eachlabs/requests", "requests"))[0]
    assert (request["method"], request["path"]) == ("POST", "/eachlabs/v1/prediction/")
    assert request["headers"]["X-API-Key"] == "sandbox-eachlabs-key-1"
    assert request["body"]["input"] == prediction["input"]
    assert request["status"] == 200


async def test_wrong_keys_models_and_bodies(world: Any) -> None:
    """401, 404 and 400 in either error shape; Bearer is as good as X-API-Key."""
    good = {"model": "bfl-flux-lora", "version": "0.0.1", "input": {"prompt": "x", "image_size": "square"}}
    path = "/eachlabs/v1/prediction"
    assert (await world.ask("POST", path, json=good, headers={"X-API-Key": "other"})).status == 401
    bearer = {"Authorization": "Bearer sandbox-eachlabs-key-2"}
    created = await world.ask("POST", path, json=good, headers=bearer)
    assert created.status == 200
    unknown = await world.ask("POST", path, json={**good, "model": "other"}, headers=KEY)
    assert (unknown.status, unknown.body["message"]) == (404, "Model other not found")
    await world.turn("eachlabs", error_shape="error")
    broken = await world.ask("POST", path, data=b"{", headers=KEY)
    assert broken.body == {"status": 400, "error": "Invalid request body", "details": ["body: is not JSON"]}
    extra = await world.ask("POST", path, json={**good, "callback": 1}, headers=KEY)
    assert extra.body["details"] == ["callback: is not a known field"]
    missing = await world.ask("GET", "/eachlabs/v1/prediction/none", headers=KEY)
    assert (missing.status, missing.body["error"]) == (404, "Prediction not found")


async def test_concurrency_is_limited_and_measured_by_key(world: Any) -> None:
    """The eleventh in flight is refused with Retry-After until one ends."""
    await world.turn("eachlabs", hold=True, concurrency=2)
    first = await world.create()
    await world.create()
    refused = await world.create()
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    await world.ask("POST", f"/sandbox/eachlabs/predictions/{first.body['predictionID']}/finish")
    await world.ended(first.body["predictionID"])
    assert (await world.create()).status == 200
    use = (await world.read("eachlabs/stats", "keys"))["sandbox-eachlabs-key-1"]
    assert use == {"in_flight": 2, "max_in_flight": 2, "accepted": 3, "refused": 1, "max_per_minute": 3}


async def test_creates_per_minute_are_limited(world: Any) -> None:
    """The window slides with the clock; Retry-After says when it opens."""
    await world.turn("eachlabs", creates_per_minute=2, hold=True)
    await world.create()
    world.clock.advance(20)
    await world.create()
    refused = await world.create()
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) in {39, 40}
    world.clock.advance(41)
    assert (await world.create()).status == 200
    await world.turn("eachlabs", retry_after=False)
    assert "Retry-After" not in (await world.create()).headers


async def test_the_balance_counts_what_is_in_flight(world: Any) -> None:
    """402 once what was spent and what is promised reach what was paid in."""
    await world.turn("eachlabs", balance_usd=0.07, hold=True)
    assert (await world.create({"num_images": 2})).status == 200
    assert (await world.create()).status == 402


async def test_executions_are_listed_newest_first_and_filtered(world: Any) -> None:
    """By model, time and status, in pages; without the input."""
    ids = []
    for _ in range(3):
        created = await world.create()
        ids.append(created.body["predictionID"])
        await world.ended(ids[-1])
        world.clock.advance(60)
    path = "/eachlabs/v1/executions"
    page = (await world.ask("GET", f"{path}?model=bfl-flux-lora&limit=2", headers=KEY)).body
    assert [each["id"] for each in page["executions"]] == [ids[2], ids[1]]
    assert (page["total_count"], page["total_capped"], page["limit"]) == (3, False, 2)
    assert "input" not in page["executions"][0]
    since = page["executions"][0]["created_at"]
    newest = (await world.ask("GET", path, params={"from": since, "status": "success"}, headers=KEY)).body
    assert [each["id"] for each in newest["executions"]] == [ids[2]]
    assert (await world.ask("GET", f"{path}?model=other", headers=KEY)).body["executions"] == []
    assert (await world.ask("GET", f"{path}?offset=2", headers=KEY)).body["executions"][0]["id"] == ids[0]
    for bad in ("status=done", "limit=0", "limit=x", "from=yesterday"):
        assert (await world.ask("GET", f"{path}?{bad}", headers=KEY)).status == 400
    assert (await world.ask("GET", path)).status == 401


async def test_an_execution_may_be_listed_late_and_is_not_listed_for_ever(world: Any) -> None:
    """By default the list goes back ninety days."""
    await world.turn("eachlabs", appears_after_s=30)
    created = await world.create()
    prediction_id = created.body["predictionID"]
    await world.ended(prediction_id)

    async def listed(**query: str) -> list[str]:
        page = (await world.ask("GET", "/eachlabs/v1/executions", params=query, headers=KEY)).body
        return [each["id"] for each in page["executions"]]

    assert await listed() == []
    world.clock.advance(30)
    assert await listed() == [prediction_id]
    world.clock.advance(90 * 24 * 3600)
    assert await listed() == []
    assert await listed(**{"from": "2020-01-01T00:00:00Z"}) == [prediction_id]


async def test_the_create_path_can_redirect(world: Any) -> None:
    """One of the two spellings answers 307 or 308 with the other's path, as set."""
    await world.turn("eachlabs", create_redirect="to_bare", create_redirect_status=308)
    moved = await world.create()
    assert (moved.status, moved.headers["Location"]) == (308, "/eachlabs/v1/prediction")
    async with world.http.post(
        f"{world.url}/eachlabs/v1/prediction/",
        json={"model": "bfl-flux-lora", "input": {"prompt": "x", "image_size": "square"}},
        headers=KEY,
    ) as followed:
        assert followed.status == 200


async def test_the_model_is_described_to_anyone(world: Any) -> None:
    """Its request schema holds the documented bounds."""
    model = (await world.ask("GET", "/eachlabs/v1/model?slug=bfl-flux-lora")).body
    assert model["request_schema"]["properties"]["guidance_scale"]["maximum"] == 35
    assert (await world.ask("GET", "/eachlabs/v1/model?slug=x")).status == 404
    assert (await world.ask("GET", "/eachlabs/v1/model")).status == 400


async def test_faults_strike_before_and_after_the_create(world: Any) -> None:
    """Before: nothing is created. After: it is, and the answer is lost."""
    world.fault("eachlabs.create", FaultKind.HTML)
    assert (await world.create()).status == 502
    assert await world.read("eachlabs/predictions", "predictions") == []
    world.fault("eachlabs.create", FaultKind.LOST_ANSWER, match="a cat")
    with pytest.raises(Exception, match="disconnected"):
        await world.create()
    assert len(await world.read("eachlabs/predictions", "predictions")) == 1
    statuses = [each["status"] for each in await world.read("eachlabs/requests", "requests")]
    assert statuses == [502, None]


async def test_stopping_ends_what_is_in_flight(world: Any) -> None:
    """The fixture's end must not wait for a held prediction."""
    await world.turn("eachlabs", hold=True)
    await world.create()
    async with asyncio.timeout(30):
        assert (await world.read("eachlabs/stats", "keys"))["sandbox-eachlabs-key-1"]["in_flight"] == 1
