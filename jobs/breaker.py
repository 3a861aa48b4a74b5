"""A circuit breaker per API key: when a key or its API is in trouble nothing is sent, until one job has tried it.

closed     everything is sent
open       nothing is sent, for a pause that grows each time
half-open  the pause is over: the next job is the probe; while it is on its way nothing else is sent

In memory, since a restart may well have mended what was wrong; then the first jobs find out anew.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from jobs.catalog import Provider
from jobs.errors import OutOfCredit, ProviderError, Reason, Retryable, Unauthorised, UnknownOutcome
from jobs.ports import Clock
from jobs.sentence import Sentence

_log = structlog.get_logger(__name__)
IN_A_ROW: Final = 5  # creates that met trouble with the service, before nothing more is sent
LONGEST: Final = 5 * 60_000  # ms; the longest pause of our own choice
LONGEST_WISH: Final = 60 * 60_000  # ms; what a vendor's Retry-After may ask for: a slip of its pen stops no key


class Trouble(enum.StrEnum):
    """Whose trouble it is."""

    ACCOUNT = "account"  # the key is refused or its credit used up: only the operator can mend it
    SERVICE = "service"  # the API is down, overloaded, or its answers are lost: it passes


FIRST: Final[Mapping[Trouble, int]] = {Trouble.ACCOUNT: 60_000, Trouble.SERVICE: 15_000}
"""The first pause in ms; each probe that fails doubles it."""
ACCOUNT_SENTENCES: Final[Mapping[Reason, Sentence]] = {
    error.reason: error.default_message for error in (Unauthorised, OutOfCredit)
}
"""What its users are told of trouble with the account."""
_HIGHEST: Final = 8  # doublings; by then the longest pause is reached


class State(enum.Enum):
    """Of one key."""

    CLOSED = enum.auto()
    OPEN = enum.auto()  # half-open once its pause is over
    PROBING = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """One key's breaker; times are UTC ms."""

    provider: Provider
    key_id: str
    number: int  # 1 is the first key in the setting
    of: int  # keys of this API
    state: State = State.CLOSED
    trouble: Trouble | None = None  # why it is, or was last, open
    reason: Reason | None = None
    since: int = 0  # when it was last closed and went open
    until: int = 0  # the end of the pause
    closed_at: int | None = None
    level: int = 0  # how often the pause has doubled, in trouble of this kind
    in_a_row: int = 0
    probe: str | None = None  # the job that tries it


@dataclass(frozen=True, kw_only=True)
class Outage:
    """No key of an API is closed."""

    trouble: Trouble  # ACCOUNT only where every key has that
    reason: Reason
    since: int  # UTC ms; when the last of its keys went open
    resting: bool  # every key's pause goes on; otherwise a probe may be sent, or is on its way

    @property
    def hopeless(self) -> bool:
        """Whether waiting would not help: every key is refused, and none is to be tried again yet."""
        return self.trouble is Trouble.ACCOUNT and self.resting


class CircuitObserver(Protocol):
    """Who wants to know."""

    def circuit_changed(self, circuit: Circuit) -> None:
        """A key's breaker has opened, has closed, or is open for another trouble."""
        ...


def trouble_of(error: ProviderError) -> Trouble | None:
    """What an error says about the key that was used; None: the API did its work."""
    match error:
        case Unauthorised() | OutOfCredit():
            return Trouble.ACCOUNT
        case Retryable() | UnknownOutcome():
            return Trouble.SERVICE
        case _:
            return None


