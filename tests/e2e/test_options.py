"""Every option of `/imagine` on its way to the image API: name, type, value, and nothing that nobody chose."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, UNSAFE, Bot, fields, shows_images

URL = "https://example.com/style.safetensors"
UNPAINTED = "a forbidden-fruit"  # good for the sandbox, and then refused for its content: nothing has to be painted
FLUX_1 = {"model": "flux-lora", "seed": 9}
FLUX_2 = {"model": "flux-2-lora", "seed": 9}
EACH_OPTION = [
    (FLUX_1, {"size": "portrait_16_9"}, {"image_size": "portrait_16_9"}),
    (FLUX_1, {"count": 2}, {"num_images": 2}),
    (FLUX_1, {"seed": -5}, {"seed": -5}),
    (FLUX_1, {"steps": 50}, {"num_inference_steps": 50}),
    (FLUX_1, {"guidance": 0}, {"guidance_scale": 0}),
    (FLUX_1, {"guidance": 12.25}, {"guidance_scale": 12.25}),
    (FLUX_1, {"lora": URL}, {"loras": [{"path": URL, "scale": 1}]}),  # this vendor requires a scale
    (FLUX_1, {"lora": URL, "lora_scale": 1.5}, {"loras": [{"path": URL, "scale": 1.5}]}),
    (FLUX_1, {"format": "png"}, {"output_format": "png"}),
    (FLUX_1, {"safety": True}, {"enable_safety_checker": True}),
    (FLUX_1, {"private": True}, {}),
    (FLUX_2, {"size": "square"}, {"image_size": "square"}),
    (FLUX_2, {"width": 1472, "height": 512}, {"image_size": {"width": 1472, "height": 512}}),
    (FLUX_2, {"count": 3}, {"num_images": 3}),
    (FLUX_2, {"seed": 2**53 - 1}, {"seed": 2**53 - 1}),
    (FLUX_2, {"steps": 4}, {"num_inference_steps": 4}),
    (FLUX_2, {"guidance": 20}, {"guidance_scale": 20}),
    (FLUX_2, {"lora": "owner/repo"}, {"loras": [{"path": "owner/repo"}]}),
    (
        FLUX_2,
        {"lora": "o/r", "lora_scale": 0, "lora2": URL, "lora3": "p/q", "lora3_scale": 4},
        {"loras": [{"path": "o/r", "scale": 0}, {"path": URL}, {"path": "p/q", "scale": 4}]},
    ),
    (FLUX_2, {"format": "webp"}, {"output_format": "webp"}),
    (FLUX_2, {"expand_prompt": False}, {"enable_prompt_expansion": False}),
    (FLUX_2, {"speed": "high"}, {"acceleration": "high"}),
    (FLUX_2, {"safety": True}, {"enable_safety_checker": True}),
    (FLUX_2, {"private": True}, {}),
]


async def sent(world: SandboxClient, model: str) -> Mapping[str, Any]:
    """The one create that an API got."""
    creates = [
        request
        for request in await world.image_requests("eachlabs" if model == "flux-lora" else "aimlapi")
        if request["method"] == "POST" and not request["path"].endswith("/cancel")  # of what failed early
    ]
    assert len(creates) == 1
    return creates[0]


def inputs(create: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a create says about the image."""
    body: Mapping[str, Any] = create["body"]
    return body["input"] if "input" in body else {name: value for name, value in body.items() if name != "model"}


