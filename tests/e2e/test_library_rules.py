"""The library's rules: who may use raw sources, and who may approve; each change is noted."""

import pytest

from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.libraries import GRAIN, Lora
from tests.e2e.presses import Hands
from tests.e2e.servers import give
from tests.e2e.support import Bot, description, fields

RAW = "https://example.com/raw.safetensors"


@pytest.fixture
def lora(world: SandboxClient, art: Channel) -> Lora:
    """`/lora` in the channel."""
    return Lora(world=world, channel=art)


async def test_raw_sources_for_moderators_alone(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    shown = await lora(ada, "settings", raw_sources="moderators")
    assert "from moderators; from others only names" in fields(shown)["raw_sources"]
    sent = await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": RAW})
    assert "takes only LoRAs of this server's library" in description(await Hands(world, art).answer(sent, mara))
    result = await imagine(olga, lora=RAW)
    again = await Hands(world, art).press(mara, result, "Again")  # what a moderator made is no way around it
    assert "not in this server's library" in description(again)
    assert len(await bot.jobs()) == 1
    assert await lora.offered(olga) == {RAW: RAW}
    assert await lora.offered(mara) == {}


async def test_a_role_that_approves_beside_moderators(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    role = await give(world, ben, "Curators")
    shown = await lora(ada, "settings", approval=True, add_approver=role.id)
    assert fields(shown)["approvers"] == f"They approve beside moderators: <@&{role.id}>"
    waiting = await lora(mara, "add", name="Grain", source=GRAIN)
    hands = Hands(world, art)
    assert "Only moderators" in description(await hands.press(mara, waiting, "Approve"))
    assert await lora.suggested(ben, "approve") == ["Grain"]
    assert "1 LoRA waits" in str((await lora(ben, "list", pending=True)).embeds[0]["title"])
    await world.wait_for_interaction(await world.press(ben, waiting, label="Approve"))
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and not seen.buttons)
    assert await lora.offered(mara) == {"Grain": "Grain"}
    assert "Only who added this LoRA" in description(await lora(ben, "remove", name="Grain"))  # no moderator for that
    assert (await lora(ben, "add", name="Ink", source=f"{GRAIN}?ink")).ephemeral  # and waits for nobody
    await lora(ada, "settings", remove_approver=role.id)
    await lora(mara, "add", name="Third", source=f"{GRAIN}?third")
    assert "Only moderators" in description(await lora(ben, "list", pending=True))


async def test_everyone_is_no_approver_and_each_change_is_noted_with_before_and_after(
    bot: Bot, lora: Lora, world: SandboxClient, ada: User
) -> None:
    await bot.start(webhooks=True)
    guild = await world.guild()
    assert "@everyone cannot be an approver" in description(await lora(ada, "settings", add_approver=guild.id))
    await lora(ada, "settings", approval=True)
    await lora(ada, "settings", approval=True)  # changes nothing
    await lora(ada, "settings", raw_sources="nobody")
    noted = await bot.sql("SELECT * FROM audit ORDER BY id")
    assert [(each["actor_id"], each["action"], each["old_value"], each["new_value"]) for each in noted] == [
        (ada.id, "library.set", "approval off, raw_sources everyone", "approval on, raw_sources everyone"),
        (ada.id, "library.set", "approval on, raw_sources everyone", "approval on, raw_sources nobody"),
    ]
