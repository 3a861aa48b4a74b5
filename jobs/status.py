"""The states of a job and the one table of transitions between them.

Storage guards every change with this table, the README's diagram is drawn from it, and the tests walk it.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Status(enum.StrEnum):
    """Where a job stands; the value is what the database holds."""

    QUEUED = "queued"  # accepted, reserved, waiting for a slot at the image API
    SUBMITTING = "submitting"  # a create request may be on its way
    UNCONFIRMED = "unconfirmed"  # a create was sent and its outcome is unknown
    RUNNING = "running"  # the image API has accepted it and named it
    DELIVERING = "delivering"  # the images are on our disk; no vendor is needed any more
    DELIVERED = "delivered"  # posted, and the reservation settled
    UNDELIVERED = "undelivered"  # made and kept, but there was nowhere to post it
    CANCELLING = "cancelling"  # its user wants it no more; it holds its slot while the image API works on it
    CANCELLED = "cancelled"  # stopped by its user, and the reservation refunded
    FAILED = "failed"  # ended without images, and the reservation refunded


TRANSITIONS: Final[Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Status.QUEUED: frozenset(
            {
                Status.SUBMITTING,
                Status.DELIVERING,  # an earlier create was given up, and its webhook comes after all
                Status.CANCELLING,
                Status.FAILED,
            }
        ),
        Status.SUBMITTING: frozenset(
            {
                Status.QUEUED,  # certainly nothing was created: again later
                Status.UNCONFIRMED,
                Status.RUNNING,
                Status.DELIVERING,  # the answer was the result, or the webhook was faster than the answer
                Status.CANCELLING,
                Status.FAILED,
            }
        ),
        Status.UNCONFIRMED: frozenset(
            {Status.QUEUED, Status.RUNNING, Status.DELIVERING, Status.CANCELLING, Status.FAILED}
        ),
        Status.RUNNING: frozenset({Status.DELIVERING, Status.CANCELLING, Status.FAILED}),
        Status.DELIVERING: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED}),
        Status.UNDELIVERED: frozenset({Status.DELIVERED}),
        Status.CANCELLING: frozenset({Status.CANCELLED, Status.FAILED}),
        Status.DELIVERED: frozenset(),
        Status.CANCELLED: frozenset(),
        Status.FAILED: frozenset(),
    }
)

FINISHED: Final = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.CANCELLED, Status.FAILED})
"""Nothing happens to these by itself any more."""


def sources(target: Status) -> frozenset[Status]:
    """The states from which `target` may be reached."""
    return frozenset(status for status, targets in TRANSITIONS.items() if target in targets)


def diagram() -> str:
    """The table as a Mermaid state diagram, the one in the README."""
    lines = ["stateDiagram-v2", "    [*] --> queued"]
    for status in Status:
        lines.extend(f"    {status} --> {target}" for target in Status if target in TRANSITIONS[status])
    lines.extend(f"    {status} --> [*]" for status in Status if not TRANSITIONS[status])
    return "\n".join(lines)
