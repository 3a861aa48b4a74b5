"""The domain's `Audience` in Discord: progress, results and failures find their way to the people who wait."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from cogs.delivery.contents import Contents, Message
from cogs.delivery.marks import FAILURE, RESPONSE, numbers_of, shown_in, tells_the_end
from cogs.delivery.notice import ReadyNotice
from cogs.delivery.once import Once
from cogs.delivery.posting import Content, Poster
from cogs.delivery.progress import ProgressBoard
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.delivery.ways import NoWay, Ways
from cogs.embeds import failure_embed
from cogs.results.buttons import failure_buttons
from jobs.errors import Reason
from jobs.model import Job, Posted, Usage
from jobs.outcomes import Delivery, NowhereToPost, Shown
from jobs.ports import DeliveryDelayed
from jobs.world import about

_log = structlog.get_logger(__name__)

_UNSEEN: Final = "it may stand in its private response, where nobody can look any more"
NOT_MADE: Final = "No image came of this one; it was given back to the quota."
_HOPELESS: Final = frozenset(
    {Reason.CONTENT_REFUSED, Reason.REJECTED, Reason.UNAUTHORISED, Reason.OUT_OF_CREDIT, Reason.NOT_OFFERED}
)


class DiscordAudience:
    """Delivers by the first way that is open; each way may be tried again without harm.

    The ways are: the interaction's response, while its token lives; the channel, for what is public; more messages
    through the interaction; a direct message. What was posted by a process that was killed is found again. Where
    nobody can look, at a private response after its token's quarter of an hour, the result is kept instead of sent
    once more: `/history` has it.
    """

    def __init__(self, poster: Poster, once: Once, board: ProgressBoard, contents: Contents) -> None:
        self._poster = poster
        self._once = once
        self._ways = Ways(poster, once)
        self._notice = ReadyNotice(poster, once)
        self._board = board
        self._contents = contents

    def follow(self, job: Job) -> None:
        """See `jobs.ports.Audience`."""
        self._board.follow(job)

    async def unfollow(self, job_id: str) -> None:
        """See `jobs.ports.Audience`."""
        await self._board.unfollow(job_id)

    async def deliver(self, job: Job, paths: Sequence[Path], usage: Usage) -> Delivery:
        """See `jobs.ports.Audience`."""
        known = await self._once.known(job)
        shown = {number: posted for part, posted in known.items() if posted for number in numbers_of(part)}
        if 1 not in shown:
            shown |= await self._shown_in_response(job)
        if 1 not in shown and RESPONSE in known and not self._poster.can_edit_reply(job):
            return NowhereToPost(detail=_UNSEEN)
        places = dict(shown)

        async def show(message: Message) -> Posted:
            posted = await self._show(job, message)
            places.update(dict.fromkeys(message.numbers, posted))
            return posted

        try:
            await self._contents.show_all(job, paths, usage, shown=shown, limit=job.order.upload_limit, show=show)
        except (NoWay, TooLarge) as error:
            if 1 not in places or not _is_response(job, places[1]):
                text = kept_text(len(paths) - len(places), of=len(paths), too_large=isinstance(error, TooLarge))
                await self._close_stale_reply(job, text)
            return NowhereToPost(detail=str(error))
        if _is_response(job, places[1]):
            await self._notice.give(job, places[1])
        else:
            await self._close_with_link(job, places[1])
        return Shown(posted=places[1])

    async def tell_failure(self, job: Job, usage: Usage) -> Delivery:
        """See `jobs.ports.Audience`."""
        known = await self._once.known(job)
        if told := known.get(FAILURE):
            await self._close_with_link(job, told)
            return Shown(posted=told)
        content = Content(embed=failure_embed(job, usage), view=failure_buttons(job.id, again=_may_help(job)))
        closed = ""
        if self._poster.can_edit_reply(job):
            try:
                return Shown(posted=await self._edit_reply(job, content))
            except WayClosed as error:
                closed = f"response: {error}; "
        elif RESPONSE in known:
            return NowhereToPost(detail=_UNSEEN)
        elif told := await self._told_in_response(job):
            return Shown(posted=told)
        try:
            posted = await self._ways.send(job, FAILURE, content, mention=True)
        except (NoWay, TooLarge) as error:
            await self._close_stale_reply(job, NOT_MADE)
            return NowhereToPost(detail=f"{closed}{error}")
        await self._close_with_link(job, posted)
        return Shown(posted=posted)

    async def _show(self, job: Job, message: Message) -> Posted:
        """One message of a result, by the first way that is open."""
        is_first, closed = 1 in message.numbers, ""
        if is_first and self._poster.can_edit_reply(job):
            try:
                posted = await self._edit_reply(job, message.content)
            except WayClosed as error:
                closed = f"response: {error}; "
            else:
                if job.order.private or not message.is_whole:  # so that a repetition goes on with the others
                    await self._once.record(job, message.part, posted)
                return posted
        try:
            return await self._ways.send(job, message.part, message.content, mention=is_first)
        except NoWay as error:
            raise NoWay(f"{closed}{error}") from error

    async def _edit_reply(self, job: Job, content: Content) -> Posted:
        """Idempotent; noted only where nobody will be able to look what came of it."""
        if not job.order.private:
            return await self._poster.edit_reply(job, content)
        here = job.order.channel_id
        return await self._once.send(job, RESPONSE, here, lambda: self._poster.edit_reply(job, content))

    async def _shown_in_response(self, job: Job) -> Mapping[int, Posted]:
        """What a process that was killed has shown there; while it can be edited, that is simply repeated."""
        if self._poster.can_edit_reply(job):
            return {}
        try:
            message = await self._poster.response(job)
        except WayClosed:
            return {}
        posted = Posted(channel_id=job.order.channel_id, message_id=message.id)
        return dict.fromkeys(shown_in(message, job), posted)

    async def _told_in_response(self, job: Job) -> Posted | None:
        try:
            message = await self._poster.response(job)
        except WayClosed:
            return None
        told = tells_the_end(message, job)
        return Posted(channel_id=job.order.channel_id, message_id=message.id) if told else None

    async def _close_with_link(self, job: Job, posted: Posted) -> None:
        if posted.channel_id == job.order.channel_id:
            text = f"This one is answered here: {_link(job, posted)}"
        else:
            text = "This one was answered by direct message."
        await self._close_stale_reply(job, text)

    async def _close_stale_reply(self, job: Job, text: str) -> None:
        try:
            await self._poster.close_stale_reply(job, text)
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.info("the old message could not be mended", detail=str(error), **about(job))


def kept_text(kept: int, *, of: int, too_large: bool) -> str:
    """What the old message says when `kept` of a result's images could not be posted."""
    if kept == of:
        what = "Your image is" if of == 1 else f"Your {of} images are"
    else:
        what = f"{kept} of your {of} images {'is' if kept == 1 else 'are'}"
    it = "it" if kept == 1 else "them"
    if too_large:
        return (
            f"{what} made and kept, but Discord refuses {it} here as too large. `/history` tries to show {it} to you."
        )
    return (
        f"{what} made and kept, but Discord lets me post {it} nowhere: neither here nor to you directly. "
        f"`/history` shows {it}."
    )


def _may_help(job: Job) -> bool:
    """Whether the same once more may succeed."""
    return job.failure is None or job.failure.reason not in _HOPELESS


def _is_response(job: Job, posted: Posted) -> bool:
    return posted.message_id == job.order.reply.message_id


def _link(job: Job, posted: Posted) -> str:
    return f"https://discord.com/channels/{job.order.guild_id}/{posted.channel_id}/{posted.message_id}"
