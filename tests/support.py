"""A job for every test that needs one."""

from jobs.catalog import Provider
from jobs.model import Job, Order, Reply, Usage, WindowUsage
from jobs.quota import Bounds
from jobs.request import ImageRequest
from jobs.servers.allowance import Allowance
from jobs.servers.rules import Window
from jobs.status import Status


def daily(images: int) -> Allowance:
    """So many images in any 24 hours, and no other limit."""
    return Allowance(limits={Window.DAY: images})


def within(images: int, *, most: int | None = None) -> Bounds:
    """The same for an order; `most` jobs of the user may wait."""
    return Bounds(allowance=daily(images), most_waiting=most)


def usage_of_day(*, allowance: int, used: int, resets_at: int | None, full_reset_at: int | None) -> Usage:
    """Where somebody stands who is bound by a number of images in any 24 hours."""
    window = WindowUsage(
        window=Window.DAY, allowance=allowance, used=used, resets_at=resets_at, full_reset_at=full_reset_at
    )
    return Usage(windows=(window,))


USAGE = usage_of_day(allowance=20, used=5, resets_at=1_000_000, full_reset_at=2_000_000)


def make_job(**values: object) -> Job:
    """`make_job(status=..., prompt=...)`: fields of Job and of Reply by name, everything else into the request."""
    known = {name: values.pop(name) for name in list(values) if name in Job.__dataclass_fields__}
    options: dict[str, object] = {"model": "flux-lora", "prompt": "a fox", "seed": 7}
    private = bool(values.pop("private", False))
    reply: dict[str, object] = {"application_id": 5, "token": "reply", "expires_at": 900_000, "message_id": 6}
    reply |= {name: values.pop(name) for name in list(values) if name in Reply.__dataclass_fields__}
    order = Order(
        interaction_id=1,
        guild_id=2,
        channel_id=3,
        user_id=4,
        locale="en-US",
        private=private,
        request=ImageRequest(**(options | values)),  # type: ignore[arg-type]
        reply=Reply(**reply),  # type: ignore[arg-type]
        upload_limit=10 * 1024 * 1024,
    )
    defaults: dict[str, object] = {
        "id": "0" * 20,
        "order": order,
        "provider": Provider.EACHLABS,
        "status": Status.DELIVERING,
        "created_at": 0,
        "estimated_cost": 35_000,
    }
    return Job(**(defaults | known))  # type: ignore[arg-type]
