"""What is left when all is quiet: the bot's rows and folders on one side, the world's ledgers on the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.client import Message, SandboxClient
from tests.faults.databases import Database

Row = Mapping[str, Any]
_PICTURE: Final = re.compile(r"fluxcord-([0-9a-z]{20})-(\d+)\.")
_BUTTON: Final = re.compile(r"fluxcord:[a-z]+:([0-9a-z]{20})")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Both sides of one case."""

    jobs: Sequence[Row]
    ledger: Sequence[Row]
    messages: Sequence[Message]  # the bot's, in all channels, deleted and ephemeral ones too
    creates: int  # accepted by the image APIs: to be paid, or paid
    refused: int  # creates that an API refused because of its limits
    most_in_flight: int
    most_per_minute: int
    folders: frozenset[str]  # jobs whose results lie on the disk
    log: str


async def gather(world: SandboxClient, database: Database, folder: Path, *, is_there: bool) -> Evidence:
    """Look at everything; the bot is stopped. `is_there`: the bot has lived to make its tables."""
    bot = await world.bot()
    messages = [message for channel in await world.channels() for message in await world.messages(channel)]
    stats = [use for api in ("eachlabs", "aimlapi") for use in (await world.image_stats(api))["keys"].values()]
    results = folder / "results"
    return Evidence(
        jobs=await database.rows("SELECT * FROM jobs ORDER BY created_at, id") if is_there else [],
        ledger=await database.rows("SELECT * FROM ledger") if is_there else [],
        messages=[message for message in messages if message.author_id == bot.id],
        creates=len(await world.predictions()) + len(await world.generations()),
        refused=sum(use["refused"] for use in stats),
        most_in_flight=max((use["max_in_flight"] for use in stats), default=0),
        most_per_minute=max((use["max_per_minute"] for use in stats), default=0),
        folders=frozenset(path.name for path in results.iterdir() if path.is_dir())
        if results.exists()
        else frozenset(),
        log=(folder / "bot.log").read_text(encoding="utf-8"),
    )


def pictures(message: Message) -> Sequence[tuple[str, int]]:
    """The pictures that a message shows, each as its job's id and its number there."""
    found = [_PICTURE.match(attachment.filename) for attachment in message.attachments if attachment.width]
    return [(match[1], int(match[2])) for match in found if match]


def subjects(message: Message) -> frozenset[str]:
    """The jobs that a message is about, by its pictures and its buttons."""
    pressed = [_BUTTON.match(button.custom_id or "") for button in message.buttons]
    return frozenset(match[1] for match in pressed if match) | {job for job, _ in pictures(message)}
