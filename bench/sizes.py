"""How much of everything is measured: in full for numbers that mean something, tiny to see that it runs."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Size:
    """Counts of jobs unless another unit is named; times in seconds."""

    name: str
    apart: float  # seconds between the starts of measures that run side by side
    # acknowledgement
    burst: int
    burst_users: int
    burst_seconds: float
    burst_rounds: int
    # slots
    slot_jobs: int
    slot_durations: tuple[float, float]
    # completion
    posts: int
    polled_posts: int
    polled_seconds: float
    # polling
    learnt_jobs: int
    learnt_seconds: float
    unlearnt_bots: int
    unlearnt_durations: tuple[float, float]
    # the database
    admissions: int  # a round
    rounds: int  # of admissions
    little_history: int
    much_history: int
    little_queue: int
    much_queue: int
    queue_users: int
    operations: int  # of each kind, for medians
    # processes
    waiting: int
    restarts: int
    settle_seconds: float
    cpu_jobs: int
    cpu_rounds: int
    cpu_seconds: float  # that one takes at the API
    idle_seconds: float
    large_jobs: int
    large_bytes: int


FULL: Final = Size(
    name="full",
    apart=6.0,
    burst=1_000,
    burst_users=500,
    burst_seconds=2.0,
    burst_rounds=3,
    slot_jobs=200,
    slot_durations=(2.0, 6.0),
    posts=15,
    polled_posts=15,
    polled_seconds=5.0,
    learnt_jobs=30,
    learnt_seconds=8.0,
    unlearnt_bots=5,
    unlearnt_durations=(2.0, 60.0),
    admissions=100,
    rounds=10,
    little_history=1_000,
    much_history=1_000_000,
    little_queue=10,
    much_queue=100_000,
    queue_users=10_000,
    operations=400,
    waiting=10_000,
    restarts=3,
    settle_seconds=15.0,
    cpu_jobs=60,
    cpu_rounds=2,
    cpu_seconds=2.0,
    idle_seconds=60.0,
    large_jobs=10,
    large_bytes=10_000_000,
)

TINY: Final = Size(
    name="tiny",
    apart=0.0,
    burst=20,
    burst_users=10,
    burst_seconds=0.2,
    burst_rounds=1,
    slot_jobs=12,
    slot_durations=(0.1, 0.3),
    posts=2,
    polled_posts=2,
    polled_seconds=0.3,
    learnt_jobs=3,
    learnt_seconds=0.3,
    unlearnt_bots=1,
    unlearnt_durations=(0.2, 1.0),
    admissions=10,
    rounds=2,
    little_history=100,
    much_history=1_000,
    little_queue=10,
    much_queue=1_000,
    queue_users=100,
    operations=5,
    waiting=50,
    restarts=1,
    settle_seconds=0.5,
    cpu_jobs=4,
    cpu_rounds=1,
    cpu_seconds=0.3,
    idle_seconds=1.0,
    large_jobs=2,
    large_bytes=300_000,
)
