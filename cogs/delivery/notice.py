"""After a long wait, a message that notifies: the result itself came as an edit, and an edit notifies nobody."""

import asyncio
from typing import Final

import structlog

from cogs.delivery.marks import READY
from cogs.delivery.once import Once
from cogs.delivery.posting import Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.delivery.ways import nonce
from jobs.model import Job, Posted
from jobs.ports import DeliveryDelayed
from jobs.sentence import say
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
LONG: Final = 60_000  # ms: a job that took longer notifies its user
_PAUSES: Final = (1.0, 3.0)  # seconds between the tries


class ReadyNotice:
    """Says once that a result is there. It is a courtesy: the delivery does not depend on it."""

    def __init__(self, poster: Poster, once: Once) -> None:
        self._poster = poster
        self._once = once

    async def give(self, job: Job, posted: Posted) -> None:
        """Notify the job's user of the response that shows the result, if the job took long; never raises."""
        if (job.completed_at or 0) - job.created_at < LONG:
            return
        for pause in (*_PAUSES, None):
            try:
                await self._give(job, posted)
            except (WayClosed, TooLarge) as error:
                _log.info("the user could not be notified; the result is posted", detail=str(error), **about(job))
            except DeliveryDelayed as error:
                _log.info("the user could not be notified yet", detail=str(error), pause_s=pause, **about(job))
                if pause is not None:
                    await asyncio.sleep(pause)
                    continue
            return

    async def _give(self, job: Job, posted: Posted) -> None:
        known = await self._once.known(job)
        if known.get(READY):
            return
        if not (job.order.private or job.order.is_direct):  # where the bot is not, it can send nothing but this
            await self._mention(job, posted)
        elif READY not in known:  # Discord shows nobody what is ephemeral: after a doubt it is not said again
            text = Words(job.order.locale)(say("Your image is ready: it is in the message above."))
            await self._once.send(job, READY, posted.channel_id, lambda: self._poster.follow_up(job, None, text=text))

    async def _mention(self, job: Job, posted: Posted) -> None:
        poster, here = self._poster, posted.channel_id
        ready = say("{user} your image is ready.", user=f"<@{job.order.user_id}>")
        text, mark = Words(job.order.locale)(ready), nonce(job, READY)
        try:
            await self._once.send(
                job,
                READY,
                here,
                lambda: poster.send(job, here, None, text=text, nonce=mark, reply_to=posted.message_id),
            )
        except WayClosed:  # a reply needs Read Message History, a mention does not
            linked = f"{text} https://discord.com/channels/{job.order.guild_id}/{here}/{posted.message_id}"
            await self._once.send(job, READY, here, lambda: poster.send(job, here, None, text=linked, nonce=mark))