class Breakers:
    """The breakers of all keys."""

    def __init__(self, keys: Mapping[Provider, Iterable[str]], clock: Clock, observer: CircuitObserver) -> None:
        self._clock = clock
        self._observer = observer
        self._circuits: dict[str, Circuit] = {}
        for provider, key_ids in keys.items():
            several = list(key_ids)
            for number, key_id in enumerate(several, start=1):
                self._circuits[key_id] = Circuit(provider=provider, key_id=key_id, number=number, of=len(several))

    @property
    def circuits(self) -> Sequence[Circuit]:
        """All of them, as they are."""
        return list(self._circuits.values())

    def allows(self, key_id: str) -> bool:
        """Whether a job may be sent with this key now."""
        circuit = self._circuits[key_id]
        match circuit.state:
            case State.CLOSED:
                return True
            case State.OPEN:
                return self._clock.now() >= circuit.until
            case State.PROBING:
                return False

    def sending(self, key_id: str, job_id: str) -> None:
        """A job is about to be sent with a key that allows it: the probe, where the key is half-open."""
        circuit = self._circuits[key_id]
        if circuit.state is State.OPEN:
            self._circuits[key_id] = replace(circuit, state=State.PROBING, probe=job_id)

    def succeeded(self, key_id: str, job_id: str) -> bool:
        """The API has done what a create asked, or has refused it for its own sake; True when that closed the breaker.

        Where the key is open only the probe closes it: other answers are to creates from before.
        """
        circuit = self._circuits[key_id]
        if circuit.state is State.CLOSED:
            self._circuits[key_id] = replace(circuit, in_a_row=0)
        elif circuit.probe == job_id:
            closed = replace(circuit, state=State.CLOSED, probe=None, in_a_row=0, closed_at=self._clock.now())
            self._circuits[key_id] = closed
            _log.info("the API key works again", provider=circuit.provider.value, key=key_id)
            self._observer.circuit_changed(closed)
            return True
        return False

    def failed(self, key_id: str, job_id: str, error: ProviderError) -> None:
        """A create met trouble."""
        trouble, circuit = trouble_of(error), self._circuits[key_id]
        if trouble is None:
            self.succeeded(key_id, job_id)
            return
        circuit = replace(circuit, in_a_row=circuit.in_a_row + 1)
        closed = circuit.state is State.CLOSED
        enough = closed and circuit.in_a_row >= IN_A_ROW
        if trouble is Trouble.ACCOUNT or circuit.probe == job_id or enough:
            self._open(circuit, trouble, error)
        elif closed:
            self._circuits[key_id] = circuit
        # Otherwise it is an answer to a create from before the key went open: it tells nothing new.

    def refused_to_read(self, key_id: str | None, error: ProviderError) -> None:
        """A read was refused. Trouble with the account counts as with a create; trouble with the service does not.

        A read that succeeds proves nothing for creates, which need another right and credit: it closes nothing.
        """
        if trouble_of(error) is Trouble.ACCOUNT and key_id in self._circuits:
            self._open(self._circuits[key_id], Trouble.ACCOUNT, error)

    def unsent(self, key_id: str, job_id: str) -> None:
        """This job's create was not sent after all, or nobody will tell what became of it: another may be the probe."""
        circuit = self._circuits.get(key_id)
        if circuit is not None and circuit.state is State.PROBING and circuit.probe == job_id:
            self._circuits[key_id] = replace(circuit, state=State.OPEN, probe=None)

    def outage(self, provider: Provider) -> Outage | None:
        """What keeps everything at this API waiting; None while a key of it is closed."""
        circuits = [circuit for circuit in self._circuits.values() if circuit.provider is provider]
        if any(circuit.state is State.CLOSED for circuit in circuits):
            return None
        now = self._clock.now()
        # The account's trouble is the answer only where no key is left that may recover by itself.
        told = max(circuits, key=lambda circuit: (circuit.trouble is Trouble.SERVICE, circuit.since), default=None)
        if told is None or told.trouble is None or told.reason is None:
            return None
        return Outage(
            trouble=told.trouble,
            reason=told.reason,
            since=max(circuit.since for circuit in circuits),
            resting=all(circuit.state is State.OPEN and now < circuit.until for circuit in circuits),
        )

    def next_probe_at(self) -> int | None:
        """When the next pause ends (UTC ms); None where none goes on."""
        now = self._clock.now()
        pauses = [c.until for c in self._circuits.values() if c.state is State.OPEN and c.until > now]
        return min(pauses, default=None)

    def _open(self, circuit: Circuit, trouble: Trouble, error: ProviderError) -> None:
        now = self._clock.now()
        was_closed = circuit.state is State.CLOSED
        known = not was_closed and (circuit.trouble, circuit.reason) == (trouble, error.reason)
        wish = int(1000 * (error.retry_after or 0)) if isinstance(error, Retryable) else 0
        level = circuit.level
        if circuit.trouble is not trouble:  # how long the one kind has lasted tells nothing of the other
            level = 0
        elif was_closed:
            # A key that was closed for a moment only has not recovered: its pauses go on growing.
            recovered = circuit.closed_at is None or now - circuit.closed_at >= LONGEST
            level = 0 if recovered else min(level + 1, _HIGHEST)
        elif circuit.state is State.PROBING or now >= circuit.until:
            level = min(level + 1, _HIGHEST)
        elif known:  # refused once more by an answer to what was sent before: nothing new
            return
        pause = max(min(LONGEST, FIRST[trouble] * 2**level), min(LONGEST_WISH, wish))
        opened = replace(
            circuit,
            state=State.OPEN,
            trouble=trouble,
            reason=error.reason,
            since=now if was_closed else circuit.since,
            until=max(circuit.until, now + pause),
            level=level,
            probe=None,
        )
        self._circuits[circuit.key_id] = opened
        words = {"trouble": trouble.value, "reason": error.reason.value, "pause_s": pause / 1000}
        _log.warning(
            "nothing is sent with an API key for a while", provider=circuit.provider.value, key=circuit.key_id, **words
        )
        if not known:
            self._observer.circuit_changed(opened)
