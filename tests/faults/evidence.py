"""What is left when all is quiet: the bot's rows and folders on one side, the world's ledgers on the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.client import Message
from tests.faults.stage import Stage

Row = Mapping[str, Any]
_PICTURE: Final = re.compile(r"fluxcord-([0-9a-z]{20})-(\d+)\.")
_BUTTON: Final = re.compile(r"fluxcord:(?!lora)[a-z]+:([0-9a-z]{20})")


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
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)  # all of the database's
    forgotten: frozenset[int] = frozenset()  # users whose data are to be gone
    left: frozenset[int] = frozenset()  # servers whose data are to be gone


async def gather(stage: Stage) -> Evidence:
    """Look at everything; the bot is stopped."""
    world, folder = stage.world, stage.folder
    bot, tables = await world.bot(), await _tables(stage)
    messages = [message for channel in await world.channels() for message in await world.messages(channel)]
    stats = [use for api in ("eachlabs", "aimlapi") for use in (await world.image_stats(api))["keys"].values()]
    results = folder / "results"
    return Evidence(
        jobs=tables.get("jobs", []),
        ledger=tables.get("ledger", []),
        messages=[message for message in messages if message.author_id == bot.id],
        creates=len(await world.predictions()) + len(await world.generations()),
        refused=sum(use["refused"] for use in stats),
        most_in_flight=max((use["max_in_flight"] for use in stats), default=0),
        most_per_minute=max((use["max_per_minute"] for use in stats), default=0),
        folders=frozenset(path.name for path in results.iterdir() if path.is_dir())
        if results.exists()
        else frozenset(),
        log=(folder / "bot.log").read_text(encoding="utf-8"),
        tables=tables,
        forgotten=frozenset(stage.forgotten),
        left=frozenset(stage.left),
    )


async def _tables(stage: Stage) -> Mapping[str, Sequence[Row]]:
    """Every table by its name; none where no bot has lived to make them."""
    if not stage.keeper.was_online:
        return {}
    names = [row["name"] for row in await stage.database.rows(stage.database.listing)]
    return {name: await stage.database.rows(f"SELECT * FROM {name}") for name in names}  # noqa: S608 - its own names


def pictures(message: Message) -> Sequence[tuple[str, int]]:
    """The pictures that a message shows, each as its job's id and its number there."""
    found = [_PICTURE.match(attachment.filename) for attachment in message.attachments if attachment.width]
    return [(match[1], int(match[2])) for match in found if match]


def subjects(message: Message) -> frozenset[str]:
    """The jobs that a message is about, by its pictures and its buttons."""
    pressed = [_BUTTON.match(button.custom_id or "") for button in message.buttons]
    return frozenset(match[1] for match in pressed if match) | {job for job, _ in pictures(message)}
