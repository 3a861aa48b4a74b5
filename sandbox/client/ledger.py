"""The client's part that keeps the books: what was asked of the image APIs, and what the bot has posted."""

from dataclasses import dataclass
from typing import Self

from sandbox.client.http import ControlSession
from sandbox.client.types import Json, read_id


@dataclass(frozen=True, kw_only=True)
class PaidCreate:
    """A create that an API accepted, whether its answer arrived or not; `api` is "eachlabs" or "aimlapi".

    `status` is as the API has it; one that failed, was refused for its content or cancelled cost nothing in the end.
    `job_id` is what the webhook URL names, None without one.
    """

    api: str
    key: str
    id: str
    at_ms: int
    images: int
    prompt: str
    status: str
    paid_micro_usd: int
    webhook_url: str | None
    job_id: str | None


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message of the bot's, deleted or not: `files` are the names of those it shows now, in embeds too.

    `attached_ms` is when it first showed one, None if it never did.
    """

    id: int
    channel_id: int
    interaction_id: int | None
    at_ms: int
    attached_ms: int | None
    files: tuple[str, ...]
    nonce: str | None
    ephemeral: bool
    loading: bool
    edits: int
    deleted: bool

    @classmethod
    def read(cls, data: Json) -> Self:
        """Read it from the control API's JSON."""
        ids = {name: int(data[name]) for name in ("id", "channel_id")}
        interaction_id = read_id(data["interaction_id"])
        return cls(**{**data, **ids, "interaction_id": interaction_id, "files": tuple(data["files"])})


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Everything since the sandbox started, oldest first."""

    creates: tuple[PaidCreate, ...]
    posts: tuple[Post, ...]


class Books(ControlSession):
    """Opens the books."""

    async def ledger(self) -> Ledger:
        """Return every create that an API accepted and every message of the bot's."""
        found = await self._call("GET", "ledger")
        return Ledger(
            creates=tuple(PaidCreate(**each) for each in found["creates"]),
            posts=tuple(Post.read(each) for each in found["posts"]),
        )
