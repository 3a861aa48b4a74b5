"""After a backup was restored: what it holds of unfinished jobs is no longer true, and nothing may be paid again."""

from typing import Final

import structlog

from jobs.errors import Reason
from jobs.model import Failure
from jobs.sentence import say
from jobs.store import Store

_log = structlog.get_logger(__name__)
_FAILURE: Final = Failure(
    reason=Reason.INTERNAL,
    user_message=say(
        "The bot had to go back to a backup of its records and does not know what became of this one. "
        "If its images are not in this channel, please ask for them again."
    ),
    detail="unfinished in a restored backup",
)


async def give_up_unfinished(store: Store) -> int:
    """Fail and refund every unfinished job; returns how many there were. Call before anything is resumed.

    Since the backup was made they may have been sent, paid and delivered: to send them again might pay twice, to
    deliver them might post twice. Their users are told by new messages, since the old ones may show their images.
    Harmless when repeated after a stop in the middle.
    """
    await store.close_replies()
    given_up, last = 0, None
    while jobs := await store.unfinished(after=last):
        for job in jobs:
            await store.mark_failed(job.id, _FAILURE)
        given_up, last = given_up + len(jobs), jobs[-1]
    _log.warning("restored from a backup: unfinished jobs are failed and refunded", jobs=given_up)
    return given_up
