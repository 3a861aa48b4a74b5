"""The LoRA library: added, offered while one types, used by name, for the right people and in the right places."""

import pytest

import storage.sqlite
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.libraries import GRAIN, Lora, creates, picture, upload
from tests.e2e.presses import Hands, texts_of
from tests.e2e.support import BOTH_ENGINES, Bot, description, fields, locked, shows_images, title, whole


@pytest.fixture
def lora(world: SandboxClient, art: Channel) -> Lora:
    """`/lora` in a plain channel."""
    return Lora(world=world, channel=art)


@pytest.fixture
def dark_lora(world: SandboxClient, dark: Channel) -> Lora:
    """`/lora` in an age-restricted channel."""
    return Lora(world=world, channel=dark)


@pytest.fixture
async def ada(world: SandboxClient) -> User:
    """An administrator."""
    return await world.user("Ada")


@BOTH_ENGINES
async def test_an_entry_is_offered_and_brings_its_source_scale_and_trigger_words_also_after_a_restart(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    source = f"{GRAIN}?token=secret"
    added = await lora(mara, "add", name="Film Grain", source=source, triggers="film grain, ohwx", scale=0.8)
    assert added.ephemeral
    assert title(added) == "Film Grain"
    await bot.stop()
    await bot.start(webhooks=True)
    assert await lora.offered(ben, "grain") == {"Film Grain · film grain · ohwx": "Film Grain"}
    result = await imagine(user=ben, prompt="a fox on Film  Grain", lora="film grain", seed=1)
    [sent] = await creates(world)
    assert sent["prompt"] == "a fox on Film  Grain, ohwx"
    assert sent["loras"] == [{"path": source, "scale": 0.8}]
    assert fields(result)["LoRA"] == "**Film Grain** × 0.8"
    assert description(result) == "a fox on Film  Grain\n-# Added for the LoRA: ohwx"
    assert "secret" not in whole(result) + whole(added)


async def test_again_and_edit_add_no_trigger_word_twice(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN, triggers="ohwx")
    first = await imagine(lora="Grain")
    hands = Hands(world, art)
    again = await hands.press(mara, first, "Again")
    form = await hands.open_form(mara, again, "Edit")
    assert texts_of(form)["prompt"] == "a fox"
    await hands.send_form(mara, form, {"prompt": "a wolf"})
    form = await hands.open_form(mara, first, "Edit")
    last = await hands.send_form(mara, form, {"prompt": "an OHWX owl"})
    assert [sent["prompt"] for sent in await creates(world)] == [
        "a fox, ohwx", "a fox, ohwx", "a wolf, ohwx", "an OHWX owl",
    ]  # fmt: skip
    assert "Added" not in description(last)


async def test_a_scale_that_is_typed_counts_and_three_entries_go_together(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source="o/grain", triggers="ohwx", scale=0.8)
    await lora(mara, "add", name="Ink", source="o/ink", triggers="ohwx, ink")
    result = await imagine(model="flux-2-lora", lora="Grain", lora_scale=1.5, lora2="raw/one", lora3="ink")
    [sent] = await creates(world, "aimlapi")
    assert sent["loras"] == [{"path": "o/grain", "scale": 1.5}, {"path": "raw/one"}, {"path": "o/ink"}]
    assert sent["prompt"] == "a fox, ohwx, ink"
    assert fields(result)["LoRAs"] == "**Grain** × 1.5\nraw/one\n**Ink**"


async def test_what_the_model_cannot_load_comes_last_and_is_refused_with_the_model_that_can(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="A repository", source="o/r")
    await lora(mara, "add", name="Z link", source=GRAIN)
    assert list(await lora.offered(mara)) == ["Z link", "A repository · not for FLUX.1 LoRA"]
    assert list(await lora.offered(mara, model="flux-2-lora")) == ["A repository", "Z link"]
    refusal = await Hands(world, art).answer(
        await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": "A repository"}), mara
    )
    assert "**A repository** is not made for FLUX.1 LoRA: choose FLUX.2 LoRA with `model`" in description(refusal)
    assert await bot.jobs() == []


@pytest.mark.usefixtures("no_departures")
async def test_the_library_needs_no_database_when_it_is_offered_and_used(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    for table in ("lora_previews", "loras"):
        await bot.sql(f"DROP TABLE {table}")
    assert await lora.offered(mara, "gr") == {"Grain": "Grain"}
    assert title(await lora(mara, "list")) == "1 LoRA in this server's library"
    await imagine(lora="Grain")
    assert (await creates(world))[0]["loras"] == [{"path": GRAIN, "scale": 1}]


async def test_a_preset_holds_an_entry_by_its_name_and_does_without_it_where_it_cannot_be_used(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Ink", source="o/ink", triggers="ohwx", scale=0.5)
    saved = await world.command(mara, art, "preset save", {"name": "Noir", "lora": "Ink", "steps": 12})
    assert title(await Hands(world, art).answer(saved, mara)) == "Noir"
    result = await imagine(preset="Noir", model="flux-2-lora")
    assert fields(result)["LoRA"] == "**Ink** × 0.5"
    result = await imagine(preset="Noir", model="flux-lora")
    assert "without `lora`" in fields(result)["Preset"]
    assert [sent["prompt"] for sent in await creates(world)] == ["a fox"]
    assert [sent["prompt"] for sent in await creates(world, "aimlapi")] == ["a fox, ohwx"]


async def test_the_key_in_an_entrys_link_is_told_to_nobody_who_uses_it(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=f"{GRAIN}?token=secret")
    result = await imagine(user=ben, lora="Grain")
    details = await Hands(world, art).press(ben, result, "Details")
    shown = await lora(ben, "show", name="Grain")
    assert "lora: Grain" in whole(details)
    assert "secret" not in whole(details) + whole(result) + whole(shown)


async def test_an_unknown_name_is_refused_with_where_to_look(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    sent = await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": "Grian", "lora_scale": 1})
    refusal = await Hands(world, art).answer(sent, mara)
    assert title(refusal) == "One thing to change"
    assert "There is no LoRA “Grian” in this server's library" in description(refusal)
    assert "or give a link to its weights" in description(refusal)


async def test_everything_wrong_with_an_entry_is_told_at_once_and_nothing_is_added(
    bot: Bot, lora: Lora, mara: User
) -> None:
    await bot.start(webhooks=True)
    said = await lora(
        mara, "add", name="a/b", source="http://example.com/x", triggers=",".join(map(str, range(11))), model="sdxl"
    )
    assert title(said) == "4 things to change"
    assert title(await lora(mara, "list")) == "The library is empty"


async def test_a_name_is_there_once_in_whatever_case(bot: Bot, lora: Lora, mara: User, ben: User) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    said = await lora(ben, "add", name="GRAIN", source="o/other")
    assert "called **GRAIN** here already" in description(said)


# ── approval ─────────────────────────────────────────────────────────────────


async def test_with_approval_an_entry_waits_for_a_moderator_who_presses_approve_also_after_a_restart(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(ada, "settings", approval=True)
    waiting = await lora(mara, "add", name="Grain", source=GRAIN, preview=picture())
    assert not waiting.ephemeral
    assert [button.label for button in waiting.buttons] == ["Approve", "Reject"]
    await bot.stop()
    await bot.start(webhooks=True)
    assert await lora.offered(mara) == {}
    sent = await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": "Grain"})
    assert "waits for a moderator's approval" in description(await Hands(world, art).answer(sent, mara))
    for stranger in (mara, ben):  # who added it no more than anybody else
        no = await Hands(world, art).press(stranger, waiting, "Approve")
        assert no.ephemeral
        assert "Only moderators" in description(no)
    await world.wait_for_interaction(await world.press(olga, waiting, label="Approve"))
    approved = await world.wait_for_message(art, ben, lambda seen: seen.id == waiting.id and not seen.buttons)
    assert description(approved) == f"Approved by <@{olga.id}>: everybody here can use it."
    assert [attachment.filename for attachment in approved.attachments] == ["preview.webp"]
    assert await lora.offered(ben) == {"Grain": "Grain"}


async def test_what_a_moderator_adds_needs_no_approval(bot: Bot, lora: Lora, ada: User, olga: User) -> None:
    await bot.start(webhooks=True)
    await lora(ada, "settings", approval=True)
    assert (await lora(olga, "add", name="Grain", source=GRAIN)).ephemeral
    assert await lora.offered(olga) == {"Grain": "Grain"}


async def test_a_rejected_entry_is_gone(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(ada, "settings", approval=True)
    waiting = await lora(mara, "add", name="Grain", source=GRAIN, preview=picture())
    await world.press(olga, waiting, label="Reject")
    rejected = await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and not seen.buttons)
    assert description(rejected) == f"**Grain**: Rejected by <@{olga.id}>; it is not kept."
    assert rejected.attachments == ()
    assert await bot.sql("SELECT 1 FROM loras UNION ALL SELECT 1 FROM lora_previews") == []


async def test_what_was_changed_since_it_was_shown_has_to_be_looked_at_again(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, olga: User
) -> None:
    """Nobody gets another source approved than the one that the moderator saw."""
    await bot.start(webhooks=True)
    await lora(ada, "settings", approval=True)
    waiting = await lora(mara, "add", name="Grain", source=GRAIN)
    hands = Hands(world, art)
    form = await hands.shown(await world.command(mara, art, "lora edit", {"name": "Grain"}))
    await hands.send_form(mara, form, {"source": "https://example.com/other.safetensors"})
    assert "changed or removed meanwhile" in description(await hands.press(olga, waiting, "Approve"))
    assert await lora.offered(olga) == {}


async def test_a_moderator_decides_on_those_that_wait_one_after_the_other(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(ada, "settings", approval=True)
    for number in range(6):
        await lora(mara, "add", name=f"Style {number}", source=f"{GRAIN}?{number}")
    assert "Only moderators" in description(await lora(mara, "list", pending=True))
    page = await lora(olga, "list", pending=True)
    assert title(page) == "6 LoRAs wait for approval"
    assert len(page.buttons) == 2 * 4 + 2
    await world.press(olga, page, label="Reject Style 1")
    page = await world.wait_for_message(
        art, olga, lambda seen: seen.id == page.id and title(seen) == "5 LoRAs wait for approval"
    )
    await world.press(olga, page, label="Approve Style 0")
    page = await world.wait_for_message(
        art, olga, lambda seen: seen.id == page.id and title(seen) == "4 LoRAs wait for approval"
    )
    assert [button.label for button in page.buttons][::2] == [f"Approve Style {number}" for number in (2, 3, 4, 5)]
    assert await lora.offered(mara) == {"Style 0": "Style 0"}
    assert await lora.suggested(olga, "approve") == ["Style 2", "Style 3", "Style 4", "Style 5"]
    assert await lora.suggested(mara, "approve") == []
    assert "Only moderators" in description(await lora(mara, "approve", name="Style 5"))
    assert title(await lora(olga, "approve", name="Style 5")) == "Style 5"
    assert list(await lora.offered(mara)) == ["Style 0", "Style 5"]


# ── what is changed, by whom ─────────────────────────────────────────────────


async def test_edit_shows_a_form_and_gives_back_what_could_not_be_taken(
    bot: Bot, lora: Lora, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN, triggers="a, b", scale=0.8, model="flux-lora")
    hands = Hands(world, art)
    form = await hands.open_form(mara, await lora(mara, "show", name="grain"), "Edit")
    assert texts_of(form) == {
        "name": "Grain", "source": GRAIN, "models": "flux-lora", "triggers": "a, b", "scale": "0.8",
    }  # fmt: skip
    wrong = await hands.send_form(mara, form, {"scale": "strong", "source": "o/r", "triggers": "", "name": "*New*"})
    assert title(wrong) == "One thing to change"
    form = await hands.open_form(mara, wrong, "Edit again")
    assert texts_of(form) == {
        "name": "*New*", "source": "o/r", "models": "flux-lora", "triggers": "", "scale": "strong",
    }  # fmt: skip
    changed = await hands.send_form(mara, form, {"scale": "1,5", "models": ""})
    assert title(changed) == r"\*New\*"
    assert fields(changed)["Scale"] == "1.5"
    assert await lora.offered(mara, model="flux-2-lora") == {"*New*": "*New*"}


async def test_only_who_added_it_and_moderators_change_or_remove_an_entry(
    bot: Bot, lora: Lora, mara: User, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    await lora(mara, "add", name="Ink", source="o/ink")
    assert (await lora(ben, "show", name="Grain")).buttons == ()
    assert await lora.suggested(ben, "edit") == await lora.suggested(ben, "remove") == []
    for command in ("edit", "remove"):
        assert "Only who added this LoRA" in description(await lora(ben, command, name="Grain"))
    assert await lora.suggested(olga, "remove", "gr") == ["Grain"]
    assert "removed from the library" in description(await lora(olga, "remove", name="Grain"))
    assert "removed from the library" in description(await lora(mara, "remove", name="Ink"))
    assert title(await lora(ben, "list")) == "The library is empty"
    gone = await lora(mara, "show", name="Ink")
    assert "no such LoRA" in description(gone)


async def test_an_entry_changed_by_its_author_waits_again_where_the_server_approves(
    bot: Bot, lora: Lora, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    await lora(ada, "settings", approval=True)
    changed = await lora(mara, "edit", name="Grain", preview=picture())
    assert "Waits for a moderator's approval" in description(changed)
    assert await lora.offered(mara) == {}


async def test_only_members_with_manage_server_change_the_rules(
    bot: Bot, lora: Lora, mara: User, olga: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    for member in (mara, olga):
        assert "**Manage Server**" in description(await lora(member, "settings", raw_sources="nobody"))
    assert fields(await lora(mara, "settings"))["raw_sources"].endswith("beside the library's names.")
    narrowed = fields(await lora(ada, "settings", raw_sources="nobody"))["raw_sources"]
    assert narrowed.endswith("only names of the library.")
    await bot.stop()
    await bot.start(webhooks=True)
    assert fields(await lora(mara, "settings"))["raw_sources"].endswith("only names of the library.")


# ── raw sources, age restriction, other servers ──────────────────────────────


async def test_without_raw_sources_only_what_the_library_holds_is_taken(
    bot: Bot, imagine: Imagine, lora: Lora, world: SandboxClient, art: Channel, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    raw = await imagine(lora="https://example.com/raw.safetensors")
    await lora(mara, "add", name="Grain", source=GRAIN, triggers="ohwx")
    await lora(ada, "settings", raw_sources="nobody")
    hands = Hands(world, art)
    sent = await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": "https://example.com/raw.safetensors"})
    assert "takes only LoRAs of this server's library" in description(await hands.answer(sent, mara))
    again = await world.press(mara, raw, label="Again")
    refusal = await world.wait_for_message(art, mara, lambda seen: seen.interaction_id == again.id and seen.ephemeral)
    assert "not in this server's library, and you may use no others here" in description(refusal)
    result = await imagine(lora=GRAIN)  # the source of an entry is that entry
    assert fields(result)["LoRA"] == "**Grain** × 1"
    assert (await creates(world))[-1]["prompt"] == "a fox, ohwx"
    assert len(await bot.jobs()) == 2


async def test_age_restricted_entries_are_offered_shown_and_taken_in_age_restricted_channels_alone(
    bot: Bot,
    imagine: Imagine,
    lora: Lora,
    dark_lora: Lora,
    world: SandboxClient,
    art: Channel,
    dark: Channel,
    mara: User,
) -> None:
    await bot.start(webhooks=True)
    assert "age-restricted channels" in description(
        await lora(mara, "add", name="Dark", source=GRAIN, age_restricted=True)
    )
    await dark_lora(mara, "add", name="Dark", source=GRAIN, age_restricted=True)
    assert await lora.offered(mara) == {}
    assert await dark_lora.offered(mara) == {"Dark": "Dark"}
    assert "no such LoRA" in description(await lora(mara, "show", name="Dark"))
    assert title(await lora(mara, "list")) == "The library is empty"
    hands = Hands(world, art)
    for typed in ("Dark", GRAIN):  # nobody goes around it by typing the source
        sent = await world.command(mara, art, "imagine", {"prompt": "a fox", "lora": typed})
        assert "**Dark** is for age-restricted channels" in description(await hands.answer(sent, mara))
    result = await imagine(channel=dark, lora="Dark")
    assert shows_images(result)
    await world.set_nsfw(dark, nsfw=False)
    again = await world.press(mara, result, label="Again")
    refusal = await world.wait_for_message(dark, mara, lambda seen: seen.interaction_id == again.id and seen.ephemeral)
    assert "**Dark** is for age-restricted channels" in description(refusal)


async def test_a_library_is_its_servers_own(bot: Bot, lora: Lora, world: SandboxClient, mara: User, olga: User) -> None:
    elsewhere = await world.add_guild("Elsewhere", olga)
    there = Lora(world=world, channel=await world.add_channel(elsewhere, "paint"))
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    assert await there.offered(olga) == {}
    assert title(await there(olga, "list")) == "The library is empty"
    for command in ("show", "edit", "remove", "approve"):
        assert "no such LoRA" in description(await there(olga, command, name="Grain"))
    await there(olga, "add", name="grain", source="o/r")
    assert await lora.offered(mara) == {"Grain": "Grain"}


# ── previews ─────────────────────────────────────────────────────────────────


async def test_a_preview_is_kept_small_and_shown_after_its_link_has_ended(
    bot: Bot, lora: Lora, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN, preview=picture(side=1600))
    await bot.stop()
    await bot.start(webhooks=True)
    shown = await lora(ben, "show", name="Grain")
    [attachment] = shown.attachments
    assert attachment.in_embed
    assert (attachment.width, attachment.height) == (240, 120)
    assert attachment.size < 20_000
    assert [path.name for path in bot.folder.iterdir() if path.name.startswith("preview")] == []


@pytest.mark.parametrize("preview", [upload(b"%PDF-1.7", "example.png"), upload(b"\x89PNG\r\n\x1a\n", "a.png")])
async def test_a_preview_that_is_no_picture_is_refused_and_nothing_added(
    preview: dict[str, str], bot: Bot, lora: Lora, mara: User
) -> None:
    await bot.start(webhooks=True)
    assert "could not be fetched as a picture" in description(
        await lora(mara, "add", name="Grain", source=GRAIN, preview=preview)
    )
    assert "could not be fetched as a picture" in description(
        await lora(mara, "add", name="Grain", source=GRAIN, preview_link="http://127.0.0.1/x.png")
    )
    assert await bot.sql("SELECT 1 FROM loras") == []


async def test_without_a_database_nothing_is_changed_and_that_is_told(
    bot: Bot, lora: Lora, mara: User, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sqlite, "BUSY_MS", 50)
    await bot.start(webhooks=True)
    await lora(mara, "add", name="Grain", source=GRAIN)
    async with locked(bot):
        for said in (
            await lora(mara, "add", name="Ink", source="o/ink"),
            await lora(mara, "remove", name="Grain"),
            await lora(mara, "edit", name="Grain", age_restricted=True),
        ):
            assert "database cannot be used right now" in description(said)
        assert await lora.offered(olga) == {"Grain": "Grain"}
