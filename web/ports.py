"""What the HTTP side needs of the domain, as protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.webhooks import WebhookKey


class WebhookReceiver(Protocol):
    """Takes what image APIs send about jobs."""

    async def webhook_key(self, provider: str, job_id: str) -> WebhookKey | None:
        """What a job's webhook must carry, or None where there is no such job. Costs one read.

        Raises:
            jobs.ports.StoreUnavailable: nobody can say now.
        """
        ...

    def webhook_arrived(self, job_id: str, body: bytes) -> bool:
        """Take an authentic body and return at once: it is read later, and duplicates are harmless.

        False when too many of this job's are being read; this one is not.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that must work for the bot to be of use."""

    name: str
    ok: bool
    detail: str  # for the operator; no secrets, since anybody may read it


class Readiness(Protocol):
    """Knows whether everything works."""

    def checks(self) -> Sequence[Check]:
        """Every check with its present state; returns at once."""
        ...
