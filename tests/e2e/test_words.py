"""Everybody reads their own language: what Discord registers, what the bot answers, and what it kept for later."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from babel.messages.pofile import read_po

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.presses import Hands
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, shows_images, title
from words.catalogue import CATALOGUES, catalogue_file

READ = {"title", "description", "name", "value", "text", "label", "placeholder", "content"}
"""Where Discord's objects hold what people read."""


def texts_in(thing: Any) -> Iterator[str]:
    """Everything in a message or a form that people read."""
    match thing:
        case Mapping():
            for key, value in thing.items():
                if isinstance(value, str):
                    yield from [value] if key in READ else []
                else:
                    yield from texts_in(value)
        case list() | tuple():
            for each in thing:
                yield from texts_in(each)
        case _:
            pass


def english_of(locale: str) -> re.Pattern[str]:
    """Pieces of our sentences that no reader of that language should ever see."""
    with catalogue_file(CATALOGUES[locale]).open("rb") as file:
        catalogue = read_po(file)
    pieces = set()
    for message in catalogue:
        said = [message.id] if isinstance(message.id, str) else message.id
        translated = message.string if isinstance(message.string, str) else "\n".join(message.string or ())
        for text in said:
            for piece in re.split(r"\{\w+\}|`[^`]*`|\*\*|\n", text):
                if " " in piece.strip() and len(piece.strip()) > 8 and piece.strip() not in translated:
                    pieces.add(piece.strip())
    return re.compile("|".join(rf"(?<!\w){re.escape(piece)}(?!\w)" for piece in pieces))


class Reader:
    """A member who reads everything and finds what is still English."""

    def __init__(self, world: SandboxClient, channel: Channel, user: User, locale: str) -> None:
        self.world, self.channel, self.user = world, channel, user
        self.english = english_of(locale)
        self.hands = Hands(world, channel)
        self.read = 0

    def look(self, thing: Any) -> None:
        for text in texts_in(thing):
            self.read += 1
            assert self.english.findall(text) == [], text

    async def run(self, command: str, **options: object) -> Message:
        """The answer to a command, looked at."""
        sent = await self.world.command(self.user, self.channel, command, options)
        return await self._answer(sent.id)

    async def press(self, message: Message, prefix: str) -> Message:
        """The answer to the button whose id begins so, looked at."""
        sent = await self.world.press(self.user, message, self._id(message, prefix))
        return await self._answer(sent.id)

    async def form(self, message: Message, prefix: str) -> None:
        """The form that a button shows, looked at."""
        self.look((await self.hands.shown(await self.world.press(self.user, message, self._id(message, prefix)))).modal)

    def _id(self, message: Message, prefix: str) -> str:
        return next(str(each.custom_id) for each in message.buttons if (each.custom_id or "").startswith(prefix))

    async def _answer(self, interaction_id: int) -> Message:
        shown = await self.world.wait_for_message(
            self.channel, self.user, lambda seen: seen.interaction_id == interaction_id and not seen.loading, PATIENCE
        )
        self.look(shown.raw)
        return shown


async def test_descriptions_are_registered_in_every_language_and_what_is_typed_stays_english(
    bot: Bot, world: SandboxClient
) -> None:
    await bot.start()
    for command in await world.commands():
        is_menu = command["type"] != 1
        parts = [command, *_options(command)]
        for part in parts:
            key = "name_localizations" if is_menu else "description_localizations"
            assert set(part[key] or {}) >= set(CATALOGUES), (command["name"], part["name"])
            if not is_menu:
                assert not part.get("name_localizations"), part["name"]
    (imagine,) = [command for command in await world.commands() if command["name"] == "imagine"]
    options = {option["name"]: option for option in imagine["options"]}
    assert imagine["description_localizations"]["de"] == "Bilder aus einer Beschreibung machen"
    [landscape] = [choice for choice in options["size"]["choices"] if choice["value"] == "landscape_4_3"]
    assert landscape["name_localizations"]["ja"] == "横長 4:3（1024 × 768）"
    assert not options["format"]["choices"][0].get("name_localizations")


