"""What the operator's commands answer, as values that JSON can hold: the keys are documented, and stay."""

from datetime import UTC, datetime
from typing import Any

from jobs.breaker import Circuit, State
from jobs.model import Job
from jobs.operator.records import KeyUse
from jobs.servers.people_records import Ban


def ban_answer(ban: Ban) -> dict[str, Any]:
    """A ban from the whole bot; a negative user is somebody whose data were deleted."""
    return {
        "user": str(ban.user_id),
        "reason": ban.reason,
        "banned_at": moment(ban.at),
        "expires_at": moment(ban.expires_at),
    }


def key_answer(circuit: Circuit, use: KeyUse, *, now: int) -> dict[str, Any]:
    """How an API key does."""
    half_open = circuit.state is State.PROBING or (circuit.state is State.OPEN and now >= circuit.until)
    open_now = circuit.state is not State.CLOSED
    return {
        "provider": circuit.provider.value,
        "number": circuit.number,
        "key": circuit.key_id,
        "state": "half-open" if half_open else circuit.state.name.lower(),
        "trouble": circuit.trouble.value if open_now and circuit.trouble is not None else None,
        "reason": circuit.reason.value if open_now and circuit.reason is not None else None,
        "since": moment(circuit.since) if open_now else None,
        "until": moment(circuit.until) if open_now and not half_open else None,
        "in_flight": use.in_flight,
        "creates_last_minute": use.last_minute,
    }


def job_answer(job: Job) -> dict[str, Any]:
    """A job without what its user wrote."""
    order = job.order
    return {
        "id": job.id,
        "status": job.status.value,
        "server": str(order.guild_id),
        "channel": str(order.channel_id),
        "user": str(order.user_id),
        "provider": job.provider.value,
        "model": job.request.model,
        "images": job.request.images,
        "attempts": job.attempts,
        "created_at": moment(job.created_at),
        "finished_at": moment(job.finished_at),
        "estimated_micro_usd": job.estimated_cost,
        "cost_micro_usd": job.cost,
        "failure": None if job.failure is None else job.failure.reason.value,
    }


def moment(at: int | None) -> str | None:
    """A moment (UTC ms) as ISO 8601 has it."""
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
