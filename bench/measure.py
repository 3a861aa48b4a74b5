"""What every measure is: a name, whether it may run beside others, and its rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.rows import Row
from bench.sizes import Size


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure. `quiet`: it mostly waits, so it runs side by side with the other quiet ones."""

    name: str
    run: Callable[[Size], Awaitable[Sequence[Row]]]
    quiet: bool = False
