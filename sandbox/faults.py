"""Scripted faults: what the outside world does wrong, for whom, and how many times."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Self, TypeVar

from aiohttp import web

from sandbox import fault_answers
from sandbox.fault_kinds import AFTER, HTTP_KINDS, RESULT, WEBHOOK, FaultKind, kinds_of

_T = TypeVar("_T")
_D = TypeVar("_D")

_CLIENT_CHECK_S: Final = 0.05  # how often a hanging answer looks whether its client is still there


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One scripted fault: the next `times` (at least 1) fitting uses of `target` go wrong.

    With `match` only those whose path or body (for webhooks and results: the create's JSON body) holds
    that text. `delay_s` (seconds, at least 0) passes before whatever else the kind does. What is no text
    is given in `body_base64` in place of `body`, for answers over HTTP.

    Raises:
        ValueError: a number out of its bounds, or a kind that this target does not have.
    """

    target: str
    kind: FaultKind
    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    delay_s: float = 0.0
    match: str | None = None

    def __post_init__(self) -> None:
        kinds = kinds_of(self.target)
        if self.kind not in kinds:
            raise ValueError(f"{self.target} has no fault {self.kind!r}; it has {', '.join(sorted(kinds))}")
        if self.times < 1 or self.delay_s < 0:
            raise ValueError("times is at least 1, delay_s at least 0")
        if self.kind is FaultKind.REDIRECT and "Location" not in self.headers:
            raise ValueError("a redirect needs a Location header")
        if self.body_base64 is not None and (self.body is not None or kinds is not HTTP_KINDS):
            raise ValueError("body_base64 stands in for body, in an answer over HTTP")
        _ = self.content

    @property
    def content(self) -> bytes | None:
        """The scripted body as bytes; None: none was."""
        if self.body_base64 is not None:
            return base64.b64decode(self.body_base64, validate=True)
        return None if self.body is None else self.body.encode()

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Read a fault as the control API gets it; ValueError names what is wrong with it."""
        names = {each.name for each in fields(cls)}
        if unknown := data.keys() - names:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        headers = data.get("headers") or {}
        if not isinstance(headers, Mapping):
            raise ValueError("headers is an object")  # noqa: TRY004 - one error for whatever is wrong
        return cls(
            target=_read(data, "target", str, ""),
            kind=FaultKind(_read(data, "kind", str, "")),
            times=_read(data, "times", int, 1),
            status=_read(data, "status", int, None),
            headers={str(name): str(value) for name, value in headers.items()},
            body=_read(data, "body", str, None),
            body_base64=_read(data, "body_base64", str, None),
            delay_s=float(_read(data, "delay_s", (int, float), 0.0)),
            match=_read(data, "match", str, None),
        )

    def to_json(self) -> dict[str, object]:
        """Write the fault as `from_json` reads it."""
        return {**vars(self), "kind": self.kind.value, "headers": dict(self.headers)}


def _answer(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    answer: web.StreamResponse | None = None
    match fault.kind:
        case FaultKind.STATUS:
            answer = fault_answers.scripted(fault.status or 500, fault.headers, fault.content)
        case FaultKind.HTML:
            answer = fault_answers.gateway_page(fault.status or 502, fault.headers)
        case FaultKind.REDIRECT:
            answer = fault_answers.scripted(fault.status or 307, fault.headers, fault.content or b"")
        case FaultKind.GARBAGE:
            answer = fault_answers.garbage(fault.status or 200, fault.headers, fault.content)
        case FaultKind.DISCONNECT:
            answer = fault_answers.drop(request)
        case _:  # SLOW: the pause was all
            pass
    return answer


def _read(data: Mapping[str, object], name: str, kind: type[_T] | tuple[type[_T], ...], default: _D) -> _T | _D:
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{name} cannot be {value!r}")  # noqa: TRY004 - one error for whatever is wrong
    return value


class Faults:
    """The faults still to happen, taken in the order they were added."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._targets = {WEBHOOK, RESULT}
        self._released = asyncio.Event()

    def register(self, target: str) -> None:
        """Whoever serves a target says so, so that none is scripted that nobody would ever take."""
        self._targets.add(target)

    def targets(self) -> dict[str, list[str]]:
        """Return every target with the kinds of faults that it has."""
        return {target: sorted(kinds_of(target)) for target in sorted(self._targets)}

    def add(self, fault: Fault) -> None:
        """Script one more fault; ValueError names the targets when there is none of that name."""
        if fault.target not in self._targets:
            raise ValueError(f"nothing is called {fault.target!r}; there are {', '.join(sorted(self._targets))}")
        self._pending.append(fault)

    def clear(self) -> None:
        """Forget all faults and let go of whatever hangs because of one; call it before the server stops."""
        self._pending.clear()
        self._released.set()
        self._released = asyncio.Event()

    def pending(self) -> tuple[Fault, ...]:
        """Return the faults still to happen, `times` counted down."""
        return tuple(self._pending)

    def take(self, target: str, text: str = "", kinds: frozenset[FaultKind] | None = None) -> Fault | None:
        """Use up one fault of `target` (and `kinds`) whose `match` occurs in `text`; None: no such fault."""
        for index, fault in enumerate(self._pending):
            fits = fault.target == target and (kinds is None or fault.kind in kinds)
            if fits and (fault.match is None or fault.match in text):
                if fault.times == 1:
                    del self._pending[index]
                else:
                    self._pending[index] = replace(fault, times=fault.times - 1)
                return fault
        return None

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the next `clear`."""
        released = self._released
        try:
            async with asyncio.timeout(seconds):
                await released.wait()
        except TimeoutError:
            return

    async def apply(self, target: str, request: web.Request, text: str | None = None) -> web.StreamResponse | None:
        """Call it before doing anything: None means go on, else answer with what is returned.

        `text` is what `match` looks at; left out, it is the path with query and, unless multipart, the body.
        """
        fault = await self._next(target, request, text, HTTP_KINDS - AFTER)
        if fault is None:
            return None
        if fault.kind is FaultKind.HANG:
            await self._hang(request, fault.delay_s)
            return fault_answers.drop(request)
        await self.pause(fault.delay_s)
        return _answer(fault, request)

    async def after(
        self,
        target: str,
        request: web.Request,
        answer: web.Response | None = None,
        text: str | None = None,
    ) -> web.StreamResponse | None:
        """Call it after the effect, with the true answer: None means send that, else what is returned."""
        fault = await self._next(target, request, text, AFTER)
        if fault is None:
            return None
        await self.pause(fault.delay_s)
        if fault.kind is FaultKind.TRUNCATED:
            return await fault_answers.cut_short(request, answer)
        if fault.kind is FaultKind.ENDLESS:
            return await fault_answers.endless(request, answer)
        if fault.status is None:
            return fault_answers.drop(request)
        if fault.content is None:
            return fault_answers.gateway_page(fault.status, fault.headers)
        return fault_answers.scripted(fault.status, fault.headers, fault.content)

    async def _next(
        self, target: str, request: web.Request, text: str | None, kinds: frozenset[FaultKind]
    ) -> Fault | None:
        if not any(fault.target == target for fault in self._pending):
            return None
        if text is None:
            text = request.path_qs
            # A multipart body can be read only once, and its handler needs it.
            if not request.content_type.startswith("multipart/"):
                text += "\n" + (await request.read()).decode(errors="replace")
        return self.take(target, text, kinds)

    async def _hang(self, request: web.Request, seconds: float) -> None:
        # aiohttp tells a handler nothing about a client that went, so we look.
        loop, released = asyncio.get_running_loop(), self._released
        until = loop.time() + seconds if seconds else float("inf")
        while loop.time() < until and not released.is_set():
            if request.transport is None or request.transport.is_closing():
                return
            await self.pause(min(_CLIENT_CHECK_S, max(until - loop.time(), 0.0)))
