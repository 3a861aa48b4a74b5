import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User

CREATE = {"model": "bfl-flux-lora", "input": {"prompt": "a fox", "image_size": "square", "num_images": 2}}
GENERATE = {"model": "blackforestlabs/flux-2-lora", "prompt": "an owl", "image_size": "square"}
EACHLABS = {"X-API-Key": "sandbox-eachlabs-key-2"}
AIMLAPI = {"Authorization": "Bearer sandbox-aimlapi-key"}
BOT = {"Authorization": "Bot sandbox-token"}


async def test_every_accepted_create_is_in_the_ledger_though_its_answer_was_lost(
    sandbox: Sandbox, world: SandboxClient
) -> None:
    """What was refused or never arrived is not."""
    await world.set_eachlabs(duration_s=0, webhooks=False)
    await world.set_aimlapi(duration_s=0)
    url, body = f"{sandbox.eachlabs_url}/prediction/", {**CREATE, "webhook_url": "https://x.test/hooks/a/job7/t0ken"}
    async with aiohttp.ClientSession() as http:
        for kind in ("disconnect", "status"):
            await world.add_fault("eachlabs.create", kind)
        await world.add_fault("eachlabs.create", "lost_answer")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await http.post(url, json=body, headers=EACHLABS)
        for _ in range(2):
            with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError)):
                (await http.post(url, json=body, headers=EACHLABS)).raise_for_status()
        async with http.post(url, json=CREATE) as refused:
            assert refused.status == 401
        await world.add_fault("aimlapi.generate", "lost_answer", status=502)
        generated = await http.post(f"{sandbox.aimlapi_url}/images/generations", json=GENERATE, headers=AIMLAPI)
        assert generated.status == 502
    await world.wait_for_event("prediction_ended")
    first, second = (await world.ledger()).creates
    assert (first.api, first.key, first.images, first.prompt) == ("eachlabs", EACHLABS["X-API-Key"], 2, "a fox")
    assert (first.status, first.paid_micro_usd, first.job_id) == ("success", 70_000, "job7")
    assert first.webhook_url == body["webhook_url"]
    assert first.id == (await world.predictions())[0]["id"]
    assert (second.api, second.images, second.prompt, second.job_id) == ("aimlapi", 1, "an owl", None)
    assert (second.status, second.paid_micro_usd) == ("answered", 22_050)
    assert first.at_ms <= second.at_ms


async def test_every_message_of_the_bots_is_in_the_ledger_though_nobody_heard_of_it(
    sandbox: Sandbox, world: SandboxClient, art: Channel, mara: User
) -> None:
    """Without a gateway connection too, deleted ones too, members' own not."""
    messages = f"{sandbox.discord_api_url}/channels/{art.id}/messages"
    form = aiohttp.FormData()
    form.add_field("payload_json", '{"nonce": "n1", "embeds": [{"image": {"url": "attachment://fox.png"}}]}')
    form.add_field("files[0]", b"picture", filename="fox.png", content_type="image/png")
    async with aiohttp.ClientSession(headers=BOT) as http:
        pictured = await (await http.post(messages, data=form)).json()
        plain = await (await http.post(messages, json={"content": "soon"})).json()
        assert (await http.delete(f"{messages}/{pictured['id']}")).status == 204
    await world.say(mara, art, "nice")
    first, second = (await world.ledger()).posts
    assert (first.id, first.channel_id, first.files, first.nonce) == (int(pictured["id"]), art.id, ("fox.png",), "n1")
    assert first.deleted
    assert first.attached_ms is not None
    assert abs(first.attached_ms - first.at_ms) < 1000
    assert (second.id, second.files, second.attached_ms, second.deleted) == (int(plain["id"]), (), None, False)
