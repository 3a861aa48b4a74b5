"""What a scene has at hand: a server with people, the bot that comes and goes, and its database."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from jobs.status import FINISHED, Status
from sandbox.client import Channel, Interaction, InteractionState, Message, Refused, SandboxClient, User
from tests.e2e.support import eventually
from tests.faults.databases import Database
from tests.faults.keeper import Keeper

PATIENCE: Final = 60.0  # seconds; whatever has not come to pass by then never will


class Mode(StrEnum):
    """How a result is found."""

    POLL = "poll"
    WEBHOOK = "webhook"
    SYNCHRONOUS = "synchronous"


@dataclass(kw_only=True)
class Stage:
    """Everything that people do is done until the bot has taken it: they press again when it was away."""

    world: SandboxClient
    keeper: Keeper
    database: Database
    folder: Path
    mode: Mode
    channel: Channel
    mara: User
    ben: User
    olga: User  # a moderator
    ada: User  # an administrator
    random: random.Random
    refused: list[Interaction] = field(default_factory=list)  # what the bot did not live to accept
    forgotten: set[int] = field(default_factory=set)  # users whose wish to be forgotten was noted
    left: set[int] = field(default_factory=set)  # servers whose data are to be gone in the end

    @property
    def model(self) -> str:
        """The model that this mode is about."""
        return "flux-2-lora" if self.mode is Mode.SYNCHRONOUS else "flux-lora"

    @property
    def create(self) -> str:
        """The sandbox's name for a create of this model."""
        return "aimlapi.generate" if self.mode is Mode.SYNCHRONOUS else "eachlabs.create"

    async def hold(self, held: bool) -> None:
        """Let the image APIs finish nothing, or go on."""
        await self.world.set_eachlabs(hold=held)
        await self.world.set_aimlapi(hold=held)

    async def jobs(self) -> list[dict[str, Any]]:
        """All accepted jobs, oldest first."""
        return await self.database.rows("SELECT * FROM jobs ORDER BY created_at, id")

    async def job(self, job_id: str) -> dict[str, Any]:
        """One of them."""
        return next(job for job in await self.jobs() if job["id"] == job_id)

    async def order(self, user: User | None = None, **options: str | float | bool) -> str:
        """`/imagine` until it is accepted; returns the job's id."""
        typed = {"prompt": "a fox", "size": "square", "model": self.model, **options}
        return await self._accepted(lambda: self.world.command(user or self.mara, self.channel, "imagine", typed))

    async def several(self, **options: str | float | bool) -> str:
        """`/imagine` with two alternatives, and Make, until they are accepted; returns the first one's id."""
        typed = {"prompt": "a {red|green} fox", "alternatives": True, "size": "square", "model": self.model, **options}

        async def make() -> Interaction:
            while True:
                asked = await self.acted(
                    lambda: self.world.command(self.mara, self.channel, "imagine", typed), finished=True
                )
                if asked is not None and asked.original_message_id is not None:
                    question = await self.world.message(asked.original_message_id)
                    if _can_press(question, "Make 2 images"):
                        return await self.world.press(self.mara, question, label="Make 2 images")

        return await self._accepted(make)

    async def summed_up(self) -> None:
        """The message for several jobs says how all of them ended."""

        async def all_closed() -> bool | None:
            return not await self.database.rows("SELECT * FROM batches WHERE closed_at IS NULL") or None

        await eventually(all_closed, PATIENCE)

    async def again(self, job_id: str, user: User | None = None) -> str:
        """Press Again under a result until it is accepted; returns the new job's id."""
        message = await self.world.message((await self.job(job_id))["posted_message_id"])
        return await self._accepted(lambda: self.world.press(user or self.mara, message, label="Again"))

    async def cancel(self, job_id: str, user: User | None = None) -> None:
        """Press Cancel until it is taken, or it is too late: a synchronous API cannot be told to stop."""
        too_late = {Status.SUBMITTING} if self.mode is Mode.SYNCHRONOUS else set()

        async def taken() -> bool | None:
            job = await self.job(job_id)
            if job["status"] in {*FINISHED, *too_late, Status.CANCELLING}:
                return True
            message = await self.world.message(job["reply_message_id"])
            if self.keeper.online.is_set() and _can_press(message, "Cancel"):
                await self.acted(lambda: self.world.press(user or self.mara, message, label="Cancel"))
            return None

        await eventually(taken, PATIENCE)

    async def acted(self, act: Callable[[], Awaitable[Interaction]], *, finished: bool = False) -> Interaction | None:
        """Do it once, and wait until it is acknowledged, or `finished`; None when the bot was not there for it."""
        await self.keeper.online.wait()
        starts = self.keeper.starts
        try:
            interaction = await act()
        except Refused:
            return None

        async def answered() -> Interaction | None:
            now = await self.world.interaction(interaction)
            waiting = {InteractionState.PENDING, *([InteractionState.DEFERRED] if finished else [])}
            return now if now.state not in waiting or self.keeper.starts > starts else None

        return await eventually(answered, PATIENCE)

    async def until(self, job_id: str, *statuses: Status) -> Status:
        """The job's state as soon as it is one of these, or it can become none of them any more."""

        async def reached() -> Status | None:
            status = Status((await self.job(job_id))["status"])
            return status if status in {*statuses, *FINISHED} else None

        return await eventually(reached, PATIENCE)

    async def given_up(self, job_id: str) -> None:
        """Wait until a create of the job is looked for no more."""

        async def counted() -> bool | None:
            return (await self.job(job_id))["unknown_creates"] > 0 or None

        await eventually(counted, PATIENCE)

    async def reported(self) -> None:
        """Wait until a webhook was answered or given up."""

        async def called() -> bool | None:
            return bool(await self.world.webhook_calls()) or None

        await eventually(called, PATIENCE)

    async def ask_for(self, job_id: str) -> None:
        """`/history`, and Show, until a kept result is shown."""

        async def shown() -> bool | None:
            if (await self.job(job_id))["status"] != Status.UNDELIVERED:
                return True
            asked = await self.acted(lambda: self.world.command(self.mara, self.channel, "history"), finished=True)
            button = await self._show_button(asked, job_id)
            if button is not None:
                message, custom_id = button
                await self.acted(lambda: self.world.press(self.mara, message, custom_id), finished=True)
            return None

        await eventually(shown, PATIENCE)

    async def learn(self, job_id: str) -> None:
        """`/quota`, until its user has been told beside it how a job ended."""

        async def told() -> bool | None:
            if (await self.job(job_id))["told_at"] is not None:
                return True
            await self.acted(lambda: self.world.command(self.mara, self.channel, "quota"), finished=True)
            return None

        await eventually(told, PATIENCE)

    async def looked_at(self) -> None:
        """The API has been asked how a prediction does."""

        async def asked() -> bool | None:
            requests = await self.world.image_requests("eachlabs")
            return any(each["method"] == "GET" and "/prediction/" in each["path"] for each in requests) or None

        await eventually(asked, PATIENCE)

    async def remove_files(self, job_id: str) -> None:
        """Let a stored result vanish from the disk."""
        await asyncio.to_thread(shutil.rmtree, self.folder / "results" / job_id, ignore_errors=True)

    async def pad(self, job_id: str, *, megabytes: int) -> None:
        """Let a stored result be so much larger."""
        file = self.folder / "results" / job_id / "padding"
        await asyncio.to_thread(file.write_bytes, bytes(megabytes * 1024 * 1024))

    async def removed(self) -> None:
        """Nothing but the numbers is left of any job."""
        results = self.folder / "results"

        async def all_removed() -> bool | None:
            jobs = await self.jobs()
            is_left = any(job["removed_at"] is None or (results / job["id"]).exists() for job in jobs)
            return None if is_left else True

        await eventually(all_removed, PATIENCE)

    async def ended(self) -> None:
        """Every job has ended, and the users of the failed and cancelled ones have been told."""

        async def all_ended() -> bool | None:
            jobs = await self.jobs()
            return True if jobs and all(_is_over(job) for job in jobs) else None

        await eventually(all_ended, PATIENCE)

    async def _show_button(self, asked: Interaction | None, job_id: str) -> tuple[Message, str] | None:
        """The button under a history that shows a job's kept result."""
        if asked is None or asked.original_message_id is None:
            return None
        message = await self.world.message(asked.original_message_id)
        ids = [button.custom_id for button in message.buttons if (button.custom_id or "").endswith(job_id)]
        return (message, str(ids[0])) if ids else None

    async def _accepted(self, act: Callable[[], Awaitable[Interaction]]) -> str:
        while True:
            await self.keeper.online.wait()
            starts = self.keeper.starts
            try:
                interaction = await act()
            except Refused:  # its commands are not registered yet
                await asyncio.sleep(0.05)
                continue
            found = await eventually(lambda: self._job_of(interaction, starts), PATIENCE)  # noqa: B023 - awaited in this round
            if found:
                return found
            self.refused.append(interaction)

    async def _job_of(self, interaction: Interaction, starts: int) -> str | None:
        """The interaction's job; an empty text when there will be none."""
        is_over = self.keeper.starts > starts and self.keeper.online.is_set()
        now = await self.world.interaction(interaction)
        for job in await self.jobs():
            if job["interaction_id"] == interaction.id:
                return str(job["id"])
        return "" if is_over or now.state is InteractionState.FAILED else None


def _is_over(job: dict[str, Any]) -> bool:
    status = Status(job["status"])
    return status in FINISHED and (status in {Status.DELIVERED, Status.UNDELIVERED} or job["told_at"] is not None)


def _can_press(message: Message, label: str) -> bool:
    return any(button.label == label and not button.disabled for button in message.buttons)
