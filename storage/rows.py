"""Rows to values and back: the one place that knows both the columns and the domain."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order, Posted, Priority, Reply, StoredImage
from jobs.records import Glimpse
from jobs.request import ImageRequest
from jobs.sentence import Sentence
from jobs.status import Status


class Row(Protocol):
    """A row as every driver gives it: its columns by name."""

    def __getitem__(self, column: str, /) -> Any:
        """One column's value."""
        ...

    def keys(self) -> Iterable[str]:
        """The columns' names, in their order."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The columns' values, in the same order."""
        ...


def job_from(whole: Row) -> Job:
    """The job that a whole row of `jobs` holds."""
    row = dict(zip(whole.keys(), whole, strict=True))  # SQLite's own row looks each name up in a list, six times slower
    return Job(
        id=row["id"],
        order=_order_from(row),
        provider=Provider(row["provider"]),
        status=Status(row["status"]),
        created_at=row["created_at"],
        estimated_cost=row["estimated_cost"],
        attempts=row["attempts"],
        not_before=row["not_before"],
        key_id=row["key_id"],
        submitted_at=row["submitted_at"],
        accepted_at=row["accepted_at"],
        prediction_id=row["prediction_id"],
        webhook_token=row["webhook_token"],
        webhook_secret=row["webhook_secret"],
        next_poll_at=row["next_poll_at"],
        polls=row["polls"],
        completed_at=row["completed_at"],
        finished_at=row["finished_at"],
        cost=row["cost"],
        images=tuple(StoredImage(**image) for image in _items(row["images"])),
        posted=_posted_from(row),
        failure=_failure_from(row),
        kept_because=row["failure_detail"] if row["failure_reason"] is None else None,
        told_at=row["told_at"],
        doubted_at=row["doubted_at"],
        unknown_creates=row["unknown_creates"],
        unknown_told=row["unknown_told"],
        removed_at=row["removed_at"],
        hidden_at=row["hidden_at"],
    )


def job_or_none(row: Row | None) -> Job | None:
    """The row's job; None stays None."""
    return None if row is None else job_from(row)


def glimpse_from(row: Row) -> Glimpse:
    """What a search looks at."""
    prompt: str = json.loads(row["request"])["prompt"]  # the whole request would take thrice as long to read
    return Glimpse(job_id=row["id"], model=row["model"], prompt=prompt)


def images_text(images: Sequence[StoredImage]) -> str:
    """The images as the column `images` holds them."""
    return json.dumps([asdict(image) for image in images])


def order_values(order: Order) -> Mapping[str, Any]:
    """The columns that an order fills."""
    return {
        "interaction_id": order.interaction_id,
        "idx": order.index,
        "guild_id": order.guild_id,
        "channel_id": order.channel_id,
        "user_id": order.user_id,
        "locale": order.locale,
        "private": int(order.private),
        "application_id": order.reply.application_id,
        "reply_token": order.reply.token,
        "reply_expires_at": order.reply.expires_at,
        "reply_message_id": order.reply.message_id,
        "upload_limit": order.upload_limit,
        "source": order.source,
        "roles": json.dumps(order.roles),
        "spoiler": int(order.spoiler),
        "priority": order.priority.value,
        "batch": order.batch,
        "model": order.request.model,
        "request": order.request.to_json(),
        "loras": len(order.request.loras),
    }


def _items(text: str) -> Sequence[Any]:
    """What a column that holds a JSON list says; it is mostly empty."""
    return () if text == "[]" else json.loads(text)


def _order_from(row: Mapping[str, Any]) -> Order:
    return Order(
        interaction_id=row["interaction_id"],
        index=row["idx"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        user_id=row["user_id"],
        locale=row["locale"],
        private=bool(row["private"]),
        request=ImageRequest.from_json(row["request"]),
        reply=Reply(
            application_id=row["application_id"],
            token=row["reply_token"],
            expires_at=row["reply_expires_at"],
            message_id=row["reply_message_id"],
        ),
        upload_limit=row["upload_limit"],
        source=row["source"],
        roles=tuple(_items(row["roles"])),
        spoiler=bool(row["spoiler"]),
        priority=Priority(row["priority"]),
        batch=row["batch"],
    )


def _posted_from(row: Mapping[str, Any]) -> Posted | None:
    if row["posted_message_id"] is None:
        return None
    return Posted(channel_id=row["posted_channel_id"], message_id=row["posted_message_id"])


def _failure_from(row: Mapping[str, Any]) -> Failure | None:
    # An undelivered job has a detail but no reason: it did not fail.
    if row["failure_reason"] is None:
        return None
    return Failure(
        reason=Reason(row["failure_reason"]),
        user_message=Sentence.from_json(row["failure_user_message"]),
        detail=row["failure_detail"],
    )
