"""Orders as `/imagine` makes them, for measures that drive the storage itself."""

import itertools
import time
from collections.abc import Iterator

from jobs.catalog import FLUX_LORA
from jobs.errors import Reason
from jobs.model import Failure, Job, Order, Reply
from jobs.outcomes import Admitted
from jobs.quota import Bounds
from jobs.request import ImageRequest
from jobs.sentence import verbatim
from jobs.servers.allowance import Allowance
from jobs.servers.rules import Window
from storage.store import SqlStore

GUILD = 1_300_000_000_000_000_000
USERS = 1_400_000_000_000_000_000  # the first user's id; the others follow
MODEL = FLUX_LORA.key
PROVIDER = FLUX_LORA.provider
KEY = "bench"
NO_LIMIT = 1_000_000_000
ALLOWANCE = Allowance(limits={Window.DAY: NO_LIMIT})
REQUEST = ImageRequest(model=MODEL, prompt="a fox in the snow, morning light, film grain, 35 mm", seed=12345)


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000


def orders(users: int) -> Iterator[Order]:
    """Orders without end, of these users in turn, each from an interaction of its own."""
    now = SystemClock().now()
    for number in itertools.count():
        yield Order(
            interaction_id=1_600_000_000_000_000_000 + number,
            guild_id=GUILD,
            channel_id=GUILD + 1,
            user_id=USERS + number % users,
            locale="en-US",
            private=False,
            request=REQUEST,
            reply=Reply(application_id=GUILD + 2, token="t" * 128, expires_at=now + 900_000, message_id=GUILD + number),
            upload_limit=10 * 1024 * 1024,
        )


async def admit(store: SqlStore, order: Order) -> Job:
    """Reserve and enqueue; it has to succeed."""
    admission = await store.admit(order, provider=PROVIDER, estimated_cost=35_000, bounds=Bounds(allowance=ALLOWANCE))
    if not isinstance(admission, Admitted):
        raise TypeError(f"not admitted: {type(admission).__name__}")
    return admission.job


async def claim(store: SqlStore) -> Job:
    """Take the next job; there has to be one."""
    job = await store.claim(provider=PROVIDER, key_id=KEY, concurrency=10, per_minute=NO_LIMIT)
    if job is None:
        raise LookupError("nothing to claim")
    return job


async def end(store: SqlStore, job: Job) -> None:
    """Let a claimed job fail, so that its slot is free."""
    await store.mark_failed(job.id, Failure(reason=Reason.INTERNAL, user_message=verbatim(""), detail=""))
