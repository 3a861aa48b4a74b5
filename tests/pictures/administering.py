"""What an admin does in the scenes: types /admin, turns the pages of the panel, chooses, presses, fills in."""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from sandbox.client import Channel, Interaction, Message, User
from tests.e2e.support import eventually, get
from tests.pictures.studio import Studio

Options = Mapping[str, Any]


async def admin(of: Studio, name: str, options: Options | None = None) -> Message:
    """What /admin answers its admin."""
    return await answered(of, f"admin {name}", of.ada, options)


async def answered(
    of: Studio, name: str, user: User, options: Options | None = None, *, channel: Channel | None = None
) -> Message:
    """What a command answers, once it says something."""
    return await of.use(name, options, user=user, channel=channel, fits=lambda seen: bool(seen.embeds))


async def pressed(of: Studio, panel: Message, label: str) -> Message:
    """The panel once a button has changed it."""
    await of.world.press(of.ada, panel, label=label)
    return await _changed(of, panel)


async def turned(of: Studio, panel: Message, page: str) -> Message:
    """Another page of the panel."""
    return await chosen(of, panel, "page", page)


async def chosen(of: Studio, panel: Message, select: str, *values: str | int) -> Message:
    """The panel once something is chosen in the select whose id ends so."""
    select = next(each.custom_id for each in panel.selects if each.custom_id.endswith(f":{select}"))
    await of.world.select(of.ada, panel, select, values)
    return await _changed(of, panel)


async def sent(of: Studio, panel: Message, form: Interaction, texts: Mapping[str, str]) -> Message:
    """The panel once a form has changed it."""
    await of.world.submit_modal(of.ada, form, texts)
    return await _changed(of, panel)


async def _changed(of: Studio, panel: Message) -> Message:
    async def edited() -> Message | None:
        now = await of.world.message(panel)
        return now if now.edits > panel.edits else None

    return await eventually(edited)


async def until_ready(of: Studio) -> None:
    """Once the bot knows its servers; one more before that is for discord.py no invitation."""

    async def ready() -> bool | None:
        status, _ = await get(f"{of.bot.url}/readyz")
        return status == HTTPStatus.OK or None

    await eventually(ready)


def file(text: str) -> Mapping[str, str]:
    return {"filename": "rules.toml", "content_base64": base64.b64encode(text.encode()).decode()}
