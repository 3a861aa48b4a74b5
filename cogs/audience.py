"""The domain's `Audience` in Discord: progress, results and failures find their way to the people who wait."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from cogs.buttons import failure_buttons, result_buttons
from cogs.embeds import failure_embed, needs_prompt_file, result_embed
from cogs.posting import Content, Poster, TooLarge, WayClosed
from cogs.progress import ProgressBoard
from jobs.catalog import Catalog
from jobs.errors import Reason
from jobs.model import Job, Posted, Usage
from jobs.outcomes import Delivery, NowhereToPost, Shown
from jobs.ports import DeliveryDelayed
from jobs.world import about

_log = structlog.get_logger(__name__)
Fit = Callable[[Sequence[Path], int], list[Path]]
"""Blocking: the same pictures, re-encoded where together they exceed so many bytes; raises `ValueError` if none fit."""

KEPT: Final = "The images are made and kept, but Discord lets me post them nowhere: neither here nor to you directly."
NOT_MADE: Final = "No image came of this one; it was given back to the quota."
TOO_LARGE: Final = (
    "The images are made and kept, but this channel takes no files of their size, however they are encoded."
)
_HOPELESS: Final = frozenset(
    {Reason.CONTENT_REFUSED, Reason.REJECTED, Reason.UNAUTHORISED, Reason.OUT_OF_CREDIT, Reason.NOT_OFFERED}
)
LONG: Final = 60_000  # ms: a job that took longer mentions its user, since an edit notifies nobody
_SMALLEST: Final = 1024 * 1024  # bytes; no channel takes less


class DiscordAudience:
    """Delivers by the first way that is open; each way may be tried again without harm."""

    def __init__(self, poster: Poster, board: ProgressBoard, catalog: Catalog, fit: Fit) -> None:
        self._poster = poster
        self._board = board
        self._catalog = catalog
        self._fit = fit

    def follow(self, job: Job) -> None:
        """See `jobs.ports.Audience`."""
        self._board.follow(job)

    async def unfollow(self, job_id: str) -> None:
        """See `jobs.ports.Audience`."""
        await self._board.unfollow(job_id)

    async def deliver(self, job: Job, paths: Sequence[Path], usage: Usage) -> Delivery:
        """See `jobs.ports.Audience`."""
        limit = job.order.upload_limit
        while True:
            try:
                shown = await self._show(job, await self._content(job, paths, usage, limit))
            except TooLarge:
                _log.warning("the result is too large for this channel", limit_bytes=limit, **about(job))
                limit //= 2
                if limit < _SMALLEST:
                    await self._close_stale_reply(job, TOO_LARGE)
                    return NowhereToPost(detail="too large, however small it was made")
            except ValueError as error:
                await self._close_stale_reply(job, TOO_LARGE)
                return NowhereToPost(detail=f"cannot be made small enough: {error}")
            else:
                if isinstance(shown, NowhereToPost):
                    await self._close_stale_reply(job, KEPT)
                return shown

    async def tell_failure(self, job: Job, usage: Usage) -> None:
        """See `jobs.ports.Audience`."""
        content = Content(embed=failure_embed(job, usage), view=failure_buttons(job.id, again=_may_help(job)))
        shown = await self._show(job, content)
        if isinstance(shown, NowhereToPost):
            await self._close_stale_reply(job, NOT_MADE)
            _log.warning("no way is open to tell the user of the failure", detail=shown.detail, **about(job))

    async def _content(self, job: Job, paths: Sequence[Path], usage: Usage, limit: int) -> Content:
        prompt = job.request.prompt.encode() if needs_prompt_file(job) else b""
        fitted = await asyncio.to_thread(self._fit, paths, limit - len(prompt))
        shrunk = [path for path, original in zip(fitted, paths, strict=True) if path != original]
        notes = ["Re-encoded so that this channel takes it."] if shrunk else []
        if missing := job.request.images - len(paths):
            notes.append(f"{missing} of {job.request.images} could not be fetched: given back to your quota.")
        files: list[tuple[str, Path | bytes]] = [
            (f"fluxcord-{job.id}-{number}{path.suffix}", path) for number, path in enumerate(fitted, start=1)
        ]
        if prompt:
            files.append((f"fluxcord-{job.id}-prompt.txt", prompt))
        model = self._catalog.get(job.request.model)
        embed = result_embed(job, model, usage, note=" ".join(notes))
        return Content(embed=embed, view=result_buttons(job.id), files=files)

    async def _show(self, job: Job, content: Content) -> Delivery:
        """By the first way that is open: the response, the channel, a direct message; never a private one in public."""
        closed: list[str] = []
        if self._poster.can_edit_reply(job):
            try:
                posted = await self._poster.edit_reply(job, content)
            except WayClosed as error:
                closed.append(f"response: {error}")
            else:
                await self._notify(job, posted)
                return Shown(posted=posted)
        if not job.order.private:
            mention = f"<@{job.order.user_id}>"
            try:
                posted = await self._poster.send_to_channel(job, content, text=mention, nonce=job.id)
            except WayClosed as error:
                closed.append(f"channel: {error}")
            else:
                await self._close_stale_reply(job, f"This one is answered here: {_link(job, posted)}")
                return Shown(posted=posted)
        try:
            posted = await self._poster.send_direct(job, content, text="", nonce=job.id)
        except WayClosed as error:
            closed.append(f"direct message: {error}")
        else:
            await self._close_stale_reply(job, "This one was answered by direct message.")
            return Shown(posted=posted)
        return NowhereToPost(detail="; ".join(closed))

    async def _notify(self, job: Job, posted: Posted) -> None:
        """After a long wait: a message that notifies, since the result itself came as an edit."""
        if (job.completed_at or 0) - job.created_at < LONG:
            return
        try:
            if job.order.private:
                await self._poster.follow_up(job, "Your image is ready: it is in the message above.")
            else:
                await self._mention(job, posted)
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.info("the user could not be notified; the result is posted", detail=str(error), **about(job))

    async def _mention(self, job: Job, posted: Posted) -> None:
        text, nonce = f"<@{job.order.user_id}> your image is ready.", f"{job.id}-done"
        try:
            await self._poster.send_to_channel(job, None, text=text, nonce=nonce, reply_to=posted.message_id)
        except WayClosed:  # a reply needs Read Message History, a mention does not
            await self._poster.send_to_channel(job, None, text=f"{text} {_link(job, posted)}", nonce=nonce)

    async def _close_stale_reply(self, job: Job, text: str) -> None:
        try:
            await self._poster.close_stale_reply(job, text)
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.info("the old message could not be mended", detail=str(error), **about(job))


def _may_help(job: Job) -> bool:
    """Whether the same once more may succeed."""
    return job.failure is None or job.failure.reason not in _HOPELESS


def _link(job: Job, posted: Posted) -> str:
    return f"https://discord.com/channels/{job.order.guild_id}/{posted.channel_id}/{posted.message_id}"