def same_json(value: object, other: object) -> bool:
    """Equal, and of the same types: True is not 1; 0 and 0.0 are both JSON's number."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(same_json(value[key], other[key]) for key in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(same_json, value, other))
    return value == other


@pytest.mark.parametrize(("base", "chosen", "expected"), EACH_OPTION)
async def test_each_option_reaches_the_api_by_its_name_with_its_type_and_value(
    base: dict[str, Any],
    chosen: dict[str, Any],
    expected: dict[str, Any],
    bot: Bot,
    world: SandboxClient,
    art: Channel,
    mara: User,
) -> None:
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": UNPAINTED, **base, **chosen})
    await bot.wait_for_job("failed")
    received = inputs(await sent(world, base["model"]))
    assert same_json(received, {"prompt": UNPAINTED, "seed": 9} | expected), received
    assert [job["failure_reason"] for job in await bot.jobs()] == ["content_refused"]  # and not for its options


async def test_flux_1_gets_everything_at_once(bot: Bot, world: SandboxClient, dark: Channel, mara: User) -> None:
    assert dark.guild_id is not None
    await bot.decide(dark.guild_id, UNSAFE)
    await bot.start(safety_off_guilds=[dark.guild_id])
    everything = {
        "prompt": "  two foxes, “quoted” & <b>bold</b> 🦊  ",
        "model": "flux-lora", "size": "square", "count": 2, "seed": 7, "steps": 12, "guidance": 7.5,
        "lora": URL, "lora_scale": -0.5, "format": "png", "safety": False, "private": True,
    }  # fmt: skip
    await world.command(mara, dark, "imagine", everything)
    await world.wait_for_message(dark, mara, shows_images, PATIENCE)
    create = await sent(world, "flux-lora")
    assert same_json(
        create["body"],
        {
            "model": "bfl-flux-lora",
            "version": "0.0.1",
            "input": {
                "prompt": "two foxes, “quoted” & <b>bold</b> 🦊",
                "image_size": "square",
                "num_images": 2,
                "seed": 7,
                "num_inference_steps": 12,
                "guidance_scale": 7.5,
                "loras": [{"path": URL, "scale": -0.5}],
                "output_format": "png",
                "enable_safety_checker": False,
            },
        },
    ), create["body"]
    assert create["path"] == "/eachlabs/v1/prediction/"
    assert create["headers"]["X-API-Key"] == "sandbox-eachlabs-key"
    assert create["headers"]["Content-Type"] == "application/json"


async def test_flux_2_gets_everything_at_once(bot: Bot, world: SandboxClient, dark: Channel, mara: User) -> None:
    assert dark.guild_id is not None
    await bot.decide(dark.guild_id, UNSAFE)
    await bot.start(safety_off_guilds=[dark.guild_id], webhooks=True)
    everything = {
        "prompt": "a fox", "model": "flux-2-lora", "width": 512, "height": 544, "count": 2, "seed": 1, "steps": 50,
        "guidance": 2.5, "lora": "a/b", "lora_scale": 1, "lora2": URL, "lora2_scale": 2.5, "lora3": "c/d",
        "lora3_scale": 0.1, "format": "jpeg", "expand_prompt": True, "speed": "none", "safety": False,
    }  # fmt: skip
    await world.command(mara, dark, "imagine", everything)
    message = await world.wait_for_message(dark, mara, shows_images, PATIENCE)
    create = await sent(world, "flux-2-lora")
    assert same_json(
        create["body"],
        {
            "model": "blackforestlabs/flux-2-lora",
            "prompt": "a fox",
            "image_size": {"width": 512, "height": 544},
            "num_images": 2,
            "seed": 1,
            "num_inference_steps": 50,
            "guidance_scale": 2.5,
            "loras": [{"path": "a/b", "scale": 1}, {"path": URL, "scale": 2.5}, {"path": "c/d", "scale": 0.1}],
            "output_format": "jpeg",
            "enable_prompt_expansion": True,
            "acceleration": "none",
            "enable_safety_checker": False,
        },
    ), create["body"]
    assert create["path"] == "/aimlapi/v1/images/generations"
    assert create["headers"]["Authorization"] == "Bearer sandbox-aimlapi-key"
    assert fields(message)["Size"] == "512 × 544"
    assert fields(message)["Options"] == "format jpeg · expand_prompt True · speed none · safety False"


@pytest.mark.parametrize("model", ["flux-lora", "flux-2-lora"])
async def test_a_prompt_alone_is_sent_with_a_drawn_seed_and_nothing_else(
    model: str, bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await world.command(mara, art, "imagine", {"prompt": "a fox", "model": model})
    message = await world.wait_for_message(art, mara, shows_images, PATIENCE)
    received = inputs(await sent(world, model))
    assert received.keys() == {"prompt", "seed"}
    assert isinstance(received["seed"], int)
    assert 1 <= received["seed"] < 2**31
    assert fields(message)["Seed"] == f"`{received['seed']}`"


async def test_two_drawn_seeds_differ(bot: Bot, imagine: Imagine) -> None:
    await bot.start(webhooks=True)
    assert fields(await imagine())["Seed"] != fields(await imagine())["Seed"]


@pytest.mark.parametrize("webhooks", [True, False])
async def test_a_webhook_is_asked_for_only_where_one_can_arrive(
    *, webhooks: bool, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=webhooks)
    await imagine(model="flux-lora")
    body = (await sent(world, "flux-lora"))["body"]
    if not webhooks:
        assert body.keys() == {"model", "version", "input"}
        return
    assert body.keys() == {"model", "version", "input", "webhook_url", "webhook_secret"}
    (job,) = await bot.jobs()
    assert body["webhook_url"] == f"{bot.url}/webhooks/eachlabs/{job['id']}/{job['webhook_token']}"
    assert body["webhook_secret"] == job["webhook_secret"]
    assert len(job["webhook_token"]) >= 32
    assert job["webhook_token"] != job["webhook_secret"]
