"""What admins, moderators and members do in scenes: typed and pressed again until the database shows that it counts."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sandbox.client import Channel, Interaction, Message, User
from tests.e2e.support import eventually, fields
from tests.faults.stage import PATIENCE, Stage

REMEMBERED: Final = 300.0  # seconds that Discord remembers a nonce
_UNTOLD: Final = (
    "SELECT id FROM audit WHERE told = 0 "
    "UNION ALL SELECT period FROM spend_warnings WHERE told_at IS NULL "
    "UNION ALL SELECT job_id FROM reports WHERE told_at IS NULL"
)


async def holds(stage: Stage, query: str) -> bool:
    """Whether the database has such a row."""
    await stage.keeper.online.wait()
    return bool(await stage.database.rows(query))


async def shows(stage: Stage, query: str) -> None:
    """Wait for such a row."""
    await eventually(lambda: _true(holds(stage, query)), PATIENCE)


async def shows_no(stage: Stage, query: str) -> None:
    """Wait until there is none."""
    await eventually(lambda: _false(holds(stage, query)), PATIENCE)


async def struck(stage: Stage) -> None:
    """Wait until every fault that was scripted has come to pass, or has begun to."""
    await eventually(lambda: _false(stage.world.faults()), PATIENCE)


async def all_told(stage: Stage) -> None:
    """Every change, warning and report has found its way to those who look after them."""
    await shows_no(stage, _UNTOLD)


async def type_until(stage: Stage, query: str, user: User, command: str, /, **options: Any) -> None:
    """A command, until the database has such a row; not once more when it has."""
    await _until(stage, query, lambda: stage.world.command(user, stage.channel, command, options))


async def press_until(stage: Stage, query: str, user: User, message: Message, label: str) -> None:
    """The same with a button."""

    async def press() -> Interaction:
        return await stage.world.press(user, await stage.world.message(message), label=label)

    await _until(stage, query, press)


async def open_desk(stage: Stage) -> Channel:
    """A channel in which a server's admins and moderators are told of everything, chosen by a file of rules."""
    desk = await stage.world.add_channel(await stage.world.guild(), "desk")
    rules = "[channels]\n" + "".join(f"{name} = {desk.id}\n" for name in ("reports", "audit", "warnings"))
    file = {"filename": "rules.toml", "content_base64": base64.b64encode(rules.encode()).decode()}
    while not await holds(stage, f"SELECT guild_id FROM server_rules WHERE rules LIKE '%{desk.id}%'"):  # noqa: S608
        question = await _answer(stage, stage.ada, "admin config import", file=file)
        if question is not None and any(button.label == "Apply" for button in question.buttons):
            await _acted(stage, lambda: stage.world.press(stage.ada, question, label="Apply"))  # noqa: B023 - at once
    return desk


async def report(stage: Stage, user: User, job_id: str) -> None:
    """Report a result, until that is kept."""
    result = await stage.world.message((await stage.job(job_id))["posted_message_id"])
    while not await holds(stage, f"SELECT job_id FROM reports WHERE user_id = {user.id}"):  # noqa: S608 - a number
        form = await stage.acted(lambda: stage.world.press(user, result, label="Report"))
        if form is not None and form.modal is not None:
            await _acted(stage, lambda: stage.world.submit_modal(user, form, {"reason": "not a fox"}))  # noqa: B023


async def case_of(stage: Stage, desk: Channel, *, reports: int) -> Message:
    """The message that gathers so many reports."""

    async def seen() -> Message | None:
        name = "1 report" if reports == 1 else f"{reports} reports"
        there = [message for message in await stage.world.messages(desk) if name in fields(message)]
        return there[0] if there else None

    return await eventually(seen, PATIENCE)


async def decide(stage: Stage, case: Message, label: str) -> None:
    """Press a button of a case until the message tells the decision."""
    while "Decision" not in fields(await stage.world.message(case)):
        await _acted(stage, lambda: stage.world.press(stage.olga, case, label=label))


async def ask_to_be_forgotten(stage: Stage, user: User) -> None:
    """`/privacy delete`, and its button, until the wish is noted or carried out."""
    noted = "SELECT user_id AS id FROM deletions UNION ALL SELECT id FROM former_members"
    while not await holds(stage, noted):
        question = await _answer(stage, user, "privacy delete")
        if question is not None and question.buttons:
            label = "Delete my data for good"
            await _acted(stage, lambda: stage.world.press(user, question, label=label))  # noqa: B023 - at once
    stage.forgotten.add(user.id)


async def _answer(stage: Stage, user: User, command: str, **options: Any) -> Message | None:
    asked = await _acted(stage, lambda: stage.world.command(user, stage.channel, command, options))
    if asked is None or asked.original_message_id is None:
        return None
    return await stage.world.message(asked.original_message_id)


async def _until(stage: Stage, query: str, act: Callable[[], Awaitable[Interaction]]) -> None:
    while not await holds(stage, query):
        await _acted(stage, act)


async def _acted(stage: Stage, act: Callable[[], Awaitable[Interaction]]) -> Interaction | None:
    done = await stage.acted(act, finished=True)
    if done is None:  # its commands are not registered yet
        await asyncio.sleep(0.05)
    return done


async def _true(found: Awaitable[object]) -> bool | None:
    return True if await found else None


async def _false(found: Awaitable[object]) -> bool | None:
    return None if await found else True