def _options(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for option in command.get("options") or ():
        yield option
        yield from _options(option)


async def test_the_same_commands_are_not_sent_again_at_the_next_start(bot: Bot, world: SandboxClient) -> None:
    await bot.start()
    await bot.stop()
    after = len(await world.requests())
    await bot.start()
    sent = [request for request in (await world.requests())[after:] if request.method in {"PUT", "POST"}]
    assert [request for request in sent if request.path.endswith("/commands")] == []


DAYS = [
    ("de", "Modell", "Nochmal", "18 von 20", "Eine Sache ist zu ändern"),
    ("fr", "Modèle", "Encore", "18 sur 20", "Une chose à changer"),
    ("es-ES", "Modelo", "Otra vez", "18 de 20", "Hay una cosa que cambiar"),
    ("pt-BR", "Modelo", "De novo", "18 de 20", "Uma coisa a mudar"),
    ("ja", "モデル", "もう一度", "18/20", "変更が必要な点：1件"),
]


@pytest.mark.parametrize(("locale", "model", "again", "left", "change"), DAYS, ids=[day[0] for day in DAYS])
async def test_a_members_day_holds_no_word_of_another_language(
    locale: str,
    model: str,
    again: str,
    left: str,
    change: str,
    bot: Bot,
    world: SandboxClient,
    imagine: Imagine,
    art: Channel,
    mara: User,
) -> None:
    """Every text fits its place, too: the sandbox takes no label, title or message that Discord would refuse."""
    await world.set_locale(mara, locale)
    await bot.start(webhooks=True)
    reader = Reader(world, art, mara, locale)
    await reader.run("help")
    wrong = await reader.run("imagine", prompt="a fox", model="flux-2-lora", width=700, height=512)
    assert title(wrong) == change
    result = await imagine(prompt="a red fox", count=2, private=True)
    reader.look(result.raw)
    assert model in fields(result)
    assert [button.label for button in result.buttons if button.custom_id and ":again:" in button.custom_id] == [again]
    assert any(left in value for value in fields(result).values())
    await reader.press(result, "fluxcord:details:")
    for form in ("fluxcord:edit:", "fluxcord:report:", "fluxcord:save:"):
        await reader.form(result, form)
    for command in ("quota", "queue", "preset list", "lora list", "lora settings"):
        await reader.run(command)
    await reader.form(await reader.run("settings"), "fluxcord:default:press:u:numbers")
    added = await reader.run("lora add", name="Fox", source="https://example.com/fox.safetensors", triggers="foxy")
    await reader.form(added, "fluxcord:loraedit:")
    await reader.press(await reader.run("history"), "fluxcord:open:")
    asked = await reader.run("imagine", prompt="a {red|green} fox", alternatives=True)
    assert len(asked.buttons) == 2
    shown = await reader.press(result, "fluxcord:again:")
    await world.wait_for_message(art, mara, lambda seen: seen.id == shown.id and shows_images(seen), PATIENCE)
    assert reader.read > 100


async def test_a_failure_is_told_in_the_language_of_whoever_ordered(
    bot: Bot, world: SandboxClient, imagine: Imagine, mara: User
) -> None:
    await world.set_locale(mara, "de")
    await world.add_fault("eachlabs.result", "failed", body="CUDA out of memory")
    await bot.start(webhooks=True)
    failed = await imagine(until=lambda seen: title(seen) == "Diesmal kein Bild")
    assert description(failed) == (
        "Der Bilddienst konnte dieses Bild nicht machen: CUDA out of memory. "
        "Versuch es noch einmal oder ändere den Prompt oder das LoRA."
    )
    assert fields(failed)["Kontingent"].startswith("1 Bild deinem Kontingent gutgeschrieben · noch 20 von 20")


async def test_an_end_that_was_kept_is_told_in_the_language_of_whoever_reads_it_later(
    bot: Bot, world: SandboxClient, imagine: Imagine, art: Channel, mara: User
) -> None:
    """Also one that was stored before sentences were."""
    await world.add_fault("eachlabs.result", "failed", times=2)
    await bot.start(webhooks=True)
    await imagine(until=lambda seen: title(seen) == "No image this time")
    await imagine(until=lambda seen: title(seen) == "No image this time")
    told = await bot.wait_for_job("failed", number=1)
    await eventually(lambda: _told(bot))
    old = "The image service was out of paint."
    await bot.sql("UPDATE jobs SET failure_user_message = ? WHERE id = ?", old, told["id"])
    await bot.sql("UPDATE jobs SET told_at = NULL")
    await world.set_locale(mara, "de")
    await world.command(mara, art, "quota")
    reminder = await world.wait_for_message(
        art, mara, lambda seen: title(seen).startswith("Wie frühere Aufträge"), PATIENCE
    )
    assert "Diesmal kein Bild: Der Bilddienst konnte dieses Bild nicht machen: The model ended" in description(reminder)
    assert f"Diesmal kein Bild: {old} Es wurde deinem Kontingent gutgeschrieben." in description(reminder)


async def _told(bot: Bot) -> bool | None:
    return all(job["told_at"] for job in await bot.jobs()) or None
