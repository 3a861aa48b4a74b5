"""A picture does not change when nothing of what it shows has."""

import json
import re
from pathlib import Path

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.pictures.stable import Stable
from tests.pictures.studio import LARGEST

DOCS = Path(__file__).parents[2] / "docs"


async def drawn(world: SandboxClient, channel: Channel, user: User) -> str:
    """What a new run draws of the same message."""
    minutes_ago = (await world.advance_clock(61)) // 1000 - 300
    text = f"<@{user.id}> asked <t:{minutes_ago}:R> in <#{channel.id}>, took 0.7 s · Job 1m7z8wb4tct2r6rjndts"
    message = await world.say(user, channel, text)
    stable = Stable([*await world.users(), *await world.channels()])
    return json.dumps(stable.message(message, {}))


async def test_what_differs_from_run_to_run_is_evened_out(world: SandboxClient, art: Channel, mara: User) -> None:
    first = await drawn(world, art, mara)
    assert await drawn(world, art, mara) == first
    assert "took 8.4 s" in first
    assert str(mara.id) not in first


async def test_files_are_found_under_their_new_names(world: SandboxClient, art: Channel, mara: User) -> None:
    file = {"filename": "fluxcord-1m7z8wb4tct2r6rjndts-1.txt", "content_base64": "YQ=="}
    message: Message = await world.say(mara, art, "here", [file])
    stable = Stable(await world.users())
    shown = stable.message(message, {})["attachments"][0]
    (known,) = message.attachments
    assert (shown["url"], shown["id"]) == (stable.url(known.url), stable.file(known.id))


@pytest.mark.parametrize("page", ["features.md", "admin-guide.md"])
def test_the_page_shows_pictures_that_are_there_and_small(page: str) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (DOCS / page).read_text())
    assert len(shown) >= 10
    assert {name: (DOCS / name).stat().st_size <= LARGEST for name in shown} == dict.fromkeys(shown, True)
