"""The domain's `Audience` in Discord: progress, results and failures find their way to the people who wait."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import discord
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
from jobs.sentence import Sentence, say, say_count
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)

_UNSEEN: Final = "it may stand in its private response, where nobody can look any more"
NOT_MADE: Final = say("No image came of this one; it was given back to the quota.")
_NOT_THE_MEMBERS_TO_MEND: Final = frozenset({Reason.UNAUTHORISED, Reason.OUT_OF_CREDIT, Reason.NOT_OFFERED})
_HOPELESS: Final = _NOT_THE_MEMBERS_TO_MEND | {Reason.CONTENT_REFUSED, Reason.REJECTED}  # without a change


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

    async def deliver(self, job: Job, paths: Sequence[Path], usage: Usage, *, is_first: bool) -> Delivery:
        """See `jobs.ports.Audience`."""
        known = {} if is_first else await self._once.known(job)
        shown = {number: posted for part, posted in known.items() if posted for number in numbers_of(part)}
        if 1 not in shown and not self._poster.can_edit_reply(job):  # what a process that was killed has shown there
            response = await self._response(job)
            if response is not None:
                posted = Posted(channel_id=job.order.channel_id, message_id=response.id)
                shown |= dict.fromkeys(shown_in(response, job), posted)
            elif RESPONSE in known or _may_be_seen(job, known):
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
                kept = kept_sentence(len(paths) - len(places), of=len(paths), too_large=isinstance(error, TooLarge))
                await self._close_stale_reply(job, kept)
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
        reason = job.failure.reason if job.failure is not None else None
        words, may_help, mendable = (
            Words(job.order.locale),
            reason not in _HOPELESS,
            reason not in _NOT_THE_MEMBERS_TO_MEND,
        )
        buttons = failure_buttons(job.id, words, again=may_help, edit=mendable)
        content = Content(embed=failure_embed(job, usage, words), view=buttons)
        closed = ""
        if self._poster.can_edit_reply(job):
            try:
                return Shown(posted=await self._edit_reply(job, content))
            except WayClosed as error:
                closed = f"response: {error}; "
        elif (response := await self._response(job)) is None:
            if RESPONSE in known or _may_be_seen(job, known):
                return NowhereToPost(detail=_UNSEEN)
        elif tells_the_end(response, job):
            return Shown(posted=Posted(channel_id=job.order.channel_id, message_id=response.id))
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
        """Idempotent; noted only where nobody may be able to look what came of it."""
        if not (job.order.private or job.order.is_direct):
            return await self._poster.edit_reply(job, content)
        here = job.order.channel_id
        return await self._once.send(job, RESPONSE, here, lambda: self._poster.edit_reply(job, content))

    async def _response(self, job: Job) -> discord.Message | None:
        """The response as it stands, where it can be looked at; while it can be edited, that is simply repeated."""
        try:
            return await self._poster.response(job)
        except WayClosed:
            return None

    async def _close_with_link(self, job: Job, posted: Posted) -> None:
        if posted.channel_id == job.order.channel_id:
            where = say("This one is answered here: {link}", link=_link(job, posted))
        else:
            where = say("This one was answered by direct message.")
        await self._close_stale_reply(job, where)

    async def _close_stale_reply(self, job: Job, sentence: Sentence) -> None:
        try:
            await self._poster.close_stale_reply(job, Words(job.order.locale)(sentence))
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.info("the old message could not be mended", detail=str(error), **about(job))


def kept_sentence(kept: int, *, of: int, too_large: bool) -> Sentence:
    """What the old message says when `kept` of a result's images could not be posted."""
    match (kept == of, too_large):
        case (True, True):
            return say_count(
                "Your image is made and kept, but Discord refuses it here as too large. "
                "`/history` tries to show it to you.",
                "Your {count} images are made and kept, but Discord refuses them here as too large. "
                "`/history` tries to show them to you.",
                kept,
            )
        case (True, False):
            return say_count(
                "Your image is made and kept, but Discord lets me post it nowhere: neither here nor to you directly. "
                "`/history` shows it.",
                "Your {count} images are made and kept, but Discord lets me post them nowhere: "
                "neither here nor to you directly. `/history` shows them.",
                kept,
            )
        case (False, True):
            return say_count(
                "{count} of your {total} images is made and kept, but Discord refuses it here as too large. "
                "`/history` tries to show it to you.",
                "{count} of your {total} images are made and kept, but Discord refuses them here as too large. "
                "`/history` tries to show them to you.",
                kept,
                total=of,
            )
        case _:
            return say_count(
                "{count} of your {total} images is made and kept, but Discord lets me post it nowhere: "
                "neither here nor to you directly. `/history` shows it.",
                "{count} of your {total} images are made and kept, but Discord lets me post them nowhere: "
                "neither here nor to you directly. `/history` shows them.",
                kept,
                total=of,
            )


def _may_be_seen(job: Job, known: Mapping[str, Posted | None]) -> bool:
    """Whether a private message of one of several jobs was begun: nobody can look whether it is there."""
    return job.order.private and job.order.batch > 1 and None in known.values()


def _is_response(job: Job, posted: Posted) -> bool:
    return posted.message_id == job.order.reply.message_id


def _link(job: Job, posted: Posted) -> str:
    server = "@me" if job.order.is_direct else job.order.guild_id
    return f"https://discord.com/channels/{server}/{posted.channel_id}/{posted.message_id}"
