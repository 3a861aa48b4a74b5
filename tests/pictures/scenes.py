"""What is played for the pictures of docs/features.md: a scene for each feature."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.e2e.support import PATIENCE, shows_images, title
from tests.pictures.studio import Studio

Scene = Callable[[Studio], Awaitable[None]]
LIGHTHOUSE: Final[Mapping[str, Any]] = {"prompt": "a lighthouse in a storm, oil painting", "seed": 20261}
INK: Final = "https://example.com/loras/ink-wash.safetensors"


async def help_and_quota(of: Studio) -> None:
    """What a new member sees first."""
    await of.keep("help", await of.use("help"))
    await of.imagine(of.ben, prompt="a heron in the reeds", count=4, seed=7)
    await of.keep("quota", await of.use("quota", user=of.ben))


async def results(of: Studio) -> None:
    """A result with everything under it, and what its buttons answer."""
    first = await of.imagine(**LIGHTHOUSE, count=2)
    await of.keep("result", first)
    await of.keep("details", await of.press(first, "Details"))
    await of.keep("grid", await of.imagine(of.ben, prompt="a paper fox under paper stars", count=4, seed=20263))
    variations = await of.press(first, "Variations", fits=shows_images)
    await of.keep("variations", variations)


async def queue(of: Studio) -> None:
    """One's own jobs that wait, with Cancel."""
    await of.world.set_eachlabs(hold=True)
    await of.bot.stop()
    await of.bot.start(webhooks=True, eachlabs_concurrency=1)
    prompts = ("a quiet harbour at dawn, watercolour", "a tea house in the snow", "a fox asleep in a library")
    for number, prompt in enumerate(prompts, start=1):
        await of.world.command(of.mara, of.art, "imagine", {"prompt": prompt, "count": number, "seed": number})
        await of.until("running", "queued", jobs=number)
        await of.bot.wait_for_job("running")
    await of.keep("queue", await of.use("queue"))
    await of.world.set_eachlabs(hold=False)
    await of.until("delivered", jobs=len(prompts))


async def several(of: Studio) -> None:
    """Alternatives in a prompt: asked first, summed up afterwards."""
    typed = {
        "prompt": "a {red|green|blue} glass bird on a windowsill",
        "size": "square",
        "alternatives": True,
        "seed": 5,
    }
    asked = await of.use("imagine", typed, user=of.ben)
    await of.keep("alternatives-asked", asked)
    (yes, *_) = [button.label for button in asked.buttons if button.label]
    before = {message.id for message in await of.world.messages(of.art, of.ben)}
    await of.world.press(of.ben, asked, label=yes)
    summary = await of.world.wait_for_message(
        of.art, of.ben, lambda seen: seen.id not in before and title(seen).startswith("3 of 3"), PATIENCE
    )
    await of.until("delivered", jobs=3)
    seen = await of.world.messages(of.art, of.ben)
    red = next(each for each in seen if shows_images(each) and "red" in each.embeds[0]["description"])
    await of.keep("alternatives", red, summary)


async def library(of: Studio) -> None:
    """A server's LoRAs."""
    added = {"name": "Ink wash", "source": INK, "triggers": "inkwash, sumi-e", "scale": 0.8}
    await of.use("lora add", added, user=of.olga)
    more = {"name": "Paper craft", "source": "paper-craft/flux-paper", "triggers": "papercraft", "scale": 1.0}
    await of.use("lora add", more, user=of.olga)
    await of.keep("library", await of.use("lora list"))
    await of.keep("library-entry", await of.use("lora show", {"name": "Ink wash"}))
    await of.keep("library-result", await of.imagine(prompt="a crane above the river", lora="Ink wash", seed=11))


async def presets(of: Studio) -> None:
    """Options under a name, and defaults."""
    saved = {"name": "Postcard", "style": "linocut print, two colours", "size": "landscape_4_3", "count": 2}
    await of.use("preset save", saved)
    await of.use("preset save", {"name": "Portrait", "style": "soft light", "size": "portrait_4_3"})
    await of.keep("presets", await of.use("preset list"))
    await of.keep("settings", await of.use("settings"))


async def history(of: Studio) -> None:
    """One's own images, found again."""
    prompts = ("a heron in the reeds", "a clockwork owl", "rain on a tram window at night")
    for number, prompt in enumerate(prompts, start=1):
        await of.imagine(prompt=prompt, seed=number)
        await of.until("delivered", jobs=number)
    page = await of.use("history")
    await of.keep("history", page)
    (button, *_) = [each for each in page.buttons if (each.custom_id or "").startswith("fluxcord:open:")]
    await of.keep("history-opened", await of.press(page, button.label or ""))


async def inspected(of: Studio) -> None:
    """What an image says of itself."""
    made = await of.imagine(**LIGHTHOUSE)
    told = await of.world.use_message_command(of.ben, made, "Inspect image")
    await of.keep("inspect", await of.answer(told, of.ben, of.art, lambda seen: not seen.loading))


async def direct(of: Studio) -> None:
    """In the bot's direct messages, and where a user takes it along."""
    dm = await of.world.dm(of.mara)
    await of.keep("direct", await of.imagine(channel=dm, prompt="a postcard from the moon", seed=3))
    await of.world.set_installed(of.mara)
    guild = await of.world.add_guild("Elsewhere", of.mara, with_bot=False)
    lounge = await of.world.add_channel(guild, "lounge")
    whale = await of.imagine(channel=lounge, prompt="a whale above the rooftops", seed=4, private=True)
    await of.keep("taken-along", whale)


async def languages(of: Studio) -> None:
    """The same in its reader's language."""
    for name, locale in (("help-de", "de"), ("result-fr", "fr")):
        await of.world.set_locale(of.ben, locale)
        said = await of.use("help", user=of.ben) if name == "help-de" else await of.imagine(of.ben, **LIGHTHOUSE)
        await of.keep(name, said)
    await of.world.set_locale(of.ben, "en-US")


SCENES: Final[tuple[Scene, ...]] = (
    help_and_quota,
    results,
    queue,
    several,
    library,
    presets,
    history,
    inspected,
    direct,
    languages,
)
