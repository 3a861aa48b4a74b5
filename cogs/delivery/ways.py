"""The ways to a user that are no edit: the channel, the interaction once more, a direct message; the first open one."""

from cogs.delivery.marks import numbers_of
from cogs.delivery.once import Once
from cogs.delivery.posting import Content, Poster
from cogs.delivery.trouble import WayClosed
from cogs.words import plain
from jobs.model import Job, Posted
from jobs.sentence import Sentence, say, verbatim
from words.speech import Words


class NoWay(Exception):
    """Every way to the user is closed; `str()` says why each."""


class Ways:
    """Sends a message of its own, once."""

    def __init__(self, poster: Poster, once: Once) -> None:
        self._poster = poster
        self._once = once

    async def send(self, job: Job, part: str, content: Content, *, mention: bool) -> Posted:
        """Send a part that is not known to be there: what is private never to a channel.

        Only the first message of a job mentions its user; only those after it may come through the interaction, whose
        own response is the first one's place. Of several jobs of one interaction none mentions anybody, and all may
        come through it: its response is the summary.

        Raises:
            NoWay: none is open.
            TooLarge: Discord takes no message of this size on the first open way.
            DeliveryDelayed: Discord has trouble.
        """
        poster, here, closed = self._poster, job.order.channel_id, []
        is_alone = job.order.batch == 1
        if not job.order.private:
            text = f"<@{job.order.user_id}>" if mention and is_alone else ""
            try:
                return await self._send(job, part, here, content, text=text)
            except WayClosed as error:
                closed.append(f"channel: {error}")
        if (not mention or not is_alone) and poster.can_follow_up(job):
            try:
                return await self._once.send(job, part, here, lambda: poster.follow_up(job, content, text=""))
            except WayClosed as error:
                closed.append(f"follow-up: {error}")
        try:
            why = Words(job.order.locale)(why_directly(job, poster.server_name(job)))
            return await self._send(job, part, await poster.open_direct(job), content, text=why)
        except WayClosed as error:
            closed.append(f"direct message: {error}")
        raise NoWay("; ".join(closed))

    async def _send(self, job: Job, part: str, channel_id: int, content: Content, *, text: str) -> Posted:
        return await self._once.send(
            job,
            part,
            channel_id,
            lambda: self._poster.send(job, channel_id, content, text=text, nonce=nonce(job, part)),
        )


def why_directly(job: Job, server: str | None) -> Sentence:
    """What a direct message begins with: why it comes, and from where; the server's name where it is known."""
    if job.order.is_direct:
        return say("The answer to your command cannot be edited any more, so here it is.")
    channel = f"<#{job.order.channel_id}>"
    where = say("{channel} of **{server}**", channel=channel, server=plain(server)) if server else verbatim(channel)
    if job.order.private:
        return say(
            "You asked for this privately in {where}. That answer cannot be edited any more, so here it is.",
            where=where,
        )
    return say("I cannot post this in {where} any more, so here it is.", where=where)


def nonce(job: Job, part: str) -> str:
    """At most 25 characters, Discord's bound, and another one for each message of a job."""
    match part:
        case "ready":
            return f"{job.id}-done"
        case "failure":
            return f"{job.id}-fail"
        case _:
            first = numbers_of(part)[0]
            return job.id if first == 1 else f"{job.id}-{first}"
