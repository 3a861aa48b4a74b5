"""What the sandbox around them gives to the image APIs."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.faults import Faults


@dataclass(frozen=True, kw_only=True)
class Host:
    """The shared clock, log and faults, and the sandbox's own URL (no slash at its end) once it is bound."""

    clock: Clock
    events: Events
    faults: Faults
    base_url: Callable[[], str]
