"""A library carried from one server to another as a file, and one of thousands of entries."""

import json
from typing import Any

import pytest

from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.libraries import GRAIN, Lora, upload
from tests.e2e.presses import Hands
from tests.e2e.support import Bot, description, fields, title

SOURCE = f"{GRAIN}?token=secret"


@pytest.fixture
def lora(world: SandboxClient, art: Channel) -> Lora:
    """`/lora` in a plain channel."""
    return Lora(world=world, channel=art)


def file_of(*entries: dict[str, Any]) -> dict[str, str]:
    """A file to import."""
    return upload(json.dumps(entries, indent=1).encode(), "loras.json")


async def test_what_one_server_exports_another_imports(
    bot: Bot, lora: Lora, world: SandboxClient, dark: Channel, mara: User, olga: User
) -> None:
    elsewhere = await world.add_guild("Elsewhere", olga)
    there = Lora(world=world, channel=await world.add_channel(elsewhere, "paint", nsfw=True))
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=SOURCE, triggers="a, b", scale=0.8, model="flux-lora")
    await Lora(world=world, channel=dark)(mara, "add", name="Dark", source="o/r", age_restricted=True)
    given = await lora(olga, "export")
    assert given.ephemeral
    [attachment] = given.attachments
    data = await world.download(attachment)
    assert await there.offered(olga) == {}
    said = await there(olga, "import", file=upload(data, "loras.json"))
    assert description(said) == "2 LoRAs are taken in."
    assert list(await there.offered(olga, model="flux-2-lora")) == ["Dark", "Grain · not for FLUX.2 LoRA"]
    assert fields(await there(olga, "show", name="Grain"))["Trigger words"] == "a, b"
    assert json.loads(data)[1]["source"] == SOURCE


async def test_faults_are_told_by_their_lines_and_nothing_is_taken_in(bot: Bot, lora: Lora, olga: User) -> None:
    await bot.start(webhooks=True)
    said = await lora(
        olga, "import", file=file_of({"name": "Good", "source": "o/r"}, {"name": "a/b", "source": "o/r"}, {})
    )
    assert title(said) == "3 faults in the file"
    assert "Line 6: A name has no `/`" in description(said)
    assert "Line 10: `source` is missing" in description(said)
    assert title(await lora(olga, "list")) == "The library is empty"


async def test_names_that_are_there_are_replaced_only_when_that_is_wanted(
    bot: Bot, lora: Lora, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    file = file_of({"name": "New", "source": "o/new"}, {"name": "GRAIN", "source": "o/r", "triggers": ["ohwx"]})
    said = await lora(olga, "import", file=file)
    assert "1 LoRA of the file is in this library already (Grain)" in description(said)
    assert await lora.suggested(olga, "show") == ["Grain"]
    said = await lora(olga, "import", file=file, replace=True)
    assert description(said) == "2 LoRAs are taken in. 1 was there and is replaced."
    assert await lora.suggested(olga, "show") == ["GRAIN", "New"]


async def test_members_neither_export_nor_import(bot: Bot, lora: Lora, mara: User) -> None:
    """A file holds whole links, and adds without being looked at."""
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    for said in (await lora(mara, "export"), await lora(mara, "import", file=file_of())):
        assert "Only moderators" in description(said)
        assert said.attachments == ()


async def test_a_library_of_five_thousand_is_found_in_listed_and_carried(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    entries = [{"name": f"Style {number:04}", "source": f"{GRAIN}?{number}"} for number in range(4_999)]
    file = json.dumps([*entries, {"name": "Last", "source": GRAIN, "triggers": ["ohwx"]}]).encode()
    assert description(await lora(olga, "import", file=upload(file, "loras.json"))) == "5,000 LoRAs are taken in."
    await bot.stop()
    await bot.start(webhooks=True)
    assert list(await lora.offered(mara, "style 49"))[:2] == ["Style 4900", "Style 4901"]
    assert len(await lora.offered(mara, "style")) == 25
    assert list(await lora.offered(mara, "ohw")) == ["Last · ohwx"]
    assert fields(await imagine(lora="style 4998"))["LoRA"] == "**Style 4998** × 1"
    page = await lora(mara, "list", text="style 499")
    assert title(page) == "9 LoRAs for “style 499”"
    page = await lora(mara, "list")
    assert title(page) == "5,000 LoRAs in this server's library"
    await bot.stop()
    await bot.start(webhooks=True)
    await world.press(mara, page, label="Next")
    page = await world.wait_for_message(
        art, mara, lambda seen: seen.id == page.id and "Page 2 of 500" in seen.embeds[0]["footer"]["text"]
    )
    assert description(page).startswith("**Style 0009**")
    assert [button.disabled for button in page.buttons] == [False, False]
    full = await lora(mara, "add", name="One more", source="o/r")
    assert "at most 5,000" in description(full)
    [attachment] = (await lora(olga, "export")).attachments
    assert len(json.loads(await world.download(attachment))) == 5_000


async def test_a_page_that_is_not_there_any_more_shows_the_last_one(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(olga, "import", file=file_of(*({"name": f"S{number:02}", "source": "o/r"} for number in range(11))))
    page = await lora(mara, "list", text="s")
    await lora(olga, "remove", name="S00")
    await world.press(mara, page, label="Next")
    page = await world.wait_for_message(
        art, mara, lambda seen: seen.id == page.id and title(seen).startswith("10 LoRAs")
    )
    assert page.buttons == ()
    refused = await Hands(world, art).answer(await world.command(mara, art, "lora show", {"name": "S00"}), mara)
    assert "no such LoRA" in description(refused)
