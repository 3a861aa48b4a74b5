"""An admin's minute: a panel, a cap that warns and then holds, and a report that a moderator decides."""

from typing import Final

from sandbox.client import Channel, Message
from sandbox.play.follow import is_answered, shows_pictures
from sandbox.play.stage import Options, Stage

_CAP: Final = "0.24"  # dollars; the tour before has spent about 0.20


async def admins_minute(stage: Stage, art: Channel) -> None:
    """Play it after the tour.

    Raises:
        TimeoutError: the bot did not answer as it should.
    """
    world = stage.world
    ada, olga = await world.user("Ada"), await world.user("Olga")
    mara, ben = await world.user("Mara"), await world.user("Ben")
    mods = await world.add_channel(await world.guild(), "moderators")
    await world.set_eachlabs(duration_s=0.5)
    names = {f"<@{user.id}": f"@{user.name}" for user in await world.users()}
    stage.transcript.know(names | {f"<#{each.id}": f"#{each.name}" for each in await world.channels()})

    stage.transcript.heading("8. An admin's minute: one panel, a cap in dollars, a report")
    panel = await stage.command(ada, art, "admin setup", {}, "setup", is_answered)
    panel = await stage.choose(ada, panel, "page", "channels")
    panel = await stage.choose(ada, panel, "reports", mods.id)
    await stage.choose(ada, panel, "warnings", mods.id)
    await stage.command(ada, art, "admin caps", {"day": _CAP}, "caps", is_answered)
    heron: Options = {"prompt": "a heron in the reeds", "model": "flux-lora", "size": "square", "seed": 20264}
    result = await stage.command(ben, art, "imagine", heron, "result", shows_pictures)
    await stage.see(ada, mods, "warning", lambda message: "80 %" in _text(message))
    await stage.command(ben, art, "imagine", {**heron, "count": 2}, "over-cap", _mentions_the_cap)
    await stage.fill_in(mara, art, result, "Report", "Copied from somebody else", is_answered)
    case = await stage.see(
        olga, mods, "reported", lambda message: any(each.label == "Remove" for each in message.buttons)
    )
    stage.transcript.line(olga.name, "presses (Remove)")
    await world.press(olga, case, label="Remove")
    await stage.see(olga, mods, "removed", lambda message: message.id == case.id and message.edits > case.edits)
    await stage.command(ada, art, "admin costs", {"by": "user"}, "costs", is_answered)


def _text(message: Message) -> str:
    return str(message.embeds)


def _mentions_the_cap(message: Message) -> bool:
    return any("cap" in embed.get("title", "") for embed in message.embeds)
