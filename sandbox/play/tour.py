"""The main job, played by members of a server: what `make demo` shows. Speaks to the sandbox alone."""

from collections.abc import Awaitable, Callable
from typing import Final

from sandbox.client import Message
from sandbox.play.administering import admins_minute
from sandbox.play.follow import is_answered, shows_pictures
from sandbox.play.stage import Stage

OVER_QUOTA: Final = "quota"


async def tour(stage: Stage, restart_with_webhooks: Callable[[], Awaitable[None]]) -> None:
    """Everything, in about half a minute. `restart_with_webhooks` stops the bot and starts it with a public URL.

    Raises:
        TimeoutError: the bot did not answer as it should.
    """
    world, say = stage.world, stage.transcript
    art = await world.channel("art")
    mara, ben = await world.user("Mara"), await world.user("Ben")
    await world.set_eachlabs(duration_s=4.0, webhooks=False)
    await world.set_aimlapi(duration_s=3.0)

    say.heading("1. Mara asks how it works")
    await stage.command(mara, art, "help", {}, "help", is_answered)

    say.heading("2. each::labs, found by polling: no webhook ever comes")
    first = await stage.command(
        mara,
        art,
        "imagine",
        {"prompt": "a lighthouse in a storm, oil painting", "model": "flux-lora", "count": 2, "seed": 20261},
        "polling",
        shows_pictures,
    )

    say.heading("3. AI/ML API, synchronous: the answer is the result")
    await stage.command(
        ben,
        art,
        "imagine",
        {
            "prompt": "a paper fox under paper stars",
            "model": "flux-2-lora",
            "width": 1472,
            "height": 512,
            "lora": "paper-craft/flux-paper",
            "lora_scale": 0.9,
            "steps": 24,
            "guidance": 4.5,
        },
        "synchronous",
        shows_pictures,
    )

    say.heading("4. The bot is stopped and started again, now with webhooks")
    await restart_with_webhooks()
    await world.set_eachlabs(webhooks=True)
    say.line("(restart)", "online again; Mara presses Again under her picture from before the restart")
    await stage.press(mara, art, first, "Again", "webhook-again", shows_pictures)

    say.heading("5. each::labs, by webhook, only for Ben's eyes")
    await stage.command(
        ben,
        art,
        "imagine",
        {
            "prompt": "a quiet harbour at dawn, watercolour",
            "model": "flux-lora",
            "private": True,
            "size": "square_hd",
        },
        "webhook-private",
        shows_pictures,
    )

    say.heading("6. A bad command: everything that is wrong, at once, and nothing is spent")
    await stage.command(
        mara,
        art,
        "imagine",
        {"prompt": "a castle", "model": "flux-lora", "width": 1000, "speed": "high", "lora": "http://10.0.0.7/x"},
        "bad-command",
        is_answered,
    )

    say.heading("7. Over the quota")
    await stage.command(
        mara, art, "imagine", {"prompt": "four more castles", "count": 4}, "over-quota", _mentions_quota
    )
    await stage.command(mara, art, "quota", {}, "quota", is_answered)

    await admins_minute(stage, art)


def _mentions_quota(message: Message) -> bool:
    return any(OVER_QUOTA in embed.get("title", "").lower() for embed in message.embeds)
