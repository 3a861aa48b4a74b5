"""Everything that can go wrong in the sandbox, and at which targets."""

from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """What goes wrong; the first group fits every HTTP target, the others their one target."""

    STATUS = "status"  # `status` (500), `headers` and `body` as scripted, instead of doing anything
    HTML = "html"  # a gateway's HTML page with `status` (502), instead of doing anything
    HANG = "hang"  # no byte for `delay_s` (0: as long as the client waits), then the connection drops
    DISCONNECT = "disconnect"  # the connection drops before any byte
    SLOW = "slow"  # `delay_s` pass, then all goes on as usual
    REDIRECT = "redirect"  # `status` (307) with the Location given in `headers`
    GARBAGE = "garbage"  # 200 and bytes that are neither an image nor JSON
    LOST_ANSWER = "lost_answer"  # done, but the connection drops; with `status`: done, but that is answered
    TRUNCATED = "truncated"  # done, but the answer ends before its Content-Length
    ENDLESS = "endless"  # done, but the answer goes on for as long as the client reads

    NOT_SENT = "not_sent"  # eachlabs.webhook: none comes
    LATE = "late"  # it comes `delay_s` after its time
    TWICE = "twice"  # it comes a second time although it was answered with 2xx
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a fault; X-Webhook-Secret is not the one sent
    GARBAGE_BODY = "garbage_body"  # its body is no JSON
    EARLY = "early"  # it comes before the create is answered

    FAILED = "failed"  # eachlabs.result: ends `failed`; why is in `body`, told where the setting error_text_in says
    ERROR = "error"  # ends `error`, told likewise
    NSFW = "nsfw"  # ends `error` because of its content
    CANCELLED = "cancelled"  # ends `cancelled` although nobody asked
    NEVER_ENDS = "never_ends"  # stays `processing`
    NO_OUTPUT = "no_output"  # ends `success` with nothing in output
    UNKNOWN_STATUS = "unknown_status"  # reports the status given in `body`, or one that no document names


WEBHOOK: Final = "eachlabs.webhook"
RESULT: Final = "eachlabs.result"
AFTER: Final = frozenset({FaultKind.LOST_ANSWER, FaultKind.TRUNCATED, FaultKind.ENDLESS})
_KINDS: Final = tuple(FaultKind)
_WEBHOOK_KINDS: Final = frozenset(_KINDS[_KINDS.index(FaultKind.NOT_SENT) : _KINDS.index(FaultKind.FAILED)])
_RESULT_KINDS: Final = frozenset(_KINDS[_KINDS.index(FaultKind.FAILED) :])
HTTP_KINDS: Final = frozenset(FaultKind) - _WEBHOOK_KINDS - _RESULT_KINDS


def kinds_of(target: str) -> frozenset[FaultKind]:
    """Return the kinds of faults that a target has."""
    return {WEBHOOK: _WEBHOOK_KINDS, RESULT: _RESULT_KINDS}.get(target, HTTP_KINDS)
