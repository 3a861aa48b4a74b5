"""Failpoints around everything that the bot writes and sends, found by looking at it; the product knows none of them.

A commit is caught in the engine, between the last statement and the COMMIT, where the change of every job's status can
be read off as the difference to what is committed. A call to the outside is caught where it goes through a port of
`jobs.ports`, or through discord.py's two ways to the network.
"""

import contextlib
import functools
import importlib
import inspect
import json
import os
import pkgutil
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import discord.http
import discord.webhook.async_

import providers
import storage
from jobs.ports import ImageApi, ImageFiles, ImageSource
from storage.part import write
from storage.sqlite import SqliteEngine
from storage.store import SqlStore
from storage.transitions import Transitions
from tests.faults.points import KILLED, STARTED, Kill, Moment

_STATUSES: Final = "SELECT id, status FROM jobs"
_method: ContextVar[str | None] = ContextVar("_method", default=None)
Call = Callable[..., Awaitable[Any]]


class Failpoints:
    """Writes down every moment that passes, and ends the process at the one that was asked for."""

    def __init__(self, kill: Kill | None, trace: Path) -> None:
        self._kill = kill
        self._seen: Counter[tuple[str, Moment]] = Counter()
        self._trace = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._write(STARTED)

    def reach(self, point: str, moment: Moment) -> None:
        """The process is at this moment now; returns unless it is the last."""
        self._seen[point, moment] += 1
        here = Kill(point=point, moment=moment, nth=self._seen[point, moment])
        self._write(str(here))
        if here == self._kill:
            self._write(f"{KILLED} {here}")
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Put them around the store's transactions, the ports' calls and discord.py's requests."""
        for name, method in store_methods().items():
            setattr(SqlStore, name, _named(f"SqlStore.{name}", method))
        for engine in engines():
            engine.transaction = self._transaction(engine.transaction)
        # Its transactions run in a thread, not through `transaction`.
        setattr(SqliteEngine, "transact", self._in_thread(SqliteEngine.transact))  # noqa: B010 - mypy forbids the plain way
        for point, owner, name in port_calls():
            setattr(owner, name, self._around(getattr(owner, name), lambda *_, point=point, **__: point))
        for owner in (discord.http.HTTPClient, discord.webhook.async_.AsyncWebhookAdapter):
            setattr(owner, "request", self._around(owner.request, _route))  # noqa: B010 - mypy forbids the plain way

    def _around(self, call: Call, point_of: Callable[..., str]) -> Call:
        @functools.wraps(call)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            point = point_of(*args, **kwargs)
            self.reach(point, Moment.BEFORE)
            answer = await call(*args, **kwargs)
            self.reach(point, Moment.AFTER)
            return answer

        return watched

    def _transaction(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @asynccontextmanager
        async def transaction(engine: Any) -> AsyncIterator[Any]:
            name = _method.get()
            point = name or "Engine.transaction"
            async with original(engine) as connection:
                yield connection
                if name is not None and (changes := await _changes(engine, connection)):
                    point = f"{name}[{changes}]"
                self.reach(point, Moment.BEFORE)
            self.reach(point, Moment.AFTER)

        return transaction

    def _in_thread(self, original: Callable[..., Awaitable[Any]]) -> Call:
        """The same for a transaction whose body runs in the thread of its connection."""

        async def transact(engine: SqliteEngine, body: Callable[[Any], Awaitable[Any]]) -> Any:
            name = _method.get()
            point = name or "Engine.transact"

            async def watched(connection: Any) -> Any:
                nonlocal point
                answer = await body(connection)
                if name is not None and (changes := await _changes_in_thread(engine._path, connection)):
                    point = f"{name}[{changes}]"
                self.reach(point, Moment.BEFORE)
                return answer

            answer = await original(engine, watched)
            self.reach(point, Moment.AFTER)
            return answer

        return transact

    def _write(self, line: str) -> None:
        os.write(self._trace, f"{line}\n".encode())


def store_methods() -> Mapping[str, Call]:
    """What may be asked of the store."""
    return _coroutines(SqlStore)


def port_calls() -> Iterator[tuple[str, type, str]]:
    """Every call to the outside that a port names: the point, and the class and method that serve it."""
    for module in _modules(providers, storage):
        for owner in _classes(module):
            for port in (ImageApi, ImageSource, ImageFiles):
                if all(hasattr(owner, name) for name in vars(port) if not name.startswith("_")):
                    for name in _coroutines(port):
                        yield f"{owner.__name__}.{name}", owner, name


def engines() -> list[Any]:
    """The classes that open transactions; of each package those that are installed."""
    return [owner for module in _modules(storage) for owner in _classes(module) if _is_engine(owner)]


def store_writes() -> frozenset[str]:
    """The points of the store's methods that write: those under `write`, and every transition."""
    return frozenset(
        f"SqlStore.{name}"
        for name, method in store_methods().items()
        if name in vars(Transitions) or _is_under(write, method)
    )


def _is_under(decorator: Callable[..., Any], method: Any) -> bool:
    return str(method.__code__.co_qualname).startswith(f"{decorator.__name__}.<locals>")


def _is_engine(owner: type) -> bool:
    return hasattr(owner, "transaction") and hasattr(owner, "dialect") and not getattr(owner, "_is_protocol", False)


def _named(name: str, method: Call) -> Call:
    @functools.wraps(method)
    async def named(*args: Any, **kwargs: Any) -> Any:
        token = _method.set(name)
        try:
            return await method(*args, **kwargs)
        finally:
            _method.reset(token)

    return named


async def _changes(engine: Any, connection: Any) -> str:
    """`submitting>running`: what the transaction changes, against what everybody else still sees.

    Its own changes are locked until the commit; what others see change meanwhile is another transaction's.
    """
    async with engine.reading() as reader:
        before = await _statuses(reader)
        ours = await _statuses(connection)
        still = await _statuses(reader)
    return _difference(before, ours, still)


async def _changes_in_thread(path: Path, connection: Any) -> str:
    """The same where nothing may be waited for."""
    with contextlib.closing(sqlite3.connect(path)) as reader:
        before = dict(reader.execute(_STATUSES))
        ours = await _statuses(connection)
        return _difference(before, ours, dict(reader.execute(_STATUSES)))


def _difference(before: Mapping[str, str], ours: Mapping[str, str], still: Mapping[str, str]) -> str:
    changed = [job for job, status in ours.items() if status != before.get(job) == still.get(job)]
    return ",".join(sorted({f"{before.get(job, 'new')}>{ours[job]}" for job in changed}))


async def _statuses(connection: Any) -> dict[str, str]:
    fetch = connection.execute_fetchall if hasattr(connection, "execute_fetchall") else connection.fetch
    return {row["id"]: row["status"] for row in await fetch(_STATUSES)}


def _route(_client: Any, route: Any, *args: Any, **kwargs: Any) -> str:
    """`Discord.POST /channels/{channel_id}/messages[files]`: the route, and what kind of thing is sent there."""
    return f"Discord.{route.method} {route.path}{_what(args, kwargs)}"


def _what(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    if kwargs.get("files"):
        return "[files]"
    payload: Any = kwargs.get("json") or kwargs.get("payload") or {}
    for part in kwargs.get("form") or kwargs.get("multipart") or ():
        if part.get("name") == "payload_json":
            payload = json.loads(part["value"])
    if not isinstance(payload, dict) or args[1:]:
        return ""
    if isinstance(payload.get("type"), int):
        return f"[{payload['type']}]"
    titles = [str(embed.get("title", "")) for embed in payload.get("embeds") or ()]
    return f"[{titles[0]}]" if titles and titles[0] else ""


def _modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def _classes(module: ModuleType) -> Iterator[type]:
    for owner in vars(module).values():
        if inspect.isclass(owner) and owner.__module__ == module.__name__:
            yield owner


def _coroutines(owner: type) -> Mapping[str, Call]:
    found = inspect.getmembers(owner, inspect.iscoroutinefunction)
    return {name: method for name, method in found if not name.startswith("_")}
