"""Tells the bot's operator, in a channel of theirs, what nobody else can mend."""

import time
from typing import Final

import discord
import structlog

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.status import Status
from jobs.tasks import Tasks

_log = structlog.get_logger(__name__)
PAUSE: Final = 3600.0  # seconds between two notices of the same trouble

SENTENCES: Final = {
    Reason.UNAUTHORISED: "**{provider}** refuses the bot's API key. Check it in `.env`, then start the bot again. "
    "Jobs for this API fail until then; their users are refunded.",
    Reason.OUT_OF_CREDIT: "The credit at **{provider}** is used up. Top it up there; the bot needs no restart. "
    "Jobs for this API fail until then; their users are refunded.",
}


class OperatorNotices:
    """An observer that writes to OPERATOR_CHANNEL_ID; without one it does nothing, since the log has it all."""

    def __init__(self, client: discord.Client, tasks: Tasks, *, channel_id: int | None) -> None:
        self._client = client
        self._tasks = tasks
        self._channel_id = channel_id
        self._told: dict[tuple[Provider, Reason], float] = {}

    def admitted(self, job: Job) -> None:
        """Of no interest here."""

    def changed(self, job: Job, previous: Status) -> None:
        """Of no interest here."""

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """Tell what only an operator can mend, once an hour."""
        if self._channel_id is None or reason not in SENTENCES:
            return
        now = time.monotonic()
        if now - self._told.get((provider, reason), -PAUSE) < PAUSE:
            return
        self._told[provider, reason] = now
        sentence = SENTENCES[reason].format(provider=provider.value)
        self._tasks.spawn(f"notice {reason}", self._tell(self._channel_id, sentence))

    async def _tell(self, channel_id: int, sentence: str) -> None:
        try:
            await self._client.get_partial_messageable(channel_id).send(sentence)
        except discord.HTTPException as error:
            _log.warning("the operator's channel cannot be written to", status=error.status, code=error.code)
